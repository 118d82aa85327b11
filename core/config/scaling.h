#pragma once
#include <string>

#include "core/config/object.h"
#include "core/rope/config.h"

namespace ropescope::config {

/// On load, Hugging Face nests some models' older files by layer type, and then reads less of them.
enum class Schema { flat, nested };

/// Reads the rope parameters `scaling`, which stand at `where`, and warns of those that have no effect. Throws Error
/// where a scheme lacks what it needs.
void set_scaling(RopeConfig&, const Object&, const Json& scaling, const std::string& where, Schema);

/// DeepSeek-V4's configuration class fixes the attention factor of its compressed layers.
void set_compressed(RopeConfig&);

} // namespace ropescope::config
