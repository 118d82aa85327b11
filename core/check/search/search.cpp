#include "core/check/search/search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/attention_factor.h"
#include "core/check/causes/base.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/exponent.h"
#include "core/check/causes/output_permuted.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/rotary_dim.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/proof/angle_error.h"
#include "core/check/proof/deviations.h"
#include "core/check/proof/score.h"
#include "core/check/search/axis_search.h"
#include "core/check/search/likeness.h"
#include "core/check/search/parts.h"
#include "core/check/search/position_accounts.h"
#include "core/check/search/row_predictions.h"
#include "core/check/search/rows_apart.h"
#include "core/check/search/screening.h"
#include "core/check/search/single_causes.h"
#include "core/check/search/unrotated_rows.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

/// A screened candidate with an account of its positions.
struct Proof {
  const Screened* screened = nullptr;
  std::shared_ptr<const Reduced> whole;
  Prediction prediction;
  Score score; ///< of a sample of tokens
  PositionAccount account;
  bool other_gain = false;
};

class Search {
public:
  explicit Search(const Evidence& evidence)
      : evidence_(evidence), run_(evidence.run), noise_(evidence.noise), rotated_(rotated_rows(evidence.changes)),
        screening_(evidence_, rotated_), all_(static_cast<std::size_t>(run_.shape.tokens)) {
    proved_tokens_ = sample_tokens(run_.shape.tokens, thresholds::proved_tokens);
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
  }

  Explanation run() {
    screening_.run();
    account_for_positions();
    if (found_.causes.empty() || explained_ < thresholds::mostly)
      explain_rows();
    else if (!rotated_.empty() && found_.causes.size() > 1)
      heads_as_positions();
    if (found_.causes.empty() || explained_ < thresholds::mostly) explain_by_parts();
    if (found_.causes.empty()) rows_at_their_own_positions();
    if (found_.causes.empty() || explained_ < thresholds::mostly) some_tokens_right();
    if (!evidence_.brief) look_into_wrong_rows();
    SingleCauses single = try_single_causes(evidence_, screening_, found_.causes, found_.residual);
    for (const Cause& cause : single.alike) add_alike(cause);
    tried_.insert(tried_.end(), single.tried.begin(), single.tried.end());
    found_.tried = std::move(tried_);
    return std::move(found_);
  }

private:
  /// What fits with every token at a position of its own need not have an account of them.
  void account_for_positions() {
    std::optional<Proof> best;
    for (const Screened* screened : screening_.most_promising()) {
      if (best && !may_explain_more(*screened, best->score.explained)) continue;
      Proof proof = best_account(*screened);
      if (!best || proof.score.explained > best->score.explained + thresholds::worth_a_cause) best = std::move(proof);
      if (best->score.whole()) break;
    }
    // Without a candidate that explains half of the tokens there is none.
    if (best) conclude(*best);
  }

  /// Whether more of a sample of the tokens fits, each with a position of its own: all tokens take as long as a
  /// search, and no account explains what no position does.
  bool may_explain_more(const Screened& screened, double explained) const {
    if (screened.candidate.operation == Operation::cos_sin_swapped) return true;
    const LayoutChoice& layout = *screened.candidate.layout;
    const Reduced sample = reduce(run_, layout.at, proved_tokens_, rotated_);
    const FreeFit fit =
        fit_positions(sample, run_, screened.candidate, noise_, screening_.fits_of(layout), evidence_.stop);
    return fit.explained > explained + thresholds::worth_a_cause;
  }

  /// Tells the positions that the kernel took to each token, with the candidate's gain or with the measured one.
  Proof best_account(const Screened& screened) const {
    const Candidate& candidate = screened.candidate;
    const LayoutChoice& layout = *candidate.layout;
    auto whole = evidence_.sums.of(layout.at, rotated_);
    const Reduced sample = reduce(run_, layout.at, proved_tokens_, rotated_);
    throw_if_stopped(evidence_.stop);
    const bool swapped = candidate.operation == Operation::cos_sin_swapped;
    const auto fits = screening_.fits_of(layout);
    const FreeFit fit = swapped ? fit_positions(unswapped(*whole), run_, candidate, noise_, {}, evidence_.stop)
                                : fit_positions(*whole, run_, candidate, noise_, fits, evidence_.stop);
    throw_if_stopped(evidence_.stop);
    const std::vector<PositionAccount> accounts = position_accounts(run_, fit.shifts);
    std::optional<Proof> best;
    for (const bool other_gain : {false, true})
      for (const PositionAccount& account : accounts) {
        throw_if_stopped(evidence_.stop);
        if ((account.unchanged && (other_gain || swapped)) || (best && best->score.whole())) continue;
        Prediction prediction = candidate.prediction(account.positions);
        if (other_gain) prediction.gain = fit.gain;
        Score now = score(sample, noise_, prediction);
        // A later account, less simple, must explain more to be taken; or all, where the best so far does not.
        const double more = best ? now.explained - best->score.explained : 1;
        if (more <= thresholds::worth_a_cause && !(more >= 0 && now.whole())) continue;
        // A token or two that it explains besides are chance, where others are left.
        constexpr double by_chance = 2.5;
        if (best && best->score.explained > 0 && !now.whole() &&
            more * static_cast<double>(sample.tokens.size()) < by_chance)
          continue;
        best = Proof{&screened, {}, std::move(prediction), std::move(now), account, other_gain};
      }
    best->whole = std::move(whole);
    return std::move(*best);
  }

  /// Proves on every row, and says what is left as rows that are wrong.
  void conclude(Proof& proof) {
    const Screened& best = *proof.screened;
    if (proof.other_gain) proof.prediction.gain = measured_gain(proof.prediction, *proof.whole);
    // Zeros are no gain: whatever turns them is explained.
    if (proof.prediction.gain == 0) return;
    Score proved = score(*proof.whole, noise_, proof.prediction);
    const bool plain = needs_no_frequencies(proof, proved);
    if (proved.explained < thresholds::explains || !explains(residual_of_explained(proved))) return;
    found_.layout = best.candidate.layout;
    std::vector<Cause> causes = plain ? best.candidate.layout->causes : best.candidate.causes();
    const PairComponents& at = best.candidate.layout->at;
    // What passes unchanged has neither pairs nor frequencies.
    if (proof.account.unchanged && at.in_first == at.out_first && at.in_second == at.out_second) causes.clear();
    const double original = evidence_.expected.gain;
    for (const Cause& cause : proof.account.causes) {
      const auto* precision = cause.as<cause::Precision>();
      causes.push_back(precision ? Cause(costing(*precision, proof.prediction)) : cause);
    }
    const double least_gain = thresholds::common_gain_units * noise_.unit;
    if (proof.other_gain && std::abs(proof.prediction.gain / original - 1) > least_gain)
      causes.push_back(cause::AttentionFactor{proof.prediction.gain, original});
    if (!rotated_.empty()) causes.push_back(unrotated_heads(run_, rotated_));
    // Halves between two numbers of 16 bits go either way, so that no row is wrong besides.
    const bool coarse =
        std::any_of(causes.begin(), causes.end(), [](const Cause& c) { return c.is<cause::Precision>(); });
    if (!coarse) add_wrong_rows(proved, proof.prediction, causes);
    const Cause first = causes.empty() ? Cause(cause::RowsWrong{}) : causes.front();
    if (best.candidate.layout == &evidence_.layouts.front()) tell_right_rows(proof, causes);
    join_block(causes);
    // What does no harm is said last.
    std::stable_partition(causes.begin(), causes.end(), [](const Cause& c) { return !c.is<cause::OutputPermuted>(); });
    found_.causes = std::move(causes);
    if (!found_.causes.empty() && found_.causes.front() == first) found_.alike = proof.account.alike;
    explained_ = proved.explained;
    found_.residual = residual_of_explained(proved);
    found_.prediction = proof.prediction;
    if (!proof.account.unchanged) remember_alike(best, proof.prediction);
  }

  /// Beside another layout a fitted number is found where the rows hardly tell it from the model's own: then the
  /// model's frequencies explain as much. Takes them, and what they explain.
  bool needs_no_frequencies(Proof& proof, Score& proved) const {
    const Candidate& candidate = proof.screened->candidate;
    const Candidate expected = expected_candidate(run_, *candidate.layout, candidate.operation);
    if (candidate.layout->causes.empty() || candidate.causes() == expected.causes() ||
        candidate.turns().theta.size() != expected.turns().theta.size())
      return false;
    Prediction prediction = proof.prediction;
    prediction.turns = expected.turns();
    Score without = score(*proof.whole, noise_, prediction);
    // A base that no model has beside the model's own is fitted to how the rows were rounded, pair by pair.
    constexpr double beside = 1e-3;
    const auto* base = candidate.causes().back().as<cause::Base>();
    const bool fitted = base && std::abs(base->measured / run_.rope.base - 1) < beside;
    if (without.explained < proved.explained || (without.pairs_explained < proved.pairs_explained && !fitted))
      return false;
    proof.prediction = std::move(prediction);
    proved = std::move(without);
    return true;
  }

  /// A table as wide as the head, of which a part turns, packed into one block: another distance between the two of a
  /// pair, and not another rotary_dim with an exponent that makes up for it.
  void join_block(std::vector<Cause>& causes) const {
    const auto block =
        std::find_if(causes.begin(), causes.end(), [](const Cause& c) { return c.is<cause::RotaryDim>(); });
    const auto exponent =
        std::find_if(causes.begin(), causes.end(), [](const Cause& c) { return c.is<cause::Exponent>(); });
    if (block == causes.end() || exponent == causes.end() || !scheme_of(run_.rope).spans_whole_head ||
        exponent->as<cause::Exponent>()->denominator != run_.rope.layout.rotary_dim)
      return;
    *block = cause::OtherPairing{run_.rope.layout.pairs.pairing, block->as<cause::RotaryDim>()->measured / 2, false, 0};
    causes.erase(exponent);
  }

  /// Positions in 16 bits with what they cost.
  cause::Precision costing(cause::Precision precision, const Prediction& kernel) const {
    const Prediction& expected = evidence_.expected;
    AngleError error;
    for (std::size_t t = 0; t < all_.size(); ++t)
      for (std::size_t i = 0; i < kernel.turns.theta.size(); ++i) {
        const std::size_t axis = kernel.turns.axis[i];
        const double moved = kernel.positions.at(axis, t) - expected.positions.at(axis, t);
        if (i < noise_.angle.size()) error.add(run_, noise_, expected, t, i, moved * kernel.turns.theta[i]);
      }
    precision.angle_off = error.most;
    precision.position = error.position;
    precision.explained = error.explained;
    return precision;
  }

  /// Other frequencies that the rows cannot tell from those chosen.
  void remember_alike(const Screened& best, const Prediction& told) {
    const std::vector<Cause> chosen = best.candidate.causes();
    if (chosen.empty()) return;
    // It was found with a position of its own for every token: alike is what explains the same positions.
    const auto at_the_same_positions = [&](const Screened& other) {
      Prediction prediction = other.candidate.prediction(told.positions);
      prediction.gain = told.gain;
      return score(reduce(run_, other.candidate.layout->at, proved_tokens_, rotated_), noise_, prediction).explained +
                 thresholds::worth_a_cause >=
             best.fit.explained;
    };
    for (const Screened& other : screening_.screened()) {
      const std::vector<Cause> causes = other.candidate.causes();
      const bool same_layout = other.candidate.layout == best.candidate.layout;
      if (&other == &best || causes.empty() || (!same_layout && chosen.size() > 1) || causes.size() > chosen.size() ||
          other.fit.explained < best.fit.explained ||
          other.fit.residual > thresholds::alike * best.fit.residual + thresholds::residual_noise)
        continue;
      if (!same_parameters(causes.back(), chosen.back()) && odd_digits({causes.back()}) == 0 &&
          at_the_same_positions(other))
        add_alike(causes.back());
    }
  }

  void add_alike(const Cause& cause) {
    constexpr std::size_t listed = 6;
    const auto same = [&](const Cause& known) { return same_parameters(known, cause); };
    if (found_.alike.size() < listed && std::none_of(found_.alike.begin(), found_.alike.end(), same))
      found_.alike.push_back(cause);
  }

  /// The gain of least squares, over every row.
  double measured_gain(Prediction prediction, const Reduced& whole) const {
    prediction.gain = 1;
    double sum = 0, energy = 0;
    for (std::size_t t = 0; t < whole.tokens.size(); ++t)
      for (std::size_t i = 0; i < static_cast<std::size_t>(whole.pairs); ++i) {
        const PairSums& s = whole.of(t)[i];
        const auto z = prediction.multiplier(static_cast<std::size_t>(whole.tokens[t]), i);
        sum += z.real() * s.cross_re + z.imag() * s.cross_im;
        energy += std::norm(z) * s.in;
      }
    const double measured = energy > 0 ? sum / energy : 1, expected = evidence_.expected.gain;
    // A gain that kernels choose, nearly: where every row rounds towards zero the mean is short too.
    for (const double likely : {1.0, 1 / expected, expected * expected})
      if (measured / likely - 1 < thresholds::common_gain_units * noise_.unit && measured / likely - 1 > -noise_.unit)
        return likely;
    return measured;
  }

  /// Tokens that are off: single numbers here and there, some heads of them, or all of them.
  void add_wrong_rows(const Score& proved, const Prediction& prediction, std::vector<Cause>& causes) const {
    cause::RowsWrong wrong;
    for (std::size_t t = 0; t < proved.rows.size(); ++t)
      if (!proved.rows[t].explained()) wrong.rows.push_back(static_cast<std::int64_t>(t));
    if (wrong.rows.empty()) return;
    // Some tens of them tell what is off in all.
    std::vector<std::int64_t> looked_at = wrong.rows;
    if (looked_at.size() > static_cast<std::size_t>(thresholds::screened_tokens))
      looked_at.resize(static_cast<std::size_t>(thresholds::screened_tokens));
    const RowSample sample = read_rows(run_, looked_at);
    const PairComponents& at = found_.layout->at;
    const SampleTurns turns = sample_turns(sample, prediction, noise_);
    const RowProof proof = prove_rows(sample, predicted_rows(sample, at, turns), at, turns, noise_);
    // A few rows are rows, whatever is off in them.
    constexpr std::size_t few = 8;
    if (auto numbers = wrong.rows.size() > few ? scattered(sample, proof, at) : std::nullopt) {
      cause::ElementsWrong elements = *numbers->as<cause::ElementsWrong>();
      elements.share *= static_cast<double>(wrong.rows.size()) / static_cast<double>(run_.shape.tokens);
      causes.push_back(elements);
      return;
    }
    const Deviations off = deviations(run_, sample, sample.out, proof, at);
    if (static_cast<std::int64_t>(off.heads_off.size()) < off.heads && rotated_.empty())
      wrong.heads = run_.in_file(off.heads_off);
    causes.push_back(std::move(wrong));
  }

  /// Where the rows that are left are those that are right, the others are what is wrong.
  void tell_right_rows(const Proof& proof, std::vector<Cause>& causes) const {
    if (causes.size() < 2 || !causes.back().is<cause::RowsWrong>()) return;
    cause::RowsWrong left = *causes.back().as<cause::RowsWrong>();
    const Score right = score(*proof.whole, noise_, evidence_.expected);
    if (!std::all_of(left.rows.begin(), left.rows.end(),
                     [&](std::int64_t t) { return right.rows[static_cast<std::size_t>(t)].explained(); }))
      return;
    std::vector<std::int64_t> wrong;
    for (std::size_t t = 0; t < right.rows.size(); ++t)
      if (!right.rows[t].explained()) wrong.push_back(static_cast<std::int64_t>(t));
    const auto* offset = causes.front().as<cause::PositionOffset>();
    if (causes.size() == 2 && proof.account.unchanged) {
      causes = {cause::RowsWrong{std::move(wrong), {}, {}, false}};
    } else if (causes.size() == 2 && offset && offset->by_batch.empty()) {
      causes = {cause::PositionOffset{offset->offset, {}, false, std::move(wrong)}};
    } else {
      left.equal_to = "expected";
      causes.back() = left;
    }
  }

  /// Kernels that do not rotate every row of a token by one angle a pair.
  void explain_rows() {
    if (without_sine()) return;
    const auto sample = sample_tokens(run_.shape.tokens, thresholds::screened_tokens);
    for (const TriedRows& rows : try_row_predictions(run_, evidence_.expected, noise_, sample, evidence_.stop)) {
      tried_.push_back({{rows.cause}, rows.residual});
      if (rows.explained && explains(rows.residual)) return take({rows.cause}, rows.residual);
    }
    if (const auto apart = explain_rows_apart(run_, evidence_.layouts, noise_, evidence_.stop);
        apart && explains(apart->residual)) {
      tried_.push_back({apart->causes, apart->residual});
      found_.layout = apart->layout;
      take(apart->causes, apart->residual);
    }
  }

  /// What leaves half of the output or more has not explained it, however much rounding allows: float32 angles of
  /// positions in the millions, or rows of a few bits.
  static bool explains(double residual) {
    constexpr double half = 0.5;
    return residual < half;
  }

  /// Cosine alone keeps no length, so that no rotation screens it.
  bool without_sine() {
    for (const LayoutChoice& layout : evidence_.layouts) {
      throw_if_stopped(evidence_.stop);
      const Candidate candidate = expected_candidate(run_, layout, Operation::sin_missing);
      const Prediction prediction = candidate.prediction(evidence_.expected.positions);
      const auto on = [&](const std::vector<std::int64_t>& tokens) {
        return score(reduce(run_, layout.at, tokens, rotated_), noise_, prediction);
      };
      // On few tokens first, since every layout is tried and most explain none.
      Score cosine = on(sample_tokens(run_.shape.tokens, thresholds::screened_tokens));
      if (cosine.explained >= thresholds::mostly) cosine = on(proved_tokens_);
      std::vector<Cause> causes = candidate.causes();
      std::rotate(causes.begin(), causes.end() - 1, causes.end());
      tried_.push_back({causes, cosine.residual});
      if (cosine.explained <= thresholds::nearly_all || !explains(cosine.residual)) continue;
      found_.layout = &layout;
      take(std::move(causes), cosine.residual);
      return true;
    }
    return false;
  }

  /// Some of a kernel's parts right and others not, or all of them something else than a rotation.
  void explain_by_parts() {
    // What explains less than most rows gives way to what explains all.
    const bool by_arithmetic = std::any_of(found_.causes.begin(), found_.causes.end(),
                                           [](const Cause& c) { return c.is<cause::Precision>(); });
    if (!found_.causes.empty() && (told_by_rows_ || by_arithmetic)) return;
    const auto parts = ropescope::explain_parts(evidence_);
    if (!parts || !explains(parts->residual)) return;
    tried_.push_back({parts->causes, parts->residual});
    found_.layout = parts->layout;
    take(parts->causes, parts->residual);
    for (const Cause& cause : parts->alike) add_alike(cause);
  }

  /// Tokens that are wrong where the others are right: what was done there, or which of their rows are wrong.
  void look_into_wrong_rows() {
    const auto* wrong = found_.causes.size() == 1 ? found_.causes.front().as<cause::RowsWrong>() : nullptr;
    if (wrong == nullptr || !wrong->equal_to.empty() || !wrong->inner.empty() || wrong->count > 0 ||
        found_.layout != &evidence_.layouts.front())
      return;
    const RowSample sample = read_rows(run_, thresholds::sampled_tokens);
    const PartContext context(evidence_, sample, evidence_.layouts.front());
    auto found = rows_apart_from_tokens(context);
    // Rows that were never written are said to be so.
    bool input = true, zero = true;
    for (std::size_t n = 0; n < context.proof.off.size(); ++n) {
      input &= !context.proof.off[n] || sample.out[n] == sample.in[n];
      zero &= !context.proof.off[n] || sample.out[n] == 0;
    }
    if (!found && !input && !zero) found = wrong_tokens(context);
    if (found) take(found->causes, found->residual);
  }

  /// At last, where nothing else is known: which tokens are wrong where others are right.
  void some_tokens_right() {
    const bool by_arithmetic = std::any_of(found_.causes.begin(), found_.causes.end(),
                                           [](const Cause& c) { return c.is<cause::Precision>(); });
    if (!found_.causes.empty() && (told_by_rows_ || by_arithmetic)) return;
    const RowSample sample = read_rows(run_, thresholds::sampled_tokens);
    const auto left = tokens_left(PartContext(evidence_, sample, evidence_.layouts.front()));
    if (!left || !explains(left->residual)) return;
    tried_.push_back({left->causes, left->residual});
    found_.layout = left->layout;
    take(left->causes, left->residual);
  }

  /// Heads that are turned apart by no rule that is known.
  void rows_at_their_own_positions() {
    const auto apart = explain_rows_apart(run_, evidence_.layouts, noise_, evidence_.stop, true);
    if (!apart || !explains(apart->residual)) return;
    tried_.push_back({apart->causes, apart->residual});
    found_.layout = apart->layout;
    take(apart->causes, apart->residual);
  }

  /// Some heads unrotated and the others wrong may have one reason: heads taken for positions, the first for 0.
  void heads_as_positions() {
    const auto apart = explain_rows_apart(run_, evidence_.layouts, noise_, evidence_.stop);
    if (!apart || apart->causes.size() >= found_.causes.size()) return;
    found_.layout = apart->layout;
    take(apart->causes, apart->residual);
  }

  void take(std::vector<Cause> causes, double residual) {
    found_.causes = std::move(causes);
    found_.residual = residual;
    found_.alike.clear();
    found_.prediction.reset();
    told_by_rows_ = true;
    if (!found_.layout) found_.layout = &evidence_.layouts.front();
  }

  const Evidence& evidence_;
  const KernelRun& run_;
  const Noise& noise_;
  RowFilter rotated_;
  Screening screening_;
  std::vector<std::int64_t> proved_tokens_, all_;
  std::vector<Hypothesis> tried_;
  Explanation found_;
  double explained_ = 0;      ///< share of tokens
  bool told_by_rows_ = false; ///< what was found predicts rows, not tokens
};

} // namespace

Explanation explain(const Evidence& evidence) {
  if (has_axes(evidence.run))
    if (Explanation found = explain_axes(evidence); !found.causes.empty()) return found;
  return Search(evidence).run();
}

std::vector<FrequencyFit> fit_layout(const KernelRun& run, const LayoutChoice& layout, const Noise& noise) {
  const auto tokens = sample_tokens(run.shape.tokens, thresholds::fitted_tokens);
  return fit_frequencies(reduce(run, layout.at, tokens), run, expected_candidate(run, layout).turns(), noise.unit);
}

} // namespace ropescope
