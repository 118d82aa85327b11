#pragma once
#include <span>

#include "core/lecture/expression.h"

// The functions that expressions may call, a list a file.

namespace ropescope::lecture {

std::span<const Function> plain_functions();     ///< exp, cos, deg …
std::span<const Function> rotation_functions();  ///< theta, score, pairing …
std::span<const Function> extension_functions(); ///< unseen, speed, stale …
std::span<const Function> rival_functions();     ///< sinusoidal, bucket, rank …

} // namespace ropescope::lecture
