// The ticks of axis.h.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "app/canvas/axis.h"

namespace ropescope::canvas {

namespace {

constexpr double pi = std::numbers::pi;

/// A range of fewer than some thousand doubles has no round numbers that could be counted. 1e-12 of the greater end is
/// 4500 doubles or more.
bool has_steps(double least, double greatest) {
  const double size = std::max(std::abs(least), std::abs(greatest));
  return std::isfinite(size) && greatest - least > 1e-12 * size && greatest > least;
}

/// A step of round numbers: `digits` × 10^exponent.
struct Step {
  double digits;
  int exponent;
  double size() const { return digits * std::pow(10.0, exponent); }
  /// Digits behind the point that tell neighbours apart, where the number is written × 10^unit.
  int decimals(int unit = 0) const { return std::max(0, unit - exponent + (digits == 2.5 ? 1 : 0)); }
};

/// The least round step that is not below a rough one. 0.999 lets a rough step of 2.0000001 be 2: it came out of a
/// division.
Step round_step(double rough) {
  const int exponent = static_cast<int>(std::floor(std::log10(rough)));
  const double decade = std::pow(10.0, exponent);
  for (const double digits : {1.0, 2.0, 2.5, 5.0})
    if (digits * decade >= rough * 0.999) return {digits, exponent};
  return {1, exponent + 1};
}

/// Calls `each` with every multiple of the step in the range. Multiples are counted and not added up, so that errors do
/// not pile up and 0 is exactly 0. One at an end is kept where rounding has pushed it out by 1e-9 of a step.
template <typename Each>
void multiples(double least, double greatest, double step, Each each) {
  for (double i = std::ceil(least / step - 1e-9); i * step <= greatest + step * 1e-9; ++i) each(i);
}

/// Labels are made in the memory of their ticks, however long they are.
using Label = std::pmr::string;

Label label_in(const Ticks& ticks, std::string_view words = "") {
  return Label(words, ticks.get_allocator().resource());
}

void append_grouped(Label& label, double value, int decimals = 0) {
  std::array<char, grouped_room> room;
  label += grouped(value, decimals, room);
}

void append_without_last_zeros(Label& label, double value, int decimals) {
  append_grouped(label, value, decimals);
  if (decimals == 0) return;
  label.erase(label.find_last_not_of('0') + 1);
  if (label.back() == '.') label.pop_back();
}

/// "2·10⁻⁸": `value` is digits × 10^exponent.
void append_scientific(Label& label, double digits, int exponent, int decimals) {
  append_without_last_zeros(label, digits, decimals);
  if (digits == 0) return;
  label += "·";
  label += power_of_ten(exponent);
}

/// Round numbers within the range, written with `unit` behind them (the number itself times `of_unit` is the value).
void add_round(Ticks& out, double least, double greatest, Step step, double of_unit = 1, std::string_view unit = "") {
  const double size = std::max(std::abs(least), std::abs(greatest));
  const int magnitude = static_cast<int>(std::floor(std::log10(size)));
  // From 10⁻⁵ down and 10⁹ up zeros hide how great a number is.
  const bool powers = (magnitude <= -5 || magnitude >= 9) && unit.empty();
  const double width = step.size();
  multiples(least, greatest, width, [&](double i) {
    const double value = i * width;
    Label label = label_in(out);
    if (powers)
      append_scientific(label, value / std::pow(10.0, magnitude), magnitude, step.decimals(magnitude));
    else
      append_without_last_zeros(label, value == 0 ? 0 : value, step.decimals()); // no "−0"
    if (!unit.empty() && value != 0) {
      // "π" and "−π" rather than "1π".
      if (label == "1" || label == "−1") label.pop_back();
      label += unit;
    }
    out.push_back({value * of_unit, std::move(label)});
  });
}

void add_linear(Ticks& out, const Axis& a, int wanted) {
  if (has_steps(a.least, a.greatest)) add_round(out, a.least, a.greatest, round_step((a.greatest - a.least) / wanted));
}

/// Multiples of a power of two, as positions are counted in blocks of such sizes.
void add_blocks(Ticks& out, const Axis& a, int wanted) {
  if (!has_steps(a.least, a.greatest)) return;
  const double step = std::exp2(std::ceil(std::log2((a.greatest - a.least) / wanted * 0.999)));
  if (step < 1) return add_linear(out, a, wanted); // between integers nothing comes in blocks
  multiples(a.least, a.greatest, step, [&](double i) {
    const double value = i * step;
    // All labels of an axis are of one kind: "4K, 5K" where every tick is a whole number of K, else "4 096, 4 608".
    Label label = label_in(out);
    if (step < 1024)
      append_grouped(label, value == 0 ? 0 : value);
    else if (std::fmod(value, 0x1p20) == 0)
      label += power_of_two(value);
    else {
      append_grouped(label, value / 1024);
      label += 'K';
    }
    out.push_back({value, std::move(label)});
  });
}

void append_part_of_pi(Label& label, std::int64_t of, std::int64_t parts) {
  if (of == 0) {
    label += '0';
    return;
  }
  const std::int64_t common = std::gcd(of, parts), above = std::abs(of) / common, below = parts / common;
  if (of < 0) label += "−";
  if (above != 1) fmt::format_to(std::back_inserter(label), "{}", above);
  label += "π";
  if (below != 1) fmt::format_to(std::back_inserter(label), "/{}", below);
}

/// Multiples of π/12, π/6, π/4, π/2; round multiples of π where more is seen, and where less.
void add_pi(Ticks& out, const Axis& a, int wanted) {
  if (!has_steps(a.least, a.greatest)) return;
  const double least = a.least / pi, greatest = a.greatest / pi, rough = (greatest - least) / wanted;
  if (rough > 0.5 || rough <= 0.05) {
    Step step = round_step(rough);
    if (step.digits == 2.5 && step.exponent == 0) step = {5, 0}; // "2.5π" would stand among whole ones
    return add_round(out, least, greatest, step, pi, "π");
  }
  for (const std::int64_t parts : {12, 6, 4, 2}) {
    const double step = pi / static_cast<double>(parts);
    if (step < rough * pi * 0.999) continue;
    return multiples(a.least, a.greatest, step, [&](double i) {
      Label label = label_in(out);
      append_part_of_pi(label, static_cast<std::int64_t>(i), parts);
      out.push_back({i * step, std::move(label)});
    });
  }
}

void append_decade(Label& label, int exponent, int digit, Labels labels) {
  // Six digits behind the point, or ten before it, are not read at a glance.
  const bool power = labels == Labels::powers_of_ten || exponent < -6 || exponent > 9;
  if (!power)
    append_grouped(label, digit * std::pow(10.0, exponent), std::max(0, -exponent));
  else if (digit == 1)
    label += power_of_ten(exponent);
  else if (exponent == 0)
    append_grouped(label, digit);
  else
    append_scientific(label, digit, exponent, 0);
}

/// Decades of a positive range, and 2 … 9 between them where a decade is wide. `sign` −1 puts them on the other side of
/// 0, in the same order.
struct Decades {
  double least, greatest; ///< 0 < least < greatest
  float width;            ///< of one decade, pixels
  float least_gap;
  Labels labels;
  double sign = 1;

  double seen() const { return std::log10(greatest / least); }

  void add(Ticks& out) const {
    // Every step-th decade has a label. They are multiples of the step, so that they stay where they are while the view
    // moves.
    int step = 1;
    for (const int wider : {1, 2, 3, 5, 10, 20, 50, 100})
      if (width * static_cast<float>(step = wider) >= least_gap) break;
    const int first = static_cast<int>(std::floor(std::log10(least) - 1e-9));
    const int last = static_cast<int>(std::ceil(std::log10(greatest) + 1e-9));
    // From 9 to 10 is 1/22 of a decade; 60 pixels leave it almost 3.
    const bool minors = width >= 60;
    const bool some_labelled = seen() < 2 && minors;
    for (int e = first; e <= last; ++e)
      for (int digit = 1; digit < (minors ? 10 : 2); ++digit) {
        // 10^e is exact where it can be; digit / 10^-e is the double nearest to 0.2, digit × 10^e may not be.
        const double value = e < 0 ? digit / std::pow(10.0, -e) : digit * std::pow(10.0, e);
        if (value < least * (1 - 1e-9) || value > greatest * (1 + 1e-9)) continue;
        const bool labelled = digit == 1 ? e % step == 0 : some_labelled && (digit == 2 || digit == 5);
        Label label = label_in(out);
        if (labelled) {
          if (sign < 0) label += "−";
          append_decade(label, e, digit, labels);
        }
        out.push_back({sign * value, std::move(label), digit != 1 || e % step != 0});
      }
  }
};

std::ptrdiff_t labelled(const Ticks& ticks) {
  return std::count_if(ticks.begin(), ticks.end(), [](const Tick& tick) { return !tick.label.empty(); });
}

/// Pixels from a value to ten times the value, where the scale is logarithmic.
float decade_width(const Axis& a) {
  const double reach = forward(a.scale, a.linear_within, a.greatest) - forward(a.scale, a.linear_within, a.least);
  return std::abs(a.last_pixel - a.first_pixel) * static_cast<float>(std::log(10.0) / reach);
}

/// Powers of two of a positive range, every step-th with a label; the others as minor ticks where they are not crowded.
/// `sign` −1 puts them on the other side of 0, in the same order.
void add_powers_of_two(Ticks& out, const Axis& a, double least, double greatest, float least_gap, double sign = 1) {
  const double width = static_cast<double>(decade_width(a)) * std::log10(2.0);
  const int step = std::max(1, static_cast<int>(std::ceil(static_cast<double>(least_gap) / width)));
  const int first = static_cast<int>(std::ceil(std::log2(least) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log2(greatest) + 1e-9));
  constexpr double crowded = 8; // pixels between two lines
  for (int e = first; e <= last; ++e) {
    const bool labelled = e % step == 0;
    if (!labelled && width < crowded) continue;
    Label label = label_in(out);
    if (labelled) label += power_of_two(sign * std::exp2(e));
    out.push_back({sign * std::exp2(e), std::move(label), !labelled});
  }
}

void add_log(Ticks& out, const Axis& a, Labels labels, float least_gap, int wanted) {
  if (!(a.least > 0) || !has_steps(a.least, a.greatest)) return;
  if (labels == Labels::powers_of_two) {
    add_powers_of_two(out, a, a.least, a.greatest, least_gap);
    if (labelled(out) >= 2 || a.greatest / a.least > 64) return;
    out.clear();
    return add_blocks(out, a, wanted);
  }
  // A range of 1 : 5 or more holds two of 1, 2, 5, 10 … wherever it begins. A narrower one takes round numbers.
  if (a.greatest / a.least < 5) return add_linear(out, a, wanted);
  Decades{a.least, a.greatest, decade_width(a), least_gap, labels}.add(out);
}

void add_symlog(Ticks& out, const Axis& a, Labels labels, float least_gap, int wanted) {
  if (!has_steps(a.least, a.greatest)) return;
  const double w = a.linear_within;
  const float width = decade_width(a);
  if (labels == Labels::powers_of_two) {
    if (a.least < -w) {
      add_powers_of_two(out, a, std::max(w, -a.greatest), -a.least, least_gap, -1);
      std::reverse(out.begin(), out.end());
    }
    if (a.least <= 0 && a.greatest >= 0) out.push_back({0, label_in(out, "0")});
    if (a.greatest > w) add_powers_of_two(out, a, std::max(w, a.least), a.greatest, least_gap);
    // From 0 to 1 is one and a half times as far as from 1 to 2, and the steps may be wider.
    if (a.least <= 0 && a.greatest >= 0)
      for (Tick& tick : out)
        if (tick.value != 0 && std::abs(a.pixel(tick.value) - a.pixel(0)) < least_gap) tick.label.clear();
    if (labelled(out) >= 2) return;
    out.clear();
    return add_blocks(out, a, wanted);
  }
  // Decades run from ±w outwards; between −w and w there is 0 alone.
  if (a.least < -w) {
    Decades{std::max(w, -a.greatest), -a.least, width, least_gap, labels, -1}.add(out);
    std::reverse(out.begin(), out.end());
  }
  if (a.least <= 0 && a.greatest >= 0) out.push_back({0, label_in(out, "0")});
  if (a.greatest > w) Decades{std::max(w, a.least), a.greatest, width, least_gap, labels}.add(out);
  if (labelled(out) >= 2) return;
  out.clear();
  add_linear(out, a, wanted);
}

} // namespace

Ticks ticks(const Axis& a, Labels labels, float least_gap, std::pmr::memory_resource* memory) {
  Ticks out(memory);
  if (labels == Labels::none) return out;
  // Three to eleven: fewer do not say what the scale is, more are not read.
  const float room = std::abs(a.last_pixel - a.first_pixel) / std::max(1.0f, least_gap);
  const int wanted = static_cast<int>(std::clamp(room, 2.0f, 11.0f));
  switch (a.scale) {
  case Scale::log: add_log(out, a, labels, least_gap, wanted); break;
  case Scale::symlog: add_symlog(out, a, labels, least_gap, wanted); break;
  case Scale::linear:
    if (labels == Labels::powers_of_two)
      add_blocks(out, a, wanted);
    else if (labels == Labels::pi)
      add_pi(out, a, wanted);
    else
      add_linear(out, a, wanted);
  }
  // What was kept in spite of rounding lies at the end itself.
  for (Tick& tick : out) tick.value = std::clamp(tick.value, a.least, a.greatest);
  return out;
}

void add_end(Ticks& ticks, const Axis& a, float least_gap) {
  // Positions are whole: at most one pixel of a screen away from where the axis ends.
  const double end = std::floor(a.greatest + 1e-9);
  if (!(end >= a.least) || std::abs(a.pixel(end) - a.last_pixel) > 1) return;
  std::erase_if(ticks, [&](const Tick& tick) { return tick.value == end; });
  for (Tick& tick : ticks)
    if (std::abs(a.pixel(tick.value) - a.last_pixel) < least_gap) tick.label.clear();
  const bool whole = std::fmod(end, 1024) == 0;
  Label label = label_in(ticks);
  if (whole)
    label += power_of_two(end);
  else
    append_grouped(label, end);
  ticks.push_back({end, std::move(label)});
}

void write_in_full(Ticks& ticks) {
  for (Tick& tick : ticks) {
    // Between whole numbers labels have digits behind the point, and are in full already.
    if (tick.label.empty() || tick.value != std::floor(tick.value)) continue;
    tick.label.clear();
    append_grouped(tick.label, tick.value);
  }
}

Ticks linear_ticks(const Axis& a, int wanted, std::pmr::memory_resource* memory) {
  Ticks out(memory);
  add_linear(out, a, std::max(1, wanted));
  return out;
}

Ticks decade_ticks(const Axis& a, bool powers, int greatest_count, std::pmr::memory_resource* memory) {
  const int first = static_cast<int>(std::ceil(std::log10(a.least) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(a.greatest) + 1e-9));
  // Every step-th decade, with the step that leaves no more than the count.
  const int step = std::max(1, (last - first) / std::max(1, greatest_count) + 1);
  Ticks out(memory);
  for (int e = first; e <= last; e += step) {
    const double value = std::pow(10.0, e);
    Label label = label_in(out);
    append_decade(label, e, 1, powers ? Labels::powers_of_ten : Labels::decades);
    out.push_back({value, std::move(label)});
  }
  return out;
}

} // namespace ropescope::canvas
