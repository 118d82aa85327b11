#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/check/evidence/rounding_noise.h"
#include "core/check/evidence/row_kernel.h"

namespace ropescope {

/// By how much rounding may turn a single entry a·c − b·s off, for each entry of a run's rows: table, product and sum
/// are rounded to the nearest number of the rows' format, or of bfloat16 where that is coarser than the rows' own
/// steps.
class EntryBound {
public:
  EntryBound(const KernelRun& run, const Noise& noise);

  /// `products`: |a·c| + |b·s|, `sum` what they come to, `length` of the pair's angle error: |a| + |b| times the gain
  /// times rad.
  /// `step`: of the entry.
  double of(double products, double sum, double length, double step) const {
    return bound_.within * products + bound_.last * std::abs(sum) + length + bound_.least + step;
  }
  /// The numbers of of(), for the loops over all entries, which compute the same in vectors (row_kernel::hold).
  const row_kernel::Bound& of_all() const { return bound_; }

  /// Half the step that the entries of a row lie apart by its scales, for those of some components.
  void steps(std::int64_t row, const std::vector<std::int64_t>& components, std::vector<double>& to) const {
    to.resize(components.size());
    if (scaled_ == RowFormat::Scaled::no) return; // none was ever written
    for (std::size_t i = 0; i < components.size(); ++i) to[i] = step(row, components[i]);
  }

private:
  double step(std::int64_t row, std::int64_t component) const {
    std::int64_t group = 0;
    if (scaled_ == RowFormat::Scaled::row) group = row;
    if (scaled_ == RowFormat::Scaled::block) group = (row * head_dim_ + component) / block_;
    if (scaled_ == RowFormat::Scaled::channel)
      group = (row / (tokens_ * inner_) * inner_ + row % inner_) * head_dim_ + component;
    return half_step_ * static_cast<double>(scale_[static_cast<std::size_t>(group)]);
  }

  row_kernel::Bound bound_;
  double half_step_ = 0;
  RowFormat::Scaled scaled_;
  const std::vector<float>& scale_;
  std::int64_t tokens_, inner_, head_dim_, block_;
};

/// How far entries are off, by their bounds: a histogram, from which it follows what is odd. One that is rounded at
/// random or cut off may be twice its bound off, but then many are.
class EntrySpread {
public:
  void add(double ratio) {
    ++counts_[static_cast<std::size_t>(std::min(ratio * row_kernel::bins_of_a_bound, row_kernel::bins - 1.0))];
  }
  /// Of numbers that row_kernel::hold() has put into bins. Two counts by turns: neighbours fall into the same bin, and
  /// a count that has just been written would have to be waited for.
  void add(const std::vector<std::int32_t>& bins) {
    std::size_t i = 0;
    for (; i + 1 < bins.size(); i += 2) {
      ++counts_[static_cast<std::size_t>(bins[i])];
      ++odd_counts_[static_cast<std::size_t>(bins[i + 1])];
    }
    if (i < bins.size()) ++counts_[static_cast<std::size_t>(bins[i])];
  }
  void add(const EntrySpread& other) {
    for (std::size_t b = 0; b < counts_.size(); ++b) counts_[b] += other.counts_[b] + other.odd_counts_[b];
  }
  /// By how many bounds an entry must be off to be odd.
  double odd_from() const;

private:
  std::array<std::int64_t, row_kernel::bins + 1> counts_{}, odd_counts_{}; ///< the last: those that are not off
};

} // namespace ropescope
