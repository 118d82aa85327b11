#include "app/canvas/axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace ropescope::canvas {

namespace {

/// A value as it is laid out along the axis. A logarithmic axis takes positive values alone.
double forward(const Axis& axis, double value) { return axis.scale == Scale::log ? std::log(value) : value; }

std::string decimal(double value) {
  std::string text = fmt::format("{:.10g}", std::abs(value));
  return value < 0 ? fmt::format("−{}", text) : text; // GCC 12 warns of "−" + text
}

} // namespace

float Axis::pixel(double v) const {
  const double a = forward(*this, least), b = forward(*this, greatest);
  return first_pixel + static_cast<float>((forward(*this, v) - a) / (b - a)) * (last_pixel - first_pixel);
}

double Axis::value(float p) const {
  const double a = forward(*this, least), b = forward(*this, greatest);
  const double v = a + (b - a) * static_cast<double>((p - first_pixel) / (last_pixel - first_pixel));
  return scale == Scale::log ? std::exp(v) : v;
}

Ticks linear_ticks(const Axis& axis, int wanted, std::pmr::memory_resource* memory) {
  const double rough = (axis.greatest - axis.least) / std::max(1, wanted);
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * decade;
  // The least round step that is not below the rough one. 0.999 lets a rough step of 2.0000001 be 2: it came out of a
  // division.
  for (const double round : {5.0, 2.5, 2.0, 1.0})
    if (round * decade >= rough * 0.999) step = round * decade;
  Ticks ticks(memory);
  // Ticks are counted in steps and not added up, so that errors do not pile up and 0 is exactly 0. A tick at an end of
  // the axis is kept where rounding has pushed it out by 1e-9 of a step.
  for (double i = std::ceil(axis.least / step - 1e-9); i * step <= axis.greatest + step * 1e-9; ++i)
    ticks.push_back({i * step, decimal(i * step)});
  return ticks;
}

Ticks decade_ticks(const Axis& axis, bool powers, int greatest_count, std::pmr::memory_resource* memory) {
  const int first = static_cast<int>(std::ceil(std::log10(axis.least) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(axis.greatest) + 1e-9));
  // Every step-th decade, with the step that leaves no more than the count.
  const int step = std::max(1, (last - first) / std::max(1, greatest_count) + 1);
  Ticks ticks(memory);
  for (int e = first; e <= last; e += step) {
    const double value = std::pow(10.0, e);
    ticks.push_back({value, powers ? power_of_ten(e) : grouped(value)});
  }
  return ticks;
}

std::string with_sign(double value, int decimals) {
  return fmt::format("{}{:.{}f}", value < 0 ? "−" : "+", std::abs(value), decimals);
}

std::string power_of_ten(int exponent) {
  static constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[digit - '0'];
  return text;
}

std::string subscript(std::int64_t number) {
  static constexpr const char* digits[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
  std::string text;
  for (const char digit : std::to_string(number)) text += digits[digit - '0'];
  return text;
}

} // namespace ropescope::canvas
