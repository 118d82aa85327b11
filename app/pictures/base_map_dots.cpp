#include "app/pictures/base_map_dots.h"

#include <algorithm>

#include "app/scene/presets.h"

namespace ropescope::pictures {

namespace {

/// The presets whose names stand on the map, as short as people say them, in the order of their right to a place.
struct KnownModel {
  std::string_view preset, name;
  bool cut_short = false; ///< a window or chunks: the model never meets the greatest distances
  double length = 0;      ///< tokens, where the file states the extended length and not the one before
};
constexpr KnownModel known_models[] = {{"llama-2-7b", "Llama 2"},
                                       {"llama-3-8b", "Llama 3"},
                                       {"llama-3.1-8b", "Llama 3.1, scaled"},
                                       {"mistral-7b-v0.1", "Mistral 0.1, window 4k", true},
                                       {"codellama-7b", "CodeLlama"},
                                       {"mistral-7b-v0.3", "Mistral 0.3"},
                                       {"mistral-nemo-12b", "Nemo"},
                                       {"gemma-3-27b", "Gemma 3 27B ÷8", false, 131072},
                                       {"deepseek-coder-6.7b", "", false, 16384},
                                       {"yi-34b-200k", "Yi 200k"},
                                       {"qwen2.5-14b-1m", "Qwen 2.5 1M, in chunks", true}};

const KnownModel* known(std::string_view preset) {
  const auto found = std::find_if(std::begin(known_models), std::end(known_models),
                                  [&](const KnownModel& model) { return model.preset == preset; });
  return found == std::end(known_models) ? nullptr : &*found;
}

void append(std::string& names, std::string_view name) {
  if (!names.empty()) names += ", ";
  names += name;
}

} // namespace

bool is_plain(const RopeConfig& rope) {
  return rope.rotates && rope.scaling.rope_type == RopeType::standard && rope.scaling.freq_factors.empty();
}

ModelDots model_dots(std::int64_t rotary_dim) {
  ModelDots all;
  for (const Preset& preset : presets()) {
    const RopeConfig& rope = layer_rope(preset.model, std::nullopt).config;
    const KnownModel* name = known(preset.id);
    const double length = name && name->length > 0 ? name->length : target_length(rope);
    if (rope.layout.rotary_dim != rotary_dim || !rope.rotates || axis_count(rope) != 1 || !(length > 1)) continue;
    const bool plain = is_plain(rope) && preset.model.layers.size() == 1 && !(name && name->cut_short);
    auto dot = std::find_if(all.dots.begin(), all.dots.end(),
                            [&](const ModelDot& d) { return d.base == rope.base && d.length == length; });
    if (dot == all.dots.end()) dot = all.dots.insert(dot, {.base = rope.base, .length = length, .plain = plain});
    append(dot->all, preset.model.name);
    // Of several at one place the plain one is what the map tells of.
    dot->plain = dot->plain || plain;
    if (dot->preset.empty() || name) dot->preset = preset.id;
    if (name && !name->name.empty()) append(dot->name, name->name);
  }
  std::stable_sort(all.dots.begin(), all.dots.end(),
                   [](const ModelDot& a, const ModelDot& b) { return !a.name.empty() && b.name.empty(); });
  for (const ModelDot& dot : all.dots) all.bases.push_back(dot.base);
  std::sort(all.bases.begin(), all.bases.end());
  all.bases.erase(std::unique(all.bases.begin(), all.bases.end()), all.bases.end());
  return all;
}

} // namespace ropescope::pictures
