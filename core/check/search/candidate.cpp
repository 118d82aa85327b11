#include "core/check/search/candidate.h"

#include "core/check/causes/cos_sin_swapped.h"
#include "core/check/causes/sin_missing.h"

namespace ropescope {

std::vector<Cause> Candidate::causes() const {
  std::vector<Cause> all = layout->causes;
  // In the order in which people look for them: pairs, frequencies, operation.
  all.insert(all.end(), frequencies.causes.begin(), frequencies.causes.end());
  if (operation == Operation::cos_sin_swapped) all.push_back(cause::CosSinSwapped{});
  if (operation == Operation::sin_missing) all.push_back(cause::SinMissing{});
  return all;
}

PairTurns Candidate::turns() const {
  PairTurns turns = frequencies.turns;
  // Frequencies are positive; which way they turn is the layout's.
  for (double& theta : turns.theta) theta *= layout->layout.direction;
  for (double& theta : turns.learned) theta *= layout->layout.direction;
  return turns;
}

} // namespace ropescope
