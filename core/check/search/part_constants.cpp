#include <cmath>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/constant_added.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// A constant that is added to each component, of all heads alike or of each head.
class Constants {
public:
  explicit Constants(const PartContext& context) : context_(context), sample_(context.sample) {}

  std::optional<PartFound> find() const {
    for (const bool after : {true, false})
      for (const bool by_head : {false, true})
        if (auto found = added(after, by_head)) return found;
    return std::nullopt;
  }

private:
  std::optional<PartFound> added(bool after, bool by_head) const {
    const std::int64_t heads = by_head ? context_.evidence.run.heads : 1;
    const auto width = static_cast<std::size_t>(sample_.width), rows = static_cast<std::size_t>(sample_.rows);
    const auto count = static_cast<std::size_t>(heads) * width;
    // Each constant is measured by many numbers.
    constexpr std::size_t fewest = 8;
    const std::size_t cells = sample_.out.size() / count;
    if (cells < fewest || (by_head && heads == 1)) return std::nullopt;
    std::vector<double> constant(count);
    const std::vector<double> off = after ? difference() : turned(difference(), -1);
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < width; ++j)
          constant[place(r, by_head) * width + j] += off[sample_.row(t, r) + j] / static_cast<double>(cells);
    double size = 0;
    for (const double c : constant) size = std::max(size, std::abs(c));
    std::vector<double> plus(sample_.out.size());
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < width; ++j) plus[sample_.row(t, r) + j] = constant[place(r, by_head) * width + j];
    if (!after) plus = turned(std::move(plus), 1);
    // Measured from numbers that are rounded each: what is left is rounding, of numbers as long as both together.
    double error = 0, energy = 0;
    for (std::size_t n = 0; n < plus.size(); ++n) {
      plus[n] += context_.rows[n];
      error += (sample_.out[n] - plus[n]) * (sample_.out[n] - plus[n]);
      energy += sample_.out[n] * sample_.out[n];
    }
    const double residual = std::sqrt(error / std::max(energy, thresholds::nothing)),
                 scale = std::sqrt(energy / static_cast<double>(plus.size()));
    const Noise& noise = context_.evidence.noise;
    double angle = 0;
    for (const double turned : context_.turns.turned) angle = std::max(angle, turned);
    if (residual > 2 * noise.rms + angle || size < 2 * noise.bound * scale || !near(plus, scale, cells))
      return std::nullopt;
    return PartFound{{cause::ConstantAdded{std::move(constant), after}}, residual, nullptr};
  }

  /// Whether no number is further from the prediction than its rounding and its own pair's angle explain: what is
  /// allowed to fast pairs far out would hide every mistake of the slow ones. `cells`: numbers that measured a
  /// constant.
  bool near(const std::vector<double>& predicted, double scale, std::size_t cells) const {
    constexpr double widest = 8; // a normal number of so many deviations is not met in a file
    const PairComponents& at = context_.layout.at;
    const auto pairs = static_cast<std::size_t>(at.pairs());
    std::vector<double> angle(static_cast<std::size_t>(sample_.width)), measured(angle);
    // What angles of all tokens are off by is in the mean, and so in tokens whose own angles are exact.
    for (std::size_t i = 0; i < pairs; ++i) {
      double squares = 0;
      for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
        squares += context_.turns.turned[t * pairs + i] * context_.turns.turned[t * pairs + i];
      measured[static_cast<std::size_t>(at.out_first[i])] = measured[static_cast<std::size_t>(at.out_second[i])] =
          std::sqrt(squares / static_cast<double>(sample_.tokens.size() * cells));
    }
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t) {
      for (std::size_t i = 0; i < pairs; ++i)
        angle[static_cast<std::size_t>(at.out_first[i])] = angle[static_cast<std::size_t>(at.out_second[i])] =
            context_.turns.turned[t * pairs + i];
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r)
        for (std::size_t j = 0; j < angle.size(); ++j) {
          const std::size_t n = sample_.row(t, r) + j;
          if (std::abs(sample_.out[n] - predicted[n]) >
              widest * scale * (context_.evidence.noise.bound + thresholds::angle_bound * angle[j] + measured[j]))
            return false;
        }
    }
    return true;
  }

  std::size_t place(std::size_t r, bool by_head) const {
    return by_head ? static_cast<std::size_t>(place_of_row(context_.evidence.run, static_cast<std::int64_t>(r), 0).head)
                   : 0;
  }

  std::vector<double> difference() const {
    std::vector<double> off = sample_.out;
    for (std::size_t n = 0; n < off.size(); ++n) off[n] -= context_.rows[n];
    return off;
  }

  /// Rows turned by their angles, or back (sign −1), the gain taken off again.
  std::vector<double> turned(std::vector<double> rows, double sign) const {
    const PairComponents& at = context_.layout.at;
    const auto pairs = static_cast<std::size_t>(at.pairs());
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r)
        for (std::size_t i = 0; i < pairs; ++i) {
          std::complex<double> z = context_.turns.multiplier[t * pairs + i];
          if (sign < 0) z = 1.0 / z;
          const auto a = static_cast<std::size_t>(at.in_first[i]), b = static_cast<std::size_t>(at.in_second[i]);
          double *x = rows.data() + sample_.row(t, r), p = x[a], q = x[b];
          x[a] = p * z.real() - q * z.imag();
          x[b] = q * z.real() + p * z.imag();
        }
    return rows;
  }

  const PartContext& context_;
  const RowSample& sample_;
};

} // namespace

std::optional<PartFound> constants_added(const PartContext& context) {
  const PairComponents& at = context.layout.at;
  if (context.evidence.run.tables || at.in_first != at.out_first || at.in_second != at.out_second) return std::nullopt;
  return Constants(context).find();
}

} // namespace ropescope
