#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/config/object.h"

namespace ropescope::config {

/// Layers that a file's lists give the same numbers: `rope_theta` or `partial_rotary_factors` of Step 3.5 and
/// `layer_rope_theta` of Granite and Muse have one entry a layer.
struct ListedLayers {
  Json json;              ///< the file, with a number in place of each list
  std::string layer_type; ///< by `layer_types`; empty: the file names none
  bool turns = true;      ///< false: a base of 0
  std::int64_t layers = 0;
};

bool has_listed_layers(const Object&);

/// At least one. Throws Error: more than 64 kinds, an entry that is no number.
std::vector<ListedLayers> listed_layers(const Object&);

} // namespace ropescope::config
