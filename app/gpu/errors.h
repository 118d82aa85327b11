#pragma once
#include "core/error.h"

namespace ropescope::gpu {

/// The driver or the GPU failed, and what was computed cannot be believed. The CPU can go on.
class GpuError : public Error {
public:
  using Error::Error;
};

/// Forgets the OpenGL errors that others left in the current context. A context that was lost reports one for ever;
/// this ends all the same.
void forget_errors();

/// Throws GpuError where an OpenGL error came up since forget_errors(), or where the GPU was reset. The sentence has
/// the driver's own words where the context keeps them (app/gpu/debug.h).
void require_no_errors();

} // namespace ropescope::gpu
