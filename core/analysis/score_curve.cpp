#include "core/analysis/score_curve.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "core/rope/phase.h"

namespace ropescope {

namespace {

// mean_reach: the local mean at x takes distances from x/1.25 to x·1.25, a window of equal width on a logarithmic axis.
// A wider one hides the curve's shape, a narrower one follows its oscillation.
// slice_points: distances that are scanned between two looks at whether somebody still waits: some milliseconds.
// coarse_points: a bin of w distances is scanned at 256 to 511 of them, enough for a first picture.
constexpr double mean_reach = 1.25;
constexpr std::int64_t slice_points = std::int64_t{1} << 20, coarse_points = 256;

ScoreCurve empty_curve(std::vector<std::int64_t> edges) {
  ScoreCurve curve;
  curve.edges = std::move(edges);
  curve.bins.resize(curve.edges.size() - 1);
  return curve;
}

/// The greatest power of two that leaves a bin enough multiples of itself.
std::int64_t stride_of(std::int64_t width) {
  return static_cast<std::int64_t>(
      std::bit_floor(static_cast<std::uint64_t>(std::max<std::int64_t>(1, width / coarse_points))));
}

/// The multiples of `stride` within some bins. A turn is a fixed-point number, so that the turns of `stride` tokens
/// are exact too.
/// A bin of multiples is a bin of consecutive distances at `stride` times the frequencies, so the same scan serves.
void scan_multiples(Engine& engine, const ScoreScan& scan, std::int64_t stride, std::span<const std::int64_t> edges,
                    std::span<ScoreBin> bins) {
  std::vector<std::uint64_t> turns(scan.turns.begin(), scan.turns.end());
  for (std::uint64_t& turn : turns) turn *= static_cast<std::uint64_t>(stride);
  std::vector<std::int64_t> multiples;
  for (const std::int64_t edge : edges) multiples.push_back((edge + stride - 1) / stride);
  engine.scan({.turns = turns, .weights = scan.weights, .first = multiples.front()}, multiples, bins);
}

/// Mean over a window that slides over the bins, by sums of all bins before each.
std::vector<float> local_means(const ScoreCurve& curve) {
  const std::size_t count = curve.bins.size();
  std::vector<double> sum(count + 1, 0), weight(count + 1, 0);
  for (std::size_t b = 0; b < count; ++b) {
    const auto points = static_cast<double>(curve.edges[b + 1] - curve.edges[b]);
    weight[b + 1] = weight[b] + points;
    sum[b + 1] = sum[b] + points * static_cast<double>(curve.bins[b].mean);
  }
  std::vector<float> means(count);
  std::size_t begin = 0, end = 0;
  for (std::size_t b = 0; b < count; ++b) {
    const double x = bin_distance(curve, b);
    // Both ends only move forwards, so all means together take one pass.
    while (bin_distance(curve, begin) < x / mean_reach) ++begin;
    while (end < count && bin_distance(curve, end) <= x * mean_reach) ++end;
    means[b] = static_cast<float>((sum[end] - sum[begin]) / (weight[end] - weight[begin]));
  }
  return means;
}

} // namespace

std::vector<std::int64_t> log_bin_edges(std::int64_t greatest, std::int64_t columns) {
  assert(greatest >= 1 && columns >= 1);
  std::vector<std::int64_t> edges{1};
  const double log_greatest = std::log(static_cast<double>(greatest));
  for (std::int64_t column = 1; column < columns; ++column) {
    const double at = std::exp(log_greatest * static_cast<double>(column) / static_cast<double>(columns));
    const auto edge = std::min(static_cast<std::int64_t>(std::ceil(at)), greatest);
    // On the left of a logarithmic axis several columns fall between two integers: they are left out.
    if (edge > edges.back()) edges.push_back(edge);
  }
  edges.push_back(greatest + 1);
  return edges;
}

std::vector<std::int64_t> bin_edges(std::span<const double> boundaries, std::int64_t greatest) {
  assert(boundaries.size() >= 2 && greatest >= 0);
  const auto least_within = [&](double boundary) {
    return static_cast<std::int64_t>(std::ceil(std::clamp(boundary, 0.0, static_cast<double>(greatest))));
  };
  std::vector<std::int64_t> edges{least_within(boundaries.front())};
  for (const double boundary : boundaries.subspan(1, boundaries.size() - 2))
    if (const std::int64_t edge = least_within(boundary); edge > edges.back()) edges.push_back(edge);
  const auto last =
      static_cast<std::int64_t>(std::floor(std::clamp(boundaries.back(), 0.0, static_cast<double>(greatest)))) + 1;
  // The last boundary may lie below the integer that the first one was brought up to.
  if (last > edges.back()) edges.push_back(last);
  if (edges.size() == 1) edges.push_back(edges.back() + 1);
  return edges;
}

std::vector<ScoreScan::Weight> equal_weights(std::int64_t pairs) {
  return std::vector<ScoreScan::Weight>(static_cast<std::size_t>(pairs), {1.0 / static_cast<double>(pairs), 0.0});
}

std::vector<ScoreScan::Weight> weights_of(const PairLayout& layout, std::int64_t pairs, std::span<const double> q,
                                          std::span<const double> k) {
  const PairIndex index = pair_index(layout, static_cast<std::int64_t>(q.size()), pairs);
  const double scale = 1.0 / static_cast<double>(pairs), sign = layout.direction;
  std::vector<ScoreScan::Weight> weights;
  for (std::int64_t i = 0; i < pairs; ++i) {
    const auto a = static_cast<std::size_t>(index.in_first(i)), b = static_cast<std::size_t>(index.in_second(i));
    // conj(q)·k: its real part goes with cos, its imaginary part with sin. A model that turns by −angle has the
    // opposite sign of sin.
    weights.push_back({(q[a] * k[a] + q[b] * k[b]) * scale, sign * (q[a] * k[b] - q[b] * k[a]) * scale});
  }
  return weights;
}

std::vector<double> exact_scores(const ScoreScan& scan, std::int64_t count) {
  std::vector<double> scores(static_cast<std::size_t>(count), 0.0);
  for (std::size_t x = 0; x < scores.size(); ++x)
    for (std::size_t i = 0; i < scan.turns.size(); ++i) {
      const auto at = cos_sin_at<double>(scan.first + static_cast<std::int64_t>(x), scan.turns[i]);
      scores[x] += scan.weights[i].a * at.cos + scan.weights[i].b * at.sin;
    }
  return scores;
}

ScoreCurve score_curve(Engine& engine, const ScoreScan& scan, std::vector<std::int64_t> edges) {
  ScoreCurve curve = empty_curve(std::move(edges));
  for (std::size_t begin = 0, end = 0; begin < curve.bins.size(); begin = end) {
    end = end_of_slice(curve.edges, begin);
    scan_slice(engine, scan, curve.edges, begin, end, curve.bins);
  }
  update_local_means(curve);
  return curve;
}

ScoreCurve coarse_score_curve(Engine& engine, const ScoreScan& scan, std::vector<std::int64_t> edges) {
  ScoreCurve curve = empty_curve(std::move(edges));
  const auto stride = [&](std::size_t bin) { return stride_of(curve.edges[bin + 1] - curve.edges[bin]); };
  for (std::size_t begin = 0, end = 0; begin < curve.bins.size(); begin = end) {
    while (end < curve.bins.size() && stride(end) == stride(begin)) ++end;
    const std::size_t count = end - begin;
    scan_multiples(engine, scan, stride(begin), std::span(curve.edges).subspan(begin, count + 1),
                   std::span(curve.bins).subspan(begin, count));
  }
  update_local_means(curve);
  return curve;
}

std::size_t end_of_slice(std::span<const std::int64_t> edges, std::size_t first) {
  // At least one bin, however long it is: + 2 begins behind the end of the first.
  const auto past = std::upper_bound(edges.begin() + static_cast<std::ptrdiff_t>(first) + 2, edges.end(),
                                     edges[first] + slice_points);
  return static_cast<std::size_t>(past - edges.begin()) - 1;
}

void scan_slice(Engine& engine, const ScoreScan& scan, std::span<const std::int64_t> edges, std::size_t first,
                std::size_t end, std::span<ScoreBin> bins) {
  ScoreScan part = scan;
  part.first = edges[first];
  engine.scan(part, edges.subspan(first, end - first + 1), bins.subspan(first, end - first));
}

void update_local_means(ScoreCurve& curve) { curve.local_mean = local_means(curve); }

double bin_distance(const ScoreCurve& curve, std::size_t bin) {
  // The geometric mean of the bin's first and last distance.
  return std::sqrt(static_cast<double>(curve.edges[bin]) * static_cast<double>(curve.edges[bin + 1] - 1));
}

} // namespace ropescope
