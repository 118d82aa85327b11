#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel multiplies cos and sin by another factor.
struct AttentionFactor {
  double measured = 1, expected = 1;

  static constexpr std::string_view name = "attention_factor";
  static constexpr FactKind fact = FactKind::amplitude;

  Parameters parameters() const { return {{"measured", measured}, {"expected", expected}}; }
  std::string sentence(const KernelRun& run) const {
    // A kernel that is fused with what follows it multiplies q by the scale of the scores.
    const auto dim = static_cast<double>(run.shape.head_dim);
    constexpr double near = 2e-3; // relative: coarser than any rows, finer than one more component
    const bool softmax = std::abs(measured / expected * std::sqrt(dim) - 1) < near;
    // Seven digits say most; two numbers that those do not tell apart need ten.
    std::string is = exact_words(measured), should = exact_words(expected);
    if (is == should) is = fmt::format("{:.10g}", measured), should = fmt::format("{:.10g}", expected);
    return fmt::format("multiplies by attention factor {}; the model expects {}{}", is, should,
                       softmax ? fmt::format(" ({:.5g} is 1/√{:.0f}, the softmax scale)", 1 / std::sqrt(dim), dim)
                               : "");
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("amplitude {} instead of {}", short_words(measured), short_words(expected));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.gain = model.right().gain == 1 ? 1.2 : 1;
    return one_example(model.right().gain == 1 ? "amplitude 1.2" : "amplitude missing", "flat, row 0 too", bug);
  }
};

} // namespace ropescope::cause
