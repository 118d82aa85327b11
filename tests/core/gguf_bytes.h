#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/float16.h"
#include "core/io/file.h"
#include "core/model/model.h"
#include "core/open/model_file.h"
#include "tests/scratch.h"

/// GGUF files for tests, written byte by byte.
namespace ropescope::test {

template <typename Word>
std::string bytes_of(Word word) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Word); ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(word) >> 8 * i & 255);
  return bytes;
}

inline std::string bytes_of(float number) { return bytes_of(std::bit_cast<std::uint32_t>(number)); }
inline std::string bytes_of(double number) { return bytes_of(std::bit_cast<std::uint64_t>(number)); }
inline std::string text_of(const std::string& text) { return bytes_of(std::uint64_t{text.size()}) + text; }

template <typename Number>
std::string list_of(std::uint32_t type, const std::vector<Number>& list) {
  std::string bytes = bytes_of(type) + bytes_of(std::uint64_t{list.size()});
  for (const Number number : list) bytes += bytes_of(number);
  return bytes;
}

inline constexpr std::uint32_t u8 = 0, u32 = 4, i32 = 5, f32 = 6, boolean = 7, string = 8, array = 9, u64 = 10,
                               i64 = 11, f64 = 12;

/// A GGUF file of an architecture, byte by byte. Names that begin with a dot are the architecture's own.
struct Gguf {
  std::string architecture = {}, keys = {}, infos = {}, data = {};
  std::uint64_t key_count = 0, tensor_count = 0, alignment = 32;
  std::uint32_t version = 3;

  Gguf() = default; ///< without an architecture
  explicit Gguf(const std::string& name) : architecture(name) { raw("general.architecture", string, text_of(name)); }

  Gguf& raw(const std::string& key, std::uint32_t type, const std::string& value) {
    keys += text_of(key.starts_with('.') ? architecture + key : key) + bytes_of(type) + value;
    ++key_count;
    return *this;
  }
  Gguf& integer(const std::string& key, std::uint32_t value) { return raw(key, u32, bytes_of(value)); }
  Gguf& number(const std::string& key, float value) { return raw(key, f32, bytes_of(value)); }
  Gguf& text(const std::string& key, const std::string& value) { return raw(key, string, text_of(value)); }
  Gguf& flag(const std::string& key, bool value) { return raw(key, boolean, bytes_of(std::uint8_t{value})); }
  Gguf& integers(const std::string& key, const std::vector<std::int32_t>& list) {
    return raw(key, array, list_of(i32, list));
  }

  Gguf& info(const std::string& name, const std::vector<std::uint64_t>& extents, std::uint32_t type,
             std::uint64_t offset) {
    infos += text_of(name) + bytes_of(static_cast<std::uint32_t>(extents.size()));
    for (const std::uint64_t extent : extents) infos += bytes_of(extent);
    infos += bytes_of(type) + bytes_of(offset);
    ++tensor_count;
    return *this;
  }
  Gguf& tensor(const std::string& name, const std::vector<double>& numbers, std::uint32_t type = 0) {
    data.resize((data.size() + alignment - 1) / alignment * alignment);
    info(name, {numbers.size()}, type, data.size());
    for (const double number : numbers)
      data += type == 28  ? bytes_of(number)
              : type == 1 ? bytes_of(half_from_float(static_cast<float>(number)))
                          : bytes_of(static_cast<float>(number));
    return *this;
  }

  std::string bytes() const {
    std::string all = "GGUF" + bytes_of(version) + bytes_of(tensor_count) + bytes_of(key_count) + keys + infos;
    if (tensor_count > 0) all.resize((all.size() + alignment - 1) / alignment * alignment);
    return all + data;
  }
};

/// A model of heads of 128 components.
inline Gguf model(const std::string& architecture, std::uint32_t context = 32768) {
  return Gguf(architecture)
      .integer(".context_length", context)
      .integer(".embedding_length", 4096)
      .integer(".block_count", 32)
      .integer(".attention.head_count", 32);
}

inline Model read(const std::string& bytes) {
  const test::Scratch scratch;
  write_file(scratch.path / "x.gguf", bytes);
  return read_model(scratch.path / "x.gguf");
}

inline Model read(const Gguf& gguf) { return read(gguf.bytes()); }

inline RopeConfig only(const Gguf& gguf) {
  const Model model = read(gguf);
  REQUIRE(model.layers.size() == 1);
  CHECK(model.layers.front().layer_type == "");
  return model.layers.front().config;
}

/// What is said of a file that is refused, without the path before the file's name; empty where it is read.
inline std::string refusal(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    const std::string sentence = error.what();
    const std::size_t at = sentence.find("x.gguf: ");
    REQUIRE(at != std::string::npos);
    CHECK(sentence.find("x.gguf: ", at + 1) == std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
    return sentence.substr(at);
  }
  return "";
}

inline std::string refusal(const Gguf& gguf) { return refusal(gguf.bytes()); }

inline bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline bool warns(const Model& model, const std::string& part) {
  return std::any_of(model.warnings.begin(), model.warnings.end(),
                     [&](const std::string& warning) { return holds(warning, part); });
}

inline void check_close(const std::vector<double>& ours, const std::vector<double>& theirs, double relative) {
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == doctest::Approx(theirs[i]).epsilon(relative));
}

} // namespace ropescope::test
