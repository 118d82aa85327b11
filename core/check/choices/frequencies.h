#pragma once
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/evidence/frequency_fit.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// One way a kernel may have come by its frequencies.
struct FrequencyChoice {
  std::vector<Cause> causes; ///< empty: as expected
  PairTurns turns;           ///< without the direction of the layout
  double gain = 1;           ///< attention factor that goes with it
};

/// The ways to come by frequencies that are tried, of a kernel that turns `rotary_dim` components, in the order in
/// which they are added. A cause adds its own by suggest_frequencies.
class FrequencyChoices {
public:
  using Change = std::function<void(RopeConfig&, double value)>; ///< sets a parameter
  using Named = std::function<Cause(double value)>;              ///< says what that is

  /// `measured`: per pair; what fitted parameters are fitted to. Empty where none is.
  FrequencyChoices(const KernelRun&, std::int64_t rotary_dim, std::span<const FrequencyFit> measured);

  const KernelRun& run() const { return run_; }
  const RopeConfig& config() const { return config_; } ///< the model's, of that rotary_dim
  double seq_len() const { return seq_len_; }          ///< tokens
  std::span<const FrequencyFit> measured() const { return measured_; }
  const FrequencyChoice& expected() const { return expected_; }
  Spectrum spectrum() const { return make_spectrum(config_, seq_len_); }

  // Each keeps nothing where no such kernel can be, or where the frequencies are the expected ones.

  /// The frequencies of another config.
  void add(std::vector<Cause>, const RopeConfig&, std::optional<double> seq_len);
  void add(std::vector<Cause> causes, const RopeConfig& config) { add(std::move(causes), config, seq_len_); }
  /// rad/token, per pair.
  void add_theta(std::vector<Cause>, std::vector<double> theta);
  /// The expected frequencies, by other axes of the positions.
  void add_axes(std::vector<Cause>, std::vector<std::uint8_t> axis);
  /// A config with one parameter at the value that fits the measured frequencies best.
  void add_fitted(const Named&, const RopeConfig&, const Change&, double least, double greatest);

  /// That value; nothing where none yields frequencies.
  std::optional<double> fitted(const RopeConfig&, const Change&, double least, double greatest) const;
  /// The sequence length (tokens) that fits best.
  std::optional<double> fitted_length(double least, double greatest) const;

  std::vector<FrequencyChoice> take() { return std::move(choices_); }

private:
  std::optional<FrequencyChoice> choice_of(const RopeConfig&, std::optional<double> seq_len) const;
  void keep(FrequencyChoice);

  const KernelRun& run_;
  std::span<const FrequencyFit> measured_;
  RopeConfig config_;
  double seq_len_ = 1;
  FrequencyChoice expected_;
  std::vector<FrequencyChoice> choices_;
};

/// The frequencies that the model's config gives to a kernel that turns `rotary_dim` components, as many as the model's
/// or not.
FrequencyChoice expected_frequencies(const KernelRun&, std::int64_t rotary_dim);

} // namespace ropescope
