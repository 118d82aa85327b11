#pragma once
#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

#include "core/text.h"

namespace ropescope::canvas {

/// How values lie along an axis.
enum class Scale : std::uint8_t {
  linear,
  log,   ///< positive values alone
  symlog ///< logarithmic at both sides of a linear stretch around 0
};

/// How the values along an axis are written.
enum class Labels : std::uint8_t {
  decimal,       ///< 0, 0.25, 0.5
  decades,       ///< 1, 10, 100, 1 000
  powers_of_ten, ///< 10⁻², 10⁻¹
  powers_of_two, ///< 512, 4K, 32K: K = 1024
  pi,            ///< −π, −π/2, 0, π/2
  none           ///< the picture writes them itself, into AxisSpec::margin; no grid
};

/// Where a value lies along a scale: the value itself on a linear one, its natural logarithm on a logarithmic one (not
/// finite for 0 and below). A symlog scale is value/w within ±w (`linear_within`) and ±(1 + ln(|value|/w)) beyond. That
/// is linear exactly where it says so, and at ±w both pieces have the value ±1 and the slope 1/w; asinh(value/w) would
/// be smooth too, but linear nowhere.
double forward(Scale, double linear_within, double value);

/// The inverse of forward(), up to the rounding of double.
double inverse(Scale, double linear_within, double place);

/// A range of values laid over a range of pixels.
struct Axis {
  double least = 0, greatest = 1;        ///< values; positive where logarithmic
  float first_pixel = 0, last_pixel = 1; ///< where they lie; the first may be the greater (y)
  Scale scale = Scale::linear;
  double linear_within = 1; ///< of symlog

  /// Where a value lies, 0 at the least and 1 at the greatest; not finite for a value that the scale cannot show.
  double share(double value) const;
  double value_at(double share) const; ///< the inverse of share()

  float pixel(double value) const;
  double value(float pixel) const; ///< the inverse of pixel(), which itself is rounded to float
};

/// A line of the grid. Minor ones are fainter; without a label where there is no room for one.
struct Tick {
  double value;
  std::pmr::string label; ///< in the memory of its Ticks
  bool minor = false;
  bool operator==(const Tick&) const = default;
};

using Ticks = std::pmr::vector<Tick>;

/// Ticks within the axis, least first, labelled ones about `least_gap` pixels from each other or more: round numbers
/// (1, 2, 2.5, 5 × 10ⁿ), decades with 2 … 9 as minor ticks, powers of two or parts of π, as scale and labels ask. Where
/// too few decades or powers are in view, round numbers take their place. Labels have as many digits as the step needs,
/// so no two are the same. Empty where the axis is so narrow that it has fewer than some thousand doubles: then none of
/// them is round.
Ticks ticks(const Axis&, Labels, float least_gap, std::pmr::memory_resource* = std::pmr::get_default_resource());

/// Adds the whole number at the greatest end of an axis of tokens, with its label, and takes the labels off that are
/// nearer to it than `least_gap` pixels. Nothing where the axis ends a pixel or more from a whole number.
void add_end(Ticks&, const Axis&, float least_gap);

/// Writes whole numbers as "4 096" in place of "4K".
void write_in_full(Ticks&);

/// About `wanted` round values (1, 2, 2.5, 5 × 10ⁿ) within the axis.
Ticks linear_ticks(const Axis&, int wanted, std::pmr::memory_resource* = std::pmr::get_default_resource());

/// Decades within the axis, labelled in full ("10 000") or as powers ("10⁴"); every second, third … where they
/// would be more than `greatest_count`.
Ticks decade_ticks(const Axis&, bool powers, int greatest_count,
                   std::pmr::memory_resource* = std::pmr::get_default_resource());

/// "+0.5749", "NaN", "−∞"
std::string with_sign(double value, int decimals);

/// "10⁶"
std::string power_of_ten(int exponent);

/// "512", "4K", "1.5K", "1M": K = 1024, M = 1024².
std::string power_of_two(double value);

/// "₂₀"
std::string subscript(std::int64_t number);

} // namespace ropescope::canvas
