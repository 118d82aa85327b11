// How numbers lie in memory, for kernels that Highway compiles once per instruction set: include it after
// hwy/highway.h. Each struct loads and stores vectors of one format. The 16-bit formats are rounded to nearest, ties to
// even, as core/float16.h does (Highway's own conversions are not on every processor).
#if defined(ROPESCOPE_STORED_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ROPESCOPE_STORED_INL_H
#undef ROPESCOPE_STORED_INL_H
#else
#define ROPESCOPE_STORED_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace ropescope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Past the caches, to a multiple of the vector's size; or anywhere.
template <bool streaming, class D, class V, typename T>
HWY_INLINE void Store(V v, D d, T* to) {
  if constexpr (streaming)
    hn::Stream(v, d, to);
  else
    hn::StoreU(v, d, to);
}

// Formats that the arithmetic itself has. CappedTag: at most 64 bytes a vector, as everywhere in these kernels.
template <typename T>
struct AsIs {
  using Stored = T;
  using Real = T;
  using D = hn::CappedTag<T, 64 / sizeof(T)>;
  using V = hn::Vec<D>;

  static HWY_INLINE V load(const T* from) { return hn::LoadU(D(), from); }
  template <bool streaming = false>
  static HWY_INLINE void store(V v, T* to) {
    Store<streaming>(v, D(), to);
  }
  static HWY_INLINE void load_interleaved(const T* from, V& x, V& y) { hn::LoadInterleaved2(D(), from, x, y); }
  template <bool streaming = false> // which no caller needs here
  static HWY_INLINE void store_interleaved(V x, V y, T* to) {
    hn::StoreInterleaved2(x, y, D(), to);
  }
};
using StoredFloat32 = AsIs<float>;
using StoredFloat64 = AsIs<double>;

/// A vector of floats whose 16-bit numbers stand in the lower halves of a vector of words.
template <class Format>
struct In16Bits {
  using Stored = std::uint16_t;
  using Real = float;
  using D = hn::CappedTag<float, 16>;
  using V = hn::Vec<D>;
  using Words = hn::RebindToUnsigned<D>;
  using W = hn::Vec<Words>;

  static HWY_INLINE V widened(W bits) { return Format::widen(bits); }
  static HWY_INLINE W narrowed(V v) { return Format::narrow(v); }

  // Two of them in a word.
  // A 32-bit word that is loaded from two neighbouring 16-bit numbers has the first in its lower half, as the machine
  // is little-endian. A Format may define faster ones of these three (StoredBfloat16 does).
  static HWY_INLINE V widen_lower(W both) { return widened(hn::And(both, hn::Set(Words(), 0xffff))); }
  static HWY_INLINE V widen_upper(W both) { return widened(hn::ShiftRight<16>(both)); }
  static HWY_INLINE W joined(V lower, V upper) { return hn::Or(narrowed(lower), hn::ShiftLeft<16>(narrowed(upper))); }

  static HWY_INLINE V load(const Stored* from) {
    return widened(hn::PromoteTo(Words(), hn::LoadU(hn::Rebind<Stored, D>(), from)));
  }
  template <bool streaming = false>
  static HWY_INLINE void store(V v, Stored* to) {
    const hn::RebindToSigned<D> integers; // what is there is below 2¹⁶, which saturates to itself
    Store<streaming>(hn::DemoteTo(hn::Rebind<Stored, D>(), hn::BitCast(integers, narrowed(v))), hn::Rebind<Stored, D>(),
                     to);
  }
#if HWY_TARGET == HWY_SCALAR // has vectors of one number
  static HWY_INLINE void load_interleaved(const Stored* from, V& x, V& y) {
    x = load(from);
    y = load(from + 1);
  }
  template <bool streaming = false>
  static HWY_INLINE void store_interleaved(V x, V y, Stored* to) {
    store(x, to);
    store(y, to + 1);
  }
#else
  static HWY_INLINE void load_interleaved(const Stored* from, V& x, V& y) {
    const W both = hn::BitCast(Words(), hn::LoadU(hn::Repartition<Stored, D>(), from));
    x = Format::widen_lower(both);
    y = Format::widen_upper(both);
  }
  template <bool streaming = false>
  static HWY_INLINE void store_interleaved(V x, V y, Stored* to) {
    Store<streaming>(hn::BitCast(hn::Repartition<Stored, D>(), Format::joined(x, y)), hn::Repartition<Stored, D>(), to);
  }
#endif
};

struct StoredBfloat16 : In16Bits<StoredBfloat16> {
  static HWY_INLINE V widen(W bits) { return hn::BitCast(D(), hn::ShiftLeft<16>(bits)); }
  static HWY_INLINE W narrow(V v) {
    // NaN must not be rounded: the carry could turn it into infinity or −0. It becomes quiet instead, as in
    // core/float16.h.
    const W quiet = hn::Or(hn::BitCast(Words(), v), hn::Set(Words(), 0x400000));
    return hn::ShiftRight<16>(hn::IfThenElse(hn::RebindMask(Words(), hn::Eq(v, v)), nearest(v), quiet));
  }

  static HWY_INLINE V widen_lower(W both) { return widen(both); }
  static HWY_INLINE V widen_upper(W both) { return hn::BitCast(D(), hn::And(both, hn::Set(Words(), 0xffff0000))); }
  static HWY_INLINE W joined(V lower, V upper) {
    // One test for both vectors. The sum of a NaN and anything is NaN, and so is ∞ − ∞, for which the slow path gives
    // the right numbers as well. What passes holds no NaN.
    const V sum = hn::Add(lower, upper);
    if (HWY_UNLIKELY(!hn::AllTrue(D(), hn::Eq(sum, sum)))) // perhaps one is no number
      return hn::Or(narrow(lower), hn::ShiftLeft<16>(narrow(upper)));
    return hn::Or(hn::ShiftRight<16>(nearest(lower)), hn::And(nearest(upper), hn::Set(Words(), 0xffff0000)));
  }

private:
  /// The nearest bfloat16 in the upper half of each word, ties to even; what is in the lower half does not count. Not
  /// for NaN. 0x7fff carries from just above a tie on; with an odd last bit the tie itself carries too.
  static HWY_INLINE W nearest(V v) {
    const W bits = hn::BitCast(Words(), v), odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(Words(), 1));
    return hn::Add(hn::Add(bits, odd), hn::Set(Words(), 0x7fff));
  }
};

struct StoredFloat16 : In16Bits<StoredFloat16> {
#if HWY_ARCH_X86 && HWY_TARGET >= HWY_SSE4 // no F16C
  static HWY_INLINE V widen(W half) {
    const Words words;
    // A half's exponent and significand, moved to where a float has them, are the float times 2⁻¹¹² (biases 127 − 15).
    // The product with 2¹¹² is exact, and it normalises subnormal numbers by itself. Infinity and NaN come out finite
    // and get the float's greatest exponent afterwards.
    const W magnitude = hn::ShiftLeft<13>(hn::And(half, hn::Set(words, 0x7fff)));
    const V scaled = hn::Mul(hn::BitCast(D(), magnitude), hn::Set(D(), 0x1p112f)); // subnormal numbers too
    const auto huge = hn::RebindMask(D(), hn::Gt(magnitude, hn::Set(words, 0x0f7fffff)));
    const V whole = hn::Or(scaled, hn::IfThenElseZero(huge, hn::BitCast(D(), hn::Set(words, 0x7f800000))));
    return hn::Or(whole, hn::BitCast(D(), hn::ShiftLeft<16>(hn::And(half, hn::Set(words, 0x8000)))));
  }
  static HWY_INLINE W narrow(V v) {
    const Words words;
    const W bits = hn::BitCast(words, v), sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 0x8000)),
            magnitude = hn::And(bits, hn::Set(words, 0x7fffffff));
    // Subtracting 0x37fff001 takes away the difference of the biases (0x38000000) and adds 0xfff, one less than half a
    // unit of the last place that stays. With the odd last bit added too, ties go to even. A carry out of the
    // significand runs into the exponent, up to infinity.
    const W odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(words, 1));
    const W normal = hn::ShiftRight<13>(hn::Add(hn::Sub(magnitude, hn::Set(words, 0x37fff001)), odd));
    // Adding ½ puts 2⁻²⁴ at the end of the mantissa, and rounds.
    const W subnormal = hn::Sub(hn::BitCast(words, hn::Add(hn::BitCast(D(), magnitude), hn::Set(D(), 0.5f))),
                                hn::Set(words, 0x3f000000));
    // By size: below 2⁻¹⁴ a half is subnormal; from 65520 on, the middle between 65504 and the number that would
    // follow, it is infinity; beyond infinity's bits it is NaN.
    W half = hn::IfThenElse(hn::Gt(hn::Set(words, 0x38800000), magnitude), subnormal, normal);
    half = hn::IfThenElse(hn::Gt(magnitude, hn::Set(words, 0x477fefff)), hn::Set(words, 0x7c00), half);
    half = hn::IfThenElse(hn::Gt(magnitude, hn::Set(words, 0x7f800000)), hn::Set(words, 0x7e00), half);
    return hn::Or(half, sign);
  }
#else
  using Halves = hn::Rebind<hwy::float16_t, D>;
  using Bits = hn::Rebind<Stored, D>;
  static HWY_INLINE V load(const Stored* from) {
    return hn::PromoteTo(D(), hn::BitCast(Halves(), hn::LoadU(Bits(), from)));
  }
  template <bool streaming = false>
  static HWY_INLINE void store(V v, Stored* to) {
    Store<streaming>(hn::BitCast(Bits(), hn::DemoteTo(Halves(), v)), Bits(), to);
  }
  static HWY_INLINE V widen(W bits) {
    const hn::RebindToSigned<D> integers;
    return hn::PromoteTo(D(), hn::BitCast(Halves(), hn::DemoteTo(Bits(), hn::BitCast(integers, bits))));
  }
  static HWY_INLINE W narrow(V v) { return hn::PromoteTo(Words(), hn::BitCast(Bits(), hn::DemoteTo(Halves(), v))); }
#endif
};

} // namespace ropescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
