#pragma once
#include <complex>
#include <cstdint>
#include <vector>

#include "core/check/candidates.h"

namespace ropescope {

/// What is done with cos and sin.
enum class Operation : std::uint8_t { rotate, cos_sin_swapped, sin_missing };

/// Where the kernel took each token to be.
struct TurnedPositions {
  std::int64_t axes = 1;
  std::vector<double> ids;            ///< [axes][tokens], real numbers: a kernel may scale them
  std::vector<std::uint8_t> identity; ///< per token: passed unchanged; empty: none

  std::size_t tokens() const { return ids.size() / static_cast<std::size_t>(axes); }
  double at(std::size_t axis, std::size_t token) const { return ids[axis * tokens() + token]; }
};

TurnedPositions as_given(const Positions&);

/// A whole prediction: out = multiplier · in for every pair, and nothing else changes.
struct Kernel {
  PairTurns turns; ///< with direction
  double gain = 1;
  Operation operation = Operation::rotate;
  TurnedPositions positions; ///< of every token of the run

  double angle(std::size_t token, std::size_t pair) const {
    return positions.at(turns.axis[pair], token) * turns.theta[pair];
  }
  std::complex<double> multiplier(std::size_t token, std::size_t pair) const;
};

/// A row against a prediction, squared and summed over heads.
struct RowScore {
  double error = 0, energy = 0;
  double allowed = 0;   ///< what rounding explains of the error
  bool outlier = false; ///< one pair is further off than any rounding
  bool explained() const { return error <= allowed && !outlier; }
};

/// How well a prediction fits a reduced run.
struct Score {
  std::vector<RowScore> rows;       ///< per token of the reduced run
  double residual = 0, allowed = 0; ///< RMS relative to the prediction
  double worst = 0;                 ///< greatest |error| of a token and pair, relative to its length
  double explained = 0;             ///< share of rows
  bool pairs_explained = false;     ///< each pair over all explained rows too

  bool whole() const { return explained == 1 && pairs_explained; }
};

/// Scores out = multiplier(t, i)·in, where t counts the reduced run's tokens and `angle` is what float32 noise grows
/// with.
template <typename Multiplier, typename Angle>
Score score(const Reduced& reduced, const Noise& noise, Multiplier multiplier, Angle angle) {
  Score result;
  const auto pairs = static_cast<std::size_t>(reduced.pairs);
  std::vector<double> pair_error(pairs), pair_allowed(pairs), errors(pairs), shares(pairs);
  double error = 0, energy = 0, allowed = 0;
  std::size_t explained = 0;
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) {
    RowScore row{reduced.rest[t].error, reduced.rest[t].in, reduced.rest[t].in * noise.rms * noise.rms, false};
    row.outlier = row.error > 0 && row.error > row.energy * noise.bound * noise.bound;
    for (std::size_t i = 0; i < pairs; ++i) {
      const PairSums& sum = reduced.of(t)[i];
      const std::complex<double> z = sum.in > 0 ? multiplier(t, i) : 1.0; // in 16 bits it may not be finite
      const double length = std::norm(z) * sum.in;
      const double e = std::max(0.0, sum.out - 2 * (z.real() * sum.cross_re + z.imag() * sum.cross_im) + length);
      const double turned = i < noise.angle.size() ? noise.of_angle(i, angle(t, i)) : 0;
      // A multiplier near 0 (cos alone) still comes with the rounding of its products.
      const double scale = std::max(length, 0.25 * sum.in);
      const double share = scale * (noise.rms + turned) * (noise.rms + turned) + noise.floor,
                   most = noise.bound + 1.5 * turned;
      row.outlier |= e > scale * most * most + 8 * noise.floor + 1e-14 * sum.out + 1e-30;
      if (scale > 0) result.worst = std::max(result.worst, std::sqrt(e / scale));
      row.error += e;
      row.energy += length;
      row.allowed += share;
      errors[i] = e;
      shares[i] = share;
    }
    row.allowed += 1e-15 * row.energy + 1e-30;
    if (row.explained()) {
      ++explained;
      for (std::size_t i = 0; i < pairs; ++i) pair_error[i] += errors[i], pair_allowed[i] += shares[i];
    }
    error += row.error;
    energy += row.energy;
    allowed += row.allowed;
    result.rows.push_back(row);
  }
  result.residual = std::sqrt(error / std::max(energy, 1e-300));
  result.allowed = std::sqrt(allowed / std::max(energy, 1e-300));
  result.explained = static_cast<double>(explained) / static_cast<double>(std::max<std::size_t>(1, result.rows.size()));
  result.pairs_explained = true;
  for (std::size_t i = 0; i < pairs; ++i)
    result.pairs_explained &= pair_error[i] <= pair_allowed[i] * 1.1 + 1e-15 * energy + 1e-30;
  return result;
}

Score score(const Reduced&, const Noise&, const Kernel&);

/// A layout, frequencies and an operation, before positions are explained.
struct Candidate {
  const LayoutChoice* layout = nullptr;
  FrequencyChoice frequencies;
  Operation operation = Operation::rotate;

  std::vector<Cause> causes() const;
  PairTurns turns() const; ///< with the layout's direction
};

/// How well a candidate can fit whatever positions the kernel took, each row having its own, or passing unchanged.
struct FreeFit {
  double explained = 0; ///< share of rows
  double residual = 0;  ///< RMS of the explained rows, relative
  double gain = 1;
  std::vector<TokenShift> shifts;
};
FreeFit fit_freely(const Reduced&, const Positions&, const Candidate&, const Noise&,
                   std::span<const FrequencyFit> measured);

/// The same with every angle free: what no frequencies and positions can undercut.
double explained_by_any_angles(const Reduced&, const Noise&);

/// cos and sin changed places: the same sums as of a rotation.
Reduced unswapped(Reduced);

/// An account of the positions a kernel took.
struct PositionStory {
  std::vector<Cause> causes; ///< empty: as given
  TurnedPositions positions;
  std::vector<Cause> alike; ///< that would leave the same numbers
  bool unchanged = false;   ///< rows pass unchanged, gain and all
};

/// Simplest first. `shifts`: per token of the run.
std::vector<PositionStory> position_stories(const KernelRun&, std::span<const TokenShift> shifts);

} // namespace ropescope
