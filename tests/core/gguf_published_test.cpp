// Metadata as llama.cpp's converter writes it for published models, and what llama.cpp turns by from it: base^(−2j/n)
// of the rotary part, divided or blended by its scaling, pairs as llama_model_rope_type has them.
#include <doctest/doctest.h>

#include "core/rope/spectrum.h"
#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

/// A model of `width` components and so many heads.
Gguf published(const char* architecture, std::uint32_t context, std::uint32_t width, std::uint32_t heads, float base) {
  return Gguf(architecture)
      .integer(".context_length", context)
      .integer(".embedding_length", width)
      .integer(".block_count", 32)
      .integer(".attention.head_count", heads)
      .number(".rope.freq_base", base);
}

struct Published {
  const char* name;
  Gguf file;
  std::size_t pairs, pair;
  double frequency; ///< of that pair, rad/token
  Pairing pairing;
  double attention_factor = 1;
};

std::vector<Published> files() {
  const auto half = Pairing::half, interleaved = Pairing::interleaved;
  std::vector<Published> all;
  const auto add = [&](const char* name, const Gguf& file, std::size_t pairs, std::size_t pair, double frequency,
                       Pairing pairing, double factor = 1) {
    all.push_back({name, file, pairs, pair, frequency, pairing, factor});
  };
  add("Mistral 7B v0.3", published("llama", 32768, 4096, 32, 1e6f).integer(".rope.dimension_count", 128), 64, 42,
      1.1547820e-4, interleaved);
  add("Qwen3 30B-A3B", published("qwen3moe", 40960, 2048, 32, 1e6f).integer(".attention.key_length", 128), 64, 42,
      1.1547820e-4, half);
  add("Falcon 7B", published("falcon", 2048, 4544, 71, 1e4f), 32, 21, 2.3713737e-3, half);
  add("StarCoder2 15B", published("starcoder2", 16384, 6144, 48, 1e5f), 64, 42, 5.2329911e-4, half);
  add("Command-R", published("command-r", 131072, 8192, 64, 8e6f).text(".rope.scaling.type", "none"), 64, 42,
      2.9501710e-5, interleaved);
  add("GPT-NeoX 20B", published("gptneox", 2048, 6144, 64, 1e4f).integer(".rope.dimension_count", 24), 12, 8,
      2.1544347e-3, half);
  add("StableLM 3B", published("stablelm", 4096, 2560, 32, 1e4f).integer(".rope.dimension_count", 20), 10, 6,
      3.9810717e-3, half);
  add("GLM-4 9B 0414", published("glm4", 32768, 4096, 32, 1e4f).integer(".rope.dimension_count", 64), 32, 21,
      2.3713737e-3, interleaved);
  add("DeepSeek Coder 33B",
      published("llama", 16384, 7168, 56, 1e5f).text(".rope.scaling.type", "linear").number(".rope.scaling.factor", 4),
      64, 42, 5.2329911e-4 / 4, interleaved);
  add("Granite 3.1 8B", published("granite", 131072, 4096, 32, 1e7f), 64, 42, 2.5482967e-5, interleaved);
  add("Phi-2", published("phi2", 2048, 2560, 32, 1e4f).integer(".rope.dimension_count", 32), 16, 10, 3.1622777e-3,
      half);
  add("MiniMax M2",
      published("minimax-m2", 196608, 3072, 48, 5e6f)
          .integer(".attention.key_length", 128)
          .integer(".rope.dimension_count", 64),
      32, 21, 4.0160669e-5, half);
  add("InternLM 2.5 7B", published("internlm2", 262144, 4096, 32, 5e7f), 64, 42, 8.8623916e-6, interleaved);
  add("Qwen2.5 72B of 128k",
      published("qwen2", 131072, 8192, 64, 1e6f)
          .text(".rope.scaling.type", "yarn")
          .number(".rope.scaling.factor", 4)
          .integer(".rope.scaling.original_context_length", 32768),
      64, 30, 1.0643610e-3, half, 1.138629436);
  return all;
}

} // namespace

TEST_CASE("files of published models turn by what llama.cpp computes from their metadata") {
  for (const Published& one : files()) {
    CAPTURE(std::string(one.name));
    const RopeConfig rope = only(one.file);
    CHECK(rope.layout.pairs.pairing == one.pairing);
    const Spectrum spectrum = make_spectrum(rope);
    REQUIRE(spectrum.inv_freq.size() == one.pairs);
    CHECK(spectrum.inv_freq[one.pair] == doctest::Approx(one.frequency).epsilon(1e-6));
    CHECK(spectrum.attention_factor == doctest::Approx(one.attention_factor).epsilon(1e-6));
  }
}
