#include "app/canvas/axis.h"

#include <cmath>

#include <fmt/format.h>

namespace ropescope::canvas {

double forward(Scale scale, double w, double value) {
  switch (scale) {
  case Scale::linear: return value;
  case Scale::log: return std::log(value);
  case Scale::symlog: break;
  }
  return std::abs(value) <= w ? value / w : std::copysign(1 + std::log(std::abs(value) / w), value);
}

double inverse(Scale scale, double w, double place) {
  switch (scale) {
  case Scale::linear: return place;
  case Scale::log: return std::exp(place);
  case Scale::symlog: break;
  }
  return std::abs(place) <= 1 ? place * w : std::copysign(w * std::exp(std::abs(place) - 1), place);
}

double Axis::share(double value) const {
  const double a = forward(scale, linear_within, least), b = forward(scale, linear_within, greatest);
  return (forward(scale, linear_within, value) - a) / (b - a);
}

double Axis::value_at(double share) const {
  const double a = forward(scale, linear_within, least), b = forward(scale, linear_within, greatest);
  return inverse(scale, linear_within, a + (b - a) * share);
}

float Axis::pixel(double value) const {
  const auto first = static_cast<double>(first_pixel), last = static_cast<double>(last_pixel);
  return static_cast<float>(first + share(value) * (last - first));
}

double Axis::value(float pixel) const {
  const auto first = static_cast<double>(first_pixel), last = static_cast<double>(last_pixel);
  return value_at((static_cast<double>(pixel) - first) / (last - first));
}

std::string with_sign(double value, int decimals) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "−∞" : "+∞";
  return fmt::format("{}{:.{}f}", value < 0 ? "−" : "+", std::abs(value), decimals);
}

std::string power_of_ten(int exponent) {
  static constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[digit - '0'];
  return text;
}

std::string power_of_two(double value) {
  const double size = std::abs(value);
  const char* unit = size >= 0x1p30 ? "G" : size >= 0x1p20 ? "M" : size >= 0x1p10 ? "K" : "";
  const double of_unit = size / (size >= 0x1p30 ? 0x1p30 : size >= 0x1p20 ? 0x1p20 : size >= 0x1p10 ? 0x1p10 : 1);
  return fmt::format("{}{}{}", value < 0 ? "−" : "", of_unit, unit); // fmt writes as few digits as tell it apart
}

std::string subscript(std::int64_t number) {
  static constexpr const char* digits[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
  std::string text;
  for (const char digit : std::to_string(number)) text += digits[digit - '0'];
  return text;
}

} // namespace ropescope::canvas
