#include "app/cli/model_options.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/say.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/open/hub.h"
#include "core/open/model_file.h"
#include "core/rope/scheme.h"

namespace ropescope::cli {

namespace {

/// The names that --scheme takes.
std::vector<std::string_view> scheme_choices() {
  std::vector<std::string_view> choices;
  for (const Scheme* known : all_schemes()) choices.push_back(known->choice());
  return choices;
}

/// Whether a parameter of schemes gets an option of its own: numbers do, the others come by --set. attention_factor is
/// an option already, since it is a member of RopeConfig for all schemes.
bool is_option(const Parameter& parameter) {
  const bool is_number = parameter.kind == ParameterKind::number || parameter.kind == ParameterKind::optional_number;
  return is_number && parameter.key != key::attention_factor.key;
}

/// The option of a parameter: "--beta-fast" for beta_fast.
std::string option_name(const Parameter& parameter) {
  std::string name = fmt::format("--{}", parameter.key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// What --help says of a parameter: which schemes have it, what it means, its unit. For beta_fast
/// "YaRN, dynamic YaRN: within the original length, above which a pair is kept (turns)"
std::string help_of(const Parameter& parameter) {
  std::vector<std::string_view> titles;
  for (const Scheme* known : all_schemes())
    if (known->has(parameter)) titles.push_back(known->title);
  return fmt::format("{}: {}{}", fmt::join(titles, ", "), parameter.meaning,
                     parameter.unit.empty() ? "" : fmt::format(" ({})", parameter.unit));
}

} // namespace

void ModelOptions::add_to(CLI::App& app) {
  const char* scaling = "Scaling";
  app.add_option("--model", model, "a preset; `ropescope models` lists them");
  app.add_option("--config", config, "a config.json, a GGUF file, a model's folder, or - for standard input")
      ->excludes("--model");
  app.add_option("--part", read.part, "of a file with several models: text, vision, audio …");
  app.add_option("--ignore", read.ignore, "a key of the file to go on without, though it changes the numbers")
      ->expected(1)
      ->take_all();
  app.add_option("--layer-type", layer_type, "of a model whose layer types differ, e.g. sliding_attention");
  app.add_option("--scheme", scheme, fmt::format("one of {}", fmt::join(scheme_choices(), ", ")))->group(scaling);
  app.add_option("--factor", factor, "how many times longer the context becomes")->group(scaling);
  app.add_option("--original-length", original_length, "tokens the model was trained for")->group(scaling);
  app.add_option("--base", base, "rope_theta")->group(scaling);
  app.add_option("--head-dim", head_dim, "components of a head")->group(scaling);
  app.add_option("--rotary-dim", rotary_dim, "components that turn")->group(scaling);
  app.add_option("--attention-factor", attention_factor, std::string(key::attention_factor.meaning))->group(scaling);
  for (const Parameter* parameter : scheme_parameters())
    if (is_option(*parameter))
      app.add_option(option_name(*parameter), parameters[parameter->key], help_of(*parameter))->group(scaling);
  app.add_option("--set", set, "key=value of any other rope parameter")->group(scaling)->expected(1)->take_all();
}

void ModelOptions::supply(const Property& row, double value) {
  if (!given() && !changes()) return;
  const auto give = [&](std::string_view key, auto& option) {
    if (row.key == key && !option) option = static_cast<typename std::decay_t<decltype(option)>::value_type>(value);
  };
  // Without a --scheme the model's own may have no use for a factor, which would be said.
  if (!scheme.empty()) give("factor", factor);
  give("trained", original_length);
  give("base", base);
  give("attention_factor", attention_factor);
  give("head_dim", head_dim);
  give("rotary_dim", rotary_dim);
  if (row.parameter) give(row.key, parameters[row.parameter->key]);
}

bool ModelOptions::given() const { return !model.empty() || !config.empty() || (head_dim && base); }

/// Other programs take a path or the name of a model on Hugging Face here; a preset goes before a file of its name.
Model ModelOptions::open_preset() const {
  if (auto preset = preset_named(model, read)) return std::move(preset->model);
  return open_model(model, read);
}

Model ModelOptions::open_config() const {
  std::error_code error;
  if (std::filesystem::exists(config, error)) return read_model(config, read);
  if (const auto preset = preset_named(config))
    throw Error(fmt::format("--config {}: no such file, but a preset: expected --model {}", config, preset->id));
  return hub_name(config) ? open_model(config, read) : read_model(config, read); // the first knows the nearest preset
}

Model ModelOptions::named() const {
  if (!model.empty() || !config.empty()) {
    if (!read_) read_ = model.empty() ? open_config() : open_preset();
    return *read_;
  }
  if (!head_dim || !base) throw Error("which model? Expected --model, --config, or --head-dim with --base");
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = *head_dim;
  Model result;
  result.name = "command line";
  result.origin = fmt::format(R"({{"head_dim":{},"rope_theta":{}}})", *head_dim, *base);
  result.layers = {{"", rope}};
  return result;
}

void ModelOptions::choose_scheme(RopeConfig& rope) const {
  const Scheme* chosen = find_scheme(scheme);
  if (!chosen) throw Error(fmt::format("--scheme {}: expected one of {}", scheme, fmt::join(scheme_choices(), ", ")));
  // Asked before with_scheme(), which drops what belongs to the old scheme alone: the factor may come from there
  // (alpha).
  const double own = extension_factor(rope);
  if (const auto changed = with_scheme(rope, chosen->type, own))
    rope = *changed;
  else
    rope.scaling.rope_type = chosen->type; // LongRoPE, and no factors for it: they may follow by --set
  // The model extends nothing, so its factor of 1 is no answer to how far the new scheme shall: --factor has to say.
  if (own == 1) rope.scaling.factor.reset();
}

void ModelOptions::apply(RopeConfig& rope) const {
  // The order decides: a scheme brings defaults, --set changes them, and an option of its own outranks --set.
  if (!scheme.empty()) choose_scheme(rope);
  for (const std::string& assignment : set) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw Error(fmt::format("--set {}: expected key=value", assignment));
    set_parameter(rope, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  Scaling& scaling = rope.scaling;
  // --factor replaces whatever else says how far to extend: an alpha, and a factor that the file gives as null.
  if (factor) scaling.factor = *factor, scaling.parameters.erase(key::alpha), scaling.factor_is_null = false;
  if (original_length) {
    scaling.original_max_position_embeddings = *original_length;
    const CallMemory memory = scheme_of(rope).memory;
    // Schemes that grow with the call do so from max_position_embeddings, not from the original length: for them the
    // two are one. A model made of numbers has no context length yet.
    const bool counts_from_context = memory == CallMemory::grows || memory == CallMemory::grows_returns;
    if (counts_from_context || scaling.max_position_embeddings == 0) scaling.max_position_embeddings = *original_length;
  }
  if (base) rope.base = *base;
  for (const auto& [key, value] : parameters)
    if (value) scaling.parameters.set_number(*find_scheme_parameter(key), value);
  if (attention_factor) rope.attention.attention_factor = *attention_factor;
  if (head_dim) {
    // A head that turned as a whole still does with its new size; a rotary part of its own keeps its size.
    const bool whole = rope.layout.rotary_dim == rope.layout.head_dim;
    rope.layout.head_dim = *head_dim;
    if (whole) rope.layout.rotary_dim = *head_dim;
  }
  if (rotary_dim) rope.layout.rotary_dim = *rotary_dim;
  if (attention_factor && !scheme_of(rope).has(key::attention_factor))
    say(fmt::format("--attention-factor has no effect on rope_type {}.", scheme_of(rope).name));
  if (factor && scaling.rope_type == RopeType::standard) say("--factor has no effect without a --scheme.");
}

Model ModelOptions::resolve() const {
  Model result = named();
  for (const std::string& warning : result.warnings) say(fmt::format("{}: {}.", result.name, warning));
  if (!result.from_class.empty())
    say(fmt::format("{}: not in the file, from the class of model_type \"{}\": {}.", result.name, result.model_type,
                    fmt::join(result.from_class, ", ")));
  if (result.parts.size() > 1)
    say(fmt::format("{}: part {} is taken, of {} (--part chooses another).", result.name, result.part,
                    fmt::join(result.parts, ", ")));
  // layer() finds a const one; it lies in `result`, which is not const.
  auto& chosen = const_cast<LayerRope&>(layer(result));
  if (!layer_type.empty() && chosen.layer_type.empty())
    say(fmt::format("{}: every layer has the same rotary embedding, --layer-type has no effect.", result.name));
  else if (layer_type.empty() && result.layers.size() > 1)
    say(fmt::format("{}: layer type {} is taken (--layer-type chooses another).", result.name, chosen.layer_type));
  apply(chosen.config);
  validate(chosen.config); // after all options: in between a config may be one that cannot be
  return result;
}

const LayerRope& ModelOptions::layer(const Model& resolved) const {
  return layer_rope(resolved, layer_type.empty() ? std::nullopt : std::optional(layer_type));
}

bool ModelOptions::changes() const {
  return !scheme.empty() || !layer_type.empty() || read != ReadOptions() || !set.empty() || factor || original_length ||
         base || attention_factor || head_dim || rotary_dim ||
         std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.second.has_value(); });
}

Scene ModelOptions::applied_to(const Scene& before) const {
  const bool names_model = !model.empty() || !config.empty();
  Scene scene = names_model || given() ? with_model(before, named()) : before;
  Patch patch;
  const auto put = [&](std::string_view key, const auto& value) {
    if (value) patch.emplace_back(find_property(key), static_cast<double>(*value));
  };
  if (!set.empty()) patch.emplace_back(find_property("set"), set);
  if (!layer_type.empty() && !layer(scene.model).layer_type.empty())
    patch.emplace_back(find_property("layer_type"), layer_type);
  put("head_dim", head_dim);
  put("rotary_dim", rotary_dim);
  put("base", base);
  if (!scheme.empty()) {
    const Scheme* chosen = find_scheme(scheme);
    if (!chosen) throw Error(fmt::format("--scheme {}: expected one of {}", scheme, fmt::join(scheme_choices(), ", ")));
    patch.emplace_back(find_property("scheme"), std::string(chosen->choice()));
  }
  put("factor", factor);
  put("trained", original_length);
  put("attention_factor", attention_factor);
  for (const auto& [key, value] : parameters)
    for (const Property* row : all_properties())
      if (value && row->parameter && row->parameter->key == key) {
        patch.emplace_back(row, *value);
        break;
      }
  return with_patch(scene, patch);
}

Scene ModelOptions::scene() const {
  if (!given() && !changes()) return first_scene();
  // Said and refused as for every command that takes a model.
  const Model resolved = resolve();
  const LayerRope& chosen = layer(resolved);
  Scene as_asked = scene_of(resolved, layer_type.empty() ? std::nullopt : std::optional(layer_type));
  Scene result = as_asked;
  try {
    result = applied_to(scene_of(named()));
  } catch (const Error&) {
    // What the options make together may be more than the keys of a scene can say; see below.
  }
  // The options' order decides some corner cases (--set of what an option changes too). What is drawn is what every
  // command computes.
  if (result.rope != as_asked.rope || result.layer_type != chosen.layer_type) return as_asked;
  return result;
}

} // namespace ropescope::cli
