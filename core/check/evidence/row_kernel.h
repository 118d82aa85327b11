#pragma once
#include <cstddef>
#include <cstdint>

// The inner loops over every number of a run, compiled for every instruction set of the machine's family and chosen at
// run time (Highway). Products and sums are rounded one by one, so that the results of each pair are the same to the
// bit on every machine; sums over pairs are not, since a wider machine adds more of them side by side.

namespace ropescope::row_kernel {

/// One number of every pair of a row before (x of the same component, y of the other) and after.
template <typename In, typename Out>
struct Row {
  std::size_t pairs = 0;
  const In* x = nullptr;
  const In* y = nullptr;
  const Out* out = nullptr;
};

/// Of each pair of the token at hand.
struct Turn {
  const double* cos;
  const double* sin;
  const double* turned; ///< rad; what its angle may be off by
  const double* step;   ///< half the step between its numbers, where a scale spaces them
};

/// What rounding may do to one number (EntryBound).
struct Bound {
  double within = 0, last = 0, least = 0;
};

inline constexpr std::int32_t bins = 160; ///< of a histogram of the numbers' errors
inline constexpr double bins_of_a_bound = 32;

struct Told {
  double squares = 0; ///< sum over the pairs
  double most = 0;    ///< greatest |out − prediction|
  double odd = 0;     ///< the same by its bound; 0 without bounds
};

/// Holds x·cos + sign·y·sin against `out`. Adds the squares to `squares`, pair by pair; writes to `bin`, of each pair,
/// how far it is off by its bound, and `bins` where it is not off at all. Null `bound`: nothing but the squares and the
/// greatest error. Numbers must be finite.
template <typename In, typename Out>
Told hold(const Row<In, Out>&, double sign, const Turn&, const Bound* bound, double* squares, std::int32_t* bin);

/// Sums of one token, each kind in a row of its own: to each pair the same numbers are added in the same order.
struct Sums {
  double* in;  ///< Σ|in|²
  double* out; ///< Σ|out|²
  double* re;  ///< Σ out·conj(in)
  double* im;
};

/// Adds a row whose pairs are a + i·b before and c + i·d after.
template <typename In, typename Out>
void add(std::size_t pairs, const In* a, const In* b, const Out* c, const Out* d, const Sums&);

} // namespace ropescope::row_kernel
