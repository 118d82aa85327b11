#pragma once
#include <algorithm>
#include <cmath>

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
  std::string sentence(const KernelRun& run) const {
    const std::string weights = weight.empty() ? "" : " with a weight for each component";
    if (like == "other") return "turns every row by the correct angles, and multiplies each by a gain of its own";
    if (const std::string some = like == "weight" ? weight_words(run) : ""; !some.empty())
      return fmt::format("turns every row by the correct angles, and multiplies {} {} the rotation", some,
                         after ? "after" : "before");
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

private:
  static bool is_one(double weight) { return std::abs(weight - 1) < 1e-2; }

  /// Components that follow one another and have one weight: the first of each, and it.
  std::vector<std::pair<std::size_t, double>> stretches() const {
    std::vector<std::pair<std::size_t, double>> found;
    for (std::size_t j = 0; j < weight.size(); ++j)
      if (found.empty() || std::abs(weight[j] - found.back().second) > 1e-2 * std::abs(found.back().second))
        found.emplace_back(j, weight[j]);
    return found;
  }
  /// The weights in words, where many components, or all of a head, share one; else empty.
  std::string weight_words(const KernelRun& run) const {
    constexpr std::size_t most = 8;
    const auto parts = stretches();
    const auto width = static_cast<std::size_t>(run.shape.head_dim);
    const bool by_head = weight.size() > width;
    if (weight.empty() || parts.size() > most || weight.size() < 2 * parts.size()) return {};
    if (by_head && std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return part.first % width != 0; }))
      return {};
    std::string words;
    const bool some_right = std::any_of(parts.begin(), parts.end(), [](const auto& p) { return is_one(p.second); });
    for (std::size_t n = 0; n < parts.size(); ++n) {
      if (some_right && is_one(parts[n].second)) continue; // nothing is done to them
      std::size_t first = parts[n].first, last = (n + 1 < parts.size() ? parts[n + 1].first : weight.size()) - 1;
      if (by_head) {
        first /= width;
        last /= width;
      }
      words += fmt::format("{}{}{} {}", words.empty() ? "" : ", ", by_head ? "head" : "component",
                           first == last ? "" : "s", first);
      words += fmt::format("{} by {:.3g}", first == last ? "" : fmt::format(" … {}", last), parts[n].second);
    }
    return words;
  }
};

} // namespace ropescope::cause
