#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/rope/config.h"
#include "core/text.h"

// One file per scheme. Each takes a validated RopeConfig and yields the frequencies it makes of the default ones, in
// either of two arithmetics: Exact, and PyTorch's, which is what a model runs with. Formulas are those of transformers
// 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py, unless a file says otherwise, and in its order of operations.

namespace ropescope::scaling {

/// long double throughout, so that the one rounding to double comes last.
struct Exact {
  using Scalar = long double; ///< what is a Python number there
  using Real = long double;   ///< what is a tensor there

  /// base^(2j/denominator) for j < count.
  static std::vector<Real> powers(Scalar base, std::int64_t denominator, std::int64_t count);
};

/// Python numbers in double, tensors in float32, powers as PyTorch takes them on a CPU with AVX2 (core/rope/float32.h).
struct PyTorch {
  using Scalar = double;
  using Real = float;
  static std::vector<Real> powers(Scalar base, std::int64_t denominator, std::int64_t count);
};

template <typename A>
struct Frequencies {
  std::vector<typename A::Real> theta = {}; ///< rad/token
  typename A::Scalar attention_factor = 1;
  typename A::Scalar base = 0;    ///< the base in force
  typename A::Scalar divisor = 1; ///< of a pair that is interpolated in full; 0 where the scheme has no such thing
  std::string rule = {};          ///< a sentence, where the scheme made a choice
};

/// θⱼ = base^(−2j/d), j < ⌈d/2⌉.
template <typename A>
std::vector<typename A::Real> default_frequencies(typename A::Scalar base, std::int64_t rotary_dim) {
  std::vector<typename A::Real> theta = A::powers(base, rotary_dim, (rotary_dim + 1) / 2);
  for (auto& power : theta) power = 1 / power;
  return theta;
}

/// YaRN's ramp over the pairs: 0 where a pair turns `fast` times or more within `length` tokens, 1 where it turns
/// `slow` times or less. With Hugging Face's clamps: the upper end is limited to d − 1 (not to the number of pairs)
/// and is not kept from being negative, in which case the ramp is 0 for every pair but the first.
template <typename A>
std::vector<typename A::Real> ramp(const RopeConfig&, typename A::Scalar fast, typename A::Scalar slow, bool truncate);

/// 1 + 0.1·coefficient·ln s, and 1 for s ≤ 1.
template <typename Scalar>
Scalar magnitude(Scalar factor, Scalar coefficient) {
  return factor <= 1 ? 1 : Scalar(0.1L) * coefficient * std::log(factor) + 1;
}

template <typename A>
Frequencies<A> standard(const RopeConfig&);
template <typename A>
Frequencies<A> linear(const RopeConfig&);
template <typename A>
Frequencies<A> ntk(const RopeConfig&);
template <typename A>
Frequencies<A> dynamic(const RopeConfig&, std::optional<double> seq_len);
template <typename A>
Frequencies<A> yarn(const RopeConfig&);
template <typename A>
Frequencies<A> dynamic_yarn(const RopeConfig&, std::optional<double> seq_len);
template <typename A>
Frequencies<A> longrope(const RopeConfig&, std::optional<double> seq_len);
template <typename A>
Frequencies<A> llama3(const RopeConfig&);
template <typename A>
Frequencies<A> proportional(const RopeConfig&);
template <typename A>
Frequencies<A> ntk_by_parts(const RopeConfig&);
template <typename A>
Frequencies<A> dynamic_ntk_by_parts(const RopeConfig&, std::optional<double> seq_len);

/// The dynamic forms of the YaRN authors: nothing is scaled up to `length` tokens (`stated`: by that factor, where the
/// model was finetuned), and a longer call by its own length over `original`.
template <typename A>
Frequencies<A> growing(Frequencies<A> (*scheme)(const RopeConfig&), std::string_view title, const RopeConfig& config,
                       std::optional<double> seq_len, double length, double original, double stated) {
  const bool grows = seq_len.value_or(0) > length;
  if (!grows && !config.scaling.finetuned) {
    Frequencies<A> result = standard<A>(config);
    result.rule = fmt::format("{}: nothing is scaled up to {} tokens.", title, grouped(length));
    return result;
  }
  RopeConfig grown = config;
  grown.scaling.factor = grows ? *seq_len / original : stated;
  Frequencies<A> result = scheme(grown);
  if (grows)
    result.rule = fmt::format("{}: factor {:.4g} = {} / {} tokens.", title, *grown.scaling.factor, grouped(*seq_len),
                              grouped(original));
  return result;
}

/// What the config's rope_type says, with `freq_factors`, shared between axes where positions have rows and columns,
/// and none for a layer without RoPE.
template <typename A>
Frequencies<A> frequencies(const RopeConfig&, std::optional<double> seq_len);

/// A scheme's .cpp ends with this, once for each of its functions.
#define ROPESCOPE_BOTH_ARITHMETICS(scheme, ...)                                                                        \
  template Frequencies<Exact> scheme<Exact>(__VA_ARGS__);                                                              \
  template Frequencies<PyTorch> scheme<PyTorch>(__VA_ARGS__);

} // namespace ropescope::scaling
