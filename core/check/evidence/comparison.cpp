#include "core/check/evidence/comparison.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/array_numbers.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// One token against its multipliers. Unlike sums, this reads every entry, so that a single wrong one is seen.
template <typename Out, typename In>
void compare_token(const KernelRun& run, const PairComponents& at, std::int64_t token, const std::complex<double>* z,
                   std::span<const In> in, std::span<const Out> out, double& max_abs, float* error,
                   std::vector<double>& heads) {
  const RowShape& shape = run.shape;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  std::vector<double> squares(pairs);
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      const std::int64_t row = run.first_number(outer, token, inner);
      const In* x = in.data() + row;
      const Out* y = out.data() + row;
      double of_row = 0;
      for (std::size_t i = 0; i < pairs; ++i) {
        const auto a = static_cast<double>(x[at.in_first[i]]), b = static_cast<double>(x[at.in_second[i]]);
        const double c = static_cast<double>(y[at.out_first[i]]) - (a * z[i].real() - b * z[i].imag()),
                     d = static_cast<double>(y[at.out_second[i]]) - (b * z[i].real() + a * z[i].imag());
        // NaN is never greater: rows that hold it are taken out before (finite_rows).
        max_abs = std::max({max_abs, std::abs(c), std::abs(d)});
        squares[i] += c * c + d * d;
        of_row += c * c + d * d;
      }
      for (const std::int64_t j : at.rest) {
        const double d = static_cast<double>(y[j]) - static_cast<double>(x[j]);
        max_abs = std::max(max_abs, std::abs(d));
        of_row += d * d;
      }
      heads[static_cast<std::size_t>(run.head_of(outer, inner))] += of_row;
    }
  // Two components a pair, so that the error of a pair has the scale of one number.
  const auto count = static_cast<double>(2 * shape.outer * shape.inner);
  for (std::size_t i = 0; i < pairs; ++i) error[i] = static_cast<float>(std::sqrt(squares[i] / count));
}

} // namespace

Comparison compare(const KernelRun& run, const PairComponents& at, const Multipliers& multipliers) {
  const auto tokens = static_cast<std::size_t>(run.shape.tokens), pairs = static_cast<std::size_t>(at.pairs());
  const auto heads = static_cast<std::size_t>(run.heads);
  Comparison result{0, std::vector<float>(tokens * pairs), std::vector<float>(heads)};
  constexpr std::size_t tokens_of_a_task = 64;
  const std::size_t tasks = (tokens + tokens_of_a_task - 1) / tokens_of_a_task;
  // Each task has a maximum and sums of its own, added in order below: the same to the bit on any number of threads.
  std::vector<double> greatest(tasks);
  std::vector<std::vector<double>> by_head(tasks, std::vector<double>(heads));
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      in_parallel(tasks, 0, [&](std::size_t task) {
        const std::size_t end = std::min(tokens, (task + 1) * tokens_of_a_task);
        for (std::size_t t = task * tokens_of_a_task; t < end; ++t)
          compare_token(run, at, static_cast<std::int64_t>(t), multipliers.data() + t * pairs, in, out, greatest[task],
                        result.error.data() + t * pairs, by_head[task]);
      });
    });
  });
  for (std::size_t h = 0; h < heads; ++h) {
    // A head has as many entries as any other.
    double sum = 0;
    for (const std::vector<double>& part : by_head) sum += part[h];
    result.head_error[h] =
        static_cast<float>(std::sqrt(sum * static_cast<double>(heads) / static_cast<double>(run.shape.size())));
  }
  for (const double g : greatest) result.max_abs = std::max(result.max_abs, g);
  return result;
}

} // namespace ropescope
