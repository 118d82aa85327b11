#include "core/check/evidence/whole_sums.h"

#include <algorithm>
#include <numeric>

namespace ropescope {

WholeSums::WholeSums(const KernelRun& run) : run_(run) {}

std::shared_ptr<const Reduced> WholeSums::of(const PairComponents& at, const RowFilter& filter) {
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Kept& kept) { return kept.at == at && kept.filter == filter; });
  if (known != kept_.end()) return known->sums;
  std::vector<std::int64_t> all(static_cast<std::size_t>(run_.shape.tokens));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  // The expected layout's and the kernel's own: of a million tokens each is a gigabyte.
  constexpr std::size_t most_kept = 2;
  if (kept_.size() == most_kept) kept_.pop_back();
  kept_.push_front({at, filter, std::make_shared<const Reduced>(reduce(run_, at, all, filter))});
  return kept_.front().sums;
}

} // namespace ropescope
