#pragma once
#include "core/check/choices/frequencies.h"

namespace ropescope {

/// Frequencies base^(−2(i + shift)/denominator) with another denominator, another shift or the sign lost, extended as
/// the model's are.
void add_exponents(FrequencyChoices&);

/// The shifts (pairs) that are tried: half a pair and whole ones, either way.
inline constexpr double exponent_shifts[] = {0.5, 1.0, -0.5, -1.0, 2.0};

} // namespace ropescope
