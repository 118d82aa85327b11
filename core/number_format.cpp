#include "core/number_format.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ropescope {

namespace {

/// What a float8 format has between the sign and the significand.
struct Float8 {
  int mantissa_bits;  ///< without the leading one
  int least_exponent; ///< of a normal number
};

constexpr Float8 float8_of(NumberFormat format) {
  return format == NumberFormat::float8_e4m3 ? Float8{3, -6} : Float8{2, -14};
}

} // namespace

/// To the nearest multiple of the spacing around the number, which is a power of two: ldexp is exact, so that the one
/// rounding is that of nearbyint, ties to even.
float rounded_float8(NumberFormat format, float number) {
  if (std::isnan(number) || number == 0) return number;
  // e4m3 has no infinity: what is too great becomes NaN, as PyTorch converts.
  const float beyond = format == NumberFormat::float8_e5m2 ? std::numeric_limits<float>::infinity()
                                                           : std::numeric_limits<float>::quiet_NaN();
  if (std::isinf(number)) return std::copysign(beyond, number);
  const auto [mantissa_bits, least_exponent] = float8_of(format);
  // The exponent of the spacing; below the least normal number it does not shrink further (subnormal numbers).
  const int step = std::max(std::ilogb(number), least_exponent) - mantissa_bits;
  const float nearest = std::ldexp(std::nearbyint(std::ldexp(number, -step)), step);
  if (std::abs(nearest) <= static_cast<float>(properties_of(format).greatest)) return nearest;
  return std::copysign(beyond, number);
}

std::optional<NumberFormat> number_format_from_name(std::string_view name) {
  if (name == "float8_e4m3fn") return NumberFormat::float8_e4m3;
  for (const NumberFormat format : all_number_formats)
    if (number_format_name(format) == name) return format;
  return std::nullopt;
}

std::uint8_t float8_from_float(NumberFormat format, float number) {
  const float value = rounded_float8(format, number);
  const auto [mantissa_bits, least_exponent] = float8_of(format);
  const auto sign = static_cast<std::uint8_t>(std::signbit(value) ? 0x80 : 0);
  // 0x7f is NaN in both formats.
  if (std::isnan(value)) return sign | 0x7f;
  if (std::isinf(value)) return sign | 0x7c; // e5m2 alone has it
  const float magnitude = std::abs(value);
  if (magnitude == 0) return sign;
  const int exponent = std::max(std::ilogb(magnitude), least_exponent);
  // Whole steps of the spacing: 2^mantissa_bits of them make the leading one, whose carry runs into the exponent.
  const auto steps = static_cast<int>(std::ldexp(magnitude, mantissa_bits - exponent));
  const int bits = steps + ((exponent - least_exponent) << mantissa_bits);
  return static_cast<std::uint8_t>(sign | bits);
}

float float_from_float8(NumberFormat format, std::uint8_t bits) {
  const auto [mantissa_bits, least_exponent] = float8_of(format);
  const int magnitude = bits & 0x7f, exponent = magnitude >> mantissa_bits,
            mantissa = magnitude & ((1 << mantissa_bits) - 1);
  const float sign = bits & 0x80 ? -1.0f : 1.0f;
  const bool e5m2 = format == NumberFormat::float8_e5m2;
  if (e5m2 && exponent == 31)
    return std::copysign(mantissa ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity(),
                         sign);
  if (!e5m2 && magnitude == 0x7f) return std::copysign(std::numeric_limits<float>::quiet_NaN(), sign);
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), least_exponent - mantissa_bits);
  return sign *
         std::ldexp(static_cast<float>(mantissa + (1 << mantissa_bits)), exponent - 1 + least_exponent - mantissa_bits);
}

} // namespace ropescope
