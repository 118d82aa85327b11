#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ropescope {

/// Numbers of rows in the order of their pairs. Where pairs lie next to each other (halves), the row itself; else a
/// copy, so that loops over pairs need no table of indices. The indices must outlive it.
template <typename Number>
class PairOrder {
public:
  explicit PairOrder(const std::vector<std::int64_t>& component) : component_(component) {
    for (std::size_t i = 0; i < component.size(); ++i)
      if (component[i] != component[0] + static_cast<std::int64_t>(i)) copy_.resize(component.size());
  }

  /// Until the next call.
  const Number* of(const Number* row) {
    if (component_.empty()) return row;
    if (copy_.empty()) return row + component_[0];
    for (std::size_t i = 0; i < copy_.size(); ++i) copy_[i] = row[component_[i]];
    return copy_.data();
  }

private:
  const std::vector<std::int64_t>& component_;
  std::vector<Number> copy_;
};

} // namespace ropescope
