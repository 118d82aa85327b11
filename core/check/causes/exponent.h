#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel has another exponent: its frequencies are base^(−2(i + shift)/denominator). One member counts.
struct Exponent {
  std::int64_t denominator = 0; ///< instead of rotary_dim; 0: that one is right
  double shift = 0;             ///< pairs
  bool inverted = false;        ///< the minus is lost

  static constexpr std::string_view name = "exponent";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const {
    if (inverted) return {{"inverted", true}};
    if (denominator != 0) return {{"denominator", denominator}};
    return {{"shift", shift}};
  }
  std::string sentence(const KernelRun& run) const {
    const std::int64_t rotary_dim = run.rope.layout.rotary_dim;
    const std::string model = fmt::format("; the model has base^(−2i/{})", rotary_dim);
    if (inverted)
      return fmt::format("takes base^(+2i/{}) for the frequency of pair i{}: the sign of the exponent is lost",
                         rotary_dim, model);
    if (denominator == rotary_dim) // of another rotary_dim, which another cause says
      return fmt::format("keeps the frequencies base^(−2i/{}) of the model", rotary_dim);
    if (denominator != 0) return fmt::format("takes base^(−2i/{}) for the frequency of pair i{}", denominator, model);
    return fmt::format("takes base^(−2(i {} {:.7g})/{}) for the frequency of pair i{}", shift < 0 ? "−" : "+",
                       std::abs(shift), rotary_dim, model);
  }
  std::string brief(const KernelRun& run) const {
    if (inverted) return "sign of the exponent lost";
    if (denominator == run.rope.layout.rotary_dim) return "the model's frequencies";
    if (denominator != 0)
      return fmt::format("exponent over {} instead of {}", short_words(denominator), run.rope.layout.rotary_dim);
    return "exponent of pair i" + signed_words(shift);
  }
  std::string decide_by() const {
    return "a run with another base in the config and in the kernel: a kernel with a wrong exponent or list of factors "
           "is wrong there too, in another way, and one whose base alone was wrong is right";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right(); // pair i as pair i + 1
    const double step = std::pow(model.rope().base, -2.0 / static_cast<double>(model.rope().layout.rotary_dim));
    for (double& theta : bug.theta) theta *= step;
    return one_example("exponent + 1", "pair 0 too", bug);
  }
};

} // namespace ropescope::cause
