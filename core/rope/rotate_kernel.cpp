#include "core/rope/rotate_kernel.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>
#include <vector>

// Highway compiles this file several times: foreach_target.h includes it again for each instruction set, each time
// under another HWY_NAMESPACE. What stands below under HWY_ONCE is compiled in one of these passes alone.
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

// The three kinds of arithmetic have the same function: (x, y) turned by (cos, sin) = (c, s) gives (first, second).
// Mul, Sub and Add are separate operations of Highway, so that each rounds once, whatever the compiler may contract.
struct Plain {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void turn(D, V x, V y, V c, V s, V& first, V& second) {
    first = hn::Sub(hn::Mul(x, c), hn::Mul(y, s));
    second = hn::Add(hn::Mul(y, c), hn::Mul(x, s));
  }
};

// As GCC contracts x·c − y·s where there is FMA: the product with y is rounded, the product with x goes into the sum
// unrounded.
struct Fused {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void turn(D d, V x, V y, V c, V s, V& first, V& second) {
#if HWY_NATIVE_FMA
    (void)d;
    first = hn::MulSub(x, c, hn::Mul(y, s));
    second = hn::MulAdd(x, s, hn::Mul(y, c));
#else // Highway would round twice
    // MulAdd would round its product where the processor has no FMA, and the result would depend on the machine.
    // std::fma computes it exactly in software: slow, and seldom needed.
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

/// Everything that the inner loops decide on, as types, so that each combination becomes a loop without branches.
/// How one rotation reads and writes. `streaming`: past the caches; every address is then a multiple of a vector.
template <class Number_, class Math_, bool in_interleaved_, bool out_interleaved_, bool streaming_>
struct Way {
  using Number = Number_;
  using Math = Math_;
  static constexpr bool in_interleaved = in_interleaved_, out_interleaved = out_interleaved_, streaming = streaming_;
  /// Interleaved floats need not be separated into vectors of x and of y: TurnNeighbours turns them as they lie.
  /// HWY_SCALAR has vectors of one number, in which there are no neighbours.
  static constexpr bool neighbours = in_interleaved && out_interleaved && HWY_TARGET != HWY_SCALAR &&
                                     std::is_same_v<Number, StoredFloat32> && std::is_same_v<Math, Plain>;
  /// Two bfloat16 in a 32-bit word are widened by one shift and one mask, which is cheaper than a conversion that
  /// halves the vector: TurnWords. Float16 has no such way, as its conversion is an instruction of its own.
  static constexpr bool words =
      !in_interleaved && !out_interleaved && HWY_TARGET != HWY_SCALAR && std::is_same_v<Number, StoredBfloat16>;
};

/// Pairs in memory: where the first components begin, and how far behind them the second ones.
template <class Stored>
struct Components {
  Stored* first;
  std::size_t gap;
};

// The general loop: `count` pairs, a multiple of the vector's lanes. cos and sin begin at the first of these pairs.
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
  // A word holds components i and i + 1, so even and odd pairs go into two vectors. cos and sin are loaded the same
  // way, so that each pair meets its own angle.
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

/// Interleaved floats without taking them apart: (x, y)·(c, c) + (y, x)·(−s, s). The same numbers as Plain to the bit:
/// a sign changes no rounding, so x·c + y·(−s) is x·c − y·s.
template <bool streaming>
HWY_INLINE void TurnNeighbours(const float* in, float* out, const float* cos, const float* sin, std::size_t count) {
  const Floats d;
  const hn::Half<Floats> half;
  const Words words;
  const std::size_t lanes = hn::Lanes(d);
  // `twice` is 0, 0, 1, 1, 2, 2 …: both components of a pair take its one cos. `signs` has the sign bit in even lanes,
  // where the first components stand. A vector holds half as many pairs as numbers, so half a vector of cos is loaded.
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

/// Turns `count` pairs of one block: whole vectors by the fastest loop that fits, then the pairs that do not fill a
/// vector. These go through one more vector that is filled up with zeros, so that nothing beyond the block is read or
/// written, and their arithmetic is that of all others (a scalar loop might be contracted by the compiler).
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
  // Streams() let through only blocks of whole vectors, so nothing is left there.
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
void RotateRows(const Rows rows) { // by value: else each store to `out` might change it, and it would be read again
  using Stored = typename W::Number::Stored;
  using Real = typename W::Number::Real;
  const PairIndex& at = rows.index;
  const auto in_gap = static_cast<std::size_t>(at.in_gap), out_gap = static_cast<std::size_t>(at.out_gap),
             block = static_cast<std::size_t>(at.block), offset = static_cast<std::size_t>(at.offset),
             covered = 2 * rows.pairs, end = offset + covered;
  const bool in_place = rows.in == rows.out;
  // Bytes to prefetch ahead. A half-split row is read at two places at once and rows are short, so a processor's own
  // prefetching starts over at each row. 8 KiB are 16 rows of 128 floats. Beyond the last row it does nothing: a
  // prefetch cannot fault. A wrong distance costs speed alone.
  constexpr std::size_t ahead = 8192 / sizeof(Stored);
  // In place with two different pairings (DeepSeek-V3 reads interleaved and writes halves), writing pair 0 destroys
  // components that a later pair has still to read. Such a row is copied aside first.
  std::vector<Stored> aside(in_place && W::in_interleaved != W::out_interleaved ? rows.head_dim : 0);
  const auto* in = static_cast<const Stored*>(rows.in);
  auto* out = static_cast<Stored*>(rows.out);
  const auto* cos = static_cast<const Real*>(rows.cos);
  const auto* sin = static_cast<const Real*>(rows.sin);
  for (std::size_t token = 0; token < rows.tokens; ++token, cos += rows.pairs, sin += rows.pairs)
    for (std::size_t r = 0; r < rows.rows_of_token; ++r, in += rows.head_dim, out += rows.head_dim) {
      for (std::size_t i = 0; i < rows.head_dim; i += line / sizeof(Stored)) hwy::Prefetch(in + i + ahead);
      // What does not turn lies before and behind the covered components.
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
  // Streaming stores may become visible late and in any order. The fence makes them all visible before this task ends
  // and another thread reads the rows.
  if (W::streaming) hwy::FlushStream();
}

/// Whether rows may be written past the caches. A streaming store may fault at an address that is no multiple of its
/// size, and wastes memory traffic where it fills a cache line only in part. So rows, the rotary part and the gap must
/// be whole lines or vectors, and a block whole vectors without a rest; 2·lanes because TurnWords takes two vectors at
/// once.
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

/// Copies to where nobody reads soon, past the caches but for the lines at both ends.
void StreamCopy(const std::uint8_t* from, std::size_t bytes, std::uint8_t* to) {
  const hn::CappedTag<std::uint8_t, line> d;
  const std::size_t before = std::min(bytes, (line - reinterpret_cast<std::uintptr_t>(to) % line) % line);
  std::copy_n(from, before, to);
  std::size_t i = before;
  for (; i + line <= bytes; i += line)
    for (std::size_t lane = 0; lane < line; lane += hn::Lanes(d))
      hn::Stream(hn::LoadU(d, from + i + lane), d, to + i + lane);
  std::copy_n(from + i, bytes - i, to + i);
}

/// Rows that cannot be streamed from where they are made, such as those of an array that begins within a line (most
/// allocators' do): some are turned into a buffer that stays in the nearest cache, and whole lines are written from
/// there. The copy costs less than reading each line of the output before it is overwritten.
template <class W>
void RotateAside(const Rows& rows) {
  using Stored = typename W::Number::Stored;
  using Real = typename W::Number::Real;
  constexpr std::size_t bytes_aside = 8192; // beside 32 KiB of cos and sin in the nearest cache of 48
  const std::size_t at_once = std::max<std::size_t>(1, bytes_aside / (rows.head_dim * sizeof(Stored))),
                    rows_at_once = std::min(at_once, rows.rows_of_token),
                    tokens_at_once = std::max<std::size_t>(1, at_once / rows.rows_of_token);
  const auto aside =
      std::make_unique_for_overwrite<Stored[]>(std::min(tokens_at_once, rows.tokens) * rows_at_once * rows.head_dim);
  Rows part = rows;
  part.out = aside.get();
  const auto* in = static_cast<const Stored*>(rows.in);
  auto* out = static_cast<Stored*>(rows.out);
  for (std::size_t token = 0; token < rows.tokens; token += part.tokens) {
    part.tokens = std::min(tokens_at_once, rows.tokens - token);
    part.cos = static_cast<const Real*>(rows.cos) + token * rows.pairs;
    part.sin = static_cast<const Real*>(rows.sin) + token * rows.pairs;
    // Several tokens at once have all their rows, and else one token some of its rows.
    for (std::size_t row = 0; row < rows.rows_of_token; row += part.rows_of_token) {
      part.rows_of_token = std::min(rows_at_once, rows.rows_of_token - row);
      part.in = in;
      RotateRows<W>(part);
      const std::size_t numbers = part.tokens * part.rows_of_token * rows.head_dim;
      StreamCopy(reinterpret_cast<const std::uint8_t*>(aside.get()), numbers * sizeof(Stored),
                 reinterpret_cast<std::uint8_t*>(out));
      in += numbers;
      out += numbers;
    }
  }
  hwy::FlushStream();
}

template <class Number, class Math, bool in_interleaved, bool out_interleaved>
void RotateStreaming(const Rows& rows) {
  // Each combination is one more copy of the loops for each instruction set. Those of other arithmetic and of float64
  // rows serve imitation and reference, not long arrays, and go without.
  if constexpr (std::is_same_v<Math, Plain> && !std::is_same_v<Number, StoredFloat64>)
    if (Streams<Number>(rows)) return RotateRows<Way<Number, Math, in_interleaved, out_interleaved, true>>(rows);
  using Usual = Way<Number, Math, in_interleaved, out_interleaved, false>;
  if (rows.streaming && rows.in != rows.out) return RotateAside<Usual>(rows);
  RotateRows<Usual>(rows);
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

// Turns values that are known at run time into types, one after the other: format and arithmetic here, pairings in
// RotateAs, streaming in RotateStreaming.
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

// A table of the function in every instruction set; the dispatch picks the best that this processor has.
HWY_EXPORT(Rotate);

void rotate(const Rows& rows) { HWY_DYNAMIC_DISPATCH(Rotate)(rows); }

} // namespace ropescope::rotate_kernel
#endif
