#pragma once
#include <vector>

#include "core/check/choices/frequencies.h"
#include "core/check/choices/layouts.h"
#include "core/check/choices/prediction.h"

namespace ropescope {

/// A layout, frequencies and an operation, before positions are explained.
struct Candidate {
  const LayoutChoice* layout = nullptr;
  FrequencyChoice frequencies;
  Operation operation = Operation::rotate;

  std::vector<Cause> causes() const;
  PairTurns turns() const; ///< with the layout's direction

  /// What a kernel would write that is such a candidate and nothing else.
  Prediction prediction(const TurnedPositions& positions) const {
    return {turns(), frequencies.gain, operation, positions};
  }
};

/// The expected rotation under a layout.
inline Candidate expected_candidate(const KernelRun& run, const LayoutChoice& layout,
                                    Operation operation = Operation::rotate) {
  return {&layout, expected_frequencies(run, layout.rotary_dim), operation};
}

} // namespace ropescope
