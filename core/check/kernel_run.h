#pragma once
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/array.h"
#include "core/io/config_json.h"
#include "core/rope/engine.h"

namespace ropescope {

/// What a kernel was given and what it gave back.
struct KernelRun {
  RopeConfig rope;                     ///< what the model asks for; its layout is the expected one
  std::vector<LayerRope> other_layers; ///< the model's other layer types, which a kernel may have taken instead
  Positions positions;                 ///< of shape.tokens tokens
  std::optional<double> seq_len;       ///< tokens; by default the greatest position + 1
  RowShape shape;                      ///< heads lie in `inner` where that is more than 1, else in `outer`
  std::int64_t heads = 1;              ///< of the axis of heads, which divides inner or outer
  Array in, out;                       ///< of that many numbers each, not integers

  double length() const; ///< seq_len in force
  std::int64_t head_of(std::int64_t outer, std::int64_t inner) const {
    return shape.inner > 1 ? inner % heads : outer % heads;
  }
};

/// Throws Error, one sentence, where the data cannot be judged: other shapes, all zeros, NaN or infinity in the
/// input, every token at one position.
void require_judgeable(const KernelRun&);

/// The index of the first number of the output that is NaN or infinite.
std::optional<std::int64_t> first_not_finite(const KernelRun&);

/// A run whose rows (head × token) are zeros, before and after, where the output is not finite.
struct FiniteRows {
  KernelRun run;
  std::int64_t tokens_lost = 0; ///< that have such a row
};
FiniteRows finite_rows(const KernelRun&);

/// The narrowest format that holds every number of an array exactly: a float32 file of bfloat16 numbers is bfloat16.
NumberFormat format_held(const Array&);

/// Σ over the rows of a token that were asked for: of one pair |in|², |out|² and out·conj(in).
struct PairSums {
  double in = 0, out = 0, cross_re = 0, cross_im = 0;
};

/// out·conj(in) by length and angle (rad).
struct Phasor {
  double length = 0, angle = 0;
};

/// The same of the components that no pair covers, which are expected to pass unchanged.
struct RestSums {
  double in = 0, error = 0;
};

/// How components are read and written in pairs: a PairIndex spelled out.
struct PairComponents {
  std::vector<std::int64_t> in_first, in_second, out_first, out_second, rest;
  std::int64_t pairs() const { return static_cast<std::int64_t>(in_first.size()); }
};
PairComponents pair_components(const PairIndex&, std::int64_t head_dim, std::int64_t pairs);

/// A run reduced to one sum per token and pair.
struct Reduced {
  std::vector<std::int64_t> tokens;
  std::int64_t pairs = 0;
  std::vector<PairSums> sums;  ///< [tokens][pairs]
  std::vector<RestSums> rest;  ///< [tokens]
  std::vector<Phasor> phasors; ///< of the sums' cross products

  const PairSums* of(std::size_t token) const { return sums.data() + token * static_cast<std::size_t>(pairs); }
};

/// Which rows of a token count, per [outer × inner]; empty: all.
using RowFilter = std::vector<std::uint8_t>;

/// Runs on every processor. Sums are in double precision.
Reduced reduce(const KernelRun&, const PairComponents&, std::span<const std::int64_t> tokens, const RowFilter& = {});

/// What differs between input and output at all.
struct Changes {
  std::vector<double> unchanged; ///< per [outer × inner]: share of the tokens whose row is as before, but for `slack`
  std::vector<std::uint8_t> moved; ///< per component of a head: whether it is another than before by `slack`
};
Changes changes(const KernelRun&, std::span<const std::int64_t> tokens, double slack);

/// Every entry against a prediction, out = multiplier·in.
struct Comparison {
  double max_abs = 0;            ///< over all entries, of out − prediction
  std::vector<float> error;      ///< [token][pair], RMS over heads and batch
  std::vector<float> head_error; ///< per head, RMS over its entries
};
using Multipliers = std::vector<std::complex<double>>; ///< [token][pair]
Comparison compare(const KernelRun&, const PairComponents&, const Multipliers&);

/// At most `count` rows: stretches of neighbours, the first and the last, and rows spread evenly between.
std::vector<std::int64_t> sample_tokens(std::int64_t tokens, std::int64_t count);

} // namespace ropescope
