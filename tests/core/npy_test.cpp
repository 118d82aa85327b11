#include "core/io/npy.h"

#include <bit>
#include <limits>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// A version 1.0 file as numpy.save writes it.
std::string npy(const std::string& dictionary, const std::string& data) {
  std::string header = dictionary + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + data;
}

Array read_bytes(const std::string& bytes) {
  const test::Scratch scratch;
  write_file(scratch.path / "x.npy", bytes);
  return read_npy(scratch.path / "x.npy");
}

std::string floats(std::initializer_list<float> numbers, bool swapped = false) {
  std::string bytes;
  for (const float x : numbers) {
    auto word = std::bit_cast<std::uint32_t>(x);
    if (swapped) word = __builtin_bswap32(word);
    bytes.append(reinterpret_cast<const char*>(&word), 4);
  }
  return bytes;
}

} // namespace

TEST_CASE("an array comes back as it was written, in every dtype that .npy holds") {
  const test::Scratch scratch;
  for (const std::optional<NumberFormat> dtype :
       {std::optional(NumberFormat::float64), std::optional(NumberFormat::float32),
        std::optional(NumberFormat::float16), std::optional<NumberFormat>()}) {
    Array array;
    array.dtype = dtype;
    array.shape = {2, 1, 3};
    if (dtype == NumberFormat::float64)
      array.doubles = {1, 2.5, -3, 0.1, 1e300, 6};
    else if (!dtype)
      array.integers = {1, -2, 3, 1LL << 62, -(1LL << 62), 6};
    else
      array.floats = {1, 2.5f, -3, 0.25f, 65504, 6};
    write_npy(scratch.path / "x.npy", array);
    const Array back = read_npy(scratch.path / "x.npy");
    CHECK(back.dtype == dtype);
    CHECK(back.shape == array.shape);
    CHECK(back.floats == array.floats);
    CHECK(back.doubles == array.doubles);
    CHECK(back.integers == array.integers);
  }
}

TEST_CASE("Fortran order is read into rows") {
  const Array array =
      read_bytes(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", floats({1, 4, 2, 5, 3, 6})));
  CHECK(array.floats == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("big-endian numbers are read") {
  const Array array =
      read_bytes(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", floats({1.5f, -2}, true)));
  CHECK(array.floats == std::vector<float>{1.5f, -2});
}

TEST_CASE("two bytes without a type, which is how numpy writes ml_dtypes' bfloat16, are read as bfloat16") {
  for (const char* descr : {"<V2", "|V2"}) {
    const std::string dictionary = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (2,), }";
    const Array array = read_bytes(npy(dictionary, std::string("\xc0\x3f\x00\xc0", 4)));
    CHECK(array.dtype == NumberFormat::bfloat16);
    CHECK(array.floats == std::vector<float>{1.5f, -2});
  }
  CHECK_THROWS_AS(read_bytes(npy("{'descr': '|V4', 'fortran_order': False, 'shape': (1,), }", "four")), Error);
}

TEST_CASE("a dtype that is none reaches a sentence short and without control characters") {
  const std::string descr = "\x1b[31m\n" + std::string(90, 'x');
  CHECK_THROWS_WITH_AS(read_bytes(npy("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (1,), }", "1234")),
                       doctest::Contains("dtype \"?[31m?xxx"), Error);
}

TEST_CASE("bfloat16 does not go into .npy: the refusal names .safetensors, and nothing is written") {
  const test::Scratch scratch;
  Array array;
  array.dtype = NumberFormat::bfloat16;
  array.shape = {1};
  array.floats = {1};
  std::string sentence;
  try {
    write_npy(scratch.path / "x.npy", array);
  } catch (const Error& error) {
    sentence = error.what();
  }
  CHECK(sentence.find("x.npy") != std::string::npos);
  CHECK(sentence.find(".safetensors") != std::string::npos);
  CHECK(std::filesystem::is_empty(scratch.path));
}

TEST_CASE("sizes in a header are claims: files that do not hold them are refused before memory is taken") {
  const auto refused = [](const std::string& bytes) { CHECK_THROWS_AS(read_bytes(bytes), Error); };
  refused("");
  refused("\x93NUMPY");
  refused("not an array at all");
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", floats({1, 2})));
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }", floats({1})));
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", floats({1})));
  refused(npy("{'descr': '<f1', 'fortran_order': False, 'shape': (1,), }", "1"));
  refused(npy("{'descr': '<4 ', 'fortran_order': False, 'shape': (1,), }", floats({1})));
  refused(npy("{'descr': '', 'fortran_order': False, 'shape': (1,), }", floats({1})));
  refused(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", floats({1, 2})));
  refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", floats({1})));
  refused(npy("{'descr': '<f4', 'shape': (1,), }", floats({1})));
  const std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", floats({1, 2}));
  for (std::size_t length = 0; length < whole.size(); ++length) refused(whole.substr(0, length));
}

TEST_CASE("integers of every width and sign are read as they are, and beyond 2⁶³ as the greatest") {
  const auto one = [](const char* descr, const std::string& bytes) {
    return read_bytes(npy(std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (1,), }", bytes))
        .integers.at(0);
  };
  CHECK(one("|i1", std::string("\xfd", 1)) == -3);
  CHECK(one("|u1", std::string("\xfd", 1)) == 253);
  CHECK(one("<i2", std::string("\xfd\xff", 2)) == -3);
  CHECK(one("<i4", std::string("\xfd\xff\xff\xff", 4)) == -3); // used to be 4294967293
  CHECK(one(">i4", std::string("\xff\xff\xff\xfd", 4)) == -3);
  CHECK(one("<u4", std::string("\xfd\xff\xff\xff", 4)) == 4294967293);
  CHECK(one("<i8", std::string(8, '\xff')) == -1);
  CHECK(one("<u8", std::string(8, '\xff')) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("an array of several pieces and axes is read from Fortran order into rows, in every width") {
  constexpr std::int64_t planes = 3, rows = 701, columns = 257; // more bytes than one piece of every width but one
  const auto value = [](std::int64_t p, std::int64_t r, std::int64_t c) { return (p * 31 + r * 7 + c) % 120; };
  const auto check = [&](const char* descr, const std::string& data, auto numbers_of) {
    const std::string dictionary =
        std::string("{'descr': '") + descr + "', 'fortran_order': True, 'shape': (3, 701, 257), }";
    const Array array = read_bytes(npy(dictionary, data));
    const auto& numbers = numbers_of(array);
    REQUIRE(numbers.size() == static_cast<std::size_t>(planes * rows * columns));
    bool same = true;
    std::size_t at = 0;
    for (std::int64_t p = 0; p < planes; ++p)
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c) same = same && numbers[at++] == value(p, r, c);
    CHECK(same);
  };
  std::string bytes, doubles;
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t p = 0; p < planes; ++p) {
        bytes += static_cast<char>(value(p, r, c));
        const auto number = static_cast<double>(value(p, r, c));
        doubles.append(reinterpret_cast<const char*>(&number), sizeof number);
      }
  check(
      "|i1", bytes, [](const Array& array) -> const auto& { return array.integers; });
  check(
      "<f8", doubles, [](const Array& array) -> const auto& { return array.doubles; });
}

TEST_CASE("a .npy header of more bytes than any has is refused before it is read") {
  std::string header(std::size_t{2} << 20, ' ');
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string bytes("\x93NUMPY\x02\x00", 8);
  bytes.append(reinterpret_cast<const char*>(&length), 4);
  CHECK_THROWS_WITH_AS(read_bytes(bytes + header), doctest::Contains("expected at most 1048576"), Error);
}
