#include "core/check/choices/positions.h"

#include <algorithm>

namespace ropescope {

PositionAccounts::PositionAccounts(const KernelRun& run, std::span<const TokenShift> shifts)
    : run_(run), given_(as_given(run)) {
  for (std::size_t t = 0; t < shifts.size(); ++t) {
    shift_.push_back(shifts[t].shift);
    position_.push_back(given_.at(0, t));
    seen_.push_back(position_.back() + shift_.back());
    visible_.push_back(shifts[t].match != 0);
    if (visible_.back()) order_.push_back(t);
  }
  if (order_.empty()) order_.push_back(0);
  fill_gaps();
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return position_[a] < position_[b]; });
}

void PositionAccounts::fill_gaps() {
  // The last visible token at or before each.
  std::size_t next = 0;
  for (std::size_t t = 0; t < shift_.size(); ++t) {
    if (next + 1 < order_.size() && order_[next + 1] <= t) ++next;
    shift_[t] = shift_[order_[next]];
    seen_[t] = position_[t] + shift_[t];
  }
}

PositionAccount& PositionAccounts::add(std::vector<Cause> causes, const Map& map) {
  PositionAccount account{std::move(causes), given_, {}, false};
  const std::size_t tokens = given_.tokens();
  for (std::size_t a = 0; a < static_cast<std::size_t>(given_.axes); ++a)
    for (std::size_t t = 0; t < tokens; ++t)
      account.positions.ids[a * tokens + t] = map(account.positions.ids[a * tokens + t], t);
  accounts_.push_back(std::move(account));
  return accounts_.back();
}

} // namespace ropescope
