#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/check/evidence/reduce.h"

namespace ropescope {

/// The sums of every token of a run. Stages ask for the same ones, and each pass over the rows costs as much as all
/// that is made of it, so the last few are kept. Several threads may ask; one is answered at a time.
class WholeSums {
public:
  /// The run must outlive it.
  explicit WholeSums(const KernelRun& run);

  /// As reduce() of every token; `at` must outlive the result.
  std::shared_ptr<const Reduced> of(const PairComponents& at, const RowFilter& filter = {});

  /// The length of every row of the input, in the order of the file: [outer][token][inner].
  const std::vector<double>& lengths();

private:
  struct Kept {
    PairComponents at;
    RowFilter filter;
    std::shared_ptr<const Reduced> sums;
  };
  const KernelRun& run_;
  std::mutex asked_;      ///< one thread at a time, which then has the others' help
  std::deque<Kept> kept_; ///< the last one first
  std::vector<double> lengths_;
};

} // namespace ropescope
