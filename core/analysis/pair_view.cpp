#include "core/analysis/pair_view.h"

#include "core/rope/phase.h"

namespace ropescope {

namespace {

std::complex<double> direction(std::uint64_t phase) {
  const auto at = cos_sin(phase);
  return {at.cos, at.sin};
}

} // namespace

std::vector<PairPlace> places_of_pair(std::complex<double> arrow, std::uint64_t turns,
                                      std::span<const std::int64_t> positions) {
  std::vector<PairPlace> places;
  for (const std::int64_t position : positions) {
    const std::complex<double> turned = arrow * direction(phase64(position, turns));
    places.push_back({position, turned.real(), turned.imag(), std::abs(turned)});
  }
  return places;
}

CachedPair cached_pair(std::span<const std::complex<double>> products, std::span<const std::uint64_t> now,
                       std::span<const std::uint64_t> then, std::size_t pair, std::int64_t m, std::int64_t n) {
  CachedPair result;
  for (std::size_t i = 0; i < products.size(); ++i) {
    // Phases wrap modulo one turn, so that their difference is exact at any position.
    const std::uint64_t query = phase64(m, now[i]);
    result.fresh_total += (products[i] * direction(query - phase64(n, now[i]))).real();
    result.cached_total += (products[i] * direction(query - phase64(n, then[i]))).real();
  }
  result.query = direction(phase64(m, now[pair]));
  result.fresh_key = direction(phase64(n, now[pair]));
  result.cached_key = direction(phase64(n, then[pair]));
  result.fresh_pair = (result.query * std::conj(result.fresh_key)).real();
  result.cached_pair = (result.query * std::conj(result.cached_key)).real();
  return result;
}

} // namespace ropescope
