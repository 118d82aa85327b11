#include "core/model/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace ropescope {

const LayerRope& layer_rope(const Model& model, const std::optional<std::string>& layer_type) {
  // Llama 4's and Gemma's full-attention layers are those that see the whole context, which is what people look at.
  const std::string wanted = layer_type.value_or("full_attention");
  for (const LayerRope& layer : model.layers)
    if (layer.layer_type == wanted && (layer_type || layer.config.rotates)) return layer;
  if (!layer_type)
    for (const LayerRope& layer : model.layers)
      if (layer.config.rotates) return layer;
  if (model.layers.front().layer_type.empty()) return model.layers.front();
  std::vector<std::string> types;
  constexpr std::size_t shown = 8; // a file may have as many as it likes, and a sentence is short
  for (const LayerRope& layer : model.layers)
    if (types.size() < shown) types.push_back(layer.layer_type);
  throw Error(fmt::format("{}: no layer type \"{}\", expected {}", model.name, wanted, fmt::join(types, " or ")));
}

std::string layout_reason(const Model& model) {
  switch (model.layout_source) {
  case LayoutSource::assumed: return "no model is named, and most models rotate halves";
  case LayoutSource::model_type: return fmt::format("as model_type \"{}\" does", model.model_type);
  case LayoutSource::unknown_model_type:
    return fmt::format("model_type \"{}\" is not known, and most models rotate halves", model.model_type);
  case LayoutSource::no_model_type: return "the config names no model_type, and most models rotate halves";
  case LayoutSource::architecture: return fmt::format("as llama.cpp turns architecture \"{}\"", model.architecture);
  case LayoutSource::unknown_architecture:
    return fmt::format("architecture \"{}\" is not known, and most models rotate halves", model.architecture);
  }
  return "";
}

} // namespace ropescope
