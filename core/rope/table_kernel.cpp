#include "core/rope/table_kernel.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/rope/table_kernel.cpp"
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

#include "core/rope/cos_sin-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ropescope::table_kernel::HWY_NAMESPACE {

using namespace ropescope::HWY_NAMESPACE;

HWY_INLINE void Turned(hn::Vec<Words> phases, hn::Vec<Floats>& cos, hn::Vec<Floats>& sin) {
  CosSinOf(phases, cos, sin);
}
HWY_INLINE void Turned(hn::Vec<Longs> phases, hn::Vec<Doubles>& cos, hn::Vec<Doubles>& sin) {
  ExactCosSinOf(phases, cos, sin);
}

// cos and sin are rounded first and then multiplied, in this order on every path: an attention factor of 1 leaves them
// as they are.
template <class D, class Phase, class Real>
HWY_INLINE void TableOf(D d, const Phase* phases, std::size_t count, Real gain, Real sin_gain, Real* cos, Real* sin) {
  const hn::RebindToUnsigned<D> words;
  const std::size_t lanes = hn::Lanes(d);
  // The most lanes that D has.
  constexpr std::size_t most = 64 / sizeof(Real);
  const auto of_cos = hn::Set(d, gain), of_sin = hn::Set(d, sin_gain);
  for (std::size_t i = 0; i < count; i += lanes) {
    auto c = hn::Zero(d), s = c;
    if (count - i >= lanes) {
      Turned(hn::LoadU(words, phases + i), c, s);
      hn::StoreU(hn::Mul(c, of_cos), d, cos + i);
      hn::StoreU(hn::Mul(s, of_sin), d, sin + i);
      continue;
    }
    // The last entries do not fill a vector. They are copied to one that is filled up with zeros, so that nothing
    // beyond the arrays is read or written and each entry gets the same arithmetic.
    alignas(64) Phase last[most] = {};
    alignas(64) Real last_cos[most], last_sin[most];
    std::copy_n(phases + i, count - i, last);
    Turned(hn::Load(words, last), c, s);
    hn::Store(hn::Mul(c, of_cos), d, last_cos);
    hn::Store(hn::Mul(s, of_sin), d, last_sin);
    std::copy_n(last_cos, count - i, cos + i);
    std::copy_n(last_sin, count - i, sin + i);
  }
}

void Table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin) {
  TableOf(Floats(), phases, count, gain, sin_gain, cos, sin);
}

void ExactTable(const std::uint64_t* phases, std::size_t count, double gain, double sin_gain, double* cos,
                double* sin) {
  TableOf(Doubles(), phases, count, gain, sin_gain, cos, sin);
}

// The upper word of position·turns modulo 2⁶⁴, rounded, by 32-bit words, as few instruction sets multiply 64-bit lanes:
//   p·t = low(p)·low(t) + 2³²·(low(p)·high(t) + high(p)·low(t)), and what goes beyond 2⁶⁴ is whole turns.
// The upper word is the upper half of the first product plus the two others; bit 31 of the lower word rounds it. It is
// the same number as phase32() to the bit, and as shaders/phase.glsl has it.
template <bool adds>
HWY_INLINE void PhasesOf(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower,
                         std::size_t pairs, std::uint32_t* phases) {
  const auto p = static_cast<std::uint64_t>(position);
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Words words;
  const hn::Repartition<std::uint64_t, Words> longs;
  const std::size_t lanes = hn::Lanes(words);
  const auto low_of_p = hn::Set(words, static_cast<std::uint32_t>(p)),
             high_of_p = hn::Set(words, static_cast<std::uint32_t>(p >> 32));
  const auto high_words = hn::ShiftLeft<32>(hn::Set(longs, 0xffffffff));
  for (; i + lanes <= pairs; i += lanes) {
    const auto low = hn::LoadU(words, lower + i), high = hn::LoadU(words, upper + i);
    // MulEven multiplies lanes 0, 2, 4 … to 64 bits. The odd lanes are shifted down to even places first; their upper
    // halves then stand where the odd lanes are wanted, those of the even ones have to be shifted.
    const auto even = hn::MulEven(low, low_of_p);
    const auto odd = hn::MulEven(hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(longs, low))), low_of_p);
    const auto carried = hn::BitCast(words, hn::Or(hn::ShiftRight<32>(even), hn::And(odd, high_words)));
    // Mul keeps the lower 32 bits of each product.
    const auto rounding = hn::ShiftRight<31>(hn::Mul(low, low_of_p));
    const auto crossed = hn::Add(hn::Mul(low_of_p, high), hn::Mul(high_of_p, low));
    auto phase = hn::Add(hn::Add(carried, crossed), rounding);
    if constexpr (adds) phase = hn::Add(phase, hn::LoadU(words, phases + i));
    hn::StoreU(phase, words, phases + i);
    // The pairs of an axis seldom fill their last vector: it begins so much earlier, and gives some pairs twice.
    if (!adds && i + lanes < pairs && i + 2 * lanes > pairs) i = pairs - 2 * lanes;
  }
#endif
  for (; i < pairs; ++i) {
    // Fewer pairs than a vector has, and every pair without vectors: phase32() spelled out.
    const std::uint64_t turns = std::uint64_t{upper[i]} << 32 | lower[i];
    const auto phase = static_cast<std::uint32_t>((p * turns + 0x80000000u) >> 32);
    phases[i] = adds ? phases[i] + phase : phase;
  }
}

void Phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases) {
  PhasesOf<false>(position, upper, lower, pairs, phases);
}

void AddPhases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
               std::uint32_t* phases) {
  PhasesOf<true>(position, upper, lower, pairs, phases);
}

void Join(const std::uint32_t* a, const std::uint32_t* b, std::size_t count, float* out) {
  const Words words;
  const Floats d;
  const std::size_t lanes = hn::Lanes(words);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::BitCast(d, hn::Or(hn::LoadU(words, a + i), hn::LoadU(words, b + i))), d, out + i);
  for (; i < count; ++i) {
    const std::uint32_t bits = a[i] | b[i];
    std::memcpy(out + i, &bits, sizeof bits);
  }
}

} // namespace ropescope::table_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::table_kernel {

HWY_EXPORT(Table);
HWY_EXPORT(ExactTable);
HWY_EXPORT(Phases);
HWY_EXPORT(AddPhases);
HWY_EXPORT(Join);

void table(const std::uint32_t* phases, std::size_t count, float gain, float sin_gain, float* cos, float* sin) {
  HWY_DYNAMIC_DISPATCH(Table)(phases, count, gain, sin_gain, cos, sin);
}

void table(const std::uint64_t* phases, std::size_t count, double gain, double sin_gain, double* cos, double* sin) {
  HWY_DYNAMIC_DISPATCH(ExactTable)(phases, count, gain, sin_gain, cos, sin);
}

void phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
            std::uint32_t* phases) {
  HWY_DYNAMIC_DISPATCH(Phases)(position, upper, lower, pairs, phases);
}

void add_phases(std::int64_t position, const std::uint32_t* upper, const std::uint32_t* lower, std::size_t pairs,
                std::uint32_t* phases) {
  HWY_DYNAMIC_DISPATCH(AddPhases)(position, upper, lower, pairs, phases);
}

void join(const std::uint32_t* a, const std::uint32_t* b, std::size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(Join)(a, b, count, out);
}

} // namespace ropescope::table_kernel
#endif
