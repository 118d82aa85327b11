#include "core/rope/rotate_kernel.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/rope/rotate_kernel.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h> // compiles what follows once per instruction set
#include <hwy/highway.h>

#include "core/rope/cos_sin-inl.h"
#include "core/rope/stored-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ropescope::rotate_kernel::HWY_NAMESPACE {

using namespace ropescope::HWY_NAMESPACE;

constexpr std::size_t line = 64; // bytes of a cache's line

struct Plain {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void turn(D, V x, V y, V c, V s, V& first, V& second) {
    first = hn::Sub(hn::Mul(x, c), hn::Mul(y, s));
    second = hn::Add(hn::Mul(y, c), hn::Mul(x, s));
  }
};

struct Fused {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void turn(D d, V x, V y, V c, V s, V& first, V& second) {
#if HWY_NATIVE_FMA
    (void)d;
    first = hn::MulSub(x, c, hn::Mul(y, s));
    second = hn::MulAdd(x, s, hn::Mul(y, c));
#else // Highway would round twice
    constexpr std::size_t most = HWY_MAX_BYTES / sizeof(float);
    alignas(64) float of_x[most], of_c[most], of_s[most], a[most], b[most];
    hn::Store(x, d, of_x);
    hn::Store(c, d, of_c);
    hn::Store(s, d, of_s);
    hn::Store(hn::Mul(y, s), d, a);
    hn::Store(hn::Mul(y, c), d, b);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
      a[i] = std::fma(of_x[i], of_c[i], -a[i]);
      b[i] = std::fma(of_x[i], of_s[i], b[i]);
    }
    first = hn::Load(d, a);
    second = hn::Load(d, b);
#endif
  }
};

/// Every product and the sum rounded as a number of `Stored` is.
template <class Stored>
struct Steps {
  template <class V>
  static HWY_INLINE V rounded(V v) {
    return Stored::widened(Stored::narrowed(v));
  }
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void turn(D, V x, V y, V c, V s, V& first, V& second) {
    first = rounded(hn::Sub(rounded(hn::Mul(x, c)), rounded(hn::Mul(y, s))));
    second = rounded(hn::Add(rounded(hn::Mul(y, c)), rounded(hn::Mul(x, s))));
  }
};

/// How one rotation reads and writes. `streaming`: past the caches; every address is then a multiple of a vector.
template <class Number_, class Math_, bool in_interleaved_, bool out_interleaved_, bool streaming_>
struct Way {
  using Number = Number_;
  using Math = Math_;
  static constexpr bool in_interleaved = in_interleaved_, out_interleaved = out_interleaved_, streaming = streaming_;
  /// Neighbours can be turned where they stand.
  static constexpr bool neighbours = in_interleaved && out_interleaved && HWY_TARGET != HWY_SCALAR &&
                                     std::is_same_v<Number, StoredFloat32> && std::is_same_v<Math, Plain>;
  static constexpr bool words =
      !in_interleaved && !out_interleaved && HWY_TARGET != HWY_SCALAR && std::is_same_v<Number, StoredBfloat16>;
};

/// Pairs in memory: where the first components begin, and how far behind them the second ones.
template <class Stored>
struct Components {
  Stored* first;
  std::size_t gap;
};

template <class W, class Stored, class Real>
HWY_INLINE void TurnVectors(Components<const Stored> in, Components<Stored> out, const Real* cos, const Real* sin,
                            std::size_t count) {
  using Number = typename W::Number;
  const typename Number::D d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto x = hn::Zero(d), y = x, first = x, second = x;
    if constexpr (W::in_interleaved)
      Number::load_interleaved(in.first + 2 * i, x, y);
    else {
      x = Number::load(in.first + i);
      y = Number::load(in.first + in.gap + i);
    }
    W::Math::turn(d, x, y, hn::LoadU(d, cos + i), hn::LoadU(d, sin + i), first, second);
    if constexpr (W::out_interleaved)
      Number::template store_interleaved<W::streaming>(first, second, out.first + 2 * i);
    else {
      Number::template store<W::streaming>(first, out.first + i);
      Number::template store<W::streaming>(second, out.first + out.gap + i);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
/// Half-split 16-bit numbers two by two, as the words they stand in; returns how many pairs that makes.
template <class W, class Stored>
HWY_INLINE std::size_t TurnWords(Components<const Stored> in, Components<Stored> out, const float* cos,
                                 const float* sin, std::size_t count) {
  using Number = typename W::Number;
  const Floats d;
  const std::size_t at_once = 2 * hn::Lanes(d), whole = count / at_once * at_once;
  for (std::size_t i = 0; i < whole; i += at_once) {
    auto x0 = hn::Zero(d), x1 = x0, y0 = x0, y1 = x0, c0 = x0, c1 = x0, s0 = x0, s1 = x0;
    Number::load_interleaved(in.first + i, x0, x1);
    Number::load_interleaved(in.first + in.gap + i, y0, y1);
    hn::LoadInterleaved2(d, cos + i, c0, c1);
    hn::LoadInterleaved2(d, sin + i, s0, s1);
    auto first0 = x0, first1 = x0, second0 = x0, second1 = x0;
    W::Math::turn(d, x0, y0, c0, s0, first0, second0);
    W::Math::turn(d, x1, y1, c1, s1, first1, second1);
    Number::template store_interleaved<W::streaming>(first0, first1, out.first + i);
    Number::template store_interleaved<W::streaming>(second0, second1, out.first + out.gap + i);
  }
  return whole;
}

/// Interleaved floats without taking them apart: (x, y)·(c, c) + (y, x)·(−s, s).
template <bool streaming>
HWY_INLINE void TurnNeighbours(const float* in, float* out, const float* cos, const float* sin, std::size_t count) {
  const Floats d;
  const hn::Half<Floats> half;
  const Words words;
  const std::size_t lanes = hn::Lanes(d);
  const auto index = hn::Iota(hn::RebindToSigned<Floats>(), 0);
  const auto twice = hn::IndicesFromVec(d, hn::ShiftRight<1>(index));
  const auto signs = hn::BitCast(d, hn::ShiftLeft<31>(hn::AndNot(hn::BitCast(words, index), hn::Set(words, 1))));
  for (std::size_t i = 0; i < 2 * count; i += lanes) {
    const auto both = hn::LoadU(d, in + i);
    const auto c = hn::TableLookupLanes(hn::ZeroExtendVector(d, hn::LoadU(half, cos + i / 2)), twice);
    const auto s = hn::TableLookupLanes(hn::ZeroExtendVector(d, hn::LoadU(half, sin + i / 2)), twice);
    const auto turned = hn::Add(hn::Mul(both, c), hn::Mul(hn::Shuffle2301(both), hn::Xor(s, signs)));
    StoredFloat32::store<streaming>(turned, out + i);
  }
}
#endif

/// As many vectors as there are; what is left goes through one more that is filled up with zeros.
template <class W, class Stored, class Real>
HWY_INLINE void Turn(Components<const Stored> in, Components<Stored> out, const Real* cos, const Real* sin,
                     std::size_t count) {
  using D = typename W::Number::D;
  const std::size_t whole = count / hn::Lanes(D()) * hn::Lanes(D()), left = count - whole;
  const std::size_t in_stride = W::in_interleaved ? 2 : 1, out_stride = W::out_interleaved ? 2 : 1;
  std::size_t done = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (W::neighbours) {
    TurnNeighbours<W::streaming>(in.first, out.first, cos, sin, whole);
    done = whole;
  } else if constexpr (W::words)
    done = TurnWords<W>(in, out, cos, sin, whole);
#endif
  if (done < whole)
    TurnVectors<W>(Components<const Stored>{in.first + done * in_stride, in.gap},
                   Components<Stored>{out.first + done * out_stride, out.gap}, cos + done, sin + done, whole - done);
  if (W::streaming || left == 0) return;
  constexpr std::size_t most = HWY_MAX_BYTES / sizeof(Real);
  Stored x[2 * most] = {};
  Real c[most] = {}, s[most] = {};
  std::copy_n(cos + whole, left, c);
  std::copy_n(sin + whole, left, s);
  for (std::size_t i = 0; i < left; ++i) {
    x[i] = in.first[(whole + i) * in_stride];
    x[most + i] = in.first[(whole + i) * in_stride + in.gap];
  }
  using InRegisters = Way<typename W::Number, typename W::Math, false, false, false>;
  TurnVectors<InRegisters>(Components<const Stored>{x, most}, Components<Stored>{x, most}, c, s, hn::Lanes(D()));
  for (std::size_t i = 0; i < left; ++i) {
    out.first[(whole + i) * out_stride] = x[i];
    out.first[(whole + i) * out_stride + out.gap] = x[most + i];
  }
}

template <class W>
void RotateRows(const Rows rows) { // a copy, which what is written cannot alias
  using Stored = typename W::Number::Stored;
  using Real = typename W::Number::Real;
  const PairIndex& at = rows.index;
  const auto in_gap = static_cast<std::size_t>(at.in_gap), out_gap = static_cast<std::size_t>(at.out_gap),
             block = static_cast<std::size_t>(at.block), offset = static_cast<std::size_t>(at.offset),
             covered = 2 * rows.pairs, end = offset + covered;
  const bool in_place = rows.in == rows.out;
  // Two streams of loads in a row and a short run of rows: no processor's own prefetching sees far enough ahead.
  constexpr std::size_t ahead = 8192 / sizeof(Stored);
  // In place, what is read otherwise than it is written must be out of the way.
  std::vector<Stored> aside(in_place && W::in_interleaved != W::out_interleaved ? rows.head_dim : 0);
  const auto* in = static_cast<const Stored*>(rows.in);
  auto* out = static_cast<Stored*>(rows.out);
  const auto* cos = static_cast<const Real*>(rows.cos);
  const auto* sin = static_cast<const Real*>(rows.sin);
  for (std::size_t token = 0; token < rows.tokens; ++token, cos += rows.pairs, sin += rows.pairs)
    for (std::size_t r = 0; r < rows.rows_of_token; ++r, in += rows.head_dim, out += rows.head_dim) {
      for (std::size_t i = 0; i < rows.head_dim; i += line / sizeof(Stored)) hwy::Prefetch(in + i + ahead);
      if (!in_place && covered < rows.head_dim) {
        std::copy_n(in, offset, out);
        std::copy(in + end, in + rows.head_dim, out + end);
      }
      const Stored* from = in;
      if (!aside.empty()) {
        std::copy_n(in, rows.head_dim, aside.begin());
        from = aside.data();
      }
      for (std::size_t pair = 0; pair < rows.pairs; pair += block)
        Turn<W>(Components<const Stored>{from + offset + 2 * pair, in_gap},
                Components<Stored>{out + offset + 2 * pair, out_gap}, cos + pair, sin + pair, block);
    }
  if (W::streaming) hwy::FlushStream();
}

/// Whether every vector that is written begins at a multiple of its size.
template <class Number>
bool Streams(const Rows& rows) {
  constexpr std::size_t size = sizeof(typename Number::Stored);
  const std::size_t lanes = hn::Lanes(typename Number::D());
  const auto whole = [&](std::int64_t components, std::size_t bytes) {
    return static_cast<std::size_t>(components) * size % bytes == 0;
  };
  return rows.streaming && reinterpret_cast<std::uintptr_t>(rows.out) % line == 0 && rows.head_dim * size % line == 0 &&
         whole(rows.index.offset, line) && rows.index.block % static_cast<std::int64_t>(2 * lanes) == 0 &&
         (rows.index.out_gap == 1 || whole(rows.index.out_gap, 2 * lanes * size));
}

template <class Number, class Math, bool in_interleaved, bool out_interleaved>
void RotateStreaming(const Rows& rows) {
  if constexpr (std::is_same_v<Math, Plain> && !std::is_same_v<Number, StoredFloat64>)
    if (Streams<Number>(rows)) return RotateRows<Way<Number, Math, in_interleaved, out_interleaved, true>>(rows);
  RotateRows<Way<Number, Math, in_interleaved, out_interleaved, false>>(rows);
}

template <class Number, class Math>
void RotateAs(const Rows& rows) {
  const bool in_interleaved = rows.index.in_stride == 2, out_interleaved = rows.index.out_stride == 2;
  if (in_interleaved)
    return out_interleaved ? RotateStreaming<Number, Math, true, true>(rows)
                           : RotateStreaming<Number, Math, true, false>(rows);
  return out_interleaved ? RotateStreaming<Number, Math, false, true>(rows)
                         : RotateStreaming<Number, Math, false, false>(rows);
}

void Rotate(const Rows& rows) {
  switch (rows.storage) {
  case NumberFormat::float64: return RotateAs<StoredFloat64, Plain>(rows);
  case NumberFormat::bfloat16: return RotateAs<StoredBfloat16, Plain>(rows);
  case NumberFormat::float16: return RotateAs<StoredFloat16, Plain>(rows);
  default: break;
  }
  switch (rows.arithmetic) {
  case Arithmetic::plain: return RotateAs<StoredFloat32, Plain>(rows);
  case Arithmetic::fused: return RotateAs<StoredFloat32, Fused>(rows);
  case Arithmetic::bfloat16_steps: return RotateAs<StoredFloat32, Steps<StoredBfloat16>>(rows);
  case Arithmetic::float16_steps: return RotateAs<StoredFloat32, Steps<StoredFloat16>>(rows);
  }
}

} // namespace ropescope::rotate_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ropescope::rotate_kernel {

HWY_EXPORT(Rotate);

void rotate(const Rows& rows) { HWY_DYNAMIC_DISPATCH(Rotate)(rows); }

} // namespace ropescope::rotate_kernel
#endif
