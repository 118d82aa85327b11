#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// What a scheme did to one pair.
enum class PairFate : std::uint8_t {
  kept,         ///< turns as it was trained to ("extrapolate")
  blended,      ///< between the two
  interpolated, ///< slowed by the whole factor s
  unrotated     ///< frequency 0: never turns
};

/// What a RopeConfig yields at one sequence length.
///
/// Precision: frequencies are computed in long double and rounded once, so that `inv_freq` is within 2 ulp of
/// the real number the formula names. `turns` carries 64 bits of a turn: position × turns (modulo 2⁶⁴) is the
/// phase, off by less than 2e-9 rad at position 2³¹.
struct Spectrum {
  std::int64_t head_dim = 0;
  std::int64_t rotary_dim = 0;
  std::vector<double> inv_freq;     ///< θᵢ, rad/token, fastest first; 0 for a pair that never turns
  std::vector<double> unscaled;     ///< θᵢ before the extension, rad/token
  std::vector<std::uint64_t> turns; ///< θᵢ/2π modulo one turn, in units of 2⁻⁶⁴ turn per token
  std::vector<double> second_inv_freq =
      {}; ///< of the second components where a mixed convention has another, else empty
  std::vector<std::uint64_t> second_turns = {}; ///< the same as `turns`
  double attention_factor = 1.0;                ///< multiplies cos and sin; scores grow by its square
  double softmax_factor = 1.0; ///< multiplies the softmax scale beside that (DeepSeek's mscale, squared)
  double divisor = 1.0;        ///< of a pair interpolated in full; 0 where the scheme has no such thing
  double base = 0.0;           ///< the base in force (NTK-aware schemes change it)
  std::string rule;            ///< which rule is in force, a sentence; empty where there is no choice

  std::int64_t pairs() const { return static_cast<std::int64_t>(inv_freq.size()); }
  bool operator==(const Spectrum&) const = default;
};

/// `seq_len` (tokens): the greatest position + 1 of a call, which dynamic NTK and LongRoPE depend on; without
/// it they take what Hugging Face takes when a model is loaded. A RopeConfig is validated first, and throws Error where
/// that does.
/// An odd rotary_dim yields ⌈rotary_dim/2⌉ frequencies, as Hugging Face computes; only a rotation refuses it.
Spectrum make_spectrum(const ValidRope&, std::optional<double> seq_len = std::nullopt);
Spectrum make_spectrum(const RopeConfig&, std::optional<double> seq_len = std::nullopt);

PairFate fate(const Spectrum&, std::int64_t pair);

/// Tokens per full turn; infinite for a pair that never turns.
double wavelength(double inv_freq);

} // namespace ropescope
