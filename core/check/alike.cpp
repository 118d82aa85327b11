#include "core/check/alike.h"

#include <algorithm>
#include <cmath>

namespace ropescope {

namespace {

int odd_digits_of(const Cause& cause) {
  int odd = 0;
  for (const auto& [name, value] : cause.parameters)
    if (const auto* number = std::get_if<double>(&value); number && *number != 0) {
      int digits = 1;
      for (; digits < 9; ++digits) {
        const double unit = std::pow(10.0, std::floor(std::log10(std::abs(*number))) + 1 - digits);
        if (std::abs(std::round(*number / unit) * unit - *number) <= 1e-9 * std::abs(*number)) break;
      }
      constexpr int chosen = 4;
      odd = std::max(odd, digits - chosen);
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
  return one.name == other.name &&
         std::equal(one.parameters.begin(), one.parameters.end(), other.parameters.begin(), other.parameters.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first; });
}

} // namespace ropescope
