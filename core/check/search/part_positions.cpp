#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/axis_positions.h"
#include "core/check/causes/positions_other.h"
#include "core/check/causes/positions_row_number.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/evidence/position_shift.h"
#include "core/check/proof/score.h"
#include "core/check/search/parts.h"
#include "core/check/search/position_rules.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// Where the pairs of one axis were turned to, token by token.
struct AxisFit {
  std::int64_t axis = 0;
  std::vector<double> seen;
  std::vector<std::uint8_t> visible;
  double explained = 0; ///< share of tokens
};

class AxisSearch {
public:
  explicit AxisSearch(const PartContext& context) : context_(context), run_(context.evidence.run) {
    const std::vector<double> off = context.pairs_off();
    for (std::int64_t a = 0; a < run_.positions.axes; ++a) {
      std::vector<std::size_t> pairs;
      bool wrong = false;
      for (std::size_t i = 0; i < off.size(); ++i)
        if (context.expected.turns.axis[i] == a && context.expected.turns.theta[i] != 0) {
          pairs.push_back(i);
          wrong |= off[i] > thresholds::part_off;
        }
      if (wrong) wrong_.push_back({a, std::move(pairs)});
    }
  }

  std::optional<PartFound> find() const {
    // Two pairs at one position by chance are no position.
    constexpr std::size_t fewest_pairs = 3;
    if (wrong_.empty()) return std::nullopt;
    // One position at any distance from the one given, which the search has tried, explains much.
    if (run_.positions.axes == 1 && one_position(run_.positions)) return std::nullopt;
    const Reduced sample = reduce(run_, context_.layout.at, context_.sample.tokens);
    for (const auto& [axis, pairs] : wrong_)
      if (pairs.size() < fewest_pairs || fit(sample, axis, pairs).explained < thresholds::nearly_all)
        return std::nullopt;
    return explained(*context_.evidence.sums.of(context_.layout.at));
  }

private:
  struct Axis {
    std::int64_t axis;
    std::vector<std::size_t> pairs;
  };

  double given(std::int64_t axis, std::int64_t token) const { return run_.position(axis, token); }

  AxisFit fit(const Reduced& reduced, std::int64_t axis, const std::vector<std::size_t>& pairs) const {
    throw_if_stopped(context_.evidence.stop);
    // The pairs of the axis alone, as a run of one axis.
    Reduced part;
    part.tokens = reduced.tokens;
    part.pairs = static_cast<std::int64_t>(pairs.size());
    part.rest = reduced.rest;
    PairTurns turns;
    for (const std::size_t i : pairs) {
      turns.theta.push_back(context_.expected.turns.theta[i]);
      turns.axis.push_back(0);
    }
    for (std::size_t t = 0; t < reduced.tokens.size(); ++t)
      for (const std::size_t i : pairs) {
        part.sums.push_back(reduced.of(t)[i]);
        part.phasors.push_back(reduced.phasors[t * static_cast<std::size_t>(reduced.pairs) + i]);
      }
    AxisFit result{axis, std::vector<double>(reduced.tokens.size()), std::vector<std::uint8_t>(reduced.tokens.size()),
                   0};
    const ShiftFinder finder(turns);
    constexpr std::size_t tokens_of_a_task = 32;
    in_parallel((reduced.tokens.size() + tokens_of_a_task - 1) / tokens_of_a_task, 0, [&](std::size_t task) {
      if (context_.evidence.stop.stop_requested()) return;
      for (std::size_t t = task * tokens_of_a_task; t < std::min(reduced.tokens.size(), (task + 1) * tokens_of_a_task);
           ++t) {
        const double p = given(axis, reduced.tokens[t]), row = static_cast<double>(reduced.tokens[t]);
        const auto last = static_cast<double>(run_.shape.tokens);
        // Where rules that lead far away would put it: the finder looks as far as the position is from 0.
        const double starts[] = {-p, p, row - p, -2 * p, p * p - p, p * (last - p) - p, p * (p - 1) / 2};
        const TokenShift shift = finder.find(part, t, {&p, 1}, starts);
        result.seen[t] = p + shift.shift;
        result.visible[t] = shift.match != 0;
      }
    });
    throw_if_stopped(context_.evidence.stop);
    Noise noise = context_.evidence.noise;
    noise.angle.clear();
    for (const std::size_t i : pairs)
      noise.angle.push_back(i < context_.evidence.noise.angle.size() ? context_.evidence.noise.angle[i] : 0);
    const auto angle = [&](std::size_t t, std::size_t i) { return result.seen[t] * turns.theta[i]; };
    result.explained =
        score(
            part, noise, [&](std::size_t t, std::size_t i) { return std::polar(context_.expected.gain, angle(t, i)); },
            angle)
            .explained;
    return result;
  }

  std::optional<PartFound> explained(const Reduced& whole) const {
    std::vector<AxisFit> fits;
    for (const auto& [axis, pairs] : wrong_) fits.push_back(fit(whole, axis, pairs));
    // By their rules, then as they were measured.
    if (auto found = explained(whole, fits, true)) return found;
    return explained(whole, fits, false);
  }

  /// Tokens by which a position that was measured may be off: what rounding turns the fastest pair by.
  double slack(const std::vector<std::size_t>& pairs) const {
    double fastest = 0;
    for (const std::size_t i : pairs) fastest = std::max(fastest, std::abs(context_.expected.turns.theta[i]));
    constexpr double least = 0.01; // a rule is written in whole numbers, or in a few digits
    return std::clamp(8 * context_.evidence.noise.bound / fastest, least, thresholds::same_position);
  }

  std::optional<PartFound> explained(const Reduced& whole, const std::vector<AxisFit>& fits, bool by_rule) const {
    Prediction prediction = context_.expected;
    const auto tokens = static_cast<std::size_t>(run_.shape.tokens);
    std::vector<Cause> causes;
    for (std::size_t n = 0; n < wrong_.size(); ++n) {
      const std::int64_t axis = wrong_[n].axis;
      const AxisFit& of_axis = fits[n];
      std::optional<PositionRule> rule;
      if (by_rule) rule = find_position_rule(run_, axis, of_axis.seen, of_axis.visible, slack(wrong_[n].pairs));
      PositionRule taken = rule ? std::move(*rule) : as_measured(of_axis);
      // Positions that are those given explain nothing: something else is wrong.
      if (as_given(of_axis, taken, slack(wrong_[n].pairs))) return std::nullopt;
      std::copy(taken.positions.begin(), taken.positions.end(),
                prediction.positions.ids.begin() +
                    static_cast<std::ptrdiff_t>(static_cast<std::size_t>(axis) * tokens));
      add(causes, axis, taken, rule.has_value());
    }
    const Score proved = score(whole, context_.evidence.noise, prediction);
    if (proved.explained < thresholds::most_rows || (proved.explained == 1 && !proved.whole())) return std::nullopt;
    std::vector<std::int64_t> rows;
    for (std::size_t t = 0; t < proved.rows.size(); ++t)
      if (!proved.rows[t].explained()) rows.push_back(static_cast<std::int64_t>(t));
    if (!rows.empty()) causes.push_back(cause::RowsWrong{std::move(rows), {}, {}, false});
    return PartFound{std::move(causes), residual_of_explained(proved), nullptr};
  }

  bool as_given(const AxisFit& seen, const PositionRule& taken, double slack) const {
    for (std::size_t t = 0; t < taken.positions.size(); ++t)
      if (seen.visible[t] && std::abs(taken.positions[t] - given(seen.axis, static_cast<std::int64_t>(t))) > slack)
        return false;
    return true;
  }

  /// The positions seen, whole where all of them nearly are.
  static PositionRule as_measured(const AxisFit& fit) {
    constexpr double nearly_whole = 0.1; // tokens: what noise does to a position that the fast pairs tell
    PositionRule rule;
    rule.positions = fit.seen;
    bool whole = true;
    for (std::size_t t = 0; t < fit.seen.size(); ++t)
      whole &= !fit.visible[t] || std::abs(fit.seen[t] - std::round(fit.seen[t])) < nearly_whole;
    if (whole)
      for (double& p : rule.positions) p = std::round(p);
    return rule;
  }

  /// Tokens that are at position 0 instead of their own, where all others are right: they are not rotated.
  std::vector<std::int64_t> left_unrotated(const std::vector<std::int64_t>& taken) const {
    std::vector<std::int64_t> still;
    for (std::size_t t = 0; t < taken.size(); ++t) {
      if (taken[t] == run_.positions.at(0, static_cast<std::int64_t>(t))) continue;
      if (taken[t] != 0) return {};
      still.push_back(static_cast<std::int64_t>(t));
    }
    return still.size() < taken.size() ? still : std::vector<std::int64_t>{};
  }

  void add(std::vector<Cause>& causes, std::int64_t axis, const PositionRule& rule, bool known) const {
    std::vector<std::int64_t> list;
    for (const double p : rule.positions) list.push_back(static_cast<std::int64_t>(std::llround(p)));
    const std::string scaled =
        rule.words.empty() && known
            ? fmt::format("{:.7g}·p {} {:.7g}", rule.scale, rule.offset < 0 ? "−" : "+", std::abs(rule.offset))
            : rule.words;
    if (run_.positions.axes == 1) {
      if (const std::vector<std::int64_t> still = left_unrotated(list); !known && !still.empty())
        causes.push_back(cause::RowsWrong{still, {}, {}, false});
      else if (rule.row_number)
        causes.push_back(cause::PositionsRowNumber{*rule.row_number});
      else
        causes.push_back(cause::PositionsOther{std::move(list), scaled});
      return;
    }
    cause::AxisPositions cause{std::string(axis_name(run_.rope, axis)), rule.words, rule.scale, rule.offset, {}};
    if (!known) cause.positions = std::move(list);
    // What several axes did alike is said once.
    for (Cause& other : causes)
      if (const auto* same = other.as<cause::AxisPositions>();
          same && known && same->rule == cause.rule && same->scale == cause.scale && same->offset == cause.offset) {
        cause.axis = same->axis + "," + cause.axis;
        other = cause;
        return;
      }
    causes.push_back(cause);
  }

  const PartContext& context_;
  const KernelRun& run_;
  std::vector<Axis> wrong_;
};

} // namespace

std::optional<PartFound> other_positions(const PartContext& context) { return AxisSearch(context).find(); }

} // namespace ropescope
