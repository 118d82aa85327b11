#include "core/rope/embedding.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/angle_table.h"

namespace ropescope {

namespace {

bool is_exact(const Recipe& recipe) { return recipe.angle == AngleRule::turns; }

/// Tokens of the call that positions make, which xPos is centred on.
double call_length(const Positions& positions) {
  return static_cast<double>(std::max<std::int64_t>(sequence_length(positions), 1));
}

} // namespace

Embedding::Embedding(ValidRope config, std::optional<double> length, const Recipe& recipe)
    : config_(std::move(config)), length_(length), recipe_(&recipe), spectrum_(make_spectrum(config_, length)),
      // A recipe takes the factor as its own code computes it, in Python's double; the exact one is rounded once.
      gain_(is_exact(recipe) ? spectrum_.attention_factor : model_attention_factor(config_, length)) {}

Embedding Embedding::inverse() const {
  // An engine multiplies rows by the factor whichever way they turn, so undoing takes its reciprocal.
  if (is_mixed(config_))
    throw Error("this model's code turns the two components of a pair by different angles, which no rotation undoes");
  if (gain_ == 0) throw Error("an attention factor of 0 cannot be undone");
  Embedding undone = *this;
  undone.gain_ = 1 / gain_;
  undone.inverts_ = !inverts_;
  return undone;
}

PairLayout Embedding::layout_in(std::int64_t head_dim) const {
  PairLayout layout = config_->layout.pairs;
  if (inverts_) {
    // The inverse reads what the rotation wrote: the order of its output is the order of the input here.
    std::swap(layout.pairing, layout.output);
    layout.direction = static_cast<std::int8_t>(-layout.direction);
  }
  // Rows of another width hold the part that does not turn as well, and before the part that turns.
  if (head_dim != config_->layout.head_dim) layout.offset = config_->layout.nope_dim;
  return layout;
}

Rotation Embedding::rotation(const Positions& positions, std::span<const std::uint8_t> axes, std::int64_t head_dim,
                             Half half) const {
  const bool second = half == Half::second && !spectrum_.second_turns.empty();
  return {.turns = second ? spectrum_.second_turns : spectrum_.turns,
          .attention_factor = gain_,
          .layout = layout_in(head_dim),
          .pair_axis = axes,
          .positions = positions};
}

bool Embedding::has_angles(const Positions& positions) const {
  return is_exact(*recipe_) && (!positions.whole() || has_own_angles(config_));
}

const std::vector<double>& Embedding::inv_freq_of(Half half) const {
  return half == Half::second && is_mixed(config_) ? spectrum_.second_inv_freq : spectrum_.inv_freq;
}

std::vector<CosSin<double>> Embedding::table(const Positions& positions, NumberFormat format, Role role,
                                             Half half) const {
  const bool grows = config_->attention.xpos_scale_base.has_value();
  // No table: the engine makes cos and sin itself from the exact phases, which is faster and as exact.
  if (is_exact(*recipe_) && !grows && !has_angles(positions)) return {};
  // A recipe describes arithmetic in float32 or less; for float64 rows there is none to imitate.
  if (!is_exact(*recipe_) && format == NumberFormat::float64)
    throw Error(fmt::format("recipe {}: its arithmetic is float32 or less, and the rows are float64", recipe_->name));
  if (!is_exact(*recipe_) && (is_mixed(config_) || !config_->axes.learned.empty()))
    throw Error(fmt::format("recipe {}: it turns a pair by one product, and this model does not: expected exact",
                            recipe_->name));
  const std::vector<std::uint8_t> axes =
      half == Half::second ? second_axes(config_, positions.axes) : pair_axes(config_, positions.axes);
  // The table depends on pairs and not on their places in the head, so any width of rows gives the same one.
  const Rotation as_asked = rotation(positions, axes, config_->layout.head_dim, half);
  std::vector<CosSin<double>> table = has_angles(positions)
                                          ? angle_table(config_, inv_freq_of(half), as_asked)
                                          : recipe_table(*recipe_, config_, length_, as_asked, format);
  if (!grows) return table;
  // What undoes a query's growth is a key's shrinking.
  const Role applied = inverts_ == (role == Role::key) ? Role::query : Role::key;
  apply_xpos(config_, positions, applied, length_.value_or(call_length(positions)), table);
  return table;
}

RowShape Embedding::joined(RowShape shape) const {
  const std::int64_t heads = config_->layout.spanned_heads;
  if (heads == 1 || shape.head_dim * heads != config_->layout.head_dim) return shape;
  if (shape.inner % heads != 0)
    throw Error(
        fmt::format("one spectrum runs over the {} heads of a token, and the rows have {}", heads, shape.inner));
  shape.inner /= heads;
  shape.head_dim *= heads;
  return shape;
}

template <typename Real>
void Embedding::turn_half(Engine& engine, const RowShape& shape, const Positions& positions, std::span<const Real> in,
                          std::span<Real> out, NumberFormat format, Role role, Half half) const {
  const std::vector<std::uint8_t> axes =
      half == Half::second ? second_axes(config_, positions.axes) : pair_axes(config_, positions.axes);
  Rotation rotation = this->rotation(positions, axes, shape.head_dim, half);
  validate(rotation, shape, spectrum_.rotary_dim, !positions.whole());
  PlacedTable made;
  if (has_angles(positions) && !config_->attention.xpos_scale_base)
    made = placed_table(config_, inv_freq_of(half), rotation);
  else
    made.entries = table(positions, format, role, half);
  rotation.table = made.entries;
  rotation.places = made.places;
  rotation.fused = recipe_->fused;
  if (recipe_->each_step) rotation.step = format;
  engine.rotate(rotation, shape, in, out);
}

template <typename Real>
void Embedding::turn(Engine& engine, const RowShape& given, const Positions& positions, std::span<const Real> in,
                     std::span<Real> out, NumberFormat format, Role role) const {
  assert(in.size() == out.size() && static_cast<std::int64_t>(in.size()) == given.size());
  const RowShape shape = joined(given);
  if (!is_mixed(config_)) return turn_half<Real>(engine, shape, positions, in, out, format, role, Half::first);
  // A mixed convention as two rotations, of which each gives one component of every pair: no engine knows of it.
  std::vector<Real> second(in.size());
  turn_half<Real>(engine, shape, positions, in, second, format, role, Half::second);
  turn_half<Real>(engine, shape, positions, in, out, format, role, Half::first);
  const PairIndex index = pair_index(layout_in(shape.head_dim), shape.head_dim, spectrum_.pairs());
  for (std::int64_t row = 0; row < shape.rows(); ++row)
    for (std::int64_t i = 0; i < spectrum_.pairs(); ++i) {
      const auto at = static_cast<std::size_t>(row * shape.head_dim + index.out_second(i));
      out[at] = second[at];
    }
}

void Embedding::rotate(Engine& engine, const RowShape& shape, const Positions& positions, std::span<const float> in,
                       std::span<float> out, Role role) const {
  turn(engine, shape, positions, in, out, NumberFormat::float32, role);
}

void Embedding::rotate(Engine& engine, const RowShape& shape, const Positions& positions, std::span<const double> in,
                       std::span<double> out, Role role) const {
  turn(engine, shape, positions, in, out, NumberFormat::float64, role);
}

void Embedding::rotate(Engine& engine, const RowShape& shape, const Positions& positions, Array& array,
                       Role role) const {
  if (array.holds_integers()) throw Error("the array holds integers, expected floating-point numbers");
  // Narrow formats are held as floats (core/array.h). Where the recipe does not round each step, the floats are rounded
  // when the array is written.
  if (array.dtype == NumberFormat::float64)
    return turn(engine, shape, positions, std::span<const double>(array.doubles), std::span(array.doubles),
                *array.dtype, role);
  turn(engine, shape, positions, std::span<const float>(array.floats), std::span(array.floats), *array.dtype, role);
}

std::vector<float> Embedding::scores(Engine& engine, std::int64_t count) const {
  // Equal weights that sum to 1 make s(0) = 1 and keep the scan's bound of 2e-6.
  const ScoreScan::Weight share{1 / static_cast<double>(std::max<std::int64_t>(1, spectrum_.pairs())), 0};
  const std::vector<ScoreScan::Weight> weights(static_cast<std::size_t>(spectrum_.pairs()), share);
  std::vector<float> scores(static_cast<std::size_t>(count));
  engine.scan({.turns = spectrum_.turns, .weights = weights, .first = 0}, scores);
  return scores;
}

} // namespace ropescope
