#include "core/check/evidence/row_kernel.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/check/evidence/row_kernel.cpp"
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ropescope::row_kernel::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> Numbers(D d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
}
template <class D>
HWY_INLINE hn::Vec<D> Numbers(D d, const double* from) {
  return hn::LoadU(d, from);
}

/// The pairs in steps of the machine's width, and the last ones one by one: a row's numbers must not be read beyond it.
template <class Step>
HWY_INLINE void ForPairs(std::size_t pairs, const Step& step) {
  const hn::ScalableTag<double> wide;
  const hn::CappedTag<double, 1> one;
  const std::size_t lanes = hn::Lanes(wide);
  std::size_t i = 0;
  for (; i + lanes <= pairs; i += lanes) step(wide, i);
  for (; i < pairs; ++i) step(one, i);
}

template <bool bounded, typename In, typename Out>
HWY_INLINE Told HoldRow(const Row<In, Out>& row, double sign, const Turn& turn, const Bound& bound,
                        double* HWY_RESTRICT squares, std::int32_t* HWY_RESTRICT bin) {
  Told told;
  const auto hold = [&](auto d, std::size_t i, auto& sum, auto& most, auto& odd) HWY_ATTR {
    const auto a = Numbers(d, row.x + i), b = Numbers(d, row.y + i);
    const auto xc = hn::Mul(a, hn::LoadU(d, turn.cos + i));
    const auto ys = hn::Mul(hn::Set(d, sign), hn::Mul(b, hn::LoadU(d, turn.sin + i)));
    const auto predicted = hn::Add(xc, ys);
    const auto off = hn::Abs(hn::Sub(Numbers(d, row.out + i), predicted));
    const auto square = hn::Mul(off, off);
    hn::StoreU(hn::Add(hn::LoadU(d, squares + i), square), d, squares + i);
    sum = hn::Add(sum, square);
    most = hn::Max(most, off);
    if constexpr (bounded) {
      const auto products = hn::Mul(hn::Set(d, bound.within), hn::Add(hn::Abs(xc), hn::Abs(ys)));
      const auto last = hn::Mul(hn::Set(d, bound.last), hn::Abs(predicted));
      const auto length = hn::Mul(hn::LoadU(d, turn.turned + i), hn::Add(hn::Abs(a), hn::Abs(b)));
      const auto allowed = hn::Add(hn::Add(hn::Add(hn::Add(products, last), length), hn::Set(d, bound.least)),
                                   hn::LoadU(d, turn.step + i));
      // Of nothing that is off, nothing is odd, be the bound 0.
      const auto any = hn::Gt(off, hn::Zero(d));
      const auto ratio = hn::IfThenElseZero(any, hn::Div(off, allowed));
      odd = hn::Max(odd, ratio);
      const auto place = hn::IfThenElse(
          any, hn::Min(hn::Mul(ratio, hn::Set(d, bins_of_a_bound)), hn::Set(d, bins - 1.0)), hn::Set(d, double{bins}));
      const hn::Rebind<std::int32_t, decltype(d)> integers;
      hn::StoreU(hn::DemoteTo(integers, place), integers, bin + i);
    }
  };
  const hn::ScalableTag<double> wide;
  const hn::CappedTag<double, 1> one;
  auto sum = hn::Zero(wide), most = hn::Zero(wide), odd = hn::Zero(wide);
  auto last_sum = hn::Zero(one), last_most = hn::Zero(one), last_odd = hn::Zero(one);
  const std::size_t lanes = hn::Lanes(wide);
  std::size_t i = 0;
  for (; i + lanes <= row.pairs; i += lanes) hold(wide, i, sum, most, odd);
  for (; i < row.pairs; ++i) hold(one, i, last_sum, last_most, last_odd);
  told.squares = hn::GetLane(hn::SumOfLanes(wide, sum)) + hn::GetLane(last_sum);
  told.most = std::max(hn::GetLane(hn::MaxOfLanes(wide, most)), hn::GetLane(last_most));
  told.odd = std::max(hn::GetLane(hn::MaxOfLanes(wide, odd)), hn::GetLane(last_odd));
  return told;
}

template <typename In, typename Out>
Told Hold(const Row<In, Out>& row, double sign, const Turn& turn, const Bound* bound, double* squares,
          std::int32_t* bin) {
  return bound ? HoldRow<true>(row, sign, turn, *bound, squares, bin)
               : HoldRow<false>(row, sign, turn, {}, squares, bin);
}

template <typename In, typename Out>
void Add(std::size_t pairs, const In* a, const In* b, const Out* c, const Out* d, const Sums& sums) {
  ForPairs(pairs, [&](auto tag, std::size_t i) HWY_ATTR {
    const auto x = Numbers(tag, a + i), y = Numbers(tag, b + i), u = Numbers(tag, c + i), v = Numbers(tag, d + i);
    const auto add = [&](double* to, auto what)
                         HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(tag, to + i), what), tag, to + i); };
    add(sums.in, hn::Add(hn::Mul(x, x), hn::Mul(y, y)));
    add(sums.out, hn::Add(hn::Mul(u, u), hn::Mul(v, v)));
    // (u + i·v)·conj(x + i·y)
    add(sums.re, hn::Add(hn::Mul(u, x), hn::Mul(v, y)));
    add(sums.im, hn::Sub(hn::Mul(v, x), hn::Mul(u, y)));
  });
}

// The dispatch takes functions and no templates.
#define ROPESCOPE_ROWS(in, out, name)                                                                                  \
  Told Hold##name(const Row<in, out>& row, double sign, const Turn& turn, const Bound* bound, double* squares,         \
                  std::int32_t* bin) {                                                                                 \
    return Hold(row, sign, turn, bound, squares, bin);                                                                 \
  }                                                                                                                    \
  void Add##name(std::size_t pairs, const in* a, const in* b, const out* c, const out* d, const Sums& sums) {          \
    Add(pairs, a, b, c, d, sums);                                                                                      \
  }
ROPESCOPE_ROWS(float, float, FloatFloat)
ROPESCOPE_ROWS(float, double, FloatDouble)
ROPESCOPE_ROWS(double, float, DoubleFloat)
ROPESCOPE_ROWS(double, double, DoubleDouble)
#undef ROPESCOPE_ROWS

} // namespace ropescope::row_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::row_kernel {

#define ROPESCOPE_ROWS(in, out, name)                                                                                  \
  HWY_EXPORT(Hold##name);                                                                                              \
  HWY_EXPORT(Add##name);                                                                                               \
  template <>                                                                                                          \
  Told hold(const Row<in, out>& row, double sign, const Turn& turn, const Bound* bound, double* squares,               \
            std::int32_t* bin) {                                                                                       \
    return HWY_DYNAMIC_DISPATCH(Hold##name)(row, sign, turn, bound, squares, bin);                                     \
  }                                                                                                                    \
  template <>                                                                                                          \
  void add(std::size_t pairs, const in* a, const in* b, const out* c, const out* d, const Sums& sums) {                \
    HWY_DYNAMIC_DISPATCH(Add##name)(pairs, a, b, c, d, sums);                                                          \
  }
ROPESCOPE_ROWS(float, float, FloatFloat)
ROPESCOPE_ROWS(float, double, FloatDouble)
ROPESCOPE_ROWS(double, float, DoubleFloat)
ROPESCOPE_ROWS(double, double, DoubleDouble)
#undef ROPESCOPE_ROWS

} // namespace ropescope::row_kernel
#endif
