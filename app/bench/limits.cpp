#include "app/bench/limits.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "app/bench/limits.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ropescope::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;

void StreamingCopy(const float* from, float* to, std::size_t count) {
  const Floats d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::Stream(hn::Load(d, from + i), d, to + i);
  hwy::FlushStream();
}

void ScaleInPlace(float* values, std::size_t count, float by) {
  const Floats d;
  const auto factor = hn::Set(d, by);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::Store(hn::Mul(hn::Load(d, values + i), factor), d, values + i);
}

std::size_t MultiplyAdds(std::size_t rounds, float* sink) {
  const Floats d;
  constexpr std::size_t registers = 12;
  const auto by = hn::Set(d, 0.5f), plus = hn::Set(d, 1.0f);
  auto a = plus, b = a, c = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a, m = a;
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, by, plus), b = hn::MulAdd(b, by, plus), c = hn::MulAdd(c, by, plus);
    e = hn::MulAdd(e, by, plus), f = hn::MulAdd(f, by, plus), g = hn::MulAdd(g, by, plus);
    h = hn::MulAdd(h, by, plus), i = hn::MulAdd(i, by, plus), j = hn::MulAdd(j, by, plus);
    k = hn::MulAdd(k, by, plus), l = hn::MulAdd(l, by, plus), m = hn::MulAdd(m, by, plus);
  }
  const auto all = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i)));
  *sink = hn::GetLane(hn::Add(all, hn::Add(hn::Add(j, k), hn::Add(l, m))));
  return rounds * registers * hn::Lanes(d);
}

} // namespace ropescope::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::bench {

HWY_EXPORT(StreamingCopy);
HWY_EXPORT(ScaleInPlace);
HWY_EXPORT(MultiplyAdds);

void streaming_copy(const float* from, float* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(StreamingCopy)(from, to, count);
}

void scale_in_place(float* values, std::size_t count, float by) {
  HWY_DYNAMIC_DISPATCH(ScaleInPlace)(values, count, by);
}

std::size_t multiply_adds(std::size_t rounds, float* sink) { return HWY_DYNAMIC_DISPATCH(MultiplyAdds)(rounds, sink); }

} // namespace ropescope::bench
#endif
