#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/array.h"
#include "core/rope/engine.h"
#include "core/rope/recipe.h"
#include "core/rope/xpos.h"

namespace ropescope {

/// The rotary embedding of one layer for calls of one length: what a model builds once and applies to queries and keys.
/// Owns all it needs.
///
///     const Embedding embedding(ValidRope(config), 4096);
///     CpuEngine engine;
///     embedding.rotate(engine, shape, consecutive_positions(shape.tokens), rows, rows);
///
/// Errors are thrown as Error, one sentence.
class Embedding {
public:
  /// `length` (tokens): the greatest position + 1 of the call, which some schemes depend on; nothing: as a model is
  /// loaded. `recipe`: exact, or the arithmetic of somebody's code.
  explicit Embedding(ValidRope, std::optional<double> length = std::nullopt, const Recipe& = recipes().front());

  const RopeConfig& config() const { return config_; }
  const Spectrum& spectrum() const { return spectrum_; }
  const Recipe& recipe() const { return *recipe_; }

  /// The embedding that undoes this one: by the opposite angles, divided by the attention factor. Throws Error where
  /// that is 0, and of a mixed convention, which is no rotation.
  Embedding inverse() const;

  /// Where the rotary part lies in rows of this width: the model's layout, behind the part that does not turn where the
  /// rows have one (RopeConfig::layout, nope_dim).
  PairLayout layout_in(std::int64_t head_dim) const;

  /// Rows as `shape` has them; `out` may be `in`. Where one spectrum spans several heads (HeadLayout::spanned_heads)
  /// rows of single heads will do, as many to a token as it spans. Requires in.size() = out.size() = shape.size().
  /// Throws Error where validate(Rotation) does, where a recipe is asked of float64 rows (its arithmetic is float32 or
  /// less), and where the engine cannot. xPos and a model's scale of queries take `role`; `scale_queries` asks for the
  /// latter.
  void rotate(Engine&, const RowShape&, const Positions&, std::span<const float> in, std::span<float> out,
              Role = Role::query) const;
  void rotate(Engine&, const RowShape&, const Positions&, std::span<const double> in, std::span<double> out,
              Role = Role::query) const;

  /// A whole array in place, in the format that it holds: rows of 16 and 8 bits are turned in float32 and rounded as
  /// the recipe says.
  void rotate(Engine&, const RowShape&, const Positions&, Array&, Role = Role::query) const;

  /// s(Δ) for Δ = 0 … count − 1: the mean over the pairs of cos(Δθ), without the attention factor, within 2e-6.
  std::vector<float> scores(Engine&, std::int64_t count) const;

  /// cos and sin that take the place of exact angles, [token][pair]; empty where the angles are exact. `format`: of the
  /// rows.
  std::vector<CosSin<double>> table(const Positions& positions, NumberFormat format, Role role = Role::query) const {
    return table(positions, format, role, Half::first);
  }

private:
  /// Which components of the pairs a rotation is for: of a mixed convention the two turn by different angles.
  enum class Half : std::uint8_t { first, second };

  template <typename Real>
  void turn(Engine&, const RowShape&, const Positions&, std::span<const Real> in, std::span<Real> out,
            NumberFormat format, Role) const;
  template <typename Real>
  void turn_half(Engine&, const RowShape&, const Positions&, std::span<const Real> in, std::span<Real> out,
                 NumberFormat format, Role, Half) const;
  Rotation rotation(const Positions&, std::span<const std::uint8_t> axes, std::int64_t head_dim, Half) const;
  RowShape joined(RowShape) const;
  std::vector<CosSin<double>> table(const Positions&, NumberFormat format, Role, Half) const;
  bool has_angles(const Positions&) const; // that no fraction of a turn times a whole position gives
  const std::vector<double>& inv_freq_of(Half) const;

  ValidRope config_;
  std::optional<double> length_;
  const Recipe* recipe_;
  Spectrum spectrum_;
  double gain_; // of cos and sin, as the recipe has it
  bool inverts_ = false;
};

} // namespace ropescope
