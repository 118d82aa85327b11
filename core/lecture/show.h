#pragma once
#include <nlohmann/json_fwd.hpp>

#include "core/lecture/lecture.h"

// Of this folder alone: the layout of a step.

namespace ropescope::lecture {

/// "pair", ["pair", "score*3"], [["phasors*3", "score"], "rotations"]. Throws Error where it is none of these, or has
/// more than four pictures.
std::vector<Column> read_show(const nlohmann::ordered_json&);

} // namespace ropescope::lecture
