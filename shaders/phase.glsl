// core/rope/phase.h in GLSL: position × frequency as a fixed-point fraction of a turn, and its cos and sin.
// Compiled once with ROPESCOPE_FLOAT64 (double rows) and once without.
#include "shared.h"

#ifdef ROPESCOPE_FLOAT64
#define Real double
#define Real2 dvec2
#define ROPESCOPE_PI 3.14159265358979323846LF
#else
#define Real float
#define Real2 vec2
#define ROPESCOPE_PI 3.14159265358979323846
#endif
#define ROPESCOPE_REAL(x) Real(x)

// 64-bit numbers are uvec2(low, high). The product is taken modulo 2⁶⁴, that is modulo one turn: whole turns fall away
// by themselves, without an error. high·high is a multiple of 2⁶⁴ and is left out. A negative position in two's
// complement gives the right phase too.
uvec2 phase64(uvec2 position, uvec2 turns) {
  uint high, low;
  umulExtended(position.x, turns.x, high, low);
  return uvec2(low, high + position.x * turns.y + position.y * turns.x);
}

// The phase rounded to units of 2⁻³² turn: the highest bit of the low word is the half that rounds the high word up.
// Its carry out of the high word is one whole turn, which counts as none.
uint phase32(uvec2 position, uvec2 turns) {
  uvec2 phase = phase64(position, turns);
  return phase.y + (phase.x >> 31);
}

// (cos, sin) of x + quadrant·π/2 from c = cos x and s = sin x: odd quadrants exchange the two; cos changes its sign in
// quadrants 1 and 2, sin in 2 and 3.
Real2 in_quadrant(Real c, Real s, uint quadrant) {
  Real2 r = (quadrant & 1u) != 0u ? Real2(s, c) : Real2(c, s);
  return Real2(((quadrant + 1u) & 2u) != 0u ? -r.x : r.x, (quadrant & 2u) != 0u ? -r.y : r.y);
}

// (cos, sin) of a phase in units of 2⁻³² turn, within 1.2e-7. Adding an eighth of a turn (2²⁹) before the two highest
// bits are taken gives the nearest quarter turn. What remains is at most an eighth of a turn either way, |x| ≤ π/4,
// where the series of shared.h is short; as a signed integer it is π/2³¹ rad a unit. This is done in integers, so
// that no large angle is ever rounded.
vec2 cos_sin_32(uint phase) {
  uint quadrant = (phase + 0x20000000u) >> 30;
  Real x = Real(int(phase - (quadrant << 30))) * (ROPESCOPE_PI / Real(2147483648.0));
  Real z = x * x;
  return vec2(in_quadrant(ROPESCOPE_COS(z, Real(0.0)), ROPESCOPE_SIN(x, z, Real(0.0)), quadrant));
}

// (cos, sin) of position × frequency in the precision of Real.
Real2 cos_sin_at(uvec2 position, uvec2 turns) {
#ifdef ROPESCOPE_FLOAT64
  uvec2 phase = phase64(position, turns);
  uint quadrant = (phase.y + 0x20000000u) >> 30;
  // The same with all 64 bits: the low word adds the fraction of 2⁻³² turn.
  int reduced = int(phase.y - (quadrant << 30));
  Real x = (Real(reduced) + Real(phase.x) / Real(4294967296.0)) * (ROPESCOPE_PI / Real(2147483648.0));
  Real z = x * x;
  return in_quadrant(ROPESCOPE_COS(z, ROPESCOPE_COS_TAIL(z)), ROPESCOPE_SIN(x, z, ROPESCOPE_SIN_TAIL(z)), quadrant);
#else
  return cos_sin_32(phase32(position, turns));
#endif
}
