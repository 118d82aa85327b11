#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ropescope {

/// The gentlest of ALiBi's eight slopes.
inline constexpr double gentlest_slope = 1.0 / 256;

/// The least distance (tokens) that T5 puts into the last of its buckets: all beyond are alike.
std::int64_t t5_last_bucket_begins();

/// A curve over distance on a logarithmic axis, its swings gathered: of each stretch the mean, the least and the
/// greatest.
struct DistanceCurve {
  std::vector<double> mean, least, greatest;
};

/// The edges (tokens) of stretches of a logarithmic axis from `first` to `last` whole distances; each has one whole
/// distance at least, and starts where the one before ends. Requires 1 ≤ first ≤ last, count ≥ 1.
std::vector<std::int64_t> log_stretches(std::int64_t first, std::int64_t last, std::int64_t count);

/// Mean over pairs of cos Δθᵢ in each stretch edges[j] … edges[j + 1] − 1, looked at in 24 whole distances at most,
/// spread evenly. `inv_freq`: rad per token.
DistanceCurve distance_curve(std::span<const double> inv_freq, std::span<const std::int64_t> edges);

/// How alike the rows of a learned table are before training: cosine of word_vector("p<Δ>") and ("p0"), `components`
/// numbers each.
double learned_likeness(std::int64_t distance, std::int64_t components);

/// Whether a way of telling places still works across a distance.
struct RivalVerdict {
  enum class Kind : std::uint8_t { works, blind, fails };
  Kind kind = Kind::works;
  double number = 0; ///< what the words are about: a bias, a count of pairs
};
/// A table that is `trained` rows long.
RivalVerdict learned_verdict(double distance, double trained);
/// The gentlest head's bias, −Δ/256; it fails past the distance that holds 99 % of its attention at equal content.
RivalVerdict alibi_verdict(double distance);
/// Blind from the last bucket's beginning on.
RivalVerdict t5_verdict(double distance);
/// It fails where pairs are at angles unseen in training.
RivalVerdict rope_verdict(std::int64_t unseen);

} // namespace ropescope
