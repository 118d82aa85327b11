#pragma once
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/causes/pair_matrix.h"
#include "core/rope/positions.h"
#include "core/rope/spectrum.h"

namespace ropescope::cause {

/// Some pairs are wrong in every head, and the others right.
struct PairsWrong {
  std::vector<std::int64_t> pairs = {};
  std::string axis = {};              ///< of the positions, where exactly its pairs are wrong
  std::vector<double> frequency = {}; ///< rad/token per pair, where they turn all the same
  std::vector<double> offset = {};    ///< rad per pair, at position 0; empty: none
  std::string like = {}; ///< what they go through (PairMatrix::known), a matrix, "zero", "not_rotated", "axis h", or
                         ///< "axes t, h", one for each pair

  /// Where no single number shows it: what their lengths are multiplied by and their angles off by (rad) in the mean
  /// over all tokens, per pair.
  std::vector<double> mean_gain = {}, mean_angle = {};

  static constexpr std::string_view name = "pairs_wrong";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const {
    Parameters all{{"pairs", pairs}};
    if (!axis.empty()) all.push_back({"axis", axis});
    if (!frequency.empty()) all.push_back({"frequency", frequency});
    if (!offset.empty()) all.push_back({"offset", offset});
    if (!like.empty()) all.push_back({"like", like});
    if (!mean_gain.empty()) all.push_back({"mean_gain", mean_gain});
    if (!mean_angle.empty()) all.push_back({"mean_angle", mean_angle});
    return all;
  }
  std::string which() const { return fmt::format("pair{} {}", pairs.size() == 1 ? "" : "s", range_words(pairs)); }
  std::string sentence(const KernelRun& run) const {
    if (like == "zero" && 2 * static_cast<std::int64_t>(pairs.size()) == run.rope.layout.rotary_dim)
      return "writes zeros to the whole rotated part";
    return what(run) + "; the other pairs are right";
  }
  std::string brief(const KernelRun&) const { return which() + " wrong"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    const std::size_t pairs = bug.theta.size();
    for (std::size_t i = pairs / 4; i < std::max(pairs / 4 + 1, pairs / 2); ++i) bug.theta[i] *= 1.5;
    return one_example("some pairs", "columns", bug);
  }

private:
  std::string what(const KernelRun& run) const {
    const std::string of = axis.empty() ? "" : ", all of axis " + axis + ",";
    if (like == "not_rotated") return fmt::format("leaves {}{} unrotated", which(), of);
    if (like == "zero") return fmt::format("writes zeros to {}{}", which(), of);
    if (like.starts_with("ax"))
      return fmt::format("turns {} by {}; the model turns {} by {}", which(), like, pairs.size() == 1 ? "it" : "them",
                         axes_of_model(run));
    if (!frequency.empty() && like.empty() && mean_gain.empty()) return turning(run, of);
    std::string words = fmt::format("gets {} wrong{}", which(), axis.empty() ? "" : ", all of axis " + axis);
    if (!like.empty()) return words + "; there it " + PairMatrix::words_of(like);
    if (!mean_gain.empty())
      words += fmt::format(
          ", by less than rounding in every number: the mean over all tokens shows lengths multiplied by {} and angles "
          "off by {} rad",
          exact_words(mean_gain), exact_words(mean_angle));
    return words;
  }

  /// Pairs that turn all the same, and by what the model turns them.
  std::string turning(const KernelRun& run, const std::string& of) const {
    constexpr double slow = 1e-12, nothing = 1e-3; // rad/token; rad
    const bool from_zero =
        std::all_of(offset.begin(), offset.end(), [&](double angle) { return std::abs(angle) < nothing; });
    const std::string from = from_zero ? "" : fmt::format(", from {} rad at position 0", exact_words(offset));
    if (std::all_of(frequency.begin(), frequency.end(), [&](double f) { return std::abs(f) < slow; }))
      return fmt::format("does not turn {}{}{}", which(), of, from);
    const std::vector<double> all = make_spectrum(run.rope, run.length()).inv_freq;
    std::vector<double> model;
    for (const std::int64_t i : pairs) // a wider layout has pairs that the model does not turn
      model.push_back(i < static_cast<std::int64_t>(all.size()) ? all[static_cast<std::size_t>(i)] : 0);
    return fmt::format("turns {}{} by {} rad/token, and the model by {}{}", which(), of, exact_words(frequency),
                       exact_words(model), from);
  }

  /// "axis h", or "axes h, w, h", one for each pair.
  std::string axes_of_model(const KernelRun& run) const {
    const std::vector<std::uint8_t> axes = pair_axes(run.rope, run.positions.axes);
    std::string list;
    bool alike = true;
    const auto name_of = [&](std::int64_t i) { return axis_name(run.rope, axes[static_cast<std::size_t>(i)]); };
    for (const std::int64_t i : pairs) {
      list += (list.empty() ? "" : ", ") + std::string(name_of(i));
      alike &= name_of(i) == name_of(pairs.front());
    }
    return alike ? "axis " + std::string(name_of(pairs.front())) : "axes " + list;
  }
};

} // namespace ropescope::cause
