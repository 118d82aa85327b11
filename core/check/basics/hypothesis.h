#pragma once
#include <vector>

#include "core/check/basics/cause.h"

namespace ropescope {

/// An explanation that was tried.
struct Hypothesis {
  std::vector<Cause> causes; ///< at least one; all of them together
  double residual = 0;       ///< RMS of out − prediction over RMS of the prediction
};

} // namespace ropescope
