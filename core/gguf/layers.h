#pragma once
#include <vector>

#include "core/gguf/metadata.h"
#include "core/model/model.h"

namespace ropescope::gguf {

/// Every rotary embedding of the model, at least one. `rope` is that of its layers without a window.
std::vector<LayerRope> read_layers(const RopeConfig& rope, Metadata&);

} // namespace ropescope::gguf
