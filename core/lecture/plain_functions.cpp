#include <cmath>
#include <numbers>

#include "core/lecture/functions.h"
#include "core/number_format.h"

// Functions of numbers alone.

namespace ropescope::lecture {

namespace {

// A list of different bfloat16 numbers is counted by walking over the integers.
constexpr std::int64_t furthest = std::int64_t{1} << 24;

float bfloat16(double x) { return rounded(NumberFormat::bfloat16, static_cast<float>(x)); }

double distinct_bfloat16(const Arguments& a) {
  const std::int64_t first = a.whole(0, 0, furthest), last = a.whole(1, 0, furthest);
  // Rounding keeps the order, so that equal numbers lie side by side.
  double count = last >= first ? 1 : 0;
  for (std::int64_t i = first + 1; i <= last; ++i)
    if (bfloat16(static_cast<double>(i)) != bfloat16(static_cast<double>(i - 1))) ++count;
  return count;
}

constexpr Function table[] = {
    {"abs", "x", "without its sign", 1, 1, [](const Arguments& a) { return std::abs(a.number(0)); }},
    {"exp", "x", "e to this power", 1, 1, [](const Arguments& a) { return std::exp(a.number(0)); }},
    {"ln", "x", "natural logarithm", 1, 1, [](const Arguments& a) { return std::log(a.number(0)); }},
    {"sqrt", "x", "square root", 1, 1, [](const Arguments& a) { return std::sqrt(a.number(0)); }},
    {"cos", "x", "of an angle in rad", 1, 1, [](const Arguments& a) { return std::cos(a.number(0)); }},
    {"sin", "x", "of an angle in rad", 1, 1, [](const Arguments& a) { return std::sin(a.number(0)); }},
    {"deg", "x", "degrees of an angle in rad", 1, 1,
     [](const Arguments& a) { return a.number(0) * 180 / std::numbers::pi; }},
    {"float32", "x", "rounded to float32", 1, 1,
     [](const Arguments& a) { return static_cast<double>(static_cast<float>(a.number(0))); }},
    {"bf16", "x", "rounded to bfloat16", 1, 1,
     [](const Arguments& a) { return static_cast<double>(bfloat16(a.number(0))); }},
    {"distinct_bf16", "a, b", "different bfloat16 numbers among the integers a … b", 2, 2, distinct_bfloat16},
};

} // namespace

std::span<const Function> plain_functions() { return table; }

} // namespace ropescope::lecture
