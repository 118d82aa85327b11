#include "core/check/finding_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/causes/base.h"
#include "core/check/causes/match.h"
#include "core/check/causes/not_finite.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/unknown.h"
#include "core/text.h"

namespace ropescope {

namespace {

std::string evidence_of(const Finding& finding, const KernelRun& run) {
  if (const auto* cause = finding.causes.front().as<cause::NotFinite>()) {
    const RowPlace place = run.place_of(cause->first);
    return fmt::format("In {} that is head {}, row {}, component {}.", run.out_name, place.head,
                       grouped(static_cast<double>(place.token)), cause->first % run.shape.head_dim);
  }
  // Right rows are said with fewer digits: nobody compares them.
  if (finding.rows_wrong == 0)
    return fmt::format("{} is the expected output in all {} rows; max |Δ| {:.2g}.", run.out_name,
                       grouped(static_cast<double>(finding.rows)), finding.max_abs_error);
  return fmt::format("{} differs from the expected output in {} of {} rows, max |Δ| {:.3g}.", run.out_name,
                     grouped(static_cast<double>(finding.rows_wrong)), grouped(static_cast<double>(finding.rows)),
                     finding.max_abs_error);
}

/// What remains, what rounding explains of that, and what this file cannot tell.
std::string tolerance_of(const Finding& finding, const KernelRun& run) {
  std::string words;
  if (std::isfinite(finding.residual) && !finding.causes.front().is<cause::Unknown>())
    words = fmt::format("So explained, {:.2g} of it remains. ", finding.residual);
  // A match explains nothing: how far it is off is what counts.
  if (finding.verdict == Verdict::match) words = fmt::format("Off by {:.2g} on the whole. ", finding.expected_residual);
  if (finding.tolerance > 0)
    words += fmt::format("Rounding explains {:.2g}: {}.", finding.tolerance, finding.tolerance_reason);
  if (finding.indistinguishable.empty()) return words;
  words += " This file cannot tell it from:";
  for (std::size_t i = 0; i < finding.indistinguishable.size(); ++i)
    words += (i == 0 ? " " : ", ") + finding.indistinguishable[i].brief(run);
  return words + (finding.decide_by.empty() ? "." : "; to decide: " + finding.decide_by + '.');
}

/// Recipes that leave as much as exact arithmetic does explain nothing: the first of them stands for all.
std::vector<Tried> tried_in(const Finding& finding, const KernelRun& run) {
  std::vector<Tried> tried;
  bool said = false;
  for (const Hypothesis& hypothesis : finding.hypotheses) {
    const Cause& first = hypothesis.causes.front();
    const bool arithmetic = first.is<cause::Precision>() || first.is<cause::Match>();
    const bool of_no_use =
        !tried.empty() && arithmetic && finding.verdict == Verdict::mismatch &&
        std::abs(hypothesis.residual - finding.expected_residual) < thresholds::of_no_use * finding.expected_residual;
    if (of_no_use && said) continue;
    said |= of_no_use;
    tried.push_back({of_no_use ? cause::Match{}.brief(run) : brief_of(hypothesis.causes, run), hypothesis.residual});
  }
  return tried;
}

} // namespace

void put_into_words(Finding& finding, const KernelRun& run) {
  finding.sentence = sentence_of(finding.causes, run);
  finding.evidence = evidence_of(finding, run);
  finding.tolerance_sentence = tolerance_of(finding, run);
  finding.facts = facts_of(finding.causes, finding.measured.gain, run);
  finding.tried = tried_in(finding, run);
}

std::string decide_by(const std::vector<Cause>& causes, const std::vector<Cause>& indistinguishable) {
  if (indistinguishable.empty()) return "";
  if (std::string words = causes.front().decide_by(); !words.empty()) return words;
  // What decides for a base decides against it too: every other cause stays as it is when the base changes.
  if (indistinguishable.front().is<cause::Base>()) return indistinguishable.front().decide_by();
  return "a run at other positions";
}

} // namespace ropescope
