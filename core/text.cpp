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

std::string in_quotes(std::string_view text) {
  constexpr std::size_t greatest = 60;
  std::string shown(text.substr(0, greatest));
  if (text.size() > greatest) {
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xc0) == 0x80) shown.pop_back();
    shown += "…";
  }
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  return fmt::format("\"{}\"", shown);
}

} // namespace ropescope
