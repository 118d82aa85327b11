#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/array.h"

namespace ropescope {

/// How a file writes one number.
struct Encoding {
  std::optional<NumberFormat> format = NumberFormat::float32; ///< nothing: integers
  std::size_t width = 4;                                      ///< bytes per number
  bool is_signed = true;                                      ///< of integers
  bool swapped = false;                                       ///< big-endian
};

constexpr Encoding encoding_of(NumberFormat format) {
  return {format, static_cast<std::size_t>(properties_of(format).bytes), true, false};
}
constexpr Encoding integer_encoding(std::size_t width, bool is_signed) {
  return {std::nullopt, width, is_signed, false};
}

/// Bytes of numbers this wide in a shape of extents that are not negative; nothing beyond 2⁶⁰, where no file is.
std::optional<std::size_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t width);

/// Takes the dtype and makes room for the numbers of the array's shape.
void make_room(Array&, const Encoding&);

/// Reads the numbers in `bytes` into the array, from its number `first` on.
void decode_numbers(std::string_view bytes, const Encoding&, std::size_t first, Array&);

/// The array's numbers in its dtype, integers as int64, little-endian.
std::string encode_numbers(const Array&);

} // namespace ropescope
