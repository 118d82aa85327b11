#include "core/io/npy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/numbers.h"
#include "core/text.h"

namespace ropescope {

namespace {

NumberFormat float_of_width(std::size_t width) {
  return width == 8 ? NumberFormat::float64 : width == 4 ? NumberFormat::float32 : NumberFormat::float16;
}

constexpr auto known_types =
    std::to_array<std::string_view>({"f2", "f4", "f8", "V2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"});

struct Header {
  Encoding format;
  bool fortran = false;
  std::vector<std::int64_t> shape;
  std::size_t data = 0; ///< where the numbers begin
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

/// The text after `'key':` in the header's Python dictionary, without leading blanks.
std::optional<std::string_view> value_of(std::string_view dictionary, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = fmt::format("{}{}{}", quote, key, quote);
    std::size_t at = dictionary.find(quoted);
    if (at == std::string_view::npos) continue;
    at = dictionary.find_first_not_of(" ", at + quoted.size());
    if (at == std::string_view::npos || dictionary[at] != ':') return std::nullopt;
    at = dictionary.find_first_not_of(" ", at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    return dictionary.substr(at);
  }
  return std::nullopt;
}

void read_descr(std::string_view text, Header& header, const std::filesystem::path& path) {
  const std::size_t end = text.size() > 1 ? text.find(text[0], 1) : std::string_view::npos;
  if ((text[0] != '\'' && text[0] != '"') || end == std::string_view::npos)
    refuse(path, "the npy header's descr is not a plain dtype, expected floating point or integers");
  const std::string_view descr = text.substr(1, end - 1);
  const std::string_view type = descr.substr(std::min<std::size_t>(descr.size(), 1));
  const bool ordered = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
  const bool known = std::find(known_types.begin(), known_types.end(), type) != known_types.end();
  if (!ordered || !known)
    refuse(path, fmt::format("dtype {}, expected float64, float32, float16, bfloat16 or an integer", in_quotes(descr)));
  const auto width = static_cast<std::size_t>(type[1] - '0');
  header.format = type[0] == 'V'   ? encoding_of(NumberFormat::bfloat16)
                  : type[0] == 'f' ? encoding_of(float_of_width(width))
                                   : integer_encoding(width, type[0] == 'i');
  header.format.swapped = descr[0] == '>';
}

void read_shape(std::string_view text, Header& header, const std::filesystem::path& path) {
  const std::size_t end = text.find(')');
  if (text[0] != '(' || end == std::string_view::npos) refuse(path, "the npy header's shape is not a tuple");
  text = text.substr(1, end - 1);
  while (true) {
    const std::size_t digit = text.find_first_not_of(" ,");
    if (digit == std::string_view::npos) break;
    std::int64_t extent = 0;
    const auto [rest, error] = std::from_chars(text.data() + digit, text.data() + text.size(), extent);
    if (error != std::errc{} || extent < 0) refuse(path, "the npy header's shape holds something that is no extent");
    header.shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  }
  if (header.shape.size() > 32) refuse(path, "the npy header's shape has more than 32 axes");
}

Header read_header(std::string_view bytes, const std::filesystem::path& path) {
  if (!bytes.starts_with(npy_magic) || bytes.size() < 10) refuse(path, "not a .npy file (no \\x93NUMPY at its start)");
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  const bool version_1 = bytes[6] == 1;
  if (byte(6) < 1 || byte(6) > 3) refuse(path, fmt::format("npy version {}, expected 1, 2 or 3", byte(6)));
  if (!version_1 && bytes.size() < 12) refuse(path, "truncated in the npy header");
  const std::size_t start = version_1 ? 10 : 12;
  const std::size_t length = byte(8) | byte(9) << 8 | (version_1 ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > bytes.size() - start) refuse(path, "truncated in the npy header");

  Header header;
  header.data = start + length;
  const std::string_view dictionary = bytes.substr(start, length);
  const auto descr = value_of(dictionary, "descr"), order = value_of(dictionary, "fortran_order"),
             shape = value_of(dictionary, "shape");
  if (!descr || !order || !shape) refuse(path, "the npy header lacks descr, fortran_order or shape");
  read_descr(*descr, header, path);
  header.fortran = order->starts_with("True");
  if (!header.fortran && !order->starts_with("False"))
    refuse(path, "the npy header's fortran_order is not True or False");
  read_shape(*shape, header, path);
  return header;
}

void check_size(const Header& header, std::size_t file_size, const std::filesystem::path& path) {
  const std::size_t available = file_size - header.data;
  const auto needed = byte_count(header.shape, header.format.width);
  if (!needed) refuse(path, fmt::format("shape ({}) is larger than any file", fmt::join(header.shape, ", ")));
  if (*needed != available)
    refuse(path, fmt::format("shape ({}) needs {} bytes of numbers, and the file has {}", fmt::join(header.shape, ", "),
                             *needed, available));
}

/// Row-major index of the entry that is number `stored` in column-major order.
std::int64_t row_major(std::int64_t stored, const std::vector<std::int64_t>& shape) {
  std::int64_t index = 0, stride = 1;
  for (const std::int64_t extent : shape) stride *= extent;
  for (const std::int64_t extent : shape) {
    stride /= extent;
    index += stored % extent * stride;
    stored /= extent;
  }
  return index;
}

template <typename Number>
void turn_into_rows(std::vector<Number>& numbers, const std::vector<std::int64_t>& shape) {
  const std::vector<Number> stored = numbers;
  for (std::size_t i = 0; i < stored.size(); ++i)
    numbers[static_cast<std::size_t>(row_major(static_cast<std::int64_t>(i), shape))] = stored[i];
}

const char* descr_of(const Array& array, const std::filesystem::path& path) {
  if (array.holds_integers()) return "<i8";
  switch (*array.dtype) {
  case NumberFormat::float64: return "<f8";
  case NumberFormat::float32: return "<f4";
  case NumberFormat::float16: return "<f2";
  case NumberFormat::bfloat16:
  case NumberFormat::float8_e4m3:
  case NumberFormat::float8_e5m2: break;
  }
  refuse(path, fmt::format("the .npy format has no {}, expected a .safetensors file for it",
                           number_format_name(*array.dtype)));
}

} // namespace

Array read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, std::numeric_limits<std::uintmax_t>::max());
  const Header header = read_header(bytes, path);
  check_size(header, bytes.size(), path);

  Array array;
  array.shape = header.shape;
  make_room(array, header.format);
  decode_numbers(std::string_view(bytes).substr(header.data), header.format, 0, array);
  if (header.fortran) {
    turn_into_rows(array.floats, array.shape);
    turn_into_rows(array.doubles, array.shape);
    turn_into_rows(array.integers, array.shape);
  }
  return array;
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(array, path),
                  fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  header.append(63 - (npy_magic.size() + 4 + header.size()) % 64, ' ')
      .push_back('\n'); // data begins at a multiple of 64

  std::string bytes(npy_magic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes += encode_numbers(array);
  write_file(path, bytes);
}

} // namespace ropescope
