#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/number_format.h"
#include "core/rope/layout.h"
#include "core/rope/phase.h"
#include "core/rope/positions.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// An array of heads: its last axis is head_dim, one of the axes before counts the tokens. Row-major.
struct RowShape {
  std::int64_t outer = 1; ///< product of the axes before the token axis
  std::int64_t tokens = 1;
  std::int64_t inner = 1; ///< product of the axes between the token axis and head_dim
  std::int64_t head_dim = 2;

  std::int64_t rows() const { return outer * tokens * inner; }
  std::int64_t size() const { return rows() * head_dim; }
  std::int64_t token_of_row(std::int64_t row) const { return row / inner % tokens; }
};

/// One rotation of every row: what turns, by how much, and where in the head it lies.
struct Rotation {
  std::span<const std::uint64_t> turns; ///< per pair, Spectrum::turns
  double attention_factor = 1.0;        ///< multiplies cos and sin
  PairLayout layout;
  std::span<const std::uint8_t> pair_axis; ///< per pair; empty: axis 0
  const Positions& positions;              ///< of as many tokens as the rows have
  /// [token][pair], gains and direction in it; takes the place of turns. With `places` [place][pair].
  std::span<const CosSin<double>> table = {};
  /// [axes][tokens]: which row of the table holds the pairs of that axis at that token. Tokens of a grid share rows,
  /// columns and frames, so that few rows serve many tokens. A row belongs to one axis, and is +0 at other axes' pairs.
  /// Empty: every token has its own row.
  std::span<const std::uint32_t> places = {};
  bool fused = false; ///< float rows: x·cos − (y·sin) rounds its first product and the sum at once, as GCC contracts
                      ///< it; what a GPU's compiler contracts is up to it
  NumberFormat step =
      NumberFormat::float32; ///< of 16 bits: products and sums of float rows are rounded to it one by one

  std::int64_t pairs() const { return static_cast<std::int64_t>(turns.size()); }
  std::int64_t axis(std::int64_t pair) const {
    return pair_axis.empty() ? 0 : pair_axis[static_cast<std::size_t>(pair)];
  }
};

/// Angles as model code forms them: float32 positions × float32 frequencies, rounded to `angles`; cos and sin rounded
/// to `tables`. Formats: float32, bfloat16 or float16.
struct ProductTable {
  std::span<const float> inv_freq;  ///< per pair, rad/token
  std::span<const float> positions; ///< per token
  NumberFormat angles = NumberFormat::float32, tables = NumberFormat::float32;
};

/// s(Δ) = Σᵢ aᵢ·cos(Δθᵢ) + bᵢ·sin(Δθᵢ) at every integer distance Δ = first … first + count − 1.
/// With (aᵢ, bᵢ) = q̄ᵢ·kᵢ as complex numbers it is ⟨R(n + Δ)q, R(n)k⟩; with aᵢ = 1/pairs, bᵢ = 0 the mean cosine.
struct ScoreScan {
  struct Weight {
    double a, b;
  };
  std::span<const std::uint64_t> turns; ///< per pair
  std::span<const Weight> weights;      ///< per pair
  std::int64_t first = 0;
};

/// Every integer distance of one bin, reduced.
struct ScoreBin {
  float least, greatest, mean;
  bool operator==(const ScoreBin&) const = default;
};

/// Rotates rows and scans scores. One contract for every engine; errors are thrown as Error.
///
/// Precision: float32 rows within 2e-6 × max|q| of the exact rotation at every position up to 2³¹, 16-bit rows those
/// numbers rounded to nearest, float64 rows within 1e-9 × max|q| at positions up to 10⁶; scores of pairs whose
/// |weights| sum to 1 within 2e-6.
class Engine {
public:
  virtual ~Engine() = default;

  /// Why it cannot run here: a sentence without its full stop, empty where it can. Where it cannot, everything below
  /// but its names throws Error with that sentence.
  virtual std::string_view why_not() const { return {}; }

  virtual std::string name() const = 0;   ///< "cpu" or "gpu"
  virtual std::string device() const = 0; ///< the processor, in its own words

  /// `out` may be `in`. Components that no pair covers are copied. Requires in.size() = out.size() =
  /// shape.size(), positions of shape.tokens tokens and 2·pairs ≤ head_dim.
  virtual void rotate(const Rotation&, const RowShape&, std::span<const float> in, std::span<float> out) = 0;
  virtual void rotate(const Rotation&, const RowShape&, std::span<const double> in, std::span<double> out) = 0;

  /// 16-bit rows in memory, the arithmetic that of floats (`step` and `fused` do not count).
  virtual void rotate(const Rotation&, const RowShape&, std::span<const Bfloat16> in, std::span<Bfloat16> out) = 0;
  virtual void rotate(const Rotation&, const RowShape&, std::span<const Float16> in, std::span<Float16> out) = 0;

  /// The phase of every [token][pair] in units of 2⁻³² turn, the same on every engine to the bit.
  virtual std::vector<std::uint32_t> phases(const Rotation&) = 0;

  /// cos and sin of every [token][pair], by this engine's own functions cos and sin of a float angle. Engines differ
  /// here, and the differences are what `precision` (core/analysis/precision.h) measures.
  virtual std::vector<CosSin<float>> product_table(const ProductTable&) = 0;

  virtual void scan(const ScoreScan&, std::span<float> scores) = 0;

  /// Bin b holds the distances edges[b] … edges[b+1] − 1; edges rise strictly from scan.first, and there is one
  /// more of them than bins.
  virtual void scan(const ScoreScan&, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) = 0;
};

/// Throws Error where a rotation cannot be: odd rotary_dim, more pairs than the head has room for, blocks that do not
/// divide the pairs, a table without a row for every token or place, positions of another number of tokens or beyond
/// ±2³¹, fractions of positions without a table. `table_follows`: it is asked before the table is made, which would
/// take memory for what is refused.
void validate(const Rotation&, const RowShape&, std::int64_t rotary_dim, bool table_follows = false);

} // namespace ropescope
