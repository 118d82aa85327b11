#include "core/gguf/gguf_file.h"

#include <chrono>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

TEST_CASE("names of a GGUF file reach sentences as UTF-8 without control characters") {
  const std::string name = "rope_\x9b\x1b\xc2\x9b\xe2\x80\xae";
  CHECK(warns(read(model("llama").tensor(name, {1})), "tensor rope_???? is not understood"));
  CHECK(warns(read(model("llama").integer("x." + name, 1)), "x.rope_???? is not understood"));
  CHECK(read(model("llama").text("general.name", name)).name == "rope_????");
  CHECK(holds(refusal(model("llama").tensor(name, {1}).tensor(name, {1})), R"(tensor "rope_????" is there twice)"));
  CHECK(holds(refusal(model("llama").integer(name, 1).integer(name, 1)), R"(key "rope_????" is there twice)"));
}

TEST_CASE("numbers of a GGUF file may be of any width, and of no other kind") {
  const auto base = [](std::uint32_t type, const std::string& value) {
    return only(model("llama").raw(".rope.freq_base", type, value)).base;
  };
  CHECK(base(f64, bytes_of(0.1)) == 0.1);
  CHECK(base(f32, bytes_of(5e5f)) == 5e5);
  CHECK(base(u8, "\x07") == 7);
  CHECK(base(1, "\x07") == 7);
  CHECK(base(2, bytes_of(std::uint16_t{500})) == 500);
  CHECK(base(3, bytes_of(std::int16_t{500})) == 500);
  CHECK(base(i64, bytes_of(std::int64_t{500000})) == 500000);
  CHECK(holds(refusal(model("llama").text(".rope.freq_base", "x")),
              R"(key "llama.rope.freq_base" is a string, expected a number)"));
  CHECK(holds(refusal(model("llama").integers(".rope.freq_base", {1})), "is a list, expected a number"));
  CHECK(holds(refusal(model("llama").number(".rope.dimension_count", 64)), "is a number, expected an integer"));
  CHECK(holds(refusal(model("llama").integer(".rope.scaling.type", 1)), "is an integer, expected a string"));
  CHECK(holds(refusal(model("granite").integer(".rope.scaling.finetuned", 1)), "expected a truth"));
  CHECK(holds(refusal(model("qwen2vl").raw(".rope.dimension_sections", array, list_of(f32, std::vector<float>{1}))),
              "is a list, expected an integer or a list of integers"));
}

TEST_CASE("numbers of a GGUF file out of range are refused with the key") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  for (const float bad : {-1.0f, inf, nan}) {
    CHECK(holds(refusal(model("llama").number(".rope.scaling.factor", bad)), "llama.rope.scaling.factor is "));
    CHECK(holds(refusal(model("llama").number(".rope.freq_base", bad)), "the base (rope_theta) is "));
    CHECK(holds(refusal(model("llama").number(".rope.scaling.attn_factor", bad)), "expected a positive number"));
  }
  CHECK(holds(refusal(model("llama").text(".rope.scaling.type", "curly")),
              R"(is "curly", expected one of none, linear)"));
  CHECK(holds(refusal(model("llama").raw(".rope.dimension_count", i32, bytes_of(-2))), "is -2, expected 0 to 65536"));
  CHECK(holds(refusal(model("llama").integer(".rope.dimension_count", 256)), "expected at most the head's 128"));
  CHECK(holds(refusal(model("llama").integer(".rope.dimension_count", 0)), "rotary_dim is 0"));
  CHECK(holds(refusal(model("llama").raw(".attention.key_length", u64, bytes_of(~std::uint64_t{0}))),
              "18446744073709551615, expected a smaller number"));
  CHECK(holds(refusal(model("llama").raw(".attention.key_length", i64, bytes_of(std::int64_t{1} << 62))),
              "expected 0 to 65536"));
  CHECK(holds(refusal(model("qwen2vl").integers(".rope.dimension_sections", {16, -1})), "is [16, -1], expected"));
  CHECK(holds(refusal(model("qwen2vl").integers(".rope.dimension_sections", {1, 2, 3, 4, 5, 6})), "[1, 2, 3, 4, 5]"));
  for (const float bad : {inf, nan})
    CHECK(holds(refusal(model("mistral3").number(".attention.temperature_scale", bad)), "expected a finite number"));
}

TEST_CASE("a GGUF file without an architecture that can be named is refused") {
  Gguf none("llama");
  none.keys.clear();
  none.key_count = 0;
  CHECK(holds(refusal(none), "no general.architecture"));
  CHECK(holds(refusal(Gguf("")), "expected letters and digits"));
  CHECK(holds(refusal(Gguf("a\x1b[31m")), R"(general.architecture is "a?[31m")"));
  CHECK(holds(refusal(Gguf(std::string(65, 'a'))), "expected letters and digits"));
}

TEST_CASE("a name in a GGUF file that is not UTF-8 or holds control characters is shown without them") {
  CHECK(read(model("llama").text("general.name", "a\nb\xff")).name == "a?b?");
  CHECK(read(model("llama").text("general.name", "Größe")).name == "Größe");
  CHECK(warns(read(model("llama").integer(".rope.\x1b\xff", 1)), "llama.rope.?? is not understood"));
}

TEST_CASE("GGUF versions other than 2 and 3, and big-endian files, are refused as such") {
  Gguf gguf = model("llama");
  for (const std::uint32_t version : {0u, 1u, 4u}) {
    gguf.version = version;
    CHECK(holds(refusal(gguf), fmt::format("GGUF version {}, expected 2 or 3", version)));
  }
  gguf.version = 3u << 24;
  CHECK(holds(refusal(gguf), "a big-endian GGUF file"));
}

TEST_CASE("a GGUF file cut off anywhere in its metadata or its factors is refused") {
  const std::string whole = model("llama")
                                .integers(".rope.dimension_sections", {1, 2})
                                .text("general.name", "x")
                                .integer(".rope.dimension_count", 8)
                                .tensor("rope_freqs.weight", {1, 2, 3, 4})
                                .bytes();
  CHECK(refusal(whole) == "");
  for (std::size_t length = 4; length < whole.size(); ++length) CHECK(refusal(whole.substr(0, length)) != "");
}

TEST_CASE("a GGUF file without its weights is read: only what is asked for must be there") {
  Gguf gguf = model("llama").integer(".rope.dimension_count", 4).tensor("rope_freqs.weight", {2, 3});
  gguf.info("token_embd.weight", {4096, 128256}, 12, 64);
  CHECK(only(gguf).scaling.freq_factors == std::vector<double>{2, 3});
  CHECK(holds(refusal(Gguf(gguf).info("output.weight", {std::uint64_t{1} << 40, std::uint64_t{1} << 30}, 0, 0)),
              R"(tensor "output.weight" is larger than any file)"));
}

TEST_CASE("lengths and counts in a GGUF file are claims: those that the file cannot hold are refused") {
  const std::uint64_t all = ~std::uint64_t{0};
  for (const std::uint64_t claim : {std::uint64_t{1} << 20, std::uint64_t{1} << 40, std::uint64_t{1} << 61, all}) {
    CHECK(holds(refusal(model("llama").raw("a", string, bytes_of(claim))), "truncated"));
    for (const std::uint32_t type : {u8, u32, f64, string, array})
      CHECK(holds(refusal(model("llama").raw("a", array, bytes_of(type) + bytes_of(claim))),
                  fmt::format("claims {} entries", claim)));
    Gguf gguf = model("llama");
    gguf.key_count = claim;
    CHECK(holds(refusal(gguf), fmt::format("{} keys are claimed", claim)));
    gguf = model("llama").tensor("a", {1});
    gguf.tensor_count = claim;
    CHECK(holds(refusal(gguf), fmt::format("{} tensors are claimed", claim)));
    gguf = model("llama");
    gguf.keys += bytes_of(claim);
    ++gguf.key_count;
    gguf.keys += std::string(20, 'x');
    CHECK(holds(refusal(gguf), "truncated"));
  }
  CHECK(refusal(model("llama").raw("a", array, bytes_of(string) + bytes_of(std::uint64_t{0}))) == "");
}

TEST_CASE("a tensor's place and size are claims too") {
  const auto freqs = [](std::vector<std::uint64_t> extents, std::uint32_t type, std::uint64_t offset) {
    Gguf gguf = model("llama").integer(".rope.dimension_count", 4).info("rope_freqs.weight", extents, type, offset);
    gguf.data = bytes_of(1.0f) + bytes_of(2.0f) + std::string(24, '\0') + bytes_of(1.0f) + bytes_of(2.0f);
    return refusal(gguf);
  };
  CHECK(freqs({2}, 0, 0) == "");
  CHECK(freqs({2}, 0, 32) == "");
  CHECK(freqs({2, 1, 1, 1}, 0, 32) == "");
  CHECK(holds(freqs({3}, 0, 32), "12 bytes from byte 32 of the data on, and the file has 40 bytes of data"));
  CHECK(holds(freqs({2}, 0, 64), "from byte 64"));
  CHECK(holds(freqs({2}, 0, ~std::uint64_t{31}), "from byte 18446744073709551584"));
  CHECK(holds(freqs({2}, 0, 16), "offset 16, expected a multiple of 32"));
  CHECK(holds(freqs({2}, 2, 0), "type 2, expected F32, F16 or F64"));
  CHECK(holds(freqs({2}, 12345, 0), "type 12345"));
  CHECK(holds(freqs({1}, 0, 0), "1 numbers, expected one for each of the 2 pairs"));
  CHECK(holds(freqs({0}, 0, 0), "0 numbers"));
  CHECK(holds(freqs({65537}, 0, 0), "65537 numbers, expected at most 65536"));
  CHECK(holds(freqs({std::uint64_t{1} << 62, 4}, 0, 0), "larger than any file"));
  CHECK(holds(freqs({1, 1, 1, 1, 2}, 0, 0), "has 5 axes, expected at most 4"));
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK(holds(refusal(model("llama").integer(".rope.dimension_count", 2).tensor("rope_freqs.weight", {bad})),
                "expected positive numbers"));
}

TEST_CASE("lists within lists are skipped down to four levels, and refused beyond") {
  const auto nested = [](int levels, const std::string& inner) {
    std::string bytes;
    for (int i = 0; i < levels; ++i) bytes += bytes_of(array) + bytes_of(std::uint64_t{1});
    return model("llama").raw("a", array, bytes + inner);
  };
  const std::string strings = bytes_of(string) + bytes_of(std::uint64_t{2}) + text_of("one") + text_of("");
  CHECK(only(nested(3, strings)).layout.head_dim == 128);
  CHECK(holds(refusal(nested(4, strings)), "nested deeper than 4 levels"));
  CHECK(holds(refusal(nested(100'000, "")), "nested deeper than 4 levels"));
}

TEST_CASE("types that GGUF has not are refused wherever they stand") {
  CHECK(holds(refusal(model("llama").raw("a", 13, "")), "a value of type 13"));
  CHECK(holds(refusal(model("llama").raw("a", array, bytes_of(std::uint32_t{99}) + bytes_of(std::uint64_t{0}))),
              "a value of type 99"));
}

TEST_CASE("a key or a tensor that a GGUF file has twice is refused") {
  CHECK(holds(refusal(model("llama").integer(".block_count", 3)), R"(key "llama.block_count" is there twice)"));
  CHECK(holds(refusal(model("llama").tensor("a", {1}).tensor("b", {1}).tensor("a", {2})),
              R"(tensor "a" is there twice)"));
  CHECK(holds(refusal(model("llama").integer("", 3)), "key 6 of 6 has no name"));
  CHECK(holds(refusal(model("llama").integer(std::string(65536, 'a'), 3)), "has 65536 bytes, expected at most 65535"));
}

TEST_CASE("an alignment that is no power of two is refused") {
  for (const std::uint32_t bad : {0u, 3u, 48u, 0x80000000u})
    CHECK(holds(refusal(model("llama").integer("general.alignment", bad)), "expected a power of two"));
}

TEST_CASE("a million keys are read, and of more the file is refused") {
  Gguf gguf = model("llama");
  gguf.keys.reserve(30'000'000);
  const std::uint64_t own = gguf.key_count;
  for (std::uint64_t i = own; i < 1'000'000; ++i) gguf.raw(fmt::format("{:06}", i), u8, "x");
  CHECK(only(gguf).layout.head_dim == 128);
  CHECK(holds(refusal(gguf.raw("last", u8, "x")), "1000001 keys are claimed"));
}

TEST_CASE("a file of ten gigabytes is read without its weights, and long metadata is refused before it is") {
  const test::Scratch scratch;
  const auto grow = [&](const Gguf& gguf, std::uintmax_t size) {
    write_file(scratch.path / "x.gguf", gguf.bytes());
    std::error_code error;
    std::filesystem::resize_file(scratch.path / "x.gguf", size, error);
    return !error;
  };
  const auto start = std::chrono::steady_clock::now();
  Gguf gguf = model("llama").integer(".rope.dimension_count", 4);
  gguf.raw("tokenizer.ggml.tokens", array, bytes_of(string) + bytes_of(std::uint64_t{2}) + text_of("a") + text_of("b"));
  gguf.tensor("rope_freqs.weight", {2, 3}).info("token_embd.weight", {1 << 16, 1 << 15}, 0, 32);
  if (grow(gguf, 10'000'000'000)) {
    CHECK(read_model(scratch.path / "x.gguf").layers[0].config.scaling.freq_factors == std::vector<double>{2, 3});
  }
  // Beyond this key the file is zeros: strings of no length without end.
  const std::uint64_t strings = 1'000'000'000;
  if (grow(model("llama").raw("a", array, bytes_of(string) + bytes_of(strings)), 10'000'000'000))
    CHECK_THROWS_WITH_AS(read_model(scratch.path / "x.gguf"), doctest::Contains("longer than 268435456 bytes"), Error);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}
