#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/choices/layouts.h"

namespace ropescope {

/// The expected layout first; other pairings, other orders of the output, other rotary parts; then what causes
/// suggest. `moved`: per component of a head, whether the kernel changed it anywhere (Changes::moved).
std::vector<LayoutChoice> layout_choices(const KernelRun&, std::span<const std::uint8_t> moved);

} // namespace ropescope
