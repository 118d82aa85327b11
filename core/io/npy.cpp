#include "core/io/npy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/numbers.h"
#include "core/text.h"

namespace ropescope {

namespace {

NumberFormat float_of_width(std::size_t width) {
  return width == 8 ? NumberFormat::float64 : width == 4 ? NumberFormat::float32 : NumberFormat::float16;
}

constexpr std::string_view complex_types[] = {"c8", "c16"};

// Kind and bytes as NumPy writes them behind the byte order. V2 is two bytes without a type: bfloat16.
constexpr auto known_types =
    std::to_array<std::string_view>({"f2", "f4", "f8", "V2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"});

constexpr std::size_t greatest_header = 1 << 20; // bytes; NumPy itself refuses more than 10 000 unless told otherwise

struct Header {
  Encoding format;
  bool fortran = false;
  bool complex = false;
  std::vector<std::int64_t> shape;
  std::size_t data = 0; ///< where the numbers begin
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

/// The text after `'key':` in the header's Python dictionary, without leading blanks.
/// The dictionary is Python's, which no JSON parser reads. A search is enough: of the values only a structured dtype
/// could hold a quoted key, and read_descr() refuses those.
std::optional<std::string_view> value_of(std::string_view dictionary, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = fmt::format("{}{}{}", quote, key, quote);
    std::size_t at = dictionary.find(quoted);
    if (at == std::string_view::npos) continue;
    at = dictionary.find_first_not_of(' ', at + quoted.size());
    if (at == std::string_view::npos || dictionary[at] != ':') return std::nullopt;
    at = dictionary.find_first_not_of(' ', at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    return dictionary.substr(at);
  }
  return std::nullopt;
}

/// The encoding of a type that means what the options say: bits of that width, or complex numbers.
std::optional<Encoding> asked_encoding(std::string_view type, const ArrayOptions& options, Header& header) {
  if (options.bits && type.size() == 2 && std::string_view("Vuif").find(type[0]) != std::string_view::npos &&
      type[1] - '0' == properties_of(*options.bits).bytes)
    return encoding_of(*options.bits);
  header.complex =
      options.complex && std::find(std::begin(complex_types), std::end(complex_types), type) != std::end(complex_types);
  if (header.complex) return encoding_of(type == "c8" ? NumberFormat::float32 : NumberFormat::float64);
  return std::nullopt;
}

void read_descr(std::string_view text, Header& header, const ArrayOptions& options, const std::filesystem::path& path) {
  const std::size_t end = text.size() > 1 ? text.find(text[0], 1) : std::string_view::npos;
  if ((text[0] != '\'' && text[0] != '"') || end == std::string_view::npos)
    refuse(path, "the npy header's descr is not a plain dtype, expected floating point or integers");
  const std::string_view descr = text.substr(1, end - 1);
  // The first character is the byte order: < little, > big, = the machine's, | none needed.
  const std::string_view type = descr.substr(std::min<std::size_t>(descr.size(), 1));
  const bool ordered = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
  const bool known = std::find(known_types.begin(), known_types.end(), type) != known_types.end();
  if (const auto asked = asked_encoding(type, options, header); ordered && asked) {
    header.format = *asked;
    header.format.swapped = descr[0] == '>';
    return;
  }
  if (ordered && type == "V1")
    refuse(path, "one byte without a type a number: expected to be told which float8 it is (float8_e4m3, float8_e5m2)");
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
  // NumPy's own limit up to version 1.
  if (header.shape.size() > 32) refuse(path, "the npy header's shape has more than 32 axes");
}

Header read_header(InputFile& file, const ArrayOptions& options) {
  const std::filesystem::path& path = file.path();
  std::string prefix(static_cast<std::size_t>(std::min<std::uintmax_t>(file.size(), 12)), '\0');
  file.read(0, prefix);
  if (!prefix.starts_with(npy_magic) || prefix.size() < 10)
    refuse(path, "not a .npy file (no \\x93NUMPY at its start)");
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(prefix[at])); };
  // 6 bytes of magic, 2 of version, then the header's length: 2 bytes in version 1, 4 bytes in 2 and 3.
  const bool version_1 = byte(6) == 1;
  if (byte(6) < 1 || byte(6) > 3) refuse(path, fmt::format("npy version {}, expected 1, 2 or 3", byte(6)));
  if (!version_1 && prefix.size() < 12) refuse(path, "truncated in the npy header");
  const std::size_t start = version_1 ? 10 : 12;
  const std::size_t length = byte(8) | byte(9) << 8 | (version_1 ? 0 : byte(10) << 16 | byte(11) << 24);
  // Before anything takes memory: the length is a claim of the file.
  if (length > file.size() - start) refuse(path, "truncated in the npy header");
  if (length > greatest_header)
    refuse(path, fmt::format("the npy header has {} bytes, expected at most {}", length, greatest_header));

  Header header;
  header.data = start + length;
  std::string dictionary(length, '\0');
  file.read(start, dictionary);
  const auto descr = value_of(dictionary, "descr"), order = value_of(dictionary, "fortran_order"),
             shape = value_of(dictionary, "shape");
  if (!descr || !order || !shape) refuse(path, "the npy header lacks descr, fortran_order or shape");
  read_descr(*descr, header, options, path);
  header.fortran = order->starts_with("True");
  if (!header.fortran && !order->starts_with("False"))
    refuse(path, "the npy header's fortran_order is not True or False");
  read_shape(*shape, header, path);
  if (header.complex) {
    if (header.shape.empty() || header.fortran)
      refuse(path, "complex numbers, expected an array of them in C order (numpy.ascontiguousarray)");
    // Beyond any file it is, which check_size() says.
    header.shape.back() = std::min(header.shape.back(), std::int64_t{1} << 60) * 2;
  }
  return header;
}

void check_size(const Header& header, const InputFile& file) {
  const std::uintmax_t available = file.size() - header.data;
  // Exactly as many, neither fewer nor more: a longer file is not the array that its header describes.
  const auto needed = byte_count(header.shape, header.format.width);
  if (!needed) refuse(file.path(), fmt::format("shape ({}) is larger than any file", fmt::join(header.shape, ", ")));
  if (*needed != available)
    refuse(file.path(), fmt::format("shape ({}) needs {} bytes of numbers, and the file has {}",
                                    fmt::join(header.shape, ", "), *needed, available));
}

/// The row-major indices of an array's numbers in column-major order, one after the other.
class ColumnMajor {
public:
  explicit ColumnMajor(const std::vector<std::int64_t>& shape) : shape_(shape), at_(shape.size()), step_(shape.size()) {
    std::int64_t step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0; step *= shape[axis]) step_[axis] = step;
  }

  /// The index of the number at hand; goes on to the next one. The index moves by an axis's step while that axis
  /// counts, and back to the axis's start when the next one counts on.
  std::size_t next() {
    const auto index = static_cast<std::size_t>(index_);
    for (std::size_t axis = 0; axis < at_.size(); ++axis) { // the first axis counts fastest
      index_ += step_[axis];
      if (++at_[axis] < shape_[axis]) break;
      index_ -= step_[axis] * shape_[axis];
      at_[axis] = 0;
    }
    return index;
  }

private:
  const std::vector<std::int64_t>& shape_;
  // By axis: where it is, and by how much the row-major index grows with it.
  std::vector<std::int64_t> at_, step_;
  std::int64_t index_ = 0;
};

/// Reads the numbers piece by piece, so that nothing but the array takes memory; column by column where the file is
/// in Fortran order.
void read_numbers(InputFile& file, const Header& header, Array& array) {
  ColumnMajor column_major(array.shape);
  Array some; // a piece in the file's order
  read_in_pieces(file, header.data, file.size(), [&](std::string_view bytes, std::uint64_t at) {
    const std::size_t count = bytes.size() / header.format.width;
    if (!header.fortran) return decode_numbers(bytes, header.format, at / header.format.width, array);
    some.shape = {static_cast<std::int64_t>(count)};
    make_room(some, header.format);
    decode_numbers(bytes, header.format, 0, some);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t to = column_major.next();
      if (!some.integers.empty()) array.integers[to] = some.integers[i];
      if (!some.doubles.empty()) array.doubles[to] = some.doubles[i];
      if (!some.floats.empty()) array.floats[to] = some.floats[i];
    }
  });
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

Array read_npy(InputFile& file, const ArrayOptions& options) {
  const Header header = read_header(file, options);
  if (options.complex) *options.complex = header.complex;
  check_size(header, file);
  Array array;
  array.shape = header.shape;
  make_room(array, header.format);
  read_numbers(file, header, array);
  return array;
}

Array read_npy(const std::filesystem::path& path, const ArrayOptions& options) {
  InputFile file(path);
  return read_npy(file, options);
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(array, path),
                  fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  // As numpy.save does: blanks and a newline fill the header up, so that a mapped file has aligned numbers.
  header.append(63 - (npy_magic.size() + 4 + header.size()) % 64, ' ')
      .push_back('\n'); // data begins at a multiple of 64

  std::string bytes(npy_magic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  bytes += header;
  append_numbers(array, bytes);
  write_file(path, bytes);
}

} // namespace ropescope
