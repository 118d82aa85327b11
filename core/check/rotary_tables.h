#pragma once
#include "core/check/kernel_arrays.h"

namespace ropescope {

/// Tables of cos and sin as a kernel that turns (1, 0) in every pair: [… , tokens, pairs] or [… , tokens, 2·pairs], in
/// which each angle stands twice, as pairs i and i + n or 2i and 2i + 1; then each copy is a head of its own. They hold
/// the attention factor, as the model's own code has it. Throws Error.
KernelArrays read_rotary_tables(const KernelFiles&, const RopeConfig&);

} // namespace ropescope
