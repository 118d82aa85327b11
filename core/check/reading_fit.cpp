#include "core/check/reading_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/check/choices/layouts.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/reduce.h"
#include "core/check/proof/score.h"
#include "core/check/search/candidate.h"
#include "core/check/search/layout_choices.h"

namespace ropescope {

namespace {

/// What no angles explain, however they are chosen: least squares for every token and pair by itself.
double unexplained(const Reduced& reduced) {
  double left = 0, all = 0;
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) {
    left += reduced.rest[t].error;
    all += reduced.rest[t].in;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.pairs); ++i) {
      const PairSums& sum = reduced.of(t)[i];
      const double along = sum.cross_re * sum.cross_re + sum.cross_im * sum.cross_im;
      left += std::max(0.0, sum.out - (sum.in > 0 ? along / sum.in : 0));
      all += sum.out;
    }
  }
  return std::sqrt(left / std::max(all, 1e-300));
}

} // namespace

ReadingFit fit_reading(const KernelRun& given) {
  // What is not finite says nothing of axes.
  const KernelRun sample = first_not_finite(given) ? finite_rows(given).run : given;
  ReadingFit fit;
  fit.empty = rms_of(sample.in) == 0;
  fit.one_token = sample.shape.tokens == 1;
  const TurnedPositions turned = as_given(sample);
  fit.nothing_turns = std::all_of(turned.ids.begin(), turned.ids.end(), [](double p) { return p == 0; });
  const Noise noise = row_noise(sample, make_spectrum(sample.rope, sample.length()));
  fit.rounding = noise.bound;
  std::vector<std::int64_t> all(static_cast<std::size_t>(sample.shape.tokens));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const Changes seen = changes(sample, all, noise.bound);
  fit.unchanged = std::none_of(seen.moved.begin(), seen.moved.end(), [](std::uint8_t moved) { return moved != 0; });
  const auto layouts = layout_choices(sample, seen.moved);
  fit.alike = std::numeric_limits<double>::infinity();
  for (const LayoutChoice& layout : layouts) {
    const Reduced reduced = reduce(sample, layout.at, all);
    if (&layout == &layouts.front())
      fit.expected = score(reduced, noise, expected_candidate(sample, layout).prediction(turned)).residual;
    fit.alike = std::min(fit.alike, unexplained(reduced));
    // A right kernel needs no other pairing, and most are right.
    if (&layout == &layouts.front() && fit.expected <= noise.bound) break;
  }
  return fit;
}

} // namespace ropescope
