#pragma once
#include <string_view>

#include "core/io/json_value-inl.h"
#include "core/model/model.h"

namespace ropescope::config {

/// Whether it is the config.json of a class of diffusers that turns its queries and keys (core/model/axial_classes.h).
bool is_diffusers(const Json& root);

/// Throws Error where it is a file of another class of diffusers (called …Model, or with `_diffusers_version`),
/// whatever other keys it has: what they mean there is not known. Nothing where people asked to go on without
/// `_class_name`.
void refuse_unknown_class(const Json& root, const ReadOptions&);

/// Reads such a file: a layer for each of the class's streams ("video", "audio"), or one. What the file does not say
/// comes from the class, and is said (Model::from_class). Throws Error, naming the key.
void read_diffusers(const Json& root, const ReadOptions&, Model&);

} // namespace ropescope::config
