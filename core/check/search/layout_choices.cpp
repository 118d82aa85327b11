#include "core/check/search/layout_choices.h"

#include <algorithm>
#include <complex>

#include "core/check/causes/all.h"
#include "core/check/causes/output_permuted.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/rotary_dim.h"
#include "core/check/choices/frequencies.h"

namespace ropescope {

namespace {

Pairing other(Pairing pairing) { return pairing == Pairing::half ? Pairing::interleaved : Pairing::half; }

std::vector<Cause> with(std::vector<Cause> causes, const std::vector<Cause>& more) {
  causes.insert(causes.end(), more.begin(), more.end());
  return causes;
}

/// A layout with each pairing and order of output there is.
void add_pairings(LayoutChoices& choices, const std::vector<Cause>& causes, const PairLayout& layout,
                  std::int64_t rotary_dim) {
  choices.add(causes, layout, rotary_dim);
  const cause::OtherPairing paired{
      other(layout.pairing), {}, false, rotary_dim == choices.rotary_dim() ? 0 : rotary_dim};
  const bool reorders = layout.output != layout.pairing;
  PairLayout changed = layout;
  changed.pairing = other(layout.pairing);
  changed.output = changed.pairing;
  choices.add(with(causes, {paired}), changed, rotary_dim);
  changed = layout;
  changed.output = other(layout.output);
  choices.add(with(causes, {cause::OutputPermuted{changed.output}}), changed, rotary_dim);
  changed.pairing = other(layout.pairing);
  // The fourth combination: the other pairing, written in the order that the second did not try.
  if (reorders)
    changed.output = other(changed.pairing);
  else
    changed.output = layout.output;
  choices.add(with(causes, {paired, cause::OutputPermuted{changed.output}}), changed, rotary_dim);
}

/// Whether a few pairs of a few rows turn as those of a rotary part that wide would: a first sight, before layouts are
/// screened.
bool seen_to_turn(const KernelRun& run, std::int64_t dim) {
  PairLayout layout = run.rope.layout.pairs;
  const std::int64_t pairs = dim / 2;
  if (pairs % layout.blocks != 0) return false;
  const PairIndex index = pair_index(layout, run.shape.head_dim, pairs);
  const FrequencyChoice frequencies = expected_frequencies(run, dim);
  constexpr double near = 0.01; // of a pair's length: coarser than any rows, far finer than a pair that turns otherwise
  for (const std::int64_t t : {run.shape.tokens / 3, run.shape.tokens / 2, run.shape.tokens - 1})
    for (const std::int64_t i : {std::int64_t{0}, std::int64_t{1}, pairs / 2}) {
      const auto n = static_cast<std::size_t>(i);
      if (n >= frequencies.turns.theta.size()) return false;
      const std::int64_t row = run.first_number(0, t, 0);
      const std::complex<double> x(run.in.number(row + index.in_first(i)), run.in.number(row + index.in_second(i))),
          y(run.out.number(row + index.out_first(i)), run.out.number(row + index.out_second(i)));
      const double angle = layout.direction * frequencies.turns.theta[n] * run.position(frequencies.turns.axis[n], t);
      if (!(std::abs(y - std::polar(frequencies.gain, angle) * x) <= near * std::abs(x))) return false;
    }
  return true;
}

/// What a kernel may have taken for rotary_dim: the whole head, its parts, and as far as it moved anything.
std::vector<std::int64_t> other_rotary_dims(const KernelRun& run, std::int64_t expected,
                                            std::span<const std::uint8_t> moved) {
  const std::int64_t head_dim = run.shape.head_dim, room = head_dim - run.rope.layout.pairs.offset;
  std::vector<std::int64_t> dims{room};
  const auto last = std::find(moved.rbegin(), moved.rend(), std::uint8_t{1});
  const auto first = std::find(moved.begin(), moved.end(), std::uint8_t{1});
  if (first != moved.end()) {
    const std::int64_t begin = first - moved.begin(), end = moved.rend() - last;
    // Rounded up to whole pairs: the slowest pair may have moved one of its two components alone.
    dims.push_back((run.rope.layout.pairs.trailing ? head_dim - begin : end - run.rope.layout.pairs.offset + 1) / 2 *
                   2);
  }
  for (const std::int64_t divisor : {2, 4, 8}) dims.push_back(room / divisor);
  // Factors of two, as partial_rotary_factor has them, of the head and of what the model turns.
  dims.insert(dims.end(), {2 * expected, expected / 2, expected / 4});
  // Any other that the rows show at first sight.
  for (std::int64_t dim = 4; dim <= room; dim += 2)
    if (seen_to_turn(run, dim)) dims.push_back(dim);
  std::vector<std::int64_t> result;
  for (const std::int64_t dim : dims)
    if (dim >= 2 && dim <= room && dim % 2 == 0 && dim != expected &&
        std::find(result.begin(), result.end(), dim) == result.end())
      result.push_back(dim);
  return result;
}

} // namespace

std::vector<LayoutChoice> layout_choices(const KernelRun& run, std::span<const std::uint8_t> moved) {
  LayoutChoices choices(run);
  const PairLayout& layout = run.rope.layout.pairs;
  const std::int64_t expected = choices.rotary_dim(), head_dim = run.shape.head_dim;
  // Simplest first: of layouts that explain alike the first is taken.
  add_pairings(choices, {}, layout, expected);
  for (const std::int64_t dim : other_rotary_dims(run, expected, moved))
    add_pairings(choices, {cause::RotaryDim{dim, {}}}, layout, dim);
  if (expected + layout.offset < head_dim) { // the right number of components at the wrong end of the head
    PairLayout moved_part = layout;
    moved_part.trailing = !layout.trailing;
    add_pairings(choices, {cause::RotaryDim{expected, layout.trailing ? "first" : "last"}}, moved_part, expected);
  }
  // Vision models pair within the rows' half and within the columns' half of a head.
  if (layout.blocks > 1) {
    PairLayout whole = layout;
    whole.blocks = 1;
    choices.add({cause::OtherPairing{layout.pairing, {}, true, 0}}, whole, expected);
  }
  for (const CauseRow& row : cause_rows())
    if (row.suggest_layouts) row.suggest_layouts(choices);
  // Some configs have frequencies for their own number of pairs alone.
  std::vector<LayoutChoice> all = choices.take();
  std::erase_if(all, [&](const LayoutChoice& choice) {
    return static_cast<std::int64_t>(expected_frequencies(run, choice.rotary_dim).turns.theta.size()) !=
           choice.at.pairs();
  });
  return all;
}

} // namespace ropescope
