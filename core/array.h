#pragma once
#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/number_format.h"

namespace ropescope {

/// Rows of numbers with a shape, in row-major order, however they were read.
struct Array {
  std::optional<NumberFormat> dtype = NumberFormat::float32; ///< of the file; nothing: integers of any width
  std::vector<std::int64_t> shape;                           ///< empty for a single number
  std::vector<float> floats;                                 ///< of every format but float64, widened
  std::vector<double> doubles;                               ///< of float64
  std::vector<std::int64_t> integers;

  std::int64_t size() const; ///< product of the shape
  bool holds_integers() const { return !dtype; }

  /// Requires an index below size() of an array that holds no integers.
  double number(std::int64_t index) const {
    assert(!holds_integers() && index >= 0 && index < size());
    const auto i = static_cast<std::size_t>(index);
    return dtype == NumberFormat::float64 ? doubles[i] : static_cast<double>(floats[i]);
  }
};

} // namespace ropescope
