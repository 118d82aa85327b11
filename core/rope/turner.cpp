#include "core/rope/turner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/parallel.h"
#include "core/rope/phase.h"
#include "core/rope/table_kernel.h"

namespace ropescope {

namespace {

// Tokens of a grid have few positions on each axis. Their entries are made once where they are at most one for eight
// tokens, and in all at most 2¹⁸: 2 MiB of float cos and sin, which stay in a core's second cache.
constexpr std::int64_t tokens_of_a_row = 8, most_shared_entries = std::int64_t{1} << 18;

/// Entries that are copied at once: 32 bytes of floats, and no call.
constexpr std::size_t copied_at_once = Tables<float>::behind + 1;

/// a | b as bits, of which one is 0 in every entry.
void join(const std::uint32_t* a, const std::uint32_t* b, std::size_t count, float* out) {
  table_kernel::join(a, b, count, out);
}
template <typename Bits, typename Real>
void join(const Bits* a, const Bits* b, std::size_t count, Real* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = std::bit_cast<Real>(a[i] | b[i]);
}

} // namespace

template <typename Real>
Turner<Real>::Turner(const Rotation& rotation, int threads) : rotation_(rotation) {
  // The vector kernel multiplies 32-bit words, so it wants the upper and the lower words of the frequencies apart.
  // They are split once, not once for each task.
  for (const std::uint64_t turns : rotation.turns) {
    upper_.push_back(static_cast<std::uint32_t>(turns >> 32));
    lower_.push_back(static_cast<std::uint32_t>(turns));
  }
  for (std::int64_t i = 0; i < rotation.pairs(); ++i) {
    const auto pair = static_cast<std::size_t>(i);
    if (runs_.empty() || runs_.back().axis != rotation.axis(i)) runs_.push_back({rotation.axis(i), pair, pair});
    runs_.back().end = pair + 1;
  }
  // A call of the kernel takes about as long as a vector of pairs: runs shorter than four are left to the other way.
  scattered_ = runs_.size() > 1 && upper_.size() < 4 * runs_.size();
  if (scattered_) {
    upper_of_axis_.resize(upper_.size() * static_cast<std::size_t>(rotation.positions.axes));
    lower_of_axis_.resize(upper_of_axis_.size());
    for (std::size_t i = 0; i < upper_.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(rotation.axis(static_cast<std::int64_t>(i))) * upper_.size() + i;
      upper_of_axis_[at] = upper_[i];
      lower_of_axis_[at] = lower_[i];
    }
  }
  if (!rotation.table.empty() && !rotation.places.empty())
    share_given(threads);
  else if (rotation.table.empty() && rotation.positions.axes > 1)
    share_positions();
}

/// A row for every position between the least and the greatest of an axis: a token finds its own by a subtraction.
template <typename Real>
void Turner<Real>::share_positions() {
  const Positions& positions = rotation_.positions;
  const std::int64_t tokens = positions.tokens(), pairs = rotation_.pairs();
  std::vector<std::int64_t> leasts, ends;
  std::int64_t rows = 0;
  for (std::int64_t axis = 0; axis < positions.axes && tokens > 0; ++axis) {
    const auto [least, greatest] = extent(
        std::span(positions.ids).subspan(static_cast<std::size_t>(axis * tokens), static_cast<std::size_t>(tokens)));
    leasts.push_back(least);
    rows += greatest - least + 1; // within ±2³¹ each, so that the sum fits
    ends.push_back(rows);
  }
  if (rows == 0 || rows > tokens / tokens_of_a_row || rows > most_shared_entries / std::max<std::int64_t>(1, pairs))
    return;
  shared_.cos.resize(static_cast<std::size_t>(rows * pairs) + Tables<Real>::behind);
  shared_.sin.resize(shared_.cos.size());
  std::int64_t row = 0;
  std::vector<Real> cos(static_cast<std::size_t>(pairs)), sin(cos.size());
  for (std::size_t axis = 0; axis < leasts.size(); ++axis) {
    shared_.first_row.push_back(row - leasts[axis]);
    for (std::int64_t position = leasts[axis]; row < ends[axis]; ++row, ++position) {
      entries_of(position, cos, sin);
      for (std::int64_t i = 0; i < pairs; ++i) {
        if (rotation_.axis(i) != static_cast<std::int64_t>(axis)) continue;
        const auto from = static_cast<std::size_t>(i), to = static_cast<std::size_t>(row * pairs + i);
        shared_.cos[to] = std::bit_cast<Bits>(cos[from]);
        shared_.sin[to] = std::bit_cast<Bits>(sin[from]);
      }
    }
  }
}

/// The caller's rows in the format of the tables.
template <typename Real>
void Turner<Real>::share_given(int threads) {
  shared_.cos.resize(rotation_.table.size() + Tables<Real>::behind);
  shared_.sin.resize(shared_.cos.size());
  constexpr std::size_t of_a_task = std::size_t{1} << 16; // entries: some tenth of a millisecond
  in_parallel((rotation_.table.size() + of_a_task - 1) / of_a_task, threads, [&](std::size_t task) {
    const std::size_t end = std::min(rotation_.table.size(), (task + 1) * of_a_task);
    for (std::size_t i = task * of_a_task; i < end; ++i) {
      shared_.cos[i] = std::bit_cast<Bits>(static_cast<Real>(rotation_.table[i].cos));
      shared_.sin[i] = std::bit_cast<Bits>(static_cast<Real>(rotation_.table[i].sin));
    }
  });
}

template <typename Real>
void Turner<Real>::fill(std::int64_t first, std::int64_t tokens, Tables<Real>& tables) const {
  if (!shared_.cos.empty())
    fill_shared(first, tokens, tables);
  else if (!rotation_.table.empty())
    fill_given(first, tokens, tables);
  else
    fill_turns(first, tokens, tables);
}

/// Where the row of a token's place on an axis begins among the shared entries.
template <typename Real>
inline std::size_t Turner<Real>::shared_row(std::int64_t axis, std::int64_t token) const {
  const auto at = static_cast<std::size_t>(axis * rotation_.positions.tokens() + token);
  const std::int64_t row = shared_.first_row.empty()
                               ? rotation_.places[at]
                               : rotation_.positions.ids[at] + shared_.first_row[static_cast<std::size_t>(axis)];
  return static_cast<std::size_t>(row * rotation_.pairs());
}

template <typename Real>
void Turner<Real>::fill_shared(std::int64_t first, std::int64_t tokens, Tables<Real>& tables) const {
  if (scattered_) return fill_scattered(first, tokens, tables);
  const auto pairs = static_cast<std::size_t>(rotation_.pairs());
  Real *cos = tables.cos.get(), *sin = tables.sin.get();
  for (std::int64_t token = first; token < first + tokens; ++token, cos += pairs, sin += pairs)
    for (const Run& run : runs_) {
      // What is copied too much behind a run is overwritten by the next one, or lies behind all.
      const std::size_t from = shared_row(run.axis, token);
      for (std::size_t i = run.begin; i < run.end; i += copied_at_once) {
        std::memcpy(cos + i, shared_.cos.data() + from + i, copied_at_once * sizeof(Real));
        std::memcpy(sin + i, shared_.sin.data() + from + i, copied_at_once * sizeof(Real));
      }
    }
}

/// Axes that alternate from pair to pair, as rows that are joined: choosing pair by pair takes three times as long.
/// Tokens that lie side by side in a grid differ on the last axis alone, so that what the other axes give is joined
/// once for all of them.
template <typename Real>
void Turner<Real>::fill_scattered(std::int64_t first, std::int64_t tokens, Tables<Real>& tables) const {
  const auto pairs = static_cast<std::size_t>(rotation_.pairs());
  const std::int64_t last = rotation_.positions.axes - 1;
  const auto others = std::make_unique_for_overwrite<Bits[]>(last > 1 ? 2 * pairs : 0);
  Bits *others_cos = others.get(), *others_sin = others_cos + pairs;
  Real *cos = tables.cos.get(), *sin = tables.sin.get();
  for (std::int64_t token = first; token < first + tokens; ++token, cos += pairs, sin += pairs) {
    const auto cos_on = [&](std::int64_t axis) { return shared_.cos.data() + shared_row(axis, token); };
    const auto sin_on = [&](std::int64_t axis) { return shared_.sin.data() + shared_row(axis, token); };
    const Bits *cos_of = cos_on(0), *sin_of = sin_on(0);
    if (last > 1) {
      bool moved = token == first;
      for (std::int64_t axis = 0; axis < last; ++axis)
        moved = moved || shared_row(axis, token) != shared_row(axis, token - 1);
      if (moved) {
        join(cos_of, cos_on(1), pairs, others_cos);
        join(sin_of, sin_on(1), pairs, others_sin);
      }
      for (std::int64_t axis = 2; moved && axis < last; ++axis) {
        join(others_cos, cos_on(axis), pairs, others_cos);
        join(others_sin, sin_on(axis), pairs, others_sin);
      }
      cos_of = others_cos;
      sin_of = others_sin;
    }
    join(cos_of, cos_on(last), pairs, cos);
    join(sin_of, sin_on(last), pairs, sin);
  }
}

/// A given table is in double, so that one table serves every format of rows. Where a recipe rounded the numbers to
/// float or less, the cast to float changes nothing.
template <typename Real>
void Turner<Real>::fill_given(std::int64_t first, std::int64_t tokens, Tables<Real>& tables) const {
  const auto* given = rotation_.table.data() + first * rotation_.pairs();
  for (std::int64_t entry = 0; entry < tokens * rotation_.pairs(); ++entry, ++given) {
    tables.cos[entry] = static_cast<Real>(given->cos);
    tables.sin[entry] = static_cast<Real>(given->sin);
  }
}

/// The entries of all pairs at one position.
template <typename Real>
void Turner<Real>::entries_of(std::int64_t position, std::span<Real> cos, std::span<Real> sin) const {
  // Turning the other way is the same table with −sin. The sign goes into the factor of sin, so that no kernel asks
  // for the direction.
  const double gain = rotation_.attention_factor, sin_gain = rotation_.layout.direction * gain;
  if constexpr (std::is_same_v<Real, double>) {
    std::vector<std::uint64_t> phases;
    for (const std::uint64_t turns : rotation_.turns) phases.push_back(phase64(position, turns));
    table_kernel::table(phases.data(), phases.size(), gain, sin_gain, cos.data(), sin.data());
  } else {
    std::vector<std::uint32_t> phases(upper_.size());
    table_kernel::phases(position, upper_.data(), lower_.data(), phases.size(), phases.data());
    const auto narrow = static_cast<float>(gain);
    table_kernel::table(phases.data(), phases.size(), narrow, static_cast<float>(rotation_.layout.direction) * narrow,
                        cos.data(), sin.data());
  }
}

template <>
void Turner<double>::fill_turns(std::int64_t first, std::int64_t tokens, Tables<double>& tables) const {
  const auto entries = static_cast<std::size_t>(tokens * rotation_.pairs());
  const auto phases = std::make_unique_for_overwrite<std::uint64_t[]>(entries);
  std::uint64_t* phase = phases.get();
  for (std::int64_t token = first; token < first + tokens; ++token)
    for (std::int64_t i = 0; i < rotation_.pairs(); ++i)
      *phase++ =
          phase64(rotation_.positions.at(rotation_.axis(i), token), rotation_.turns[static_cast<std::size_t>(i)]);
  const double gain = rotation_.attention_factor;
  table_kernel::table(phases.get(), entries, gain, rotation_.layout.direction * gain, tables.cos.get(),
                      tables.sin.get());
}

/// In two steps, phases first: an exact integer product, then one polynomial for all entries in full vectors. Pairs of
/// one axis that lie together have one position, and a vector kernel for their phases.
template <>
void Turner<float>::fill_turns(std::int64_t first, std::int64_t tokens, Tables<float>& tables) const {
  const auto pairs = static_cast<std::size_t>(rotation_.pairs()), entries = pairs * static_cast<std::size_t>(tokens);
  const auto phases = std::make_unique_for_overwrite<std::uint32_t[]>(entries);
  for (std::int64_t t = 0; t < tokens; ++t) phases_of(first + t, phases.get() + static_cast<std::size_t>(t) * pairs);
  const auto gain = static_cast<float>(rotation_.attention_factor);
  table_kernel::table(phases.get(), entries, gain, static_cast<float>(rotation_.layout.direction) * gain,
                      tables.cos.get(), tables.sin.get());
}

/// The phases of one token. Text among images has one position on all axes. Where axes alternate from pair to pair,
/// each axis has its own pairs' frequencies and 0 at all others, so that the phases of all axes add up in vectors:
/// choosing pair by pair takes longer, as long as there are few axes.
template <typename Real>
void Turner<Real>::phases_of(std::int64_t token, std::uint32_t* row) const {
  const auto pairs = static_cast<std::size_t>(rotation_.pairs());
  const std::int64_t axes = rotation_.positions.axes, all = rotation_.positions.tokens(),
                     *id = rotation_.positions.ids.data() + token;
  bool is_alike = true;
  for (std::int64_t axis = 1; axis < axes; ++axis) is_alike = is_alike && id[axis * all] == *id;
  if (is_alike) return table_kernel::phases(*id, upper_.data(), lower_.data(), pairs, row);
  if (!scattered_) {
    for (const Run& run : runs_)
      table_kernel::phases(id[run.axis * all], upper_.data() + run.begin, lower_.data() + run.begin,
                           run.end - run.begin, row + run.begin);
    return;
  }
  for (std::int64_t axis = 0; axis < axes; ++axis) {
    const std::size_t from = static_cast<std::size_t>(axis) * pairs;
    const auto add = axis == 0 ? table_kernel::phases : table_kernel::add_phases;
    add(id[axis * all], upper_of_axis_.data() + from, lower_of_axis_.data() + from, pairs, row);
  }
}

template class Turner<float>;
template class Turner<double>;

} // namespace ropescope
