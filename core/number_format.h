#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/float16.h"

namespace ropescope {

/// The floating-point formats that files, engines, recipes and `check` speak of. Integers have none: positions are
/// exact.
enum class NumberFormat : std::uint8_t {
  float64,
  float32,
  bfloat16,    ///< 8 bits of precision: integers are exact to 256
  float16,     ///< 11 bits: integers are exact to 2048, and nothing is beyond 65504
  float8_e4m3, ///< 4 bits, to 448, without infinity: what is beyond becomes NaN (OCP's E4M3, PyTorch's e4m3fn)
  float8_e5m2  ///< 3 bits, to 57344, with infinity
};

inline constexpr NumberFormat all_number_formats[] = {NumberFormat::float64,     NumberFormat::float32,
                                                      NumberFormat::bfloat16,    NumberFormat::float16,
                                                      NumberFormat::float8_e4m3, NumberFormat::float8_e5m2};

/// What a format can hold. Source: IEEE 754-2019 for the first, second and fourth; bfloat16 has the exponent of
/// float32; the two float8 are those of the OCP 8-bit Floating Point Specification, revision 1.0.
struct NumberProperties {
  std::string_view name; ///< NumPy's and PyTorch's word, "float8_e4m3" for e4m3fn
  int bytes;
  int precision;   ///< bits of the significand, the leading one counted
  double spacing;  ///< of the numbers from 1 to 2: 2^(1 − precision)
  double greatest; ///< finite number
  double smallest; ///< positive number: the spacing below the least normal number
};

constexpr NumberProperties properties_of(NumberFormat format) {
  switch (format) {
  case NumberFormat::float64: return {"float64", 8, 53, 0x1p-52, 0x1.fffffffffffffp1023, 0x1p-1074};
  case NumberFormat::float32: return {"float32", 4, 24, 0x1p-23, 0x1.fffffep127, 0x1p-149};
  case NumberFormat::bfloat16: return {"bfloat16", 2, 8, 0x1p-7, 0x1.fep127, 0x1p-133};
  case NumberFormat::float16: return {"float16", 2, 11, 0x1p-10, 65504, 0x1p-24};
  case NumberFormat::float8_e4m3: return {"float8_e4m3", 1, 4, 0x1p-3, 448, 0x1p-9};
  case NumberFormat::float8_e5m2: break;
  }
  return {"float8_e5m2", 1, 3, 0x1p-2, 57344, 0x1p-16};
}

constexpr std::string_view number_format_name(NumberFormat format) { return properties_of(format).name; }

/// By name, or by PyTorch's "float8_e4m3fn".
std::optional<NumberFormat> number_format_from_name(std::string_view name);

/// Whether a float holds each of its numbers.
constexpr bool fits_float32(NumberFormat format) { return format != NumberFormat::float64; }

/// The nearest number of a format narrower than float32, ties to even; the number itself in the wider ones. Beyond the
/// greatest: infinity where the format has one, else NaN, as PyTorch converts.
inline float rounded(NumberFormat format, float number);

/// The bits of a float8 number, from those of a float that `rounded` gave; and back, exact for every bit pattern.
std::uint8_t float8_from_float(NumberFormat, float number);
float float_from_float8(NumberFormat, std::uint8_t bits);

/// `rounded` for the two float8.
float rounded_float8(NumberFormat, float number);

// Inline: `check` rounds every number of an array.
inline float rounded(NumberFormat format, float number) {
  if (format == NumberFormat::bfloat16) return float_from_bfloat16(bfloat16_from_float(number));
  if (format == NumberFormat::float16) return float_from_half(half_from_float(number));
  if (format == NumberFormat::float64 || format == NumberFormat::float32) return number;
  return rounded_float8(format, number);
}

} // namespace ropescope
