#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/check/choices/prediction.h"
#include "core/check/evidence/pair_components.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/evidence/row_sample.h"

namespace ropescope {

/// What a rotation makes of each pair of each token of a sample.
struct SampleTurns {
  std::vector<std::complex<double>> multiplier; ///< [token][pair]
  std::vector<double> turned;                   ///< [token][pair]: rad that float32 noise may turn it by
};
SampleTurns sample_turns(const RowSample&, const Prediction&, const Noise&);

/// Rows as such a rotation would write them; components that no pair writes pass. [token][row][component]
std::vector<double> predicted_rows(const RowSample&, const PairComponents&, const SampleTurns&);
/// Those of one token of the sample: [row][component]
void predict_token(const RowSample&, const PairComponents&, const SampleTurns&, std::size_t token, double* rows);

/// A prediction of whole rows, held against them number by number.
struct RowProof {
  std::vector<std::uint8_t> off; ///< [token][row][component]: further off than any rounding
  std::int64_t count = 0;        ///< of them
  double residual = 0;           ///< RMS of out − prediction over that of the prediction
  bool whole = false;            ///< none is off, and all together are within rounding
};

/// `counts`: per component, those that are judged; empty: all.
RowProof prove_rows(const RowSample&, const std::vector<double>& predicted, const PairComponents&, const SampleTurns&,
                    const Noise&, const std::vector<std::uint8_t>& counts = {});

/// Writes the rows of a token of a sample: [row][component], zeros before.
using PredictToken = std::function<void(std::size_t token, double* rows)>;

/// The same where only a whole explanation counts: what it leaves (RowProof::residual); nothing where it is none, told
/// by the first number that is off, so that most predictions are refused before they are made. `predict` is called from
/// several threads at once.
std::optional<double> prove_whole(const RowSample&, const PredictToken& predict, const PairComponents&,
                                  const SampleTurns&, const Noise&, const std::vector<std::uint8_t>& counts = {});

} // namespace ropescope
