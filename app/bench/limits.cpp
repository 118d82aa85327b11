#include "app/bench/limits.h"

#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "app/bench/limits.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ropescope::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>; // at most 16 lanes: multiply_add_values has room for no more

// Stores that go past the caches: an ordinary store first reads the cache line that it writes into, these do not.
// FlushStream makes them visible to other threads before anything that follows.
void StreamingCopy(const float* from, float* to, std::size_t count) {
  const Floats d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::Stream(hn::Load(d, from + i), d, to + i);
  hwy::FlushStream();
}

// What a rotation in place cannot beat: each number is read, multiplied once, and stored where it was.
void ScaleInPlace(float* values, std::size_t count, float by) {
  const Floats d;
  const auto factor = hn::Set(d, by);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::Store(hn::Mul(hn::Load(d, values + i), factor), d, values + i);
}

// A multiply-add is finished some cycles after it begins (its latency), and the next of the same chain waits for it.
// With enough chains the units always have another one to begin: 12 suffice for two units, 24 for four. More are of no
// use, because both constants and every chain must stay in registers, of which SSE and AVX2 have 16, all others 32. In
// the scalar build 48 chains of one float each: the compiler joins four of them to a vector.
#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t enough_chains = 48;
#elif HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3 // the greater, the older
constexpr std::size_t enough_chains = 12;
#else
constexpr std::size_t enough_chains = 24;
#endif

// A pack of parameters and no array, since vectors of SVE cannot lie in one.
template <typename... Vectors>
HWY_INLINE void RunChains(std::size_t rounds, float* ends, Vectors... chains) {
  const Floats d;
  const auto by = hn::Set(d, 0.5f), plus = hn::Set(d, 1.0f); // every chain tends to 2, far from slow tiny numbers
  for (std::size_t round = 0; round < rounds; ++round) ((chains = hn::MulAdd(chains, by, plus)), ...);
  // Whole vectors are kept, so that no compiler may leave lanes out.
  ((hn::StoreU(chains, d, ends), ends += hn::Lanes(d)), ...);
}

// The chains begin with what lies in memory: a compiler that knew them to begin alike would run one for all of them.
template <std::size_t... index>
HWY_INLINE MultiplyAddRun RunFrom(std::size_t rounds, float* values, std::index_sequence<index...>) {
  const Floats d;
  RunChains(rounds, values, hn::LoadU(d, values + index * hn::Lanes(d))...);
  return {.done = rounds * sizeof...(index) * hn::Lanes(d), .lanes = hn::Lanes(d)};
}

MultiplyAddRun MultiplyAdds(std::size_t rounds, Chains chains, float* values) {
  return chains == Chains::enough ? RunFrom(rounds, values, std::make_index_sequence<enough_chains>())
                                  : RunFrom(rounds, values, std::make_index_sequence<2 * enough_chains>());
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

MultiplyAddRun multiply_adds(std::size_t rounds, Chains chains, std::span<float, multiply_add_values> values) {
  return HWY_DYNAMIC_DISPATCH(MultiplyAdds)(rounds, chains, values.data());
}

} // namespace ropescope::bench
#endif
