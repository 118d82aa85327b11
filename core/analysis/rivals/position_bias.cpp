#include "core/analysis/rivals/position_bias.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace ropescope {

namespace {

constexpr const PositionBias* rows[] = {
#define ROPESCOPE_RIVAL(name) &rivals::name,
#include "core/analysis/rivals/list.h"
#undef ROPESCOPE_RIVAL
};

} // namespace

std::span<const PositionBias* const> position_biases() { return rows; }

const PositionBias* find_position_bias(std::string_view name) {
  const auto found =
      std::find_if(std::begin(rows), std::end(rows), [&](const PositionBias* row) { return row->name == name; });
  return found == std::end(rows) ? nullptr : *found;
}

void add_bias(const PositionBias& bias, const BiasHead& head, std::int64_t first, std::span<double> scores) {
  assert(head.head >= 0 && head.head < head.heads && first >= 0);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += bias.bias(first + static_cast<std::int64_t>(i), head);
}

} // namespace ropescope
