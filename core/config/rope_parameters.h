#pragma once
#include <string_view>

#include "core/io/json_value-inl.h"
#include "core/rope/config.h"

namespace ropescope {

/// Whether a config.json's rope parameters may have this key: one that all have, or one of a scheme's.
bool is_rope_parameter(std::string_view key);

/// Sets what the key means; returns false where there is none of that name. `where` names the place for errors. Throws
/// Error where the value is of the wrong kind.
bool set_rope_parameter(RopeConfig&, std::string_view key, const Json& value, std::string_view where);

} // namespace ropescope
