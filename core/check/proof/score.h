#pragma once
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "core/check/basics/thresholds.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/reduce.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/proof/pair_biases.h"

namespace ropescope {

/// A token's rows against a prediction, squared and summed over heads.
struct RowScore {
  double error = 0, energy = 0; ///< |out − prediction|², |prediction|²
  double allowed = 0;           ///< what rounding explains of the error
  bool outlier = false;         ///< one pair is further off than any rounding
  bool explained() const { return error <= allowed && !outlier; }
};

/// How well a prediction fits a reduced run.
struct Score {
  std::vector<RowScore> rows;       ///< per token of the reduced run
  double residual = 0, allowed = 0; ///< RMS relative to the prediction: what is left, and what rounding explains
  double worst = 0;                 ///< greatest |error| of a token and pair, relative to its length
  double explained = 0;             ///< share of rows
  bool pairs_explained = false; ///< each pair, summed over the explained rows, is within rounding too: a small error of
                                ///< one pair hides in a single row and shows in the mean

  bool whole() const { return explained == 1 && pairs_explained; }
};

/// One pair of one token against z·in.
struct PairScore {
  double error = 0, energy = 0, allowed = 0; ///< as RowScore
  double relative = 0;                       ///< |error| by the pair's length
  bool outlier = false;
};

/// `turned`: what float32 noise turns the angle by, rad. Sums tell the error of every prediction that is linear:
/// Σ|out − z·in|² = Σ|out|² − 2 Re(z*·Σ out·conj(in)) + |z|²·Σ|in|², so no row is read again.
inline PairScore score_pair(const PairSums& sum, std::complex<double> z, const Noise& noise, double floor,
                            double turned) {
  const double length = std::norm(z) * sum.in;
  const double e = std::max(0.0, sum.out - 2 * (z.real() * sum.cross_re + z.imag() * sum.cross_im) + length);
  const double scale = std::max(length, thresholds::least_length * sum.in);
  const double bound = noise.bound + thresholds::angle_bound * turned;
  return {e, length, scale * (noise.rms + turned) * (noise.rms + turned) + floor, scale > 0 ? std::sqrt(e / scale) : 0,
          e > scale * bound * bound + thresholds::floor_bound * floor + thresholds::pair_sum_error * sum.out +
                  thresholds::nothing};
}

/// Scores out = multiplier(t, i)·in, where t counts the reduced run's tokens and angle(t, i), rad, is what float32
/// noise grows with. A template, because it is called for every candidate with functions that must be inlined.
template <typename Multiplier, typename Angle>
Score score(const Reduced& reduced, const Noise& noise, Multiplier multiplier, Angle angle) {
  Score result;
  const auto pairs = static_cast<std::size_t>(reduced.pairs);
  std::vector<double> pair_error(pairs), pair_allowed(pairs), pair_squares(pairs), errors(pairs), shares(pairs);
  PairBiases biases(reduced, noise);
  double error = 0, energy = 0, allowed = 0;
  std::size_t explained = 0;
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) {
    const double rest_floor = noise.rest_floor(reduced.at, reduced.tokens[t]);
    RowScore row{reduced.rest[t].error, reduced.rest[t].in, reduced.rest[t].in * noise.rms * noise.rms + rest_floor,
                 false};
    row.outlier =
        row.error > 0 && row.error > row.energy * noise.bound * noise.bound + thresholds::floor_bound * rest_floor;
    double squares = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      const PairSums& sum = reduced.of(t)[i];
      const std::complex<double> z = sum.in > 0 ? multiplier(t, i) : 1.0; // in 16 bits it may not be finite
      const double floor = noise.floor_of(reduced.at, reduced.tokens[t], i);
      const double turned = i < noise.angle.size() ? noise.of_angle(i, angle(t, i)) : 0;
      const PairScore pair = score_pair(sum, z, noise, floor, turned);
      biases.add(t, i, z, floor, turned);
      row.outlier |= pair.outlier;
      result.worst = std::max(result.worst, pair.relative);
      row.error += errors[i] = pair.error;
      row.energy += pair.energy;
      row.allowed += shares[i] = pair.allowed;
      squares += pair.allowed * pair.allowed;
    }
    const double mean_allowed = row.allowed;
    row.allowed +=
        thresholds::of_few_parts * std::sqrt(squares) + thresholds::sum_error * row.energy + thresholds::nothing;
    biases.end_token(row.explained());
    if (row.explained()) { // pairs are held to rounding over all such rows, where chance averages out
      ++explained;
      for (std::size_t i = 0; i < pairs; ++i)
        pair_error[i] += errors[i], pair_allowed[i] += shares[i], pair_squares[i] += shares[i] * shares[i];
    }
    error += row.error;
    energy += row.energy;
    allowed += mean_allowed;
    result.rows.push_back(row);
  }
  result.residual = std::sqrt(error / std::max(energy, 1e-300));
  result.allowed = std::sqrt(allowed / std::max(energy, 1e-300));
  result.explained = static_cast<double>(explained) / static_cast<double>(std::max<std::size_t>(1, result.rows.size()));
  result.pairs_explained = true;
  for (std::size_t i = 0; i < pairs; ++i) {
    // Rows that are the same are rounded the same: the mean of all is that of one, which only its bound holds.
    const double most = noise.bound * noise.bound / (noise.rms * noise.rms),
                 excess = biases.repeats(i) ? std::max(most, thresholds::pair_excess) : thresholds::pair_excess;
    result.pairs_explained &= pair_error[i] <= pair_allowed[i] * excess +
                                                   thresholds::of_few_parts * std::sqrt(pair_squares[i]) +
                                                   thresholds::sum_error * energy + thresholds::nothing;
  }
  result.pairs_explained &= biases.explained();
  return result;
}

Score score(const Reduced&, const Noise&, const Prediction&);

/// RMS relative residual of the rows that a prediction explains; of all rows where it explains none.
double residual_of_explained(const Score&);

} // namespace ropescope
