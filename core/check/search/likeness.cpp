#include "core/check/search/likeness.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/thresholds.h"

namespace ropescope {

namespace {

int odd_digits_of(const Cause& cause) {
  int odd = 0;
  const Parameters parameters = cause.parameters();
  for (const auto& [name, value] : parameters)
    // Counts and words are what they are: only a fitted number can be odd.
    if (const auto* number = std::get_if<double>(&value); number && *number != 0) {
      // The digits after which the number is written whole, 9 at most.
      int digits = 1;
      for (; digits < 9; ++digits) {
        const double unit = std::pow(10.0, std::floor(std::log10(std::abs(*number))) + 1 - digits);
        if (std::abs(std::round(*number / unit) * unit - *number) <= 1e-9 * std::abs(*number)) break;
      }
      odd = std::max(odd, digits - thresholds::chosen_digits);
    }
  return odd;
}

} // namespace

int odd_digits(const std::vector<Cause>& causes) {
  int odd = 0;
  for (const Cause& cause : causes) odd = std::max(odd, odd_digits_of(cause));
  return odd;
}

bool same_parameters(const Cause& one, const Cause& other) {
  // Names alone: base 10 000 and base 10 007 are one account with two numbers.
  const Parameters a = one.parameters(), b = other.parameters();
  return one.name() == other.name() && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                                  [](const auto& x, const auto& y) { return x.first == y.first; });
}

} // namespace ropescope
