#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Angles are right, and every row has a gain of its own: a normalisation fused into the kernel, or a weight for each
/// component.
struct RowGain {
  std::string like = "other";      ///< "rms_norm", "l2_norm", "layer_norm", "rms_norm_of_token", "weight" or "other"
  std::vector<double> weight = {}; ///< per component, or per head and component; empty: all 1
  bool after = false;              ///< the weight multiplies the rotated row

  static constexpr std::string_view name = "row_gain";
  static constexpr FactKind fact = FactKind::amplitude;

  Parameters parameters() const {
    Parameters all{{"like", like}};
    if (!weight.empty()) all.push_back({"weight", weight});
    if (after) all.push_back({"after", true});
    return all;
  }
  std::string norm() const {
    return like == "rms_norm"            ? "RMSNorm of each head"
           : like == "rms_norm_of_token" ? "RMSNorm over all heads of a token"
           : like == "l2_norm"           ? "division by each head's length"
           : like == "layer_norm"        ? "LayerNorm of each head"
                                         : like;
  }
  std::string sentence(const KernelRun&) const {
    const std::string weights = weight.empty() ? "" : " with a weight for each component";
    if (like == "other") return "turns every row by the correct angles, and multiplies each by a gain of its own";
    if (like == "weight")
      return fmt::format(
          "turns every row by the correct angles, and multiplies each component by a weight of its own {} "
          "the rotation",
          after ? "after" : "before");
    if (after)
      return fmt::format("turns correctly and normalises the result ({}{}); compare before the norm", norm(), weights);
    return fmt::format(
        "turns a normalised input correctly ({}{}): a norm is fused into the kernel; give the input as it is "
        "after the norm",
        norm(), weights);
  }
  std::string brief(const KernelRun&) const { return fmt::format("a gain for each row ({})", like); }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [](double p, std::span<double> out) {
      for (double& x : out) x *= 1 + 0.5 * std::sin(p);
    };
    return one_example("a gain for each row", "stripes, all pairs alike", bug);
  }
};

} // namespace ropescope::cause
