#include <algorithm>
#include <cmath>

#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/causes/axis_positions.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/heads_wrong.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/own_frequencies.h"
#include "core/check/causes/pairs_wrong.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/positions_other.h"
#include "core/check/causes/positions_row_number.h"
#include "core/check/causes/row_shift.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/proof/score.h"
#include "core/check/search/layout_choices.h"
#include "core/check/search/parts.h"
#include "core/check/search/search.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

/// A run of some of a run's tokens.
KernelRun tokens_alone(const KernelRun& run, const std::vector<std::int64_t>& tokens) {
  KernelRun few = without_rows(run);
  // A scheme that looks at the length of a run looked at all of it.
  few.seq_len = run.length();
  few.shape = run.shape;
  few.heads = run.heads;
  few.shape.tokens = static_cast<std::int64_t>(tokens.size());
  few.positions = positions_of_tokens(run.positions, tokens);
  const auto copy = [&](const Array& from, Array& to) {
    to.dtype = from.dtype;
    to.shape = {few.shape.outer, few.shape.tokens, few.shape.inner, few.shape.head_dim};
    for (std::int64_t outer = 0; outer < few.shape.outer; ++outer)
      for (const std::int64_t t : tokens) {
        const std::int64_t first = run.first_number(outer, t, 0);
        for (std::int64_t n = first; n < first + few.shape.inner * few.shape.head_dim; ++n)
          from.dtype == NumberFormat::float64 ? to.doubles.push_back(from.number(n))
                                              : to.floats.push_back(static_cast<float>(from.number(n)));
      }
  };
  copy(run.in, few.in);
  copy(run.out, few.out);
  return few;
}

/// Whether a cause names tokens by their number, which among some of them is another.
bool numbers_tokens(const Cause& cause) {
  if (const auto* offset = cause.as<cause::PositionOffset>()) return !offset->tokens.empty();
  if (const auto* heads = cause.as<cause::PositionByHead>()) return heads->by == "own";
  if (const auto* shift = cause.as<cause::RowShift>()) return shift->unit == "tokens";
  return cause.is<cause::PositionsOther>() || cause.is<cause::AxisPositions>() || cause.is<cause::RowsWrong>() ||
         cause.is<cause::HeadsWrong>() || cause.is<cause::PositionsRowNumber>();
}

/// What is said of the tokens alone, without what is said of the others anyway.
std::string inner_words(const Cause& cause, const KernelRun& run) {
  std::string words = cause.sentence(run);
  // Scores do not stay the same where some tokens alone are written so.
  for (const char* end : {"; the other tokens are right", "; the other pairs are right", "; scores stay the same"})
    words = words.substr(0, words.rfind(end));
  return words;
}

} // namespace

bool names_a_mistake(const std::vector<Cause>& causes) {
  return std::any_of(causes.begin(), causes.end(), [](const Cause& c) {
    const auto* pairs = c.as<cause::PairsWrong>();
    if (pairs) return !pairs->like.empty() || !pairs->frequency.empty();
    const auto* rows = c.as<cause::RowsWrong>();
    if (rows) return !rows->equal_to.empty() && rows->equal_to != "expected";
    return !c.is<cause::ElementsWrong>() && !c.is<cause::OwnFrequencies>();
  });
}

std::optional<PartFound> tokens_left(const PartContext& context) {
  const KernelRun& run = context.evidence.run;
  if (!context.as_expected() || run.tables || one_position(run.positions)) return std::nullopt;
  const Score scored = score(*context.evidence.sums.of(context.layout.at), context.evidence.noise, context.expected);
  cause::RowsWrong cause;
  double right = 0, error = 0, energy = 0;
  for (std::int64_t t = 0; t < run.shape.tokens; ++t) {
    const RowScore& row = scored.rows[static_cast<std::size_t>(t)];
    if (!row.explained()) {
      cause.rows.push_back(t);
      continue;
    }
    right += is_turned(run, t);
    error += row.error;
    energy += row.energy;
  }
  // One or two of many may be right by chance: rows of zeros, a position that two rules share.
  constexpr double fewest = 3;
  if (cause.rows.empty() || right < std::max(fewest, thresholds::worth_a_cause * static_cast<double>(run.shape.tokens)))
    return std::nullopt;
  return PartFound{{std::move(cause)}, energy > 0 ? std::sqrt(error / energy) : 0, nullptr};
}

std::optional<PartFound> wrong_tokens(const PartContext& context) {
  const KernelRun& run = context.evidence.run;
  // Two tokens of a kind are the fewest that a rule is seen in.
  constexpr std::size_t fewest = 2;
  if (!context.as_expected() || run.tables) return std::nullopt;
  std::vector<std::int64_t> wrong;
  std::size_t right = 0;
  const Score scored = score(*context.evidence.sums.of(context.layout.at), context.evidence.noise, context.expected);
  const auto any = context.tokens_off([](std::int64_t, std::int64_t) { return false; });
  const std::vector<std::int64_t> off = any ? any->as<cause::RowsWrong>()->rows : std::vector<std::int64_t>();
  for (std::int64_t t = 0; t < run.shape.tokens; ++t) {
    if (!scored.rows[static_cast<std::size_t>(t)].explained() || std::binary_search(off.begin(), off.end(), t))
      wrong.push_back(t);
    else
      right += is_turned(run, t);
  }
  if (wrong.size() < fewest || right < fewest) return std::nullopt;
  std::vector<std::int64_t> some = wrong;
  if (static_cast<std::int64_t>(some.size()) > thresholds::sampled_tokens) {
    some.clear();
    for (const std::int64_t n : sample_tokens(static_cast<std::int64_t>(wrong.size()), thresholds::sampled_tokens))
      some.push_back(wrong[static_cast<std::size_t>(n)]);
  }
  const KernelRun few = tokens_alone(run, some);
  const Noise noise = row_noise(few, make_spectrum(few.rope, few.length()));
  const Changes moved = changes(few, sample_tokens(few.shape.tokens, thresholds::sampled_tokens), noise.bound);
  const std::vector<LayoutChoice> layouts = layout_choices(few, moved.moved);
  const Prediction expected = expected_candidate(few, layouts.front()).prediction(as_given(few));
  WholeSums sums(few);
  const Explanation found = explain({few, expected, layouts, noise, moved, sums, context.evidence.stop, true});
  if (!names_a_mistake(found.causes) || std::any_of(found.causes.begin(), found.causes.end(), numbers_tokens))
    return std::nullopt;
  cause::RowsWrong cause;
  cause.rows = std::move(wrong);
  if (found.causes.size() == 1 && found.causes.front().is<cause::NotRotated>()) {
    cause.equal_to = "input";
    return PartFound{{std::move(cause)}, found.residual, nullptr};
  }
  for (const Cause& inner : found.causes) {
    cause.inner += cause.inner.empty() ? "" : "; and it ";
    cause.inner += inner_words(inner, few);
  }
  return PartFound{{std::move(cause)}, found.residual, nullptr};
}

} // namespace ropescope
