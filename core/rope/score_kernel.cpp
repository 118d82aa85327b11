#include "core/rope/score_kernel.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/rope/score_kernel.cpp"
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

#include "core/rope/cos_sin-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ropescope::score_kernel::HWY_NAMESPACE {

using namespace ropescope::HWY_NAMESPACE;

// Four vectors. ScoreBlocks lays its table out by this number, so it must come from the same instruction set as Sum:
// both are dispatched alike.
std::size_t Tile() { return 4 * hn::Lanes(Floats()); }

// a·cos((c + y)θ) + b·sin((c + y)θ) = u·cos yθ + v·sin yθ by the addition theorems, with these u and v for the centre
// c. Arrays are padded, so the last vector needs no special case.
void Centres(const std::uint32_t* phases, const float* a, const float* b, std::size_t count, float* u, float* v) {
  const Floats d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto cos = hn::Zero(d), sin = cos;
    CosSinOf(hn::LoadU(Words(), phases + i), cos, sin);
    const auto of_a = hn::LoadU(d, a + i), of_b = hn::LoadU(d, b + i);
    hn::StoreU(hn::MulAdd(of_a, cos, hn::Mul(of_b, sin)), d, u + i);
    hn::StoreU(hn::NegMulAdd(of_a, sin, hn::Mul(of_b, cos)), d, v + i);
  }
}

// Per pair and distance one multiply-add, and that for two distances at once: e collects the terms that are even in the
// offset (cos), o the odd ones (sin). Eight sums that do not wait for each other fill the pipeline of a processor that
// starts two multiply-adds in a cycle and finishes each after four. The table goes on from tile to tile and from pair
// to pair in the order of these loops, so it is read once, from front to back.
void Sum(const float* table, const float* u, const float* v, std::size_t pairs, float* scores) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d), tile = 4 * lanes;
  for (std::size_t first = 0; first < offsets; first += tile) {
    auto e0 = hn::Zero(d), e1 = e0, e2 = e0, e3 = e0, o0 = e0, o1 = e0, o2 = e0, o3 = e0;
    for (std::size_t i = 0; i < pairs; ++i, table += 2 * tile) {
      const auto of_cos = hn::Set(d, u[i]), of_sin = hn::Set(d, v[i]);
      e0 = hn::MulAdd(of_cos, hn::Load(d, table), e0);
      e1 = hn::MulAdd(of_cos, hn::Load(d, table + lanes), e1);
      e2 = hn::MulAdd(of_cos, hn::Load(d, table + 2 * lanes), e2);
      e3 = hn::MulAdd(of_cos, hn::Load(d, table + 3 * lanes), e3);
      o0 = hn::MulAdd(of_sin, hn::Load(d, table + 4 * lanes), o0);
      o1 = hn::MulAdd(of_sin, hn::Load(d, table + 5 * lanes), o1);
      o2 = hn::MulAdd(of_sin, hn::Load(d, table + 6 * lanes), o2);
      o3 = hn::MulAdd(of_sin, hn::Load(d, table + 7 * lanes), o3);
    }
    // Offset x is the distance c + (x + ½) above the centre, which is index offsets + x, and c − (x + ½) below it,
    // which is index offsets − 1 − x. The lower half is therefore stored backwards.
    float* const above = scores + offsets + first;
    float* const below = scores + offsets - first; // offsets rise downwards from here
    const auto store = [&](auto even, auto odd, std::size_t n) HWY_ATTR {
      hn::StoreU(hn::Add(even, odd), d, above + n * lanes);
      hn::StoreU(hn::Reverse(d, hn::Sub(even, odd)), d, below - (n + 1) * lanes);
    };
    store(e0, o0, 0);
    store(e1, o1, 1);
    store(e2, o2, 2);
    store(e3, o3, 3);
  }
}

// Each lane has its own least, greatest and sum; the lanes meet at the end. The float sum's order depends on the
// vector's width, so a mean may differ in its last digits between processors; least and greatest do not.
Extremes Reduce(const float* scores) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  auto least = hn::LoadU(d, scores), greatest = least, sum = least;
  for (std::size_t i = lanes; i < points; i += lanes) {
    const auto s = hn::LoadU(d, scores + i);
    least = hn::Min(least, s);
    greatest = hn::Max(greatest, s);
    sum = hn::Add(sum, s);
  }
  // 16: the most lanes that Floats has (cos_sin-inl.h).
  alignas(64) float l[16], g[16], total[16];
  hn::Store(least, d, l);
  hn::Store(greatest, d, g);
  hn::Store(sum, d, total);
  Extremes result{l[0], g[0], total[0]};
  for (std::size_t i = 1; i < lanes; ++i) {
    result.least = std::min(result.least, l[i]);
    result.greatest = std::max(result.greatest, g[i]);
    result.sum += total[i];
  }
  return result;
}

} // namespace ropescope::score_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::score_kernel {

HWY_EXPORT(Tile);
HWY_EXPORT(Centres);
HWY_EXPORT(Sum);
HWY_EXPORT(Reduce);

std::size_t tile() { return HWY_DYNAMIC_DISPATCH(Tile)(); }

void centres(const std::uint32_t* phases, const float* a, const float* b, std::size_t count, float* u, float* v) {
  HWY_DYNAMIC_DISPATCH(Centres)(phases, a, b, count, u, v);
}

void sum(const float* table, const float* u, const float* v, std::size_t pairs, float* scores) {
  HWY_DYNAMIC_DISPATCH(Sum)(table, u, v, pairs, scores);
}

Extremes reduce(const float* scores) { return HWY_DYNAMIC_DISPATCH(Reduce)(scores); }

std::string instruction_set() {
  // In Highway a lower bit is a better target, and the dispatch takes the best: the lowest bit that is set, which x &
  // −x isolates. Highway calls every kind of AVX-512 AVX3 with a suffix.
  const auto supported = static_cast<std::uint64_t>(hwy::SupportedTargets());
  const std::string name = hwy::TargetName(static_cast<std::int64_t>(supported & (~supported + 1)));
  return name.starts_with("AVX3") ? "AVX-512" : name;
}

} // namespace ropescope::score_kernel
#endif
