#include "core/check/evidence/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/check/basics/array_numbers.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// One token's rows added to its sums. The inner loop of the whole check: it reads indices from tables, since pairings
/// differ, and leaves angles to the end, since sums of products need none.
template <typename Out, typename In>
void reduce_token(const KernelRun& run, const PairComponents& at, std::int64_t token, const RowFilter& filter,
                  std::span<const In> in, std::span<const Out> out, PairSums* sums, RestSums& rest) {
  const RowShape& shape = run.shape;
  const auto pairs = static_cast<std::size_t>(at.pairs());
  for (std::int64_t outer = 0; outer < shape.outer; ++outer)
    for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
      if (!filter.empty() && !filter[static_cast<std::size_t>(outer * shape.inner + inner)]) continue;
      const std::int64_t row = run.first_number(outer, token, inner);
      const In* x = in.data() + row;
      const Out* y = out.data() + row;
      for (std::size_t i = 0; i < pairs; ++i) {
        const auto a = static_cast<double>(x[at.in_first[i]]), b = static_cast<double>(x[at.in_second[i]]);
        const auto c = static_cast<double>(y[at.out_first[i]]), d = static_cast<double>(y[at.out_second[i]]);
        PairSums& sum = sums[i];
        sum.in += a * a + b * b;
        sum.out += c * c + d * d;
        // (c + i·d)·conj(a + i·b)
        sum.cross_re += c * a + d * b;
        sum.cross_im += d * a - c * b;
      }
      // What should pass unchanged is held against the input at once; no candidate changes that.
      for (const std::int64_t j : at.rest) {
        const auto before = static_cast<double>(x[j]), after = static_cast<double>(y[j]);
        rest.in += before * before;
        rest.error += (after - before) * (after - before);
      }
    }
}

std::vector<double> places_of(const Positions& positions, std::span<const std::int64_t> tokens) {
  std::vector<double> places;
  for (std::int64_t axis = 0; axis < positions.axes; ++axis) {
    auto least = std::numeric_limits<double>::max(), greatest = std::numeric_limits<double>::lowest();
    const std::size_t first = places.size();
    for (const std::int64_t token : tokens) {
      places.push_back(static_cast<double>(positions.at(axis, token)));
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
  Reduced result{{tokens.begin(), tokens.end()}, at.pairs(), {}, {}, {}, places_of(run.positions, tokens), &at};
  const auto pairs = static_cast<std::size_t>(at.pairs());
  result.sums.resize(tokens.size() * pairs);
  result.phasors.resize(tokens.size() * pairs);
  result.rest.resize(tokens.size());
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      // Tokens share nothing, so that each task writes its own; 16 keep tasks long beside what starting one costs.
      constexpr std::size_t tokens_of_a_task = 16;
      in_parallel((tokens.size() + tokens_of_a_task - 1) / tokens_of_a_task, 0, [&](std::size_t task) {
        const std::size_t end = std::min(tokens.size(), (task + 1) * tokens_of_a_task);
        for (std::size_t t = task * tokens_of_a_task; t < end; ++t) {
          PairSums* sums = result.sums.data() + t * pairs;
          reduce_token(run, at, tokens[t], filter, in, out, sums, result.rest[t]);
          // Length and angle once: each candidate that is screened wants them again. Not hypot, which guards against an
          // overflow that sums of squares would have had before, at five times the cost.
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
