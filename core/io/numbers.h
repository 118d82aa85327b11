#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/array.h"
#include "core/io/file.h"

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

/// How to read an array beyond what its file says.
struct ArrayOptions {
  std::optional<NumberFormat> bits = {}; ///< of this format are the numbers, whose file has integers or bytes without a
                                         ///< type of its width: that is how NumPy and PyTorch write float8 and bfloat16
  bool* complex = nullptr; ///< set where the numbers are complex: the last axis has each one's real and imaginary part
                           ///< side by side then; null: complex numbers are refused
};

/// Bytes of numbers this wide in a shape of extents that are not negative; nothing beyond 2⁶⁰, where no file is.
std::optional<std::size_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t width);

/// Takes the dtype and makes room for the numbers of the array's shape.
void make_room(Array&, const Encoding&);

/// Reads the numbers in `bytes` into the array, from its number `first` on. Requires room for them, and whole numbers.
/// A NaN of 16 or 8 bits keeps its sign and its payload, quiet or not.
void decode_numbers(std::string_view bytes, const Encoding&, std::size_t first, Array&);

/// Appends the array's numbers in its dtype, integers as int64, little-endian; those of 16 and 8 bits rounded to
/// nearest, ties to even. What was decoded from a file and not touched is encoded to the same bits.
void append_numbers(const Array&, std::string& bytes);

/// Hands the file's bytes from `begin` to before `end` to `take` in pieces of at most a mebibyte, each a multiple of
/// 8 bytes but for the last; the offset that `take` gets counts from `begin`.
void read_in_pieces(InputFile&, std::uint64_t begin, std::uint64_t end,
                    const std::function<void(std::string_view bytes, std::uint64_t offset)>& take);

} // namespace ropescope
