#include "core/check/choices/frequencies.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/thresholds.h"
#include "core/check/choices/parameter_fit.h"
#include "core/error.h"
#include "core/rope/frequencies.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

/// core/rope refuses a config by throwing; a kernel that would need one cannot be. The searches ask here and get a
/// value, so that no exception travels through their loops.
std::optional<Spectrum> spectrum_if_any(const RopeConfig& config, std::optional<double> seq_len) {
  try {
    return make_spectrum(config, seq_len);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Its frequencies alone, which a fit asks for hundreds of times.
std::optional<std::vector<double>> inv_freq_if_any(const RopeConfig& config, double seq_len) {
  try {
    const ValidRope valid(config);
    std::vector<double> inv_freq;
    for (const long double theta : schemes::frequencies_in_force<schemes::Exact>(valid, seq_len).theta) {
      inv_freq.push_back(static_cast<double>(theta));
      if (!std::isfinite(inv_freq.back())) return std::nullopt;
    }
    return inv_freq;
  } catch (const Error&) {
    return std::nullopt;
  }
}

} // namespace

FrequencyChoices::FrequencyChoices(const KernelRun& run, std::int64_t rotary_dim,
                                   std::span<const FrequencyFit> measured)
    : run_(run), measured_(measured), config_(run.rope), seq_len_(run.length()) {
  // A table as wide as the head turns all of it, and rotary_dim shapes the table; elsewhere they are one.
  if (!scheme_of(config_).spans_whole_head || pair_count(config_) != rotary_dim / 2)
    config_.layout.rotary_dim = rotary_dim;
  // Factors by pair count pairs that this kernel does not have.
  if (pair_count(config_) != pair_count(run.rope)) config_.scaling.freq_factors.clear();
  if (auto expected = choice_of(config_, seq_len_)) {
    expected_ = std::move(*expected);
  } else { // factors by pair fit their own number of pairs alone
    config_.scaling.rope_type = RopeType::standard;
    expected_ = choice_of(config_, seq_len_).value_or(FrequencyChoice{});
  }
}

std::optional<FrequencyChoice> FrequencyChoices::choice_of(const RopeConfig& config,
                                                           std::optional<double> seq_len) const {
  const auto spectrum = spectrum_if_any(config, seq_len);
  if (!spectrum) return std::nullopt;
  FrequencyChoice choice{{}, {spectrum->inv_freq, {}, config.axes.learned}, spectrum->attention_factor};
  // Sections are for the model's number of pairs; a kernel with another turns all by the first axis.
  if (pair_count(config_) == pair_count(run_.rope))
    choice.turns.axis = pair_axes(run_.rope, run_.positions.axes);
  else
    choice.turns.axis.assign(spectrum->inv_freq.size(), 0);
  return choice;
}

void FrequencyChoices::keep(FrequencyChoice choice) {
  if (choice.turns.theta.size() != expected_.turns.theta.size()) return;
  double furthest = 0;
  for (std::size_t i = 0; i < choice.turns.theta.size(); ++i) {
    const double expected = expected_.turns.theta[i];
    if (expected != choice.turns.theta[i])
      furthest = std::max(furthest, std::abs(choice.turns.theta[i] - expected) / std::max(expected, 1e-30));
  }
  // What turns as expected would be named for nothing.
  if (furthest > thresholds::other_frequency || choice.turns.axis != expected_.turns.axis)
    choices_.push_back(std::move(choice));
}

void FrequencyChoices::add(std::vector<Cause> causes, const RopeConfig& config, std::optional<double> seq_len) {
  auto choice = choice_of(config, seq_len);
  if (!choice) return;
  choice->causes = std::move(causes);
  keep(std::move(*choice));
}

void FrequencyChoices::add_theta(std::vector<Cause> causes, std::vector<double> theta) {
  keep({std::move(causes), {std::move(theta), expected_.turns.axis, {}}, expected_.gain});
}

void FrequencyChoices::add_axes(std::vector<Cause> causes, std::vector<std::uint8_t> axis) {
  keep({std::move(causes), {expected_.turns.theta, std::move(axis), {}}, expected_.gain});
}

std::optional<double> FrequencyChoices::fitted(const RopeConfig& config, const Change& change, double least,
                                               double greatest) const {
  const auto frequencies = [&](double value) -> std::optional<std::vector<double>> {
    RopeConfig changed = config;
    change(changed, value);
    return inv_freq_if_any(changed, seq_len_);
  };
  return fit_parameter(frequencies, measured_, least, greatest);
}

std::optional<double> FrequencyChoices::fitted_length(double least, double greatest) const {
  return fit_parameter([&](double tokens) { return inv_freq_if_any(config_, tokens); }, measured_, least, greatest);
}

void FrequencyChoices::add_fitted(const Named& named, const RopeConfig& config, const Change& change, double least,
                                  double greatest) {
  const auto value = fitted(config, change, least, greatest);
  if (!value) return;
  RopeConfig changed = config;
  change(changed, *value);
  add({named(*value)}, changed);
}

FrequencyChoice expected_frequencies(const KernelRun& run, std::int64_t rotary_dim) {
  return FrequencyChoices(run, rotary_dim, {}).expected();
}

} // namespace ropescope
