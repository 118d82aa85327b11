#include "core/io/numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include <sys/mman.h>
#include <unistd.h>

namespace ropescope {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers.cpp takes the machine's own byte order as the files'");

/// A number from any address: memcpy and not a cast, as a file's numbers need not be aligned.
template <typename Word>
Word load(const char* from, bool swapped) {
  std::array<char, sizeof(Word)> bytes;
  std::memcpy(bytes.data(), from, sizeof(Word));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<Word>(bytes);
}

/// Positions are signed 64-bit numbers here. An unsigned one beyond them becomes the greatest, which every check of
/// positions refuses; wrapped round, it would look like a small negative position.
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
void append(const std::vector<Number>& numbers, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

/// Large arrays ask for large pages: taking 128 MiB in pages of 4 KiB costs more than reading them from a file that is
/// in memory. Advice alone, so nothing depends on whether the system follows it.
template <typename Number>
void make_room(std::vector<Number>& numbers, std::size_t count) {
  numbers.reserve(count);
  std::size_t bytes = count * sizeof(Number);
  void* begin = numbers.data();
  constexpr std::size_t large = std::size_t{4} << 20; // below it there is nothing to gain
#ifdef MADV_HUGEPAGE
  if (bytes >= large && std::align(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), 1, begin, bytes) != nullptr)
    madvise(begin, bytes, MADV_HUGEPAGE);
#endif
  numbers.resize(count);
}

/// Room is made once: a push_back for each byte would be slow for arrays of gigabytes.
template <typename Word, typename Convert>
void append_narrow(const std::vector<float>& floats, std::string& bytes, Convert convert) {
  std::size_t at = bytes.size();
  bytes.resize(at + floats.size() * sizeof(Word));
  for (const float number : floats) {
    const Word word = convert(number);
    std::memcpy(bytes.data() + at, &word, sizeof(Word));
    at += sizeof(Word);
  }
}

// Conversions make one quiet NaN of all, or quiet those that signal. A file's NaN whose bits nobody touched shall leave
// as it came, so here it becomes the float that begins with the same bits, and such a float becomes it again.

constexpr int half_shift = 13, bfloat16_shift = 16, e5m2_shift = 21; // significand bits that a float has more
constexpr std::uint32_t infinity_bits = 0x7f800000;

/// The payload keeps its place at the front of the significand; the bits behind it are 0.
float widened_nan(std::uint32_t sign, std::uint32_t payload, int shift) {
  return std::bit_cast<float>(sign << 31 | infinity_bits | payload << shift);
}

/// The payload of a NaN that a format with `shift` fewer bits holds exactly; nothing for any other number.
std::optional<std::uint32_t> narrow_payload(float number, int shift) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const std::uint32_t payload = bits & ~(infinity_bits | 0x80000000u), beyond = (1u << shift) - 1;
  if (!std::isnan(number) || (payload & beyond) != 0) return std::nullopt;
  return payload >> shift;
}

float number_of_half(std::uint16_t bits) {
  // Beyond infinity's bits without the sign: NaN.
  const bool nan = (bits & 0x7fff) > 0x7c00;
  return nan ? widened_nan(bits >> 15, bits & 0x3ffu, half_shift) : float_from_half(bits);
}

std::uint16_t half_of(float number) {
  const auto payload = narrow_payload(number, half_shift);
  if (!payload) return half_from_float(number);
  return static_cast<std::uint16_t>((std::signbit(number) ? 0xfc00u : 0x7c00u) | *payload);
}

std::uint16_t bfloat16_of(float number) {
  // A NaN whose lower half is 0 is cut, not rounded: it came from a bfloat16.
  const bool whole = narrow_payload(number, bfloat16_shift).has_value();
  return whole ? static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(number) >> bfloat16_shift)
               : bfloat16_from_float(number);
}

float number_of_float8(NumberFormat format, std::uint8_t bits) {
  const bool nan = format == NumberFormat::float8_e5m2 && (bits & 0x7f) > 0x7c; // e4m3 has one alone
  return nan ? widened_nan(bits >> 7, bits & 3u, e5m2_shift) : float_from_float8(format, bits);
}

std::uint8_t float8_of(NumberFormat format, float number) {
  const auto payload = narrow_payload(number, e5m2_shift);
  if (!payload || format != NumberFormat::float8_e5m2) return float8_from_float(format, number);
  return static_cast<std::uint8_t>((std::signbit(number) ? 0xfcu : 0x7cu) | *payload);
}

} // namespace

std::optional<std::size_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t width) {
  std::size_t count = width;
  for (const std::int64_t extent : shape) {
    const auto e = static_cast<std::size_t>(extent);
    // The quotient, as the product may overflow. 2⁶⁰ leaves room for sums with offsets.
    if (e != 0 && count > (std::size_t{1} << 60) / e) return std::nullopt;
    count *= e;
  }
  return count;
}

void make_room(Array& array, const Encoding& format) {
  // Callers check the shape against the file first, so memory is never taken for a claim.
  const auto count = static_cast<std::size_t>(array.size());
  array.dtype = format.format;
  if (array.holds_integers())
    make_room(array.integers, count);
  else if (array.dtype == NumberFormat::float64)
    make_room(array.doubles, count);
  else
    make_room(array.floats, count);
}

void decode_numbers(std::string_view bytes, const Encoding& format, std::size_t first, Array& array) {
  assert(bytes.size() % format.width == 0);
  assert(first + bytes.size() / format.width <= array.integers.size() + array.doubles.size() + array.floats.size());
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
    return decode(bytes, 2, floats, [=](const char* at) { return number_of_half(load<std::uint16_t>(at, swapped)); });
  case NumberFormat::bfloat16:
    return decode(bytes, 2, floats,
                  [=](const char* at) { return float_from_bfloat16(load<std::uint16_t>(at, swapped)); });
  case NumberFormat::float8_e4m3:
  case NumberFormat::float8_e5m2:
    return decode(bytes, 1, floats,
                  [=](const char* at) { return number_of_float8(*format.format, load<std::uint8_t>(at, false)); });
  }
}

void append_numbers(const Array& array, std::string& bytes) {
  if (array.holds_integers()) return append(array.integers, bytes);
  switch (*array.dtype) {
  case NumberFormat::float64: return append(array.doubles, bytes);
  case NumberFormat::float32: return append(array.floats, bytes);
  case NumberFormat::float16: return append_narrow<std::uint16_t>(array.floats, bytes, half_of);
  case NumberFormat::bfloat16: return append_narrow<std::uint16_t>(array.floats, bytes, bfloat16_of);
  case NumberFormat::float8_e4m3:
  case NumberFormat::float8_e5m2: break;
  }
  append_narrow<std::uint8_t>(array.floats, bytes,
                              [format = *array.dtype](float number) { return float8_of(format, number); });
}

void read_in_pieces(InputFile& file, std::uint64_t begin, std::uint64_t end,
                    const std::function<void(std::string_view bytes, std::uint64_t offset)>& take) {
  constexpr std::uint64_t piece = std::uint64_t{1} << 20; // a multiple of every width
  std::string bytes;
  for (std::uint64_t at = begin; at < end; at += bytes.size()) {
    // A piece of its own and not the whole file: an array's numbers are in memory once, widened.
    bytes.resize(static_cast<std::size_t>(std::min(piece, end - at)));
    file.read(at, bytes);
    take(bytes, at - begin);
  }
}

} // namespace ropescope
