#pragma once
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope::test {

// Kernels of which a part is wrong, from formulas in plain double, of any head, part, shape and format: nothing here
// comes from the engines or from core/check.

/// What a kernel is made for.
struct PartModel {
  std::int64_t head_dim = 128, rotary_dim = 128;
  double base = 10000;
  bool interleaved = false;
  std::vector<std::int64_t> sections; ///< of M-RoPE: pairs of t, h, w; empty: one axis
  bool interleaved_sections = false;  ///< t, h, w in turn, as Qwen3-VL has them

  RopeConfig config() const;
  std::int64_t pairs() const { return rotary_dim / 2; }
  std::vector<double> theta() const; ///< rad/token
  std::int64_t axis(std::int64_t pair) const;
  std::int64_t first(std::int64_t pair) const { return interleaved ? 2 * pair : pair; }
  std::int64_t second(std::int64_t pair) const { return interleaved ? 2 * pair + 1 : pair + pairs(); }
};

/// Rows [batch][head][token][component], and positions [axis][token].
struct PartRows {
  std::int64_t batch = 1, heads = 1, tokens = 1, width = 1;
  std::vector<std::vector<std::int64_t>> positions;
  std::vector<double> numbers;

  double* row(std::int64_t b, std::int64_t h, std::int64_t t) {
    return numbers.data() + ((b * heads + h) * tokens + t) * width;
  }
  const double* row(std::int64_t b, std::int64_t h, std::int64_t t) const {
    return numbers.data() + ((b * heads + h) * tokens + t) * width;
  }
};

/// One case: a model, rows, and what a kernel makes of them.
struct PartCase {
  PartModel model;
  PartRows in, out; ///< `out` is right at first
  NumberFormat format = NumberFormat::float32;
  bool heads_inside = false; ///< [batch, token, head, component] in the files

  /// Calls change with each row (batch, head, token, input, output), the output being right.
  void for_rows(const std::function<void(std::int64_t, std::int64_t, std::int64_t, const double*, double*)>& change);
  /// A pair of a row turned by an angle (rad).
  void turn(std::int64_t pair, double angle, const double* in, double* out) const;
  /// position × frequency of a pair.
  double angle(std::int64_t pair, std::int64_t token) const;
  KernelRun run() const;
  std::string words() const; ///< for messages
};

/// A case of one number: model, shape, format and rows all follow from it. `axes`: with M-RoPE; `partial`: part of the
/// head passes.
PartCase part_case(unsigned seed, bool axes = false, bool partial = false);

/// The cause of that name; nothing where it is not among them.
const Cause* find_cause(const Finding&, const std::string& name);

/// A parameter of a kind.
template <typename T>
T parameter(const Cause& cause, const std::string& name) {
  const auto value = find_parameter(cause, name);
  return value && std::holds_alternative<T>(*value) ? std::get<T>(*value) : T{};
}

} // namespace ropescope::test
