#include "core/check/proof/row_proof.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/thresholds.h"

namespace ropescope {

SampleTurns sample_turns(const RowSample& sample, const Prediction& prediction, const Noise& noise) {
  SampleTurns turns;
  for (const std::int64_t token : sample.tokens)
    for (std::size_t i = 0; i < prediction.turns.theta.size(); ++i) {
      const auto t = static_cast<std::size_t>(token);
      turns.multiplier.push_back(prediction.multiplier(t, i));
      turns.turned.push_back(i < noise.angle.size() ? noise.of_angle(i, prediction.angle(t, i)) : 0);
    }
  return turns;
}

std::vector<double> predicted_rows(const RowSample& sample, const PairComponents& at, const SampleTurns& turns) {
  std::vector<double> rows = sample.in;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  for (std::size_t t = 0; t < sample.tokens.size(); ++t)
    for (std::size_t r = 0; r < static_cast<std::size_t>(sample.rows); ++r) {
      const double* x = sample.in.data() + sample.row(t, r);
      double* y = rows.data() + sample.row(t, r);
      for (std::size_t i = 0; i < pairs; ++i) {
        const std::complex<double> z = turns.multiplier[t * pairs + i];
        const double a = x[at.in_first[i]], b = x[at.in_second[i]];
        y[at.out_first[i]] = a * z.real() - b * z.imag();
        y[at.out_second[i]] = b * z.real() + a * z.imag();
      }
    }
  return rows;
}

namespace {

class Proof {
public:
  Proof(const RowSample& sample, const std::vector<double>& predicted, const PairComponents& at,
        const SampleTurns& turns, const Noise& noise, const std::vector<std::uint8_t>& counts)
      : sample_(sample), predicted_(predicted), at_(at), turns_(turns), noise_(noise), counts_(counts),
        floor_(noise.floor / static_cast<double>(2 * sample.rows)) {}

  RowProof run() {
    result_.off.assign(predicted_.size(), 0);
    for (std::size_t t = 0; t < sample_.tokens.size(); ++t)
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) row(t, sample_.row(t, r));
    result_.residual = std::sqrt(error_ / std::max(energy_, 1e-300));
    result_.whole = result_.count == 0 && error_ <= allowed_ + thresholds::sum_error * energy_ + thresholds::nothing;
    return std::move(result_);
  }

private:
  void row(std::size_t t, std::size_t first) {
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    double in = 0, predicted = 0;
    for (std::size_t j = first; j < first + static_cast<std::size_t>(sample_.width); ++j) {
      in += sample_.in[j] * sample_.in[j];
      predicted += predicted_[j] * predicted_[j];
    }
    // What a kernel shortens (cosine alone) still comes with the rounding of products as long as the input.
    const double gain = in > 0 ? std::sqrt(predicted / in) : 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto a = static_cast<std::size_t>(at_.out_first[i]), b = static_cast<std::size_t>(at_.out_second[i]);
      const double scale = std::max(std::hypot(predicted_[first + a], predicted_[first + b]),
                                    gain * std::hypot(sample_.in[first + static_cast<std::size_t>(at_.in_first[i])],
                                                      sample_.in[first + static_cast<std::size_t>(at_.in_second[i])]));
      const double turned = turns_.turned[t * pairs + i];
      number(first, a, scale, turned);
      number(first, b, scale, turned);
    }
    for (const std::int64_t j : at_.rest) {
      const auto c = static_cast<std::size_t>(j);
      number(first, c, std::max(std::abs(predicted_[first + c]), gain * std::abs(sample_.in[first + c])), 0);
    }
  }

  void number(std::size_t first, std::size_t component, double scale, double turned) {
    if (!counts_.empty() && !counts_[component]) return;
    const double p = predicted_[first + component], d = sample_.out[first + component] - p;
    const double bound = scale * (noise_.bound + thresholds::angle_bound * turned);
    // Written so that NaN, as a prediction that divides by zero yields, is off.
    if (!(d * d <= bound * bound + thresholds::floor_bound * floor_ + thresholds::nothing)) {
      result_.off[first + component] = 1;
      ++result_.count;
    }
    error_ += d * d;
    energy_ += p * p;
    // A pair's error has two numbers, and each may have half of its square.
    const double share = scale * (noise_.rms + turned);
    allowed_ += share * share / 2 + floor_;
  }

  const RowSample& sample_;
  const std::vector<double>& predicted_;
  const PairComponents& at_;
  const SampleTurns& turns_;
  const Noise& noise_;
  const std::vector<std::uint8_t>& counts_;
  double floor_;
  double error_ = 0, energy_ = 0, allowed_ = 0;
  RowProof result_;
};

} // namespace

RowProof prove_rows(const RowSample& sample, const std::vector<double>& predicted, const PairComponents& at,
                    const SampleTurns& turns, const Noise& noise, const std::vector<std::uint8_t>& counts) {
  return Proof(sample, predicted, at, turns, noise, counts).run();
}

} // namespace ropescope
