#include "core/check/proof/score.h"

namespace ropescope {

Score score(const Reduced& reduced, const Noise& noise, const Prediction& prediction) {
  // The reduced run counts its own tokens, a prediction those of the run.
  const auto token = [&](std::size_t t) { return static_cast<std::size_t>(reduced.tokens[t]); };
  return score(
      reduced, noise, [&](std::size_t t, std::size_t i) { return prediction.multiplier(token(t), i); },
      [&](std::size_t t, std::size_t i) { return prediction.angle(token(t), i); });
}

double residual_of_explained(const Score& score) {
  double error = 0, energy = 0;
  // Rows that are named wrong are no part of what remains unexplained.
  for (const RowScore& row : score.rows)
    if (row.explained()) error += row.error, energy += row.energy;
  return energy > 0 ? std::sqrt(error / energy) : score.residual;
}

} // namespace ropescope
