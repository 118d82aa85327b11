#pragma once
#include <cstdint>
#include <vector>

#include "core/check/proof/row_proof.h"

namespace ropescope {

/// What of a sample of rows differs from the expected rotation by more than rounding, and what does not: counted
/// before any judgement, for kernels that nothing explains.
struct Deviations {
  std::int64_t tokens = 0, tokens_off = 0;     ///< of the sample
  std::int64_t pairs = 0, heads = 0, rest = 0; ///< how many there are; `rest`: components that should pass
  std::vector<std::int64_t> pairs_off, heads_off, rest_off;
  double share = 0;                       ///< of all numbers, those off
  double equal_input = 0, equal_zero = 0; ///< shares of the numbers off
  RowPlace worst;                         ///< where |out − expected| is greatest
  std::int64_t worst_component = 0;
  double worst_out = 0, worst_expected = 0;
};

/// `proof`: of `expected`, the rows of the sample as the model's rotation writes them.
Deviations deviations(const KernelRun&, const RowSample&, const std::vector<double>& expected, const RowProof& proof,
                      const PairComponents&);

} // namespace ropescope
