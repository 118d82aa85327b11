#pragma once
#include "core/check/choices/positions.h"

namespace ropescope {

/// Accounts of a kernel whose tokens are shifted by `shift` (tokens, whole) up to a position or a row, and otherwise
/// beyond: positions begin again, or a table ends. Nothing where none or all of the tokens are shifted so.
void add_broken(PositionAccounts&, double shift);

} // namespace ropescope
