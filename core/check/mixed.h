#pragma once
#include "core/check/kernel.h"

namespace ropescope {

/// Whether the rows are what a kernel yields that pairs components one way and lays out its table of angles for the
/// other: [θ0, θ0, θ1, θ1 …] with rotate_half, or the reverse. Returns the residual over these tokens, RMS relative,
/// of the kind that fits better; and where it fits, its cause.
struct MixedFit {
  double residual = 0;
  bool explained = false;
  Cause cause;
};
MixedFit fit_mixed_pairing(const KernelRun&, const Kernel& expected, const Noise&,
                           std::span<const std::int64_t> tokens);

} // namespace ropescope
