#include "core/check/search/unrotated_rows.h"

#include <algorithm>
#include <set>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/heads_not_rotated.h"

namespace ropescope {

RowFilter rotated_rows(const Changes& changes) {
  constexpr double mostly = thresholds::mostly; // of the tokens: some rows may be wrong besides
  RowFilter rotated;
  const double most = *std::max_element(changes.unchanged.begin(), changes.unchanged.end()),
               least = *std::min_element(changes.unchanged.begin(), changes.unchanged.end());
  // Two groups are needed: rows that passed, and rows that did not.
  if (most < mostly || least >= most) return {};
  for (const double share : changes.unchanged) rotated.push_back(share < mostly);
  return std::find(rotated.begin(), rotated.end(), 1) == rotated.end() ? RowFilter() : rotated;
}

Cause unrotated_heads(const KernelRun& run, const RowFilter& rotated) {
  std::set<std::int64_t> heads, batches, rows;
  // Sorted into heads and rows of the batch.
  for (std::size_t r = 0; r < rotated.size(); ++r) {
    const std::int64_t outer = static_cast<std::int64_t>(r) / run.shape.inner,
                       head = run.head_of(outer, static_cast<std::int64_t>(r) % run.shape.inner),
                       batch = run.batch_of(outer);
    if (rotated[r]) continue;
    heads.insert(head);
    batches.insert(batch);
    rows.insert(batch * run.heads + head);
  }
  cause::HeadsNotRotated cause;
  cause.heads = run.in_file({heads.begin(), heads.end()});
  const auto batch_rows = rotated.size() / static_cast<std::size_t>(run.heads);
  if (rows.size() != heads.size() * batches.size())
    cause.rows.assign(rows.begin(), rows.end());
  else if (batches.size() < batch_rows)
    cause.batch.emplace(batches.begin(), batches.end());
  return cause;
}

} // namespace ropescope
