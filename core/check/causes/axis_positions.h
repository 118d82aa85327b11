#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/positions.h"

namespace ropescope::cause {

/// The pairs of one axis of the positions (t, h, w) are turned right, at other positions than that axis has.
struct AxisPositions {
  std::string axis = "t";       ///< or several, "t,h,w", that took the same
  std::string rule = {};        ///< such as "0", "row number", "h"; empty: `scale` and `offset`, or the list
  double scale = 1, offset = 0; ///< position taken = scale × position + offset
  std::vector<std::int64_t> positions = {}; ///< as measured, of each row, where no rule was found
  std::vector<std::int64_t> tokens = {};    ///< those that took them, the others being right; empty: all

  static constexpr std::string_view name = "axis_positions";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    Parameters all = parameters_without_axis();
    all.insert(all.begin(), {"axis", axis});
    return all;
  }
  Parameters parameters_without_axis() const {
    Parameters all;
    if (!rule.empty()) all.push_back({"rule", rule});
    if (positions.empty()) {
      all.push_back({"scale", scale});
      all.push_back({"offset", offset});
    } else {
      all.push_back({"positions", positions});
    }
    if (!tokens.empty()) all.push_back({"tokens", tokens});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    if (tokens.empty()) return sentence_of_all(run);
    return fmt::format("{} in {}; the others are right", sentence_of_all(run), token_words(tokens));
  }
  std::string sentence_of_all(const KernelRun& run) const {
    const auto tokens = static_cast<std::ptrdiff_t>(run.positions.tokens());
    for (std::int64_t a = 0; a < run.positions.axes && !positions.empty(); ++a) {
      const auto begin = run.positions.ids.begin() + a * tokens;
      if (axis_name(run.rope, a) != axis) continue;
      if (std::string words = other_position_words({begin, begin + tokens}, positions); !words.empty())
        return fmt::format("turns the pairs of {} of {}", axis_words(axis),
                           words.substr(std::string_view("turns ").size()));
    }
    const std::string name = axis_words(axis), pairs = "turns the pairs of " + name + " by ";
    if (!positions.empty()) return pairs + "positions " + exact_words(positions);
    if (rule.empty() && scale == 1) return offset_words(offset, "the positions of " + name);
    if (rule.empty() && offset == 0)
      return fmt::format("multiplies the positions of {} by {}", name, exact_words(scale));
    if (rule.empty())
      return fmt::format("{}{} × their position {} {:.7g}", pairs, exact_words(scale), offset < 0 ? "−" : "+",
                         std::abs(offset));
    if (scale == 0) return fmt::format("{}position {} in every token", pairs, exact_words(offset));
    return pairs + rule;
  }
  std::string brief(const KernelRun&) const { return fmt::format("positions of axis {} other", axis); }

  static std::vector<Example> examples(const ExampleModel& model) {
    const std::int64_t count = axis_count(model.rope());
    if (count < 2) return no_example("its tokens have one position each");
    const std::vector<std::uint8_t> axis = pair_axes(model.rope(), count);
    const double width = std::max(2.0, std::floor(std::sqrt(model.length())));
    Formula right = model.right(), bug = model.right();
    const auto along = [=](double p, std::int64_t pair, bool first) {
      const bool of_first = axis[static_cast<std::size_t>(pair)] == 0;
      return of_first ? (first ? std::fmod(p, width) : 0) : std::floor(p / width);
    };
    right.position = [=](double p, std::int64_t pair, std::int64_t) { return along(p, pair, true); };
    bug.position = [=](double p, std::int64_t pair, std::int64_t) { return along(p, pair, false); };
    return {{"an axis at 0", "columns of one axis", bug, right, {}}};
  }
};

} // namespace ropescope::cause
