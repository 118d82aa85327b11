#pragma once
#include <stop_token>
#include <vector>

#include "core/check/choices/layouts.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/evidence/whole_sums.h"

namespace ropescope {

/// What is known of a run when the search begins. Everything is referred to and must outlive the search.
struct Evidence {
  const KernelRun& run;
  const Prediction& expected;               ///< the model's own rotation
  const std::vector<LayoutChoice>& layouts; ///< layout_choices(); the expected one first
  const Noise& noise;
  const Changes& changes;
  WholeSums& sums; ///< of the run
  std::stop_token stop;
  bool brief = false; ///< two mistakes at once are not looked for
};

} // namespace ropescope
