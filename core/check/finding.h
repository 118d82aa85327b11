#pragma once
#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/rope/layout.h"

namespace ropescope {

enum class Verdict : std::uint8_t {
  match,     ///< within what the rows' format and the model's own arithmetic explain
  precision, ///< the right rotation in weaker arithmetic
  mismatch
};

std::string_view verdict_name(Verdict);

using ParameterValue = std::variant<double, std::int64_t, bool, std::string, std::vector<std::int64_t>>;

/// Something a kernel did otherwise, by the name that `check --json` gives it, and its numbers.
struct Cause {
  std::string name;
  std::vector<std::pair<std::string, ParameterValue>> parameters;

  const ParameterValue* find(std::string_view parameter) const;
  bool operator==(const Cause&) const = default;
};

/// An explanation that was tried. `residual`: RMS of out − prediction over RMS of the prediction.
struct Hypothesis {
  std::vector<Cause> causes; ///< at least one; all of them together
  double residual = 0;
};

/// What the kernel did, read off the data under the pairing in `layout`, before any judgement.
struct Measurement {
  PairLayout layout;
  std::vector<double> frequency; ///< per pair, rad/token, signed, the alias next to the expected one; NaN: not measured
  std::vector<double> expected;  ///< per pair, rad/token, with the direction of the model's layout
  std::vector<double> gain;      ///< per pair, RMS of |out|/|in|
  std::vector<double> coherence; ///< per pair: how much of out is a multiple of in, token by token; 0…1

  /// Σ out·conj(in) / Σ |in|² over heads and batch, [token][pair] of the rows in `tokens`: gain and angle.
  std::vector<std::complex<float>> ratio, expected_ratio;
  std::vector<std::int64_t> tokens;
};

/// What check() concluded about a kernel.
struct Finding {
  Verdict verdict = Verdict::match;
  std::vector<Cause> causes; ///< first that which explains most; more than one: all of them at once
  std::string sentence;      ///< one, for a person
  std::string recipe;        ///< the arithmetic that fits best; empty where none was told apart
  double residual = 0;       ///< of the causes together, proved on every row
  double tolerance = 0;      ///< on the same scale: what rounding explains
  std::string tolerance_reason;
  double max_abs_error = 0;              ///< max |out − expected| over all entries
  double expected_residual = 0;          ///< RMS of out − expected over that of expected
  std::int64_t rows = 0, rows_wrong = 0; ///< tokens; those off from the expected rotation by more than rounding
  Measurement measured;
  std::vector<Hypothesis> hypotheses;   ///< best first
  std::vector<Cause> indistinguishable; ///< what would leave the same numbers in this file
  std::string decide_by;                ///< which further file would tell them apart; empty where there is nothing to

  /// RMS over heads and batch of |out − expected|, absolute, [token][pair] by the model's layout.
  std::vector<float> error;
  std::vector<float> head_error; ///< the same over tokens and pairs, per head
  std::int64_t pairs = 0;
};

} // namespace ropescope
