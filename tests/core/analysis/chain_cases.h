#pragma once
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/spectrum.h"

// What the tests of the pictures of pairs share: models, and the same numbers by plain loops in long double.

namespace ropescope::test {

using LongComplex = std::complex<long double>;

/// Llama 2 7B: 128 components, base 10 000, 4 096 tokens; under a scheme ×16 where one is given.
inline RopeConfig llama_2(RopeType type = RopeType::standard) {
  RopeConfig config;
  config.scaling.rope_type = type;
  if (type != RopeType::standard) config.scaling.factor = 16;
  config.scaling.max_position_embeddings = 4096;
  return config;
}

/// base^(−2i/dim) of each pair of a plain embedding, by its formula.
inline std::vector<long double> plain_frequencies(long double base, int dim) {
  std::vector<long double> theta;
  for (int i = 0; i < dim / 2; ++i) theta.push_back(powl(base, -2.0L * i / dim));
  return theta;
}

inline LongComplex turned_by(LongComplex z, long double angle) { return z * LongComplex(cosl(angle), sinl(angle)); }

} // namespace ropescope::test
