#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/rope/config.h"

// One file per scheme. Each takes a validated RopeConfig and yields the frequencies it makes of the default
// ones. Formulas are those of transformers 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py, unless a file says
// otherwise; the arithmetic is long double, so that the one rounding to double comes last.

namespace ropescope::scaling {

using Real = long double;

struct Frequencies {
  std::vector<Real> theta; ///< rad/token
  Real attention_factor = 1;
  Real base = 0;         ///< the base in force
  Real divisor = 1;      ///< of a pair that is interpolated in full; 0 where the scheme has no such thing
  std::string rule = {}; ///< a sentence, where the scheme made a choice
};

/// θⱼ = base^(−2j/d), j < ⌈d/2⌉.
std::vector<Real> default_frequencies(Real base, std::int64_t rotary_dim);

Frequencies standard(const RopeConfig&);
Frequencies linear(const RopeConfig&);
Frequencies ntk(const RopeConfig&);
Frequencies dynamic(const RopeConfig&, std::optional<double> seq_len);
Frequencies yarn(const RopeConfig&);
Frequencies longrope(const RopeConfig&, std::optional<double> seq_len);
Frequencies llama3(const RopeConfig&);
Frequencies proportional(const RopeConfig&);

} // namespace ropescope::scaling
