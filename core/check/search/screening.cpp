#include "core/check/search/screening.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/search/frequency_choices.h"
#include "core/check/search/likeness.h"
#include "core/parallel.h"

namespace ropescope {

// A cause costs what it must be worth. Positions that need an account cost half of one, since they mostly have one
// anyway, and another gain a quarter: so that of candidates that explain alike the plainest wins.
double Screened::merit() const {
  return fit.explained - thresholds::worth_a_cause * static_cast<double>(candidate.causes().size()) -
         (moved() ? thresholds::worth_a_cause / 2 : 0) - (other_gain ? thresholds::worth_a_cause / 4 : 0);
}

bool Screened::moved() const {
  const auto off = std::count_if(fit.shifts.begin(), fit.shifts.end(),
                                 [](const TokenShift& s) { return std::abs(s.shift) > thresholds::same_position; });
  return 2 * static_cast<std::size_t>(off) > fit.shifts.size();
}

Screening::Screening(const Evidence& evidence, const RowFilter& rotated) : evidence_(evidence), rotated_(rotated) {}

void Screening::run() {
  constexpr std::size_t most_causes = 3; // pairing, rotary_dim and frequencies; positions and gain come on top
  measure_layouts();
  // Each number of causes is screened whole before its best is taken.
  for (std::size_t causes = 0; causes <= most_causes && !done(); ++causes)
    for (MeasuredLayout& measured : measured_) screen_layout(measured, causes);
}

bool Screening::done() const {
  return std::any_of(screened_.begin(), screened_.end(), [](const Screened& s) { return s.fit.explained == 1; });
}

/// Keeps those under which some angles explain most tokens.
void Screening::measure_layouts() {
  const KernelRun& run = evidence_.run;
  const std::vector<std::int64_t> tokens = sample_tokens(run.shape.tokens, thresholds::screened_tokens);
  std::vector<std::optional<MeasuredLayout>> measured(evidence_.layouts.size());
  in_parallel(measured.size(), 0, [&](std::size_t n) {
    throw_if_stopped(evidence_.stop);
    const LayoutChoice& layout = evidence_.layouts[n];
    MeasuredLayout one{&layout, reduce(run, layout.at, tokens, rotated_), {}, {}};
    if (explained_by_any_angles(one.screened, evidence_.noise) >= thresholds::explains) measured[n] = std::move(one);
  });
  for (auto& one : measured)
    if (one) measured_.push_back(std::move(*one));
}

void Screening::measure_frequencies(MeasuredLayout& measured) {
  // Only where a candidate wants it: a right layout with one cause needs no other's frequencies.
  if (!measured.fits.empty()) return;
  const KernelRun& run = evidence_.run;
  measured.fitted =
      reduce(run, measured.layout->at, sample_tokens(run.shape.tokens, thresholds::fitted_tokens), rotated_);
  measured.fits = fit_frequencies(measured.fitted, run, near(*measured.layout), evidence_.noise.unit);
}

PairTurns Screening::near(const LayoutChoice& layout) const {
  return expected_candidate(evidence_.run, layout).turns();
}

/// Every candidate of a layout that comes to so many causes.
void Screening::screen_layout(MeasuredLayout& measured, std::size_t causes) {
  const std::size_t of_layout = measured.layout->causes.size();
  if (of_layout > causes) return;
  const std::size_t remaining = causes - of_layout;
  const FrequencyChoice expected = expected_frequencies(evidence_.run, measured.layout->rotary_dim);
  measure_frequencies(measured);
  std::vector<Candidate> candidates;
  const auto add = [&](const FrequencyChoice& frequencies, Operation operation) {
    candidates.push_back({measured.layout, frequencies, operation});
  };
  if (remaining == 0) {
    add(expected, Operation::rotate);
  } else {
    // Without a choice of frequencies, then with each.
    if (remaining == 1) add(expected, Operation::cos_sin_swapped);
    for (const FrequencyChoice& frequencies : choices_of(measured)) {
      if (frequencies.causes.size() == remaining) add(frequencies, Operation::rotate);
      if (frequencies.causes.size() + 1 == remaining && causes == 2) add(frequencies, Operation::cos_sin_swapped);
    }
  }
  std::vector<std::optional<Screened>> screened(candidates.size());
  in_parallel(candidates.size(), 0, [&](std::size_t n) { screened[n] = screen(measured, std::move(candidates[n])); });
  for (auto& one : screened) screened_.push_back(std::move(*one));
}

Screened Screening::screen(const MeasuredLayout& measured, Candidate candidate) const {
  throw_if_stopped(evidence_.stop);
  const FrequencyChoice& frequencies = candidate.frequencies;
  // Frequencies of a kernel with cos and sin exchanged say nothing of its speed.
  const bool swapped = candidate.operation == Operation::cos_sin_swapped;
  FreeFit fit =
      fit_positions(swapped ? unswapped(measured.screened) : measured.screened, evidence_.run, candidate,
                    evidence_.noise, swapped ? std::span<const FrequencyFit>() : measured.fits, evidence_.stop);
  const auto differs = [&](double gain) {
    return std::abs(fit.gain / gain - 1) > thresholds::other_gain_units * evidence_.noise.unit;
  };
  const bool other_gain = differs(evidence_.expected.gain) && differs(frequencies.gain);
  return {std::move(candidate), std::move(fit), other_gain};
}

const std::vector<FrequencyChoice>& Screening::choices_of(MeasuredLayout& measured) {
  // Made once a layout.
  auto& known = choices_[measured.layout];
  if (!known.empty()) return known;
  measure_frequencies(measured);
  const KernelRun& run = evidence_.run;
  known = frequency_choices(run, measured.layout->rotary_dim, measured.fits);
  // Where positions lie closer together than to 0, that nothing turns at 0 tells frequencies best.
  const auto given = as_given(run).ids;
  const auto [least, greatest] = std::minmax_element(given.begin(), given.end());
  if (*least <= *greatest - *least) return known;
  const auto from_zero = fit_frequencies(measured.fitted, run, near(*measured.layout), evidence_.noise.unit, true);
  for (FrequencyChoice& choice : frequency_choices(run, measured.layout->rotary_dim, from_zero)) {
    const auto same = [&](const FrequencyChoice& other) { return other.causes == choice.causes; };
    if (std::none_of(known.begin(), known.end(), same)) known.push_back(std::move(choice));
  }
  return known;
}

std::vector<const Screened*> Screening::most_promising() const {
  constexpr std::size_t considered = 3;
  const auto better = [&](const Screened& one, const Screened& other) {
    // Merit, then a plainly better fit, then the plainer number.
    if (std::abs(one.merit() - other.merit()) > 1e-9) return one.merit() > other.merit();
    if (one.fit.residual < thresholds::plainly_better * other.fit.residual) return true;
    return one.fit.residual < thresholds::alike * other.fit.residual + thresholds::residual_noise &&
           odd_digits(one.candidate.causes()) < odd_digits(other.candidate.causes());
  };
  std::vector<const Screened*> chosen;
  while (chosen.size() < considered) {
    const Screened* best = nullptr;
    for (const Screened& screened : screened_)
      if (screened.fit.explained >= thresholds::explains &&
          std::find(chosen.begin(), chosen.end(), &screened) == chosen.end() && (!best || better(screened, *best)))
        best = &screened;
    if (!best) break;
    chosen.push_back(best);
  }
  return chosen;
}

std::vector<FrequencyFit> Screening::fits_of(const LayoutChoice& layout) const {
  for (const MeasuredLayout& measured : measured_)
    if (measured.layout == &layout) return measured.fits;
  return {};
}

std::vector<FrequencyChoice> Screening::choices_of(const LayoutChoice& layout, bool even_if_new) {
  if (even_if_new)
    for (MeasuredLayout& measured : measured_)
      if (measured.layout == &layout) return choices_of(measured);
  const auto known = choices_.find(&layout);
  return known != choices_.end() ? known->second : std::vector<FrequencyChoice>();
}

} // namespace ropescope
