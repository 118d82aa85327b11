#include "core/gguf/parts.h"

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/rope/spectrum.h"
#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr std::uint32_t u16 = 2;

/// What gguf-split writes of its own into a part.
Gguf split(Gguf gguf, int part, int count, int tensors) {
  return gguf.raw("split.no", u16, bytes_of(static_cast<std::uint16_t>(part - 1)))
      .raw("split.count", u16, bytes_of(static_cast<std::uint16_t>(count)))
      .raw("split.tensors.count", i32, bytes_of(tensors));
}

Gguf small(const char* architecture) { return model(architecture).integer(".rope.dimension_count", 8); }

const std::vector<double> factors{1, 2, 4, 8};

/// A folder of files, by what is in their names before "-00001-of-00003.gguf".
struct Folder {
  Scratch scratch;

  Folder() = default;
  /// A model of three parts, whose tensor of factors lies in part `holder`.
  explicit Folder(int holder, const char* architecture = "llama") {
    for (int part = 1; part <= 3; ++part) {
      Gguf gguf = split(part == 1 ? small(architecture) : Gguf(), part, 3, 4);
      gguf.tensor(fmt::format("blk.{}.attn_q.weight", part), {1, 2, 3});
      if (part == holder) gguf.tensor("rope_freqs.weight", factors);
      add(gguf, part, 3);
    }
  }

  std::filesystem::path path(int part, int count, const std::string& name = "m") const {
    return scratch.path / fmt::format("{}-{:05}-of-{:05}.gguf", name, part, count);
  }
  void add(const Gguf& gguf, int part, int count, const std::string& name = "m") const {
    write_file(path(part, count, name), gguf.bytes());
  }
  Model open(int part, int count, const std::string& name = "m") const { return read_model(path(part, count, name)); }
  std::string refusal(int part, int count) const {
    try {
      open(part, count);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      return error.what();
    }
    return "";
  }
};

} // namespace

TEST_CASE("a split model turns as the whole one does, whichever part has its factors and whichever is opened") {
  const RopeConfig whole = only(small("llama").tensor("rope_freqs.weight", factors));
  for (int holder = 1; holder <= 3; ++holder)
    for (int opened = 1; opened <= 3; ++opened) {
      CAPTURE(holder);
      CAPTURE(opened);
      const Model model = Folder(holder).open(opened, 3);
      CHECK(model.layers.at(0).config == whole);
      CHECK(model.architecture == "llama");
      CHECK(model.warnings.size() == (opened == 1 ? 0 : 1));
      if (opened > 1)
        CHECK(warns(model, fmt::format("this file is part {} of 3, and the model's metadata was read from part 1, "
                                       "m-00001-of-00003.gguf",
                                       opened)));
    }
}

TEST_CASE("LongRoPE's two tensors may lie in two parts, and the first part have no tensor at all") {
  Folder folder;
  folder.add(split(small("phi3"), 1, 3, 2), 1, 3);
  folder.add(split(Gguf(), 2, 3, 2).tensor("rope_factors_short.weight", {1, 1, 2, 2}), 2, 3);
  folder.add(split(Gguf(), 3, 3, 2).tensor("rope_factors_long.weight", factors), 3, 3);
  const Model model = folder.open(1, 3);
  CHECK(model.warnings.empty());
  CHECK(model.layers.at(0).config.scaling.rope_type == RopeType::longrope);
  CHECK(make_spectrum(model.layers[0].config, 1e6).inv_freq[3] == doctest::Approx(std::pow(1e4, -0.75) / 8));
  CHECK(make_spectrum(model.layers[0].config, 10).inv_freq[3] == doctest::Approx(std::pow(1e4, -0.75) / 2));
}

TEST_CASE("without a part that may have the factors there are no numbers, and the sentence names the file") {
  // Architectures whose code reads factors, and one that nobody knows.
  for (const char* name : {"llama", "phi3", "exaone4", "minicpm3", "gemma4", "step35", "deci", "mistral3", "future9"})
    for (const int holder : {2, 3}) {
      CAPTURE(name);
      CAPTURE(holder);
      const Folder folder(holder, name);
      std::filesystem::remove(folder.path(holder, 3));
      const std::string sentence = folder.refusal(1, 3);
      CHECK(holds(sentence, fmt::format("1 of the model's 3 files cannot be read: {}: no such file",
                                        folder.path(holder, 3).string())));
      CHECK(holds(sentence, "the frequencies depend on tensors that may be missing"));
    }
  const Folder folder(3);
  std::filesystem::remove(folder.path(2, 3));
  std::filesystem::remove(folder.path(3, 3));
  CHECK(holds(folder.refusal(1, 3), "2 of the model's 3 files cannot be read, the first of them: "));
}

TEST_CASE("a missing part is a warning where the architecture reads no factors, and nothing where they are found") {
  for (const char* name : {"qwen2", "deepseek2", "gpt-oss", "gemma3", "glm4moe"}) {
    CAPTURE(name);
    Folder folder;
    folder.add(split(small(name), 1, 3, 4), 1, 3);
    const Model model = folder.open(1, 3);
    CHECK(warns(model, "m-00002-of-00003.gguf: no such file; the frequencies do not depend on it"));
    CHECK(model.warnings.size() == 1);
  }
  for (const int missing : {2, 3}) {
    const Folder folder(1);
    std::filesystem::remove(folder.path(missing, 3));
    CHECK(folder.open(1, 3).warnings.empty());
  }
  // All tensors were seen: what is missing has none.
  Folder folder;
  folder.add(split(small("llama"), 1, 2, 1).tensor("output.weight", {1}), 1, 2);
  CHECK(folder.open(1, 2).warnings.empty());
}

TEST_CASE("a later part without part 1 is refused with the name of part 1") {
  const Folder folder(2);
  std::filesystem::remove(folder.path(1, 3));
  const std::string sentence = folder.refusal(2, 3);
  CHECK(holds(sentence, "part 2 of 3 of a model, whose metadata is in part 1: "));
  CHECK(holds(sentence, "m-00001-of-00003.gguf: no such file"));
  write_file(folder.path(1, 3), small("llama").bytes());
  CHECK(holds(folder.refusal(2, 3), "is not part 1 of 3"));
  folder.add(split(small("llama"), 1, 2, 4), 1, 3);
  CHECK(holds(folder.refusal(2, 3), "is not part 1 of 3"));
  folder.add(split(Gguf(), 1, 3, 4), 1, 3);
  CHECK(holds(folder.refusal(2, 3), "no general.architecture in it"));
}

TEST_CASE("a part that is another's, cut off or no GGUF file counts as missing") {
  const auto with_part_two = [](const std::string& bytes) {
    const Folder folder(2);
    write_file(folder.path(2, 3), bytes);
    return folder.refusal(1, 3);
  };
  CHECK(holds(with_part_two("version https://git-lfs.github.com/spec/v1"), "m-00002-of-00003.gguf: not a GGUF file"));
  CHECK(holds(with_part_two(split(Gguf(), 3, 3, 4).bytes()), "m-00002-of-00003.gguf: not part 2 of 3"));
  CHECK(holds(with_part_two(split(Gguf(), 2, 4, 4).bytes()), "m-00002-of-00003.gguf: not part 2 of 3"));
  CHECK(holds(with_part_two(small("llama").bytes()), "m-00002-of-00003.gguf: not part 2 of 3"));
  CHECK(holds(with_part_two(split(Gguf(), 2, 3, 4).bytes().substr(0, 100)), "m-00002-of-00003.gguf: truncated"));
  // Fewer tensors than the model has.
  CHECK(holds(with_part_two(split(Gguf(), 2, 3, 4).bytes()), "the model's 3 files have 2 tensors, and "
                                                             "split.tensors.count is 4"));
}

TEST_CASE("parts under another name are not found, and the sentence says by what they would be") {
  const Folder folder;
  const auto open_as = [&](const Gguf& gguf) {
    write_file(folder.scratch.path / "renamed.gguf", gguf.bytes());
    return read_model(folder.scratch.path / "renamed.gguf");
  };
  CHECK_THROWS_WITH_AS(open_as(split(small("llama"), 1, 3, 4)), doctest::Contains("-00001-of-00003.gguf"), Error);
  CHECK_THROWS_WITH_AS(open_as(split(Gguf(), 2, 3, 4)), doctest::Contains("part 2 of 3 of a model"), Error);
  CHECK(warns(open_as(split(small("qwen2"), 1, 3, 4)), "does not end in -00001-of-00003.gguf"));
  CHECK(open_as(split(small("llama"), 1, 3, 1).tensor("rope_freqs.weight", factors)).warnings.empty());
}

TEST_CASE("a tensor that two parts have is refused") {
  const Folder folder(1);
  folder.add(split(Gguf(), 3, 3, 4).tensor("rope_freqs.weight", factors), 3, 3);
  CHECK(holds(folder.refusal(1, 3), R"(tensor "rope_freqs.weight" is in two of the model's files)"));
}

TEST_CASE("the numbers of parts are claims: absurd ones are refused, and 0 and 1 stand in files that are whole") {
  const auto claims = [](std::int64_t part, std::int64_t count) {
    return refusal(small("qwen2").raw("split.no", i64, bytes_of(part)).raw("split.count", i64, bytes_of(count)));
  };
  CHECK(holds(claims(0, 4097), "split.count is 4097, expected at most 4096 files"));
  CHECK(holds(claims(0, std::int64_t{1} << 62), "expected at most 4096 files"));
  CHECK(holds(claims(0, -1), "split.count is -1"));
  CHECK(holds(claims(3, 3), "split.no is 3, expected less than split.count, 3"));
  CHECK(holds(claims(-1, 3), "split.no is -1"));
  for (const int count : {0, 1}) CHECK(read(split(model("llama"), 1, count, 0)).warnings.empty());
  // A claim of thousands costs so many look-ups of files, and no more.
  Folder folder;
  folder.add(split(small("qwen2"), 1, 4096, 4), 1, 4096);
  CHECK(warns(folder.open(1, 4096), "4095 of the model's 4096 files cannot be read"));
}

TEST_CASE("a model of more parts than a process may have open files is read") {
  Folder folder;
  constexpr int count = 1100;
  folder.add(split(small("llama"), 1, count, count - 1), 1, count);
  for (int part = 2; part < count; ++part)
    folder.add(split(Gguf(), part, count, count - 1).tensor(fmt::format("blk.{}.a", part), {1}), part, count);
  folder.add(split(Gguf(), count, count, count - 1).tensor("rope_freqs.weight", factors), count, count);
  CHECK(folder.open(1, count).layers.at(0).config.scaling.freq_factors == factors);
}

TEST_CASE("tensors about rotary embeddings that are not understood are named whichever part has them") {
  const Folder folder(2);
  folder.add(split(Gguf(), 3, 3, 4).tensor("rope_new.weight", {1}), 3, 3);
  CHECK(warns(folder.open(1, 3), "tensor rope_new.weight is not understood"));
}
