#include "core/check/finding_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/causes/base.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/match.h"
#include "core/check/causes/not_finite.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/unknown.h"
#include "core/text.h"

namespace ropescope {

namespace {

std::string evidence_of(const Finding& finding, const KernelRun& run) {
  const std::string all = grouped(static_cast<double>(finding.rows));
  const std::string wrong = grouped(static_cast<double>(finding.rows_wrong));
  const bool mismatch = finding.verdict == Verdict::mismatch;
  if (finding.rows_wrong == 0 && mismatch)
    return fmt::format(
        "No single token is beyond rounding; all together are: they are {:.2g} off, where rounding allows "
        "{:.2g}.",
        finding.expected_residual, finding.tolerance);
  if (finding.causes.front().is<cause::NotFinite>())
    return fmt::format("{} differs from the expected output in {} of {} tokens.", run.tables ? "A table" : run.out_name,
                       wrong, all);
  if (run.tables && finding.rows_wrong == 0)
    return fmt::format("The tables are as expected in all {} tokens; max |Δ| {:.2g}.", all, finding.max_abs_error);
  if (run.tables)
    return fmt::format("The tables differ from the expected ones in {} of {} tokens, max |Δ| {:.3g}.", wrong, all,
                       finding.max_abs_error);
  // Right rows are said with fewer digits: nobody compares them.
  if (finding.rows_wrong == 0)
    return fmt::format("{} is the expected output in all {} tokens; max |Δ| {:.2g}.", run.out_name, all,
                       finding.max_abs_error);
  return fmt::format("{} differs from the expected output in {} of {} tokens, max |Δ| {:.3g}.", run.out_name, wrong,
                     all, finding.max_abs_error);
}

/// Numbers here and there, of which nothing predicts what they are.
bool scattered_numbers(const Cause& cause) {
  const auto* numbers = cause.as<cause::ElementsWrong>();
  return numbers && (numbers->equal_to == "input" || numbers->equal_to == "zero" || numbers->equal_to == "other");
}

/// Whether the causes are all there is. Of rounding twice as much as its mean is still rounding; functions of angles
/// or numbers are measured at points, and leave more.
bool all_explained(const Finding& finding) {
  constexpr double rounding = 2;
  return !finding.causes.front().is<cause::Unknown>() &&
         (!std::isfinite(finding.residual) || finding.residual <= rounding * finding.tolerance ||
          std::any_of(finding.causes.begin(), finding.causes.end(), scattered_numbers));
}

std::string explained_of(const Finding& finding) {
  const bool mismatch = finding.verdict == Verdict::mismatch;
  if (!std::isfinite(finding.residual) || !std::isfinite(finding.max_abs_error)) return "";
  const std::string left = fmt::format("{:.2g}", finding.residual), allowed = fmt::format("{:.2g}", finding.tolerance);
  if (finding.causes.front().is<cause::Unknown>())
    return fmt::format("The output is off by {} of its size; rounding explains up to {}{}", left, allowed,
                       finding.tolerance < 0.5 ? "."
                                               : ": rows so coarse tell hardly anything; give greater numbers or a "
                                                 "finer format.");
  if (std::any_of(finding.causes.begin(), finding.causes.end(), scattered_numbers))
    return fmt::format("The error of those numbers is {} of the output's size; rounding explains up to {}.", left,
                       allowed);
  if (finding.explains_all)
    return fmt::format("This explains the whole output: with this {} in the reference {} of its size is left, and "
                       "rounding explains up to {}.",
                       mismatch ? "mistake" : "arithmetic", left, allowed);
  return fmt::format("This does not explain all: with this {} in the reference {} of the output's size is left, where "
                     "rounding explains up to {}.",
                     mismatch ? "mistake" : "arithmetic", left, allowed);
}

/// What remains, what rounding explains of that, and what this file cannot tell.
std::string tolerance_of(const Finding& finding, const KernelRun& run) {
  std::string words;
  if (finding.verdict != Verdict::match && !finding.explained.empty()) words = finding.explained + ' ';
  // A match explains nothing: how far it is off is what counts.
  if (finding.verdict == Verdict::match) words = fmt::format("Off by {:.2g} on the whole. ", finding.expected_residual);
  const std::string ends = fmt::format("rounding explains up to {:.2g}.", finding.tolerance);
  if (words.ends_with(ends + ' ')) { // said already: the reason follows
    words.resize(words.size() - 2);
    words += fmt::format(": {}.", finding.tolerance_reason);
  } else if (finding.tolerance > 0)
    words += fmt::format("{}ounding explains up to {:.2g}: {}.",
                         finding.causes.front().is<cause::NotFinite>() ? "In the rows that are finite r" : "R",
                         finding.tolerance, finding.tolerance_reason);
  if (finding.verdict == Verdict::precision) words += " It passes: weaker arithmetic, within what is allowed.";
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
    if (std::isnan(hypothesis.residual) && !tried.empty()) continue; // it could not be tried on these rows
    said |= of_no_use;
    std::string words = of_no_use ? cause::Match{}.brief(run) : brief_of(hypothesis.causes, run);
    // What is not finite leaves no residual; the others were tried on the rows that are.
    if (finding.causes.front().is<cause::NotFinite>() && !first.is<cause::NotFinite>()) words += ", of the finite rows";
    tried.push_back({std::move(words), hypothesis.residual});
  }
  return tried;
}

/// "16 … 39", "3, 5, 8".
std::string which(const std::vector<std::int64_t>& numbers) {
  const bool run =
      numbers.size() > 3 && numbers.back() - numbers.front() + 1 == static_cast<std::int64_t>(numbers.size());
  return run ? fmt::format("{} … {}", numbers.front(), numbers.back()) : exact_words(numbers);
}

/// "Pairs 16 … 39 are off, the other 40 of 64 are right."
std::string counted(const std::string& what, const std::vector<std::int64_t>& off, std::int64_t all) {
  const auto right = all - static_cast<std::int64_t>(off.size());
  if (all == 1) return fmt::format("The one {} is {}.", what.substr(0, what.size() - 1), off.empty() ? "right" : "off");
  if (off.empty()) return fmt::format("All {} {} are right.", all, what);
  if (right == 0) return fmt::format("All {} {} are off.", all, what);
  return fmt::format("Of {} {} {} {} off: {}; the other {} {} right.", all, what, off.size(),
                     off.size() == 1 ? "is" : "are", which(off), right, right == 1 ? "is" : "are");
}

/// " (pair 5)" of a component that is written for one.
std::string pair_of(const Finding& finding, std::int64_t component) {
  const PairComponents& at = finding.expected.at;
  for (std::size_t i = 0; i < at.out_first.size(); ++i)
    if (at.out_first[i] == component || at.out_second[i] == component) return fmt::format(" (pair {})", i);
  return "";
}

/// What the measured frequencies and gains say. `rows`: of each token.
std::string turned(const Measurement& measured, std::int64_t rows) {
  std::string first;
  std::size_t off = 0, seen = 0;
  for (std::size_t i = 0; i < measured.judgement.size(); ++i) {
    seen += measured.judgement[i] != PairJudgement::unseen;
    if (measured.judgement[i] != PairJudgement::off) continue;
    if (++off == 1)
      first =
          fmt::format(" (pair {}: {:.5g} rad/token instead of {:.5g})", i, measured.frequency[i], measured.expected[i]);
  }
  double least = INFINITY, most = 0, multiple = 1;
  for (std::size_t i = 0; i < measured.gain.size(); ++i) {
    if (!std::isfinite(measured.gain[i])) continue;
    least = std::min(least, measured.gain[i]);
    most = std::max(most, measured.gain[i]);
    if (std::isfinite(measured.coherence[i])) multiple = std::min(multiple, measured.coherence[i]);
  }
  std::string words = seen == 0 ? std::string("No frequency can be measured")
                                : fmt::format("Of {} frequencies that can be measured {} {} off{}", seen, off,
                                              off == 1 ? "is" : "are", first);
  words += fmt::format("; lengths change by factors {:.3g} to {:.3g}", least, most);
  // Of one row a token everything is a multiple: that tells nothing.
  if (rows > 1)
    words += fmt::format("; of the output at least {:.3g} % is a turned and stretched input", 100 * multiple);
  return words + '.';
}

std::string worst_of(const Finding& finding, const KernelRun& run) {
  if (finding.verdict != Verdict::mismatch || finding.off.tokens == 0) return "";
  const Deviations& off = finding.off;
  // Tables have copies of their angles, and no heads.
  const std::string where = run.tables ? fmt::format("token {}", off.worst.token)
                                       : fmt::format("head {}, batch row {}, token {}", run.first_head + off.worst.head,
                                                     off.worst.batch, off.worst.token);
  return fmt::format("The largest error of {} tokens looked at: {}, component {}{}, {:.5g} where {:.5g} is expected.",
                     off.tokens, where, off.worst_component, pair_of(finding, off.worst_component), off.worst_out,
                     off.worst_expected);
}

/// What was measured, for a person who has nothing else.
std::vector<std::string> observed_in(const Finding& finding, const KernelRun& run) {
  if (finding.verdict != Verdict::mismatch || finding.off.tokens == 0) return {};
  const Deviations& off = finding.off;
  std::vector<std::string> lines{counted("pairs", off.pairs_off, off.pairs),
                                 counted(run.tables ? "copies" : "heads", run.in_file(off.heads_off), off.heads)};
  if (off.rest > 0) lines.push_back(counted("components that should pass", off.rest_off, off.rest));
  std::string share = fmt::format("Of {} tokens looked at {} are off, and {:.3g} % of their numbers", off.tokens,
                                  off.tokens_off, 100 * off.share);
  if (off.equal_input > 0) share += fmt::format("; {:.3g} % of those equal the input", 100 * off.equal_input);
  if (off.equal_zero > 0) share += fmt::format("; {:.3g} % of those are 0", 100 * off.equal_zero);
  lines.push_back(share + '.');
  lines.push_back(finding.worst);
  lines.push_back(turned(finding.measured, run.shape.outer * run.shape.inner));
  return lines;
}

} // namespace

void put_into_words(Finding& finding, const KernelRun& run) {
  finding.sentence = sentence_of(finding.causes, run);
  finding.evidence = evidence_of(finding, run);
  finding.explains_all = all_explained(finding);
  finding.explained = explained_of(finding);
  finding.worst = worst_of(finding, run);
  finding.tolerance_sentence = tolerance_of(finding, run);
  finding.facts = facts_of(finding.causes, finding.measured.gain, run);
  finding.tried = tried_in(finding, run);
  finding.observed = observed_in(finding, run);
}

std::string decide_by(const std::vector<Cause>& causes, const std::vector<Cause>& indistinguishable) {
  if (indistinguishable.empty()) return "";
  if (std::string words = causes.front().decide_by(); !words.empty()) return words;
  // What decides for a base decides against it too: every other cause stays as it is when the base changes.
  if (indistinguishable.front().is<cause::Base>()) return indistinguishable.front().decide_by();
  return "a run with other positions, at least two and far apart";
}

} // namespace ropescope
