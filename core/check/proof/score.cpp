#include "core/check/proof/score.h"

namespace ropescope {

Score whole_score(std::vector<RowScore> rows, std::vector<ScorePart>& parts, const Noise& noise) {
  Score result;
  result.pairs_explained = true;
  if (parts.empty()) return result;
  ScorePart& all = parts.front();
  for (std::size_t p = 1; p < parts.size(); ++p) {
    const ScorePart& part = parts[p];
    for (std::size_t i = 0; i < all.pair_error.size(); ++i) {
      all.pair_error[i] += part.pair_error[i];
      all.pair_allowed[i] += part.pair_allowed[i];
      all.pair_squares[i] += part.pair_squares[i];
    }
    all.biases.add(part.biases);
    all.error += part.error;
    all.energy += part.energy;
    all.allowed += part.allowed;
    all.worst = std::max(all.worst, part.worst);
  }
  result.worst = all.worst;
  result.residual = std::sqrt(all.error / std::max(all.energy, 1e-300));
  result.allowed = std::sqrt(all.allowed / std::max(all.energy, 1e-300));
  const auto explained = std::count_if(rows.begin(), rows.end(), [](const RowScore& row) { return row.explained(); });
  result.explained = static_cast<double>(explained) / static_cast<double>(std::max<std::size_t>(1, rows.size()));
  result.rows = std::move(rows);
  for (std::size_t i = 0; i < all.pair_error.size(); ++i) {
    // Rows that are the same are rounded the same: the mean of all is that of one, which only its bound holds.
    const double most = noise.bound * noise.bound / (noise.rms * noise.rms),
                 excess = all.biases.repeats(i) ? std::max(most, thresholds::pair_excess) : thresholds::pair_excess;
    result.pairs_explained &= all.pair_error[i] <= all.pair_allowed[i] * excess +
                                                       thresholds::of_few_parts * std::sqrt(all.pair_squares[i]) +
                                                       thresholds::sum_error * all.energy + thresholds::nothing;
  }
  result.pairs_explained &= all.biases.explained();
  return result;
}

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
