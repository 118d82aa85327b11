#include "core/config/config_json.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

RopeConfig only(const char* text) { return parse_model_config(text, "config.json").layers.front().config; }

Model read_text(const std::string& text) { return parse_model_config(text, "config.json"); }

std::string refusal(const char* text) {
  try {
    parse_model_config(text, "config.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

} // namespace

TEST_CASE("the older schema and rope_parameters say the same") {
  const RopeConfig old =
      only(R"({"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32, "max_position_embeddings": 131072,
    "rope_theta": 5e5, "rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 32768}})");
  const RopeConfig v5 = only(R"({"model_type": "llama", "head_dim": 128, "max_position_embeddings": 131072,
    "rope_parameters": {"rope_type": "yarn", "rope_theta": 5e5, "factor": 4, "original_max_position_embeddings": 32768}})");
  CHECK(old == v5);
}

TEST_CASE("older models' own keys are read") {
  CHECK(
      only(
          R"({"model_type": "gpt_neox", "hidden_size": 6144, "num_attention_heads": 64, "rotary_pct": 0.25, "rotary_emb_base": 10000})")
          .layout.rotary_dim == 24);
  const RopeConfig gptj =
      only(R"({"model_type": "gptj", "n_embd": 4096, "n_head": 16, "n_positions": 2048, "rotary_dim": 64})");
  CHECK(gptj.layout.head_dim == 256);
  CHECK(gptj.layout.rotary_dim == 64);
  CHECK(gptj.layout.pairs.pairing == Pairing::interleaved);
  CHECK(only(R"({"model_type": "chatglm", "hidden_size": 4096, "num_attention_heads": 32, "rope_ratio": 500})").base ==
        5e6);
}

TEST_CASE("a rotary part is truncated to whole components, as Python's int does") {
  CHECK(only(R"({"hidden_size": 288, "num_attention_heads": 8, "rope_theta": 1e4, "partial_rotary_factor": 0.9})")
            .layout.rotary_dim == 32);
}

TEST_CASE("models of two bases have two layer types, and only full attention is scaled") {
  const Model gemma = parse_model_config(R"({"model_type": "gemma3_text", "head_dim": 256, "rope_theta": 1e6,
    "rope_local_base_freq": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 8}})",
                                         "config.json");
  CHECK(layer_rope(gemma, "full_attention").config.scaling.rope_type == RopeType::linear);
  CHECK(layer_rope(gemma, "full_attention").config.base == 1e6);
  CHECK(layer_rope(gemma, "sliding_attention").config.scaling.rope_type == RopeType::standard);
  CHECK(layer_rope(gemma, "sliding_attention").config.base == 1e4);
  CHECK(layer_rope(gemma, std::nullopt).layer_type == "full_attention");
  CHECK_THROWS_AS(layer_rope(gemma, "linear_attention"), Error);
}

TEST_CASE("a multimodal model's language part is found below text_config") {
  CHECK(
      only(
          R"({"model_type": "qwen2_5_vl", "text_config": {"model_type": "qwen2_5_vl_text", "head_dim": 128, "rope_theta": 1e6,
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}})")
          .axes.mrope_section == std::vector<std::int64_t>{16, 24, 24});
}

TEST_CASE("DeepSeek-V3 reads interleaved and writes halves, unless its config says otherwise") {
  const char* with = R"({"model_type": "deepseek_v3", "qk_rope_head_dim": 64, "rope_theta": 1e4})";
  CHECK(only(with).layout.head_dim == 64);
  CHECK(only(with).layout.pairs == PairLayout{Pairing::interleaved, Pairing::half, false, +1});
  CHECK(only(R"({"model_type": "deepseek_v3", "qk_rope_head_dim": 64, "rope_theta": 1e4, "rope_interleave": false})")
            .layout.pairs == PairLayout{});
}

TEST_CASE("a key that is not understood is named in a warning") {
  const Model model = parse_model_config(
      R"({"model_type": "llama", "head_dim": 64, "rope_theta": 1e4,
          "rope_scaling": {"rope_type": "linear", "factor": 2, "wobble": 3}})",
      "config.json");
  REQUIRE(model.warnings.size() == 1);
  CHECK(model.warnings[0].find("rope_scaling.wobble") != std::string::npos);
}

TEST_CASE("bad configs are refused by a sentence that names the file and the place") {
  const auto names = [](const char* text, const char* place) {
    const std::string sentence = refusal(text);
    CAPTURE(sentence);
    CHECK(sentence.starts_with("config.json: "));
    CHECK(sentence.find(place) != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
  };
  names("{", "not JSON");
  names("[1, 2]", "an object");
  names(R"({"hidden_size": 4096, "num_attention_heads": 32})", "rope_theta");
  names(R"({"head_dim": 0, "rope_theta": 1e4})", "head_dim");
  names(R"({"head_dim": -2, "rope_theta": 1e4})", "head_dim");
  names(R"({"head_dim": 1099511627776, "rope_theta": 1e4})", "head_dim");
  names(R"({"head_dim": "big", "rope_theta": 1e4})", "head_dim");
  names(R"({"head_dim": 64.5, "rope_theta": 1e4})", "head_dim");
  names(R"({"hidden_size": 64, "num_attention_heads": 0, "rope_theta": 1e4})", "num_attention_heads");
  names(R"({"head_dim": 64, "rope_theta": -1})", "rope_theta");
  names(R"({"head_dim": 64, "rope_theta": 1e4, "rope_scaling": {"rope_type": "wavy"}})", "wavy");
  names(R"({"head_dim": 64, "rope_theta": 1e4, "rope_scaling": {"rope_type": "yarn"}})", "factor");
  names(R"({"head_dim": 64, "rope_theta": 1e4, "rope_scaling": [4]})", "rope_scaling");
  names(
      R"({"head_dim": 4, "rope_theta": 1e4, "max_position_embeddings": 64, "rope_scaling": {"rope_type": "longrope", "factor": 2, "short_factor": [1], "long_factor": [1, 2]}})",
      "short_factor");
  names(std::string(100000, '[').c_str(), "nested");
  names(R"({"head_dim": 64, "rope_theta": 1e4, "no_rope_layers": 4})", "no_rope_layers");
}

TEST_CASE("layers without RoPE are layers of their own: by list, by interval, by null, by the model's code") {
  const auto layers = [](const char* text) { return parse_model_config(text, "x").layers; };
  const auto listed = layers(R"({"head_dim": 64, "rope_theta": 1e4, "no_rope_layers": [1, 1, 1, 0, 1]})");
  REQUIRE(listed.size() == 2);
  CHECK((listed[0].layer_type == "rope" && listed[0].config.rotates && listed[0].layers == 4));
  CHECK((listed[1].layer_type == "no_rope" && !listed[1].config.rotates && listed[1].layers == 1));
  for (const double theta : make_spectrum(listed[1].config).inv_freq) CHECK(theta == 0);
  const auto smol = layers(R"({"model_type": "smollm3", "head_dim": 128, "rope_theta": 5e6, "num_hidden_layers": 36})");
  REQUIRE(smol.size() == 2);
  CHECK((smol[0].layers == 27 && smol[1].layers == 9));
  const auto null = parse_model_config(
      R"({"head_dim": 64, "layer_types": ["sliding_attention", "sliding_attention", "full_attention"], "rope_parameters":
          {"full_attention": null, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}})",
      "x");
  REQUIRE(null.layers.size() == 2);
  CHECK(layer_rope(null, "full_attention").config.rotates == false);
  CHECK(layer_rope(null, std::nullopt).layer_type == "sliding_attention"); // the one that turns
  CHECK(layer_rope(null, "sliding_attention").layers == 2);
  const auto cohere = layers(R"({"model_type": "cohere2", "head_dim": 128, "rope_theta": 50000})");
  REQUIRE(cohere.size() == 2);
  CHECK((cohere[0].config.rotates && !cohere[1].config.rotates));
  CHECK(layers(R"({"model_type": "smollm3", "head_dim": 64, "rope_theta": 1e4, "num_hidden_layers": 2,
                   "no_rope_layers": [1, 1]})")
            .size() == 1);
}

TEST_CASE("every scheme has a name that is read back as itself") {
  for (const RopeType type : all_rope_types) {
    CHECK(!rope_type_name(type).empty());
    CHECK(rope_type_from_name(rope_type_name(type)) == type);
  }
}

TEST_CASE("names out of a config.json reach a terminal without control characters") {
  const Model model = parse_model_config(
      R"({"_ropescope": {"name": "a\nb"}, "head_dim": 64, "rope_theta": 1e4, "rope_parameters": {"x\u001b[31m": {}, "y": {}}})",
      "x");
  CHECK(model.name == "a?b");
  CHECK(model.layers.front().layer_type == "x?[31m");
}

TEST_CASE("whatever of a config.json a terminal might obey is replaced, in names and in sentences") {
  // A C1 control (CSI), a mark that turns the direction of writing, a line separator, and an escape.
  const Model model =
      parse_model_config("{\"_ropescope\": {\"name\": \"a\xc2\x9b\xe2\x80\xae\", \"source\": \"s\\u2028\"}, "
                         "\"model_type\": \"m\\u009b\", \"head_dim\": 64, \"rope_theta\": 1e4, "
                         "\"rope_\\u202e\": 1}",
                         "x");
  CHECK(model.name == "a??");
  CHECK(model.source == "s?");
  CHECK(model.model_type == "m?");
  REQUIRE(model.warnings.size() == 2);
  CHECK(model.warnings[0] == "rope_? is not understood: if it changes the rotation, the numbers here are without it");
  CHECK(model.warnings[1] == "pairs are halves: model_type \"m?\" is not known, and most models rotate halves");
  CHECK(refusal("{\"head_dim\": \"\\u009b31m\", \"rope_theta\": 1e4}") ==
        "config.json: head_dim is \"?31m\", expected a number");
}

TEST_CASE("a key of megabytes is named in a sentence of 400 bytes") {
  const Model model = read_text(R"({"model_type": "llama", "head_dim": 64, "rope_theta": 1e4, ")" +
                                std::string(3'000'000, 'x') + R"(rope": 1})");
  REQUIRE(model.warnings.size() == 1);
  CHECK(model.warnings[0].size() <= 404);
}

TEST_CASE("a config.json costs time in proportion to its length, however many objects are in a list of it") {
  const auto cost = [](int objects) { // processor time, the least of some runs
    std::string text = R"({"head_dim": 64, "rope_theta": 1e4, "list": [{})";
    for (int i = 1; i < objects; ++i) text += ",{}";
    text += "]}";
    double least = INFINITY;
    for (int run = 0; run < 5; ++run) {
      const std::clock_t start = std::clock();
      CHECK(read_text(text).layers.front().config.base == 1e4);
      least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return least;
  };
  const double quarter = cost(40'000), whole = cost(160'000);
  CHECK(whole < 0.5);
  CHECK(whole < 6 * quarter); // 16 times where it grows with the square
}

TEST_CASE("a config.json of more values than any model states is refused before they take memory") {
  const auto list = [](const std::string& value, std::size_t count) {
    std::string text = R"({"head_dim": 64, "rope_theta": 1e4, "list": [)" + value;
    for (std::size_t i = 1; i < count; ++i) text += "," + value;
    return text + "]}";
  };
  for (const char* value : {"\"\"", "0", "null", "{}", "[]", "{\"a\":1}", "1.5", "true"}) {
    CAPTURE(value);
    CHECK(refusal(list(value, 300'000).c_str()) == "config.json: more than 262144 values, expected a config.json");
  }
  CHECK(refusal(list("{\"a\":1}", 150'000).c_str()).find("more than 262144") != std::string::npos); // keys count
  CHECK(refusal(list("\"\"", 200'000).c_str()) == "accepted");
}

TEST_CASE("brackets within strings do not count as nesting, and nesting counts wherever it stands") {
  const auto config = [](const std::string& value) {
    return R"({"head_dim": 64, "rope_theta": 1e4, "x": )" + value + "}";
  };
  const auto nested = [](std::size_t levels, const std::string& open, const std::string& shut) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) text += open;
    text += "1";
    for (std::size_t i = 0; i < levels; ++i) text += shut;
    return text;
  };
  CHECK(refusal(config(fmt::format("\"{:[>1000}\\\"{:(>1000}\"", "", "")).c_str()) == "accepted");
  CHECK(refusal(config(nested(31, "[", "]")).c_str()) == "accepted");
  CHECK(refusal(config(nested(32, "[", "]")).c_str()).find("nested more than 32 deep") != std::string::npos);
  CHECK(refusal(config(nested(32, "{\"a\":", "}")).c_str()).find("nested more than 32 deep") != std::string::npos);
}

TEST_CASE("a zero byte ends no config.json, whatever comes behind it") {
  const std::string good = R"({"head_dim": 64, "rope_theta": 1e4})";
  const auto refused = [](const std::string& text) {
    CHECK_THROWS_WITH_AS(read_text(text), doctest::Contains("not JSON (at byte 36)"), Error);
  };
  REQUIRE(good.size() == 35);
  refused(good + std::string(1, '\0'));
  refused(good + std::string(1, '\0') + "garbage");
  refused(good + std::string(1, '\0') + good);
  CHECK(read_text(good + " \n").layers.size() == 1);
}

TEST_CASE("what a class takes where its config.json is silent: head_dim, sections, the arrangement of its axes") {
  const auto rope = [](const char* text) { return layer_rope(parse_model_config(text, "x"), std::nullopt).config; };
  const RopeConfig vl = rope(
      R"({"model_type": "qwen3_vl_text", "hidden_size": 2560, "num_attention_heads": 32, "rope_theta": 5e6,
          "rope_scaling": {"rope_type": "default"}})");
  CHECK(vl.layout.head_dim == 128);
  CHECK(vl.axes.rule == AxisRule::sections_interleaved);
  CHECK(vl.axes.mrope_section == std::vector<std::int64_t>{24, 20, 20});
  CHECK(rope(R"({"model_type": "gemma2", "hidden_size": 3584, "num_attention_heads": 16, "rope_theta": 1e4})")
            .layout.head_dim == 256);
  CHECK(rope(R"({"model_type": "ernie4_5_vl_moe_text", "head_dim": 128, "rope_theta": 5e5,
                 "rope_scaling": {"rope_type": "default", "mrope_section": [22, 22, 20]}})")
            .axes.rule == AxisRule::sections_ernie);
}

TEST_CASE("keys of a config.json that are about rotation and are not understood are named in a warning") {
  const Model model = parse_model_config(
      R"({"head_dim": 64, "rope_theta": 1e4, "rope_magic": 3, "rotary_twist": true, "vocab_size": 7,
          "rope_scaling": {"rope_type": "linear", "factor": 2, "wobble": 1}})",
      "x");
  const auto warned = [&](const char* key) {
    return std::any_of(model.warnings.begin(), model.warnings.end(),
                       [&](const std::string& w) { return w.find(key) != std::string::npos; });
  };
  CHECK((warned("rope_magic") && warned("rotary_twist") && warned("rope_scaling.wobble")));
  CHECK(!warned("vocab_size"));
}

TEST_CASE("what a model's code has beside its frequencies comes with its model_type") {
  const auto rope = [](const char* text) { return layer_rope(parse_model_config(text, "x"), std::nullopt).config; };
  const RopeConfig v3 = rope(
      R"({"model_type": "deepseek_v3", "hidden_size": 7168, "num_attention_heads": 128, "qk_rope_head_dim": 64,
          "qk_nope_head_dim": 128, "rope_theta": 1e4, "max_position_embeddings": 163840, "rope_scaling": {"type": "yarn",
          "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096}})");
  CHECK(v3.layout.nope_dim == 128);
  const double m = 0.1 * std::log(40.0) + 1;
  CHECK(make_spectrum(v3).softmax_factor == doctest::Approx(m * m).epsilon(1e-14));
  CHECK(make_spectrum(v3).attention_factor == 1);
  CHECK(rope(R"({"model_type": "cohere", "head_dim": 64, "rope_theta": 1e4})").arithmetic.rounding ==
        Rounding::tables_rounded);
  CHECK(rope(R"({"model_type": "olmo2", "head_dim": 64, "rope_theta": 1e4})").arithmetic.rounding == Rounding::once);
  CHECK(rope(R"({"model_type": "llama", "head_dim": 64, "rope_theta": 1e4})").arithmetic.rounding ==
        Rounding::each_step);
  const RopeConfig dino =
      rope(R"({"model_type": "dinov3_vit", "head_dim": 64, "rope_theta": 100.0, "image_size": 224, "patch_size": 16})");
  CHECK((dino.axes.rule == AxisRule::centred_grid && dino.axes.grid_height == 14 && dino.axes.grid_width == 14));
  const RopeConfig moe = rope(
      R"({"model_type": "phimoe", "head_dim": 4, "rope_theta": 1e4, "max_position_embeddings": 128,
          "original_max_position_embeddings": 64, "rope_scaling": {"type": "longrope", "short_factor": [1, 1],
          "long_factor": [2, 2], "short_mscale": 1.25, "long_mscale": 1.5}})");
  CHECK(make_spectrum(moe, 64).attention_factor == 1.25);
  CHECK(make_spectrum(moe, 65).attention_factor == 1.5);
}

TEST_CASE("what used to pass in silence is refused or warned of") {
  // Each of these once crashed, or turned by other frequencies than Hugging Face's.
  CHECK(refusal(R"({"head_dim": 64, "rope_theta": 1e999})").find("beyond double") != std::string::npos);
  CHECK(refusal(
            (R"({"head_dim": 64, "rope_theta": )" + std::string(100000, '[') + std::string(100000, ']') + "}").c_str())
            .find("nested") != std::string::npos);
  CHECK(refusal(R"({"head_dim": 64, "rope_theta": [[1]]})").find("a list") != std::string::npos);
  CHECK(refusal(R"({"head_dim": 64, "rope_theta": 1e4, "rope_scaling": {"type": "linear", "factor": null}})")
            .find("factor") != std::string::npos);
  CHECK(refusal(R"({"head_dim": 64, "rope_parameters": {"full_attention": null}})").find("no layer type") !=
        std::string::npos);
  CHECK(only(R"({"model_type": "x", "rope_scaling": null, "text_config": {"head_dim": 32, "rope_theta": 1e4}})")
            .layout.head_dim == 32);
  CHECK(
      parse_model_config(
          R"({"head_dim": 64, "rope_scaling": {"full_attention": {"rope_type": "linear", "factor": 8}, "sliding_attention": {"rope_type": "default"}}})",
          "c")
          .layers.size() == 2);
  CHECK(layer_rope(parse_model_config(R"({"model_type": "gemma3_text", "head_dim": 64, "rope_theta": 1e6})", "c"),
                   "sliding_attention")
            .config.base == 1e4);
  CHECK(
      only(
          R"({"model_type": "phi", "head_dim": 64, "rope_theta": 1e4, "max_position_embeddings": 64, "rope_scaling": {"type": "yarn", "factor": 2}})")
          .scaling.rope_type == RopeType::yarn);
  const RopeConfig compressed =
      layer_rope(
          parse_model_config(
              R"({"model_type": "deepseek_v4", "head_dim": 512, "qk_rope_head_dim": 64, "rope_theta": 1e4, "compress_rope_theta": 160000,
    "max_position_embeddings": 1048576, "rope_scaling": {"type": "yarn", "factor": 16, "original_max_position_embeddings": 65536}})",
              "c"),
          "compress")
          .config;
  CHECK(compressed.base == 160000);
  CHECK(compressed.attention.attention_factor == 1.0);
  CHECK(compressed.layout.rotary_dim == 64);
  std::string many = R"({"head_dim": 64, "rope_theta": 1e4, "rope_scaling": {"rope_type": "default")";
  for (int i = 0; i < 1000; ++i) many += ", \"wobble" + std::to_string(i) + "\": 1";
  CHECK(parse_model_config(many + "}}", "c").warnings.size() <= 11);
}

TEST_CASE("a parameter set by hand takes what depends on it along") {
  RopeConfig rope;
  set_parameter(rope, "head_dim", "64");
  CHECK(rope.layout.rotary_dim == 64);
  set_parameter(rope, "partial_rotary_factor", "0.5");
  CHECK(rope.layout.rotary_dim == 32);
  CHECK_THROWS_AS(set_parameter(rope, "wobble", "1"), Error);
  CHECK_THROWS_AS(set_parameter(rope, "factor", "much"), Error);
}
