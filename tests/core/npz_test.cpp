#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/tensor_file.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

std::string little(std::uint64_t number, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(number >> 8 * i & 255);
  return bytes;
}

std::string deflated(const std::string& bytes) {
  std::string packed(compressBound(bytes.size()), '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Member {
  std::string name, bytes;
  bool packed = false;
  bool long_sizes = false; ///< zip64, as numpy.savez writes files beyond 4 GiB
  std::uint64_t claim = 0; ///< of its size, where that is a lie
  int method = -1;
};

std::string zip(const std::vector<Member>& members) {
  std::string file, directory;
  for (const Member& member : members) {
    const std::string data = member.packed ? deflated(member.bytes) : member.bytes;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(member.bytes.data()), static_cast<uInt>(member.bytes.size()));
    const int method = member.method >= 0 ? member.method : member.packed ? 8 : 0;
    const std::uint64_t size = member.claim ? member.claim : member.bytes.size(), begin = file.size();
    const std::string sizes =
        member.long_sizes ? little(0xffffffff, 4) + little(0xffffffff, 4) : little(data.size(), 4) + little(size, 4);
    const std::string extra =
        member.long_sizes ? little(1, 2) + little(16, 2) + little(size, 8) + little(data.size(), 8) : "";
    file += "PK\x03\x04" + little(20, 2) + little(0, 2) + little(static_cast<std::uint64_t>(method), 2) + little(0, 4) +
            little(crc, 4) + sizes + little(member.name.size(), 2) + little(0, 2) + member.name + data;
    directory += "PK\x01\x02" + little(20, 2) + little(20, 2) + little(0, 2) +
                 little(static_cast<std::uint64_t>(method), 2) + little(0, 4) + little(crc, 4) + sizes +
                 little(member.name.size(), 2) + little(extra.size(), 2) + little(0, 2) + little(0, 8) +
                 little(begin, 4) + member.name + extra;
  }
  const std::string end = "PK\x05\x06" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) +
                          little(directory.size(), 4) + little(file.size(), 4) + little(0, 2);
  return file + directory + end;
}

struct Npz {
  test::Scratch scratch;
  std::string path = (scratch.path / "q.npz").string();

  /// The bytes of a .npy file of these numbers.
  std::string npy(const std::vector<float>& numbers) const {
    Array array;
    array.shape = {static_cast<std::int64_t>(numbers.size())};
    array.floats = numbers;
    write_npy(scratch.path / "one.npy", array);
    return read_file(scratch.path / "one.npy", 1 << 20);
  }
  std::string refusal(const std::string& bytes, const std::string& name = "") const {
    write_file(path, bytes);
    try {
      read_array(path, name);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

} // namespace

TEST_CASE("an array comes out of a .npz as out of a .npy, stored or deflated, by its name or as the only one") {
  const Npz npz;
  const std::vector<float> numbers(500, 1.5f), others{2, 3};
  for (const bool packed : {false, true})
    for (const bool long_sizes : {false, true}) {
      write_file(npz.path, zip({{"q.npy", npz.npy(numbers), packed, long_sizes}}));
      CHECK(read_array(npz.path).floats == numbers);
      write_file(npz.path, zip({{"q.npy", npz.npy(numbers), packed}, {"k.npy", npz.npy(others), packed, long_sizes}}));
      CHECK(read_array(npz.path + ":k").floats == others);
      CHECK(read_array(npz.path + ":q.npy").floats == numbers);
      CHECK(read_array(npz.path, "q").floats == numbers);
    }
}

TEST_CASE("a .npz is refused by a sentence that names what it holds, and never by a guess among several") {
  const Npz npz;
  const std::string two = zip({{"q.npy", npz.npy({1}), false}, {"k.npy", npz.npy({2}), false}});
  CHECK(npz.refusal(two).find("holds 2 arrays (\"q\", \"k\"), expected") != std::string::npos);
  CHECK(npz.refusal(two, "v").find("none named \"v\"") != std::string::npos);
  CHECK(npz.refusal(zip({})).find("holds no array") != std::string::npos);
  CHECK(npz.refusal(zip({{"a.txt", "words"}})).find("not a .npy file") != std::string::npos);
  CHECK(npz.refusal(zip({{"q.npy", npz.npy({1}), false, false, 0, 12}})).find("method 12") != std::string::npos);
}

TEST_CASE("no byte of a .npz can be cut, changed or lied about without a sentence") {
  const Npz npz;
  const std::string one = npz.npy(std::vector<float>(300, 0.25f));
  for (const bool packed : {false, true}) {
    const std::string whole = zip({{"q.npy", one, packed}});
    for (std::size_t length = 0; length < whole.size(); length += 7) {
      CAPTURE(length);
      CHECK(npz.refusal(whole.substr(0, length)) != "");
    }
    for (std::size_t at = 0; at < whole.size(); ++at) { // never a crash, and the numbers never others
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x55);
      if (npz.refusal(changed).empty()) CHECK(read_array(npz.path).floats == std::vector<float>(300, 0.25f));
    }
    // Sizes that would take all memory: more than deflate can make of so few bytes, and not what is there.
    for (const std::uint64_t claim : {std::uint64_t{1} << 31, std::uint64_t{1} << 62, one.size() + 1, one.size() - 1}) {
      CAPTURE(claim);
      CHECK(npz.refusal(zip({{"q.npy", one, packed, claim > 0xffffffff, claim}})) != "");
    }
  }
}

TEST_CASE("files that only Python reads are refused with the line that converts them") {
  const test::Scratch scratch;
  for (const std::string name : {"q.pt", "q.pth", "q.pkl"}) {
    write_file(scratch.path / name, "PK\x03\x04 whatever");
    std::string words;
    try {
      read_array(scratch.path / name);
    } catch (const Error& error) {
      words = error.what();
    }
    CHECK(words.find("python3 -c \"import numpy, ") != std::string::npos);
    CHECK(words.find("numpy.save('q.npy', array)\"") != std::string::npos);
  }
}

TEST_CASE("bytes and integers are read as the numbers that they were said to be, and complex ones as neighbours") {
  const test::Scratch scratch;
  const auto npy = [&](const std::string& descr, const std::string& shape, const std::string& data) {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header.append(127 - 10 - header.size(), ' ').push_back('\n');
    std::string file = "\x93NUMPY\x01";
    file.push_back('\0');
    file += little(header.size(), 2);
    file += header;
    file += data;
    write_file(scratch.path / "q.npy", file);
  };
  // 1, −2 and 448 in e4m3; 1 and −2 in e5m2.
  for (const std::string descr : {"|V1", "|u1", "|i1"}) {
    npy(descr, "(3,)", "\x38\xc0\x7e");
    CHECK(read_array(scratch.path / "q.npy", "", {.bits = NumberFormat::float8_e4m3}).floats ==
          std::vector<float>{1, -2, 448});
  }
  npy("|V1", "(2,)", "\x3c\xc0");
  CHECK(read_array(scratch.path / "q.npy", "", {.bits = NumberFormat::float8_e5m2}).floats ==
        std::vector<float>{1, -2});
  CHECK_THROWS_AS(read_array(scratch.path / "q.npy"), Error);
  npy("<u2", "(2,)", std::string("\x80\x3f\x00\xc0", 4));
  CHECK(read_array(scratch.path / "q.npy", "", {.bits = NumberFormat::bfloat16}).floats == std::vector<float>{1, -2});
  const float parts[] = {1, 2, 3, 4};
  npy("<c8", "(2,)", std::string(reinterpret_cast<const char*>(parts), sizeof parts));
  bool complex = false;
  const Array array = read_array(scratch.path / "q.npy", "", {.complex = &complex});
  CHECK(complex);
  CHECK(array.shape == std::vector<std::int64_t>{4});
  CHECK(array.floats == std::vector<float>{1, 2, 3, 4});
  CHECK_THROWS_AS(read_array(scratch.path / "q.npy"), Error); // who asks for no pairs gets none
}
