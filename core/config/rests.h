#pragma once
#include <string>

#include "core/config/object.h"

namespace ropescope::config {

/// Why nothing of the model turns, in a word or two: "alibi", "absolute positions", "mla_use_nope"; empty: something
/// does, or may. A statement of the file counts before the class.
std::string why_nothing_turns(const Object&);

} // namespace ropescope::config
