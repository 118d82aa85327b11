#pragma once
#include <string>
#include <vector>

#include "app/scene/scene.h"

namespace ropescope::pictures {

/// Presets on the base map that have one base and one length, and as many components that turn as the map.
struct ModelDot {
  double base = 0, length = 0; ///< length in tokens
  bool plain = true;           ///< the map's frequencies are the models' own, and every distance is met
  std::string name{};          ///< of those that people know best; empty: it is told under the mouse alone
  std::string all{};           ///< every preset's name
  std::string preset{};        ///< the first one's id: what a click loads
};
struct ModelDots {
  std::vector<ModelDot> dots; ///< named ones first
  std::vector<double> bases;  ///< of them, each once, rising
};

/// Reads the presets.
ModelDots model_dots(std::int64_t rotary_dim);

/// Whether a rope's frequencies are those of its base alone.
bool is_plain(const RopeConfig&);

} // namespace ropescope::pictures
