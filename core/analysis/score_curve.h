#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/engine.h"

namespace ropescope {

/// The score over a range of distances, one bin per column of pixels. Nothing is sampled: a bin holds the least
/// and greatest of every integer distance in it.
struct ScoreCurve {
  std::vector<std::int64_t> edges; ///< bin b holds the distances edges[b] … edges[b+1] − 1
  std::vector<ScoreBin> bins;
  std::vector<float> local_mean; ///< per bin: mean of every distance from x/1.25 to x·1.25
  bool operator==(const ScoreCurve&) const = default;
};

/// Edges of bins for a logarithmic axis of `columns` equal columns from 1 to `greatest`; columns that hold no
/// integer are left out, so that every bin holds at least one distance. Requires greatest ≥ 1, columns ≥ 1.
std::vector<std::int64_t> log_bin_edges(std::int64_t greatest, std::int64_t columns);

/// Edges of bins between boundaries that rise, such as a plot's columns, within 0 … `greatest`: each bin holds the
/// integers from one boundary to the next, columns that hold none are left out, and the last bin reaches to the integer
/// at or before the last boundary. Two edges at least. Requires two boundaries at least.
std::vector<std::int64_t> bin_edges(std::span<const double> boundaries, std::int64_t greatest);

/// Mean cosine of a spectrum's pairs: equal weights 1/pairs, as for q = k = 1.
std::vector<ScoreScan::Weight> equal_weights(std::int64_t pairs);

/// Weights from one query and one key head: (a, b) = conj(q)·k per pair, divided by the number of pairs.
std::vector<ScoreScan::Weight> weights_of(const PairLayout&, std::int64_t pairs, std::span<const double> q,
                                          std::span<const double> k);

/// s(first) … in double, within 1e-15 per unit of weight; for numbers that leave the program.
std::vector<double> exact_scores(const ScoreScan&, std::int64_t count);

ScoreCurve score_curve(Engine&, const ScoreScan&, std::vector<std::int64_t> edges);

/// The same from some distances alone, at most some 500 of each bin, spread evenly: within the finished curve's least
/// and greatest, for a small part of the time.
ScoreCurve coarse_score_curve(Engine&, const ScoreScan&, std::vector<std::int64_t> edges);

/// The bins from `first` that a slice of a long scan holds end before this one. Whoever scans by slices gets the same
/// numbers, on whatever thread.
std::size_t end_of_slice(std::span<const std::int64_t> edges, std::size_t first);

/// One slice, written into `bins` of all edges.
void scan_slice(Engine&, const ScoreScan&, std::span<const std::int64_t> edges, std::size_t first, std::size_t end,
                std::span<ScoreBin> bins);

/// Once all bins are known, or to the best of what is known.
void update_local_means(ScoreCurve&);

/// Where along a logarithmic axis a bin lies: the middle of its distances.
double bin_distance(const ScoreCurve&, std::size_t bin);

} // namespace ropescope
