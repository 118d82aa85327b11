#include "core/gguf/gguf.h"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/gguf/gguf_file.h"
#include "core/model/gguf_architectures.h"
#include "core/rope/spectrum.h"
#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

TEST_CASE("a GGUF file of two keys is read with llama.cpp's defaults") {
  const Model config = read(Gguf("llama")
                                .integer(".embedding_length", 4096)
                                .integer(".attention.head_count", 32)
                                .text("general.name", "A model"));
  CHECK(config.name == "A model");
  CHECK(config.warnings.empty());
  REQUIRE(config.layers.size() == 1);
  const RopeConfig& rope = config.layers[0].config;
  CHECK(config.model_type == "llama");
  CHECK(config.architecture == "llama");
  CHECK(rope.scaling.rope_type == RopeType::standard);
  CHECK(rope.base == 10000);
  CHECK(rope.layout.head_dim == 128);
  CHECK(rope.layout.rotary_dim == 128);
  CHECK(layout_reason(config) == "as llama.cpp turns architecture \"llama\"");
  CHECK(rope.arithmetic.rounding == Rounding::once);
}

TEST_CASE("versions 2 and 3 of GGUF say the same") {
  Gguf two = model("qwen2").number(".rope.freq_base", 1e6), three = two;
  two.version = 2;
  CHECK(only(two) == only(three));
}

TEST_CASE("a GGUF file is known by its bytes, not by its name") {
  const test::Scratch scratch;
  write_file(scratch.path / "config.json", model("llama").bytes());
  const auto begins_as_gguf = [&](const char* name) {
    InputFile file(scratch.path / name);
    return is_gguf(file);
  };
  CHECK(begins_as_gguf("config.json"));
  CHECK(read_model(scratch.path / "config.json").name == (scratch.path / "config.json").string());
  write_file(scratch.path / "x.gguf", R"({"rope_theta": 500, "head_dim": 64})");
  CHECK_FALSE(begins_as_gguf("x.gguf"));
  CHECK(read_model(scratch.path / "x.gguf").layers[0].config.base == 500);
  InputFile json(scratch.path / "x.gguf");
  CHECK_THROWS_WITH_AS(read_gguf(json, "x.gguf"), doctest::Contains("does not begin with GGUF"), Error);
  write_file(scratch.path / "short", "GGU");
  CHECK_FALSE(begins_as_gguf("short"));
  CHECK_THROWS_WITH_AS(read_model(scratch.path / "none"), doctest::Contains("no such file"), Error);
}

TEST_CASE("every architecture is paired as llama_model_rope_type says") {
  CHECK(only(model("llama")).layout.pairs.pairing == Pairing::interleaved);
  CHECK(only(model("llama")).layout.pairs.output == Pairing::interleaved);
  CHECK(only(model("qwen2")).layout.pairs.pairing == Pairing::half);
  CHECK(only(model("glm4")).layout.pairs.pairing == Pairing::interleaved);
  CHECK(only(model("glm4moe")).layout.pairs.pairing == Pairing::half);
  CHECK(only(model("command-r")).layout.pairs.pairing == Pairing::interleaved);
  CHECK(only(model("gpt-oss")).layout.pairs.pairing == Pairing::half);
  for (const char* name : {"mamba", "gpt2", "t5", "bert", "clip", "nemotron_h"})
    CHECK(holds(refusal(model(name)), fmt::format("architecture \"{}\" has no rotary embedding", name)));
}

TEST_CASE("an architecture that nobody knows rotates halves, with a warning") {
  const Model config = read(model("future9"));
  CHECK(config.layers[0].config.layout.pairs.pairing == Pairing::half);
  CHECK(config.model_type == "future9");
  CHECK(warns(config, "architecture \"future9\" is not known"));
}

TEST_CASE("architectures are called as in Hugging Face where it has them") {
  CHECK(read(model("phi2")).model_type == "phi");
  CHECK(read(model("gptneox")).model_type == "gpt_neox");
  CHECK(read(model("gpt-oss")).model_type == "gpt_oss");
  CHECK(read(model("qwen3moe")).model_type == "qwen3_moe");
  CHECK(read(model("gemma3")).model_type == "gemma3_text");
  CHECK(read(model("qwen3")).model_type == "qwen3");
}

TEST_CASE("M-RoPE's sections are read without the zeros behind them") {
  const RopeConfig two = only(model("qwen2vl").integers(".rope.dimension_sections", {16, 24, 24, 0}));
  CHECK(two.axes.mrope_section == std::vector<std::int64_t>{16, 24, 24});
  CHECK(two.axes.rule == AxisRule::sections);
  CHECK(two.layout.pairs.pairing == Pairing::half);
  const Model three = read(model("qwen3vl").integers(".rope.dimension_sections", {24, 20, 20, 0}));
  CHECK(three.layers[0].config.axes.rule == AxisRule::sections_interleaved);
  CHECK(warns(three, "2 pairs beyond rope.dimension_sections turn by t here"));
  const Model newer =
      read(model("qwen35").integer(".rope.dimension_count", 64).integers(".rope.dimension_sections", {11, 11, 10, 0}));
  CHECK(newer.warnings.empty());
  CHECK(newer.layers[0].config.layout.rotary_dim == 64);
  CHECK(only(model("hunyuan_vl").integers(".rope.dimension_sections", {16, 16, 16, 16})).axes.mrope_section.size() ==
        4);
  CHECK(holds(refusal(model("qwen2vl")), "no qwen2vl.rope.dimension_sections in it"));
}

TEST_CASE("sections decide between one position and three where the architecture has both") {
  CHECK(only(model("glm4").integers(".rope.dimension_sections", {0, 0, 0, 0})).layout.pairs.pairing ==
        Pairing::interleaved);
  const RopeConfig rope = only(model("glm4").integers(".rope.dimension_sections", {8, 12, 12, 0}));
  CHECK(rope.layout.pairs.pairing == Pairing::half);
  CHECK(rope.axes.rule == AxisRule::sections);
  CHECK(warns(read(model("qwen2").integers(".rope.dimension_sections", {8, 12, 12, 0})),
              "qwen2.rope.dimension_sections is not understood"));
}

TEST_CASE("Gemma 3's layers with a window turn by base 10 000 and are not scaled") {
  const auto gemma = [] {
    return model("gemma3", 131072)
        .number(".rope.freq_base", 1e6)
        .text(".rope.scaling.type", "linear")
        .number(".rope.scaling.factor", 8)
        .integer(".attention.sliding_window", 1024);
  };
  const Model config = read(gemma());
  CHECK(layer_rope(config, {}).config.scaling.rope_type == RopeType::linear);
  CHECK(layer_rope(config, "full_attention").config.base == 1e6);
  CHECK(layer_rope(config, "sliding_attention").config.base == 10000);
  CHECK(layer_rope(config, "sliding_attention").config.scaling.rope_type == RopeType::standard);
  CHECK(layer_rope(config, "sliding_attention").layers == 0);

  const std::vector<std::uint8_t> pattern{1, 1, 0, 1, 1};
  const Model stated = read(gemma()
                                .number(".rope.freq_base_swa", 500)
                                .raw(".attention.sliding_window_pattern", array, list_of(boolean, pattern)));
  CHECK(layer_rope(stated, "sliding_attention").config.base == 500);
  CHECK(layer_rope(stated, "sliding_attention").layers == 4);
  CHECK(layer_rope(stated, "full_attention").layers == 1);
}

TEST_CASE("layers with a window that turn as the others are no layers of their own") {
  CHECK(only(model("gemma2").integer(".attention.sliding_window", 4096)).base == 10000);
  CHECK(only(model("mistral3").integer(".attention.sliding_window", 4096)).base == 10000);
  CHECK(only(model("gemma3").integer(".attention.sliding_window", 0)).base == 10000);
  CHECK(read(model("gpt-oss").number(".rope.freq_base_swa", 500).integer(".attention.sliding_window", 128))
            .layers.size() == 2);
}

TEST_CASE("OLMo 3's and Mellum's layers with a window keep the base and leave YaRN") {
  for (const char* name : {"olmo2", "mellum"}) {
    const Model config = read(model(name, 65536)
                                  .number(".rope.freq_base", 500000)
                                  .text(".rope.scaling.type", "yarn")
                                  .number(".rope.scaling.factor", 8)
                                  .integer(".rope.scaling.original_context_length", 8192)
                                  .integer(".attention.sliding_window", 4096));
    CHECK(layer_rope(config, "full_attention").config.scaling.rope_type == RopeType::yarn);
    CHECK(layer_rope(config, "sliding_attention").config.scaling.rope_type == RopeType::standard);
    CHECK(layer_rope(config, "sliding_attention").config.base == 500000);
  }
}

TEST_CASE("Gemma 4's two kinds of layers have heads of two widths, and its factors are those of the wider") {
  Gguf gguf = model("gemma4");
  gguf.integer(".attention.key_length", 512).integer(".attention.key_length_swa", 256);
  gguf.integer(".rope.dimension_count", 512).integer(".rope.dimension_count_swa", 256);
  gguf.number(".rope.freq_base", 1e6).number(".rope.freq_base_swa", 1e4).integer(".attention.sliding_window", 1024);
  const Model config = read(gguf.tensor("rope_freqs.weight", std::vector<double>(256, 1)));
  CHECK(layer_rope(config, "full_attention").config.layout.head_dim == 512);
  CHECK(layer_rope(config, "full_attention").config.scaling.freq_factors.size() == 256);
  CHECK(layer_rope(config, "sliding_attention").config.layout.head_dim == 256);
  CHECK(layer_rope(config, "sliding_attention").config.layout.rotary_dim == 256);
  CHECK(layer_rope(config, "sliding_attention").config.scaling.freq_factors.empty());
}

TEST_CASE("layers that do not turn are counted by the architecture's own rule") {
  const Model smol = read(model("smollm3"));
  CHECK(layer_rope(smol, "rope").layers == 24);
  CHECK(layer_rope(smol, "no_rope").layers == 8);
  CHECK_FALSE(layer_rope(smol, "no_rope").config.rotates);
  CHECK(layer_rope(read(model("llama4")), "no_rope").config.attention.query_scale == QueryScale::llama4);
  CHECK(only(model("llama4").integer(".attention.sliding_window", 0)).rotates);
  const Model cohere = read(model("cohere2").integer(".attention.sliding_window", 4096));
  CHECK_FALSE(layer_rope(cohere, "full_attention").config.rotates);
  CHECK(layer_rope(cohere, {}).layer_type == "sliding_attention");
  CHECK(only(model("exaone4")).rotates);
  CHECK(layer_rope(read(model("granite_swa").integers(".attention.rope_pattern", {1, 0, 1})), "rope").layers == 2);
  CHECK(holds(refusal(model("granite_swa").integers(".attention.rope_pattern", {0, 0})), "leaves no layer"));
  CHECK(holds(refusal(model("granite").flag(".rope.scaling.finetuned", false)), "has no rotary embedding"));
  CHECK(only(model("granite").flag(".rope.scaling.finetuned", true)).rotates);
  CHECK(only(model("llama").flag(".rope.scaling.finetuned", false)).rotates);
}

TEST_CASE("DeepSeek-V4 turns the end of its heads, and scales its compressed layers alone") {
  Gguf gguf = model("deepseek4", 1048576);
  gguf.integer(".attention.key_length", 512).integer(".rope.dimension_count", 64);
  gguf.text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 16);
  gguf.integer(".rope.scaling.original_context_length", 65536).number(".attention.compress_rope_freq_base", 160000);
  const Model config = read(gguf);
  CHECK(config.warnings.empty());
  CHECK(layer_rope(config, "main").config.scaling.rope_type == RopeType::standard);
  CHECK(layer_rope(config, "main").config.base == 10000);
  CHECK(layer_rope(config, "compress").config.base == 160000);
  CHECK(make_spectrum(layer_rope(config, "compress").config).attention_factor == 1);
  CHECK(layer_rope(config, "compress").config.layout.pairs.trailing);
  CHECK(layer_rope(config, "compress").config.layout.pairs.pairing == Pairing::interleaved);
}

TEST_CASE("keys and tensors about rotary embeddings that are not understood are named, ten at most") {
  const Model config = read(
      model("llama").number(".rope.curl", 1).number("qwen2.rope.freq_base", 5).tensor("blk.3.rope_new.weight", {1}));
  CHECK(config.warnings.size() == 3);
  CHECK(warns(config, "llama.rope.curl is not understood"));
  CHECK(warns(config, "qwen2.rope.freq_base is not understood"));
  CHECK(warns(config, "tensor blk.3.rope_new.weight is not understood"));
  Gguf many = model("llama");
  for (int i = 0; i < 1000; ++i) many.integer(fmt::format(".rope.{}", i), 7);
  CHECK(read(many).warnings.size() == 11);
  CHECK(read(model("llama")
                 .integer(".rope.dimension_count", 2)
                 .tensor("rope_freqs.weight", {1})
                 .tensor("blk.1.rope_freqs.weight", {1}))
            .warnings.empty());
}

TEST_CASE("a key that is not understood is not worth a word where it is off") {
  const auto silent = [](const Gguf& gguf) { return read(gguf).warnings.empty(); };
  CHECK(silent(model("llama").flag(".rope.curl", false)));
  CHECK(silent(model("llama").integer(".rope.curl", 0)));
  CHECK(silent(model("llama").number(".rope.curl", 0)));
  CHECK(silent(model("llama").number(".rope.curl_factor", 1)));
  CHECK(silent(model("llama").number(".rope.curl_scale", 1)));
  CHECK(silent(model("llama").text(".rope.curl", "")));
  CHECK(silent(model("llama").integers(".rope.dimension_sections", {0, 0, 0, 0})));
  CHECK(silent(model("llama").integers(".rope.curls", {})));
  CHECK_FALSE(silent(model("llama").flag(".rope.curl", true)));
  // What cannot be looked at as a number or a text is no reason to refuse a file.
  CHECK_FALSE(silent(model("llama").raw(".rope.curl_scale", u64, bytes_of(~std::uint64_t{0}))));
  CHECK_FALSE(silent(model("llama").text(".rope.curl", std::string(100'000, 'x'))));
  CHECK_FALSE(silent(model("llama").number(".rope.curl", 1)));
  CHECK_FALSE(silent(model("llama").number(".rope.curl_factor", 1.5)));
  CHECK_FALSE(silent(model("llama").text(".rope.curl", "none")));
  CHECK_FALSE(silent(model("llama").integers(".rope.curls", {0, 1})));
  CHECK_FALSE(
      silent(model("llama").raw(".rope.curls", array, bytes_of(string) + bytes_of(std::uint64_t{1}) + text_of(""))));
}

TEST_CASE("keys of sliding layers are read of the architectures whose code reads them, and of unknown ones") {
  const auto layers = [](const char* name) {
    return read(model(name).number(".rope.freq_base_swa", 500).integer(".attention.sliding_window", 128));
  };
  for (const char* name : {"gemma3", "gemma4-assistant", "gpt-oss", "laguna", "step35", "llama4", "future9"}) {
    CAPTURE(name);
    Gguf gguf = model(name).number(".rope.freq_base_swa", 500).integer(".attention.sliding_window", 128);
    const std::vector<double> ones(64, 1);
    CHECK(layer_rope(read(gguf.tensor("rope_freqs.weight", ones)), "sliding_attention").config.base == 500);
  }
  // Code that looks the key up, and turns by the other base.
  for (const char* name : {"cohere2", "cohere2moe", "exaone4", "exaone-moe", "olmo2", "mellum"}) {
    CAPTURE(name);
    const Model model = layers(name);
    for (const LayerRope& layer : model.layers) CHECK(layer.config.base == 10000);
    CHECK(warns(model, "rope.freq_base_swa is 500, and llama.cpp goes by 10000"));
  }
  for (const char* name : {"llama", "qwen2", "phi3", "mistral3"}) {
    CAPTURE(name);
    const Model model = layers(name);
    CHECK(model.layers.size() == 1);
    CHECK(model.layers[0].config.base == 10000);
    CHECK(warns(model, "rope.freq_base_swa is not understood and has no effect"));
  }
}

TEST_CASE("a query scale that llama.cpp does not read is named, and not applied") {
  for (const char* name : {"llama", "qwen2", "grok", "future9"}) {
    CAPTURE(name);
    const Model config = read(model(name).number(".attention.temperature_scale", 0.5));
    CHECK(warns(config, "attention.temperature_scale is 0.5, and llama.cpp does not read it"));
    CHECK(query_scale(config.layers[0].config, 100'000) == 1);
    CHECK_FALSE(warns(read(model(name).number(".attention.temperature_scale", 0)), "temperature"));
  }
  for (const char* name : {"deepseek2", "mistral4"}) {
    CAPTURE(name);
    const RopeConfig rope =
        only(model(name).number(".attention.temperature_scale", 0.5).integer(".attention.temperature_length", 1000));
    CHECK(query_scale(rope, 999) == 1);
    CHECK(query_scale(rope, 1000) == doctest::Approx(1 + 0.5 * std::log(2.0)));
  }
}

TEST_CASE("head counts that differ by layer are read by the first layer that has heads") {
  Gguf gguf("deci");
  gguf.integer(".embedding_length", 4096).integers(".attention.head_count", {0, 32, 16});
  CHECK(only(gguf).layout.head_dim == 128);
  CHECK(only(gguf.raw(".attention.key_length", u64, bytes_of(std::uint64_t{64}))).layout.head_dim == 64);
  CHECK(holds(refusal(Gguf("deci").integer(".embedding_length", 4096).integers(".attention.head_count", {0, 0})),
              "deci.attention.head_count is 0, expected at least 1"));
  CHECK(holds(refusal(Gguf("llama").integer(".embedding_length", 4096)), "no llama.attention.key_length in it"));
}

TEST_CASE("the numbers of query and key heads come with a GGUF file's model") {
  CHECK(read(model("llama")).head_counts == std::vector<std::int64_t>{32});
  CHECK(read(model("llama").integer(".attention.head_count_kv", 8)).head_counts == std::vector<std::int64_t>{32, 8});
  CHECK(read(model("llama").integer(".attention.head_count_kv", 32)).head_counts == std::vector<std::int64_t>{32});
  CHECK(read(model("llama").integers(".attention.head_count_kv", {0, 4, 4})).head_counts ==
        std::vector<std::int64_t>{32, 4});
}

TEST_CASE("every architecture but those without a rotary embedding yields a spectrum") {
  int turning = 0;
  for (const char* name : {"afmoe", "bailingmoe3", "dots3note", "falcon", "glm-dsa", "laguna", "minicpm3", "mimo2",
                           "plm", "muse-glimmer", "step35", "smallthinker", "modern-bert", "paddleocr", "mistral4"}) {
    REQUIRE(find_gguf_architecture(name));
    const Model config = read(model(name)
                                  .integer(".rope.dimension_count", 64)
                                  .integer(".attention.sliding_window", 512)
                                  .integers(".rope.dimension_sections", {16, 8, 8, 0}));
    for (const LayerRope& layer : config.layers) turning += !make_spectrum(layer.config).inv_freq.empty();
  }
  CHECK(turning >= 15);
}
