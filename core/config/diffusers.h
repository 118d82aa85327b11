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

/// How the tokens of a model_type are placed, and its list of axes where it has one (PlacedType); sections and
/// dimensions are set before. Nothing where the type has no row.
void set_placed_axes(RopeConfig&, std::string_view model_type, const Json& file);

/// One sentence for a model whose code turns the two components of a pair by different angles, and how far a shift of
/// all positions by one moves a score there; empty for a rotation.
std::string mixed_sentence(const RopeConfig&);

} // namespace ropescope::config
