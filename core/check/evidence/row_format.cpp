#include "core/check/evidence/row_format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace ropescope {

namespace {

// Fewer numbers than this, zeros left out, may lie on a grid by chance.
constexpr std::size_t told_by = 16;
constexpr double most_strays = 0.1; // share of the groups of numbers under one scale

/// Whether a float8 format holds a number.
bool holds(NumberFormat format, double x) {
  const auto narrow = static_cast<float>(x);
  return std::isfinite(x) && static_cast<double>(narrow) == x && rounded_float8(format, narrow) == narrow;
}

/// The same, but for the rounding of a product with its scale.
bool nearly_holds(NumberFormat format, double x, double rounding) {
  const auto near = static_cast<double>(rounded_float8(format, static_cast<float>(x)));
  return std::isfinite(near) && std::abs(near - x) <= rounding * std::abs(x);
}

/// Some numbers under one scale, and by how much their storage rounds them, relative.
struct Group {
  std::vector<double> numbers; ///< lengths, without zeros
  double rounding = 0;

  /// Whether it may tell a scale: whole multiples of a step do where some are a few steps alone.
  bool tells(bool int8) const {
    constexpr double few = 8;
    return numbers.size() >= told_by && (!int8 || greatest() > few * least());
  }
  double greatest() const { return *std::max_element(numbers.begin(), numbers.end()); }
  double least() const { return *std::min_element(numbers.begin(), numbers.end()); }
};

/// The scale under which float8 holds a group. Numbers of p bits have 2^(p−1) different significands, whatever their
/// scale, where random ones have as many as there are.
std::optional<double> float8_scale(const Group& group, NumberFormat format) {
  const NumberProperties properties = properties_of(format);
  const int steps = 1 << (properties.precision - 1);
  std::vector<double> significands;
  for (const double x : group.numbers) {
    int exponent = 0;
    const double m = std::frexp(x, &exponent);
    if (std::any_of(significands.begin(), significands.end(), [&](double known) {
          return std::abs(known - m) <= 2 * group.rounding * m || std::abs(known - 2 * m) <= 4 * group.rounding * m ||
                 std::abs(2 * known - m) <= 4 * group.rounding * m;
        }))
      continue;
    significands.push_back(m);
    if (significands.size() > static_cast<std::size_t>(steps)) return std::nullopt;
  }
  const double most = group.greatest();
  // The greatest number is one of the significands; its power of two is as small as the format's greatest allows, and
  // then greater while the least numbers still fit, which lie a fixed distance apart.
  for (int k = 0; k < steps; ++k) {
    const double of_greatest = 1 + static_cast<double>(k) / steps;
    double scale = most / (of_greatest * std::exp2(std::floor(std::log2(properties.greatest / of_greatest))));
    const auto fits = [&](double s) {
      return std::all_of(group.numbers.begin(), group.numbers.end(),
                         [&](double x) { return nearly_holds(format, x / s, 2 * group.rounding); });
    };
    if (!fits(scale)) continue;
    while (fits(2 * scale)) scale *= 2;
    return scale;
  }
  return std::nullopt;
}

/// The step that a group's numbers are whole multiples of, at most 255 of them.
std::optional<double> whole_step(Group group) {
  std::sort(group.numbers.begin(), group.numbers.end());
  const double least = group.least(), greatest = group.greatest();
  constexpr int most_steps = 255, slack = 1;
  for (int multiple = 1; multiple <= 32; ++multiple) {
    double step = least / multiple;
    if (greatest > (most_steps + slack) * step) continue;
    // From the least number outward, each tells the step more exactly than the one before it.
    std::size_t good = 0, seen = 0;
    for (const double x : group.numbers) {
      const double count = x / step, whole = std::round(count), slop = 0.02 + count * 2 * group.rounding;
      if (slop > 0.3) break; // the storage rounds by as much as a step
      ++seen;
      if (std::abs(count - whole) > slop) break;
      ++good;
      step = x / whole;
    }
    if (good == seen && good >= told_by) return step;
  }
  return std::nullopt;
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
    for (const NumberFormat format : {NumberFormat::float8_e5m2, NumberFormat::float8_e4m3})
      if (all_held(format)) {
        found.format = format;
        // A few small numbers may be of either: then they are as far apart as in the coarser.
        found.least_step =
            properties_of(all_held(NumberFormat::float8_e4m3) ? NumberFormat::float8_e4m3 : format).smallest;
        return found;
      }
    for (const RowFormat::Scaled scaled :
         {RowFormat::Scaled::tensor, RowFormat::Scaled::row, RowFormat::Scaled::channel})
      for (const int kind : {0, 1, 2})
        if (auto format = scaled_format(scaled, kind)) return std::move(*format);
    // The largest blocks first: what holds for them holds for their parts.
    for (const std::int64_t block : {128, 64, 32, 16})
      if (block < shape_.head_dim && shape_.head_dim % block == 0)
        for (const int kind : {0, 1, 2})
          if (auto format = scaled_format(RowFormat::Scaled::block, kind, block)) return std::move(*format);
    return found;
  }

private:
  bool all_held(NumberFormat format) const {
    std::size_t told = 0;
    const auto size = static_cast<std::size_t>(array_.size());
    for (std::size_t i = 0; i < size; ++i) {
      const double x = array_.number(static_cast<std::int64_t>(i));
      if (!holds(format, x)) return false;
      told += x != 0;
    }
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

  std::optional<double> scale_of(const Group& group, int kind) const {
    if (kind == 2) return whole_step(group);
    return float8_scale(group, kind == 0 ? NumberFormat::float8_e5m2 : NumberFormat::float8_e4m3);
  }

  /// `kind`: e5m2, e4m3, int8. A few groups are asked before all are.
  std::optional<RowFormat> scaled_format(RowFormat::Scaled scaled, int kind, std::int64_t block = 0) const {
    const std::size_t count = groups(scaled, block);
    RowFormat found;
    found.int8 = kind == 2;
    found.format = kind == 0 ? NumberFormat::float8_e5m2 : kind == 1 ? NumberFormat::float8_e4m3 : stored_;
    found.least_step = properties_of(found.format).smallest;
    found.scaled = scaled;
    found.block = block;
    constexpr std::size_t asked = 5;
    std::size_t told = 0;
    for (std::size_t n = 0; n < asked; ++n) {
      const Group some = group(scaled, n * (count - 1) / (asked - 1), block);
      if (!some.tells(kind == 2)) continue;
      if (!scale_of(some, kind)) return std::nullopt;
      ++told;
    }
    if (told == 0) return std::nullopt;
    std::size_t strays = 0;
    for (std::size_t n = 0; n < count; ++n) {
      const Group all = group(scaled, n, block);
      const bool tells = all.tells(kind == 2);
      const auto of_all = tells ? scale_of(all, kind) : std::nullopt;
      strays += tells && !of_all;
      // Some tell no scale: theirs is the one that holds the greatest.
      const double likely =
          all.numbers.empty() ? 0 : all.greatest() / (kind == 2 ? 127 : properties_of(found.format).greatest);
      found.scale.push_back(static_cast<float>(of_all.value_or(likely)));
    }
    // A row that was written wrong need not lie on the grid of the others.
    if (static_cast<double>(strays) > most_strays * static_cast<double>(count)) return std::nullopt;
    return found;
  }

  const Array& array_;
  const RowShape& shape_;
  NumberFormat stored_;
};

} // namespace

std::string RowFormat::words() const {
  std::string words(int8 ? "int8" : number_format_name(format));
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
