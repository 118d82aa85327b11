#include "core/check/choices/prediction.h"

#include <cmath>

namespace ropescope {

TurnedPositions as_given(const KernelRun& run) {
  TurnedPositions given{run.positions.axes, {}, {}};
  given.ids.reserve(run.positions.ids.size());
  for (std::int64_t axis = 0; axis < given.axes; ++axis)
    for (std::int64_t token = 0; token < run.positions.tokens(); ++token)
      given.ids.push_back(run.position(axis, token));
  return given;
}

std::complex<double> Prediction::multiplier(std::size_t token, std::size_t pair) const {
  // Beyond the end of a table some kernels copy the row, whatever gain the others have.
  if (!positions.identity.empty() && positions.identity[token]) return 1;
  // In double: an angle of 2³¹ rad is then known to 5e-7 rad, well within what float32 rows tell.
  const double phase = angle(token, pair), c = gain * std::cos(phase), s = gain * std::sin(phase);
  switch (operation) {
  case Operation::cos_sin_swapped: return {s, c};
  case Operation::sin_missing: return c;
  case Operation::rotate: break;
  }
  return {c, s};
}

} // namespace ropescope
