#include "core/gguf/scaling.h"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/rope/scheme_keys.h"
#include "core/rope/spectrum.h"
#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

TEST_CASE("Llama 3's scaling travels as rope_freqs and comes out as the scheme itself") {
  RopeConfig scheme;
  scheme.base = 500000;
  scheme.scaling.rope_type = RopeType::llama3;
  scheme.scaling.factor = 8;
  scheme.scaling.original_max_position_embeddings = 8192;
  scheme.scaling.max_position_embeddings = 131072;
  const Spectrum expected = make_spectrum(scheme);
  std::vector<double> factors;
  for (std::size_t i = 0; i < expected.inv_freq.size(); ++i)
    factors.push_back(expected.unscaled[i] / expected.inv_freq[i]);
  const RopeConfig rope =
      only(model("llama", 131072).number(".rope.freq_base", 500000).tensor("rope_freqs.weight", factors));
  CHECK(rope.scaling.rope_type == RopeType::standard);
  CHECK(rope.scaling.freq_factors.size() == 64);
  check_close(make_spectrum(rope).inv_freq, expected.inv_freq, 1e-6);
  CHECK(make_spectrum(rope).inv_freq.back() < 0.13 * expected.unscaled.back());
}

TEST_CASE("frequency factors are read as F32, F16 and F64, wherever the tensor lies") {
  const std::vector<double> factors{1, 2.5, 4, 8};
  for (const std::uint32_t type : {0, 1, 28})
    for (const std::uint64_t alignment : {8u, 32u, 4096u}) {
      Gguf gguf = model("llama");
      gguf.alignment = alignment;
      gguf.integer(".rope.dimension_count", 8).integer("general.alignment", static_cast<std::uint32_t>(alignment));
      gguf.tensor("token_embd.weight", std::vector<double>(100, 7));
      gguf.tensor("rope_freqs.weight", factors, type).tensor("output.weight", {3});
      CHECK(only(gguf).scaling.freq_factors == factors);
    }
}

TEST_CASE("a frequency factor of 1e30, by which llama.cpp stops a pair, is read") {
  const RopeConfig rope =
      only(model("gemma4").integer(".rope.dimension_count", 4).tensor("rope_freqs.weight", {1, 1e30}));
  CHECK(make_spectrum(rope).inv_freq[1] == doctest::Approx(1e-32));
  CHECK(make_spectrum(rope).inv_freq[0] == 1);
}

TEST_CASE("LongRoPE travels as two tensors and an attention factor") {
  for (const char* before : {"", "blk.0."}) {
    const std::string name = before;
    Gguf gguf = model("phi3", 131072);
    gguf.integer(".rope.dimension_count", 6).integer(".rope.scaling.original_context_length", 4096);
    gguf.number(".rope.scaling.attn_factor", 1.19f);
    gguf.tensor(name + "rope_factors_long.weight", {1, 20, 60}).tensor(name + "rope_factors_short.weight", {1, 1.5, 2});
    const RopeConfig rope = only(gguf);
    CHECK(rope.scaling.rope_type == RopeType::longrope);
    const Spectrum shorter = make_spectrum(rope, 4096), longer = make_spectrum(rope, 4097);
    CHECK(shorter.inv_freq[2] == doctest::Approx(std::pow(1e4, -2.0 / 3) / 2));
    CHECK(longer.inv_freq[2] == doctest::Approx(std::pow(1e4, -2.0 / 3) / 60));
    CHECK(longer.attention_factor == doctest::Approx(1.19));
    CHECK(shorter.attention_factor == longer.attention_factor);
  }
}

TEST_CASE("LongRoPE without an attention factor has none, as in llama.cpp, and a linear factor divides beside it") {
  Gguf gguf = model("minicpm", 131072);
  gguf.integer(".rope.dimension_count", 4).integer(".rope.scaling.original_context_length", 4096);
  gguf.text(".rope.scaling.type", "longrope").number(".rope.scaling.factor", 2);
  gguf.tensor("rope_factors_long.weight", {3, 5});
  const Model config = read(gguf);
  const RopeConfig& rope = config.layers[0].config;
  CHECK(make_spectrum(rope, 1e5).attention_factor == 1);
  CHECK(make_spectrum(rope, 1e5).inv_freq[1] == doctest::Approx(0.001));
  CHECK(make_spectrum(rope, 100).inv_freq[1] == doctest::Approx(0.005));
  CHECK(warns(config, "no rope_factors_short"));
}

TEST_CASE("YaRN is read with llama.cpp's attention factor") {
  const auto qwen = [] {
    return model("qwen2", 131072)
        .number(".rope.freq_base", 1e6)
        .text(".rope.scaling.type", "yarn")
        .number(".rope.scaling.factor", 4)
        .integer(".rope.scaling.original_context_length", 32768);
  };
  const RopeConfig rope = only(qwen());
  RopeConfig expected;
  expected.base = 1e6;
  expected.scaling.rope_type = RopeType::yarn;
  expected.scaling.factor = 4;
  expected.scaling.max_position_embeddings = 131072;
  expected.scaling.original_max_position_embeddings = 32768;
  CHECK(make_spectrum(rope).inv_freq == make_spectrum(expected).inv_freq);
  CHECK(make_spectrum(rope).attention_factor == doctest::Approx(1 + 0.1 * std::log(4.0)));
  CHECK(only(qwen().number(".rope.scaling.attn_factor", 0.5)).attention.attention_factor ==
        doctest::Approx(0.5 * (1 + 0.1 * std::log(4.0))));

  const Model stated = read(qwen().number(".rope.scaling.yarn_attn_factor", 2));
  CHECK(stated.layers[0].config.attention.attention_factor == rope.attention.attention_factor);
  CHECK(warns(stated, "yarn_attn_factor is 2 and has no effect"));
  CHECK(read(qwen().number(".rope.scaling.yarn_attn_factor", 1.1386294f)).warnings.empty());
}

TEST_CASE("YaRN's ramp is llama.cpp's: 32 and 1 turns, and the file's where the architecture's code reads them") {
  const auto yarn = [](const char* architecture) {
    return model(architecture).text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 8);
  };
  const auto betas = [](const Model& model) {
    const Scaling& scaling = model.layers[0].config.scaling;
    return std::pair<double, double>{scaling[key::beta_fast], scaling[key::beta_slow]};
  };
  for (const char* name : {"deepseek2", "deepseek32", "mistral4", "qwen2", "qwen3", "qwen3moe", "llama", "gpt-oss",
                           "glm-dsa", "olmo2", "dots1", "minimax-m2"}) {
    CAPTURE(name);
    const Model stated =
        read(yarn(name).number(".rope.scaling.yarn_beta_fast", 2).number(".rope.scaling.yarn_beta_slow", 0.5));
    CHECK(betas(stated) == std::pair{32.0, 1.0});
    CHECK(warns(stated, fmt::format("{}.rope.scaling.yarn_beta_fast is 2, and llama.cpp goes by 32", name)));
    CHECK(warns(stated, fmt::format("{}.rope.scaling.yarn_beta_slow is 0.5, and llama.cpp goes by 1", name)));
    const Model plain = read(yarn(name));
    CHECK(make_spectrum(stated.layers[0].config).inv_freq == make_spectrum(plain.layers[0].config).inv_freq);
    CHECK_FALSE(warns(
        read(yarn(name).number(".rope.scaling.yarn_beta_fast", 32).number(".rope.scaling.yarn_beta_slow", 1)), "beta"));
  }
  for (const char* name : {"grok", "mistral3"}) {
    CAPTURE(name);
    const Model stated =
        read(yarn(name).number(".rope.scaling.yarn_beta_fast", 4).number(".rope.scaling.yarn_beta_slow", 2));
    CHECK(betas(stated) == std::pair{4.0, 2.0});
    CHECK(stated.warnings.empty());
  }
  CHECK(betas(read(yarn("grok"))) == std::pair{8.0, 1.0});
  CHECK(betas(read(yarn("mistral3"))) == std::pair{32.0, 1.0});
}

TEST_CASE("Kimi K2's file turns as llama.cpp turns it, though it states a ramp of one turn") {
  const auto kimi = [] {
    return model("deepseek2", 131072)
        .integer(".attention.key_length", 576)
        .integer(".attention.key_length_mla", 192)
        .integer(".rope.dimension_count", 64)
        .number(".rope.freq_base", 50000)
        .text(".rope.scaling.type", "yarn")
        .number(".rope.scaling.factor", 32)
        .integer(".rope.scaling.original_context_length", 4096)
        .number(".rope.scaling.yarn_log_multiplier", 0.1f);
  };
  const Spectrum spectrum = make_spectrum(only(kimi().number(".rope.scaling.yarn_beta_fast", 1)));
  // ggml_rope_yarn_corr_dims(64, 4096, 50000, 32, 1): pairs 8 to 20.
  CHECK(spectrum.inv_freq[8] == doctest::Approx(std::pow(5e4, -16.0 / 64)));
  CHECK(spectrum.inv_freq[20] == doctest::Approx(std::pow(5e4, -40.0 / 64) / 32));
  CHECK(spectrum.inv_freq[14] == doctest::Approx(std::pow(5e4, -28.0 / 64) * (0.5 + 0.5 / 32)));
}

TEST_CASE("YaRN's ext_factor, attention factor and log multiplier count where the architecture's code reads them") {
  const auto yarn = [](const char* architecture) {
    return model(architecture).text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 8);
  };
  const double magnitude = 1 + 0.1 * std::log(8.0);
  const Model half = read(yarn("grok").number(".rope.scaling.yarn_ext_factor", 0.5));
  CHECK(half.warnings.empty());
  CHECK(half.layers[0].config.scaling[key::extrapolation_factor] == 0.5);
  const RopeConfig plain =
      only(yarn("grok").number(".rope.scaling.yarn_ext_factor", 0).number(".rope.scaling.yarn_attn_factor", 3));
  CHECK(make_spectrum(plain).attention_factor == doctest::Approx(3));
  CHECK(make_spectrum(plain).inv_freq[0] == doctest::Approx(0.125));
  // Not by type: an ext_factor that is read makes YaRN of every file, and llama.cpp's −1 is "not set".
  CHECK(only(model("grok").number(".rope.scaling.factor", 8).number(".rope.scaling.yarn_ext_factor", 1))
            .scaling.rope_type == RopeType::yarn);
  CHECK(only(model("grok").number(".rope.scaling.factor", 8).number(".rope.scaling.yarn_ext_factor", -1))
            .scaling.rope_type == RopeType::linear);
  CHECK(make_spectrum(only(model("grok").number(".rope.scaling.yarn_attn_factor", 3))).attention_factor ==
        doctest::Approx(3));

  for (const char* name : {"qwen2", "deepseek2", "mistral3", "llama", "glm-dsa"}) {
    CAPTURE(name);
    const Model unread = read(yarn(name).number(".rope.scaling.yarn_ext_factor", 0.5));
    CHECK(unread.layers[0].config.scaling[key::extrapolation_factor] == 1);
    CHECK(warns(unread, "yarn_ext_factor is 0.5, and llama.cpp goes by 1"));
    CHECK_FALSE(warns(read(yarn(name).number(".rope.scaling.yarn_ext_factor", -1)), "ext_factor"));
    CHECK(only(model(name).number(".rope.scaling.yarn_ext_factor", 1)).scaling.rope_type == RopeType::standard);
  }
  for (const char* name : {"qwen2", "glm-dsa", "llama", "gpt-oss", "minimax-m2", "dots3note"}) {
    CAPTURE(name);
    const Model unread = read(yarn(name).number(".rope.scaling.yarn_log_multiplier", 0.1f));
    CHECK(warns(unread, "yarn_log_multiplier is 0.1, and llama.cpp goes by 0"));
    CHECK(make_spectrum(unread.layers[0].config).attention_factor == doctest::Approx(magnitude));
    CHECK(make_spectrum(unread.layers[0].config).softmax_factor == 1);
  }
  for (const char* name : {"deepseek2", "deepseek32", "mistral4", "mistral3"}) {
    CAPTURE(name);
    const float whole = std::string_view(name) == "mistral3" ? 1 : 0.1f;
    const RopeConfig read_one = only(yarn(name).number(".rope.scaling.yarn_log_multiplier", whole));
    CHECK(make_spectrum(read_one).attention_factor == doctest::Approx(1));
  }
}

TEST_CASE("keys of YaRN in a file without YaRN are named where they say anything") {
  const Model config = read(model("llama")
                                .number(".rope.scaling.yarn_beta_fast", 2)
                                .number(".rope.scaling.yarn_log_multiplier", 0.1f)
                                .number(".rope.scaling.yarn_attn_factor", 3));
  CHECK(config.warnings.size() == 3);
  CHECK(warns(config, "yarn_beta_fast is 2 and has no effect without rope.scaling.type yarn"));
  CHECK(config.layers[0].config.scaling.rope_type == RopeType::standard);
  // What llama.cpp writes of a model that has none of them.
  CHECK(read(model("llama")
                 .number(".rope.scaling.yarn_beta_fast", 32)
                 .number(".rope.scaling.yarn_beta_slow", 1)
                 .number(".rope.scaling.yarn_log_multiplier", 0)
                 .number(".rope.scaling.yarn_ext_factor", -1)
                 .number(".rope.scaling.yarn_attn_factor", 1))
            .warnings.empty());
}

TEST_CASE("YaRN beside LongRoPE's tensors is refused: llama.cpp does both at once") {
  Gguf gguf = model("phi3", 131072).integer(".rope.dimension_count", 4).text(".rope.scaling.type", "yarn");
  CHECK(holds(refusal(gguf.number(".rope.scaling.factor", 4).tensor("rope_factors_long.weight", {1, 2})),
              "rope.scaling.type yarn beside the tensor rope_factors_long"));
}

TEST_CASE("a linear factor is read under its name of today and under the older one") {
  for (const char* name : {".rope.scaling.factor", ".rope.scale_linear"}) {
    const RopeConfig rope = only(model("llama").number(name, 4));
    CHECK(rope.scaling.rope_type == RopeType::linear);
    CHECK(make_spectrum(rope).inv_freq[0] == 0.25);
  }
  CHECK(only(model("llama").number(".rope.scaling.factor", 1)).scaling.rope_type == RopeType::standard);
  CHECK(only(model("llama").number(".rope.scaling.factor", 0)).scaling.rope_type == RopeType::standard);
  const Model none = read(model("llama").number(".rope.scaling.factor", 4).text(".rope.scaling.type", "none"));
  CHECK(none.layers[0].config.scaling.rope_type == RopeType::standard);
  CHECK(warns(none, "no effect with rope.scaling.type none"));
}

TEST_CASE("an attention factor multiplies cos and sin whatever the scheme is, as in llama.cpp") {
  const auto factor_of = [](Gguf gguf) {
    const Model model = read(gguf.number(".rope.scaling.attn_factor", 2));
    CHECK_FALSE(warns(model, "attn_factor"));
    return make_spectrum(model.layers[0].config, 100.0).attention_factor;
  };
  CHECK(factor_of(model("llama")) == doctest::Approx(2));
  CHECK(factor_of(model("llama").number(".rope.scaling.factor", 4)) == doctest::Approx(2));
  CHECK(factor_of(model("llama").integer(".rope.dimension_count", 4).tensor("rope_freqs.weight", {1, 2})) ==
        doctest::Approx(2));
  CHECK(factor_of(model("hunyuan_vl").number(".rope.scaling.alpha", 1000)) == doctest::Approx(2));
  CHECK(factor_of(model("phi3")
                      .integer(".rope.dimension_count", 4)
                      .tensor("rope_factors_long.weight", {1, 2})
                      .tensor("rope_factors_short.weight", {1, 1})) == doctest::Approx(2));
  CHECK(factor_of(model("qwen2").text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 4)) ==
        doctest::Approx(2 * (1 + 0.1 * std::log(4.0))));
  CHECK(read(model("llama").number(".rope.scaling.attn_factor", 1)).warnings.empty());
}

TEST_CASE("DeepSeek's decoupled head is the rotary part alone") {
  Gguf gguf = model("deepseek2", 163840);
  gguf.integer(".attention.key_length", 576).integer(".attention.key_length_mla", 192);
  gguf.integer(".rope.dimension_count", 64).text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 40);
  gguf.integer(".rope.scaling.original_context_length", 4096).number(".rope.scaling.yarn_log_multiplier", 0.0707f);
  CHECK(read(gguf).model_type == "deepseek_v2");
  const RopeConfig rope = only(gguf);
  CHECK(rope.layout.head_dim == 64);
  CHECK(rope.layout.rotary_dim == 64);
  CHECK(rope.layout.nope_dim == 128);
  CHECK(rope.layout.pairs.pairing == Pairing::interleaved);
  const Spectrum spectrum = make_spectrum(rope);
  CHECK(spectrum.attention_factor == 1);
  CHECK(spectrum.softmax_factor == doctest::Approx(std::pow(1 + 0.0707 * std::log(40.0), 2)));
  CHECK(only(model("deepseek2").integer(".attention.key_length", 192).integer(".rope.dimension_count", 64))
            .layout.nope_dim == 128);
  CHECK(holds(refusal(model("deepseek2").integer(".attention.key_length", 32).integer(".rope.dimension_count", 64)),
              "deepseek2.rope.dimension_count is 64, expected at most the head's 32"));
}

TEST_CASE("mscale_all_dim divides the attention factor in Mistral 3, and in no unit of 0.1") {
  Gguf gguf = model("mistral3", 262144);
  gguf.text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 16);
  gguf.integer(".rope.scaling.original_context_length", 16384).number(".attention.temperature_scale", 0.1f);
  const RopeConfig rope = only(gguf.number(".rope.scaling.yarn_log_multiplier", 0.5));
  CHECK(rope.attention.attention_factor == doctest::Approx((1 + 0.1 * std::log(16.0)) / (1 + 0.05 * std::log(16.0))));
  CHECK(make_spectrum(rope).softmax_factor == 1);
  CHECK(query_scale(rope, 16383) == 1);
  CHECK(query_scale(rope, 16384) == doctest::Approx(1 + 0.1 * std::log(2.0)));
}

TEST_CASE("HunYuan's alpha raises the base, and a linear factor divides beside it") {
  const auto hunyuan = [] { return model("hunyuan_vl").number(".rope.scaling.alpha", 1000); };
  const double raised = 10000 * std::pow(1000.0, 128.0 / 126);
  CHECK(make_spectrum(only(hunyuan())).base == doctest::Approx(raised));
  const Spectrum both = make_spectrum(only(hunyuan().number(".rope.scaling.factor", 2)));
  CHECK(both.base == doctest::Approx(raised));
  CHECK(both.inv_freq[0] == 0.5);
  CHECK(warns(read(model("llama").number(".rope.scaling.alpha", 1000)), "llama.rope.scaling.alpha is not understood"));
  CHECK(read(model("llama").number(".rope.scaling.alpha", 0)).warnings.empty());
}
