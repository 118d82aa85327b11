#include "core/rope/axis_plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

constexpr std::size_t most_axes = 8; // the most that is known is 4

/// The head, or the part of it that one list of frequencies belongs to.
RopeConfig one_list(const RopeConfig& config, std::int64_t components) {
  RopeConfig one = config;
  one.axes = {};
  one.layout.rotary_dim = components;
  one.layout.head_dim = std::max(config.layout.head_dim * components / config.layout.rotary_dim, components);
  return one;
}

/// The axis's own base and scheme in place of the config's.
RopeConfig list_of_axis(const RopeConfig& config, const PositionAxis& axis) {
  RopeConfig one = one_list(config, axis.components);
  one.base = axis.base.value_or(config.base);
  if (axis.rope_type == RopeType::standard) return one;
  one.scaling.rope_type = axis.rope_type;
  one.scaling.factor = axis.factor;
  return one;
}

/// Axes that have as many pairs each and the frequencies of all: what the rules of vision towers have in common.
AxisPlan equal_parts(const RopeConfig& config, std::int64_t axes, bool dealt, bool last_first) {
  AxisPlan plan;
  plan.lists.push_back(one_list(config, config.layout.rotary_dim / axes));
  const std::int64_t pairs = pair_count(config), each = pairs / axes;
  for (std::int64_t i = 0; i < pairs; ++i) {
    const std::int64_t axis = dealt ? i % axes : i / each;
    plan.pairs.push_back(
        {0, dealt ? i / axes : i % each, static_cast<std::uint8_t>(last_first ? axes - 1 - axis : axis)});
  }
  return plan;
}

/// One list of all frequencies, in its natural order; which axis turns which pair is asked elsewhere.
AxisPlan natural(const RopeConfig& config) {
  AxisPlan plan;
  plan.lists.push_back(config);
  plan.lists.front().axes = {};
  for (std::int64_t i = 0; i < pair_count(config); ++i) plan.pairs.push_back({0, i, 0});
  return plan;
}

/// Pixtral: the row's half takes frequencies 0, 2, 4 …, the column's half 1, 3, 5 …: no frequency is used twice.
AxisPlan even_odd(const RopeConfig& config) {
  AxisPlan plan = natural(config);
  const std::int64_t half = pair_count(config) / 2;
  for (std::int64_t i = 0; i < pair_count(config); ++i) {
    FrequencySource& source = plan.pairs[static_cast<std::size_t>(i)];
    source.axis = i >= half;
    source.index = i < half ? 2 * i : 2 * (i - half) + 1;
  }
  return plan;
}

/// (axis, its pair) in the order in which they lie.
std::vector<std::pair<std::size_t, std::int64_t>> order_of(const Axes& axes) {
  std::vector<std::pair<std::size_t, std::int64_t>> order;
  if (axes.order == PairSequence::blocks) {
    for (std::size_t a = 0; a < axes.list.size(); ++a)
      for (std::int64_t j = 0; j < axes.list[a].components / 2; ++j) order.emplace_back(a, j);
    return order;
  }
  std::int64_t longest = 0;
  for (const PositionAxis& axis : axes.list) longest = std::max(longest, axis.components / 2);
  for (std::int64_t j = 0; j < longest; ++j)
    for (std::size_t a = 0; a < axes.list.size(); ++a)
      if (j < axes.list[a].components / 2) order.emplace_back(a, j);
  return order;
}

AxisPlan listed(const RopeConfig& config) {
  const Axes& axes = config.axes;
  const bool own_lists = axes.count == FrequencyCount::restart || axes.count == FrequencyCount::rising;
  AxisPlan plan;
  std::int64_t all = 0;
  for (const PositionAxis& axis : axes.list) all += axis.components;
  std::vector<std::int64_t> list_of(axes.list.size(), 0);
  if (own_lists)
    for (std::size_t a = 0; a < axes.list.size(); ++a) {
      if (axes.list[a].components == 0) continue; // an axis that turns nothing has no list
      list_of[a] = static_cast<std::int64_t>(plan.lists.size());
      plan.lists.push_back(list_of_axis(config, axes.list[a]));
      plan.lists.back().axes.count = axes.count; // `rising` is no scheme: frequencies.cpp asks for it
    }
  else
    plan.lists.push_back(one_list(config, all));
  plan.pairs.assign(static_cast<std::size_t>(axes.leading_pairs), FrequencySource{});
  for (const auto& [a, j] : order_of(axes)) {
    const auto place = static_cast<std::int64_t>(plan.pairs.size()) - axes.leading_pairs;
    const std::int64_t index = own_lists ? j
                               : axes.count == FrequencyCount::run_on
                                   ? place
                                   : static_cast<std::int64_t>(axes.list.size()) * j + static_cast<std::int64_t>(a);
    plan.pairs.push_back({list_of[a], index, static_cast<std::uint8_t>(a)});
  }
  return plan;
}

AxisPlan plan_of_rule(const RopeConfig& config) {
  switch (config.axes.rule) {
  case AxisRule::halves:
  case AxisRule::centred_grid: return equal_parts(config, 2, false, false);
  case AxisRule::halves_xy: return equal_parts(config, 2, false, true);
  case AxisRule::alternating: return equal_parts(config, 2, true, false);
  case AxisRule::alternating_xy: return equal_parts(config, 2, true, true);
  case AxisRule::thirds: return equal_parts(config, 3, false, false);
  case AxisRule::even_odd: return even_odd(config);
  case AxisRule::listed: return listed(config);
  default: return natural(config);
  }
}

/// Pairs of one axis that lie together around pair i of the plan: V-JEPA 2 tiles its table in each such block.
std::pair<std::size_t, std::size_t> block_around(const AxisPlan& plan, std::size_t i) {
  std::size_t begin = i, end = i + 1;
  while (begin > 0 && plan.pairs[begin - 1].axis == plan.pairs[i].axis) --begin;
  while (end < plan.pairs.size() && plan.pairs[end].axis == plan.pairs[i].axis) ++end;
  return {begin, end};
}

/// Of which axis component c of the doubled list is where every section is doubled: transformers' HunYuan-VL.
std::uint8_t doubled_section(const std::vector<std::int64_t>& sections, std::int64_t component) {
  for (std::int64_t chunk = 0, end = 0;; ++chunk) {
    const std::size_t a = static_cast<std::size_t>(chunk) % sections.size();
    end += 2 * std::max<std::int64_t>(1, sections[a]);
    if (component < end) return static_cast<std::uint8_t>(a);
  }
}

/// Gives both components of each pair the entries that a mixed convention has there.
void mix(AxisPlan& plan, const RopeConfig& config) {
  const std::vector<FrequencySource> list = plan.pairs;
  const std::size_t n = list.size();
  plan.second = list;
  for (std::size_t i = 0; i < n; ++i) {
    if (config.axes.table == AngleTable::repeated) {
      plan.pairs[i] = list[i / 2];
      plan.second[i] = list[(i + n) / 2];
    } else if (config.axes.table == AngleTable::tiled) {
      AxisPlan whole;
      whole.pairs = list;
      const auto [begin, end] = block_around(whole, i);
      const std::size_t component = 2 * (i - begin), angles = end - begin;
      plan.pairs[i] = list[begin + component % angles];
      plan.second[i] = list[begin + (component + 1) % angles];
    } else if (!config.axes.mrope_section.empty()) {
      plan.pairs[i].axis = doubled_section(config.axes.mrope_section, static_cast<std::int64_t>(i));
      plan.second[i].axis = doubled_section(config.axes.mrope_section, static_cast<std::int64_t>(i + n));
    }
  }
}

void validate_axis(const PositionAxis& axis) {
  if (axis.components < 0 || axis.components % 2 != 0)
    throw Error(fmt::format("axis {} has {} components, and a rotation turns pairs: expected an even number", axis.name,
                            axis.components));
  if (axis.base && !(*axis.base > 0 && std::isfinite(*axis.base)))
    throw Error(fmt::format("axis {} has the base {}, expected a positive number", axis.name, *axis.base));
  if (!(axis.factor > 0 && std::isfinite(axis.factor)))
    throw Error(fmt::format("axis {} has the factor {}, expected a positive number", axis.name, axis.factor));
  if (axis.rope_type == RopeType::ntk && axis.components <= 2 && axis.components != 0)
    throw Error(
        fmt::format("axis {}: NTK-aware scaling divides by components − 2, and it has {}", axis.name, axis.components));
  if (axis.held_pair >= 0 && (axis.held_pair >= axis.components / 2 || !(axis.held_wavelength > 0)))
    throw Error(fmt::format("axis {}: pair {} is held at a wavelength of {}, expected one of its {} pairs and a "
                            "positive length",
                            axis.name, axis.held_pair, axis.held_wavelength, axis.components / 2));
}

} // namespace

AxisPlan axis_plan(const RopeConfig& config) {
  AxisPlan plan = plan_of_rule(config);
  if (is_mixed(config)) mix(plan, config);
  return plan;
}

void validate_axis_list(const RopeConfig& config) {
  const Axes& axes = config.axes;
  if (axes.list.empty() || axes.list.size() > most_axes)
    throw Error(fmt::format("the positions have {} axes, expected 1…{}", axes.list.size(), most_axes));
  std::int64_t sum = 2 * axes.leading_pairs;
  for (const PositionAxis& axis : axes.list) {
    validate_axis(axis);
    sum += axis.components;
  }
  if (axes.leading_pairs < 0 || sum != config.layout.rotary_dim)
    throw Error(fmt::format("the axes have {} components together, expected {} as rotary_dim has", sum,
                            config.layout.rotary_dim));
  if (!std::isfinite(axes.gain) || !std::isfinite(axes.scale) || !std::isfinite(axes.shift))
    throw Error("the scale of positions is beyond double precision, expected finite numbers");
  const auto pairs = static_cast<std::size_t>(pair_count(config));
  if (!axes.learned.empty() && axes.learned.size() != axes.list.size() * pairs)
    throw Error(fmt::format("there are {} learned frequencies, expected one for each of {} axes and {} pairs",
                            axes.learned.size(), axes.list.size(), pairs));
}

} // namespace ropescope
