#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The output is the input.
struct NotRotated {
  static constexpr std::string_view name = "not_rotated";
  static constexpr FactKind fact = FactKind::positions;
  static constexpr bool hides_the_rest = true; ///< what does not turn shows neither pairs nor frequencies

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const {
    return "does not rotate: the output is the input (or the input was saved after a call in place: clone it before)";
  }
  std::string brief(const KernelRun&) const { return "not rotated at all"; }
  std::string decide_by() const {
    return "a run on a clone of the input, kept from before the call; and print the positions that reach the kernel";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.rotates = [](double, std::int64_t) { return false; };
    return one_example("not rotated", "grows pair by pair", bug);
  }
};

} // namespace ropescope::cause
