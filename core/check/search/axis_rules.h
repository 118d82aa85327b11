#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/evidence/frequency_fit.h"

namespace ropescope {

/// One way a kernel may share out the axes of the positions and their frequencies, of a run whose tokens have several
/// positions each, or fractions.
struct AxisRuleChoice {
  std::vector<Cause> causes;   ///< empty: as the model does
  PairTurns turns;             ///< per unit (UnitSums), without the direction of the layout
  double scale = 1, shift = 0; ///< of positions, as Axes has them
  double gain = 1;             ///< attention factor
};

/// Of pairs, or with `mixed` of components, two for each pair. `measured`: per pair, what bases are fitted to; may be
/// empty. The model's own comes first; then the likelier before the others. Each has frequencies or axes of its own.
std::vector<AxisRuleChoice> axis_rule_choices(const KernelRun&, bool mixed, std::span<const FrequencyFit> measured);

/// A config's frequencies and axes, unit by unit; nothing where no such rotation can be.
std::optional<AxisRuleChoice> axis_rule_of(const RopeConfig&, const KernelRun&, bool mixed);

} // namespace ropescope
