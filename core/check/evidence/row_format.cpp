#include "core/check/evidence/row_format.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/check/basics/first_where.h"
#include "core/check/evidence/scale_of_numbers.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

constexpr std::size_t told_by = 16; // fewer numbers than this, zeros left out, may lie on a grid by chance
constexpr double most_strays = 0.1; // share of the groups of numbers under one scale

/// Nats that all groups together must tell: e⁻⁴⁰, and the ways to choose the strays among them.
constexpr double told_nats = 40, nats_of_a_group = 0.4;

/// Whether a float8 format holds a number.
bool holds(NumberFormat format, double x) {
  const auto narrow = static_cast<float>(x);
  return std::isfinite(x) && static_cast<double>(narrow) == x && rounded_float8(format, narrow) == narrow;
}

/// By how much the storage of numbers rounds a product with a scale.
double rounding_of(NumberFormat stored) { return std::max(properties_of(stored).spacing / 2, 0x1p-24); }

class Finder {
public:
  Finder(const Array& array, const RowShape& shape) : array_(array), shape_(shape), stored_(format_held(array)) {}

  RowFormat find() const {
    RowFormat found;
    found.format = stored_;
    if (stored_ == NumberFormat::float64) return found;
    // Before all others: float8 holds its numbers too, and under scales that are of 8 bits themselves so does int8.
    for (const std::int64_t block : {32, 16})
      if (block < shape_.head_dim && shape_.head_dim % block == 0)
        if (auto format = scaled_format(RowFormat::Scaled::block, Kind::float4, block)) return std::move(*format);
    const bool e5m2 = all_held(NumberFormat::float8_e5m2), e4m3 = all_held(NumberFormat::float8_e4m3);
    if (e5m2 || e4m3) {
      found.format = e5m2 ? NumberFormat::float8_e5m2 : NumberFormat::float8_e4m3;
      // A few small numbers may be of either: then they are as far apart as in the coarser.
      found.least_step = properties_of(e4m3 ? NumberFormat::float8_e4m3 : found.format).smallest;
      return found;
    }
    for (const RowFormat::Scaled scaled :
         {RowFormat::Scaled::tensor, RowFormat::Scaled::row, RowFormat::Scaled::channel})
      for (const Kind kind : kinds)
        if (auto format = scaled_format(scaled, kind)) return std::move(*format);
    // The largest blocks first: what holds for them holds for their parts.
    for (const std::int64_t block : {128, 64, 32, 16})
      if (block < shape_.head_dim && shape_.head_dim % block == 0)
        for (const Kind kind : kinds)
          if (auto format = scaled_format(RowFormat::Scaled::block, kind, block)) return std::move(*format);
    // Last: what has 8 bits under scales that are powers of two has 16 under one. Numbers of 16 bits hold no such
    // steps.
    if (stored_ == NumberFormat::float32)
      for (const RowFormat::Scaled scaled :
           {RowFormat::Scaled::tensor, RowFormat::Scaled::row, RowFormat::Scaled::channel})
        if (auto format = scaled_format(scaled, Kind::int16)) return std::move(*format);
    return found;
  }

private:
  enum class Kind : std::uint8_t { float4, int4, e5m2, e4m3, int8, int16 };
  // int4 before e5m2, which holds up to 8 of a step too.
  static constexpr Kind kinds[] = {Kind::int4, Kind::e5m2, Kind::e4m3, Kind::int8};

  bool all_held(NumberFormat format) const {
    if (first_where(array_, [format](auto x) { return !holds(format, static_cast<double>(x)); })) return false;
    std::size_t told = 0;
    for (std::int64_t i = 0; i < array_.size() && told < told_by; ++i) told += array_.number(i) != 0;
    return told >= told_by;
  }

  std::size_t groups(RowFormat::Scaled scaled, std::int64_t block) const {
    const RowShape& shape = shape_;
    if (scaled == RowFormat::Scaled::block) return static_cast<std::size_t>(shape.rows() * (shape.head_dim / block));
    if (scaled == RowFormat::Scaled::tensor) return 1;
    if (scaled == RowFormat::Scaled::row) return static_cast<std::size_t>(shape.rows());
    return static_cast<std::size_t>(shape.outer * shape.inner * shape.head_dim);
  }

  /// The numbers of a group, those of a whole tensor thinned out.
  Group group(RowFormat::Scaled scaled, std::size_t number, std::int64_t block) const {
    const RowShape& shape = shape_;
    Group group{{}, rounding_of(stored_)};
    std::int64_t first = 0, stride = 1, count = shape.head_dim;
    switch (scaled) {
    case RowFormat::Scaled::tensor:
      stride = std::max<std::int64_t>(1, shape.size() / 4096) | 1; // odd, so that every component is met
      count = shape.size() / stride;
      break;
    case RowFormat::Scaled::row: first = static_cast<std::int64_t>(number) * shape.head_dim; break;
    case RowFormat::Scaled::block:
      first = static_cast<std::int64_t>(number) * block;
      count = block;
      break;
    case RowFormat::Scaled::channel: {
      const auto of = static_cast<std::int64_t>(number), width = shape.inner * shape.head_dim;
      first = of / width * shape.tokens * width + of % width;
      stride = width;
      count = shape.tokens;
      break;
    }
    case RowFormat::Scaled::no: break;
    }
    for (std::int64_t n = 0; n < count; ++n)
      if (const double x = std::abs(array_.number(first + n * stride)); x > 0) group.numbers.push_back(x);
    return group;
  }

  std::optional<Told> scale_of(const Group& group, Kind kind) const {
    if (kind == Kind::int8) return whole_step(group);
    if (kind == Kind::int16) return step_of_16_bits(group);
    if (kind == Kind::int4) return step_of_4_bits(group);
    if (kind == Kind::float4) return float4_scale(group);
    return float8_scale(group, kind == Kind::e5m2 ? NumberFormat::float8_e5m2 : NumberFormat::float8_e4m3);
  }

  /// What the groups say, each or together.
  struct Groups {
    std::vector<float> scale; ///< of each group that was asked
    double nats = 0;
    std::size_t telling = 0, strays = 0; ///< groups that fit or do not; of these those that do not
    bool told() const {
      // A row that was written wrong need not lie on the grid of the others.
      return nats > told_nats + nats_of_a_group * static_cast<double>(telling) &&
             static_cast<double>(strays) <= most_strays * static_cast<double>(telling);
    }
    bool possible() const { return 2 * strays <= telling; }
  };

  /// `number`: of the group that is asked n-th.
  template <typename Number>
  Groups ask(std::size_t count, Number number, const RowFormat& format, Kind kind) const {
    const double greatest = kind == Kind::int8     ? 127
                            : kind == Kind::int16  ? 32767
                            : kind == Kind::int4   ? 7
                            : kind == Kind::float4 ? 6
                                                   : properties_of(format.format).greatest;
    constexpr std::size_t groups_of_a_task = 256;
    const std::size_t tasks = (count + groups_of_a_task - 1) / groups_of_a_task;
    Groups all;
    all.scale.resize(count);
    std::vector<Groups> parts(tasks);
    in_parallel(tasks, 0, [&](std::size_t task) {
      Groups& part = parts[task];
      for (std::size_t n = task * groups_of_a_task; n < std::min(count, (task + 1) * groups_of_a_task); ++n) {
        const Group some = group(format.scaled, number(n), format.block);
        const auto told = scale_of(some, kind);
        const bool chance = told && told->nats <= 0;
        if (!some.numbers.empty() && !chance) {
          ++part.telling;
          part.strays += !told;
          part.nats += told ? told->nats : 0;
        }
        // Some tell no scale: theirs is the one that holds the greatest.
        const double likely = some.numbers.empty() ? 0 : some.greatest() / greatest;
        all.scale[n] = static_cast<float>(told ? told->scale : likely);
      }
    });
    for (const Groups& part : parts) {
      all.nats += part.nats;
      all.telling += part.telling;
      all.strays += part.strays;
    }
    return all;
  }

  std::optional<RowFormat> scaled_format(RowFormat::Scaled scaled, Kind kind, std::int64_t block = 0) const {
    const std::size_t count = groups(scaled, block);
    RowFormat found;
    found.int4 = kind == Kind::int4;
    found.int8 = found.int4 || kind == Kind::int8;
    found.int16 = kind == Kind::int16;
    found.float4 = kind == Kind::float4;
    found.format = kind == Kind::e5m2   ? NumberFormat::float8_e5m2
                   : kind == Kind::e4m3 ? NumberFormat::float8_e4m3
                                        : stored_;
    found.least_step = found.float4 ? 0.5 : properties_of(found.format).smallest;
    found.scaled = scaled;
    found.block = block;
    // A few groups before all: most rows are of no such format.
    constexpr std::size_t asked = 5;
    if (!ask(
             asked, [count](std::size_t n) { return n * (count - 1) / (asked - 1); }, found, kind)
             .possible())
      return std::nullopt;
    Groups all = ask(
        count, [](std::size_t n) { return n; }, found, kind);
    if (!all.told()) return std::nullopt;
    found.scale = std::move(all.scale);
    return found;
  }

  const Array& array_;
  const RowShape& shape_;
  NumberFormat stored_;
};

} // namespace

std::string RowFormat::words() const {
  std::string words(int4     ? "int4"
                    : int8   ? "int8"
                    : int16  ? "int16"
                    : float4 ? "float4_e2m1"
                             : number_format_name(format));
  switch (scaled) {
  case Scaled::no: return words;
  case Scaled::tensor: return words + " under one scale";
  case Scaled::row: return words + " with a scale per row";
  case Scaled::block: return words + fmt::format(" with a scale for each {} components", block);
  case Scaled::channel: break;
  }
  return words + " with a scale per channel";
}

RowFormat row_format(const Array& array, const RowShape& shape) { return Finder(array, shape).find(); }

} // namespace ropescope
