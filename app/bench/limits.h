#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

// What a processor can do at most, for everything else to be measured against. Compiled for every instruction set and
// chosen at run time, as the engine's own kernels are.

namespace ropescope::bench {

/// Copies past the caches. Both begin at a multiple of 64 bytes; `count` is a multiple of 16 floats.
void streaming_copy(const float* from, float* to, std::size_t count);

/// Multiplies where they stand; `count` is a multiple of 16 floats.
void scale_in_place(float* values, std::size_t count, float by);

/// Independent chains of multiply-adds x ← x·½ + 1, each a vector. `enough` hide the latency of one multiply-add (as
/// many as the instruction set has registers for), so that the units do all they can; with `twice` as many they do no
/// more.
enum class Chains : std::uint8_t { enough, twice };

struct MultiplyAddRun {
  std::size_t done;  ///< multiply-adds of one float, over all chains
  std::size_t lanes; ///< floats of one vector
};

/// Floats that the chains begin with and end in: room for the most chains of the widest vectors.
constexpr std::size_t multiply_add_values = 48 * 16;

/// Runs so many multiply-adds one after the other in every chain. `values` should differ; the results take their place.
MultiplyAddRun multiply_adds(std::size_t rounds, Chains chains, std::span<float, multiply_add_values> values);

} // namespace ropescope::bench
