#include "core/check/kernel_run.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

constexpr std::size_t numbers_of_a_task = std::size_t{1} << 18;

/// Calls work with the array's numbers, of whichever type they are.
template <typename Work>
auto with_numbers(const Array& array, Work work) {
  if (array.dtype == NumberFormat::float64) return work(std::span<const double>(array.doubles));
  return work(std::span<const float>(array.floats));
}

/// The least index at which `wrong` holds.
template <typename Wrong>
std::optional<std::int64_t> first_where(const Array& array, Wrong wrong) {
  return with_numbers(array, [&](auto numbers) -> std::optional<std::int64_t> {
    std::atomic<std::size_t> first = numbers.size();
    in_parallel((numbers.size() + numbers_of_a_task - 1) / numbers_of_a_task, 0, [&](std::size_t task) {
      const std::size_t end = std::min(numbers.size(), (task + 1) * numbers_of_a_task);
      for (std::size_t i = task * numbers_of_a_task; i < end && i < first; ++i)
        if (wrong(numbers[i])) {
          for (std::size_t now = first; i < now && !first.compare_exchange_weak(now, i);) {
          }
          return;
        }
    });
    return first < numbers.size() ? std::optional(static_cast<std::int64_t>(first)) : std::nullopt;
  });
}

template <typename Out, typename In>
void reduce_token(const KernelRun& run, const PairComponents& at, std::int64_t token, const RowFilter& filter,
                  std::span<const In> in, std::span<const Out> out, PairSums* sums, RestSums& rest) {
  const RowShape& shape = run.shape;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      if (!filter.empty() && !filter[static_cast<std::size_t>(outer * shape.inner + inner)]) continue;
      const std::int64_t row = ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
      const In* x = in.data() + row;
      const Out* y = out.data() + row;
      for (std::size_t i = 0; i < pairs; ++i) {
        const auto a = static_cast<double>(x[at.in_first[i]]), b = static_cast<double>(x[at.in_second[i]]);
        const auto c = static_cast<double>(y[at.out_first[i]]), d = static_cast<double>(y[at.out_second[i]]);
        PairSums& sum = sums[i];
        sum.in += a * a + b * b;
        sum.out += c * c + d * d;
        sum.cross_re += c * a + d * b;
        sum.cross_im += d * a - c * b;
      }
      for (const std::int64_t j : at.rest) {
        const auto before = static_cast<double>(x[j]), after = static_cast<double>(y[j]);
        rest.in += before * before;
        rest.error += (after - before) * (after - before);
      }
    }
}

bool one_position(const Positions& positions) {
  for (std::int64_t axis = 0; axis < positions.axes; ++axis)
    for (std::int64_t token = 1; token < positions.tokens(); ++token)
      if (positions.at(axis, token) != positions.at(axis, 0)) return false;
  return true;
}

} // namespace

double KernelRun::length() const {
  return seq_len.value_or(static_cast<double>(std::max<std::int64_t>(sequence_length(positions), 1)));
}

void require_judgeable(const KernelRun& run) {
  if (run.in.shape != run.out.shape)
    throw Error(fmt::format("the input has shape ({}) and the output ({}), expected the same",
                            fmt::join(run.in.shape, ", "), fmt::join(run.out.shape, ", ")));
  if (run.positions.tokens() != run.shape.tokens)
    throw Error(fmt::format("there are positions for {} tokens, and the arrays have {}", run.positions.tokens(),
                            run.shape.tokens));
  if (run.rope.attention.xpos_scale_base) throw Error("xPos, which also grows and shrinks, cannot be checked yet");
  if (one_position(run.positions))
    throw Error(fmt::format("every row is at position {}: expected at least two positions, to see angles change",
                            run.positions.at(0, 0)));
  if (const auto at = first_where(run.in, [](auto x) { return !std::isfinite(x); }))
    throw Error(fmt::format("the input holds a number at index {} that is not finite, so nothing can be expected of "
                            "the output",
                            *at));
  if (!first_where(run.in, [](auto x) { return x != 0; }))
    throw Error("the input holds zeros alone, and every rotation of zero is zero");
}

std::optional<std::int64_t> first_not_finite(const KernelRun& run) {
  return first_where(run.out, [](auto x) { return !std::isfinite(x); });
}

FiniteRows finite_rows(const KernelRun& run) {
  FiniteRows finite{run, 0};
  const RowShape& shape = run.shape;
  const auto width = static_cast<std::size_t>(shape.head_dim);
  std::vector<std::uint8_t> lost(static_cast<std::size_t>(shape.tokens), 0);
  const auto clear = [&](Array& array, std::size_t row) {
    const auto zero = [&](auto& numbers) { std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(row), width, 0); };
    array.dtype == NumberFormat::float64 ? zero(array.doubles) : zero(array.floats);
  };
  with_numbers(run.out, [&](auto out) {
    for (std::size_t row = 0; row < out.size(); row += width) {
      if (std::all_of(&out[row], &out[row] + width, [](auto x) { return std::isfinite(x); })) continue;
      clear(finite.run.in, row);
      clear(finite.run.out, row);
      lost[row / width / static_cast<std::size_t>(shape.inner) % lost.size()] = 1;
    }
  });
  finite.tokens_lost = std::count(lost.begin(), lost.end(), 1);
  return finite;
}

NumberFormat format_held(const Array& array) {
  if (array.dtype == NumberFormat::bfloat16) return NumberFormat::bfloat16;
  if (array.dtype == NumberFormat::float16) return NumberFormat::float16;
  for (const NumberFormat format : {NumberFormat::bfloat16, NumberFormat::float16})
    if (!first_where(array, [format](auto x) {
          const auto narrow = static_cast<float>(x);
          return static_cast<decltype(x)>(rounded(format, narrow)) != x;
        }))
      return format;
  if (array.dtype == NumberFormat::float64 &&
      first_where(array, [](auto x) { return static_cast<decltype(x)>(static_cast<float>(x)) != x; }))
    return NumberFormat::float64;
  return NumberFormat::float32;
}

PairComponents pair_components(const PairIndex& index, std::int64_t head_dim, std::int64_t pairs) {
  PairComponents at;
  std::vector<std::uint8_t> covered(static_cast<std::size_t>(head_dim), 0);
  for (std::int64_t i = 0; i < pairs; ++i) {
    at.in_first.push_back(index.in_first(i));
    at.in_second.push_back(index.in_second(i));
    at.out_first.push_back(index.out_first(i));
    at.out_second.push_back(index.out_second(i));
    covered[static_cast<std::size_t>(at.out_first.back())] = covered[static_cast<std::size_t>(at.out_second.back())] =
        1;
  }
  for (std::int64_t j = 0; j < head_dim; ++j)
    if (!covered[static_cast<std::size_t>(j)]) at.rest.push_back(j);
  return at;
}

Reduced reduce(const KernelRun& run, const PairComponents& at, std::span<const std::int64_t> tokens,
               const RowFilter& filter) {
  Reduced result{{tokens.begin(), tokens.end()}, at.pairs(), {}, {}, {}};
  const auto pairs = static_cast<std::size_t>(at.pairs());
  result.sums.resize(tokens.size() * pairs);
  result.phasors.resize(tokens.size() * pairs);
  result.rest.resize(tokens.size());
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      constexpr std::size_t tokens_of_a_task = 16;
      in_parallel((tokens.size() + tokens_of_a_task - 1) / tokens_of_a_task, 0, [&](std::size_t task) {
        const std::size_t end = std::min(tokens.size(), (task + 1) * tokens_of_a_task);
        for (std::size_t t = task * tokens_of_a_task; t < end; ++t) {
          PairSums* sums = result.sums.data() + t * pairs;
          reduce_token(run, at, tokens[t], filter, in, out, sums, result.rest[t]);
          for (std::size_t i = 0; i < pairs; ++i)
            result.phasors[t * pairs + i] = {
                std::sqrt(sums[i].cross_re * sums[i].cross_re + sums[i].cross_im * sums[i].cross_im),
                std::atan2(sums[i].cross_im, sums[i].cross_re)};
        }
      });
    });
  });
  return result;
}

Changes changes(const KernelRun& run, std::span<const std::int64_t> tokens, double slack) {
  const RowShape& shape = run.shape;
  const auto width = static_cast<std::size_t>(shape.head_dim);
  std::vector<double> before(width), after(width);
  Changes result;
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      for (std::int64_t outer = 0; outer < shape.outer; ++outer)
        for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
          std::size_t unchanged = 0;
          for (const std::int64_t token : tokens) {
            bool same = true;
            const std::int64_t at = ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
            for (std::size_t j = 0; j < width; ++j) {
              const auto x = static_cast<double>(in[static_cast<std::size_t>(at) + j]),
                         y = static_cast<double>(out[static_cast<std::size_t>(at) + j]);
              before[j] += x * x;
              after[j] += (y - x) * (y - x);
              same &= std::abs(y - x) <= slack * std::abs(x);
            }
            unchanged += same ? 1 : 0;
          }
          result.unchanged.push_back(static_cast<double>(unchanged) / static_cast<double>(tokens.size()));
        }
    });
  });
  for (std::size_t j = 0; j < width; ++j) result.moved.push_back(after[j] > slack * slack * before[j]);
  return result;
}

namespace {

template <typename Out, typename In>
void compare_token(const KernelRun& run, const PairComponents& at, std::int64_t token, const std::complex<double>* z,
                   std::span<const In> in, std::span<const Out> out, double& max_abs, float* error,
                   std::vector<double>& heads) {
  const RowShape& shape = run.shape;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  std::vector<double> squares(pairs);
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      const std::int64_t row = ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
      const In* x = in.data() + row;
      const Out* y = out.data() + row;
      double of_row = 0;
      for (std::size_t i = 0; i < pairs; ++i) {
        const auto a = static_cast<double>(x[at.in_first[i]]), b = static_cast<double>(x[at.in_second[i]]);
        const double c = static_cast<double>(y[at.out_first[i]]) - (a * z[i].real() - b * z[i].imag()),
                     d = static_cast<double>(y[at.out_second[i]]) - (b * z[i].real() + a * z[i].imag());
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
    double sum = 0;
    for (const std::vector<double>& part : by_head) sum += part[h];
    result.head_error[h] =
        static_cast<float>(std::sqrt(sum * static_cast<double>(heads) / static_cast<double>(run.shape.size())));
  }
  for (const double g : greatest) result.max_abs = std::max(result.max_abs, g);
  return result;
}

std::vector<std::int64_t> sample_tokens(std::int64_t tokens, std::int64_t count) {
  std::set<std::int64_t> chosen;
  if (tokens <= count) {
    for (std::int64_t t = 0; t < tokens; ++t) chosen.insert(t);
    return {chosen.begin(), chosen.end()};
  }
  constexpr std::int64_t stretches = 8;
  const std::int64_t neighbours = count / (2 * stretches), spread = count / 2;
  for (std::int64_t s = 0; s < stretches; ++s)
    for (std::int64_t n = 0; n < neighbours; ++n)
      chosen.insert(std::min(tokens - 1, s * (tokens - neighbours) / (stretches - 1) + n));
  for (std::int64_t s = 0; s < spread; ++s) chosen.insert(s * (tokens - 1) / (spread - 1));
  return {chosen.begin(), chosen.end()};
}

} // namespace ropescope
