#include "core/analysis/hands.h"

#include <numbers>

#include "core/rope/positions.h"

namespace ropescope {

std::vector<float> unit_rows(Engine& engine, const Spectrum& spectrum, const Positions& positions,
                             std::span<const std::uint8_t> axes) {
  // Interleaved pairs with direction +1 make the result (cos, sin) of each pair.
  constexpr PairLayout as_complex{Pairing::interleaved, Pairing::interleaved, false, +1};
  const RowShape shape{1, positions.tokens(), 1, 2 * spectrum.pairs()};
  std::vector<float> rows(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < rows.size(); i += 2) rows[i] = 1;
  const Rotation rotation{spectrum.turns, spectrum.attention_factor, as_complex, axes, positions};
  engine.rotate(rotation, shape, std::span<const float>(rows), rows);
  return rows;
}

Hands hands_at(Engine& engine, const RopeConfig& config, const Spectrum& spectrum, const Positions& both) {
  std::vector<std::uint8_t> axes;
  if (both.axes > 1) axes = pair_axes(config, both.axes);
  const Positions whole{both.axes, both.ids};
  const std::vector<float> rows = unit_rows(engine, spectrum, whole, axes);
  const auto pairs = static_cast<std::size_t>(spectrum.pairs());
  Hands hands{std::vector<std::complex<float>>(pairs), std::vector<std::complex<float>>(pairs)};
  for (std::size_t i = 0; i < pairs; ++i) {
    // The query's row of 2 × pairs numbers comes first, then the key's.
    hands.query[i] = {rows[2 * i], rows[2 * i + 1]};
    hands.key[i] = {rows[2 * (pairs + i)], rows[2 * (pairs + i) + 1]};
    if (both.whole()) continue;
    // Engines turn by whole positions; what is left over is less than half of one.
    const std::size_t of_axis = axes.empty() ? 0 : 2 * static_cast<std::size_t>(axes[i]);
    const auto rest = [&](std::size_t token) {
      return std::complex<float>(std::polar(1.0, both.fractions[of_axis + token] * spectrum.inv_freq[i]));
    };
    hands.query[i] *= rest(0);
    hands.key[i] *= rest(1);
  }
  return hands;
}

Hands hands_at(Engine& engine, const RopeConfig& config, const Spectrum& spectrum, std::int64_t m, std::int64_t n,
               std::int64_t axis) {
  Positions positions{1, {m, n}};
  if (axis >= 0) {
    positions = {axis_count(config), {}};
    for (std::int64_t a = 0; a < positions.axes; ++a) positions.ids.insert(positions.ids.end(), {a == axis ? m : n, n});
  }
  return hands_at(engine, config, spectrum, positions);
}

Dials dials_of(const Hands& hands, const Spectrum& spectrum, const Spectrum& trained,
               std::span<const double> trained_reach) {
  constexpr double turn = 2 * std::numbers::pi;
  Dials dials;
  dials.inv_freq = spectrum.inv_freq;
  for (std::size_t i = 0; i < hands.query.size(); ++i) {
    const double query = static_cast<double>(std::arg(hands.query[i])),
                 key = static_cast<double>(std::arg(hands.key[i]));
    dials.query.push_back(query);
    dials.key.push_back(key);
    dials.wedge.push_back(query < key ? query - key + turn : query - key);
    dials.turns_trained.push_back(trained.inv_freq[i] * trained_reach[i] / turn);
  }
  return dials;
}

} // namespace ropescope
