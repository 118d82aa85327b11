#include "core/analysis/precision_curves.h"

#include <algorithm>

#include "core/analysis/score_curve.h"
#include "core/rope/recipe.h"

namespace ropescope {

namespace {

constexpr int furthest_around = 16; // positions on each side of one of the table, within 1/128 of it

} // namespace

PrecisionCurves precision_curves(std::span<const PrecisionEngine> engines, const RopeConfig& config,
                                 std::int64_t length, PrecisionDetail detail) {
  const bool fine = detail == PrecisionDetail::fine;
  constexpr std::int64_t at_least = 1'000'000;
  const std::int64_t columns = fine ? 260 : 20; // so many positions are close enough for a line
  const int around = fine ? furthest_around : 1;
  const std::int64_t furthest = std::max(length, at_least);
  PrecisionCurves result;
  for (const std::int64_t edge : log_bin_edges(furthest, columns)) result.positions.push_back(edge);
  result.positions.back() = furthest;
  result.table_positions = {1000, 32768, 100'000, 1'000'000};
  if (furthest >= 10'000'000) result.table_positions.push_back(10'000'000);
  // A curve takes each position with the one before it and shows the worse: a format may hold a position exactly (every
  // power of two, for one), and its error of 0 would hide that of all others around.
  // The table takes the worst of its surroundings, for the same reason: 1000 and 32 768 are numbers of bfloat16, 999
  // and 1001 are not, and the worst lies halfway between two of its numbers, which are 1/256 to 1/128 apart.
  std::vector<std::int64_t> asked;
  for (const std::int64_t p : result.table_positions)
    for (int i = -around; i <= around; ++i) asked.push_back(p + i * p / (around * 128) + (i > 0) - (i < 0));
  for (const std::int64_t p : result.positions) asked.insert(asked.end(), {p, std::max<std::int64_t>(1, p - 1)});
  const std::vector<CosSin<double>> truth = true_cos_sin(config, static_cast<double>(length), asked);
  for (std::size_t r = 0; r < std::size(shown_recipes); ++r)
    for (const PrecisionEngine& on : engines) {
      const Recipe& recipe = *find_recipe(shown_recipes[r].recipe);
      if (!on.engine->why_not().empty() || !measurable(*on.engine, recipe, config)) continue;
      const std::vector<double> errors =
          precision(*on.engine, recipe, config, static_cast<double>(length), asked, truth);
      PrecisionCurve curve{.recipe = r, .on_gpu = on.is_gpu};
      // `errors` is in the order of `asked`: those around each place of the table, then two for each point of the
      // curve.
      const std::ptrdiff_t each = 2 * around + 1;
      const auto split = errors.begin() + each * static_cast<std::ptrdiff_t>(result.table_positions.size());
      for (auto error = errors.begin(); error != split; error += each)
        curve.table.push_back(*std::max_element(error, error + each));
      for (auto error = split; error != errors.end(); error += 2) curve.errors.push_back(std::max(error[0], error[1]));
      result.curves.push_back(std::move(curve));
    }
  return result;
}

} // namespace ropescope
