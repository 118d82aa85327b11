#include "core/gguf/gguf.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/float16.h"
#include "core/gguf/gguf_file.h"
#include "core/io/file.h"
#include "core/model/gguf_architectures.h"
#include "core/open/model_file.h"
#include "core/rope/scheme_keys.h"
#include "core/rope/spectrum.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

template <typename Word>
std::string bytes_of(Word word) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Word); ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(word) >> 8 * i & 255);
  return bytes;
}

std::string bytes_of(float number) { return bytes_of(std::bit_cast<std::uint32_t>(number)); }
std::string bytes_of(double number) { return bytes_of(std::bit_cast<std::uint64_t>(number)); }
std::string text_of(const std::string& text) { return bytes_of(std::uint64_t{text.size()}) + text; }

template <typename Number>
std::string list_of(std::uint32_t type, const std::vector<Number>& list) {
  std::string bytes = bytes_of(type) + bytes_of(std::uint64_t{list.size()});
  for (const Number number : list) bytes += bytes_of(number);
  return bytes;
}

constexpr std::uint32_t u8 = 0, u32 = 4, i32 = 5, f32 = 6, boolean = 7, string = 8, array = 9, u64 = 10, i64 = 11,
                        f64 = 12;

/// A GGUF file of an architecture, byte by byte. Names that begin with a dot are the architecture's own.
struct Gguf {
  std::string architecture, keys = {}, infos = {}, data = {};
  std::uint64_t key_count = 0, tensor_count = 0, alignment = 32;
  std::uint32_t version = 3;

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
Gguf model(const std::string& architecture, std::uint32_t context = 32768) {
  return Gguf(architecture)
      .integer(".context_length", context)
      .integer(".embedding_length", 4096)
      .integer(".block_count", 32)
      .integer(".attention.head_count", 32);
}

Model read(const std::string& bytes) {
  const test::Scratch scratch;
  write_file(scratch.path / "x.gguf", bytes);
  return read_model(scratch.path / "x.gguf");
}

Model read(const Gguf& gguf) { return read(gguf.bytes()); }

RopeConfig only(const Gguf& gguf) {
  const Model model = read(gguf);
  REQUIRE(model.layers.size() == 1);
  CHECK(model.layers.front().layer_type == "");
  return model.layers.front().config;
}

/// What is said of a file that is refused, without the path before the file's name; empty where it is read.
std::string refusal(const std::string& bytes) {
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

std::string refusal(const Gguf& gguf) { return refusal(gguf.bytes()); }

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool warns(const Model& model, const std::string& part) {
  return std::any_of(model.warnings.begin(), model.warnings.end(),
                     [&](const std::string& warning) { return holds(warning, part); });
}

void check_close(const std::vector<double>& ours, const std::vector<double>& theirs, double relative) {
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == doctest::Approx(theirs[i]).epsilon(relative));
}

} // namespace

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

TEST_CASE("YaRN's ramp is the file's, with a warning where llama.cpp goes by its own") {
  const auto yarn = [](const char* architecture) {
    return model(architecture).text(".rope.scaling.type", "yarn").number(".rope.scaling.factor", 8);
  };
  const Model kimi = read(yarn("qwen3").number(".rope.scaling.yarn_beta_fast", 2));
  CHECK(kimi.layers[0].config.scaling[key::beta_fast] == 2);
  CHECK(warns(kimi, "qwen3.rope.scaling.yarn_beta_fast is 2, and llama.cpp goes by 32"));
  CHECK(read(yarn("qwen3").number(".rope.scaling.yarn_beta_fast", 32)).warnings.empty());
  const Model grok =
      read(yarn("grok").number(".rope.scaling.yarn_beta_slow", 2).number(".rope.scaling.yarn_ext_factor", 0.5));
  CHECK(grok.warnings.empty());
  CHECK(grok.layers[0].config.scaling[key::beta_fast] == 8);
  CHECK(grok.layers[0].config.scaling[key::beta_slow] == 2);
  CHECK(grok.layers[0].config.scaling[key::extrapolation_factor] == 0.5);
  const RopeConfig linear =
      only(yarn("grok").number(".rope.scaling.yarn_ext_factor", 0).number(".rope.scaling.yarn_attn_factor", 3));
  CHECK(linear.attention.attention_factor == 3);
  CHECK(make_spectrum(linear).inv_freq[0] == doctest::Approx(0.125));
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

TEST_CASE("an attention factor that llama.cpp applies and this scheme has not is named") {
  CHECK(warns(read(model("llama").number(".rope.scaling.attn_factor", 2)), "attn_factor is 2 and has no effect"));
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

TEST_CASE("OLMo 3's layers with a window keep the base and leave YaRN") {
  const Model config = read(model("olmo2", 65536)
                                .number(".rope.freq_base", 500000)
                                .text(".rope.scaling.type", "yarn")
                                .number(".rope.scaling.factor", 8)
                                .integer(".rope.scaling.original_context_length", 8192)
                                .integer(".attention.sliding_window", 4096));
  CHECK(layer_rope(config, "full_attention").config.scaling.rope_type == RopeType::yarn);
  CHECK(layer_rope(config, "sliding_attention").config.scaling.rope_type == RopeType::standard);
  CHECK(layer_rope(config, "sliding_attention").config.base == 500000);
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

TEST_CASE("HunYuan's alpha raises the base") {
  const RopeConfig rope = only(model("hunyuan_vl").number(".rope.scaling.alpha", 1000));
  CHECK(make_spectrum(rope).base == doctest::Approx(10000 * std::pow(1000.0, 128.0 / 126)));
  CHECK(warns(read(model("llama").number(".rope.scaling.alpha", 1000)), "llama.rope.scaling.alpha is not understood"));
}

TEST_CASE("keys and tensors about rotary embeddings that are not understood are named, ten at most") {
  const Model config = read(
      model("llama").number(".rope.curl", 1).number("qwen2.rope.freq_base", 5).tensor("blk.3.rope_new.weight", {1}));
  CHECK(config.warnings.size() == 3);
  CHECK(warns(config, "llama.rope.curl is not understood"));
  CHECK(warns(config, "qwen2.rope.freq_base is not understood"));
  CHECK(warns(config, "tensor blk.3.rope_new.weight is not understood"));
  Gguf many = model("llama");
  for (int i = 0; i < 1000; ++i) many.integer(fmt::format(".rope.{}", i), 0);
  CHECK(read(many).warnings.size() == 11);
  CHECK(read(model("llama")
                 .integer(".rope.dimension_count", 2)
                 .tensor("rope_freqs.weight", {1})
                 .tensor("blk.1.rope_freqs.weight", {1}))
            .warnings.empty());
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

TEST_CASE("a model split into several files says so") {
  CHECK(warns(read(model("llama").raw("split.count", 2, bytes_of(std::uint16_t{3}))), "split into 3 files"));
  CHECK(read(model("llama").raw("split.count", 2, bytes_of(std::uint16_t{1}))).warnings.empty());
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
