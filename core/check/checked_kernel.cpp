#include "core/check/checked_kernel.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/rows_not_finite.h"
#include "core/check/causes/not_finite.h"
#include "core/check/check.h"
#include "core/check/not_finite_errors.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// Calls work with the first number of every row of a token that belongs to the head; −1: to any.
template <typename Work>
void for_rows(const KernelRun& run, std::int64_t head, std::int64_t token, Work work) {
  const RowShape& shape = run.shape;
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      const std::int64_t of = run.head_of(outer, inner);
      if (head < 0 || of == head) work(run.first_number(outer, token, inner), of);
    }
}

double angle_of(const KernelRun& run, const PairTurns& turns, std::int64_t token, std::int64_t pair) {
  const auto i = static_cast<std::size_t>(pair);
  if (turns.learned.empty()) return turns.theta[i] * run.position(turns.axis[i], token);
  double sum = 0;
  for (std::int64_t axis = 0; axis < run.positions.axes; ++axis)
    sum += turns.learned[static_cast<std::size_t>(axis) * turns.theta.size() + i] * run.position(axis, token);
  return sum;
}

PairOfRow read_pair(const CheckedKernel& kernel, std::int64_t row, std::int64_t token, std::int64_t pair) {
  // Input and output may be paired otherwise (DeepSeek-V3 reads neighbours and writes halves).
  const auto i = static_cast<std::size_t>(pair);
  const ExpectedRotation& expected = kernel.finding.expected;
  const Array &in = kernel.run.in, &out = kernel.run.out;
  PairOfRow read;
  read.input = {in.number(row + expected.at.in_first[i]), in.number(row + expected.at.in_second[i])};
  read.kernel = {out.number(row + expected.at.out_first[i]), out.number(row + expected.at.out_second[i])};
  read.expected = expected.turned(kernel.run, token, pair, read.input);
  read.theta = expected.turns.theta[i];
  return read;
}

} // namespace

std::complex<double> ExpectedRotation::turned(const KernelRun& run, std::int64_t token, std::int64_t pair,
                                              std::complex<double> input) const {
  const auto z = std::polar(gain, angle_of(run, turns, token, pair)) * input;
  if (second.theta.empty()) return z;
  const auto w = std::polar(gain, angle_of(run, second, token, pair)) * input;
  return {z.real(), w.imag()};
}

PairOfRow CheckedKernel::pair_of_row(std::int64_t head, std::int64_t token, std::int64_t pair) const {
  PairOfRow worst;
  double most = -1;
  for_rows(run, head, token, [&](std::int64_t row, std::int64_t of) {
    PairOfRow read = read_pair(*this, row, token, pair);
    const double error = std::norm(read.kernel - read.expected);
    // NaN is further off than every number; the first row counts in any case.
    if (std::isnan(most) || (most >= 0 && error <= most)) return;
    most = error;
    worst = read;
    worst.head = of;
  });
  return worst;
}

// On demand, and not for every head at once: 32 maps of a long run would not fit into memory.
ErrorMap errors_of_head(const CheckedKernel& kernel, std::int64_t head) {
  const std::int64_t tokens = kernel.run.shape.tokens, pairs = kernel.finding.expected.at.pairs();
  std::vector<float> errors(static_cast<std::size_t>(tokens * pairs));
  constexpr std::int64_t tokens_of_a_task = 64;
  in_parallel(static_cast<std::size_t>((tokens + tokens_of_a_task - 1) / tokens_of_a_task), 0, [&](std::size_t task) {
    const std::int64_t begin = static_cast<std::int64_t>(task) * tokens_of_a_task;
    const ExpectedRotation& expected = kernel.finding.expected;
    std::vector<double> squares(static_cast<std::size_t>(pairs));
    std::vector<std::complex<double>> first(squares.size()), second;
    for (std::int64_t t = begin; t < std::min(tokens, begin + tokens_of_a_task); ++t) {
      // Once for all rows of a token: cos and sin cost more than all else.
      for (std::size_t i = 0; i < first.size(); ++i) {
        const auto pair = static_cast<std::int64_t>(i);
        first[i] = std::polar(expected.gain, angle_of(kernel.run, expected.turns, t, pair));
        if (expected.second.theta.empty()) continue;
        second.resize(first.size());
        second[i] = std::polar(expected.gain, angle_of(kernel.run, expected.second, t, pair));
      }
      std::fill(squares.begin(), squares.end(), 0);
      std::int64_t count = 0;
      for_rows(kernel.run, head, t, [&](std::int64_t row, std::int64_t) {
        count += 2;
        for (std::size_t i = 0; i < squares.size(); ++i) {
          const std::complex<double> input{kernel.run.in.number(row + expected.at.in_first[i]),
                                           kernel.run.in.number(row + expected.at.in_second[i])},
              output{kernel.run.out.number(row + expected.at.out_first[i]),
                     kernel.run.out.number(row + expected.at.out_second[i])};
          const std::complex<double> turned = first[i] * input;
          squares[i] +=
              std::norm(output - (second.empty() ? turned : std::complex(turned.real(), (second[i] * input).imag())));
        }
      });
      for (std::size_t i = 0; i < squares.size(); ++i)
        errors[static_cast<std::size_t>(t * pairs) + i] =
            static_cast<float>(std::sqrt(squares[i] / static_cast<double>(std::max<std::int64_t>(1, count))));
    }
  });
  return {std::move(errors), pairs};
}

void show_what_is_not_finite(CheckedKernel& kernel) {
  if (!kernel.finding.causes.front().is<cause::NotFinite>()) return;
  kernel.finding.errors = errors_of_head(kernel, -1);
  const auto odd = rows_not_finite(kernel.run.out, kernel.run.shape.head_dim);
  for (std::int64_t token = 0; token < kernel.run.shape.tokens; ++token)
    for_rows(kernel.run, -1, token, [&](std::int64_t row, std::int64_t head) {
      if (odd[static_cast<std::size_t>(row / kernel.run.shape.head_dim)])
        kernel.finding.head_error[static_cast<std::size_t>(head)] = std::nanf("");
    });
}

// Shared and const: the view goes on showing it while the next is made.
std::shared_ptr<const CheckedKernel> checked_kernel(KernelRun run, const std::stop_token& stop) {
  auto kernel = std::make_shared<CheckedKernel>();
  kernel->finding = check(run, stop);
  kernel->run = std::move(run);
  show_what_is_not_finite(*kernel);
  return kernel;
}

} // namespace ropescope
