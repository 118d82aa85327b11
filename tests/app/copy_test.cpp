#include "app/scene/copy_as.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// Every preset, in each layer type that turns, under every scheme that it can have.
template <typename Check>
void with_every_scene(Check check) {
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      if (!layer.config.rotates) continue;
      for (const Scheme* scheme : all_schemes()) {
        Scene scene = scene_of(preset.model, layer.layer_type.empty() ? std::nullopt : std::optional(layer.layer_type));
        choose_scheme(scene, scheme->type);
        if (scene.rope.scaling.rope_type != scheme->type) continue; // LongRoPE without factors, NTK of two components
        try {
          require_computable(scene);
        } catch (const Error&) { // p-RoPE of a head whose axes share other pairs
          continue;
        }
        CAPTURE(preset.id);
        CAPTURE(layer.layer_type);
        CAPTURE(scheme->name);
        check(scene);
      }
    }
}

const RopeConfig* layer_of(const Model& model, std::string_view type) {
  for (const LayerRope& layer : model.layers)
    if (layer.layer_type == type) return &layer.config;
  return nullptr;
}

/// The words that follow an option in a line of flags.
double number_after(const std::string& flags, std::string_view option) {
  const std::size_t at = flags.find(fmt::format("{} ", option));
  REQUIRE(at != std::string::npos);
  return std::stod(flags.substr(at + option.size() + 1));
}

} // namespace

TEST_CASE("a block of Hugging Face JSON read back has the same head, base, scaling and frequencies") {
  std::size_t blocks = 0, refused = 0;
  with_every_scene([&](const Scene& scene) {
    std::string text;
    try {
      text = as_hugging_face_json(scene).text;
    } catch (const Error& error) {
      ++refused;
      const std::string why = error.what();
      CHECK(why.find("PyTorch") != std::string::npos); // what to do
      return;
    }
    ++blocks;
    const Model read = parse_model_config(text, "block");
    const RopeConfig* rope = layer_of(read, scene.layer_type);
    CAPTURE(text);
    REQUIRE(rope);
    CHECK(rope->layout.head_dim == scene.rope.layout.head_dim);
    CHECK(rope->layout.rotary_dim == scene.rope.layout.rotary_dim);
    CHECK(rope->axes == scene.rope.axes);
    CHECK(rope->scaling.max_position_embeddings == scene.rope.scaling.max_position_embeddings);
    CHECK(rope->attention == scene.rope.attention);
    for (const double tokens : {64.0, trained_length(scene.rope), 4 * trained_length(scene.rope)}) {
      const Spectrum a = make_spectrum(scene.rope, tokens), b = make_spectrum(*rope, tokens);
      CHECK(a.attention_factor == b.attention_factor);
      CHECK(a.softmax_factor == b.softmax_factor);
      REQUIRE(a.inv_freq.size() == b.inv_freq.size());
      for (std::size_t i = 0; i < a.inv_freq.size(); ++i)
        CHECK(a.inv_freq[i] == doctest::Approx(b.inv_freq[i]).epsilon(1e-15));
    }
    // The others of the model stay as they are.
    for (const LayerRope& other : scene.model.layers) {
      if (other.layer_type == scene.layer_type || !other.config.rotates) continue;
      const RopeConfig* same = layer_of(read, other.layer_type);
      REQUIRE(same);
      CHECK(make_spectrum(*same).inv_freq == make_spectrum(other.config).inv_freq);
    }
  });
  MESSAGE(blocks << " blocks, " << refused << " refused");
  CHECK(blocks > 500);
}

TEST_CASE("of every preset, under every scheme that transformers has, there is a block") {
  with_every_scene([&](const Scene& scene) {
    const bool of_diffusers = scene.rope.axes.rule == AxisRule::listed; // whose classes have no key for a scheme
    if (of_diffusers && scene.rope != original_rope(scene)) return;
    switch (scene.rope.scaling.rope_type) {
    case RopeType::standard:
    case RopeType::linear:
    case RopeType::dynamic:
    case RopeType::yarn:
    case RopeType::llama3: break;
    default: return;
    }
    const bool longrope_alone = scene.model.model_type == "phi3" || scene.model.model_type == "phimoe";
    if (longrope_alone && scene.rope.scaling.rope_type != RopeType::standard) return; // its class refuses the others
    CHECK_NOTHROW(as_hugging_face_json(scene));
  });
}

TEST_CASE("what was changed by hand is in the block: base, head, betas, a part of the head") {
  Scene scene = default_scene();
  set(scene, *find_property("base"), 500000.0);
  set(scene, *find_property("head_dim"), 64.0);
  set(scene, *find_property("rotary_dim"), 26.0);
  set(scene, *find_property("yarn.beta_fast"), 48.5);
  set(scene, *find_property("attention_factor"), 1.25);
  const Model read = parse_model_config(as_hugging_face_json(scene).text, "block");
  const RopeConfig& rope = read.layers.front().config;
  CHECK(rope.base == 500000);
  CHECK(rope.layout.head_dim == 64);
  CHECK(rope.layout.rotary_dim == 26);
  CHECK(rope.attention.attention_factor == 1.25);
  CHECK(make_spectrum(rope).inv_freq == make_spectrum(scene.rope).inv_freq);
}

TEST_CASE("a block of a file's config has what the rotation needs, and not the file's other keys") {
  const test::Scratch scratch;
  const std::string path = (scratch.path / "config.json").string();
  write_file(path, R"({"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32, "vocab_size": 32000,
    "max_position_embeddings": 4096, "rope_theta": 10000.0, "bos_token_id": 1, "torch_dtype": "float16"})");
  Scene scene = scene_of(open_model(path));
  choose_scheme(scene, RopeType::yarn);
  const auto block = nlohmann::json::parse(as_hugging_face_json(scene).text);
  CHECK(block["rope_scaling"]["rope_type"] == "yarn");
  CHECK(block["rope_scaling"]["factor"] == 16);
  CHECK(!block.contains("vocab_size"));
  CHECK(!block.contains("torch_dtype"));
}

TEST_CASE("llama.cpp's flags give YaRN's factor, base, lengths and, multiplied as ggml does, its attention factor") {
  Scene scene = default_scene();
  const std::string flags = as_llama_cpp_flags(scene).text;
  CHECK(flags.starts_with("--rope-scaling yarn "));
  CHECK(number_after(flags, "--rope-scale") == 16);
  CHECK(number_after(flags, "--rope-freq-base") == 10000);
  CHECK(number_after(flags, "--yarn-orig-ctx") == 4096);
  CHECK(flags.find("attn-factor") == std::string::npos); // 1 + 0.1 ln 16 is ggml's own
  set(scene, *find_property("attention_factor"), 1.5);
  CHECK(number_after(as_llama_cpp_flags(scene).text, "--yarn-attn-factor") * (1 + 0.1 * std::log(16)) ==
        doctest::Approx(1.5));
}

TEST_CASE("a scheme that llama.cpp has no flags for is refused by its name, and none is given flags of another") {
  with_every_scene([](const Scene& scene) {
    const Scheme& scheme = scheme_of(scene.rope);
    try {
      const std::string flags = as_llama_cpp_flags(scene).text;
      const bool known = scheme.type == RopeType::standard || scheme.type == RopeType::linear ||
                         scheme.type == RopeType::yarn || scheme.acts_on == ActsOn::base;
      CHECK(known);
      CHECK(scheme.memory == CallMemory::fixed);
      CHECK(number_after(flags, "--rope-freq-base") > 0);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("llama.cpp has no flags for") == 0);
    }
  });
}

TEST_CASE("the command line gives the scene again") {
  // What a shell makes of a line: words, of which some are in quotes.
  const auto words = [](const std::string& line) {
    std::vector<std::string> all(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\'')
        quoted = !quoted;
      else if (line[i] == '\\' && !quoted)
        all.back() += line[++i];
      else if (line[i] == ' ' && !quoted)
        all.emplace_back();
      else if (line[i] != '\n')
        all.back() += line[i];
    }
    return all;
  };
  const auto again = [&](const Scene& scene) {
    const std::vector<std::string> line = words(as_command_line(scene).text);
    REQUIRE(line.size() >= 3);
    CHECK(line[0] == "ropescope");
    Scene result = first_scene();
    std::vector<std::string> poses;
    for (std::size_t i = 1; i + 1 < line.size(); i += 2)
      if (line[i] == "--model")
        result = scene_of(find_preset(line[i + 1]).model);
      else
        poses.push_back(line[i + 1]);
    return with_patch(result, read_assignments(poses, "--pose"));
  };
  with_every_scene([&](Scene scene) {
    scene.m = 4321;
    scene.view = "score";
    if (as_command_line(scene).said.find("Not everything") == std::string::npos)
      CHECK(scene_json(again(scene)) == scene_json(scene));
  });
  Scene scene = default_scene();
  scene.rope.base = 1234567.25;
  set(scene, *find_property("score.x"), std::vector<double>{1, 4096});
  set(scene, *find_property("score.hidden"), std::vector<std::string>{"linear", "it's"});
  CHECK(scene_json(again(scene)) == scene_json(scene));
}

TEST_CASE("the lines of Python have each number that they need, and never a formula for what they have none for") {
  with_every_scene([](const Scene& scene) {
    const std::string lines = as_pytorch(scene).text;
    CHECK(lines.find("inv_freq = ") != std::string::npos);
    CHECK(lines.find("\nattention_factor = ") != std::string::npos);
    const bool as_list = lines.find("torch.tensor([") != std::string::npos;
    const RopeType type = scene.rope.scaling.rope_type;
    if (type == RopeType::longrope || type == RopeType::proportional || !scene.rope.scaling.freq_factors.empty())
      CHECK(as_list);
    if (lines.find("math.") != std::string::npos) CHECK(lines.find("import math") != std::string::npos);
  });
}
