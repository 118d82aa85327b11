#pragma once
#include <string>
#include <vector>

#include "core/config/object.h"

namespace ropescope::config {

/// Layer types of the file, else of its class, each once, in the order in which they come.
std::vector<std::string> layer_types(const Object&);

/// Those, and behind them the names of today of those that have others.
std::vector<std::string> layer_names(const Object&);

/// Those of layer_names() that have no attention, so that nothing in them could turn.
std::vector<std::string> resting_layers(const Object&);

} // namespace ropescope::config
