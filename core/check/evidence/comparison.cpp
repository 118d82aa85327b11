#include "core/check/evidence/comparison.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check/basics/array_numbers.h"
#include "core/check/evidence/entry_bounds.h"
#include "core/check/evidence/pair_order.h"
#include "core/check/evidence/row_kernel.h"
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
      : run_(run), at_(at), bounds_(bounds), in_(in), out_(out), first_(at.in_first), second_(at.in_second),
        out_first_(at.out_first), out_second_(at.out_second), cos_(static_cast<std::size_t>(at.pairs())), sin_(cos_),
        turned_(cos_), bins_(cos_.size()), multipliers_(multipliers) {
    if (bounds) bound_.emplace(run, bounds->noise);
  }

  /// Of tokens that follow one another, from the first: `error` of each pair, and by how many bounds an entry of the
  /// token is off at most.
  void read(std::int64_t first, std::int64_t count, Part& part, float* error, float* oddest) {
    const RowShape& shape = run_.shape;
    const auto pairs = static_cast<std::size_t>(at_.pairs());
    std::vector<double> squares(static_cast<std::size_t>(count) * pairs);
    // Tokens within an outer row, as reduce() reads them: in the order of the memory.
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t t = 0; t < count; ++t) {
        take_token(static_cast<std::size_t>(first + t));
        for (std::int64_t inner = 0; inner < shape.inner; ++inner)
          part.heads[static_cast<std::size_t>(run_.head_of(outer, inner))] +=
              read_row(run_.first_number(outer, first + t, inner), part,
                       squares.data() + static_cast<std::size_t>(t) * pairs, oddest[t]);
      }
    // Two components a pair, so that the error of a pair has the scale of one number.
    const auto numbers = static_cast<double>(2 * shape.outer * shape.inner);
    for (std::size_t n = 0; n < squares.size(); ++n) error[n] = static_cast<float>(std::sqrt(squares[n] / numbers));
  }

private:
  void take_token(std::size_t token) {
    const std::size_t pairs = cos_.size();
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::complex<double> z = multipliers_[token * pairs + i];
      cos_[i] = z.real();
      sin_[i] = z.imag();
      if (bounds_ && !bounds_->turned.empty()) turned_[i] = static_cast<double>(bounds_->turned[token * pairs + i]);
    }
  }

  /// The numbers x·cos + sign·y·sin; returns the sum of the squares by which they are off.
  double hold(const In* x, const In* y, const Out* out, double sign, Part& part, double* squares, float& oddest) {
    const row_kernel::Row<In, Out> row{cos_.size(), x, y, out};
    const row_kernel::Turn turn{cos_.data(), sin_.data(), turned_.data(), steps_.data()};
    const auto told = row_kernel::hold(row, sign, turn, bound_ ? &bound_->of_all() : nullptr, squares, bins_.data());
    part.max_abs = std::max(part.max_abs, told.most);
    if (!bound_) return told.squares;
    part.spread.add(bins_);
    oddest = std::max(oddest, static_cast<float>(told.odd));
    return told.squares;
  }

  double read_row(std::int64_t row, Part& part, double* squares, float& oddest) {
    const In* x = in_.data() + row;
    const Out* y = out_.data() + row;
    const std::int64_t number = row / run_.shape.head_dim;
    const In *a = first_.of(x), *b = second_.of(x);
    if (bound_) bound_->steps(number, at_.out_first, steps_);
    double of_row = hold(a, b, out_first_.of(y), -1, part, squares, oddest);
    if (bound_) bound_->steps(number, at_.out_second, steps_);
    of_row += hold(b, a, out_second_.of(y), 1, part, squares, oddest);
    if (bound_) bound_->steps(number, at_.rest, steps_);
    for (std::size_t r = 0; r < at_.rest.size(); ++r) {
      const std::int64_t j = at_.rest[r];
      const auto before = static_cast<double>(x[j]);
      const double d = std::abs(static_cast<double>(y[j]) - before);
      part.max_abs = std::max(part.max_abs, d);
      of_row += d * d;
      if (!bound_ || d == 0) continue;
      const double ratio = d / bound_->of(0, before, 0, steps_[r]);
      part.spread.add(ratio);
      oddest = std::max(oddest, static_cast<float>(ratio));
    }
    return of_row;
  }

  const KernelRun& run_;
  const PairComponents& at_;
  const EntryBounds* bounds_;
  std::optional<EntryBound> bound_;
  std::span<const In> in_;
  std::span<const Out> out_;
  PairOrder<In> first_, second_;
  PairOrder<Out> out_first_, out_second_;
  std::vector<double> cos_, sin_, turned_; ///< of the token at hand
  std::vector<double> steps_;
  std::vector<std::int32_t> bins_;
  const Multipliers& multipliers_;
};

} // namespace

Comparison compare(const KernelRun& run, const PairComponents& at, const Multipliers& multipliers,
                   const EntryBounds* bounds) {
  const auto tokens = static_cast<std::size_t>(run.shape.tokens), pairs = static_cast<std::size_t>(at.pairs());
  const auto heads = static_cast<std::size_t>(run.heads);
  Comparison result{0, std::vector<float>(tokens * pairs), std::vector<float>(heads), {}, 0};
  std::vector<float> oddest(tokens);
  constexpr std::size_t tokens_of_a_task = 64;
  const std::size_t tasks = (tokens + tokens_of_a_task - 1) / tokens_of_a_task;
  // Each task has a maximum and sums of its own, added in order below: the same to the bit on any number of threads.
  std::vector<Part> parts(tasks);
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      using In = typename decltype(in)::value_type;
      using Out = typename decltype(out)::value_type;
      in_parallel(tasks, 0, [&](std::size_t task) {
        Reader<Out, In> reader(run, at, multipliers, bounds, in, out);
        parts[task].heads.resize(heads);
        const std::size_t begin = task * tokens_of_a_task, end = std::min(tokens, begin + tokens_of_a_task);
        reader.read(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end - begin), parts[task],
                    result.error.data() + begin * pairs, oddest.data() + begin);
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
  result.odd_from = spread.odd_from();
  const auto from = static_cast<float>(result.odd_from);
  for (std::size_t t = 0; t < tokens; ++t)
    if (oddest[t] > from) result.odd.push_back(static_cast<std::int64_t>(t));
  return result;
}

} // namespace ropescope
