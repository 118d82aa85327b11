#include "core/analysis/phasors.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace ropescope {

HeadPair random_head(std::int64_t pairs, std::uint64_t draw) {
  // Of the standard library's engines the numbers are the same everywhere, of its distributions they are not: hence Box
  // and Muller's formula, whose two numbers are one pair.
  std::mt19937_64 engine(draw);
  const auto uniform = [&] { return static_cast<double>(engine() >> 11) / 9007199254740992.0; };
  const auto normal = [&] {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return std::polar(radius, 2 * std::numbers::pi * uniform());
  };
  HeadPair head;
  for (std::int64_t i = 0; i < pairs; ++i) head.query.push_back(normal());
  for (std::int64_t i = 0; i < pairs; ++i) head.key.push_back(normal());
  return head;
}

PlaneWindow chain_window(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns,
                         std::int64_t length) {
  PlaneWindow window{-0.25, 1.02, -0.33, 0.40};
  constexpr int steps = 400;
  // 0.02: an arrow's head and a dot at the end have room too.
  constexpr double edge = 0.02;
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
