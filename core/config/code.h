#pragma once
#include "core/config/object.h"
#include "core/model/model.h"

namespace ropescope::config {

/// What the code of the model's class fixes beside dimensions and frequencies: pairing, axes, rounding, scales of
/// queries and of the softmax. Goes by dimensions that are set.
void set_code(RopeConfig&, const Object&);

LayoutSource layout_source(const Object&);

/// Refuses what the code does with positions where that is no rotation, or one that cannot be said here.
void require_rotation(const Object&);

/// Layers of the same dimensions in which nothing turns.
RopeConfig without_rope(RopeConfig, const Object&);

} // namespace ropescope::config
