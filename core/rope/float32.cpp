#include "core/rope/float32.h"

#include <cmath>

#include <sleef.h>

namespace ropescope::float32 {

std::vector<float> powers(float base, std::int64_t denominator, std::int64_t count) {
  constexpr std::int64_t block = 16; // two AVX2 vectors: PyTorch's vectorised loop takes no less
  std::vector<float> result(static_cast<std::size_t>(count));
  for (std::int64_t j = 0; j < count; ++j) {
    const float exponent = static_cast<float>(2 * j) / static_cast<float>(denominator);
    result[static_cast<std::size_t>(j)] =
        // The tail goes to the C library, whose powf may differ from SLEEF's in the last bit: PyTorch's does so too.
        j < count / block * block ? Sleef_powf_u10(base, exponent) : std::pow(base, exponent);
  }
  return result;
}

float cos(float radians) { return Sleef_cosf_u10(radians); }
float sin(float radians) { return Sleef_sinf_u10(radians); }

} // namespace ropescope::float32
