#include "core/io/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/half.h"

namespace ropescope {

namespace {

static_assert(std::endian::native == std::endian::little, "npy.cpp writes the machine's own byte order as '<'");

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
  char kind = 'f';       ///< f, i, u
  std::size_t width = 4; ///< bytes per number
  bool swapped = false, fortran = false;
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
  const bool plain = descr.size() == 3 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos &&
                     std::string_view("fiu").find(descr[1]) != std::string_view::npos &&
                     std::string_view(descr[1] == 'f' ? "248" : "1248").find(descr[2]) != std::string_view::npos;
  if (!plain) refuse(path, fmt::format("dtype {}, expected float64, float32, float16 or an integer", descr));
  header.kind = descr[1];
  header.width = static_cast<std::size_t>(descr[2] - '0');
  header.swapped = descr[0] == '>';
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
  if (!bytes.starts_with(magic) || bytes.size() < 10) refuse(path, "not a .npy file (no \\x93NUMPY at its start)");
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

/// Number of entries; throws where the file does not hold them.
std::int64_t checked_count(const Header& header, std::size_t file_size, const std::filesystem::path& path) {
  const std::size_t available = file_size - header.data;
  std::size_t count = 1;
  for (const std::int64_t extent : header.shape) {
    const auto e = static_cast<std::size_t>(extent);
    if (e != 0 && count > std::numeric_limits<std::size_t>::max() / 16 / e)
      refuse(path, fmt::format("shape ({}) is larger than any file", fmt::join(header.shape, ", ")));
    count *= e;
  }
  if (count * header.width != available)
    refuse(path, fmt::format("shape ({}) needs {} bytes of numbers, and the file has {}", fmt::join(header.shape, ", "),
                             count * header.width, available));
  return static_cast<std::int64_t>(count);
}

template <typename Word>
Word load(const char* from, bool swapped) {
  std::array<char, sizeof(Word)> bytes;
  std::memcpy(bytes.data(), from, sizeof(Word));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<Word>(bytes);
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

template <typename T, typename Read>
std::vector<T> read_numbers(const Header& header, std::int64_t count, const char* data, Read read) {
  std::vector<T> numbers(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t to = header.fortran ? row_major(i, header.shape) : i;
    numbers[static_cast<std::size_t>(to)] = static_cast<T>(read(data + static_cast<std::size_t>(i) * header.width));
  }
  return numbers;
}

std::int64_t load_integer(const char* at, const Header& header) {
  const bool is_signed = header.kind == 'i', swapped = header.swapped;
  const auto either = [&]<typename Signed, typename Unsigned>(Signed, Unsigned) -> std::int64_t {
    if (is_signed) return load<Signed>(at, swapped);
    const std::uint64_t value = load<Unsigned>(at, swapped);
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
  };
  switch (header.width) {
  case 1: return either(std::int8_t{}, std::uint8_t{});
  case 2: return either(std::int16_t{}, std::uint16_t{});
  case 4: return either(std::int32_t{}, std::uint32_t{});
  default: return either(std::int64_t{}, std::uint64_t{});
  }
}

} // namespace

std::int64_t Array::size() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

Array read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, std::numeric_limits<std::uintmax_t>::max());
  const Header header = read_header(bytes, path);
  const std::int64_t count = checked_count(header, bytes.size(), path);
  const char* data = bytes.data() + header.data;
  const bool swapped = header.swapped;

  Array array;
  array.shape = header.shape;
  if (header.kind != 'f') {
    array.dtype = DType::integer;
    array.integers =
        read_numbers<std::int64_t>(header, count, data, [&](const char* at) { return load_integer(at, header); });
  } else if (header.width == 8) {
    array.dtype = DType::float64;
    array.doubles =
        read_numbers<double>(header, count, data, [=](const char* at) { return load<double>(at, swapped); });
  } else if (header.width == 4) {
    array.dtype = DType::float32;
    array.floats = read_numbers<float>(header, count, data, [=](const char* at) { return load<float>(at, swapped); });
  } else {
    array.dtype = DType::float16;
    array.floats = read_numbers<float>(
        header, count, data, [=](const char* at) { return float_from_half(load<std::uint16_t>(at, swapped)); });
  }
  return array;
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  const char* descr = array.dtype == DType::float64 ? "<f8" : array.dtype == DType::float32 ? "<f4" : "<f2";
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                   fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  header.append(63 - (magic.size() + 4 + header.size()) % 64, ' ').push_back('\n'); // data begins at a multiple of 64

  std::string bytes(magic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  bytes += header;
  const auto append = [&](const auto& numbers) {
    bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0]));
  };
  if (array.dtype == DType::float64)
    append(array.doubles);
  else if (array.dtype == DType::float32)
    append(array.floats);
  else {
    std::vector<std::uint16_t> halves(array.floats.size());
    std::transform(array.floats.begin(), array.floats.end(), halves.begin(), half_from_float);
    append(halves);
  }
  write_file(path, bytes);
}

} // namespace ropescope
