#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/layout.h"

namespace ropescope {

/// A kernel as a formula in double: what it makes of a row at a position. A bug is a copy of the right kernel with
/// one member replaced.
struct Formula {
  std::vector<double> theta; ///< per pair, rad/token, with direction
  PairIndex index{};
  double gain = 1; ///< multiplies cos and sin
  /// Where the kernel takes a row to be that the model has at a position (tokens), for a pair and a head.
  std::function<double(double position, std::int64_t pair, std::int64_t head)> position =
      [](double p, std::int64_t, std::int64_t) { return p; };
  std::function<double(double angle)> cosine = [](double a) { return std::cos(a); };
  std::function<double(double angle)> sine = [](double a) { return std::sin(a); };
  std::function<std::int64_t(std::int64_t component)> angle_of; ///< pair whose angle a component takes; empty: its own
  std::function<bool(double position, std::int64_t head)> rotates;   ///< else a row passes unchanged; empty: all do
  std::function<void(double position, std::span<double> out)> after; ///< what happens to the row then; empty: nothing
  bool bfloat16 = false;                                             ///< the result is rounded to it

  /// Requires `in` and `out` of the model's head_dim.
  void turn(std::span<const double> in, double position, std::int64_t head, std::span<double> out) const;
};

/// The model that examples of causes are made for, over positions from 0 on.
class ExampleModel {
public:
  /// `length`: tokens, greatest position + 1. Throws Error where validate(config) does.
  ExampleModel(const RopeConfig&, double length);

  const RopeConfig& rope() const { return rope_; }
  double length() const { return length_; }
  const Formula& right() const { return right_; }

  /// The right kernel of another config with this model's head, or of another layout.
  Formula formula(const RopeConfig&, PairLayout) const;
  Formula formula(const RopeConfig& rope) const { return formula(rope, rope_.layout.pairs); }

private:
  RopeConfig rope_;
  double length_;
  Formula right_;
};

/// A typical example of a cause on a model.
struct Example {
  std::string title;             ///< "position + 1"
  std::string mark;              ///< what to look for in its picture: "alike in every row"
  std::optional<Formula> kernel; ///< nothing: the cause leaves nothing to see on this model, because of `reason`
  std::optional<Formula> right;  ///< what it is compared with, where that is not the model's right kernel
  std::string reason;            ///< half a sentence
};

/// A cause that leaves nothing to see on a model, because of half a sentence.
inline std::vector<Example> no_example(std::string reason) { return {{{}, {}, {}, {}, std::move(reason)}}; }

/// The one example of most causes.
inline std::vector<Example> one_example(std::string title, std::string mark, Formula kernel) {
  return {{std::move(title), std::move(mark), std::move(kernel), {}, {}}};
}

} // namespace ropescope
