#include "core/word_vector.h"

#include <cmath>
#include <numbers>

namespace ropescope {

namespace {

/// splitmix64.
class Stream {
public:
  explicit Stream(std::uint64_t state) : state_(state) {}
  double next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    return static_cast<double>(x >> 11) * 0x1p-53;
  }

private:
  std::uint64_t state_;
};

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

} // namespace

std::vector<double> word_vector(std::string_view word, std::int64_t count) {
  Stream stream(fnv1a(word));
  std::vector<double> numbers;
  double square = 0;
  while (static_cast<std::int64_t>(numbers.size()) < count) {
    const double first = stream.next(), second = stream.next();
    const double radius = std::sqrt(-2 * std::log1p(-first)), angle = 2 * std::numbers::pi * second;
    for (const double x : {radius * std::cos(angle), radius * std::sin(angle)}) {
      if (static_cast<std::int64_t>(numbers.size()) == count) break;
      numbers.push_back(x);
      square += x * x;
    }
  }
  for (double& x : numbers) x /= std::sqrt(square);
  return numbers;
}

std::vector<double> word_draws(std::string_view word, std::int64_t count) {
  Stream stream(fnv1a(word));
  std::vector<double> draws;
  for (std::int64_t i = 0; i < count; ++i) draws.push_back(stream.next());
  return draws;
}

} // namespace ropescope
