#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

// The inner loops of a score scan on the CPU, compiled for every instruction set of the machine's family and chosen at
// run time (Highway). core/rope/score_blocks.h says what they compute.

namespace ropescope::score_kernel {

/// Successive distances that one block holds: so many offsets x + ½ on either side of its centre.
inline constexpr std::size_t offsets = 64, points = 2 * offsets;

/// Offsets that stand together in a table: [offsets / tile][pair][cos × tile, sin × tile].
std::size_t tile();

/// u = a·cos φ + b·sin φ and v = b·cos φ − a·sin φ, φ in units of 2⁻³² turn. Arrays hold `padded(count)` floats.
void centres(const std::uint32_t* phases, const float* a, const float* b, std::size_t count, float* u, float* v);

/// The next multiple of 64 floats, which every vector's width divides, so that no kernel needs a tail.
constexpr std::size_t padded(std::size_t count) { return (count + 63) / 64 * 64; }

/// Σᵢ uᵢ·cos(xθᵢ) ± vᵢ·sin(xθᵢ) for every x of the table, in the order of rising distances.
void sum(const float* table, const float* u, const float* v, std::size_t pairs, float* scores);

/// Of the scores of one block. The sum is in float: its last digits depend on the width of the vectors.
struct Extremes {
  float least, greatest, sum;
};
Extremes reduce(const float* scores); ///< of `points` scores

/// "AVX-512", "AVX2", "SSE4" …: what runs here.
std::string instruction_set();

} // namespace ropescope::score_kernel
