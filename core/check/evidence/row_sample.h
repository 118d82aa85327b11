#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope {

/// All rows (head × batch) of some tokens before and after, as doubles: what sums cannot tell is looked for here.
struct RowSample {
  std::vector<std::int64_t> tokens; ///< of the run, rising
  std::int64_t rows = 0, width = 0; ///< rows of a token; components of a row
  std::vector<double> in, out;      ///< [token][row][component]
  RowShape shape;                   ///< of the run

  std::size_t row(std::size_t token, std::size_t row) const {
    return (token * static_cast<std::size_t>(rows) + row) * static_cast<std::size_t>(width);
  }
};

/// At most `tokens` tokens, fewer where their rows are many.
RowSample read_rows(const KernelRun&, std::int64_t tokens);

/// The rows of the tokens given.
RowSample read_rows(const KernelRun&, std::span<const std::int64_t> tokens);

/// The row of a token that has that place: outer · inner's extent + inner.
RowPlace place_of_row(const KernelRun&, std::int64_t row, std::int64_t token);

} // namespace ropescope
