#include "core/check/search/frequency_choices.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/all.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/axis_order.h"
#include "core/check/causes/base.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/layer_of_another_type.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/evidence/median.h"
#include "core/check/search/exponent_choices.h"
#include "core/check/search/scaling_choices.h"
#include "core/error.h"

namespace ropescope {

namespace {

/// The axes that turn the pairs; nothing where core/rope refuses the config by throwing, for a kernel that would need
/// it cannot be.
std::optional<std::vector<std::uint8_t>> pair_axes_if_any(const RopeConfig& config, std::int64_t axes) {
  try {
    return pair_axes(config, axes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_bases(FrequencyChoices& choices) {
  // From a base under which pairs hardly differ to one beyond any model's; 10⁴ to 10⁸ are in use.
  constexpr double least = 2, greatest = 1e12;
  const auto set = [](RopeConfig& c, double value) { c.base = value; };
  choices.add_fitted([](double value) { return cause::Base{value, {}}; }, choices.config(), set, least, greatest);
  // One token far out, which turns even the slowest pairs by whole turns, leads to no base: those in use are tried.
  const std::span<const FrequencyFit> measured = choices.measured();
  if (std::any_of(measured.begin(), measured.end(), [](const FrequencyFit& fit) { return fit.ambiguous(); }))
    for (const double base : {1e4, 1e5, 5e5, 1e6, 1e7}) {
      RopeConfig other = choices.config();
      other.base = base;
      choices.add({cause::Base{base, {}}}, other);
    }
  // A base that is right for unscaled frequencies: two causes that hide each other.
  const RopeType type = choices.config().scaling.rope_type;
  if (type == RopeType::standard) return;
  RopeConfig plain = choices.config();
  plain.scaling.rope_type = RopeType::standard;
  if (const auto value = choices.fitted(plain, set, least, greatest)) {
    plain.base = *value;
    choices.add({cause::ScalingIgnored{std::string(rope_type_name(type)), {}}, cause::Base{*value, {}}}, plain);
  }
}

void add_axes(FrequencyChoices& choices) {
  using Form = cause::AxisOrder::Form;
  const KernelRun& run = choices.run();
  const std::int64_t axes = run.positions.axes;
  if (axes < 2) return;
  const std::vector<std::uint8_t> expected = choices.expected().turns.axis;
  std::vector<std::uint8_t> order(static_cast<std::size_t>(axes));
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  // Every order but the one there is.
  while (std::next_permutation(order.begin(), order.end())) {
    std::vector<std::uint8_t> axis;
    for (const std::uint8_t a : expected) axis.push_back(order[a]);
    std::string words;
    for (const std::uint8_t a : order) words += fmt::format("{}{}", words.empty() ? "" : ",", axis_name(run.rope, a));
    choices.add_axes({cause::AxisOrder{Form::order, words}}, axis);
  }
  for (std::uint8_t a = 0; a < axes; ++a)
    choices.add_axes({cause::AxisOrder{Form::only, std::string(axis_name(run.rope, a))}},
                     std::vector<std::uint8_t>(expected.size(), a));
  // The rules of Qwen2-VL, Qwen3-VL and Ernie, which take the same three sections.
  if (axes != 3) return;
  for (const auto& [rule, words] :
       {std::pair{AxisRule::sections, "sections"}, std::pair{AxisRule::sections_interleaved, "interleaved"},
        std::pair{AxisRule::sections_ernie, "ernie"}}) {
    RopeConfig other = choices.config();
    other.axes.rule = rule;
    if (auto axis = pair_axes_if_any(other, axes))
      choices.add_axes({cause::AxisOrder{Form::rule, words}}, std::move(*axis));
  }
}

/// What another layer type of the model does.
void add_layers(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  for (const LayerRope& layer : choices.run().other_layers)
    if (layer.config.rotates && pair_count(layer.config) == pair_count(config))
      choices.add({cause::LayerOfAnotherType{layer.layer_type}}, layer.config);
}

/// Where positions have several axes a token's shift does not tell its speed, so that speeds are frequencies here.
void add_speeds(FrequencyChoices& choices) {
  if (choices.run().positions.axes < 2) return;
  const std::vector<double>& expected = choices.expected().turns.theta;
  const std::span<const FrequencyFit> measured = choices.measured();
  std::vector<double> ratios;
  for (std::size_t i = 0; i < measured.size(); ++i)
    if (measured[i].sigma < thresholds::votes_on_axes * std::abs(measured[i].theta) &&
        std::abs(measured[i].theta) < thresholds::slow_enough)
      ratios.push_back(measured[i].theta / (expected[i] * choices.run().rope.layout.pairs.direction));
  std::vector<double> speeds{-1, 2};
  if (!ratios.empty()) {
    const double speed = std::round(median(ratios) * 1000) / 1000; // three digits, as people write it
    if (speed != 0 && speed != -1 && speed != 1 && speed != 2) speeds.push_back(speed);
  }
  for (const double speed : speeds) {
    std::vector<double> theta = expected;
    for (double& t : theta) t *= speed;
    choices.add_theta({speed == -1  ? Cause(cause::InverseRotation{})
                       : speed == 2 ? Cause(cause::AppliedTwice{})
                                    : Cause(cause::PositionScale{speed})},
                      theta);
  }
}

} // namespace

std::vector<FrequencyChoice> frequency_choices(const KernelRun& run, std::int64_t rotary_dim,
                                               std::span<const FrequencyFit> measured) {
  FrequencyChoices choices(run, rotary_dim, measured);
  if (!run.rope.rotates) { // in a layer without RoPE whatever turns is that of another
    add_layers(choices);
    return choices.take();
  }
  // Of choices that fit alike the first is taken: what the config itself holds, then its scaling, then numbers to be
  // fitted, of which a base fits nearly anything.
  add_layers(choices);
  add_scaling(choices);
  add_axes(choices);
  if (!of_patches(run.rope.axes.rule)) add_exponents(choices);
  add_speeds(choices);
  add_bases(choices);
  for (const CauseRow& row : cause_rows())
    if (row.suggest_frequencies) row.suggest_frequencies(choices);
  return choices.take();
}

} // namespace ropescope
