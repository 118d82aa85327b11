// core/rope/format.h in GLSL: the nearest number of a 16-bit format, ties to even. In integers, because what
// packHalf2x16 does with ties is up to the driver.
#include "shared.h"

float to_bfloat16(float x) {
  uint bits = floatBitsToUint(x);
  return isnan(x) ? x : uintBitsToFloat((bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u);
}

float to_float16(float x) {
  float magnitude = abs(x);
  if (isnan(x) || isinf(x)) return x;
  if (magnitude >= 65520.0) return uintBitsToFloat(x < 0.0 ? 0xff800000u : 0x7f800000u);
  if (magnitude < 6.103515625e-5) {   // 2⁻¹⁴: below it steps are 2⁻²⁴, which is an ulp of ½
    precise float shifted = magnitude + 0.5;
    precise float stepped = shifted - 0.5;
    return x < 0.0 ? -stepped : stepped;
  }
  uint bits = floatBitsToUint(x);
  return uintBitsToFloat((bits + 0xfffu + ((bits >> 13) & 1u)) & 0xffffe000u);
}

float rounded(uint format, float x) {
  return format == ROPESCOPE_STEP_BFLOAT16 ? to_bfloat16(x) : format == ROPESCOPE_STEP_FLOAT16 ? to_float16(x) : x;
}
