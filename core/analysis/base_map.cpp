#include "core/analysis/base_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/analysis/score_curve.h"
#include "core/parallel.h"
#include "core/rope/phase.h"
#include "core/rope/score_blocks.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

// Scores of blocks are within 2e-6 of the exact ones (Engine). A distance whose score is so near to the least one known
// may be the next least: it is summed again in double.
constexpr double uncertain = 4e-6;
// Blocks from one question whether to stop to the next: 2²⁰ distances, some milliseconds.
constexpr std::int64_t blocks_at_once = 8192;

double exact_score(std::span<const std::uint64_t> turns, std::int64_t distance) {
  double sum = 0;
  for (const std::uint64_t t : turns) sum += cos_sin_at<double>(distance, t).cos;
  return sum / static_cast<double>(turns.size());
}

/// Takes scores of successive distances from `first` on; only those that may be a new least are looked at closely.
class Falls {
public:
  Falls(LeastScores& row, std::span<const std::uint64_t> turns) : row_(row), turns_(turns) {}

  void take(std::int64_t first, std::span<const float> scores) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (static_cast<double>(scores[i]) >= least_ + uncertain) continue;
      const std::int64_t distance = first + static_cast<std::int64_t>(i);
      const double score = exact_score(turns_, distance);
      if (score >= least_) continue;
      least_ = score;
      row_.falls.push_back({distance, score});
    }
  }

  bool may_fall(float least) const { return static_cast<double>(least) < least_ + uncertain; }
  double least() const { return least_; }

private:
  LeastScores& row_;
  std::span<const std::uint64_t> turns_;
  double least_ = std::numeric_limits<double>::infinity();
};

} // namespace

const LeastScores::Fall& LeastScores::at(std::int64_t length) const {
  assert(!falls.empty() && length >= 1);
  const auto after = std::upper_bound(falls.begin(), falls.end(), length,
                                      [](std::int64_t l, const Fall& f) { return l < f.distance; });
  return *std::prev(after);
}

std::optional<std::int64_t> LeastScores::first_negative() const {
  const auto found = std::find_if(falls.begin(), falls.end(), [](const Fall& fall) { return fall.score < 0; });
  if (found == falls.end()) return std::nullopt;
  return found->distance;
}

LeastScores least_scores(std::int64_t rotary_dim, double base, std::int64_t length, ScanUntil until,
                         const std::stop_token& stop) {
  RopeConfig config;
  config.base = base;
  config.layout.head_dim = config.layout.rotary_dim = rotary_dim;
  const Spectrum spectrum = make_spectrum(config);
  const auto weights = equal_weights(spectrum.pairs());
  const ScoreBlocks blocks({.turns = spectrum.turns, .weights = weights, .first = 1});
  ScoreBlocks::Cursor cursor(blocks, 1);
  ScoreBlocks::Block block;
  LeastScores row{.base = base, .reach = 0, .falls = {}};
  Falls falls(row, spectrum.turns);
  for (std::int64_t b = 0; row.reach < length; ++b) {
    if (b % blocks_at_once == 0 && stop.stop_requested()) break;
    cursor.next(block);
    const std::int64_t count = std::min(ScoreBlocks::points, length - row.reach);
    // Most blocks hold nothing near the least one so far, which their own least tells.
    if (falls.may_fall(score_kernel::reduce(block.data()).least))
      falls.take(row.reach + 1, {block.data(), static_cast<std::size_t>(count)});
    row.reach += count;
    if (until == ScanUntil::negative && falls.least() < 0) break;
  }
  return row;
}

double BaseGrid::base(std::int64_t k) const {
  return std::pow(10.0, static_cast<double>(k) / static_cast<double>(steps));
}

std::vector<BaseBound> base_bounds(std::span<const LeastScores> rows, std::span<const std::int64_t> lengths) {
  std::vector<BaseBound> bounds;
  for (const std::int64_t length : lengths) {
    BaseBound bound{.length = length, .smallest = {}, .largest_failing = {}, .sign_changes = 0, .failing = {}};
    bool before = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto negative = rows[i].first_negative();
      const bool feasible = !negative || *negative > length;
      if (feasible && !bound.smallest) bound.smallest = rows[i].base;
      if (!feasible) bound.largest_failing = rows[i].base;
      if (i > 0 && feasible != before) ++bound.sign_changes;
      if (!feasible && bound.smallest) {
        if (before)
          bound.failing.push_back({rows[i].base, rows[i].base});
        else
          bound.failing.back().greatest = rows[i].base;
      }
      before = feasible;
    }
    bounds.push_back(std::move(bound));
  }
  return bounds;
}

std::vector<LeastScores> bound_rows(std::int64_t rotary_dim, const BaseGrid& grid, std::int64_t greatest_length) {
  std::vector<LeastScores> rows(static_cast<std::size_t>(grid.count()));
  // The greatest bases take longest, so they are begun first.
  in_parallel(rows.size(), 0, [&](std::size_t i) {
    const std::size_t k = rows.size() - 1 - i;
    rows[k] = least_scores(rotary_dim, grid.base(grid.first + static_cast<std::int64_t>(k)), greatest_length,
                           ScanUntil::negative);
  });
  return rows;
}

std::int64_t pairs_below_a_turn(double base, std::int64_t rotary_dim, double length) {
  // Pair i turns once where base^(2i/d) ≤ length/2π.
  const std::int64_t pairs = rotary_dim / 2;
  const double turned = std::log(length / (2 * std::numbers::pi)) / std::log(base) * static_cast<double>(pairs);
  if (!(turned >= 0)) return pairs;
  return std::max<std::int64_t>(0, pairs - 1 - static_cast<std::int64_t>(std::min(std::floor(turned), 1e9)));
}

double published_base_bound(double length) { return 0.0424 * std::pow(length, 1.628); }

} // namespace ropescope
