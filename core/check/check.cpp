#include "core/check/check.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/array_numbers.h"
#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/match.h"
#include "core/check/causes/not_finite.h"
#include "core/check/causes/own_frequencies.h"
#include "core/check/causes/pairs_wrong.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/causes/unknown.h"
#include "core/check/evidence/comparison.h"
#include "core/check/finding_words.h"
#include "core/check/measurement.h"
#include "core/check/mixed.h"
#include "core/check/proof/arithmetic.h"
#include "core/check/proof/coarse_angles.h"
#include "core/check/proof/measured_angles.h"
#include "core/check/search/candidate.h"
#include "core/check/search/layout_choices.h"
#include "core/check/search/search.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

class Checker {
public:
  /// `lost`: per token, whether it is wrong whatever its other rows say; empty: none is.
  Checker(const KernelRun& run, const std::stop_token& stop, bool brief = false, std::vector<std::uint8_t> lost = {})
      : run_(run), stop_(stop), brief_(brief), noise_(row_noise(run, make_spectrum(run.rope, run.length()))),
        sample_(sample_tokens(run.shape.tokens, thresholds::sampled_tokens)),
        changes_(changes(run, sample_, noise_.bound)), layouts_(layout_choices(run, changes_.moved)),
        expected_(expected_candidate(run, layouts_.front()).prediction(as_given(run))), sums_(run),
        all_(static_cast<std::size_t>(run.shape.tokens)), lost_(std::move(lost)) {
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
  }

  Finding run() {
    // Most kernels are right, and end after two passes over the rows.
    throw_if_stopped(stop_);
    compare_with_expected();
    const auto sums = sums_.of(layouts_.front().at);
    const Reduced& whole = *sums;
    const ExactScores exact = exact_scores(expected_, noise_, whole);
    judge_rows(exact.with_angles);
    auto precision = explain_by_rows(exact);
    if (!precision) {
      const Reduced sample = reduce(run_, layouts_.front().at, sample_);
      auto tried = try_recipes(run_, expected_, noise_, sample, stop_);
      // One position rounded to another is that other position, and no more is to be seen of it.
      if (one_position(run_.positions))
        std::erase_if(tried, [](const TriedRecipe& r) { return r.recipe->name.ends_with("_positions"); });
      finding_.hypotheses = precision_hypotheses(tried);
      precision = explain_by_precision(run_, expected_, noise_, whole, exact, tried);
      if (!precision) precision = explain_by_products(run_, layouts_.front().at, expected_, noise_, exact, stop_);
      if (precision) compare_with(*precision);
    }
    if (precision && precision->match && precision->table.empty()) leave_to_angles(*precision);
    // Entries that are odd one by one: most of a run's are a kind of their own, which is searched for.
    if (precision && 2 * odd_.size() <= all_.size() && !better_explained(*precision))
      agree(*precision);
    else
      disagree();
    return finish();
  }

private:
  /// Far out errors that grow with the angle may be as large as a turn, and whatever is wrong looks like them: a
  /// mistake that leaves next to nothing goes before them.
  bool better_explained(const PrecisionFit& precision) {
    if (precision.arithmetic.recipe != "fast_sincos" || precision.arithmetic.explained) return false;
    const Explanation found = explain({run_, expected_, layouts_, noise_, changes_, sums_, stop_, brief_});
    return !found.causes.empty() && found.residual < thresholds::recipe_share * precision.residual;
  }

  /// What every pair of every token should be multiplied by, and what its angle may be off by.
  Multipliers expected_multipliers(EntryBounds& bounds) const {
    const auto pairs = static_cast<std::size_t>(expected_.turns.theta.size());
    // Once for all heads: cos and sin cost more than the comparison.
    Multipliers multipliers(all_.size() * pairs);
    bounds.turned.resize(all_.size() * pairs);
    in_parallel(all_.size(), 0, [&](std::size_t t) {
      for (std::size_t i = 0; i < pairs; ++i) {
        multipliers[t * pairs + i] = expected_.multiplier(t, i);
        bounds.turned[t * pairs + i] =
            static_cast<float>(expected_.gain * thresholds::angle_bound * noise_.of_angle(i, expected_.angle(t, i)));
      }
    });
    return multipliers;
  }

  void compare_with_expected() {
    EntryBounds bounds{noise_, {}};
    Comparison comparison = compare(run_, layouts_.front().at, expected_multipliers(bounds), &bounds);
    odd_ = comparison.odd;
    odd_from_ = comparison.odd_from;
    finding_.expected = {expected_.turns, {}, expected_.gain, layouts_.front().at};
    finding_.max_abs_error = comparison.max_abs;
    finding_.errors = ErrorMap(std::move(comparison.error), static_cast<std::int64_t>(expected_.turns.theta.size()));
    finding_.head_error = std::move(comparison.head_error);
    finding_.rows = run_.shape.tokens;
    finding_.rms = rms_of(run_.in);
  }

  /// Single entries once more, against the arithmetic that explains their sums.
  void compare_with(const PrecisionFit& fit) {
    if (!fit.arithmetic.explained) odd_.clear(); // that is said, and no entry besides
    if (!fit.arithmetic.explained || (fit.table.empty() && fit.slack == 0)) return;
    Multipliers table = fit.table;
    EntryBounds bounds{noise_, {}};
    for (std::size_t t = 0; t < all_.size(); ++t)
      for (std::size_t i = 0; i < expected_.turns.theta.size(); ++i) {
        if (fit.table.empty()) table.push_back(expected_.multiplier(t, i));
        // Another library's float32 frequencies are not to the bit those of the recipe.
        const double own = thresholds::angle_bound * noise_.of_angle(i, expected_.angle(t, i));
        bounds.turned.push_back(static_cast<float>(expected_.gain * (fit.slack + own)));
      }
    odd_ = compare(run_, layouts_.front().at, table, &bounds).odd;
  }

  /// Single entries that are odd because angles come in steps, all of them within the rows' format.
  void leave_to_angles(PrecisionFit& fit) {
    if (odd_.empty()) return;
    EntryBounds bounds{noise_, {}};
    const Multipliers multipliers = expected_multipliers(bounds);
    // Two entries of a table below 1, each off by half a unit; of numbers that float32 holds, by a unit, as in 24 bits
    // of fixed point.
    const double units = noise_.unit < unit_of(NumberFormat::float16) ? std::numbers::sqrt2 : std::numbers::sqrt2 / 2;
    const double of_rows = units * std::min(noise_.unit, unit_of(NumberFormat::bfloat16));
    const double allowed = std::max(of_rows, run_.budget.value_or(0));
    auto left =
        odd_beyond_angles(run_, layouts_.front().at, expected_, multipliers, bounds, {odd_, odd_from_}, allowed);
    if (left.size() < odd_.size())
      fit.reason += fmt::format("; single entries show angles in steps, each off by at most {:.1e} rad", allowed);
    odd_ = std::move(left);
  }

  void judge_rows(const Score& against_expected) {
    finding_.expected_residual = against_expected.residual;
    finding_.tolerance = against_expected.allowed;
    finding_.rows_wrong = 0;
    for (std::size_t token = 0; token < against_expected.rows.size(); ++token)
      finding_.rows_wrong += !against_expected.rows[token].explained() || (!lost_.empty() && lost_[token]);
    // Colours reach from rounding, or eight decades, to the greatest error or a wholly wrong row.
    const float most = finding_.errors.greatest();
    const double greatest = std::isfinite(most) ? static_cast<double>(most) : 0.0, size = finding_.rms * expected_.gain;
    finding_.rounding = finding_.tolerance * size;
    finding_.scale.greatest = std::max({greatest, thresholds::greatest_error * size, 1e-12});
    finding_.scale.least =
        std::max(unit_of(format_held(run_.out)) * size, finding_.scale.greatest * thresholds::decades_shown);
  }

  void agree(const PrecisionFit& precision) {
    finding_.recipe = precision.arithmetic.recipe;
    finding_.residual = precision.residual;
    finding_.causes = {
        precision.match ? Cause(cause::Match{noise_.rows.of_8_bits() || noise_.rows.int16 ? noise_.rows.words() : ""})
                        : Cause(precision.arithmetic)};
    // Rows that float32 angles explain were counted as off by rounding alone.
    if (precision.match)
      finding_.rows_wrong = static_cast<std::int64_t>(odd_.size()) + std::count(lost_.begin(), lost_.end(), 1);
    if (!odd_.empty()) {
      if (precision.match) finding_.causes.clear();
      finding_.causes.push_back(cause::RowsWrong{odd_, {}, {}, false});
    }
    for (const Cause& cause : finding_.causes) finding_.verdict = std::max(finding_.verdict, cause.verdict());
    reason_ = precision.reason;
    finding_.measured = measure(run_, layouts_.front(), noise_, sums_, finding_.tolerance);
  }

  /// Whether causes say which numbers are off and not by what mistake: what arithmetic without a name looks like.
  static bool names_no_mistake(const std::vector<Cause>& causes) {
    return std::all_of(causes.begin(), causes.end(), [](const Cause& c) {
      return c.is<cause::RowsWrong>() || c.is<cause::PairsWrong>() || c.is<cause::ElementsWrong>() ||
             c.is<cause::OwnFrequencies>();
    });
  }

  /// Whether such causes say all the same what those numbers are: the input's, zeros, a frequency of their own.
  static bool says_what_is_left(const std::vector<Cause>& causes) {
    return std::any_of(causes.begin(), causes.end(), [](const Cause& c) {
      const auto* pairs = c.as<cause::PairsWrong>();
      const auto* rows = c.as<cause::RowsWrong>();
      const auto* elements = c.as<cause::ElementsWrong>();
      return (pairs && (!pairs->like.empty() || !pairs->frequency.empty() || !pairs->mean_angle.empty())) ||
             (rows && (!rows->equal_to.empty() || !rows->inner.empty() || rows->count > 0)) ||
             (elements && elements->equal_to != "other") || c.is<cause::OwnFrequencies>();
    });
  }

  /// What has no name, or one that fits little better than what is expected, may be arithmetic within the budget.
  std::optional<PrecisionFit> within_budget(const Explanation& found) {
    if (!names_no_mistake(found.causes) && found.residual < thresholds::recipe_share * finding_.expected_residual)
      return std::nullopt;
    return explain_by_budget(run_, expected_, noise_, *sums_.of(layouts_.front().at));
  }

  void disagree() {
    Explanation found = explain({run_, expected_, layouts_, noise_, changes_, sums_, stop_, brief_});
    if (const auto fit = within_budget(found)) {
      compare_with(*fit);
      agree(*fit);
      return;
    }
    // Of what says which numbers are off and not why, coarse arithmetic says more.
    const bool nameless = names_no_mistake(found.causes) && !says_what_is_left(found.causes);
    // Slow pairs that stay at the same step look scaled, and the tokens where they move are left out.
    const bool some_left = std::any_of(found.causes.begin(), found.causes.end(), [](const Cause& c) {
      const auto* rows = c.as<cause::RowsWrong>();
      return rows && rows->equal_to.empty() && rows->inner.empty();
    });
    if (!run_.tables && (nameless || some_left))
      if (const auto coarse = explain_by_coarse_arithmetic(expected_, noise_, *sums_.of(layouts_.front().at));
          coarse && (nameless || coarse->arithmetic.steps > 0 || coarse->arithmetic.levels > 0)) {
        found.causes = {coarse->arithmetic};
        found.residual = coarse->residual;
        found.layout = &layouts_.front();
        found.alike.clear();
      }
    finding_.residual = found.residual;
    finding_.causes = std::move(found.causes);
    finding_.indistinguishable = std::move(found.alike);
    for (Hypothesis& tried : found.tried) finding_.hypotheses.push_back(std::move(tried));
    if (finding_.causes.empty()) {
      finding_.causes = {cause::Unknown{}};
      finding_.residual = finding_.expected_residual;
    }
    look_at_rows();
    // The worst of them decides.
    for (const Cause& cause : finding_.causes) finding_.verdict = std::max(finding_.verdict, cause.verdict());
    finding_.measured =
        measure(run_, found.layout ? *found.layout : layouts_.front(), noise_, sums_, finding_.tolerance);
  }

  /// What differs at all, number by number, in a sample of the rows.
  void look_at_rows() {
    const RowSample rows = read_rows(run_, thresholds::sampled_tokens);
    const SampleTurns turns = sample_turns(rows, expected_, noise_);
    const std::vector<double> right = predicted_rows(rows, layouts_.front().at, turns);
    const RowProof proof = prove_rows(rows, right, layouts_.front().at, turns, noise_);
    finding_.off = deviations(run_, rows, right, proof, layouts_.front().at);
  }

  /// Whether all numbers of some heads' rows are those of the input, or 0: rows that a kernel never wrote.
  bool rows_equal(const cause::RowsWrong& wrong, bool input) const {
    const RowShape& shape = run_.shape;
    for (const std::int64_t token : wrong.rows)
      for (std::int64_t outer = 0; outer < shape.outer; ++outer)
        for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
          const std::int64_t head = run_.first_head + run_.head_of(outer, inner);
          if (!wrong.heads.empty() && std::find(wrong.heads.begin(), wrong.heads.end(), head) == wrong.heads.end())
            continue;
          const std::int64_t first = run_.first_number(outer, token, inner);
          for (std::int64_t n = first; n < first + shape.head_dim; ++n)
            if (run_.out.number(n) != (input ? run_.in.number(n) : 0)) return false;
        }
    return true;
  }

  /// Says of wrong rows what they are, however they were found.
  void look_at_wrong_rows() {
    for (Cause& cause : finding_.causes) {
      const auto* wrong = cause.as<cause::RowsWrong>();
      if (!wrong || !wrong->equal_to.empty() || wrong->rows.empty()) continue;
      cause::RowsWrong said = *wrong;
      said.equal_to = rows_equal(said, false) ? "zero" : rows_equal(said, true) ? "input" : "";
      cause = said;
    }
  }

  /// Best first, each once, the finding's own at the head.
  void list_hypotheses() {
    constexpr std::size_t listed = 12;
    // Recipes, accounts and single causes were tried on samples of their own; the list is sorted by what they left.
    auto& hypotheses = finding_.hypotheses;
    std::stable_sort(hypotheses.begin(), hypotheses.end(),
                     [](const Hypothesis& a, const Hypothesis& b) { return a.residual < b.residual; });
    std::erase_if(hypotheses, [&](const Hypothesis& h) { return h.causes == finding_.causes; });
    for (std::size_t h = 0; h < hypotheses.size(); ++h) // the same words once, as well as they fit
      hypotheses.erase(std::remove_if(hypotheses.begin() + static_cast<std::ptrdiff_t>(h) + 1, hypotheses.end(),
                                      [&](const Hypothesis& later) { return later.causes == hypotheses[h].causes; }),
                       hypotheses.end());
    hypotheses.insert(hypotheses.begin(), {finding_.causes, finding_.residual});
    if (hypotheses.size() > listed) hypotheses.erase(hypotheses.begin() + listed, hypotheses.end());
  }

  Finding finish() {
    look_at_wrong_rows();
    list_hypotheses();
    const bool unscaled = std::any_of(finding_.causes.begin(), finding_.causes.end(),
                                      [](const Cause& c) { return c.is<cause::ScalingIgnored>(); });
    std::erase_if(finding_.indistinguishable, [&](const Cause& c) {
      return std::find(finding_.causes.begin(), finding_.causes.end(), c) != finding_.causes.end() ||
             (unscaled && c.is<cause::ScalingParameters>()); // such as scale nothing
    });
    // Last, when the causes are settled: everything that is said follows from them.
    finding_.decide_by = decide_by(finding_.causes, finding_.indistinguishable);
    finding_.tolerance_reason = noise_.reason + (reason_.empty() ? "" : "; " + reason_);
    put_into_words(finding_, run_);
    return std::move(finding_);
  }

  const KernelRun& run_;
  const std::stop_token& stop_;
  bool brief_; ///< two mistakes at once are not looked for
  Noise noise_;
  std::vector<std::int64_t> sample_;
  Changes changes_;
  std::vector<LayoutChoice> layouts_;
  Prediction expected_;
  WholeSums sums_;
  std::vector<std::int64_t> all_;
  std::vector<std::int64_t> odd_; ///< tokens with an entry that no rounding explains
  double odd_from_ = 0;           ///< bounds
  std::vector<std::uint8_t> lost_;
  Finding finding_;
  std::string reason_;
};

/// What the rows that are finite tell, after what the others do.
Finding check_finite_rows(const KernelRun& run, std::int64_t first, const std::stop_token& stop) {
  const FiniteRows finite = finite_rows(run);
  // A kernel that overflows in some rows is often wrong in the others too.
  Finding finding = Checker(finite.run, stop, false, finite.lost).run();
  const Cause& best = finding.causes.front();
  cause::NotFinite not_finite{first, 0, {}};
  not_finite.count = with_numbers(run.out, [](auto numbers) {
    return std::count_if(numbers.begin(), numbers.end(), [](auto x) { return !std::isfinite(x); });
  });
  if (finite.tokens_lost == run.shape.tokens && rms_of(finite.run.in) == 0) {
    not_finite.rest = "No row is finite";
    // Of zeros nothing was tried, and rounding allows nothing.
    finding.hypotheses.clear();
    finding.tolerance = finding.rounding = 0;
  } else if (best.is<cause::Unknown>())
    not_finite.rest = "The finite rows are wrong too, and no hypothesis explains them";
  else if (best.is<cause::Match>())
    not_finite.rest = "The finite rows agree";
  if (best.is<cause::Unknown>() || best.is<cause::Match>()) finding.causes.clear();
  finding.causes.insert(finding.causes.begin(), not_finite);
  finding.verdict = Verdict::mismatch;
  finding.residual = finding.max_abs_error = std::nan("");
  finding.hypotheses.insert(finding.hypotheses.begin(), {finding.causes, finding.residual});
  put_into_words(finding, run);
  return finding;
}

} // namespace

Finding check_briefly(const KernelRun& run, const std::stop_token& stop) {
  require_judgeable(run);
  if (is_mixed(run.rope)) return check_mixed(run, stop);
  if (first_not_finite(run)) return check(run, stop);
  return Checker(run, stop, true).run();
}

Finding check(const KernelRun& run, const std::stop_token& stop) {
  require_judgeable(run);
  if (is_mixed(run.rope)) return check_mixed(run, stop);
  if (const auto first = first_not_finite(run)) return check_finite_rows(run, *first, stop);
  return Checker(run, stop).run();
}

} // namespace ropescope
