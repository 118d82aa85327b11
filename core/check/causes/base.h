#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/text.h"

namespace ropescope::cause {

/// The kernel computes its frequencies from another base.
struct Base {
  double measured = 0;
  std::string layer_type = {}; ///< the model's layer type that has this base, where one does
  std::string axis = {};       ///< of the positions, whose frequencies alone come from it
  double expected = 0;         ///< of that axis

  static constexpr std::string_view name = "base";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const {
    Parameters all{{"measured", measured}};
    if (!layer_type.empty()) all.push_back({"layer_type", layer_type});
    if (!axis.empty()) all.push_back({"axis", axis});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    const auto words = [](double base) { // a whole number with its thousands apart
      return base == std::round(base) && base < 1e15 ? grouped(base) : exact_words(base);
    };
    if (!axis.empty())
      return fmt::format("uses base {} for {}; the model expects {}", words(measured), axis_words(axis),
                         words(expected));
    return fmt::format("uses base {}; the model expects {}", words(measured), words(run.rope.base));
  }
  std::string brief(const KernelRun& run) const {
    return fmt::format("base {} instead of {}{}", short_words(measured),
                       short_words(axis.empty() ? run.rope.base : expected), axis.empty() ? "" : ", axis " + axis);
  }
  std::string decide_by() const {
    return "a run with another base in the config and in the kernel: a kernel with a wrong exponent or list of factors "
           "is wrong there too, in another way, and one whose base alone was wrong is right";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    RopeConfig other = model.rope();
    other.base = model.rope().base == 10000 ? 500000 : 10000;
    return one_example(fmt::format("base {}", grouped(other.base)), "pair 0 is always right", model.formula(other));
  }
};

} // namespace ropescope::cause
