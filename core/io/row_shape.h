#pragma once
#include <cstdint>
#include <string>

#include "core/array.h"
#include "core/rope/config.h"
#include "core/rope/engine.h"

namespace ropescope {

/// An array as heads: `token_axis` counts the tokens (negative: from the end; the last axis is −1 and cannot be it),
/// the last axis is the model's head_dim, or that with the part that does not turn (nope_dim). A single axis is one
/// head of one token. `file` names the array in errors. Throws Error where the array is empty or has no such axes.
RowShape row_shape(const Array&, std::int64_t token_axis, const RopeConfig&, const std::string& file);

} // namespace ropescope
