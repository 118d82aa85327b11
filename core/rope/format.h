#pragma once
#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/half.h"

namespace ropescope {

/// Floating-point formats that model code keeps numbers in.
enum class Format : std::uint8_t {
  float64,
  float32,
  bfloat16, ///< 8 bits of precision: integers are exact to 256
  float16,  ///< 11 bits: integers are exact to 2048, and nothing is beyond 65504
  row       ///< that of the rows being rotated
};

constexpr std::string_view format_name(Format format) {
  switch (format) {
  case Format::float64: return "float64";
  case Format::float32: return "float32";
  case Format::bfloat16: return "bfloat16";
  case Format::float16: return "float16";
  case Format::row: return "row";
  }
  return "";
}

/// The nearest number of a 16-bit format, ties to even; the number itself in the wider ones.
inline float rounded(Format format, float number) {
  if (format == Format::bfloat16) return float_from_bfloat16(bfloat16_from_float(number));
  if (format == Format::float16) return float_from_half(half_from_float(number));
  return number;
}

} // namespace ropescope
