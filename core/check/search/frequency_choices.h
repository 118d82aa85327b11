#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/choices/frequencies.h"

namespace ropescope {

/// Every other one: scaling ignored, its parameters confused, another base or exponent, axes in another order, another
/// layer's; then what causes suggest. Those with a parameter are fitted to the measured frequencies, which may be of
/// either sign.
std::vector<FrequencyChoice> frequency_choices(const KernelRun&, std::int64_t rotary_dim,
                                               std::span<const FrequencyFit> measured);

} // namespace ropescope
