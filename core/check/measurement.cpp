#include "core/check/measurement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check/basics/thresholds.h"
#include "core/check/search/candidate.h"
#include "core/check/search/search.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// Tokens between the least and the greatest position.
double span_of(const std::vector<double>& positions) {
  if (positions.empty()) return 1;
  const auto [least, greatest] = std::minmax_element(positions.begin(), positions.end());
  return std::max(1.0, *greatest - *least);
}

} // namespace

PairJudgement judge_frequency(double measured, double expected, double span, double tolerance) {
  const double off = std::abs(measured - expected);
  if (!std::isfinite(measured)) return PairJudgement::unseen;
  if (off <= thresholds::frequency_off * std::abs(expected)) return PairJudgement::right;
  // Rounding turns a pair by up to the tolerance at any one position, so that slower differences are not seen.
  const double told = std::max(thresholds::angle_tolerances * tolerance, thresholds::least_angle_off);
  return off * span > told ? PairJudgement::off : PairJudgement::unseen;
}

Measurement measure(const KernelRun& run, const LayoutChoice& layout, const Noise& noise, WholeSums& sums,
                    double tolerance) {
  const Prediction expected = expected_candidate(run, layout).prediction(as_given(run));
  Measurement measured;
  measured.layout = layout.layout;
  measured.expected = expected.turns.theta;
  measured.tokens.resize(static_cast<std::size_t>(run.shape.tokens));
  std::iota(measured.tokens.begin(), measured.tokens.end(), std::int64_t{0});
  // Over all positions a wrong frequency adds up, which is what judges it.
  const double span = span_of(expected.positions.ids);
  for (const FrequencyFit& fit : fit_layout(run, layout, noise)) {
    const double of_pair = measured.expected[measured.frequency.size()];
    measured.frequency.push_back(fit.theta);
    measured.judgement.push_back(judge_frequency(fit.theta, of_pair, span, tolerance));
  }
  const auto whole = sums.of(layout.at);
  std::vector<PairSums> over(static_cast<std::size_t>(whole->pairs)); // all tokens
  std::vector<double> parallel(over.size());                          // of out, the part that is a multiple of in
  measured.ratio.resize(measured.tokens.size() * over.size());
  measured.expected_ratio.resize(measured.ratio.size());
  in_parallel(measured.tokens.size(), 0, [&](std::size_t t) {
    for (std::size_t i = 0; i < over.size(); ++i) {
      const PairSums& sum = whole->of(t)[i];
      const std::complex<double> cross(sum.cross_re, sum.cross_im);
      measured.ratio[t * over.size() + i] = std::complex<float>(sum.in > 0 ? cross / sum.in : 0.0);
      measured.expected_ratio[t * over.size() + i] = std::complex<float>(expected.multiplier(t, i));
    }
  });
  for (std::size_t t = 0; t < measured.tokens.size(); ++t)
    for (std::size_t i = 0; i < over.size(); ++i) {
      const PairSums& sum = whole->of(t)[i];
      over[i].in += sum.in;
      over[i].out += sum.out;
      const std::complex<double> cross(sum.cross_re, sum.cross_im);
      if (sum.in > 0) parallel[i] += std::norm(cross) / sum.in;
    }
  // 0/0 where a pair is zeros everywhere: NaN says that nothing was measured.
  for (std::size_t i = 0; i < over.size(); ++i) {
    measured.gain.push_back(std::sqrt(over[i].out / over[i].in));
    measured.coherence.push_back(std::sqrt(parallel[i] / over[i].out));
  }
  return measured;
}

} // namespace ropescope
