#include <algorithm>

#include "core/check/candidates.h"

namespace ropescope {

namespace {

Cause pairing_cause(Pairing measured) { return {"pairing", {{"measured", std::string(pairing_name(measured))}}}; }

Pairing other(Pairing pairing) { return pairing == Pairing::half ? Pairing::interleaved : Pairing::half; }

class Choices {
public:
  explicit Choices(const KernelRun& run) : run_(run) {}

  void add(std::vector<Cause> causes, const PairLayout& layout, std::int64_t rotary_dim) {
    const std::int64_t pairs = rotary_dim / 2, head_dim = run_.shape.head_dim;
    if (rotary_dim < 2 || rotary_dim % 2 != 0 || rotary_dim + layout.offset > head_dim || pairs % layout.blocks != 0)
      return;
    all.push_back(
        {std::move(causes), layout, rotary_dim, pair_components(pair_index(layout, head_dim, pairs), head_dim, pairs)});
  }

  /// A layout with each pairing and order of output there is.
  void add_pairings(const std::vector<Cause>& causes, const PairLayout& layout, std::int64_t rotary_dim) {
    add(causes, layout, rotary_dim);
    const bool reorders = layout.output != layout.pairing;
    PairLayout changed = layout;
    changed.pairing = other(layout.pairing);
    changed.output = changed.pairing;
    add(with(causes, {pairing_cause(changed.pairing)}), changed, rotary_dim);
    changed = layout;
    changed.output = other(layout.output);
    add(with(causes, {{"output_permuted", {}}}), changed, rotary_dim);
    changed.pairing = other(layout.pairing);
    if (reorders)
      changed.output = other(changed.pairing);
    else
      changed.output = layout.output;
    add(with(causes, {pairing_cause(changed.pairing), {"output_permuted", {}}}), changed, rotary_dim);
  }

  std::vector<LayoutChoice> all;

private:
  static std::vector<Cause> with(std::vector<Cause> causes, const std::vector<Cause>& more) {
    causes.insert(causes.end(), more.begin(), more.end());
    return causes;
  }
  const KernelRun& run_;
};

/// What a kernel may have taken for rotary_dim: the whole head, its parts, and as far as it moved anything.
std::vector<std::int64_t> other_rotary_dims(const KernelRun& run, std::int64_t expected,
                                            std::span<const std::uint8_t> moved) {
  const std::int64_t head_dim = run.shape.head_dim, room = head_dim - run.rope.layout.pairs.offset;
  std::vector<std::int64_t> dims{room};
  const auto last = std::find(moved.rbegin(), moved.rend(), std::uint8_t{1});
  const auto first = std::find(moved.begin(), moved.end(), std::uint8_t{1});
  if (first != moved.end()) {
    const std::int64_t begin = first - moved.begin(), end = moved.rend() - last;
    dims.push_back((run.rope.layout.pairs.trailing ? head_dim - begin : end - run.rope.layout.pairs.offset + 1) / 2 *
                   2);
  }
  for (const std::int64_t divisor : {2, 4, 8}) dims.push_back(room / divisor);
  dims.insert(dims.end(), {2 * expected, expected / 2, expected / 4});
  std::vector<std::int64_t> result;
  for (const std::int64_t dim : dims)
    if (dim >= 2 && dim <= room && dim % 2 == 0 && dim != expected &&
        std::find(result.begin(), result.end(), dim) == result.end())
      result.push_back(dim);
  return result;
}

} // namespace

std::vector<LayoutChoice> layout_choices(const KernelRun& run, std::span<const std::uint8_t> moved) {
  Choices choices(run);
  const PairLayout& layout = run.rope.layout.pairs;
  const std::int64_t expected = 2 * pair_count(run.rope), head_dim = run.shape.head_dim;
  choices.add_pairings({}, layout, expected);
  for (const std::int64_t dim : other_rotary_dims(run, expected, moved))
    choices.add_pairings({{"rotary_dim", {{"measured", dim}}}}, layout, dim);
  if (expected + layout.offset < head_dim) {
    PairLayout moved_part = layout;
    moved_part.trailing = !layout.trailing;
    choices.add_pairings(
        {{"rotary_dim", {{"measured", expected}, {"part", std::string(layout.trailing ? "first" : "last")}}}},
        moved_part, expected);
  }
  if (layout.blocks > 1) {
    PairLayout whole = layout;
    whole.blocks = 1;
    choices.add({{"pairing", {{"measured", std::string(pairing_name(layout.pairing))}, {"blocks", std::int64_t{1}}}}},
                whole, expected);
  }
  if (expected < head_dim && layout.pairing == Pairing::half && layout.blocks == 1 && !layout.trailing &&
      head_dim % 2 == 0) {
    // Pairs lie half a head apart, though a part of the head turns.
    PairIndex index = pair_index(layout, head_dim, expected / 2);
    index.in_gap = index.out_gap = head_dim / 2;
    const std::int64_t last = index.in_second(expected / 2 - 1);
    if (last < head_dim)
      choices.all.push_back({{{"pairing", {{"measured", std::string("half")}, {"distance", head_dim / 2}}}},
                             layout,
                             expected,
                             pair_components(index, head_dim, expected / 2)});
  }
  return std::move(choices.all);
}

} // namespace ropescope
