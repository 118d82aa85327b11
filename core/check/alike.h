#pragma once
#include <vector>

#include "core/check/finding.h"

namespace ropescope {

/// How many digits more than people choose the numbers of causes have, at most.
int odd_digits(const std::vector<Cause>&);

/// Whether two causes are the same but for the numbers in them.
bool same_parameters(const Cause&, const Cause&);

} // namespace ropescope
