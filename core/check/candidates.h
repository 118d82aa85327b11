#pragma once
#include <span>
#include <vector>

#include "core/check/finding.h"
#include "core/check/kernel_run.h"
#include "core/check/measure.h"

namespace ropescope {

/// One way a kernel may pair components.
struct LayoutChoice {
  std::vector<Cause> causes; ///< empty: as expected
  PairLayout layout;
  std::int64_t rotary_dim = 0;
  PairComponents at;
};

/// The expected layout first; other pairings, other orders of the output, other rotary parts. `moved`: per component
/// of a head, whether the kernel changed it anywhere.
std::vector<LayoutChoice> layout_choices(const KernelRun&, std::span<const std::uint8_t> moved);

/// One way a kernel may have come by its frequencies.
struct FrequencyChoice {
  std::vector<Cause> causes; ///< empty: as expected
  PairTurns turns;           ///< without the direction of the layout
  double gain = 1;           ///< attention factor that goes with it
};

/// What turns the pairs if the kernel has a model's config, of rotary_dim components.
FrequencyChoice expected_frequencies(const KernelRun&, std::int64_t rotary_dim);

/// Every other one: scaling ignored, its parameters confused, another base or exponent, axes in another order, another
/// layer's. Those with a parameter are fitted to the measured frequencies, which may be of either sign.
std::vector<FrequencyChoice> frequency_choices(const KernelRun&, std::int64_t rotary_dim,
                                               std::span<const FrequencyFit> measured);

} // namespace ropescope
