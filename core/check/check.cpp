#include "core/check/check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/precision_check.h"
#include "core/check/search.h"

namespace ropescope {

namespace {

constexpr std::size_t listed_hypotheses = 12;
constexpr std::int64_t sampled_tokens = 96;

class Checker {
public:
  explicit Checker(const KernelRun& run)
      : run_(run), spectrum_(make_spectrum(run.rope, run.length())), noise_(row_noise(run, spectrum_)) {
    const FrequencyChoice expected = expected_frequencies(run, 2 * pair_count(run.rope));
    sample_ = sample_tokens(run.shape.tokens, sampled_tokens);
    changes_ = changes(run, sample_, noise_.bound);
    layouts_ = layout_choices(run, changes_.moved);
    const Candidate candidate{&layouts_.front(), expected, Operation::rotate};
    expected_ = {candidate.turns(), expected.gain, Operation::rotate, as_given(run.positions)};
    all_.resize(static_cast<std::size_t>(run.shape.tokens));
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
  }

  Finding run() {
    compare_with_expected();
    const Reduced whole = reduce(run_, layouts_.front().at, all_);
    judge_rows(whole);
    auto precision = explain_by_rows(expected_, noise_, whole);
    if (!precision) {
      const auto tried = try_recipes(run_, expected_, noise_, reduce(run_, layouts_.front().at, sample_));
      finding_.hypotheses = precision_hypotheses(tried);
      precision = explain_by_precision(run_, expected_, noise_, whole, tried);
    }
    precision ? agree(*precision) : disagree();
    return finish();
  }

private:
  void compare_with_expected() {
    Multipliers multipliers;
    const auto pairs = static_cast<std::size_t>(spectrum_.pairs());
    multipliers.reserve(all_.size() * pairs);
    for (std::size_t t = 0; t < all_.size(); ++t)
      for (std::size_t i = 0; i < pairs; ++i) multipliers.push_back(expected_.multiplier(t, i));
    Comparison comparison = compare(run_, layouts_.front().at, multipliers);
    finding_.pairs = spectrum_.pairs();
    finding_.max_abs_error = comparison.max_abs;
    finding_.error = std::move(comparison.error);
    finding_.head_error = std::move(comparison.head_error);
    finding_.rows = run_.shape.tokens;
  }

  void judge_rows(const Reduced& whole) {
    const Score against_expected = score(whole, noise_, expected_);
    finding_.expected_residual = against_expected.residual;
    finding_.tolerance = against_expected.allowed;
    finding_.rows_wrong = std::count_if(against_expected.rows.begin(), against_expected.rows.end(),
                                        [](const RowScore& row) { return !row.explained(); });
  }

  void agree(const PrecisionFit& precision) {
    finding_.verdict = precision.verdict;
    finding_.recipe = precision.recipe;
    finding_.residual = precision.residual;
    const bool matches = precision.verdict == Verdict::match;
    finding_.causes.assign(1, matches ? Cause{"match", {}} : Cause{"precision", {{"recipe", precision.recipe}}});
    if (matches) finding_.rows_wrong = 0;
    reason_ = precision.reason;
    measure(layouts_.front());
  }

  void disagree() {
    Explanation found = explain(run_, expected_, layouts_, noise_, changes_);
    finding_.verdict = Verdict::mismatch;
    finding_.residual = found.residual;
    finding_.causes = std::move(found.causes);
    finding_.indistinguishable = std::move(found.alike);
    for (Hypothesis& tried : found.tried) finding_.hypotheses.push_back(std::move(tried));
    if (finding_.causes.empty()) {
      finding_.causes = {{"unknown", {}}};
      finding_.residual = finding_.expected_residual;
    } else if (std::all_of(finding_.causes.begin(), finding_.causes.end(),
                           [](const Cause& c) { return c.name == "output_permuted"; })) {
      finding_.verdict = Verdict::match;
    } else if (std::all_of(finding_.causes.begin(), finding_.causes.end(),
                           [](const Cause& c) { return c.name == "output_permuted" || c.name == "precision"; })) {
      finding_.verdict = Verdict::precision;
    }
    measure(found.layout ? *found.layout : layouts_.front());
  }

  void measure(const LayoutChoice& layout) {
    const FrequencyChoice expected = expected_frequencies(run_, layout.rotary_dim);
    const Candidate candidate{&layout, expected, Operation::rotate};
    const Kernel kernel{candidate.turns(), expected.gain, Operation::rotate, expected_.positions};
    Measurement& measured = finding_.measured;
    measured.layout = layout.layout;
    measured.expected = kernel.turns.theta;
    for (const FrequencyFit& fit : fit_layout(run_, layout, noise_)) measured.frequency.push_back(fit.theta);
    const Reduced whole = reduce(run_, layout.at, all_);
    measured.tokens = all_;
    std::vector<PairSums> over(static_cast<std::size_t>(whole.pairs));
    std::vector<double> parallel(over.size());
    for (std::size_t t = 0; t < all_.size(); ++t)
      for (std::size_t i = 0; i < over.size(); ++i) {
        const PairSums& sum = whole.of(t)[i];
        over[i].in += sum.in;
        over[i].out += sum.out;
        const std::complex<double> cross(sum.cross_re, sum.cross_im);
        if (sum.in > 0) parallel[i] += std::norm(cross) / sum.in;
        measured.ratio.push_back(std::complex<float>(sum.in > 0 ? cross / sum.in : 0.0));
        measured.expected_ratio.push_back(std::complex<float>(kernel.multiplier(t, i)));
      }
    for (std::size_t i = 0; i < over.size(); ++i) {
      measured.gain.push_back(std::sqrt(over[i].out / over[i].in));
      measured.coherence.push_back(std::sqrt(parallel[i] / over[i].out));
    }
  }

  Finding finish() {
    auto& hypotheses = finding_.hypotheses;
    std::stable_sort(hypotheses.begin(), hypotheses.end(),
                     [](const Hypothesis& a, const Hypothesis& b) { return a.residual < b.residual; });
    std::erase_if(hypotheses, [&](const Hypothesis& h) { return h.causes == finding_.causes; });
    for (std::size_t h = 0; h < hypotheses.size(); ++h) // the same words once, as well as they fit
      hypotheses.erase(std::remove_if(hypotheses.begin() + static_cast<std::ptrdiff_t>(h) + 1, hypotheses.end(),
                                      [&](const Hypothesis& later) { return later.causes == hypotheses[h].causes; }),
                       hypotheses.end());
    hypotheses.insert(hypotheses.begin(), {finding_.causes, finding_.residual});
    if (hypotheses.size() > listed_hypotheses) hypotheses.resize(listed_hypotheses);
    const bool unscaled = std::any_of(finding_.causes.begin(), finding_.causes.end(),
                                      [](const Cause& c) { return c.name == "scaling_ignored"; });
    std::erase_if(finding_.indistinguishable, [&](const Cause& c) {
      return std::find(finding_.causes.begin(), finding_.causes.end(), c) != finding_.causes.end() ||
             (unscaled && c.name == "scaling_parameters"); // such as scale nothing
    });
    finding_.decide_by = decide_by(finding_.causes, finding_.indistinguishable);
    finding_.sentence = sentence_of(finding_.causes, run_);
    finding_.tolerance_reason = noise_.reason + (reason_.empty() ? "" : "; " + reason_);
    return std::move(finding_);
  }

  const KernelRun& run_;
  Spectrum spectrum_;
  Noise noise_;
  std::vector<std::int64_t> sample_, all_;
  Changes changes_;
  std::vector<LayoutChoice> layouts_;
  Kernel expected_;
  Finding finding_;
  std::string reason_;
};

} // namespace

namespace {

/// What the rows that are finite tell, after what the others do.
Finding check_finite_rows(const KernelRun& run, std::int64_t first) {
  const FiniteRows finite = finite_rows(run);
  Finding finding = Checker(finite.run).run();
  const Cause cause{"not_finite", {{"first", first}}};
  const bool unharmed = finding.verdict != Verdict::mismatch, unknown = finding.causes[0].name == "unknown";
  if (unknown || finding.causes[0].name == "match") finding.causes.clear();
  finding.causes.insert(finding.causes.begin(), cause);
  finding.verdict = Verdict::mismatch;
  finding.rows_wrong += unharmed ? finite.tokens_lost : 0;
  finding.residual = finding.max_abs_error = std::nan("");
  finding.hypotheses.insert(finding.hypotheses.begin(), {finding.causes, finding.residual});
  finding.sentence = sentence_of(finding.causes, run);
  return finding;
}

} // namespace

Finding check(const KernelRun& run) {
  require_judgeable(run);
  if (const auto first = first_not_finite(run)) return check_finite_rows(run, *first);
  return Checker(run).run();
}

} // namespace ropescope
