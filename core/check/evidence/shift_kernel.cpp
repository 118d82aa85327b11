#include "core/check/evidence/shift_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/check/evidence/shift_kernel.cpp"
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace ropescope::shift_kernel::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::CappedTag<double, at_once>;

/// angle − shift·theta into −π … π, of which hn::Cos is right to some units of the last place.
template <class V>
HWY_INLINE V Left(double angle, double theta, V shift) {
  const Doubles d;
  constexpr double turn = 6.283185307179586476925, rest = 2.449293598294706e-16; // 2π as two doubles
  const auto x = hn::NegMulAdd(shift, hn::Set(d, theta), hn::Set(d, angle));
  const auto turns = hn::Round(hn::Mul(x, hn::Set(d, 1 / turn)));
  return hn::NegMulAdd(turns, hn::Set(d, rest), hn::NegMulAdd(turns, hn::Set(d, turn), x));
}

void Refine(const Pairs& pairs, std::size_t count, const double* sweeps, double* shifts, double* matches) {
  const Doubles d;
  for (std::size_t first = 0; first < count; first += hn::Lanes(d)) {
    auto shift = hn::LoadU(d, shifts + first);
    // A vernier: each pair takes the shift so far as known.
    const auto sweep = hn::LoadU(d, sweeps + first);
    for (std::size_t i = 0; i < pairs.count; ++i)
      shift =
          hn::MulAdd(hn::Mul(sweep, hn::Set(d, pairs.share[i])), Left(pairs.angle[i], pairs.theta[i], shift), shift);
    // Least squares over all pairs, thrice: each pass wraps angles anew.
    for (int pass = 0; pass < 3 && pairs.square > 0; ++pass) {
      auto moment = hn::Zero(d);
      for (std::size_t i = 0; i < pairs.count; ++i)
        moment = hn::MulAdd(hn::Set(d, pairs.weight[i]), Left(pairs.angle[i], pairs.theta[i], shift), moment);
      shift = hn::Add(shift, hn::Div(moment, hn::Set(d, pairs.square)));
    }
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < pairs.count; ++i)
      sum = hn::MulAdd(hn::Set(d, pairs.length[i]), hn::Cos(d, Left(pairs.angle[i], pairs.theta[i], shift)), sum);
    hn::StoreU(shift, d, shifts + first);
    hn::StoreU(sum, d, matches + first);
  }
}

} // namespace ropescope::shift_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::shift_kernel {

HWY_EXPORT(Refine);

void refine(const Pairs& pairs, std::size_t count, const double* sweeps, double* shifts, double* matches) {
  HWY_DYNAMIC_DISPATCH(Refine)(pairs, count, sweeps, shifts, matches);
}

} // namespace ropescope::shift_kernel
#endif
