#include "core/rope/positions.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

Positions consecutive_positions(std::int64_t tokens, std::int64_t first) {
  Positions positions{1, std::vector<std::int64_t>(static_cast<std::size_t>(tokens))};
  std::iota(positions.ids.begin(), positions.ids.end(), first);
  return positions;
}

std::int64_t sequence_length(const Positions& positions) {
  return positions.ids.empty() ? 0 : *std::max_element(positions.ids.begin(), positions.ids.end()) + 1;
}

std::vector<std::uint8_t> pair_axes(const RopeConfig& config, std::int64_t axes) {
  const std::int64_t pairs = pair_count(config);
  std::vector<std::uint8_t> axis(static_cast<std::size_t>(pairs), 0);
  if (axes == 1) return axis;
  const std::vector<std::int64_t>& sections = config.mrope_section;
  if (sections.empty())
    throw Error(fmt::format("the positions have {} axes, and the model's config has no mrope_section", axes));
  if (static_cast<std::int64_t>(sections.size()) != axes)
    throw Error(fmt::format("the positions have {} axes, expected {} as in mrope_section", axes, sections.size()));
  for (const std::int64_t section : sections)
    if (section < 0 || section > pairs)
      throw Error(fmt::format("mrope_section holds {}, expected parts of the {} pairs", section, pairs));
  if (std::accumulate(sections.begin(), sections.end(), std::int64_t{0}) != pairs)
    throw Error(fmt::format("mrope_section sums to another number than the {} pairs", pairs));

  if (config.mrope_interleaved) {
    for (std::int64_t i = 0; i < pairs; ++i)
      for (std::int64_t a = 1; a < axes; ++a)
        if (i % 3 == a && i < 3 * sections[static_cast<std::size_t>(a)])
          axis[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(a);
    return axis;
  }
  auto next = axis.begin();
  for (std::size_t a = 0; a < sections.size(); ++a) next = std::fill_n(next, sections[a], static_cast<std::uint8_t>(a));
  return axis;
}

} // namespace ropescope
