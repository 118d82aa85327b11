#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Scattered numbers of the output are wrong, in no order of heads, pairs or rows, and all others right.
struct ElementsWrong {
  double share = 0;               ///< of all numbers
  std::string equal_to = "other"; ///< "input", "zero", or "other": what those numbers are; or what was made of right
                                  ///< ones: "absolute", "negative_zero", "clipped"
  double limit = 0;               ///< of "clipped": the greatest number that comes out
  std::string becomes = {};       ///< of "function_of_right" and "function_of_input": what some numbers become

  static constexpr std::string_view name = "elements_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const { return {{"share", share}, {"equal_to", equal_to}}; }
  std::string sentence(const KernelRun&) const {
    if (equal_to == "absolute") return "rotates correctly and loses the sign of every number";
    if (equal_to == "negative_zero") return "rotates correctly and writes 0 for every negative number";
    if (equal_to == "function_of_right")
      return fmt::format("rotates correctly and passes every number through a function: {}", becomes);
    if (equal_to == "function_of_input")
      return fmt::format(
          "does not rotate: each number of the output follows from the same number of the input alone: {}", becomes);
    if (equal_to == "clipped")
      return fmt::format("rotates correctly and clips its numbers to ±{:.4g}, {:.2g} % of them", limit, 100 * share);
    const std::string are = equal_to == "input"  ? "they are the input's, as if never written"
                            : equal_to == "zero" ? "they are 0, as if never written"
                                                 : "they equal neither the input nor 0";
    return fmt::format("gets {:.2g} % of the numbers wrong, scattered over rows and pairs; {}; run it twice: where "
                       "they change from run "
                       "to run it is a race; the other numbers are right",
                       100 * share, are);
  }
  std::string brief(const KernelRun&) const { return fmt::format("{:.2g} % of the numbers wrong", 100 * share); }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [](double p, std::span<double> out) {
      for (std::size_t j = 0; j < out.size(); ++j) // a number of both that looks like chance
        if (std::fmod(std::abs(std::sin(p * 12.9898 + static_cast<double>(j) * 78.233)) * 43758.5453, 1.0) < 0.02)
          out[j] = 0;
    };
    return one_example("scattered numbers", "dots", bug);
  }
};

} // namespace ropescope::cause
