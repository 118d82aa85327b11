#include "app/cli/json_number.h"

#include <cmath>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope::cli {

std::string json_number(double number, std::string_view what) {
  if (!std::isfinite(number)) throw Error(fmt::format("these parameters yield {} that is not finite", what));
  return fmt::format("{:.17g}", number);
}

std::string json_list(std::span<const double> numbers, std::string_view what) {
  constexpr std::size_t in_a_line = 4; // fits a terminal of 100 columns
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += i % in_a_line == 0 ? ",\n  " : ", ";
    text += json_number(numbers[i], what);
  }
  return text + "]";
}

} // namespace ropescope::cli
