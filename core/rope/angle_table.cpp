#include "core/rope/angle_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_map>
#include <utility>

#include "core/parallel.h"
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

/// 64-bit halves of a product of 64-bit numbers: the upper one.
std::uint64_t upper_product(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a1 = a >> 32, a0 = a & 0xffffffff, b1 = b >> 32, b0 = b & 0xffffffff;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/// A frequency's part of a turn is rounded to 2⁻⁶⁵ once for all positions: 2²⁰ of them make that 2e-13 rad.
constexpr double greatest_fixed = 1 << 20;

/// A frequency in turns, by which a phase is two products of integers: phase_of for each takes some five times as long.
/// Whole turns stand apart, as a fraction of a position makes fractions of them.
struct FixedFrequency {
  std::uint64_t whole, part; ///< turns per position; part in units of 2⁻⁶⁴ turn
  double inv_freq;           ///< rad per position

  explicit FixedFrequency(double frequency) : part(phase_of(frequency)), inv_freq(frequency) {
    const long double turns = inv_freq / (2 * std::numbers::pi_v<long double>);
    // A part that was rounded up to a whole turn is 0, and the turn is counted.
    whole = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(turns + 0x1p-65L)));
  }
  std::uint64_t phase(double position) const {
    if (!(std::abs(position) < greatest_fixed)) return phase_of(static_cast<long double>(position) * inv_freq);
    const double below = std::floor(position);
    const auto rest = static_cast<std::uint64_t>((position - below) * 0x1p64);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(below)) * part + rest * whole +
           upper_product(rest, part);
  }
};

/// An entry for every token and pair, on every processor.
std::vector<CosSin<double>> table_of_tokens(const RopeConfig& config, std::span<const FixedFrequency> frequencies,
                                            const Rotation& rotation) {
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  const auto tokens = static_cast<std::size_t>(rotation.positions.tokens());
  const double cos_gain = rotation.attention_factor, sin_gain = cos_gain * rotation.layout.direction;
  std::vector<CosSin<double>> table(tokens * pairs);
  constexpr std::size_t of_a_task = 256; // tokens: some tenth of a millisecond
  in_parallel((tokens + of_a_task - 1) / of_a_task, 0, [&](std::size_t task) {
    std::vector<double> places(static_cast<std::size_t>(rotation.positions.axes));
    for (std::size_t token = task * of_a_task; token < std::min(tokens, (task + 1) * of_a_task); ++token) {
      for (std::size_t axis = 0; axis < places.size(); ++axis)
        places[axis] = angle_position(config, rotation.positions, static_cast<std::int64_t>(axis),
                                      static_cast<std::int64_t>(token));
      for (std::size_t i = 0; i < pairs; ++i) {
        const double position = places[static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i)))];
        const auto at = cos_sin(frequencies[i].phase(position));
        table[token * pairs + i] = {at.cos * cos_gain, at.sin * sin_gain};
      }
    }
  });
  return table;
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

PlacedTable placed_table(const RopeConfig& config, std::span<const double> inv_freq, const Rotation& rotation) {
  if (!config.axes.learned.empty()) return {table_of_sums(config, rotation), {}};
  const std::int64_t tokens = rotation.positions.tokens();
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  const double cos_gain = rotation.attention_factor, sin_gain = cos_gain * rotation.layout.direction;
  const std::vector<FixedFrequency> frequencies(inv_freq.begin(), inv_freq.end());
  // Rows for places that few tokens share would take more memory and time than a row for each token.
  const auto most_places = static_cast<std::size_t>(tokens / 4 + 1024);
  PlacedTable made;
  made.places.resize(static_cast<std::size_t>(rotation.positions.axes * tokens));
  std::uint32_t* place = made.places.data();
  for (std::int64_t axis = 0; axis < rotation.positions.axes; ++axis) {
    Places places;
    const std::size_t before = pairs == 0 ? 0 : made.entries.size() / pairs;
    // Places go by the positions as given; what scales them is asked once for each.
    const bool alone = config.axes.times_axis < 0 || rotation.positions.axes == 1;
    const std::int64_t* ids = rotation.positions.ids.data() + axis * tokens;
    const double* fractions =
        rotation.positions.whole() ? nullptr : rotation.positions.fractions.data() + axis * tokens;
    for (std::int64_t token = 0; token < tokens && places.positions().size() <= most_places; ++token)
      *place++ = static_cast<std::uint32_t>(before) +
                 places.place_of(alone ? static_cast<double>(ids[token]) + (fractions ? fractions[token] : 0)
                                       : angle_position(config, rotation.positions, axis, token));
    if (before + places.positions().size() > most_places) return {table_of_tokens(config, frequencies, rotation), {}};
    // Other axes' pairs stay 0.
    made.entries.resize((before + places.positions().size()) * pairs, {0, 0});
    CosSin<double>* row = made.entries.data() + before * pairs;
    for (const double given : places.positions()) {
      const double position = alone ? given * config.axes.scale + config.axes.shift : given;
      for (std::size_t i = 0; i < pairs; ++i) {
        if (rotation.axis(static_cast<std::int64_t>(i)) != axis) continue;
        const auto at = cos_sin(frequencies[i].phase(position));
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
