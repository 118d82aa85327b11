#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/scene/presets.h"

namespace ropescope::cli {

namespace {

/// One entry per layer type, since layer types of one model may differ in every number.
int print_json(Output& out) {
  auto list = nlohmann::ordered_json::array();
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      const RopeConfig& rope = layer.config;
      nlohmann::ordered_json entry{{"model", preset.id},
                                   {"name", preset.model.name},
                                   {"model_type", preset.model.model_type},
                                   {"rope_type", rope_type_name(rope.scaling.rope_type)},
                                   {"head_dim", rope.layout.head_dim},
                                   {"rotary_dim", rope.layout.rotary_dim},
                                   {"base", rope.base},
                                   {"layout", pairing_name(rope.layout.pairs.pairing)},
                                   {"max_position_embeddings", rope.scaling.max_position_embeddings},
                                   {"source", preset.model.source}};
      if (!layer.layer_type.empty()) entry["layer_type"] = layer.layer_type;
      list.push_back(std::move(entry));
    }
  out.print("{}\n", list.dump(1));
  return 0;
}

int print_table(Output& out) {
  out.print("{:<18} {:<24} {:>8} {:>6} {:>10} {:>9}  {:<12} {}\n", "model", "name", "head_dim", "rotary", "base",
            "tokens", "scheme", "layout");
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      const RopeConfig& rope = layer.config;
      out.print("{:<18} {:<24} {:>8} {:>6} {:>10g} {:>9}  {:<12} {}{}\n", preset.id, preset.model.name,
                rope.layout.head_dim, rope.layout.rotary_dim, rope.base, rope.scaling.max_position_embeddings,
                rope_type_name(rope.scaling.rope_type), pairing_name(rope.layout.pairs.pairing),
                layer.layer_type.empty() ? "" : "  " + layer.layer_type);
    }
  return 0;
}

} // namespace

void add_models(CLI::App& app, Command& command) {
  CLI::App* models = app.add_subcommand("models", "lists the presets");
  auto json = std::make_shared<bool>(false);
  models->add_flag("--json", *json, "with the source of every preset's numbers; one entry per layer type");
  models->callback(
      [json, &command] { command = [json](Output& out) { return *json ? print_json(out) : print_table(out); }; });
}

} // namespace ropescope::cli
