#pragma once
#include <cstddef>
#include <cstdint>

#include "core/number_format.h"
#include "core/rope/layout.h"

// The inner loops of a rotation on the CPU, compiled for every instruction set of the machine's family and chosen at
// run time (Highway).

namespace ropescope::rotate_kernel {

/// What happens between the multiplications and the sum of a turned component.
enum class Arithmetic : std::uint8_t {
  plain,          ///< every product and the sum rounded to the number's own precision
  fused,          ///< x·cos − (y·sin) and x·sin + (y·cos), the outer product and the sum rounded once
  bfloat16_steps, ///< products and sum rounded to bfloat16
  float16_steps
};

/// Rows that lie one behind the other, and the table they are turned by.
struct Rows {
  NumberFormat storage;  ///< of the rows in memory; the arithmetic is float, for float64 double
  Arithmetic arithmetic; ///< of float64 rows: plain
  PairIndex index;
  std::size_t pairs, head_dim;
  std::size_t tokens, rows_of_token; ///< so many rows in all
  const void *cos, *sin;             ///< [token][pair], float; for float64 rows double
  const void* in;
  void* out;      ///< `in` itself, or apart from it
  bool streaming; ///< past the caches, for rows that nobody reads soon; not in place
};

/// Components that no pair covers are copied.
void rotate(const Rows&);

} // namespace ropescope::rotate_kernel
