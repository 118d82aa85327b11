#pragma once
#include <vector>

#include "core/config/object.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Every rotary embedding of the model that the object describes, at least one. Throws Error.
std::vector<LayerRope> read_layers(const Object&);

} // namespace ropescope::config
