#pragma once
#include "core/check/choices/frequencies.h"

namespace ropescope {

/// The model's scaling left out, with each of its parameters otherwise, or another scheme in its place.
void add_scaling(FrequencyChoices&);

} // namespace ropescope
