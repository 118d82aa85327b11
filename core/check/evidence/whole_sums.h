#pragma once
#include <deque>
#include <memory>

#include "core/check/evidence/reduce.h"

namespace ropescope {

/// The sums of every token of a run. Stages ask for the same ones, and each pass over the rows costs as much as all
/// that is made of it, so the last few are kept. Not for several threads at once.
class WholeSums {
public:
  /// The run must outlive it.
  explicit WholeSums(const KernelRun& run);

  /// As reduce() of every token; `at` must outlive the result.
  std::shared_ptr<const Reduced> of(const PairComponents& at, const RowFilter& filter = {});

private:
  struct Kept {
    PairComponents at;
    RowFilter filter;
    std::shared_ptr<const Reduced> sums;
  };
  const KernelRun& run_;
  std::deque<Kept> kept_; ///< the last one first
};

} // namespace ropescope
