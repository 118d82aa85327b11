#include "core/check/evidence/whole_sums.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/check/basics/array_numbers.h"
#include "core/parallel.h"

namespace ropescope {

WholeSums::WholeSums(const KernelRun& run) : run_(run) {}

std::shared_ptr<const Reduced> WholeSums::of(const PairComponents& at, const RowFilter& filter) {
  const std::lock_guard lock(asked_);
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

const std::vector<double>& WholeSums::lengths() {
  const std::lock_guard lock(asked_);
  if (!lengths_.empty()) return lengths_;
  constexpr std::size_t rows_of_a_task = 1024;
  const auto rows = static_cast<std::size_t>(run_.shape.rows());
  lengths_.resize(rows);
  with_numbers(run_.in, [&](auto numbers) {
    in_parallel((rows + rows_of_a_task - 1) / rows_of_a_task, 0, [&](std::size_t task) {
      for (std::size_t row = task * rows_of_a_task; row < std::min(rows, (task + 1) * rows_of_a_task); ++row) {
        const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(row) * run_.shape.head_dim;
        lengths_[row] =
            std::sqrt(std::transform_reduce(first, first + run_.shape.head_dim, 0.0, std::plus<>(),
                                            [](auto x) { return static_cast<double>(x) * static_cast<double>(x); }));
      }
    });
  });
  return lengths_;
}

} // namespace ropescope
