#include "core/rope/angle_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_map>
#include <utility>

#include "core/parallel.h"
#include "core/rope/phase.h"
#include "core/rope/table_kernel.h"

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
  void number(std::span<const double> given, std::uint32_t* place) {
    // In variables of its own, which stay in registers.
    const double* known = positions_.data();
    std::size_t count = positions_.size(), last = 0;
    double before = std::numeric_limits<double>::quiet_NaN();
    for (const double position : given) {
      if (position != before) {
        before = position;
        const std::size_t next = last + 1 < count ? last + 1 : 0;
        if (next < count && known[next] == position)
          last = next;
        else {
          last = place_of(position);
          known = positions_.data();
          count = positions_.size();
        }
      }
      *place++ = static_cast<std::uint32_t>(last);
    }
  }
  const std::vector<double>& positions() const { return positions_; }

private:
  std::uint32_t place_of(double position) {
    const auto [found, is_new] = places_.try_emplace(position, static_cast<std::uint32_t>(positions_.size()));
    if (is_new) positions_.push_back(position);
    return found->second;
  }
  std::vector<double> positions_; // in the order of their first token
  std::unordered_map<double, std::uint32_t> places_;
};

/// 64-bit halves of a product of 64-bit numbers: the upper one.
std::uint64_t upper_product(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a1 = a >> 32, a0 = a & 0xffffffff, b1 = b >> 32, b0 = b & 0xffffffff;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/// A frequency's part of a turn is rounded to 2⁻⁶⁵ once for all positions: 2²⁰ of them make that 2e-13 rad.
constexpr double greatest_fixed = 1 << 20;

/// A position, cut into what FixedFrequency multiplies. Once for all frequencies, as cutting takes longer than the
/// products.
struct FixedPosition {
  double value;
  bool fits;                         ///< less than greatest_fixed
  std::uint64_t below = 0, rest = 0; ///< floor() as two's complement, and the fraction in units of 2⁻⁶⁴

  explicit FixedPosition(double position) : value(position), fits(std::abs(position) < greatest_fixed) {
    if (!fits) return;
    const double whole = std::floor(position);
    below = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
    rest = static_cast<std::uint64_t>((position - whole) * 0x1p64);
  }
};

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
  std::uint64_t phase(const FixedPosition& at) const {
    if (!at.fits) return phase_of(static_cast<long double>(at.value) * inv_freq);
    return at.below * part + at.rest * whole + upper_product(at.rest, part);
  }
};

/// Entries of one row that are made together, in vectors.
class RowOfEntries {
public:
  explicit RowOfEntries(const Rotation& rotation)
      : gain_(rotation.attention_factor), sin_gain_(gain_ * rotation.layout.direction),
        pairs_(static_cast<std::size_t>(rotation.pairs())), phases_(pairs_.size()), cos_(pairs_.size()),
        sin_(pairs_.size()) {}
  /// `phase`: in units of 2⁻⁶⁴ turn. At most once for each pair of a row.
  void add(std::size_t pair, std::uint64_t phase) {
    pairs_[count_] = pair;
    phases_[count_++] = phase;
  }
  /// Other pairs' entries stay as they are.
  void write(CosSin<double>* row) {
    table_kernel::table(phases_.data(), count_, gain_, sin_gain_, cos_.data(), sin_.data());
    for (std::size_t i = 0; i < count_; ++i) row[pairs_[i]] = {cos_[i], sin_[i]};
    count_ = 0;
  }

private:
  double gain_, sin_gain_;
  std::vector<std::size_t> pairs_;
  std::vector<std::uint64_t> phases_;
  std::vector<double> cos_, sin_;
  std::size_t count_ = 0;
};

/// An entry for every token and pair, on every processor.
std::vector<CosSin<double>> table_of_tokens(const RopeConfig& config, std::span<const FixedFrequency> frequencies,
                                            const Rotation& rotation) {
  const auto pairs = static_cast<std::size_t>(rotation.pairs());
  const auto tokens = static_cast<std::size_t>(rotation.positions.tokens());
  std::vector<CosSin<double>> table(tokens * pairs);
  constexpr std::size_t of_a_task = 256; // tokens: some tenth of a millisecond
  in_parallel((tokens + of_a_task - 1) / of_a_task, 0, [&](std::size_t task) {
    RowOfEntries row(rotation);
    std::vector<FixedPosition> places(static_cast<std::size_t>(rotation.positions.axes), FixedPosition(0));
    for (std::size_t token = task * of_a_task; token < std::min(tokens, (task + 1) * of_a_task); ++token) {
      for (std::size_t axis = 0; axis < places.size(); ++axis)
        places[axis] = FixedPosition(angle_position(config, rotation.positions, static_cast<std::int64_t>(axis),
                                                    static_cast<std::int64_t>(token)));
      for (std::size_t i = 0; i < pairs; ++i)
        row.add(i, frequencies[i].phase(places[static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i)))]));
      row.write(table.data() + token * pairs);
    }
  });
  return table;
}

/// Mochi: a pair turns by the sum of what each axis gives it.
std::vector<CosSin<double>> table_of_sums(const RopeConfig& config, const Rotation& rotation) {
  const std::vector<double>& learned = config.axes.learned;
  const auto pairs = static_cast<std::size_t>(rotation.pairs()), axes = learned.size() / pairs;
  const std::int64_t tokens = rotation.positions.tokens();
  std::vector<CosSin<double>> table(static_cast<std::size_t>(tokens) * pairs);
  RowOfEntries row(rotation);
  for (std::int64_t token = 0; token < tokens; ++token) {
    for (std::size_t i = 0; i < pairs; ++i) {
      long double angle = 0;
      for (std::size_t a = 0; a < axes; ++a)
        angle += static_cast<long double>(learned[a * pairs + i]) *
                 angle_position(config, rotation.positions, static_cast<std::int64_t>(a), token);
      row.add(i, phase_of(angle));
    }
    row.write(table.data() + static_cast<std::size_t>(token) * pairs);
  }
  return table;
}

/// What a row of the table is made of.
struct OfPlace {
  double position; ///< scaled and shifted
  std::size_t axis;
};

/// Gives each token of each axis a place, and each place its position, on every processor; false where there are more
/// than `most`. Blocks of tokens number the positions they meet by themselves and are then told what these are in all.
/// `give(axis, first, given)` writes the positions of a run of tokens.
template <typename Give>
bool number_places(std::size_t axes, std::size_t tokens, std::size_t most, const Give& give,
                   std::span<std::uint32_t> places, std::vector<OfPlace>& all) {
  constexpr std::size_t of_a_task = std::size_t{1} << 14; // tokens: some hundredths of a millisecond
  const std::size_t blocks = (tokens + of_a_task - 1) / of_a_task;
  std::vector<Places> local(axes * blocks);
  const auto each_block = [&](auto work) {
    in_parallel(local.size(), 0, [&](std::size_t task) {
      const std::size_t axis = task / blocks, first = task % blocks * of_a_task;
      work(task, axis, first, places.subspan(axis * tokens + first, std::min(of_a_task, tokens - first)));
    });
  };
  each_block([&](std::size_t task, std::size_t axis, std::size_t first, std::span<std::uint32_t> block) {
    std::vector<double> given(block.size());
    give(axis, first, std::span(given));
    local[task].number(given, block.data());
  });
  std::vector<std::vector<std::uint32_t>> numbers(local.size()); // of a block's places among all
  for (std::size_t axis = 0; axis < axes; ++axis) {
    Places of_axis;
    const auto before = static_cast<std::uint32_t>(all.size());
    for (std::size_t task = axis * blocks; task < (axis + 1) * blocks; ++task) {
      numbers[task].resize(local[task].positions().size());
      of_axis.number(local[task].positions(), numbers[task].data());
      for (std::uint32_t& number : numbers[task]) number += before;
      if (before + of_axis.positions().size() > most) return false;
    }
    for (const double position : of_axis.positions()) all.push_back({position, axis});
  }
  each_block([&](std::size_t task, std::size_t, std::size_t, std::span<std::uint32_t> block) {
    const std::vector<std::uint32_t>& in_all = numbers[task];
    for (std::uint32_t& place : block) place = in_all[place];
  });
  return true;
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
  const auto tokens = static_cast<std::size_t>(rotation.positions.tokens()),
             axes = static_cast<std::size_t>(rotation.positions.axes),
             pairs = static_cast<std::size_t>(rotation.pairs());
  const std::vector<FixedFrequency> frequencies(inv_freq.begin(), inv_freq.end());
  // Rows for places that few tokens share would take more memory and time than a row for each token.
  const std::size_t most_places = tokens / 4 + 1024;
  PlacedTable made;
  made.places.resize(axes * tokens);
  // Places go by the positions as given; what scales them is asked once for each.
  const bool alone = config.axes.times_axis < 0 || axes == 1;
  const auto give = [&](std::size_t axis, std::size_t first, std::span<double> given) {
    const std::int64_t* ids = rotation.positions.ids.data() + axis * tokens + first;
    const double* fractions =
        rotation.positions.whole() ? nullptr : rotation.positions.fractions.data() + axis * tokens + first;
    for (std::size_t i = 0; i < given.size(); ++i)
      given[i] = !alone ? angle_position(config, rotation.positions, static_cast<std::int64_t>(axis),
                                         static_cast<std::int64_t>(first + i))
                        : static_cast<double>(ids[i]) + (fractions == nullptr ? 0 : fractions[i]);
  };
  std::vector<OfPlace> all;
  if (!number_places(axes, tokens, most_places, give, made.places, all))
    return {table_of_tokens(config, frequencies, rotation), {}};
  if (alone)
    for (OfPlace& place : all) place.position = place.position * config.axes.scale + config.axes.shift;
  std::vector<std::vector<std::size_t>> of_axis(axes);
  for (std::size_t i = 0; i < pairs; ++i)
    of_axis[static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i)))].push_back(i);
  made.entries.resize(all.size() * pairs, {0, 0}); // other axes' pairs stay 0
  constexpr std::size_t of_a_task = 8;             // places: of a thousand pairs some hundredth of a millisecond
  in_parallel((all.size() + of_a_task - 1) / of_a_task, 0, [&](std::size_t task) {
    RowOfEntries row(rotation);
    for (std::size_t at = task * of_a_task; at < std::min(all.size(), (task + 1) * of_a_task); ++at) {
      const FixedPosition position(all[at].position);
      for (const std::size_t i : of_axis[all[at].axis]) row.add(i, frequencies[i].phase(position));
      row.write(made.entries.data() + at * pairs);
    }
  });
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
