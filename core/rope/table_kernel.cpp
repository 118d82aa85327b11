#include "core/rope/table_kernel.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/rope/table_kernel.cpp"
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

#include "core/rope/cos_sin-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ropescope::table_kernel::HWY_NAMESPACE {

using namespace ropescope::HWY_NAMESPACE;

void Table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  constexpr std::size_t most = 16;
  const auto of_cos = hn::Set(d, gain), of_sin = hn::Set(d, sin_gain);
  for (std::size_t i = 0; i < count; i += lanes) {
    auto c = hn::Zero(d), s = c;
    if (count - i >= lanes) {
      CosSinOf(hn::LoadU(Words(), phases + i), c, s);
      hn::StoreU(hn::Mul(c, of_cos), d, cos + i);
      hn::StoreU(hn::Mul(s, of_sin), d, sin + i);
      continue;
    }
    alignas(64) std::uint32_t last[most] = {};
    alignas(64) float last_cos[most], last_sin[most];
    std::copy_n(phases + i, count - i, last);
    CosSinOf(hn::Load(Words(), last), c, s);
    hn::Store(hn::Mul(c, of_cos), d, last_cos);
    hn::Store(hn::Mul(s, of_sin), d, last_sin);
    std::copy_n(last_cos, count - i, cos + i);
    std::copy_n(last_sin, count - i, sin + i);
  }
}

// position·turns modulo 2⁶⁴ by words, rounded to the upper one: shaders/phase.glsl.
void Phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases) {
  const auto p = static_cast<std::uint64_t>(position);
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Words words;
  const hn::Repartition<std::uint64_t, Words> longs;
  const auto low_of_p = hn::Set(words, static_cast<std::uint32_t>(p)),
             high_of_p = hn::Set(words, static_cast<std::uint32_t>(p >> 32));
  const auto high_words = hn::ShiftLeft<32>(hn::Set(longs, 0xffffffff));
  for (; i + hn::Lanes(words) <= pairs; i += hn::Lanes(words)) {
    const auto low = hn::LoadU(words, lower + i), high = hn::LoadU(words, upper + i);
    const auto even = hn::MulEven(low, low_of_p);
    const auto odd = hn::MulEven(hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(longs, low))), low_of_p);
    const auto carried = hn::BitCast(words, hn::Or(hn::ShiftRight<32>(even), hn::And(odd, high_words)));
    const auto rounding = hn::ShiftRight<31>(hn::Mul(low, low_of_p));
    const auto crossed = hn::Add(hn::Mul(low_of_p, high), hn::Mul(high_of_p, low));
    hn::StoreU(hn::Add(hn::Add(carried, crossed), rounding), words, phases + i);
  }
#endif
  for (; i < pairs; ++i) {
    const std::uint64_t turns = std::uint64_t{upper[i]} << 32 | lower[i];
    phases[i] = static_cast<std::uint32_t>((p * turns + 0x80000000u) >> 32);
  }
}

} // namespace ropescope::table_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::table_kernel {

HWY_EXPORT(Table);
HWY_EXPORT(Phases);

void table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin) {
  HWY_DYNAMIC_DISPATCH(Table)(phases, count, gain, sin_gain, cos, sin);
}

void phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases) {
  HWY_DYNAMIC_DISPATCH(Phases)(position, upper, lower, pairs, phases);
}

} // namespace ropescope::table_kernel
#endif
