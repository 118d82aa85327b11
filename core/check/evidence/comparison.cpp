#include "core/check/evidence/comparison.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check/basics/array_numbers.h"
#include "core/check/evidence/entry_bounds.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// What a task finds, beside the errors of its tokens.
struct Part {
  double max_abs = 0;
  std::vector<double> heads; ///< squares
  EntrySpread spread;
};

/// Entries against the expected ones and against what rounding may do to them. Unlike sums, this reads every entry, so
/// that a single wrong one is seen.
template <typename Out, typename In>
class Reader {
public:
  Reader(const KernelRun& run, const PairComponents& at, const Multipliers& multipliers, const EntryBounds* bounds,
         std::span<const In> in, std::span<const Out> out)
      : run_(run), at_(at), multipliers_(multipliers), bounds_(bounds), in_(in), out_(out) {
    if (bounds) bound_.emplace(run, bounds->noise);
  }

  /// `error`: of each pair; `oddest`: by how many bounds an entry of the token is off at most.
  void read(std::int64_t token, Part& part, float* error, float& oddest) const {
    const RowShape& shape = run_.shape;
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    std::vector<double> squares(pairs);
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner)
        part.heads[static_cast<std::size_t>(run_.head_of(outer, inner))] +=
            bound_ ? read_row<true>(token, run_.first_number(outer, token, inner), part, squares, oddest)
                   : read_row<false>(token, run_.first_number(outer, token, inner), part, squares, oddest);
    // Two components a pair, so that the error of a pair has the scale of one number.
    const auto count = static_cast<double>(2 * shape.outer * shape.inner);
    for (std::size_t i = 0; i < pairs; ++i) error[i] = static_cast<float>(std::sqrt(squares[i] / count));
  }

private:
  template <bool Bounded>
  double read_row(std::int64_t token, std::int64_t row, Part& part, std::vector<double>& squares, float& oddest) const {
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    const std::complex<double>* z = multipliers_.data() + static_cast<std::size_t>(token) * pairs;
    const float* turned = Bounded && !bounds_->turned.empty()
                              ? bounds_->turned.data() + static_cast<std::size_t>(token) * pairs
                              : nullptr;
    const In* x = in_.data() + row;
    const Out* y = out_.data() + row;
    const std::int64_t number = row / run_.shape.head_dim;
    double of_row = 0;
    const auto see = [&](std::int64_t component, double off, double products, double sum, double length) {
      if (off == 0) return;
      const double ratio = off / bound_->of(number, component, products, sum, length);
      part.spread.add(ratio);
      oddest = std::max(oddest, static_cast<float>(ratio));
    };
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto a = static_cast<double>(x[at_.in_first[i]]), b = static_cast<double>(x[at_.in_second[i]]);
      const double ac = a * z[i].real(), bs = b * z[i].imag(), bc = b * z[i].real(), as = a * z[i].imag();
      const double c = std::abs(static_cast<double>(y[at_.out_first[i]]) - (ac - bs)),
                   d = std::abs(static_cast<double>(y[at_.out_second[i]]) - (bc + as));
      // NaN is never greater: rows that hold it are taken out before (finite_rows).
      part.max_abs = std::max({part.max_abs, c, d});
      squares[i] += c * c + d * d;
      of_row += c * c + d * d;
      if constexpr (Bounded) {
        const double length = turned ? static_cast<double>(turned[i]) * (std::abs(a) + std::abs(b)) : 0;
        see(at_.out_first[i], c, std::abs(ac) + std::abs(bs), ac - bs, length);
        see(at_.out_second[i], d, std::abs(bc) + std::abs(as), bc + as, length);
      }
    }
    for (const std::int64_t j : at_.rest) {
      const auto before = static_cast<double>(x[j]);
      const double d = std::abs(static_cast<double>(y[j]) - before);
      part.max_abs = std::max(part.max_abs, d);
      of_row += d * d;
      if constexpr (Bounded) see(j, d, 0, before, 0);
    }
    return of_row;
  }

  const KernelRun& run_;
  const PairComponents& at_;
  const Multipliers& multipliers_;
  const EntryBounds* bounds_;
  std::optional<EntryBound> bound_;
  std::span<const In> in_;
  std::span<const Out> out_;
};

} // namespace

Comparison compare(const KernelRun& run, const PairComponents& at, const Multipliers& multipliers,
                   const EntryBounds* bounds) {
  const auto tokens = static_cast<std::size_t>(run.shape.tokens), pairs = static_cast<std::size_t>(at.pairs());
  const auto heads = static_cast<std::size_t>(run.heads);
  Comparison result{0, std::vector<float>(tokens * pairs), std::vector<float>(heads), {}};
  std::vector<float> oddest(tokens);
  constexpr std::size_t tokens_of_a_task = 64;
  const std::size_t tasks = (tokens + tokens_of_a_task - 1) / tokens_of_a_task;
  // Each task has a maximum and sums of its own, added in order below: the same to the bit on any number of threads.
  std::vector<Part> parts(tasks);
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      using In = typename decltype(in)::value_type;
      using Out = typename decltype(out)::value_type;
      const Reader<Out, In> reader(run, at, multipliers, bounds, in, out);
      in_parallel(tasks, 0, [&](std::size_t task) {
        parts[task].heads.resize(heads);
        const std::size_t end = std::min(tokens, (task + 1) * tokens_of_a_task);
        for (std::size_t t = task * tokens_of_a_task; t < end; ++t)
          reader.read(static_cast<std::int64_t>(t), parts[task], result.error.data() + t * pairs, oddest[t]);
      });
    });
  });
  EntrySpread spread;
  std::vector<double> squares(heads);
  for (const Part& part : parts) {
    result.max_abs = std::max(result.max_abs, part.max_abs);
    spread.add(part.spread);
    for (std::size_t h = 0; h < heads; ++h) squares[h] += part.heads[h];
  }
  for (std::size_t h = 0; h < heads; ++h) // a head has as many entries as any other
    result.head_error[h] =
        static_cast<float>(std::sqrt(squares[h] * static_cast<double>(heads) / static_cast<double>(run.shape.size())));
  if (!bounds) return result;
  const auto from = static_cast<float>(spread.odd_from());
  for (std::size_t t = 0; t < tokens; ++t)
    if (oddest[t] > from) result.odd.push_back(static_cast<std::int64_t>(t));
  return result;
}

} // namespace ropescope
