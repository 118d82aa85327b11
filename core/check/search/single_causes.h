#pragma once
#include <vector>

#include "core/check/basics/hypothesis.h"
#include "core/check/search/screening.h"

namespace ropescope {

/// What each cause alone would leave at the positions given, for the list of what was tried.
struct SingleCauses {
  std::vector<Hypothesis> tried;
  std::vector<Cause> alike; ///< those that explain every row as well as a single cause that was found
};

/// `found`: the causes found, and the residual they leave. Throws Cancelled.
SingleCauses try_single_causes(const Evidence&, Screening&, const std::vector<Cause>& found, double residual);

} // namespace ropescope
