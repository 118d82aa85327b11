#include "app/scene/base_map_fill.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace ropescope {

namespace {

// Rows computed together: enough for every processor, few enough that the map is seen to grow (a whole row of 64 pairs
// takes some 10 ms).
constexpr std::size_t rows_at_once = 16;

} // namespace

bool BaseMapFill::known(double base) const {
  return std::binary_search(rows_.begin(), rows_.end(), LeastScores{base, 0, {}},
                            [](const LeastScores& a, const LeastScores& b) { return a.base < b.base; });
}

/// What the wish still lacks, in the order in which it is to come.
std::vector<double> BaseMapFill::missing(const BaseMapWish& wish, std::span<const double> others, double near) const {
  std::vector<double> bases;
  const auto ask = [&](double base) {
    if (!known(base) && std::find(bases.begin(), bases.end(), base) == bases.end()) bases.push_back(base);
  };
  ask(wish.base);
  for (const std::int64_t coarser : {8, 4, 2, 1}) {
    const std::int64_t step = coarser * wish.step;
    const auto begin = static_cast<std::ptrdiff_t>(bases.size());
    const std::int64_t first = std::max(fine_base_grid.first, wish.first / step * step),
                       last = std::min(fine_base_grid.last, (wish.last + step - 1) / step * step);
    for (std::int64_t k = first; k <= last; k += step)
      if (coarser == 8 || k % (2 * step) != 0) ask(fine_base_grid.base(k));
    std::stable_sort(bases.begin() + begin, bases.end(),
                     [&](double a, double b) { return std::abs(std::log(a / near)) < std::abs(std::log(b / near)); });
    if (coarser == 8)
      for (const double base : others) ask(base);
  }
  return bases;
}

void BaseMapFill::fill(Wanted& wanted, Latest<Wanted, Rows>::Run& run) {
  const std::size_t all = wanted.bases.size();
  for (std::size_t begin = 0; begin < all && !run.stopped(); begin += rows_at_once) {
    Rows rows(std::min(rows_at_once, all - begin));
    in_parallel(rows.size(), 0, [&](std::size_t i) {
      rows[i] = least_scores(wanted.rotary_dim, wanted.bases[begin + i], base_map_reach, ScanUntil::end, run.stop());
    });
    // Rows that were cut short are known to nobody: their piece is of a wish that was abandoned.
    run.give(std::move(rows), static_cast<double>(std::min(all, begin + rows_at_once)) / static_cast<double>(all));
  }
}

void BaseMapFill::update(const BaseMapWish& wish, std::span<const double> others, double near, bool wait) {
  take();
  if (wish == wish_ && (complete_ || (working_ && !wait))) return;
  stop();
  if (wish.rotary_dim != wish_.rotary_dim) change_head(wish.rotary_dim);
  wish_ = wish;
  Wanted wanted{wish.rotary_dim, missing(wish, others, near)};
  complete_ = wanted.bases.empty();
  if (complete_) return;
  if (!wait) {
    working_ = true;
    return worker_.begin(std::move(wanted));
  }
  Rows rows(wanted.bases.size());
  in_parallel(rows.size(), 0,
              [&](std::size_t i) { rows[i] = least_scores(wish.rotary_dim, wanted.bases[i], base_map_reach); });
  for (LeastScores& row : rows) add(std::move(row));
  complete_ = true;
}

/// Rows of another number of components are another map.
void BaseMapFill::change_head(std::int64_t rotary_dim) {
  constexpr std::size_t kept = 8; // some 2 MiB each
  const auto is_other = [&](const OtherHead& head) { return head.rotary_dim == rotary_dim; };
  if (!rows_.empty()) other_heads_.insert(other_heads_.begin(), {wish_.rotary_dim, std::move(rows_)});
  const auto found = std::find_if(other_heads_.begin(), other_heads_.end(), is_other);
  rows_ = found == other_heads_.end() ? Rows() : std::move(found->rows);
  if (found != other_heads_.end()) other_heads_.erase(found);
  if (other_heads_.size() > kept) other_heads_.pop_back();
  ++version_;
}

void BaseMapFill::stop() {
  if (!working_) return;
  worker_.abandon();
  working_ = false;
}

void BaseMapFill::take() {
  if (!working_) return;
  working_ = worker_.working(); // before take(): what comes between the two is the last
  for (Rows& rows : worker_.take())
    for (LeastScores& row : rows) add(std::move(row));
  complete_ = !working_;
}

void BaseMapFill::add(LeastScores row) {
  const auto at =
      std::lower_bound(rows_.begin(), rows_.end(), row.base, [](const LeastScores& r, double b) { return r.base < b; });
  if (at != rows_.end() && at->base == row.base) return; // the scene's own base may be on the grid
  rows_.insert(at, std::move(row));
  ++version_;
}

} // namespace ropescope
