#include "core/analysis/axis_places.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ropescope {

namespace {

constexpr double turn = 2 * std::numbers::pi;

double extent_of(const Positions& positions, std::int64_t axis) {
  const std::int64_t tokens = positions.tokens();
  if (tokens == 0) return 0;
  double least = positions.value(axis, 0), greatest = least;
  for (std::int64_t t = 1; t < tokens; ++t) {
    least = std::min(least, positions.value(axis, t));
    greatest = std::max(greatest, positions.value(axis, t));
  }
  return greatest - least;
}

/// The least distance of two neighbours in the order of size.
double least_step(std::vector<double> positions) {
  std::sort(positions.begin(), positions.end());
  double step = 0;
  for (std::size_t i = 1; i < positions.size(); ++i)
    if (const double apart = positions[i] - positions[i - 1]; apart > 0 && (step == 0 || apart < step)) step = apart;
  return step;
}

/// The place of the least wavelength above `beyond`, up to `last`.
std::optional<std::size_t> least_wavelength(const std::vector<double>& inv_freq, double beyond, double last) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const double lambda = wavelength(inv_freq[i]);
    if (lambda > beyond && lambda <= last && (!found || inv_freq[i] > inv_freq[*found])) found = i;
  }
  return found;
}

} // namespace

std::vector<AxisPlaces> places_on_axes(const RopeConfig& config, const Spectrum& spectrum, const Positions& now,
                                       const std::optional<Positions>& trained) {
  const std::vector<std::uint8_t> turned_by = pair_axes(config, now.axes);
  std::vector<AxisPlaces> all;
  for (std::int64_t axis = 0; axis < now.axes; ++axis) {
    AxisPlaces& places = all.emplace_back();
    places.name = now.axes == 1 ? "position" : axis_name(config, axis);
    for (std::int64_t t = 0; t < now.tokens(); ++t) places.positions.push_back(now.value(axis, t));
    if (const auto [least, greatest] = std::minmax_element(places.positions.begin(), places.positions.end());
        least != places.positions.end())
      places.least = *least, places.greatest = *greatest;
    places.extent = places.greatest - places.least;
    places.trained_extent = trained ? extent_of(*trained, axis) : 0;
    places.step = least_step(places.positions);
    for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
      if (turned_by[i] != axis || !(spectrum.inv_freq[i] > 0)) continue;
      const double theta = spectrum.inv_freq[i];
      places.pairs.push_back(static_cast<std::int64_t>(i));
      places.inv_freq.push_back(theta);
      places.turns.push_back(places.extent * theta / turn);
      places.trained_turns.push_back(places.trained_extent * theta / turn);
    }
    if (places.trained_extent <= 0) continue;
    places.first_new_turn = least_wavelength(places.inv_freq, places.trained_extent, places.extent);
    places.next_new_turn = least_wavelength(places.inv_freq, places.trained_extent, HUGE_VAL);
  }
  return all;
}

double riflex_wavelength(double extent) { return extent / 0.9; }

} // namespace ropescope
