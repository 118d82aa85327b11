#include "core/rope/positions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/error.h"
#include "core/parallel.h"
#include "core/rope/axis_plan.h"

namespace ropescope {

Positions consecutive_positions(std::int64_t tokens, std::int64_t first) {
  Positions positions{1, std::vector<std::int64_t>(static_cast<std::size_t>(tokens))};
  std::iota(positions.ids.begin(), positions.ids.end(), first);
  return positions;
}

Positions positions_of(std::int64_t axes, std::span<const double> values) {
  Positions positions{axes, {}};
  bool whole = true;
  for (const double value : values) {
    if (!(std::abs(value) <= static_cast<double>(greatest_position)))
      throw Error(fmt::format("position {} is beyond ±2^31", value));
    const double id = std::nearbyint(value);
    positions.ids.push_back(static_cast<std::int64_t>(id));
    positions.fractions.push_back(value - id); // exact: both are close to each other
    whole = whole && value == id;
  }
  if (whole) positions.fractions.clear();
  return positions;
}

Extent extent(std::span<const std::int64_t> positions) {
  constexpr std::size_t of_a_task = std::size_t{1} << 16; // some hundredths of a millisecond
  std::vector<Extent> parts((positions.size() + of_a_task - 1) / of_a_task);
  in_parallel(parts.size(), 0, [&](std::size_t task) {
    const std::size_t begin = task * of_a_task;
    Extent part{positions[begin], positions[begin]};
    for (const std::int64_t position : positions.subspan(begin, std::min(of_a_task, positions.size() - begin))) {
      part.least = std::min(part.least, position);
      part.greatest = std::max(part.greatest, position);
    }
    parts[task] = part;
  });
  Extent all = parts.front();
  for (const Extent& part : parts) {
    all.least = std::min(all.least, part.least);
    all.greatest = std::max(all.greatest, part.greatest);
  }
  return all;
}

std::int64_t sequence_length(const Positions& positions) {
  if (positions.ids.empty()) return 0;
  const std::int64_t greatest = extent(positions.ids).greatest;
  // Positions may come from a file unchecked: the greatest int64 plus 1 would overflow.
  return greatest < std::numeric_limits<std::int64_t>::max() ? greatest + 1 : greatest;
}

void check_ranks(std::int64_t cp_size, std::int64_t cp_rank) {
  if (cp_size < 1 || cp_size > greatest_ranks || cp_rank < 0 || cp_rank >= cp_size)
    throw Error(fmt::format("context-parallel rank {} of {}, expected a rank from 0 of at most {}", cp_rank, cp_size,
                            greatest_ranks));
}

namespace {

/// Every check that can fail, before any memory is taken: a number out of a file could ask for all of it.
void check_packed(std::span<const std::int64_t> cu_seqlens, std::span<const std::int64_t> start_positions,
                  std::int64_t cp_size) {
  if (cu_seqlens.size() < 2 || cu_seqlens.front() != 0)
    throw Error("cu_seqlens begins with 0 and has an end for every sequence: expected at least two numbers");
  if (!start_positions.empty() && start_positions.size() + 1 != cu_seqlens.size())
    throw Error(fmt::format("there are {} start positions, expected one for each of the {} sequences",
                            start_positions.size(), cu_seqlens.size() - 1));
  for (std::size_t s = 0; s + 1 < cu_seqlens.size(); ++s) {
    const std::int64_t begin = cu_seqlens[s], end = cu_seqlens[s + 1];
    // Compared before anything is subtracted: from 0 upwards no difference overflows.
    if (end < begin) throw Error(fmt::format("cu_seqlens goes from {} to {}, expected to rise", begin, end));
    if (end > greatest_packed_tokens)
      throw Error(fmt::format("cu_seqlens goes to {}, expected at most {} tokens", end, greatest_packed_tokens));
    if (cp_size > 1 && (end - begin) % (2 * cp_size) != 0)
      throw Error(fmt::format("a sequence of {} tokens, expected a multiple of 2 × {} ranks", end - begin, cp_size));
  }
  for (const std::int64_t start : start_positions)
    if (start < -greatest_position || start > greatest_position)
      throw Error(fmt::format("start position {} is beyond ±2^31", start));
}

} // namespace

Positions packed_positions(std::span<const std::int64_t> cu_seqlens, std::span<const std::int64_t> start_positions,
                           std::int64_t cp_size, std::int64_t cp_rank) {
  check_ranks(cp_size, cp_rank);
  check_packed(cu_seqlens, start_positions, cp_size);
  Positions positions{1, {}};
  positions.ids.reserve(static_cast<std::size_t>(cu_seqlens.back() / cp_size));
  for (std::size_t s = 0; s + 1 < cu_seqlens.size(); ++s) {
    const std::int64_t length = cu_seqlens[s + 1] - cu_seqlens[s];
    const std::int64_t start = start_positions.empty() ? 0 : start_positions[s];
    // Under a causal mask late tokens have more work than early ones. So each rank holds an early chunk and the late
    // chunk that mirrors it, and all ranks work equally long.
    const std::int64_t chunk = cp_size == 1 ? length : length / (2 * cp_size);
    for (std::int64_t i = 0; i < chunk; ++i) positions.ids.push_back(start + cp_rank * chunk + i);
    if (cp_size > 1)
      for (std::int64_t i = 0; i < chunk; ++i) positions.ids.push_back(start + (2 * cp_size - 1 - cp_rank) * chunk + i);
  }
  return positions;
}

std::int64_t grid_tokens(std::int64_t height, std::int64_t width, std::int64_t prefix) {
  if (height < 1 || width < 1 || height > greatest_grid_side || width > greatest_grid_side)
    throw Error(fmt::format("a grid of {} x {} patches, expected 1…{} a side", height, width, greatest_grid_side));
  if (prefix < 0 || prefix > greatest_grid_side)
    throw Error(fmt::format("{} prefix tokens before the grid, expected 0…{}", prefix, greatest_grid_side));
  return height * width + prefix;
}

Positions grid_positions(const RopeConfig& config, std::int64_t height, std::int64_t width, std::int64_t merge,
                         std::int64_t prefix) {
  const std::int64_t tokens = grid_tokens(height, width, prefix);
  if (tokens > greatest_packed_tokens)
    throw Error(
        fmt::format("a grid of {} x {} patches, expected at most {} in all", height, width, greatest_packed_tokens));
  if (merge < 1 || height % merge != 0 || width % merge != 0)
    throw Error(
        fmt::format("a grid of {} x {} patches, expected multiples of the merge size {}", height, width, merge));
  // Positions are integers, so a patch centre (2i + 1)/side − 1 is kept as its numerator; the division by the side is
  // in the frequencies (schemes/frequencies.cpp).
  const auto unit = [&](std::int64_t i, std::int64_t side) {
    if (config.axes.rule == AxisRule::centred_grid) return 2 * i + 1 - side;
    return config.axes.first_patch + i;
  };
  std::vector<std::int64_t> rows(static_cast<std::size_t>(prefix), 0), columns = rows;
  rows.reserve(2 * static_cast<std::size_t>(tokens)); // the columns come behind them
  columns.reserve(static_cast<std::size_t>(tokens));
  // Blocks of merge × merge patches become one token later in such models, so their patches come one after the other.
  // With merge = 1 this is row by row.
  for (std::int64_t top = 0; top < height; top += merge)
    for (std::int64_t left = 0; left < width; left += merge)
      for (std::int64_t y = top; y < top + merge; ++y)
        for (std::int64_t x = left; x < left + merge; ++x) {
          rows.push_back(unit(y, height));
          columns.push_back(unit(x, width));
        }
  rows.insert(rows.end(), columns.begin(), columns.end());
  const std::int64_t axes = axis_count(config) == 3 ? 3 : 2;
  if (axes == 3) rows.insert(rows.begin(), static_cast<std::size_t>(tokens), 0); // one image: frame 0
  return {axes, std::move(rows)};
}

namespace {

/// Blocks of `sections` pairs, one block after the other; round again where there are more pairs.
void fill_blocks(std::vector<std::uint8_t>& axis, std::span<const std::int64_t> sections) {
  std::size_t pair = 0;
  while (pair < axis.size())
    for (std::size_t a = 0; a < sections.size(); ++a)
      for (std::int64_t n = 0; n < sections[a] && pair < axis.size(); ++n) axis[pair++] = static_cast<std::uint8_t>(a);
}

/// ggml has four sections always, and counts them round again where they do not fill the pairs; Hugging Face's code
/// divides the pairs by them, so they must sum to all.
void check_sections(const RopeConfig& config, std::int64_t pairs) {
  const std::span<const std::int64_t> sections = config.axes.mrope_section;
  const bool ggml = config.axes.rule == AxisRule::ggml_sections || config.axes.rule == AxisRule::ggml_interleaved;
  const std::size_t wanted = ggml ? 4 : config.axes.rule == AxisRule::sections ? sections.size() : 3;
  if (sections.size() != wanted)
    throw Error(fmt::format("mrope_section has {} entries, expected {}", sections.size(), wanted));
  for (const std::int64_t section : sections)
    if (section < 0 || section > pairs)
      throw Error(fmt::format("mrope_section holds {}, expected parts of the {} pairs", section, pairs));
  const std::int64_t sum = std::accumulate(sections.begin(), sections.end(), std::int64_t{0});
  if (ggml ? sum < 1 : sum != pairs)
    throw Error(fmt::format("mrope_section sums to another number than the {} pairs", pairs));
}

} // namespace

namespace {

std::vector<std::uint8_t> axes_of(const std::vector<FrequencySource>& sources) {
  std::vector<std::uint8_t> axes;
  for (const FrequencySource& source : sources) axes.push_back(source.axis);
  return axes;
}

} // namespace

std::vector<std::uint8_t> second_axes(const RopeConfig& config, std::int64_t axes) {
  if (!is_mixed(config) || axes == 1) return pair_axes(config, axes);
  pair_axes(config, axes); // refuses what does not fit
  return axes_of(axis_plan(config).second);
}

std::vector<std::uint8_t> pair_axes(const RopeConfig& config, std::int64_t axes) {
  const std::int64_t pairs = pair_count(config);
  std::vector<std::uint8_t> axis(static_cast<std::size_t>(pairs), 0);
  // Text: t, h and w are equal, so the rule does not matter.
  if (axes == 1) return axis;
  const std::vector<std::int64_t>& sections = config.axes.mrope_section;
  const bool by_sections = !of_patches(config.axes.rule) && config.axes.rule != AxisRule::single;
  if (config.axes.rule == AxisRule::single || (by_sections && sections.empty()))
    throw Error(fmt::format("the positions have {} axes, and the model's config has no mrope_section", axes));
  if (axes != axis_count(config))
    throw Error(fmt::format("the positions have {} axes, expected {} as the model has", axes, axis_count(config)));
  if (by_sections) check_sections(config, pairs);
  if (is_mixed(config)) return axes_of(axis_plan(config).pairs);

  switch (config.axes.rule) {
  case AxisRule::single: break;
  case AxisRule::sections:
  case AxisRule::ggml_sections: fill_blocks(axis, sections); break;
  case AxisRule::sections_interleaved:
    for (std::int64_t i = 0; i < pairs; ++i)
      if (i % 3 != 0 && i < 3 * sections[static_cast<std::size_t>(i % 3)])
        axis[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i % 3);
    break;
  case AxisRule::ggml_interleaved:
    for (std::int64_t i = 0, round = std::accumulate(sections.begin(), sections.end(), std::int64_t{0}); i < pairs;
         ++i) {
      // ggml's IMROPE takes the index modulo the sum of the sections; what lies beyond three times an axis's section
      // turns by the fourth position (e).
      const std::int64_t sector = i % round;
      const bool within = sector < 3 * sections[static_cast<std::size_t>(sector % 3)];
      axis[static_cast<std::size_t>(i)] = within ? static_cast<std::uint8_t>(sector % 3) : 3;
    }
    break;
  case AxisRule::sections_ernie: // h and w alternate on the fast pairs, t has the slow ones
    for (std::int64_t i = 0; i < pairs; ++i)
      axis[static_cast<std::size_t>(i)] = i < sections[0] + sections[1] ? static_cast<std::uint8_t>(1 + i % 2) : 0;
    break;
  default: return axes_of(axis_plan(config).pairs); // halves, thirds …: the frequencies restart, the plan has both
  }
  return axis;
}

} // namespace ropescope
