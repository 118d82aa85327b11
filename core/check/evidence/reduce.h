#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/evidence/pair_components.h"

namespace ropescope {

/// Sums of one pair of a token over its rows (head × batch): |in|², |out|², and out·conj(in), a pair taken as a
/// complex number. They are all that later stages see: whatever turns all rows of a token alike can be scored by them.
struct PairSums {
  double in = 0, out = 0, cross_re = 0, cross_im = 0;
};

/// out·conj(in) by length and angle (rad).
struct Phasor {
  double length = 0, angle = 0;
};

/// Sums over the components that no pair covers, which are expected to pass unchanged: |in|² and |out − in|².
struct RestSums {
  double in = 0, error = 0;
};

/// A run reduced to one sum per token and pair, under one way to pair components.
struct Reduced {
  std::vector<std::int64_t> tokens; ///< those of the run that were asked for
  std::int64_t pairs = 0;
  std::vector<PairSums> sums;  ///< [tokens][pairs]
  std::vector<RestSums> rest;  ///< [tokens]
  std::vector<Phasor> phasors; ///< [tokens][pairs], of the sums' cross products
  std::vector<double> places; ///< [axes][tokens], positions from 0 (the least of them) to 1; empty where none are known
  const PairComponents* at = nullptr; ///< what was reduced under

  const PairSums* of(std::size_t token) const { return sums.data() + token * static_cast<std::size_t>(pairs); }
};

/// Which rows of a token count, per [outer × inner]; empty: all.
using RowFilter = std::vector<std::uint8_t>;

/// Reads the rows of the tokens once, on every processor. Sums are in double precision.
Reduced reduce(const KernelRun&, const PairComponents&, std::span<const std::int64_t> tokens, const RowFilter& = {});

/// At most `count` of so many tokens, in rising order: eight stretches of neighbours, which tell fast pairs, and as
/// many again spread evenly, which tell slow ones; the first and the last are among them.
std::vector<std::int64_t> sample_tokens(std::int64_t tokens, std::int64_t count);

} // namespace ropescope
