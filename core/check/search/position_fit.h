#pragma once
#include <span>
#include <stop_token>
#include <vector>

#include "core/check/evidence/position_shift.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/search/candidate.h"

namespace ropescope {

/// How well a candidate can fit whatever positions the kernel took: every token has one of its own, or passes
/// unchanged. No account of the positions can do better, so that candidates are compared before any is sought.
struct FreeFit {
  double explained = 0;           ///< share of tokens
  double residual = 0;            ///< RMS of the explained tokens, relative
  double gain = 1;                ///< of most tokens
  std::vector<TokenShift> shifts; ///< per token of the reduced run
};

/// `measured`: frequencies under the candidate's layout, which tell how many times faster the kernel turns; may be
/// empty. Throws Cancelled.
FreeFit fit_positions(const Reduced&, const KernelRun&, const Candidate&, const Noise&,
                      std::span<const FrequencyFit> measured, const std::stop_token&);

/// Share of tokens whose pairs keep their length under a common gain, whatever their angles: no frequencies and no
/// positions can explain more.
double explained_by_any_angles(const Reduced&, const Noise&);

/// Sums as they would be if cos and sin had not changed places: sin + i·cos = i·conj(cos + i·sin).
Reduced unswapped(Reduced);

} // namespace ropescope
