#include "core/check/heads_left.h"

#include <algorithm>
#include <set>

namespace ropescope {

RowFilter rotated_rows(const Changes& changes) {
  constexpr double mostly = 0.8; // of the tokens: some rows may be wrong besides
  RowFilter rotated;
  const double most = *std::max_element(changes.unchanged.begin(), changes.unchanged.end()),
               least = *std::min_element(changes.unchanged.begin(), changes.unchanged.end());
  if (most < mostly || least >= most) return {};
  for (const double share : changes.unchanged) rotated.push_back(share < mostly);
  return std::find(rotated.begin(), rotated.end(), 1) == rotated.end() ? RowFilter() : rotated;
}

Cause heads_left(const KernelRun& run, const RowFilter& rotated) {
  std::set<std::int64_t> heads, batches, turned;
  for (std::size_t r = 0; r < rotated.size(); ++r) {
    const std::int64_t outer = static_cast<std::int64_t>(r) / run.shape.inner,
                       head = run.head_of(outer, static_cast<std::int64_t>(r) % run.shape.inner),
                       batch = run.shape.inner > 1 ? outer : outer / run.heads;
    if (rotated[r]) {
      turned.insert(batch);
    } else {
      heads.insert(head);
      batches.insert(batch);
    }
  }
  Cause cause{"heads_not_rotated", {{"heads", std::vector<std::int64_t>(heads.begin(), heads.end())}}};
  const bool apart = std::none_of(batches.begin(), batches.end(), [&](std::int64_t b) { return turned.contains(b); });
  if (apart) cause.parameters.push_back({"batch", std::vector<std::int64_t>(batches.begin(), batches.end())});
  return cause;
}

} // namespace ropescope
