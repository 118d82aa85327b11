#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/npy.h"

namespace ropescope {

/// How a file writes one number.
struct NumberFormat {
  char kind = 'f';       ///< f, b (bfloat16), i, u
  std::size_t width = 4; ///< bytes per number
  bool swapped = false;  ///< big-endian

  DType dtype() const;
};

/// Bytes of numbers this wide in a shape of extents that are not negative; nothing beyond 2⁶⁰, where no file is.
std::optional<std::size_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t width);

/// Takes the dtype and makes room for the numbers of the array's shape.
void make_room(Array&, const NumberFormat&);

/// Reads the numbers in `bytes` into the array, from its number `first` on.
void decode_numbers(std::string_view bytes, const NumberFormat&, std::size_t first, Array&);

/// The array's numbers in its dtype, integers as int64, little-endian.
std::string encode_numbers(const Array&);

} // namespace ropescope
