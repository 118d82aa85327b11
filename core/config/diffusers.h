#pragma once
#include <string_view>

#include "core/io/json_value-inl.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Whether it is the config.json of a class of diffusers that turns its queries and keys (core/model/axial_classes.h).
bool is_diffusers(const Json& root);

/// Reads such a file: a layer for each of the class's streams ("video", "audio"), or one. What the file does not say
/// comes from the class, and is said (Model::from_class). Throws Error, naming the key.
void read_diffusers(const Json& root, const ReadOptions&, Model&);

} // namespace ropescope::config
