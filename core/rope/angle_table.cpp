#include "core/rope/angle_table.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_map>
#include <utility>

#include "core/rope/phase.h"

namespace ropescope {

namespace {

/// An angle as a fraction of a turn, in units of 2⁻⁶⁴ turn.
std::uint64_t phase_of(long double angle) {
  // By a product and a sum, as ldexp() and round() are calls. From 2⁶³ on there is no fraction left to round.
  const long double turns = angle / (2 * std::numbers::pi_v<long double>),
                    scaled = (turns - std::floor(turns)) * 0x1p64L;
  if (scaled >= 0x1p64L) return 0;
  return static_cast<std::uint64_t>(scaled < 0x1p63L ? scaled + 0.5L : scaled);
}

/// Which of the positions of an axis each token has. Grids are walked row by row, so that a token's position is mostly
/// that of the token before, or the one that followed it the last time, or the first again: hashing is the exception.
class Places {
public:
  std::uint32_t place_of(double position) {
    if (position == before_) return last_;
    before_ = position;
    const std::size_t next = last_ + 1 < positions_.size() ? last_ + 1 : 0;
    if (next < positions_.size() && positions_[next] == position) return last_ = static_cast<std::uint32_t>(next);
    const auto [found, is_new] = known_.try_emplace(position, static_cast<std::uint32_t>(positions_.size()));
    if (is_new) positions_.push_back(position);
    return last_ = found->second;
  }
  const std::vector<double>& positions() const { return positions_; }

private:
  std::vector<double> positions_; // in the order of their first token
  std::unordered_map<double, std::uint32_t> known_;
  std::uint32_t last_ = 0;
  double before_ = std::numeric_limits<double>::quiet_NaN();
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

PlacedTable placed_table(const RopeConfig& config, std::span<const double> inv_freq, const Rotation& rotation) {
  if (!config.axes.learned.empty()) return {table_of_sums(config, rotation), {}};
  const std::int64_t tokens = rotation.positions.tokens();
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  const double cos_gain = rotation.attention_factor, sin_gain = cos_gain * rotation.layout.direction;
  PlacedTable made;
  made.places.resize(static_cast<std::size_t>(rotation.positions.axes * tokens));
  std::uint32_t* place = made.places.data();
  for (std::int64_t axis = 0; axis < rotation.positions.axes; ++axis) {
    Places places;
    const std::size_t before = pairs == 0 ? 0 : made.entries.size() / pairs;
    // Places go by the positions as given; what scales them is asked once for each.
    const bool alone = config.axes.times_axis < 0 || rotation.positions.axes == 1;
    const std::int64_t* ids = rotation.positions.ids.data() + axis * tokens;
    const double* fractions = rotation.positions.whole() ? nullptr : rotation.positions.fractions.data() + axis * tokens;
    for (std::int64_t token = 0; token < tokens; ++token)
      *place++ = static_cast<std::uint32_t>(before) +
                 places.place_of(alone ? static_cast<double>(ids[token]) + (fractions ? fractions[token] : 0)
                                       : angle_position(config, rotation.positions, axis, token));
    // Other axes' pairs stay 0.
    made.entries.resize((before + places.positions().size()) * pairs, {0, 0});
    CosSin<double>* row = made.entries.data() + before * pairs;
    for (const double given : places.positions()) {
      const double position = alone ? given * config.axes.scale + config.axes.shift : given;
      for (std::size_t i = 0; i < pairs; ++i) {
        if (rotation.axis(static_cast<std::int64_t>(i)) != axis) continue;
        const auto at = cos_sin(phase_of(static_cast<long double>(position) * inv_freq[i]));
        row[i] = {at.cos * cos_gain, at.sin * sin_gain};
      }
      row += pairs;
    }
  }
  return made;
}

std::vector<CosSin<double>> angle_table(const RopeConfig& config, std::span<const double> inv_freq,
                                        const Rotation& rotation) {
  PlacedTable placed = placed_table(config, inv_freq, rotation);
  if (placed.places.empty()) return std::move(placed.entries);
  const auto tokens = static_cast<std::size_t>(rotation.positions.tokens());
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  std::vector<CosSin<double>> table;
  table.reserve(tokens * pairs);
  for (std::size_t token = 0; token < tokens; ++token)
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto axis = static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i)));
      table.push_back(placed.entries[placed.places[axis * tokens + token] * pairs + i]);
    }
  return table;
}

} // namespace ropescope
