#include "app/cli/model_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/scene/presets.h"
#include "core/error.h"
#include "core/io/model_file.h"

namespace ropescope::cli {

void ModelOptions::add_to(CLI::App& app) {
  const char* scaling = "Scaling";
  app.add_option("--model", model, "a preset; `ropescope models` lists them");
  app.add_option("--config", config, "a Hugging Face config.json, or a GGUF file")->excludes("--model");
  app.add_option("--layer-type", layer_type, "of a model whose layer types differ, e.g. sliding_attention");
  app.add_option("--scheme", scheme,
                 "none, linear, ntk, ntk-by-parts, dynamic, dynamic-yarn, yarn, longrope, llama3 or proportional")
      ->group(scaling);
  app.add_option("--factor", factor, "how many times longer the context becomes")->group(scaling);
  app.add_option("--original-length", original_length, "tokens the model was trained for")->group(scaling);
  app.add_option("--base", base, "rope_theta")->group(scaling);
  app.add_option("--head-dim", head_dim, "components of a head")->group(scaling);
  app.add_option("--rotary-dim", rotary_dim, "components that turn")->group(scaling);
  app.add_option("--beta-fast", beta_fast, "YaRN, turns")->group(scaling);
  app.add_option("--beta-slow", beta_slow, "YaRN, turns")->group(scaling);
  app.add_option("--attention-factor", attention_factor, "of cos and sin")->group(scaling);
  app.add_option("--set", set, "key=value of any other rope parameter")->group(scaling)->expected(1)->take_all();
}

bool ModelOptions::given() const { return !model.empty() || !config.empty() || (head_dim && base); }

Model ModelOptions::named() const {
  if (!model.empty()) return find_preset(model).model;
  if (!config.empty()) return read_model(config);
  if (!head_dim || !base) throw Error("which model? Expected --model, --config, or --head-dim with --base");
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = *head_dim;
  Model result;
  result.name = "command line";
  result.layers = {{"", rope}};
  return result;
}

void ModelOptions::apply(RopeConfig& rope) const {
  if (!scheme.empty()) {
    const auto type = rope_type_from_name(scheme);
    if (!type)
      throw Error(fmt::format("--scheme {}: expected none, linear, ntk, ntk-by-parts, dynamic, dynamic-yarn, "
                              "dynamic-ntk-by-parts, yarn, longrope, llama3 or proportional",
                              scheme));
    const double own = extension_factor(rope);
    if (*type == RopeType::longrope && rope.scaling.rope_type != RopeType::longrope)
      rope.scaling.rope_type = RopeType::longrope;
    else
      rope = *with_scheme(rope, *type, own);
    if (own == 1) rope.scaling.factor.reset(); // then the user must say
  }
  for (const std::string& assignment : set) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw Error(fmt::format("--set {}: expected key=value", assignment));
    set_parameter(rope, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  if (factor) rope.scaling.factor = *factor, rope.scaling.alpha.reset(), rope.scaling.factor_is_null = false;
  if (original_length) {
    rope.scaling.original_max_position_embeddings = *original_length;
    if (is_dynamic(rope.scaling.rope_type) || rope.scaling.max_position_embeddings == 0)
      rope.scaling.max_position_embeddings = *original_length;
  }
  if (base) rope.base = *base;
  if (beta_fast) rope.scaling.beta_fast = *beta_fast;
  if (beta_slow) rope.scaling.beta_slow = *beta_slow;
  if (attention_factor) rope.attention.attention_factor = *attention_factor;
  if (head_dim) {
    const bool whole = rope.layout.rotary_dim == rope.layout.head_dim;
    rope.layout.head_dim = *head_dim;
    if (whole) rope.layout.rotary_dim = *head_dim;
  }
  if (rotary_dim) rope.layout.rotary_dim = *rotary_dim;
  const bool tempered = rope.scaling.rope_type == RopeType::yarn || rope.scaling.rope_type == RopeType::longrope;
  if (attention_factor && !tempered)
    say(fmt::format("--attention-factor has no effect on rope_type {}.", rope_type_name(rope.scaling.rope_type)));
  if (factor && rope.scaling.rope_type == RopeType::standard) say("--factor has no effect without a --scheme.");
}

Model ModelOptions::resolve() const {
  Model result = named();
  for (const std::string& warning : result.warnings) say(fmt::format("{}: {}.", result.name, warning));
  auto& chosen = const_cast<LayerRope&>(layer(result));
  if (!layer_type.empty() && chosen.layer_type.empty())
    say(fmt::format("{}: every layer has the same rotary embedding, --layer-type has no effect.", result.name));
  else if (layer_type.empty() && result.layers.size() > 1)
    say(fmt::format("{}: layer type {} (--layer-type chooses another).", result.name, chosen.layer_type));
  apply(chosen.config);
  validate(chosen.config);
  return result;
}

const LayerRope& ModelOptions::layer(const Model& resolved) const {
  return layer_rope(resolved, layer_type.empty() ? std::nullopt : std::optional(layer_type));
}

Scene ModelOptions::scene() const {
  const bool changes = !scheme.empty() || !layer_type.empty() || !set.empty() || factor || original_length || base ||
                       beta_fast || beta_slow || attention_factor || head_dim || rotary_dim;
  if (!given() && !changes) return default_scene();
  return scene_of(resolve(), layer_type.empty() ? std::nullopt : std::optional(layer_type));
}

namespace {

std::string& said() {
  static std::string words;
  return words;
}

} // namespace

void say(const std::string& sentence) { said() += sentence + '\n'; }

void print_said() {
  fmt::print(stderr, "{}", said());
  said().clear();
}

} // namespace ropescope::cli
