#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/pairs_wrong.h"
#include "core/check/causes/positions_other.h"
#include "core/check/proof/score.h"
#include "core/check/search/parts.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

using Complex = std::complex<double>;

/// The mean over all tokens of what a pair was multiplied by, beside what it should be.
struct Mean {
  double gain = 0, angle = 0;             ///< relative, less 1; rad
  double gain_error = 0, angle_error = 0; ///< standard errors
};

class SmallErrors {
public:
  explicit SmallErrors(const PartContext& context)
      : context_(context), run_(context.evidence.run), all_(static_cast<std::size_t>(run_.shape.tokens)),
        whole_(context.evidence.sums.of(context.layout.at)) {
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
    means_.resize(static_cast<std::size_t>(whole_->pairs));
    in_parallel(means_.size(), 0, [&](std::size_t i) { means_[i] = mean_of(i); });
  }

  std::optional<PartFound> find() const {
    if (auto found = moved()) return found;
    // Pairs that show in single numbers are another finder's.
    return context_.proof.whole ? pairs() : std::nullopt;
  }

private:
  Mean mean_of(std::size_t i) const {
    double w = 0, g = 0, gg = 0, f = 0, ff = 0, n = 0;
    for (std::size_t t = 0; t < all_.size(); ++t) {
      const PairSums& sum = whole_->of(t)[i];
      const Complex z = context_.expected.multiplier(t, i);
      const double length = std::norm(z) * sum.in;
      if (!(length > 0)) continue;
      const Complex ratio = std::conj(z) * Complex(sum.cross_re, sum.cross_im) / length;
      const double gain = ratio.real() - 1, angle = std::arg(ratio);
      n += 1;
      w += length;
      g += length * gain;
      gg += length * gain * gain;
      f += length * angle;
      ff += length * angle * angle;
    }
    if (n < 2) return {};
    const auto error = [&](double sum, double squares) {
      return std::sqrt(std::max(0.0, squares / w - (sum / w) * (sum / w)) / n);
    };
    return {g / w, f / w, error(g, gg), error(f, ff)};
  }

  Score scored(const Prediction& prediction) const { return score(*whole_, context_.evidence.noise, prediction); }

  /// A part of a token further: every angle is off by its frequency times that.
  std::optional<PartFound> moved() const {
    if (run_.positions.axes > 1) return std::nullopt;
    double moment = 0, square = 0;
    for (std::size_t i = 0; i < means_.size(); ++i) {
      const double theta = context_.expected.turns.theta[i], error = std::max(means_[i].angle_error, 1e-9);
      moment += theta * means_[i].angle / (error * error);
      square += theta * theta / (error * error);
    }
    if (square == 0 || moment * moment < square * std::pow(thresholds::bias_errors, 2)) return std::nullopt;
    // As few digits as the errors leave it.
    const double measured = moment / square, error = 1 / std::sqrt(square),
                 digit = std::pow(10.0, std::ceil(std::log10(3 * error))), shift = std::round(measured / digit) * digit;
    if (std::abs(measured) > thresholds::same_position) return std::nullopt; // the search has looked further
    for (const double by : {shift, measured}) {
      Prediction prediction = context_.expected;
      for (double& id : prediction.positions.ids) id += by;
      const Score proved = scored(prediction);
      if (by == 0 || !proved.whole()) continue;
      std::vector<std::int64_t> positions;
      for (const double id : prediction.positions.ids) positions.push_back(std::llround(id));
      return PartFound{
          {cause::PositionsOther{std::move(positions), fmt::format("p {} {:.3g}", by < 0 ? "−" : "+", std::abs(by))}},
          proved.residual};
    }
    return std::nullopt;
  }

  /// Pairs whose mean is off by more than chance, where it explains all.
  std::optional<PartFound> pairs() const {
    cause::PairsWrong wrong;
    const double unit = context_.evidence.noise.unit;
    std::vector<Complex> times(means_.size(), Complex(1));
    for (std::size_t i = 0; i < means_.size(); ++i) {
      const Mean& mean = means_[i];
      const auto off = [&](double by, double error) {
        return std::abs(by) > std::max(thresholds::bias_units * unit / 2, thresholds::bias_errors * error);
      };
      if (!off(mean.gain, mean.gain_error) && !off(mean.angle, mean.angle_error)) continue;
      wrong.pairs.push_back(static_cast<std::int64_t>(i));
      wrong.mean_gain.push_back(1 + mean.gain);
      wrong.mean_angle.push_back(mean.angle);
      times[i] = Complex(1 + mean.gain, mean.angle);
    }
    if (wrong.pairs.empty() || 2 * wrong.pairs.size() > means_.size()) return std::nullopt;
    const Prediction& expected = context_.expected;
    const Score proved = score(
        *whole_, context_.evidence.noise,
        [&](std::size_t t, std::size_t i) { return expected.multiplier(t, i) * times[i]; },
        [&](std::size_t t, std::size_t i) { return expected.angle(t, i); });
    if (!proved.whole()) return std::nullopt;
    return PartFound{{std::move(wrong)}, proved.residual};
  }

  const PartContext& context_;
  const KernelRun& run_;
  std::vector<std::int64_t> all_;
  std::shared_ptr<const Reduced> whole_;
  std::vector<Mean> means_;
};

} // namespace

std::optional<PartFound> small_errors(const PartContext& context) {
  // Rows of 8 bits are too coarse to tell a small error from one that comes and goes.
  if (!context.as_expected() || context.evidence.noise.rows.of_8_bits()) return std::nullopt;
  return SmallErrors(context).find();
}

} // namespace ropescope
