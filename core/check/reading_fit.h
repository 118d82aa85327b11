#pragma once
#include "core/check/basics/run.h"

namespace ropescope {

/// What a glance at a few rows says of one reading of the axes.
struct ReadingFit {
  double expected = 0; ///< residual against the expected rotation, RMS relative: 0 for a right kernel
  double alike = 0;    ///< what is left where every token and pair may be turned by any angle, all heads of a token
                       ///< alike, under the pairing that leaves least; RMS relative: 0 for most kernels, right or wrong
  double rounding = 0; ///< what rounding of the rows explains of both
  bool unchanged = false;     ///< the output is the input
  bool one_token = false;     ///< the axis has one token alone
  bool empty = false;         ///< zeros alone, or no row that is finite: the rows tell nothing
  bool nothing_turns = false; ///< every position is 0, where the expected rotation changes nothing
};

/// `sample`: a few thousand rows at most.
ReadingFit fit_reading(const KernelRun& sample);

} // namespace ropescope
