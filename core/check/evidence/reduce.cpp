#include "core/check/evidence/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/check/basics/array_numbers.h"
#include "core/check/evidence/pair_order.h"
#include "core/check/evidence/row_kernel.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// The rows of some tokens added to their sums. The inner loop of the whole check: it leaves angles to the end, since
/// sums of products need none.
template <typename Out, typename In>
void reduce_tokens(const KernelRun& run, const PairComponents& at, std::span<const std::int64_t> tokens,
                   const RowFilter& filter, std::span<const In> in, std::span<const Out> out, PairSums* sums,
                   RestSums* rests) {
  const RowShape& shape = run.shape;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  PairOrder<In> first(at.in_first), second(at.in_second);
  PairOrder<Out> out_first(at.out_first), out_second(at.out_second);
  std::vector<double> kinds(4 * pairs * tokens.size());
  // Tokens within an outer row, and not the other way: they lie next to each other in memory, where the rows of one
  // token are megabytes apart and drive each other out of the caches.
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::size_t t = 0; t < tokens.size(); ++t)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
        if (!filter.empty() && !filter[static_cast<std::size_t>(outer * shape.inner + inner)]) continue;
        const std::int64_t row = run.first_number(outer, tokens[t], inner);
        const In* x = in.data() + row;
        const Out* y = out.data() + row;
        double* of_token = kinds.data() + 4 * pairs * t;
        row_kernel::add(pairs, first.of(x), second.of(x), out_first.of(y), out_second.of(y),
                        {of_token, of_token + pairs, of_token + 2 * pairs, of_token + 3 * pairs});
        // What should pass unchanged is held against the input at once; no candidate changes that.
        RestSums& rest = rests[t];
        for (const std::int64_t j : at.rest) {
          const auto before = static_cast<double>(x[j]), after = static_cast<double>(y[j]);
          rest.in += before * before;
          rest.error += (after - before) * (after - before);
        }
      }
  for (std::size_t t = 0; t < tokens.size(); ++t)
    for (std::size_t i = 0; i < pairs; ++i) {
      const double* of = kinds.data() + 4 * pairs * t + i;
      sums[t * pairs + i] = {of[0], of[pairs], of[2 * pairs], of[3 * pairs]};
    }
}

std::vector<double> places_of(const KernelRun& run, std::span<const std::int64_t> tokens) {
  std::vector<double> places;
  for (std::int64_t axis = 0; axis < run.positions.axes; ++axis) {
    auto least = std::numeric_limits<double>::max(), greatest = std::numeric_limits<double>::lowest();
    const std::size_t first = places.size();
    for (const std::int64_t token : tokens) {
      places.push_back(run.position(axis, token));
      least = std::min(least, places.back());
      greatest = std::max(greatest, places.back());
    }
    for (std::size_t t = first; t < places.size(); ++t)
      places[t] = greatest > least ? (places[t] - least) / (greatest - least) : 0;
  }
  return places;
}

} // namespace

Reduced reduce(const KernelRun& run, const PairComponents& at, std::span<const std::int64_t> tokens,
               const RowFilter& filter) {
  Reduced result{{tokens.begin(), tokens.end()}, at.pairs(), {}, {}, {}, places_of(run, tokens), &at};
  const auto pairs = static_cast<std::size_t>(at.pairs());
  result.sums.resize(tokens.size() * pairs);
  result.phasors.resize(tokens.size() * pairs);
  result.rest.resize(tokens.size());
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      // Tokens share nothing, so that each task writes its own; 16 keep tasks long beside what starting one costs.
      constexpr std::size_t tokens_of_a_task = 16;
      in_parallel((tokens.size() + tokens_of_a_task - 1) / tokens_of_a_task, 0, [&](std::size_t task) {
        const std::size_t begin = task * tokens_of_a_task, end = std::min(tokens.size(), begin + tokens_of_a_task);
        reduce_tokens(run, at, tokens.subspan(begin, end - begin), filter, in, out, result.sums.data() + begin * pairs,
                      result.rest.data() + begin);
        // Length and angle once: each candidate that is screened wants them again. Not hypot, which guards against an
        // overflow that sums of squares would have had before, at five times the cost.
        for (std::size_t n = begin * pairs; n < end * pairs; ++n) {
          const PairSums& sum = result.sums[n];
          result.phasors[n] = {std::sqrt(sum.cross_re * sum.cross_re + sum.cross_im * sum.cross_im),
                               std::atan2(sum.cross_im, sum.cross_re)};
        }
      });
    });
  });
  return result;
}

std::vector<std::int64_t> sample_tokens(std::int64_t tokens, std::int64_t count) {
  std::set<std::int64_t> chosen;
  if (tokens <= count) {
    for (std::int64_t t = 0; t < tokens; ++t) chosen.insert(t);
    return {chosen.begin(), chosen.end()};
  }
  // Half for neighbours: fast pairs turn a radian a token, and only neighbours tell them apart from their aliases.
  constexpr std::int64_t stretches = 8;
  const std::int64_t neighbours = count / (2 * stretches), spread = count / 2;
  for (std::int64_t s = 0; s < stretches; ++s)
    for (std::int64_t n = 0; n < neighbours; ++n)
      chosen.insert(std::min(tokens - 1, s * (tokens - neighbours) / (stretches - 1) + n));
  // The other half over the whole run, for slow pairs and for what begins somewhere.
  for (std::int64_t s = 0; s < spread; ++s) chosen.insert(s * (tokens - 1) / (spread - 1));
  return {chosen.begin(), chosen.end()};
}

} // namespace ropescope
