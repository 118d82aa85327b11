#pragma once
#include <bit>
#include <cstdint>
#include <numbers>
#include <type_traits>

#include "shaders/shared.h"

// Angles as turns in fixed point. A frequency is a 64-bit fraction of a turn (Spectrum::turns); position ×
// fraction wraps modulo one turn by itself, exactly, for any position. shaders/phase.glsl is this file in GLSL:
// the phase is the same on both sides to the bit, and its sine and cosine differ only by a fused multiply-add.

namespace ropescope {

template <typename T>
struct CosSin {
  T cos, sin;
};

/// position · frequency modulo one turn, in units of 2⁻⁶⁴ turn.
inline std::uint64_t phase64(std::int64_t position, std::uint64_t turns) {
  return static_cast<std::uint64_t>(position) * turns;
}

/// A phase of 2⁻⁶⁴ turn to the nearest 2⁻³² turn: half a unit is added, and the carry out of the whole turn is lost, as
/// it should be.
constexpr std::uint32_t rounded_phase(std::uint64_t phase) {
  return static_cast<std::uint32_t>((phase + 0x80000000u) >> 32);
}

/// position · frequency modulo one turn, rounded to units of 2⁻³² turn (1.5e-9 rad).
inline std::uint32_t phase32(std::int64_t position, std::uint64_t turns) {
  return rounded_phase(phase64(position, turns));
}

/// Turns (cos x, sin x) of a reduced angle x by quadrant·π/2.
template <typename T>
CosSin<T> in_quadrant(T cos, T sin, std::uint32_t quadrant) {
  // By bits and without branches: quadrants follow no order that a processor could guess.
  using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::uint32_t, std::uint64_t>;
  constexpr int to_sign = 8 * sizeof(T) - 2;
  const auto of_cos = std::bit_cast<Bits>(cos), of_sin = std::bit_cast<Bits>(sin);
  const Bits swapped = (of_cos ^ of_sin) & (Bits{0} - Bits{quadrant & 1u});
  return {std::bit_cast<T>((of_cos ^ swapped) ^ Bits{(quadrant + 1) & 2u} << to_sign),
          std::bit_cast<T>((of_sin ^ swapped) ^ Bits{quadrant & 2u} << to_sign)};
}

#define ROPESCOPE_REAL(x) Real(x)

/// Within 1.2e-7 of the true values.
inline CosSin<float> cos_sin(std::uint32_t phase) {
  using Real = float;
  constexpr Real radians = std::numbers::pi_v<Real> / 2147483648.0f;
  const std::uint32_t quadrant = (phase + 0x20000000u) >> 30;
  const Real x = static_cast<Real>(static_cast<std::int32_t>(phase - (quadrant << 30))) * radians, z = x * x;
  return in_quadrant(ROPESCOPE_COS(z, 0), ROPESCOPE_SIN(x, z, 0), quadrant);
}

/// Within 4e-16 of the true values.
inline CosSin<double> cos_sin(std::uint64_t phase) {
  using Real = double;
  constexpr Real radians = std::numbers::pi_v<Real> / 9223372036854775808.0;
  const auto quadrant = static_cast<std::uint32_t>((phase + (std::uint64_t{1} << 61)) >> 62);
  const auto reduced = static_cast<std::int64_t>(phase - (static_cast<std::uint64_t>(quadrant) << 62));
  const Real x = static_cast<Real>(reduced) * radians, z = x * x;
  return in_quadrant(ROPESCOPE_COS(z, ROPESCOPE_COS_TAIL(z)), ROPESCOPE_SIN(x, z, ROPESCOPE_SIN_TAIL(z)), quadrant);
}

#undef ROPESCOPE_REAL

/// cos and sin of position · frequency in the precision of T.
template <typename T>
CosSin<T> cos_sin_at(std::int64_t position, std::uint64_t turns) {
  if constexpr (sizeof(T) == sizeof(float))
    return cos_sin(phase32(position, turns));
  else
    return cos_sin(phase64(position, turns));
}

} // namespace ropescope
