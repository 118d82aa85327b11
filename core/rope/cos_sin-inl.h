// cos and sin of a vector of phases, for kernels that Highway compiles once per instruction set: include it after
// hwy/highway.h. The same series as core/rope/phase.h.
#if defined(ROPESCOPE_COS_SIN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ROPESCOPE_COS_SIN_INL_H
#undef ROPESCOPE_COS_SIN_INL_H
#else
#define ROPESCOPE_COS_SIN_INL_H
#endif

#include "shaders/shared.h"

HWY_BEFORE_NAMESPACE();
namespace ropescope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
// At most 16 lanes (512 bits), also where an instruction set has wider vectors: arrays on the stack have this size.
using Floats = hn::CappedTag<float, 16>;
using Words = hn::RebindToUnsigned<Floats>;
using Doubles = hn::CappedTag<double, 8>;
using Longs = hn::RebindToUnsigned<Doubles>;

#define ROPESCOPE_REAL(x) static_cast<float>(x)
inline constexpr float sine[] = {ROPESCOPE_S3, ROPESCOPE_S5, ROPESCOPE_S7, ROPESCOPE_S9};
inline constexpr float cosine[] = {ROPESCOPE_C2, ROPESCOPE_C4, ROPESCOPE_C6, ROPESCOPE_C8, ROPESCOPE_C10};
#undef ROPESCOPE_REAL
#define ROPESCOPE_REAL(x) x
inline constexpr double exact_sine[] = {ROPESCOPE_S3,  ROPESCOPE_S5,  ROPESCOPE_S7,  ROPESCOPE_S9,
                                        ROPESCOPE_S11, ROPESCOPE_S13, ROPESCOPE_S15, ROPESCOPE_S17};
inline constexpr double exact_cosine[] = {ROPESCOPE_C2,  ROPESCOPE_C4,  ROPESCOPE_C6,  ROPESCOPE_C8,
                                          ROPESCOPE_C10, ROPESCOPE_C12, ROPESCOPE_C14, ROPESCOPE_C16};
#undef ROPESCOPE_REAL
// Of one unit of 2⁻³² turn: 2π / 2³².
inline constexpr float radians = 3.14159265358979323846f / 2147483648.0f;
inline constexpr double exact_radians = 3.14159265358979323846 / 9223372036854775808.0; // and of 2⁻⁶⁴ turn

// Horner's rule. MulAdd rounds once where the processor has FMA and twice where not: the last bit of cos and sin may
// differ between instruction sets, within the bound of core/rope/phase.h.
template <class V, std::size_t terms>
HWY_INLINE V Series(V z, const float (&coefficients)[terms]) {
  const Floats d;
  V sum = hn::Set(d, coefficients[terms - 1]);
  for (std::size_t i = terms - 1; i-- > 0;) sum = hn::MulAdd(sum, z, hn::Set(d, coefficients[i]));
  return sum;
}

/// Turns (c, s) by quadrants of a turn.
template <class D, class V, class Quadrants>
HWY_INLINE void InQuadrant(D d, Quadrants quadrant, V c, V s, V& cos, V& sin) {
  const hn::RebindToUnsigned<D> words;
  constexpr int to_sign = 8 * sizeof(hn::TFromD<D>) - 2;
  const auto one = hn::Set(words, 1), two = hn::Set(words, 2);
  // A quarter turn exchanges cos and sin. cos is negative in quadrants 1 and 2, sin in 2 and 3: bit 1 of quadrant + 1
  // and of quadrant, which the shift moves to the sign.
  const auto swap = hn::RebindMask(d, hn::Eq(hn::And(quadrant, one), one));
  const auto sin_sign = hn::BitCast(d, hn::ShiftLeft<to_sign>(hn::And(quadrant, two)));
  const auto cos_sign = hn::BitCast(d, hn::ShiftLeft<to_sign>(hn::And(hn::Add(quadrant, one), two)));
  cos = hn::Xor(hn::IfThenElse(swap, s, c), cos_sign);
  sin = hn::Xor(hn::IfThenElse(swap, c, s), sin_sign);
}

/// Of phases in units of 2⁻³² turn; core/rope/phase.h, in_quadrant and cos_sin.
template <class V>
HWY_INLINE void CosSinOf(hn::Vec<Words> phase, V& cos, V& sin) {
  const Floats d;
  const Words words;
  const hn::RebindToSigned<Floats> integers;
  // The nearest quarter turn: half a quarter (2²⁹) is added before the shift. What is left lies within ±2²⁹ units, that
  // is ±π/4, where the series holds. Both steps are exact, as they are integers.
  const auto quadrant = hn::ShiftRight<30>(hn::Add(phase, hn::Set(words, 0x20000000u)));
  const auto reduced = hn::BitCast(integers, hn::Sub(phase, hn::ShiftLeft<30>(quadrant)));
  const auto x = hn::Mul(hn::ConvertTo(d, reduced), hn::Set(d, radians)), z = hn::Mul(x, x);
  const auto s = hn::MulAdd(hn::Mul(x, z), Series(z, sine), x);
  const auto c = hn::MulAdd(z, Series(z, cosine), hn::Set(d, 1.0f));
  InQuadrant(d, quadrant, c, s, cos, sin);
}

// Products and sums are rounded one by one: the numbers of core/rope/phase.h to the bit.
template <class V, std::size_t terms>
HWY_INLINE V ExactSeries(V z, const double (&coefficients)[terms]) {
  const Doubles d;
  V sum = hn::Set(d, coefficients[terms - 1]);
  for (std::size_t i = terms - 1; i-- > 0;) sum = hn::Add(hn::Set(d, coefficients[i]), hn::Mul(z, sum));
  return sum;
}

/// The same of phases in units of 2⁻⁶⁴ turn.
template <class V>
HWY_INLINE void ExactCosSinOf(hn::Vec<Longs> phase, V& cos, V& sin) {
  const Doubles d;
  const Longs words;
  const hn::RebindToSigned<Doubles> integers;
  const auto quadrant = hn::ShiftRight<62>(hn::Add(phase, hn::Set(words, std::uint64_t{1} << 61)));
  const auto reduced = hn::BitCast(integers, hn::Sub(phase, hn::ShiftLeft<62>(quadrant)));
  const auto x = hn::Mul(hn::ConvertTo(d, reduced), hn::Set(d, exact_radians)), z = hn::Mul(x, x);
  const auto s = hn::Add(x, hn::Mul(hn::Mul(x, z), ExactSeries(z, exact_sine)));
  const auto c = hn::Add(hn::Set(d, 1.0), hn::Mul(z, ExactSeries(z, exact_cosine)));
  InQuadrant(d, quadrant, c, s, cos, sin);
}

} // namespace ropescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
