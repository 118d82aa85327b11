#pragma once
#include <cstddef>
#include <cstdint>

#include "core/rope/format.h"
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
  Format storage;        ///< of the rows in memory; the arithmetic is float, for float64 double
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

/// gain·cos and sin_gain·sin of `count` phases in units of 2⁻³² turn.
void table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin);

/// phase32 of one position and every frequency, whose upper and lower words stand apart.
void phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases);

} // namespace ropescope::rotate_kernel
