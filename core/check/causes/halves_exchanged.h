#pragma once
#include <algorithm>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The rotated part is right, and its two halves (or the two components of each pair) are written in each other's
/// place.
struct HalvesExchanged {
  bool neighbours = false; ///< components 2i and 2i + 1 rather than the halves
  std::string order = {};  ///< another order of the components, in words after "writes "; empty: one of the two above

  static constexpr std::string_view name = "halves_exchanged";
  static constexpr FactKind fact = FactKind::output_order;

  Parameters parameters() const {
    if (!order.empty()) return {{"order", order}};
    return {{"exchanged", std::string(neighbours ? "neighbours" : "halves")}};
  }
  std::string sentence(const KernelRun&) const {
    if (!order.empty()) return "rotates correctly and writes " + order;
    return neighbours ? "rotates correctly and writes the components 2i and 2i + 1 in each other's place"
                      : "rotates correctly and writes the two halves of the rotated part in each other's place";
  }
  std::string brief(const KernelRun&) const {
    if (!order.empty()) return "components of the output in another order";
    return neighbours ? "neighbours of the output exchanged" : "halves of the output exchanged";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [pairs = bug.theta.size()](double, std::span<double> out) {
      std::swap_ranges(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(pairs),
                       out.begin() + static_cast<std::ptrdiff_t>(pairs));
    };
    return one_example("halves exchanged", "everywhere alike", bug);
  }
};

} // namespace ropescope::cause
