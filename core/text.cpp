#include "core/text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace ropescope {

std::string grouped(double value, int decimals) {
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  for (std::size_t at = whole; at > 3; at -= 3) digits.insert(at - 3, 1, ' ');
  return value < 0 ? fmt::format("−{}", digits) : digits;
}

} // namespace ropescope
