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

/// A range of values laid over a range of pixels.
struct Axis {
  double least = 0, greatest = 1;        ///< values; positive where logarithmic
  float first_pixel = 0, last_pixel = 1; ///< where they lie; the first may be the greater (y)
  Scale scale = Scale::linear;
  double linear_within = 1; ///< of symlog

  float pixel(double value) const;
  double value(float pixel) const; ///< the exact inverse
};

struct Tick {
  double value;
  std::string label;
  bool operator==(const Tick&) const = default;
};

using Ticks = std::pmr::vector<Tick>;

/// About `wanted` round values (1, 2, 2.5, 5 × 10ⁿ) within the axis.
Ticks linear_ticks(const Axis&, int wanted, std::pmr::memory_resource* = std::pmr::get_default_resource());

/// Decades within the axis, labelled in full ("10 000") or as powers ("10⁴"); every second, third … where they
/// would be more than `greatest_count`.
Ticks decade_ticks(const Axis&, bool powers, int greatest_count,
                   std::pmr::memory_resource* = std::pmr::get_default_resource());

/// "+0.5749"
std::string with_sign(double value, int decimals);

/// "10⁶"
std::string power_of_ten(int exponent);

/// "₂₀"
std::string subscript(std::int64_t number);

} // namespace ropescope::canvas
