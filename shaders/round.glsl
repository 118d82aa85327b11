// core/float16.h in GLSL: the nearest number of a 16-bit format, ties to even, as a float. In integers, because what
// packHalf2x16 does with ties is up to the driver.
#include "shared.h"

// bfloat16 is the upper 16 bits of a float. Adding 0x7fff, just below half of the last bit kept, and that bit itself
// makes a tie carry only where the last bit is 1: to the even number. A carry out of the mantissa raises the
// exponent, as it should, up to infinity. NaN is left alone, since the carry could make infinity of it.
float to_bfloat16(float x) {
  uint bits = floatBitsToUint(x);
  return isnan(x) ? x : uintBitsToFloat((bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u);
}

// float16 has 13 bits of mantissa fewer than a float, and a smaller range: two ends are treated apart.
float to_float16(float x) {
  float magnitude = abs(x);
  if (isnan(x) || isinf(x)) return x;
  // 65 504 is the greatest number; from half-way to the next, 65 536, everything rounds to infinity.
  if (magnitude >= 65520.0) return uintBitsToFloat(x < 0.0 ? 0xff800000u : 0x7f800000u);
  // Below 2⁻¹⁴ numbers of float16 are 2⁻²⁴ apart, just as floats from ½ on are. Adding ½ therefore rounds to them, and
  // taking it away again is exact. `precise` keeps a compiler from leaving both out.
  if (magnitude < 6.103515625e-5) {
    precise float shifted = magnitude + 0.5;
    precise float stepped = shifted - 0.5;
    return x < 0.0 ? -stepped : stepped;
  }
  uint bits = floatBitsToUint(x);   // as in to_bfloat16, with 13 bits to lose
  return uintBitsToFloat((bits + 0xfffu + ((bits >> 13) & 1u)) & 0xffffe000u);
}

// Rounds to one of ROPESCOPE_STEP_…; ROPESCOPE_STEP_NONE leaves x as it is.
float rounded(uint format, float x) {
  return format == ROPESCOPE_STEP_BFLOAT16 ? to_bfloat16(x) : format == ROPESCOPE_STEP_FLOAT16 ? to_float16(x) : x;
}
