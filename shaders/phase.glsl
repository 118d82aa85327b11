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

// 64-bit numbers are uvec2(low, high). The product is taken modulo 2⁶⁴, that is modulo one turn.
uvec2 phase64(uvec2 position, uvec2 turns) {
  uint high, low;
  umulExtended(position.x, turns.x, high, low);
  return uvec2(low, high + position.x * turns.y + position.y * turns.x);
}

// Rounded to units of 2⁻³² turn.
uint phase32(uvec2 position, uvec2 turns) {
  uvec2 phase = phase64(position, turns);
  return phase.y + (phase.x >> 31);
}

Real2 in_quadrant(Real c, Real s, uint quadrant) {
  Real2 r = (quadrant & 1u) != 0u ? Real2(s, c) : Real2(c, s);
  return Real2(((quadrant + 1u) & 2u) != 0u ? -r.x : r.x, (quadrant & 2u) != 0u ? -r.y : r.y);
}

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
  int reduced = int(phase.y - (quadrant << 30));
  Real x = (Real(reduced) + Real(phase.x) / Real(4294967296.0)) * (ROPESCOPE_PI / Real(2147483648.0));
  Real z = x * x;
  return in_quadrant(ROPESCOPE_COS(z, ROPESCOPE_COS_TAIL(z)), ROPESCOPE_SIN(x, z, ROPESCOPE_SIN_TAIL(z)), quadrant);
#else
  return cos_sin_32(phase32(position, turns));
#endif
}
