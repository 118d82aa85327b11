#pragma once
#include <vector>

#include "core/gguf/metadata.h"
#include "core/rope/config.h"

namespace ropescope::gguf {

/// Components of a head, those that turn, and those of a query before the head, of layers without a window.
void set_dimensions(RopeConfig&, Metadata&);

/// Which components form a pair, and which position turns it.
void set_layout(RopeConfig&, Metadata&);

/// Numbers of query and of key heads of the first layer that has any.
std::vector<std::int64_t> head_counts(Metadata&);

} // namespace ropescope::gguf
