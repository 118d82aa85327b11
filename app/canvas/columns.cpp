#include "app/canvas/columns.h"

#include <cassert>
#include <limits>
#include <utility>

namespace ropescope::canvas {

namespace {

// 64 values are scanned in some ten nanoseconds. Smaller blocks would take more memory and save nothing.
constexpr std::size_t block = 64;

template <typename Extremes>
void add(Extremes& all, const Extremes& other) {
  if (other.least < all.least) all.least = other.least;
  if (other.greatest > all.greatest) all.greatest = other.greatest;
}

/// A comparison with NaN is false, so NaN is passed over.
template <typename Extremes, typename T>
void scan(Extremes& all, const T* begin, const T* end) {
  for (; begin != end; ++begin) add(all, {*begin, *begin});
}

} // namespace

template <std::floating_point T>
Columns<T>::Columns(std::vector<T> values, std::int64_t first) : values_(std::move(values)), first_(first) {
  std::vector<Extremes> level(values_.size() / block);
  for (std::size_t b = 0; b < level.size(); ++b) level[b] = extremes(b * block, (b + 1) * block);
  while (!level.empty()) {
    std::vector<Extremes> above(level.size() / 2);
    for (std::size_t b = 0; b < above.size(); ++b) {
      above[b] = level[2 * b];
      add(above[b], level[2 * b + 1]);
    }
    levels_.push_back(std::move(level));
    level = std::move(above);
  }
}

template <std::floating_point T>
typename Columns<T>::Extremes Columns<T>::extremes(std::size_t begin, std::size_t end) const {
  assert(begin <= end && end <= values_.size());
  Extremes all{std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity()};
  const T* const v = values_.data();
  // The whole blocks in between; none while the constructor makes the first level.
  std::size_t first = (begin + block - 1) / block, last = levels_.empty() ? 0 : end / block;
  if (first >= last) {
    scan(all, v + begin, v + end);
    return all;
  }
  scan(all, v + begin, v + first * block);
  scan(all, v + last * block, v + end);
  // Up the levels: at either end a block that is no whole pair is taken, what is left are pairs, which the next level
  // holds as one.
  for (std::size_t k = 0; first < last; ++k, first /= 2, last /= 2) {
    if (first % 2 == 1) add(all, levels_[k][first++]);
    if (last % 2 == 1) add(all, levels_[k][--last]);
  }
  return all;
}

template <std::floating_point T>
std::size_t Columns<T>::extra_bytes() const {
  std::size_t bytes = 0;
  for (const auto& level : levels_) bytes += level.size() * sizeof(Extremes);
  return bytes;
}

template class Columns<float>;
template class Columns<double>;

} // namespace ropescope::canvas
