#include "core/io/safetensors.h"

#include <fstream>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/tensor_file.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

std::string length_of(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8 * i & 255);
  return bytes;
}

std::string file_of(const std::string& header, const std::string& data) {
  return length_of(header.size()) + header + data;
}

/// A file of one tensor "x".
std::string one(const std::string& dtype, const std::string& shape, const std::string& data) {
  return file_of(fmt::format(R"({{"x":{{"dtype":"{}","shape":{},"data_offsets":[0,{}]}}}})", dtype, shape, data.size()),
                 data);
}

Array read_bytes(const std::string& bytes, const std::string& name = "") {
  const test::Scratch scratch;
  write_file(scratch.path / "x.safetensors", bytes);
  return read_safetensors(scratch.path / "x.safetensors", name);
}

/// What is said of a file that is refused, without the path before the file's name; empty where it is read.
std::string refusal(const std::string& bytes, const std::string& name = "") {
  try {
    read_bytes(bytes, name);
  } catch (const Error& error) {
    const std::string sentence = error.what();
    const std::size_t at = sentence.find("x.safetensors: ");
    REQUIRE(at != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
    return sentence.substr(at);
  }
  return "";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Array array_of(std::optional<NumberFormat> dtype) {
  Array array;
  array.dtype = dtype;
  array.shape = {2, 1, 3};
  if (dtype == NumberFormat::float64)
    array.doubles = {1, 2.5, -3, 0.1, 1e300, 6};
  else if (!dtype)
    array.integers = {1, -2, 3, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), 6};
  else
    array.floats = {1, 2.5f, -3, 0.25f, properties_of(*dtype).bytes == 1 ? 384.0f : 32768.0f, 6};
  return array;
}

constexpr std::optional<NumberFormat> all_dtypes[] = {
    NumberFormat::float64,     NumberFormat::float32,     NumberFormat::float16, NumberFormat::bfloat16,
    NumberFormat::float8_e4m3, NumberFormat::float8_e5m2, std::nullopt};

void check_same(const Array& a, const Array& b) {
  CHECK(a.dtype == b.dtype);
  CHECK(a.shape == b.shape);
  CHECK(a.floats == b.floats);
  CHECK(a.doubles == b.doubles);
  CHECK(a.integers == b.integers);
}

/// The bytes that save_file of Python's safetensors 0.8 writes for {"b": float32 [[1.5, -2]], "a": bfloat16 [1, -3]}
/// and metadata {"format": "pt"}: greatest dtype first, the header padded with blanks.
std::string written_by_python() {
  std::string bytes("\x90\x00\x00\x00\x00\x00\x00\x00", 8); // appended piece by piece: GCC 14 warns of one long sum
  bytes += R"({"__metadata__":{"format":"pt"},)"
           R"("b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
           R"("a":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]}})"
           "  ";
  bytes.append("\x00\x00\xc0\x3f\x00\x00\x00\xc0\x80\x3f\x40\xc0", 12);
  return bytes;
}

} // namespace

TEST_CASE("a safetensors file gives back the array that was written, in every dtype") {
  const test::Scratch scratch;
  for (const std::optional<NumberFormat> dtype : all_dtypes) {
    const Array array = array_of(dtype);
    write_safetensors(scratch.path / "x.safetensors", "query \"1\"", array);
    check_same(read_safetensors(scratch.path / "x.safetensors"), array);
    check_same(read_safetensors(scratch.path / "x.safetensors", "query \"1\""), array);
  }
}

TEST_CASE("numbers in a written safetensors file begin at a multiple of 8 and end the file") {
  const test::Scratch scratch;
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    write_safetensors(scratch.path / "x", name, array_of(NumberFormat::bfloat16));
    const TensorEntry entry = list_safetensors(scratch.path / "x").at(0);
    CHECK(entry.begin % 8 == 0);
    CHECK(entry.end == std::filesystem::file_size(scratch.path / "x"));
  }
}

TEST_CASE("a single number and an array without numbers survive safetensors") {
  const test::Scratch scratch;
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, {0, 4}}) {
    Array array;
    array.shape = shape;
    array.floats.resize(static_cast<std::size_t>(array.size()), 7);
    write_safetensors(scratch.path / "x", "x", array);
    check_same(read_safetensors(scratch.path / "x"), array);
  }
}

TEST_CASE("a file that Python's safetensors wrote is listed and read by name") {
  const test::Scratch scratch;
  const auto path = scratch.path / "x.safetensors";
  write_file(path, written_by_python());
  const std::vector<TensorEntry> entries = list_safetensors(path);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "b");
  CHECK(entries[0].dtype == "F32");
  CHECK(entries[0].shape == std::vector<std::int64_t>{1, 2});
  CHECK(entries[1].name == "a");
  CHECK(entries[1].dtype == "BF16");
  const Array a = read_safetensors(path, "a"), b = read_safetensors(path, "b");
  CHECK(a.dtype == NumberFormat::bfloat16);
  CHECK(a.floats == std::vector<float>{1, -3});
  CHECK(b.dtype == NumberFormat::float32);
  CHECK(b.floats == std::vector<float>{1.5f, -2});
}

TEST_CASE("integers of every safetensors width and sign are read as they are, and beyond 2⁶³ as the greatest") {
  const auto number = [](const char* dtype, const std::string& bytes) {
    return read_bytes(one(dtype, "[1]", bytes)).integers.at(0);
  };
  CHECK(number("I8", "\xfd") == -3);
  CHECK(number("U8", "\xfd") == 253);
  CHECK(number("I16", "\xfd\xff") == -3);
  CHECK(number("U16", "\xfd\xff") == 65533);
  CHECK(number("I32", "\xfd\xff\xff\xff") == -3);
  CHECK(number("U32", "\xfd\xff\xff\xff") == 4294967293);
  CHECK(number("I64", std::string(8, '\xff')) == -1);
  CHECK(number("U64", std::string(8, '\xff')) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a tensor longer than the parts it is read in comes back whole") {
  std::string data((std::size_t{1} << 21) + 6, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i >> i % 2 * 8);
  const Array array = read_bytes(one("U16", fmt::format("[{}]", data.size() / 2), data));
  bool same = true;
  for (std::size_t i = 0; i < array.integers.size(); ++i)
    same = same && array.integers[i] ==
                       static_cast<unsigned char>(data[2 * i]) + 256 * static_cast<unsigned char>(data[2 * i + 1]);
  CHECK(same);
}

TEST_CASE("one small tensor is read out of a file of 64 gigabytes without the rest") {
  const test::Scratch scratch;
  const auto path = scratch.path / "x.safetensors";
  const std::uint64_t far = std::uint64_t{1} << 36;
  const std::string header = fmt::format(R"({{"far":{{"dtype":"U8","shape":[{}],"data_offsets":[0,{}]}},)"
                                         R"("near":{{"dtype":"U8","shape":[3],"data_offsets":[{},{}]}}}})",
                                         far, far, far, far + 3);
  write_file(path, file_of(header, ""));
  std::error_code error;
  std::filesystem::resize_file(path, 8 + header.size() + far, error); // a hole, which takes no room on the disk
  if (error) return;
  std::ofstream(path, std::ios::binary | std::ios::app) << "\x01\x02\x03";
  CHECK(read_safetensors(path, "near").integers == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("a safetensors file of several tensors asks for a name and lists the first few") {
  CHECK(holds(refusal(written_by_python()), R"(holds 2 tensors ("b", "a"), expected)"));
  CHECK(holds(refusal(written_by_python(), "c"), R"(holds 2 tensors ("b", "a") and none named "c")"));
  std::string header = "{";
  for (int i = 0; i < 9; ++i)
    header += fmt::format(R"({}"t{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", i ? "," : "", i);
  CHECK(holds(refusal(file_of(header + "}", "")), R"(holds 9 tensors ("t0", "t1", "t2", "t3", …))"));
  CHECK(holds(refusal(file_of("{}", "")), "holds no tensor"));
  CHECK(holds(refusal(file_of(R"({"__metadata__":{"a":"b"}})", "")), "holds no tensor"));
}

TEST_CASE("a dtype that safetensors has and ropescope has not is named, and does not hide the file's other tensors") {
  const std::string bytes = file_of(R"({"f8":{"dtype":"F8_E8M0","shape":[2],"data_offsets":[0,2]},)"
                                    R"("f16":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}})",
                                    std::string("\x01\x02\x00\x3c", 4));
  CHECK(holds(refusal(bytes, "f8"), R"("f8": dtype "F8_E8M0", expected F64)"));
  CHECK(read_bytes(bytes, "f16").floats == std::vector<float>{1});
  CHECK(holds(refusal(one("BOOL", "[1]", "1")), "BOOL"));
}

TEST_CASE("a safetensors header's length is a claim: no memory is taken for one that the file does not hold") {
  CHECK(holds(refusal(""), "8 bytes"));
  CHECK(holds(refusal("1234567"), "8 bytes"));
  CHECK(holds(refusal(length_of(0)), "does not begin with {"));
  CHECK(holds(refusal(length_of(std::numeric_limits<std::uint64_t>::max()) + "{}"), "claims 18446744073709551615"));
  CHECK(holds(refusal(length_of(3) + "{}"), "claims 3"));
  const std::string whole = one("F32", "[2]", "12345678");
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK(refusal(whole.substr(0, length)) != "");
  CHECK(refusal(whole) == "");

  const test::Scratch scratch;
  write_file(scratch.path / "x", length_of(100'000'001) + "{}");
  std::error_code error;
  std::filesystem::resize_file(scratch.path / "x", 200'000'000, error);
  if (!error) CHECK_THROWS_WITH_AS(list_safetensors(scratch.path / "x"), doctest::Contains("at most 100000000"), Error);
}

TEST_CASE("offsets and shapes in a safetensors header are claims: those that disagree are refused") {
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return refusal(file_of(
        fmt::format(R"({{"x":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", dtype, shape, offsets), "12345678"));
  };
  CHECK(entry("F32", "[2]", "[0,8]") == "");
  CHECK(entry("F32", "[1]", "[4,8]") == "");
  CHECK(holds(entry("F32", "[2]", "[0,9]"), "[0, 9], expected a range within the 8 bytes"));
  CHECK(holds(entry("F32", "[2]", "[8,0]"), "[8, 0], expected a range"));
  CHECK(holds(entry("F32", "[2]", "[18446744073709551608,0]"), "expected a range"));
  CHECK(holds(entry("F32", "[2]", "[0,18446744073709551615]"), "expected a range"));
  CHECK(holds(entry("F32", "[3]", "[0,8]"), "shape (3) of F32 needs 12 bytes, and data_offsets [0, 8] hold 8"));
  CHECK(holds(entry("BF16", "[2]", "[0,8]"), "needs 4 bytes"));
  CHECK(holds(entry("F32", "[4294967296,4294967296]", "[0,8]"), "larger than any file"));
  CHECK(holds(entry("F8_E4M3", "[4294967296,4294967296]", "[0,8]"), "larger than any file"));
  CHECK(holds(entry("F32", "[1152921504606846976,16]", "[0,0]"), "larger than any file")); // 2⁶⁴ numbers are 0
  CHECK(holds(entry("F32", "[0,9223372036854775808]", "[0,0]"), "an extent that no file has"));
  CHECK(holds(entry("F32", "[99999999999999999999]", "[0,0]"), "shape holds a number that is no integer"));
  CHECK(holds(entry("F32", "[-2]", "[0,8]"), "shape holds a negative number"));
  CHECK(holds(entry("F32", "[2.0]", "[0,8]"), "shape holds a number that is no integer"));
  CHECK(holds(entry("F32", "[\"2\"]", "[0,8]"), "shape holds a string"));
  CHECK(holds(entry("F32", "[[2]]", "[0,8]"), "shape holds a list"));
  CHECK(holds(entry("F32", "2", "[0,8]"), "shape is a number"));
  CHECK(holds(entry("F32", "null", "[0,8]"), "shape is null"));
  CHECK(holds(entry("F32", "[2]", "[8]"), "data_offsets is a list of another length"));
  CHECK(holds(entry("F32", "[2]", "[0,8,8]"), "data_offsets holds more numbers"));
  CHECK(holds(entry("F32", "[2]", "{}"), "data_offsets is an object"));
  const auto ones = [](int axes) {
    std::string text = "[2";
    for (int i = 1; i < axes; ++i) text += ",1";
    return text + "]";
  };
  CHECK(entry("F32", ones(32), "[0,8]") == "");
  CHECK(holds(entry("F32", ones(33), "[0,8]"), "at most 32 extents"));
}

TEST_CASE("a safetensors header that is not what the format says is refused with the place") {
  const auto header = [](const std::string& text) { return refusal(file_of(text, "1234")); };
  const std::string x = R"("x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  CHECK(header("{" + x + "}") == "");
  CHECK(header("{" + x + "}    ") == "");
  CHECK(header(R"({"__metadata__":{},)" + x + "}") == "");
  CHECK(header(R"({"x":{"note":{"a":[1]},"dtype":"F32","shape":[1],"data_offsets":[0,4]}})") == "");
  CHECK(holds(header("[]"), "does not begin with {"));
  CHECK(holds(header(" {" + x + "}"), "does not begin with {"));
  CHECK(holds(header("{" + x), "not JSON at its byte 54"));
  CHECK(holds(header("{" + x + "}}"), "not JSON at its byte"));
  CHECK(holds(header("{\"\xff\":{}}"), "not JSON at its byte 3"));
  CHECK(holds(header(R"({"x":{"shape":[1e999]}})"), "not JSON"));
  CHECK(holds(header("{" + x + "," + x + "}"), R"(tensor "x" is there twice)"));
  CHECK(holds(header(R"({"x":{"dtype":"F32","dtype":"F32"}})"), R"(tensor "x" has dtype twice)"));
  CHECK(holds(header(R"({"x":3})"), R"(tensor "x" is a number, expected an object)"));
  CHECK(holds(header(R"({"x":[]})"), R"(tensor "x" is a list, expected an object)"));
  CHECK(holds(header(R"({"x":{}})"), R"(tensor "x" lacks dtype)"));
  CHECK(holds(header(R"({"x":{"dtype":"F32","data_offsets":[0,4]}})"), "lacks shape"));
  CHECK(holds(header(R"({"x":{"dtype":"F32","shape":[1]}})"), "lacks data_offsets"));
  CHECK(
      holds(header(R"({"x":{"dtype":32,"shape":[1],"data_offsets":[0,4]}})"), "dtype is a number, expected a string"));
  CHECK(holds(header(R"({"__metadata__":{"a":1}})"), "__metadata__ holds a number, expected strings"));
  CHECK(holds(header(R"({"__metadata__":{"a":{}}})"), "__metadata__ holds an object, expected strings"));
}

TEST_CASE("a safetensors header that nests without end is refused, wherever it does") {
  std::string lists(1'000'000, '['), objects;
  for (int i = 0; i < 200'000; ++i) objects += R"({"a":)";
  for (const std::string& deep : {lists, objects})
    for (const char* before : {R"({"x":)", R"({"__metadata__":{"a":)", R"({"x":{"shape":)", R"({"x":{"note":)"})
      CHECK(refusal(file_of(before + deep, "")) != "");
  CHECK(holds(refusal(file_of(R"({"x":{"note":)" + lists, "")), "nests deeper than 4 levels"));
}

TEST_CASE("a safetensors file of a hundred thousand tensors finds the last and a repeated name") {
  std::string header = "{";
  for (int i = 0; i < 100'000; ++i)
    header += fmt::format(R"("{}":{{"dtype":"U8","shape":[],"data_offsets":[0,1]}},)", i);
  const std::string last = R"("last":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})";
  CHECK(read_bytes(file_of(header + last, "\x01\x02"), "last").integers == std::vector<std::int64_t>{2});
  const std::string repeated = R"("777":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})";
  CHECK(holds(refusal(file_of(header + repeated, "\x01\x02"), "5"), R"("777" is there twice)"));
}

TEST_CASE("names out of a safetensors file reach a sentence short and without control characters") {
  const std::string name(1000, 'n');
  const std::string shown = refusal(file_of(R"({"\u001b[31m)" + name + R"(":1})", ""));
  CHECK(holds(shown, "\"?[31mnnn"));
  CHECK(shown.size() < 200);
}

TEST_CASE("a name that the safetensors format cannot hold is refused before anything is written") {
  const test::Scratch scratch;
  for (const char* name : {"__metadata__", "\xff"})
    CHECK_THROWS_AS(write_safetensors(scratch.path / "x.safetensors", name, array_of(NumberFormat::float32)), Error);
  CHECK(std::filesystem::is_empty(scratch.path));
}

TEST_CASE("an array file is what its bytes say, whatever it is called") {
  const test::Scratch scratch;
  const Array array = array_of(NumberFormat::float16);
  write_npy(scratch.path / "numpy.safetensors", array);
  write_npy(scratch.path / "numpy", array);
  write_safetensors(scratch.path / "tensors.npy", "a", array);
  write_safetensors(scratch.path / "tensors", "a", array);
  for (const char* name : {"numpy.safetensors", "numpy", "tensors.npy", "tensors"})
    check_same(read_array(scratch.path / name), array);
}

TEST_CASE("bytes that are no array are refused as what the file's extension promises") {
  const test::Scratch scratch;
  const auto refused = [&](const char* name, const std::string& bytes, const char* part) {
    write_file(scratch.path / name, bytes);
    CHECK_THROWS_WITH_AS(read_array(scratch.path / name), doctest::Contains(part), Error);
  };
  refused("x.npy", "", "not a .npy file");
  refused("x.npy", "no array at all", "not a .npy file");
  refused("x.safetensors", "", "not a .safetensors file");
  refused("x.safetensors", "no array at all", "not a .safetensors file");
  refused("x.txt", "no array at all", "expected a .npy, a .npz or a .safetensors file");
  CHECK_THROWS_WITH_AS(read_array(scratch.path / "y.npy"), doctest::Contains("no such file"), Error);
}

TEST_CASE("FILE.safetensors:NAME picks a tensor, unless a file is called so") {
  const test::Scratch scratch;
  const std::string file = (scratch.path / "x.safetensors").string();
  write_file(file, written_by_python());
  CHECK(read_array(file + ":a").floats == std::vector<float>{1, -3});
  CHECK(read_array(file, "a").floats == std::vector<float>{1, -3});
  CHECK_THROWS_WITH_AS(read_array(file), doctest::Contains("holds 2 tensors"), Error);
  CHECK_THROWS_WITH_AS(read_array(file + ":c:d"), doctest::Contains("none named \"c:d\""), Error);
  CHECK_THROWS_WITH_AS(read_array(scratch.path / "y.safetensors:a"), doctest::Contains("y.safetensors: no such"),
                       Error);
  write_npy(file + ":a", array_of(NumberFormat::float64));
  check_same(read_array(file + ":a"), array_of(NumberFormat::float64));
}

TEST_CASE("a name is refused for a .npy file, whose array has none") {
  const test::Scratch scratch;
  write_npy(scratch.path / "x.npy", array_of(NumberFormat::float32));
  CHECK_THROWS_WITH_AS(read_array(scratch.path / "x.npy", "q"), doctest::Contains("\"q\""), Error);
}

TEST_CASE("an array is written as .safetensors where the file's extension says so, else as .npy") {
  const test::Scratch scratch;
  const Array array = array_of(NumberFormat::float32);
  for (const char* name : {"x.npy", "x", "x.bin"}) {
    write_array(scratch.path / name, array);
    check_same(read_npy(scratch.path / name), array);
  }
  write_array(scratch.path / "x.safetensors", array, "q");
  check_same(read_safetensors(scratch.path / "x.safetensors", "q"), array);
  CHECK_THROWS_AS(write_array(scratch.path / "y.npy", array_of(NumberFormat::bfloat16)), Error);
  CHECK(!std::filesystem::exists(scratch.path / "y.npy"));
}
