#include "core/rope/xpos.h"

#include <cmath>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

namespace {

/// The first axis of positions counts: models with a QueryScale have one position for each token.
template <typename T>
void scale_rows(const RopeConfig& config, const Positions& positions, const RowShape& shape, std::span<T> rows) {
  for (std::int64_t row = 0; row < shape.rows(); ++row) {
    const auto gain = static_cast<T>(query_scale(config, positions.at(0, shape.token_of_row(row))));
    for (T& x : rows.subspan(static_cast<std::size_t>(row * shape.head_dim), static_cast<std::size_t>(shape.head_dim)))
      x *= gain;
  }
}

} // namespace

void apply_xpos(const RopeConfig& config, const Positions& positions, Role role, double call_length,
                std::span<CosSin<double>> table) {
  // Exponents are counted from the middle of the call, so that the greatest gains stay small; in a score the middle
  // cancels, as the query's exponent meets the key's with the opposite sign.
  const double centre = std::ceil(call_length / 2), width = static_cast<double>(config.layout.head_dim);
  const auto pairs = static_cast<std::int64_t>(table.size()) / std::max<std::int64_t>(1, positions.tokens());
  std::size_t entry = 0;
  for (std::int64_t token = 0; token < positions.tokens(); ++token) {
    const double exponent =
        (static_cast<double>(positions.at(0, token)) - centre) / config.attention.xpos_scale_base.value();
    for (std::int64_t i = 0; i < pairs; ++i, ++entry) {
      const double zeta = (2 * static_cast<double>(i) + 0.4 * width) / (1.4 * width);
      const double gain = std::pow(zeta, role == Role::query ? exponent : -exponent);
      // ζ is below 1, least for the first pairs: far from the centre its power becomes 0 or infinite, and scores would
      // be NaN.
      if (!std::isfinite(gain) || gain == 0)
        throw Error(fmt::format("xPos at position {} is beyond double precision", positions.at(0, token)));
      table[entry].cos *= gain;
      table[entry].sin *= gain;
    }
  }
}

void scale_queries(const RopeConfig& config, const Positions& positions, const RowShape& shape, std::span<float> rows) {
  scale_rows(config, positions, shape, rows);
}

void scale_queries(const RopeConfig& config, const Positions& positions, const RowShape& shape,
                   std::span<double> rows) {
  scale_rows(config, positions, shape, rows);
}

} // namespace ropescope
