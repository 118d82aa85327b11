#pragma once
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/hypothesis.h"
#include "core/check/basics/run.h"
#include "core/check/error_map.h"
#include "core/check/evidence/frequency_fit.h"
#include "core/check/evidence/pair_components.h"
#include "core/check/facts.h"
#include "core/check/proof/deviations.h"
#include "core/rope/layout.h"

namespace ropescope {

/// What is to be said of the measured frequency of a pair.
enum class PairJudgement : std::uint8_t {
  right,
  off,
  unseen ///< these positions do not show it, or nothing is measured
};

/// What the kernel did, read off the data under the pairing in `layout`, before any judgement.
struct Measurement {
  PairLayout layout;
  std::vector<double> frequency; ///< per pair, rad/token, signed, the alias next to the expected one; NaN: not measured
  std::vector<double> expected;  ///< per pair, rad/token, with the direction of the model's layout
  std::vector<PairJudgement> judgement; ///< per pair, of its frequency
  std::vector<double> gain;             ///< per pair, RMS of |out|/|in|
  std::vector<double> coherence;        ///< per pair: how much of out is a multiple of in, token by token; 0…1

  /// Σ out·conj(in) / Σ |in|² over heads and batch, [token][pair] of the rows in `tokens`: gain and angle.
  std::vector<std::complex<float>> ratio, expected_ratio;
  std::vector<std::int64_t> tokens;
};

/// The rotation that the model asks for, under its own layout.
struct ExpectedRotation {
  PairTurns turns;       ///< with direction
  PairTurns second = {}; ///< of the second component of each pair, where a mixed convention has another; else empty
  double gain = 1;       ///< multiplies cos and sin
  PairComponents at;

  /// What turns a pair: a position, or a fraction of one.
  double position(const KernelRun& run, std::int64_t token, std::int64_t pair) const {
    return run.position(turns.axis[static_cast<std::size_t>(pair)], token);
  }
  /// A pair of the input, taken as a complex number, as it should come out.
  std::complex<double> turned(const KernelRun& run, std::int64_t token, std::int64_t pair,
                              std::complex<double> input) const;
};

/// An explanation in words, and what it leaves unexplained, relative to the rows.
struct Tried {
  std::string words;
  double residual = 0;
};

/// What check() concluded about a kernel: all that the command line, the view and a report say.
struct Finding {
  Verdict verdict = Verdict::match;
  std::vector<Cause> causes; ///< first that which explains most; more than one: all of them at once
  std::string sentence;      ///< one, for a person
  std::string evidence;      ///< a sentence: how many rows are off, and by how much
  std::string explained;     ///< a sentence: whether the causes explain all of the output, and what they leave
  bool explains_all = true;  ///< they leave no more than rounding does
  std::string worst;         ///< a sentence: the largest error that was looked at, and where; of a mismatch alone
  std::vector<Fact> facts;   ///< what agrees, and what the causes cross out

  std::string recipe;   ///< the arithmetic that fits best; empty where none was told apart
  double residual = 0;  ///< what the causes together leave (Explanation::residual); RMS relative
  double tolerance = 0; ///< on the same scale: what rounding explains
  std::string tolerance_reason;
  std::string tolerance_sentence; ///< sentences: what remains, what rounding explains, what cannot be told apart

  double max_abs_error = 0;              ///< max |out − expected| over all entries
  double expected_residual = 0;          ///< RMS of out − expected over that of expected
  std::int64_t rows = 0, rows_wrong = 0; ///< tokens; those off from the expected rotation by more than rounding
  Measurement measured;
  Deviations off;                       ///< of a mismatch: what differs at all, in a sample of the rows
  std::vector<std::string> observed;    ///< sentences on what was measured; of a mismatch alone
  std::vector<Hypothesis> hypotheses;   ///< best first
  std::vector<Tried> tried;             ///< the same in words; recipes that explain nothing in one line
  std::vector<Cause> indistinguishable; ///< what would leave the same numbers in this file
  std::string decide_by;                ///< which further file would tell them apart; empty where there is nothing to

  ExpectedRotation expected;
  ErrorMap errors; ///< RMS over heads and batch of |out − expected|, by token and pair of the model's layout
  std::vector<float> head_error; ///< the same over tokens and pairs, per head
  ErrorScale scale;              ///< of the errors
  double rms = 1;                ///< root of the mean square of the input's numbers
  double rounding = 0;           ///< error that rounding explains
};

} // namespace ropescope
