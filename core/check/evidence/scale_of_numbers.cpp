#include "core/check/evidence/scale_of_numbers.h"

#include <array>
#include <bit>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

namespace ropescope {

namespace {

// Of normal numbers, which all here are: std::ilogb and std::ldexp, for any number, take as long as all the rest.
int exponent_of(double x) { return static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7ff) - 1023; }
double power_of_two(int exponent) { return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52); }

/// How a float8 format spaces its numbers.
class Grid {
public:
  explicit Grid(NumberFormat format)
      : precision_(properties_of(format).precision), least_(std::ilogb(properties_of(format).smallest)),
        greatest_(properties_of(format).greatest) {}

  int significands() const { return 1 << (precision_ - 1); }
  double greatest() const { return greatest_; }

  /// The nearest number of the format in units of its least, where that is no further off than rounding; else nothing.
  std::optional<std::uint64_t> units(double x, double rounding) const {
    const int exponent = std::max(exponent_of(x) - precision_ + 1, least_);
    const double unit = power_of_two(exponent), whole = std::nearbyint(x / unit);
    if (std::abs(whole * unit - x) > rounding * x || whole * unit > greatest_) return std::nullopt;
    return static_cast<std::uint64_t>(whole) << (exponent - least_);
  }

  /// Which number of the format that is, counted from 0: below 128.
  std::size_t index(std::uint64_t units) const {
    const int below = std::max(static_cast<int>(std::bit_width(units)) - precision_, 0); // bits that are 0
    return static_cast<std::size_t>(below) * static_cast<std::size_t>(significands()) +
           static_cast<std::size_t>(units >> below);
  }

private:
  int precision_, least_;
  double greatest_;
};

/// A group under one scale of a float8 format.
std::optional<Told> under_scale(const Group& group, const Grid& grid, double scale) {
  // Twice the rounding: of the number, and of the greatest, which the scale was made of.
  const double rounding = 2 * group.rounding;
  std::bitset<256> seen;
  int spare = std::numeric_limits<int>::max(); // powers of two by which all numbers could be shorter
  for (const double x : group.numbers) {
    const auto units = grid.units(x / scale, rounding);
    if (!units || *units == 0) return std::nullopt;
    seen.set(grid.index(*units));
    spare = std::min(spare, std::countr_zero(*units));
  }
  // Two numbers next to each other lie this far apart at least, relative, and each is taken on either side.
  const double chance = std::min(1.0, 2 * rounding * 2 * grid.significands());
  // As great as the least numbers allow, which lie a fixed distance apart: nothing tells that they are finer.
  return Told{std::ldexp(scale, spare), static_cast<double>(seen.count() - 1) * -std::log(chance)};
}

/// Numbers of p bits have 2^(p−1) different significands, whatever their scale, where random ones have as many as there
/// are.
bool too_many_significands(const Group& group, int most) {
  std::vector<double> seen;
  for (const double x : group.numbers) {
    int exponent = 0;
    const double m = std::frexp(x, &exponent), slack = 2 * group.rounding * m;
    if (std::any_of(seen.begin(), seen.end(), [&](double known) {
          return std::abs(known - m) <= slack || std::abs(known - 2 * m) <= 2 * slack ||
                 std::abs(2 * known - m) <= 2 * slack;
        }))
      continue;
    seen.push_back(m);
    if (seen.size() > static_cast<std::size_t>(most)) return true;
  }
  return false;
}

} // namespace

std::optional<Told> float8_scale(const Group& group, NumberFormat format) {
  if (group.numbers.empty()) return std::nullopt;
  const Grid grid(format);
  const double most = group.greatest();
  if (auto natural = under_scale(group, grid, most / grid.greatest())) return natural;
  // What lies below the normal numbers has fewer bits, but their significands all the same.
  if (too_many_significands(group, grid.significands())) return std::nullopt;
  // The greatest number is one of the significands; its power of two is as small as the format's greatest allows.
  for (int k = 0; k < grid.significands(); ++k) {
    const double of_greatest = 1 + static_cast<double>(k) / grid.significands();
    const double scale = most / (of_greatest * std::exp2(std::floor(std::log2(grid.greatest() / of_greatest))));
    auto told = under_scale(group, grid, scale);
    if (!told) continue;
    told->nats -= std::log(grid.significands());
    return told;
  }
  return std::nullopt;
}

namespace {

constexpr double tells = 0.3; // steps; beyond it storage rounds by as much as a step

/// By how many steps a number of so many may be off: rounded itself, and so is the greatest; 0.002: a scale that was
/// itself stored in 16 bits and multiplied on.
double slack_of(double steps, const Group& group) { return 0.002 + steps * 2.5 * group.rounding; }

/// A group whose greatest number is so many steps, `most` at most.
template <std::size_t most>
std::optional<Told> of_steps(const Group& group, double greatest, int count) {
  const double step = greatest / count;
  // Most counts fail at one of the first numbers, before anything is to be remembered.
  constexpr std::size_t asked_first = 8;
  for (std::size_t n = 0; n < std::min(asked_first, group.numbers.size()); ++n) {
    const double steps = group.numbers[n] / step, slack = slack_of(steps, group), whole = std::nearbyint(steps);
    if (slack <= tells && (std::abs(steps - whole) > slack || whole == 0)) return std::nullopt;
  }
  std::bitset<most + 1> seen;
  seen.set(static_cast<std::size_t>(count));
  double nats = 0;
  for (const double x : group.numbers) {
    const double steps = x / step, whole = std::nearbyint(steps);
    const double slack = slack_of(steps, group);
    if (slack > tells) continue;
    if (std::abs(steps - whole) > slack || whole == 0) return std::nullopt;
    if (seen[static_cast<std::size_t>(whole)]) continue;
    seen.set(static_cast<std::size_t>(whole));
    nats -= std::log(2 * slack);
  }
  return Told{step, nats};
}

} // namespace

namespace {

/// Whether the first numbers of a group could be whole steps of so many counts, from `first`: without a branch, since
/// nearly all of some ten thousand counts fail here.
template <std::size_t counts>
void first_sight(const Group& group, double greatest, int first, std::array<std::uint8_t, counts>& may_be) {
  may_be.fill(1);
  constexpr std::size_t asked = 3;
  constexpr double whole = 0x1.8p52; // added and taken off again, it leaves the nearest whole number
  for (std::size_t n = 0; n < std::min(asked, group.numbers.size()); ++n) {
    const double number = group.numbers[n], rounding = group.rounding;
    for (std::size_t c = 0; c < counts; ++c) {
      const double step = greatest / (first + static_cast<double>(c)), steps = number / step;
      const double nearest = (steps + whole) - whole, off = std::abs(steps - nearest),
                   slack = 0.002 + steps * 2.5 * rounding;
      may_be[c] &= static_cast<std::uint8_t>((slack > tells) | ((off <= slack) & (nearest != 0)));
    }
  }
}

/// `natural`: tried before all others; 0: none is.
template <int most>
std::optional<Told> whole_steps(const Group& group, int natural) {
  if (group.numbers.empty()) return std::nullopt;
  const double greatest = group.greatest();
  if (natural > 0)
    if (auto told = of_steps<most>(group, greatest, natural)) return told;
  constexpr int at_once = 64;
  std::array<std::uint8_t, at_once> may_be;
  for (int first = 1; first <= most; first += at_once) {
    first_sight(group, greatest, first, may_be);
    for (int count = first; count < first + at_once && count <= most; ++count) {
      if (!may_be[static_cast<std::size_t>(count - first)]) continue;
      auto told = of_steps<most>(group, greatest, count);
      if (!told) continue;
      told->nats -= std::log(most);
      return told;
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<Told> whole_step(const Group& group) { return whole_steps<255>(group, 127); }
std::optional<Told> step_of_16_bits(const Group& group) { return whole_steps<65535>(group, 32767); }
std::optional<Told> step_of_4_bits(const Group& group) { return whole_steps<8>(group, 0); }

std::optional<Told> float4_scale(const Group& group) {
  if (group.numbers.empty()) return std::nullopt;
  const double greatest = group.greatest();
  constexpr int halves[] = {1, 2, 3, 4, 6, 8, 12}; // the format's numbers, in halves of the scale
  for (const int count : halves) {
    const auto told = of_steps<12>(group, greatest, count);
    const bool held =
        told && std::all_of(group.numbers.begin(), group.numbers.end(), [&](double x) {
          return std::find(std::begin(halves), std::end(halves), std::lround(x / told->scale)) != std::end(halves);
        });
    if (held) return Told{2 * told->scale, told->nats - std::log(std::size(halves))};
  }
  return std::nullopt;
}

} // namespace ropescope
