#include "core/analysis/rivals/position_schemes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/rope/phase.h"
#include "core/word_vector.h"

namespace ropescope {

namespace {

using Row = std::span<std::complex<float>>;

/// Row and position vector, both of length √pairs as a sinusoidal one has it, over √(2·pairs) each: the score is that
/// of lectures and of common code, q·k/d.
std::complex<float> added(std::complex<float> x, std::complex<double> p, double pairs) {
  return (x * static_cast<float>(std::sqrt(pairs)) + std::complex<float>(p)) / static_cast<float>(std::sqrt(2 * pairs));
}

void add_sines(Row row, std::int64_t position, const PlaceContext& context) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto at = cos_sin_at<double>(position, context.plain[i]);
    row[i] = added(row[i], {at.sin, at.cos}, static_cast<double>(row.size()));
  }
}

/// Before training the rows of the table are random: word_vector("p0") and so on.
void add_table_row(Row row, std::int64_t position, const PlaceContext&) {
  const std::vector<double> p = word_vector(fmt::format("p{}", position), 2 * static_cast<std::int64_t>(row.size()));
  const double length = std::sqrt(static_cast<double>(row.size()));
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = added(row[i], length * std::complex<double>(p[2 * i], p[2 * i + 1]), static_cast<double>(row.size()));
}

void turn(Row row, std::int64_t position, std::span<const std::uint64_t> turns) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto at = cos_sin_at<float>(position, turns[i]);
    row[i] *= std::complex<float>(at.cos, at.sin);
  }
}

void turn_in_force(Row row, std::int64_t position, const PlaceContext& context) { turn(row, position, context.turns); }

/// As core/rope/xpos.h, whose middle of the call cancels in a score; every component turns here.
void turn_and_fade(Row row, std::int64_t position, const PlaceContext& context) {
  constexpr double scale_base = 512; // tokens, as torchscale has it
  const auto pairs = static_cast<double>(row.size());
  turn(row, position, context.plain);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double zeta = (static_cast<double>(i) + 0.4 * pairs) / (1.4 * pairs),
                 exponent = static_cast<double>(position) / scale_base;
    row[i] *= static_cast<float>(std::pow(zeta, context.query ? exponent : -exponent));
  }
}

const PositionScheme rows[] = {
    {.name = "none",
     .title = "none",
     .idea = "nothing tells tokens apart but the causal mask",
     .source = "Kazemnejad et al. 2023, arXiv 2305.19466"},
    {.name = "sinusoidal",
     .title = "sinusoidal",
     .idea = "a vector of sines and cosines is added to each token",
     .source = "Vaswani et al. 2017, arXiv 1706.03762",
     .place = add_sines},
    {.name = "learned",
     .title = "learned",
     .idea = "a row of a learned table is added to each token; random before training",
     .source = "Radford et al. 2018; Devlin et al. 2019, arXiv 1810.04805",
     .place = add_table_row},
    {.name = "alibi",
     .title = "ALiBi",
     .idea = rivals::alibi.idea,
     .source = rivals::alibi.source,
     .bias = &rivals::alibi},
    {.name = "t5", .title = "T5", .idea = rivals::t5.idea, .source = rivals::t5.source, .bias = &rivals::t5},
    {.name = "xpos",
     .title = "xPos",
     .idea = "RoPE whose pairs fade with the distance, fast ones first",
     .source = "Sun et al. 2022, arXiv 2212.10554",
     .place = turn_and_fade},
    {.name = "rope",
     .title = "RoPE",
     .idea = "every pair of query and key is turned by its position",
     .source = "Su et al. 2021, arXiv 2104.09864",
     .place = turn_in_force},
};

} // namespace

std::span<const PositionScheme> position_schemes() { return rows; }

const PositionScheme* find_position_scheme(std::string_view name) {
  const auto found =
      std::find_if(std::begin(rows), std::end(rows), [&](const PositionScheme& row) { return row.name == name; });
  return found == std::end(rows) ? nullptr : &*found;
}

} // namespace ropescope
