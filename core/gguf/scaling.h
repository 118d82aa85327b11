#pragma once
#include "core/gguf/metadata.h"
#include "core/rope/config.h"

namespace ropescope::gguf {

/// The scheme of layers without a window, from the keys rope.scaling.* and the tensors of factors. Goes by dimensions
/// that are set.
void set_scaling(RopeConfig&, Metadata&);

/// What queries are multiplied by beside the rotation.
void set_query_scale(RopeConfig&, Metadata&);

/// The same dimensions, and nothing scaled.
RopeConfig unscaled(RopeConfig);

} // namespace ropescope::gguf
