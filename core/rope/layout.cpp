#include "core/rope/layout.h"

#include <algorithm>
#include <cassert>

namespace ropescope {

std::string_view pairing_name(Pairing pairing) { return pairing == Pairing::half ? "half" : "interleaved"; }

std::optional<Pairing> pairing_from_name(std::string_view name) {
  if (name == "half") return Pairing::half;
  if (name == "interleaved") return Pairing::interleaved;
  return std::nullopt;
}

PairLayout layout_named(std::string_view name, PairLayout layout) {
  const auto pairing = pairing_from_name(name);
  if (!pairing) return layout;
  // A model that writes as it reads goes on doing so under the other pairing; DeepSeek-V3's output stays.
  if (layout.output == layout.pairing) layout.output = *pairing;
  layout.pairing = *pairing;
  return layout;
}

PairIndex pair_index(const PairLayout& layout, std::int64_t head_dim, std::int64_t pairs) {
  assert(layout.offset + 2 * pairs <= head_dim && layout.blocks > 0 && pairs % layout.blocks == 0);
  // At least 1: pair % block is computed for no pairs too.
  const std::int64_t block = std::max<std::int64_t>(1, pairs / layout.blocks);
  // half: firsts are neighbours, seconds lie one block behind them. interleaved: a pair is two neighbours.
  const auto stride = [](Pairing pairing) -> std::int64_t { return pairing == Pairing::half ? 1 : 2; };
  const auto gap = [block](Pairing pairing) -> std::int64_t { return pairing == Pairing::half ? block : 1; };
  const std::int64_t offset = layout.trailing ? head_dim - 2 * pairs - layout.offset : layout.offset;
  return {offset, stride(layout.pairing), gap(layout.pairing), stride(layout.output), gap(layout.output), block};
}

} // namespace ropescope
