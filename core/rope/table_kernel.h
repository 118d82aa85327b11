#pragma once
#include <cstddef>
#include <cstdint>

// cos and sin of positions × frequencies on the CPU, compiled for every instruction set as rotate_kernel.h is.

namespace ropescope::table_kernel {

/// gain·cos and sin_gain·sin of `count` phases in units of 2⁻³² turn.
void table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin);

/// The same in double, of phases in units of 2⁻⁶⁴ turn.
void table(const std::uint64_t* phases, std::size_t count, double gain, double sin_gain, double* cos, double* sin);

/// phase32 of one position and every frequency, whose upper and lower words stand apart.
void phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases);

/// The same, added to what `phases` holds.
void add_phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
                std::uint32_t* phases);

/// a | b as the bits of floats; `out` may be neither.
void join(const std::uint32_t* a, const std::uint32_t* b, std::size_t count, float* out);

} // namespace ropescope::table_kernel
