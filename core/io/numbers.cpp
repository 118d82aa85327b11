#include "core/io/numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace ropescope {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers.cpp takes the machine's own byte order as the files'");

template <typename Word>
Word load(const char* from, bool swapped) {
  std::array<char, sizeof(Word)> bytes;
  std::memcpy(bytes.data(), from, sizeof(Word));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<Word>(bytes);
}

std::int64_t load_integer(const char* at, const Encoding& format) {
  const auto either = [&]<typename Signed, typename Unsigned>(Signed, Unsigned) -> std::int64_t {
    if (format.is_signed) return load<Signed>(at, format.swapped);
    const std::uint64_t value = load<Unsigned>(at, format.swapped);
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
  };
  switch (format.width) {
  case 1: return either(std::int8_t{}, std::uint8_t{});
  case 2: return either(std::int16_t{}, std::uint16_t{});
  case 4: return either(std::int32_t{}, std::uint32_t{});
  default: return either(std::int64_t{}, std::uint64_t{});
  }
}

template <typename T, typename Read>
void decode(std::string_view bytes, std::size_t width, T* to, Read read) {
  for (std::size_t at = 0; at < bytes.size(); at += width) *to++ = read(bytes.data() + at);
}

template <typename Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

template <typename Word, typename Convert>
std::string narrow(const std::vector<float>& floats, Convert convert) {
  std::vector<Word> words(floats.size());
  std::transform(floats.begin(), floats.end(), words.begin(), convert);
  return bytes_of(words);
}

} // namespace

std::optional<std::size_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t width) {
  std::size_t count = width;
  for (const std::int64_t extent : shape) {
    const auto e = static_cast<std::size_t>(extent);
    if (e != 0 && count > (std::size_t{1} << 60) / e) return std::nullopt;
    count *= e;
  }
  return count;
}

void make_room(Array& array, const Encoding& format) {
  const auto count = static_cast<std::size_t>(array.size());
  array.dtype = format.format;
  if (array.holds_integers())
    array.integers.resize(count);
  else if (array.dtype == NumberFormat::float64)
    array.doubles.resize(count);
  else
    array.floats.resize(count);
}

void decode_numbers(std::string_view bytes, const Encoding& format, std::size_t first, Array& array) {
  const bool swapped = format.swapped;
  if (!format.format)
    return decode(bytes, format.width, array.integers.data() + first,
                  [&](const char* at) { return load_integer(at, format); });
  if (format.format == NumberFormat::float64)
    return decode(bytes, 8, array.doubles.data() + first, [=](const char* at) { return load<double>(at, swapped); });
  float* floats = array.floats.data() + first;
  switch (*format.format) {
  case NumberFormat::float64: break;
  case NumberFormat::float32: return decode(bytes, 4, floats, [=](const char* at) { return load<float>(at, swapped); });
  case NumberFormat::float16:
    return decode(bytes, 2, floats, [=](const char* at) { return float_from_half(load<std::uint16_t>(at, swapped)); });
  case NumberFormat::bfloat16:
    return decode(bytes, 2, floats,
                  [=](const char* at) { return float_from_bfloat16(load<std::uint16_t>(at, swapped)); });
  case NumberFormat::float8_e4m3:
  case NumberFormat::float8_e5m2:
    return decode(bytes, 1, floats,
                  [=](const char* at) { return float_from_float8(*format.format, load<std::uint8_t>(at, false)); });
  }
}

std::string encode_numbers(const Array& array) {
  if (array.holds_integers()) return bytes_of(array.integers);
  switch (*array.dtype) {
  case NumberFormat::float64: return bytes_of(array.doubles);
  case NumberFormat::float32: return bytes_of(array.floats);
  case NumberFormat::float16: return narrow<std::uint16_t>(array.floats, half_from_float);
  case NumberFormat::bfloat16: return narrow<std::uint16_t>(array.floats, bfloat16_from_float);
  case NumberFormat::float8_e4m3:
  case NumberFormat::float8_e5m2: break;
  }
  return narrow<std::uint8_t>(array.floats,
                              [format = *array.dtype](float number) { return float8_from_float(format, number); });
}

} // namespace ropescope
