#pragma once
#include <cstddef>

// What a processor can do at most, for everything else to be measured against. Compiled for every instruction set and
// chosen at run time, as the engine's own kernels are.

namespace ropescope::bench {

/// Copies past the caches. Both begin at a multiple of 64 bytes; `count` is a multiple of 16 floats.
void streaming_copy(const float* from, float* to, std::size_t count);

/// Multiplies where they stand; `count` is a multiple of 16 floats.
void scale_in_place(float* values, std::size_t count, float by);

/// So many dependent rounds of multiply-adds on as many registers as hide their latency; returns how many
/// multiplications and additions of one number that was. `sink` keeps the compiler from leaving them out.
std::size_t multiply_adds(std::size_t rounds, float* sink);

} // namespace ropescope::bench
