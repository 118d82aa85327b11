#pragma once
#include <cstddef>
#include <vector>

#include "core/check/token_readings.h"

namespace ropescope {

/// Every way in which axes of an array of that shape (head_dim last) can count the tokens that there are positions
/// for, the likelier first; and of one axis that its rows are heads of one token. Heads are not told yet. `file_axes`: of the file, where `split` made one axis more.
/// Throws Error where there is none.
std::vector<TokenReading> position_readings(const KernelFiles&, const RopeConfig&,
                                            const std::vector<std::int64_t>& shape, std::size_t file_axes, bool split);

} // namespace ropescope
