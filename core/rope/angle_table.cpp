#include "core/rope/angle_table.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>

#include "core/parallel.h"
#include "core/rope/phase.h"

namespace ropescope {

namespace {

/// An angle as a fraction of a turn, in units of 2⁻⁶⁴ turn.
std::uint64_t phase_of(long double angle) {
  const long double turns = angle / (2 * std::numbers::pi_v<long double>);
  const long double scaled = std::round(std::ldexp(turns - std::floor(turns), 64));
  return scaled >= std::ldexp(1.0L, 64) ? 0 : static_cast<std::uint64_t>(scaled);
}

/// The entries of all pairs of one axis, made once for each position that occurs: a clip has many thousand tokens, and
/// some dozens of rows, columns and frames.
struct AxisEntries {
  std::vector<std::size_t> pairs;      // of this axis
  std::vector<std::size_t> places;     // of each token, its first entry
  std::vector<CosSin<double>> entries; // [place][pair of this axis]
};

AxisEntries axis_entries(const RopeConfig& config, std::span<const double> inv_freq, const Rotation& rotation,
                         std::int64_t axis) {
  AxisEntries made;
  for (std::int64_t i = 0; i < rotation.pairs(); ++i)
    if (rotation.axis(i) == axis) made.pairs.push_back(static_cast<std::size_t>(i));
  const double cos_gain = rotation.attention_factor, sin_gain = cos_gain * rotation.layout.direction;
  std::unordered_map<double, std::size_t> place_of;
  for (std::int64_t token = 0; token < rotation.positions.tokens(); ++token) {
    const double position = angle_position(config, rotation.positions, axis, token);
    const auto [found, is_new] = place_of.try_emplace(position, made.entries.size());
    made.places.push_back(found->second);
    for (std::size_t k = 0; is_new && k < made.pairs.size(); ++k) {
      const auto at = cos_sin(phase_of(static_cast<long double>(position) * inv_freq[made.pairs[k]]));
      made.entries.push_back({at.cos * cos_gain, at.sin * sin_gain});
    }
  }
  return made;
}

/// Mochi: a pair turns by the sum of what each axis gives it.
std::vector<CosSin<double>> table_of_sums(const RopeConfig& config, const Rotation& rotation) {
  const std::vector<double>& learned = config.axes.learned;
  const auto pairs = static_cast<std::size_t>(rotation.pairs()), axes = learned.size() / pairs;
  std::vector<CosSin<double>> table;
  for (std::int64_t token = 0; token < rotation.positions.tokens(); ++token)
    for (std::size_t i = 0; i < pairs; ++i) {
      long double angle = 0;
      for (std::size_t a = 0; a < axes; ++a)
        angle += static_cast<long double>(learned[a * pairs + i]) *
                 angle_position(config, rotation.positions, static_cast<std::int64_t>(a), token);
      const auto at = cos_sin(phase_of(angle));
      table.push_back(
          {at.cos * rotation.attention_factor, at.sin * rotation.attention_factor * rotation.layout.direction});
    }
  return table;
}

} // namespace

double angle_position(const RopeConfig& config, const Positions& positions, std::int64_t axis, std::int64_t token) {
  const Axes& axes = config.axes;
  double position = positions.value(axis, token);
  if (axes.times_axis >= 0 && positions.axes > 1) position *= positions.value(axes.times_axis, token);
  return position * axes.scale + axes.shift;
}

std::vector<CosSin<double>> angle_table(const RopeConfig& config, std::span<const double> inv_freq,
                                        const Rotation& rotation) {
  if (!config.axes.learned.empty()) return table_of_sums(config, rotation);
  const auto tokens = static_cast<std::size_t>(rotation.positions.tokens());
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  std::vector<AxisEntries> axes;
  for (std::int64_t axis = 0; axis < rotation.positions.axes; ++axis)
    axes.push_back(axis_entries(config, inv_freq, rotation, axis));
  std::vector<CosSin<double>> table(tokens * pairs);
  constexpr std::size_t of_a_task = 1024; // tokens: some hundred kilobytes of the table
  in_parallel((tokens + of_a_task - 1) / of_a_task, 0, [&](std::size_t task) {
    for (std::size_t token = task * of_a_task; token < std::min(tokens, (task + 1) * of_a_task); ++token)
      for (const AxisEntries& axis : axes) {
        const CosSin<double>* entry = axis.entries.data() + axis.places[token];
        for (const std::size_t i : axis.pairs) table[token * pairs + i] = *entry++;
      }
  });
  return table;
}

namespace {

/// The unit of which all these numbers are multiples, exactly: the least of them above 0, or a part of it. 0: there is
/// none.
double unit_of(const std::vector<double>& values) {
  constexpr double greatest_part = 64; // halves, quarters, thirds … of the least: what frame rates and grids make
  double least = 0;
  for (const double value : values)
    if (value != 0 && (least == 0 || std::abs(value) < least)) least = std::abs(value);
  if (least == 0) return 1;
  for (double part = 1; part <= greatest_part; ++part) {
    const double unit = least / part;
    if (std::all_of(values.begin(), values.end(), [&](double value) {
          const double count = std::nearbyint(value / unit);
          return std::fma(count, unit, -value) == 0 && std::abs(count) <= static_cast<double>(greatest_position);
        }))
      return unit;
  }
  return 0;
}

} // namespace

std::optional<UnitPositions> in_units(const Positions& positions, std::span<const double> inv_freq,
                                      std::span<const std::uint8_t> pair_axis) {
  UnitPositions made{{positions.axes, {}}, {}};
  std::vector<double> units;
  for (std::int64_t axis = 0; axis < positions.axes; ++axis) {
    std::vector<double> values;
    for (std::int64_t token = 0; token < positions.tokens(); ++token) values.push_back(positions.value(axis, token));
    const bool whole = std::all_of(values.begin(), values.end(), [](double v) { return v == std::nearbyint(v); });
    units.push_back(whole ? 1 : unit_of(values));
    if (units.back() == 0) return std::nullopt;
    for (const double value : values)
      made.positions.ids.push_back(static_cast<std::int64_t>(std::nearbyint(value / units.back())));
  }
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const double unit = units[pair_axis.empty() ? 0 : pair_axis[i]];
    made.turns.push_back(phase_of(static_cast<long double>(inv_freq[i]) * unit));
  }
  return made;
}

} // namespace ropescope
