#include "core/check/proof/row_proof.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/check/basics/thresholds.h"
#include "core/parallel.h"

namespace ropescope {

SampleTurns sample_turns(const RowSample& sample, const Prediction& prediction, const Noise& noise) {
  const std::size_t pairs = prediction.turns.theta.size(), count = sample.tokens.size() * pairs;
  SampleTurns turns{std::vector<std::complex<double>>(count), std::vector<double>(count)};
  in_parallel(sample.tokens.size(), 0, [&](std::size_t n) {
    const auto t = static_cast<std::size_t>(sample.tokens[n]);
    for (std::size_t i = 0; i < pairs; ++i) {
      turns.multiplier[n * pairs + i] = prediction.multiplier(t, i);
      if (!noise.angle.empty()) turns.turned[n * pairs + i] = noise.of_angle(i, prediction.angle(t, i));
    }
  });
  return turns;
}

void predict_token(const RowSample& sample, const PairComponents& at, const SampleTurns& turns, std::size_t token,
                   double* rows) {
  const auto pairs = static_cast<std::size_t>(at.pairs());
  const double* x = sample.in.data() + sample.row(token, 0);
  std::copy_n(x, sample.rows * sample.width, rows);
  for (std::int64_t r = 0; r < sample.rows; ++r, x += sample.width, rows += sample.width)
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::complex<double> z = turns.multiplier[token * pairs + i];
      const double a = x[at.in_first[i]], b = x[at.in_second[i]];
      rows[at.out_first[i]] = a * z.real() - b * z.imag();
      rows[at.out_second[i]] = b * z.real() + a * z.imag();
    }
}

std::vector<double> predicted_rows(const RowSample& sample, const PairComponents& at, const SampleTurns& turns) {
  std::vector<double> rows(sample.in.size());
  in_parallel(sample.tokens.size(), 0,
              [&](std::size_t t) { predict_token(sample, at, turns, t, rows.data() + sample.row(t, 0)); });
  return rows;
}

namespace {

/// What a number's squared error may be, however short it is, where rows, channels or blocks of 8-bit rows have scales
/// of their own: each number by its own scale, and not by what its token's sum to.
class ScaledFloor {
public:
  ScaledFloor(const RowShape& shape, const Noise& noise)
      : shape_(shape), format_(noise.rows),
        share_(format_.int8    ? thresholds::int8_floor
               : format_.int16 ? thresholds::float8_floor
                               : thresholds::float8_floor * format_.least_step * format_.least_step),
        scaled_(!noise.token_floor.empty() || !noise.component_floor.empty()) {}

  /// Where the scales of a row begin, and how many components each is of.
  struct Row {
    std::size_t first = 0, width = 1;
  };
  Row row(std::int64_t token, std::int64_t r) const {
    if (!scaled_) return {};
    const auto number =
        static_cast<std::size_t>((r / shape_.inner * shape_.tokens + token) * shape_.inner + r % shape_.inner);
    const auto width = static_cast<std::size_t>(shape_.head_dim), block = static_cast<std::size_t>(format_.block);
    switch (format_.scaled) {
    case RowFormat::Scaled::channel: return {static_cast<std::size_t>(r) * width, 1};
    case RowFormat::Scaled::block: return {number * (width / block), block};
    default: return {number, width};
    }
  }
  double of(const Row& row, std::size_t component) const {
    if (!scaled_) return 0;
    const auto scale = static_cast<double>(format_.scale[row.first + component / row.width]);
    return share_ * scale * scale;
  }

private:
  const RowShape& shape_;
  const RowFormat& format_;
  double share_;
  bool scaled_;
};

class Proof {
public:
  Proof(const RowSample& sample, const PairComponents& at, const SampleTurns& turns, const Noise& noise,
        const std::vector<std::uint8_t>& counts)
      : sample_(sample), at_(at), turns_(turns), noise_(noise), counts_(counts),
        floor_(noise.floor / static_cast<double>(2 * sample.rows)), by_scale_(sample.shape, noise) {}

  RowProof of_all(const std::vector<double>& predicted) const {
    RowProof result;
    result.off.assign(predicted.size(), 0);
    std::vector<Sums> tokens(sample_.tokens.size());
    in_parallel(tokens.size(), 0, [&](std::size_t t) {
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows); ++r) {
        const std::size_t first = sample_.row(t, r);
        row(t, r, predicted.data() + first, result.off.data() + first, tokens[t]);
      }
    });
    judge(tokens, result);
    return result;
  }

  std::optional<double> of_whole(const PredictToken& predict) const {
    RowProof result;
    std::vector<Sums> tokens(sample_.tokens.size());
    std::atomic<bool> refused = false;
    in_parallel(tokens.size(), 0, [&](std::size_t t) {
      if (refused) return;
      std::vector<double> predicted(static_cast<std::size_t>(sample_.rows * sample_.width));
      predict(t, predicted.data());
      for (std::size_t r = 0; r < static_cast<std::size_t>(sample_.rows) && !refused; ++r) {
        row(t, r, predicted.data() + sample_.row(0, r), nullptr, tokens[t]);
        if (tokens[t].count > 0) refused = true;
      }
    });
    if (refused) return std::nullopt;
    judge(tokens, result);
    return result.whole ? std::optional(result.residual) : std::nullopt;
  }

private:
  struct Sums {
    std::int64_t count = 0; ///< of numbers that are off
    double error = 0, energy = 0, allowed = 0;
  };

  /// Each token has sums of its own, added in order: the same to the bit on any number of threads.
  static void judge(const std::vector<Sums>& tokens, RowProof& result) {
    Sums all;
    for (const Sums& token : tokens) {
      all.count += token.count;
      all.error += token.error;
      all.energy += token.energy;
      all.allowed += token.allowed;
    }
    result.count = all.count;
    result.residual = std::sqrt(all.error / std::max(all.energy, 1e-300));
    result.whole =
        all.count == 0 && all.error <= all.allowed + thresholds::sum_error * all.energy + thresholds::nothing;
  }

  /// `off`: of the row's components; null: they are counted alone.
  void row(std::size_t t, std::size_t r, const double* predicted, std::uint8_t* off, Sums& sums) const {
    const std::size_t first = sample_.row(t, r);
    const ScaledFloor::Row floor = by_scale_.row(sample_.tokens[t], static_cast<std::int64_t>(r));
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    const double *x = sample_.in.data() + first, *y = sample_.out.data() + first;
    double in = 0, energy = 0;
    for (std::size_t j = 0; j < static_cast<std::size_t>(sample_.width); ++j) {
      in += x[j] * x[j];
      energy += predicted[j] * predicted[j];
    }
    // What a kernel shortens (cosine alone) still comes with the rounding of products as long as the input.
    const double gain = in > 0 ? std::sqrt(energy / in) : 0;
    const auto number = [&](std::size_t component, double scale, double turned) {
      if (!counts_.empty() && !counts_[component]) return;
      const double p = predicted[component], d = y[component] - p;
      const double of_number = floor_ + by_scale_.of(floor, component);
      const double bound = scale * (noise_.bound + thresholds::angle_bound * turned);
      // Written so that NaN, as a prediction that divides by zero yields, is off.
      if (!(d * d <= bound * bound + thresholds::floor_bound * of_number + thresholds::nothing)) {
        if (off) off[component] = 1;
        ++sums.count;
      }
      sums.error += d * d;
      sums.energy += p * p;
      // A pair's error has two numbers, and each may have half of its square.
      const double share = scale * (noise_.rms + turned);
      sums.allowed += share * share / 2 + of_number;
    };
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto a = static_cast<std::size_t>(at_.out_first[i]), b = static_cast<std::size_t>(at_.out_second[i]);
      const double scale =
          std::max(length(predicted[a], predicted[b]), gain * length(x[at_.in_first[i]], x[at_.in_second[i]]));
      const double turned = turns_.turned[t * pairs + i];
      number(a, scale, turned);
      number(b, scale, turned);
    }
    for (const std::int64_t j : at_.rest)
      number(static_cast<std::size_t>(j), std::max(std::abs(predicted[j]), gain * std::abs(x[j])), 0);
  }

  /// Not std::hypot, which guards against squares that overflow, as those of the rows' sums would: at ten times the
  /// cost.
  static double length(double x, double y) { return std::sqrt(x * x + y * y); }

  const RowSample& sample_;
  const PairComponents& at_;
  const SampleTurns& turns_;
  const Noise& noise_;
  const std::vector<std::uint8_t>& counts_;
  double floor_; ///< of all rows alike
  ScaledFloor by_scale_;
};

} // namespace

RowProof prove_rows(const RowSample& sample, const std::vector<double>& predicted, const PairComponents& at,
                    const SampleTurns& turns, const Noise& noise, const std::vector<std::uint8_t>& counts) {
  return Proof(sample, at, turns, noise, counts).of_all(predicted);
}

std::optional<double> prove_whole(const RowSample& sample, const PredictToken& predict, const PairComponents& at,
                                  const SampleTurns& turns, const Noise& noise,
                                  const std::vector<std::uint8_t>& counts) {
  return Proof(sample, at, turns, noise, counts).of_whole(predict);
}

} // namespace ropescope
