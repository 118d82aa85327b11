#pragma once
#include "core/check/choices/positions.h"

namespace ropescope {

/// Accounts of a kernel that turns every pair so many times faster, with or without an offset: positions scaled,
/// the sign lost, applied twice, or frequencies that are all slower alike.
void add_scaled(PositionAccounts&);

/// The same of tokens that all have one position, not 0, where only a plain multiple or part of it says anything.
void add_plain_speed(PositionAccounts&);

/// The number a person would write for a ratio known to within `slack`, as a decimal or as one over a number; the
/// ratio itself where there is none.
double as_ratio(double ratio, double slack);

} // namespace ropescope
