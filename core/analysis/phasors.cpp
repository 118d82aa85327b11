#include "core/analysis/phasors.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/head_source.h"

namespace ropescope {

HeadPair random_head(std::int64_t pairs, std::int64_t number) {
  HeadSource source;
  source.kind = HeadSource::Kind::random;
  source.number = number;
  return head_pair(source, source, PairLayout(), 2 * pairs,
                   std::vector<std::uint64_t>(static_cast<std::size_t>(pairs)));
}

std::vector<std::complex<double>> random_ends(std::span<const std::uint64_t> turns,
                                              std::span<const std::int64_t> distances, std::int64_t number,
                                              std::int64_t count) {
  const auto draws = static_cast<std::size_t>(count);
  std::vector<std::complex<double>> ends(distances.size() * draws);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const auto products =
        contributions(random_head(static_cast<std::int64_t>(turns.size()), number + static_cast<std::int64_t>(draw)));
    for (std::size_t d = 0; d < distances.size(); ++d)
      for (const std::complex<double> arrow : turned(products, turns, distances[d])) ends[d * draws + draw] += arrow;
  }
  return ends;
}

PlaneWindow chain_window(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns,
                         std::int64_t length) {
  PlaneWindow window{-0.25, 1.02, -0.33, 0.40};
  constexpr int steps = 400;
  // A little more than the chains that were looked at, as those between them reach a little further.
  constexpr double edge = 0.002;
  std::int64_t before = -1;
  for (int step = 0; step <= steps; ++step) {
    const auto distance =
        static_cast<std::int64_t>(std::pow(static_cast<double>(length) + 1, static_cast<double>(step) / steps)) - 1;
    if (distance == before) continue;
    before = distance;
    std::complex<double> end;
    for (const std::complex<double> arrow : turned(contributions, turns, distance)) {
      end += arrow;
      window.re_least = std::min(window.re_least, end.real() - edge);
      window.re_greatest = std::max(window.re_greatest, end.real() + edge);
      window.im_least = std::min(window.im_least, end.imag() - edge);
      window.im_greatest = std::max(window.im_greatest, end.imag() + edge);
    }
  }
  return window;
}

Curl curl_of(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns) {
  Curl curl;
  for (std::size_t i = 0; i < curl.size(); ++i) curl[i] = chain_of(turned(contributions, turns, curl_distances[i]));
  return curl;
}

} // namespace ropescope
