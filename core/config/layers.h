#pragma once
#include <string>
#include <vector>

#include "core/config/object.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Every rotary embedding of the model that the object describes, at least one. Throws Error.
std::vector<LayerRope> read_layers(const Object&);

/// Layer types of the file, else of its class, each once, whether they turn or not.
std::vector<std::string> layer_names(const Object&);

/// Those of them that have no attention, so that nothing in them could turn.
std::vector<std::string> resting_layers(const Object&);

} // namespace ropescope::config
