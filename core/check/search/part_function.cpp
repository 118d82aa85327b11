#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

using Complex = std::complex<double>;

/// What a pair of a token was multiplied by, at the angle that it should be turned by.
struct Point {
  double angle = 0; ///< rad, 0 to 2π
  Complex z;
  double bound = 0; ///< what rounding explains of z
};

/// A table, or a sine of the kernel's own, that is wrong as a function of the angle: pairs and tokens that share an
/// angle are then multiplied alike, whatever that is.
class FunctionOfAngle {
public:
  explicit FunctionOfAngle(const PartContext& context) : context_(context) {}

  std::optional<PartFound> find() {
    if (!measure()) return std::nullopt;
    std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) { return a.angle < b.angle; });
    if (auto found = other_gains()) return found;
    return smooth();
  }

private:
  static constexpr double turn = 2 * std::numbers::pi;

  /// Whether all rows of a token multiply a pair by one number, whose points then cover the circle.
  bool measure() {
    const RowSample& sample = context_.sample;
    const PairComponents& at = context_.layout.at;
    const auto pairs = static_cast<std::size_t>(at.pairs()), rows = static_cast<std::size_t>(sample.rows);
    std::array<std::size_t, 8> octants{};
    std::size_t odd = 0, all = 0;
    for (std::size_t t = 0; t < sample.tokens.size(); ++t)
      for (std::size_t i = 0; i < pairs; ++i) {
        Complex cross = 0;
        double in = 0, out = 0;
        for (std::size_t r = 0; r < rows; ++r) {
          const std::size_t row = sample.row(t, r);
          const auto number = [&](const std::vector<double>& of, std::int64_t j) {
            return of[row + static_cast<std::size_t>(j)];
          };
          const Complex x(number(sample.in, at.in_first[i]), number(sample.in, at.in_second[i])),
              y(number(sample.out, at.out_first[i]), number(sample.out, at.out_second[i]));
          cross += y * std::conj(x);
          in += std::norm(x);
          out += std::norm(y);
        }
        if (!(in > 0)) continue;
        const std::size_t n = t * pairs + i;
        const double bound = context_.evidence.noise.bound + thresholds::angle_bound * context_.turns.turned[n];
        const Complex z = cross / in;
        ++all;
        odd += out - std::norm(z) * in > bound * bound * std::max(in, out);
        const Complex right = context_.turns.multiplier[n];
        double angle = std::arg(right);
        if (angle < 0) angle += turn;
        // Slow pairs, which hardly turn, would be most of all points.
        constexpr double turned = 0.2;
        if (std::abs(right.imag()) < turned * std::abs(right) && right.real() > 0) continue;
        ++octants[std::min<std::size_t>(7, static_cast<std::size_t>(angle / turn * 8))];
        points_.push_back({angle, z, bound});
      }
    constexpr std::size_t fewest = 4;
    return 100 * odd < all && std::all_of(octants.begin(), octants.end(), [](std::size_t n) { return n >= fewest; });
  }

  /// cos times one number and sin times another.
  std::optional<PartFound> other_gains() const {
    double cc = 0, ss = 0, c = 0, s = 0;
    for (const Point& p : points_) {
      c += p.z.real() * std::cos(p.angle);
      cc += std::cos(p.angle) * std::cos(p.angle);
      s += p.z.imag() * std::sin(p.angle);
      ss += std::sin(p.angle) * std::sin(p.angle);
    }
    const double of_cos = c / cc, of_sin = s / ss, gain = context_.expected.gain;
    constexpr double apart = 0.002;
    if (std::abs(of_cos - of_sin) < apart * (std::abs(of_cos) + std::abs(of_sin))) return std::nullopt;
    SampleTurns turns = context_.turns;
    for (Complex& z : turns.multiplier) z = {z.real() * of_cos / gain, z.imag() * of_sin / gain};
    const auto residual = context_.whole(turns);
    if (!residual) return std::nullopt;
    return PartFound{{cause::PairMatrix{"cos_sin_gains",
                                        fmt::format("the cosine by {:.4g} and the sine by {:.4g}; the model has {:.4g} "
                                                    "for both",
                                                    of_cos, of_sin, gain),
                                        {}}},
                     *residual,
                     nullptr};
  }

  /// Each point lies between its neighbours, though not where cos and sin do.
  std::optional<PartFound> smooth() const {
    const std::size_t n = points_.size();
    double left = 0, moved = 0, size = 0;
    std::size_t far = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const Point &a = points_[(k + n - 1) % n], &b = points_[k], &c = points_[(k + 1) % n];
      const double before = b.angle - a.angle + (k == 0 ? turn : 0),
                   after = c.angle - b.angle + (k + 1 == n ? turn : 0),
                   share = before + after > 0 ? before / (before + after) : 0.5;
      const double error = std::abs(b.z - (a.z + share * (c.z - a.z)));
      constexpr double step = 0.05; // of what jumps somewhere, as a table that ends does
      if (error > step + 4 * b.bound) {
        ++far;
        continue;
      }
      left += error * error;
      moved += std::norm(b.z - std::polar(context_.expected.gain, b.angle));
      size += std::norm(b.z);
    }
    // A hundredth of the points may lie at jumps; the others are as near as points of 2000 on a circle leave them.
    constexpr double near = 3e-3, other = 10;
    const double rms = context_.evidence.noise.rms;
    if (100 * far > n || left > std::pow(near + 3 * rms, 2) * size || moved < other * left ||
        moved < std::pow(other * rms, 2) * size)
      return std::nullopt;
    return PartFound{{cause::PairMatrix{"other_function", words(), {}}}, std::sqrt(left / size), nullptr};
  }

  std::string words() const {
    std::string words;
    for (const int degrees : {45, 90, 135, 180, 270}) {
      const double angle = degrees * std::numbers::pi / 180;
      const auto near = std::min_element(points_.begin(), points_.end(), [&](const Point& a, const Point& b) {
        return std::abs(a.angle - angle) < std::abs(b.angle - angle);
      });
      words += fmt::format("{}at {}° {:.3g} and {:.3g}", words.empty() ? "" : ", ", degrees, near->z.real() + 0.0,
                           near->z.imag() + 0.0);
    }
    return words;
  }

  const PartContext& context_;
  std::vector<Point> points_;
};

} // namespace

std::optional<PartFound> function_of_angle(const PartContext& context) {
  if (context.evidence.run.tables || one_position(context.evidence.run.positions)) return std::nullopt;
  return FunctionOfAngle(context).find();
}

} // namespace ropescope
