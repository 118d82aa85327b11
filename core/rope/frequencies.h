#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rope/config.h"

// What schemes make frequencies with. Each takes a validated RopeConfig and yields the frequencies it makes of the
// default ones, in either of two arithmetics: Exact, and PyTorch's, which is what a model runs with. Formulas are those
// of transformers 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py, unless a file says otherwise, and in its order of
// operations.

namespace ropescope::schemes {

/// long double throughout, so that the one rounding to double comes last.
struct Exact {
  using Scalar = long double; ///< type of the values that are Python numbers in transformers' code
  using Real = long double;   ///< type of the values that are tensors in transformers' code

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
  std::vector<typename A::Real> theta = {};  ///< rad/token
  std::vector<typename A::Real> second = {}; ///< of second components, where a mixed convention has another there
  typename A::Scalar attention_factor = 1;
  typename A::Scalar base = 0;    ///< the base in force
  typename A::Scalar divisor = 1; ///< of a pair that is interpolated in full; 0 where the scheme has no such thing
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

// Schemes that others build on, in the files of their names.
template <typename A>
Frequencies<A> standard_frequencies(const RopeConfig&);
template <typename A>
Frequencies<A> ntk_frequencies(const RopeConfig&);
template <typename A>
Frequencies<A> yarn_frequencies(const RopeConfig&);
template <typename A>
Frequencies<A> ntk_by_parts_frequencies(const RopeConfig&);

/// How YaRN's pairs fared: "12 pairs kept, 20 blended, 32 divided by 16".
std::string yarn_sentence(const RopeConfig&);
std::string ntk_by_parts_sentence(const RopeConfig&);

/// The dynamic forms of the YaRN authors: nothing is scaled up to `length` tokens, and a longer call by its own length
/// over `original`. A model that was finetuned under the scheme is scaled by `stated` from the start.
struct Growth {
  double length, original, stated;
};

/// The config with the factor of a call; nothing where nothing is scaled.
std::optional<RopeConfig> grown(const RopeConfig&, std::optional<double> seq_len, const Growth&);

/// `sentence`: of the scheme that grows, where the factor is the stated one.
std::string growth_sentence(std::string_view title, const RopeConfig&, std::optional<double> seq_len, const Growth&,
                            std::string (*sentence)(const RopeConfig&));

/// How schemes that grow with the sequence take a config over: they know no other length than max_position_embeddings,
/// which becomes the trained one. Returns true: that can always be.
bool count_from_trained_length(RopeConfig&);

// Checks that several schemes share; each throws Error, one sentence.
void require_factor(const RopeConfig&);
void require_factor_or_alpha(const RopeConfig&);
void require_positive_extension(const RopeConfig&); ///< whether stated or the ratio of lengths
void require_trained_length(const RopeConfig&);
void require_room_for_ntk(const RopeConfig&, std::string_view title); ///< rotary_dim − 2 is divided by
void require_logarithm_of_base(const RopeConfig&, std::string_view title);

/// What the config's scheme says, with `freq_factors`, shared between axes where positions have rows and columns,
/// and none for a layer without RoPE.
template <typename A>
Frequencies<A> frequencies_in_force(const RopeConfig&, std::optional<double> seq_len);

/// What was chosen for this length, in sentences: the scheme's, of a file's factors, of layers without RoPE, of queries
/// that grow. Empty where there was no choice.
std::string rule_in_force(const RopeConfig&, std::optional<double> seq_len);

/// Instantiates a function of the scheme that other files use.
#define ROPESCOPE_BOTH_ARITHMETICS(name, ...)                                                                          \
  template Frequencies<Exact> name<Exact>(__VA_ARGS__);                                                                \
  template Frequencies<PyTorch> name<PyTorch>(__VA_ARGS__);

} // namespace ropescope::schemes
