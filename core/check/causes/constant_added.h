#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// A number of its own is added to each component of each head, the same in all tokens: a bias.
struct ConstantAdded {
  std::vector<double> constant = {}; ///< per head and component, or per component
  bool after = false;                ///< to the rotated row

  static constexpr std::string_view name = "constant_added";
  static constexpr FactKind fact = FactKind::amplitude;
  static constexpr bool hides_amplitude = true; ///< lengths are not kept

  Parameters parameters() const { return {{"constant", constant}, {"after", after}}; }
  std::string sentence(const KernelRun&) const {
    const std::string what = "adds a constant of its own to each component";
    return after ? what + " after it has rotated: a bias"
                 : what + " before it rotates: a bias is fused into the kernel; give the input as it is after the bias";
  }
  std::string brief(const KernelRun&) const { return "a constant added"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [](double, std::span<double> out) {
      for (std::size_t j = 0; j < out.size(); ++j) out[j] += 0.5 * std::sin(static_cast<double>(j));
    };
    return one_example("a constant added", "stripes along the tokens", bug);
  }
};

} // namespace ropescope::cause
