#pragma once
#include <cstdint>
#include <vector>

// Elementary functions as PyTorch computes them on a CPU with AVX2: whole blocks by SLEEF (u10, at most 1 ulp off), the
// tail of a tensor of powers by the C library. Verified to the bit on torch 1.13 (617 of 617 frequencies of golden/);
// cos and sin of a vector may differ by 1 ulp where one of its eight lanes needs a longer reduction.

namespace ropescope::float32 {

/// base ** (arange(0, 2·count, 2).float() / denominator), as a tensor of `count`.
std::vector<float> powers(float base, std::int64_t denominator, std::int64_t count);

float cos(float radians);
float sin(float radians);

} // namespace ropescope::float32
