#pragma once
#include <vector>

#include "core/check/basics/cause.h"

namespace ropescope {

/// How unlikely it is that a person chose the numbers in the causes: by how many digits the longest of them exceeds
/// thresholds::chosen_digits; 0 where none exceeds it. 12 345.678 is odd, 500 000 is not.
int odd_digits(const std::vector<Cause>&);

/// Whether two causes are the same but for the numbers in them.
bool same_parameters(const Cause&, const Cause&);

} // namespace ropescope
