#pragma once
#include <vector>

#include "core/check/cause.h"

namespace ropescope {

/// How many more digits than people choose (thresholds::chosen_digits) the longest number in the causes has; 0 where
/// all are such as people choose. 12 345.678 is odd, 500 000 is not.
int odd_digits(const std::vector<Cause>&);

/// Whether two causes are the same but for the numbers in them.
bool same_parameters(const Cause&, const Cause&);

} // namespace ropescope
