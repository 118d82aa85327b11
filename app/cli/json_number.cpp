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
  std::string text = "[";
  for (const double number : numbers) {
    if (text.size() > 1) text += ", ";
    text += json_number(number, what);
  }
  return text + "]";
}

} // namespace ropescope::cli
