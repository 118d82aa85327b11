#pragma once
#include <optional>

#include "core/check/search/axis_units.h"
#include "core/check/search/evidence.h"
#include "core/check/search/search.h"

namespace ropescope {

/// Whether tokens have several positions each, or fractions, or angles that are more than one product: what the search
/// below is for.
bool has_axes(const KernelRun&);

/// Looks for what a kernel does otherwise with the axes of the positions: how it shares them out among the pairs and
/// counts their frequencies (axis_rules), which positions it takes on each (axis_places), under each way to pair
/// components; one cause before two and three. Whatever it says explains every row. No causes where it finds none.
/// Throws Cancelled.
Explanation explain_axes(const Evidence&);

/// The same of a mixed convention, whose pairs have an angle for each component. `units`: of every token.
Explanation explain_mixed_axes(const KernelRun&, const Noise&, const LayoutChoice& expected, const UnitSums& units,
                               const std::stop_token&);

} // namespace ropescope
