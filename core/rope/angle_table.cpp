#include "core/rope/angle_table.h"

#include <cmath>
#include <map>
#include <numbers>

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
class AxisEntries {
public:
  AxisEntries(std::span<const double> inv_freq, const Rotation& rotation, std::int64_t axis) : inv_freq_(inv_freq) {
    for (std::int64_t i = 0; i < rotation.pairs(); ++i)
      if (rotation.axis(i) == axis) pairs_.push_back(static_cast<std::size_t>(i));
  }

  /// Writes them to a token's row of the table.
  void write(double position, CosSin<double>* row) {
    const auto [found, is_new] = begin_of_.try_emplace(position, entries_.size());
    if (is_new)
      for (const std::size_t i : pairs_)
        entries_.push_back(cos_sin(phase_of(static_cast<long double>(position) * inv_freq_[i])));
    const CosSin<double>* entry = entries_.data() + found->second;
    for (const std::size_t i : pairs_) row[i] = *entry++;
  }

private:
  std::span<const double> inv_freq_;
  std::vector<std::size_t> pairs_;
  std::map<double, std::size_t> begin_of_;
  std::vector<CosSin<double>> entries_;
};

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
      table.push_back(cos_sin(phase_of(angle)));
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
  std::vector<CosSin<double>> table;
  if (!config.axes.learned.empty())
    table = table_of_sums(config, rotation);
  else {
    table.resize(static_cast<std::size_t>(rotation.positions.tokens() * rotation.pairs()));
    for (std::int64_t axis = 0; axis < rotation.positions.axes; ++axis) {
      AxisEntries entries(inv_freq, rotation, axis);
      for (std::int64_t token = 0; token < rotation.positions.tokens(); ++token)
        entries.write(angle_position(config, rotation.positions, axis, token), table.data() + token * rotation.pairs());
    }
  }
  for (CosSin<double>& at : table) {
    at.cos *= rotation.attention_factor;
    at.sin *= rotation.attention_factor * rotation.layout.direction;
  }
  return table;
}

} // namespace ropescope
