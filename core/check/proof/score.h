#pragma once
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/check/basics/thresholds.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/reduce.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/proof/pair_biases.h"
#include "core/parallel.h"

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

/// What some tokens of a run add to its score.
struct ScorePart {
  ScorePart(const Reduced& reduced, const Noise& noise)
      : pair_error(static_cast<std::size_t>(reduced.pairs)), pair_allowed(pair_error), pair_squares(pair_error),
        biases(reduced, noise) {}

  // Per pair, of the rows that are explained: chance averages out over them.
  std::vector<double> pair_error, pair_allowed, pair_squares;
  PairBiases biases;
  double error = 0, energy = 0, allowed = 0, worst = 0;
};

/// The score of a run, of all its rows and the parts that they came in.
Score whole_score(std::vector<RowScore> rows, std::vector<ScorePart>& parts, const Noise& noise);

/// The score of one token, added to its part.
template <typename Multiplier, typename Angle>
RowScore score_token(const Reduced& reduced, const Noise& noise, const Multiplier& multiplier, const Angle& angle,
                     std::size_t t, ScorePart& part, std::vector<PairScore>& scores) {
  const double rest_floor = noise.rest_floor(reduced.at, reduced.tokens[t]);
  RowScore row{reduced.rest[t].error, reduced.rest[t].in, reduced.rest[t].in * noise.rms * noise.rms + rest_floor,
               false};
  row.outlier =
      row.error > 0 && row.error > row.energy * noise.bound * noise.bound + thresholds::floor_bound * rest_floor;
  double squares = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const PairSums& sum = reduced.of(t)[i];
    const std::complex<double> z = sum.in > 0 ? multiplier(t, i) : 1.0; // in 16 bits it may not be finite
    const double floor = noise.floor_of(reduced.at, reduced.tokens[t], i);
    const double turned = noise.angle.empty() ? 0 : noise.of_angle(i, angle(t, i));
    const PairScore pair = scores[i] = score_pair(sum, z, noise, floor, turned);
    part.biases.add(t, i, z, floor, turned);
    row.outlier |= pair.outlier;
    part.worst = std::max(part.worst, pair.relative);
    row.error += pair.error;
    row.energy += pair.energy;
    row.allowed += pair.allowed;
    squares += pair.allowed * pair.allowed;
  }
  part.error += row.error;
  part.energy += row.energy;
  part.allowed += row.allowed;
  row.allowed +=
      thresholds::of_few_parts * std::sqrt(squares) + thresholds::sum_error * row.energy + thresholds::nothing;
  part.biases.end_token(t, row.explained());
  if (!row.explained()) return row;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    part.pair_error[i] += scores[i].error;
    part.pair_allowed[i] += scores[i].allowed;
    part.pair_squares[i] += scores[i].allowed * scores[i].allowed;
  }
  return row;
}

/// Scores out = multiplier(t, i)·in, where t counts the reduced run's tokens and angle(t, i), rad, is what float32
/// noise grows with. Both are called from several threads. A template, because it is called for every candidate with
/// functions that must be inlined.
template <typename Multiplier, typename Angle>
Score score(const Reduced& reduced, const Noise& noise, Multiplier multiplier, Angle angle) {
  // Parts of one size, however many threads there are: the same to the bit on each machine.
  constexpr std::size_t tokens_of_a_part = 256;
  const std::size_t tokens = reduced.tokens.size(), count = (tokens + tokens_of_a_part - 1) / tokens_of_a_part;
  std::vector<RowScore> rows(tokens);
  std::vector<ScorePart> parts(count, ScorePart(reduced, noise));
  in_parallel(count, 0, [&](std::size_t n) {
    std::vector<PairScore> scores(static_cast<std::size_t>(reduced.pairs));
    for (std::size_t t = n * tokens_of_a_part; t < std::min(tokens, (n + 1) * tokens_of_a_part); ++t)
      rows[t] = score_token(reduced, noise, multiplier, angle, t, parts[n], scores);
  });
  return whole_score(std::move(rows), parts, noise);
}

Score score(const Reduced&, const Noise&, const Prediction&);

/// RMS relative residual of the rows that a prediction explains; of all rows where it explains none.
double residual_of_explained(const Score&);

} // namespace ropescope
