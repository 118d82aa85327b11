#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/pictures/stale_cache.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

/// A scan of so many terms, a pair at a distance each, is done within a frame.
constexpr std::int64_t terms_at_once = std::int64_t{1} << 26;
constexpr std::int64_t columns = 640; // bins of a curve

double number_or(const Scene& scene, const Property& row, double otherwise) {
  const Value value = scene.options[row];
  const double* number = std::get_if<double>(&value);
  return number ? *number : otherwise;
}

/// Where nobody has chosen: what the scheme in force is known to do.
StaleCause cause_of(const Scene& scene, const Derived& derived) {
  const Value asked = scene.options[stale_rows::cause()];
  if (const std::string* word = std::get_if<std::string>(&asked))
    for (std::size_t i = 0; i < std::size(stale_causes); ++i)
      if (*word == stale_causes[i]) return static_cast<StaleCause>(i);
  const RopeConfig& rope = derived.current().config;
  if (goes_by_length(rope)) return StaleCause::length;
  return rope.scaling.rope_type == RopeType::standard ? StaleCause::shift : StaleCause::scheme;
}

/// The scheme that the keys were stored under: as asked for, else none, and beside that one the first compared.
const Series* stored_series(const Scene& scene, const Derived& derived) {
  const Value asked = scene.options[stale_rows::key_scheme()];
  const std::string* const word = std::get_if<std::string>(&asked);
  const Series* first = nullptr;
  for (const Series& series : derived.series()) {
    if (series.current || !series.layer_type.empty()) continue;
    if (scheme_of(series.config).choice() == (word ? std::string_view(*word) : std::string_view("none")))
      return &series;
    if (!first) first = &series;
  }
  return first;
}

/// Fills in the table of the cached keys. Throws Error where there is none.
void choose_table(StaleSetting& setting, const Scene& scene, const Derived& derived) {
  const Series& current = derived.current();
  switch (setting.cause) {
  case StaleCause::length:
    if (!goes_by_length(current.config))
      throw Error("This scheme does not go by the length of the text: its table never changes");
    setting.key = make_spectrum(current.config, static_cast<double>(setting.cached));
    break;
  case StaleCause::scheme: {
    const Series* const stored = stored_series(scene, derived);
    if (!stored) throw Error("No other scheme is compared: choose one in the panel");
    setting.key = stored->spectrum;
    setting.key_label = stored->label;
    break;
  }
  case StaleCause::base: {
    RopeConfig other = current.config;
    // 10 000 is what programs fall back to that do not read a file's base; a model of that base was often extended by
    // one of 500 000.
    other.base = number_or(scene, stale_rows::key_base(), other.base == 10000 ? 500000 : 10000);
    setting.key_base = other.base;
    setting.key = make_spectrum(other, sequence_length(scene));
    break;
  }
  case StaleCause::shift: break;
  }
  if (setting.key.pairs() != current.spectrum.pairs()) throw Error("The two tables have different numbers of pairs");
}

ScoreCurve curve_over(Engine& engine, std::span<const std::uint64_t> turns, std::span<const ScoreScan::Weight> weights,
                      std::int64_t greatest, bool whole) {
  const std::vector<std::int64_t> edges = log_bin_edges(greatest, columns);
  const ScoreScan scan{.turns = turns, .weights = weights, .first = edges.front()};
  return whole ? score_curve(engine, scan, edges) : coarse_score_curve(engine, scan, edges);
}

double score_of(std::span<const std::uint64_t> turns, std::span<const ScoreScan::Weight> weights,
                std::int64_t distance) {
  return exact_scores({.turns = turns, .weights = weights, .first = distance}, 1).front();
}

} // namespace

std::size_t pair_of_dials(const Scene& scene, const StaleHere& here) {
  const auto chosen = static_cast<std::size_t>(scene.pair);
  constexpr double seen = std::numbers::pi / 180; // less than a degree is no difference to the eye
  if (std::abs(here.angles[chosen].error) >= seen) return chosen;
  const auto most =
      std::max_element(here.angles.begin(), here.angles.end(),
                       [](const StaleAngle& a, const StaleAngle& b) { return std::abs(a.error) < std::abs(b.error); });
  return std::abs(most->error) >= seen ? static_cast<std::size_t>(most - here.angles.begin()) : chosen;
}

bool goes_by_length(const RopeConfig& rope) { return scheme_of(rope).memory != CallMemory::fixed; }

StaleSetting stale_setting(const Scene& scene, const Derived& derived) {
  StaleSetting setting;
  setting.cause = cause_of(scene, derived);
  setting.key = derived.current().spectrum;
  const double trained = std::max(1.0, std::floor(derived.trained_length()));
  const auto whole = [](double tokens) { return std::max<std::int64_t>(1, std::llround(tokens)); };
  setting.cached = whole(number_or(scene, stale_rows::cached_at(), trained));
  const bool shifted = setting.cause == StaleCause::shift;
  if (shifted)
    setting.shift =
        std::min(whole(number_or(scene, stale_rows::shift(), std::max(1.0, trained / 8))), setting.cached - 1);
  setting.query = whole(number_or(scene, stale_rows::query(), static_cast<double>(setting.cached - setting.shift)));
  try {
    choose_table(setting, scene, derived);
  } catch (const Error& error) {
    setting.refused = error.what();
    setting.key = derived.current().spectrum;
  }
  return setting;
}

StaleCurves stale_curves(StaleSetting setting, const Derived& derived, gpu::Engines& engines, Patience patience) {
  StaleCurves numbers{.setting = std::move(setting), .parts = contributions(derived.head()), .fresh = {}, .stale = {}};
  const Spectrum& query = derived.current().spectrum;
  const StaleKey key = numbers.key(query);
  const auto fresh = fresh_weights(numbers.parts), stale = stale_weights(key, numbers.parts);
  const std::int64_t reach = numbers.setting.query;
  const bool whole = patience == Patience::waits || reach * query.pairs() <= terms_at_once;
  numbers.fresh = curve_over(engines.preferred(), query.turns, fresh, reach, whole);
  numbers.stale = curve_over(engines.preferred(), numbers.setting.key.turns, stale, reach, whole);
  return numbers;
}

StaleKey StaleCurves::key(const Spectrum& query) const {
  return {query.turns, setting.key.turns, setting.query, setting.shift};
}

StaleHere stale_here(const StaleCurves& curves, const Spectrum& query, std::int64_t distance) {
  StaleHere here;
  here.distance = std::clamp<std::int64_t>(distance, 0, curves.setting.query);
  here.stored = curves.setting.is_stale(here.distance);
  const StaleKey key = curves.key(query);
  const StaleKey after{query.turns, query.turns, curves.setting.query, 0};
  here.angles = stale_angles(here.stored ? key : after, here.distance);
  here.fresh_score = score_of(query.turns, fresh_weights(curves.parts), here.distance);
  here.stale_score = here.stored ? score_of(curves.setting.key.turns, stale_weights(key, curves.parts), here.distance)
                                 : here.fresh_score;
  const auto n = static_cast<double>(curves.setting.query - here.distance);
  for (std::size_t i = 0; i < query.inv_freq.size(); ++i)
    here.whole_error.push_back(here.stored ? n * query.inv_freq[i] - (n + static_cast<double>(curves.setting.shift)) *
                                                                         curves.setting.key.inv_freq[i]
                                           : 0);
  return here;
}

} // namespace ropescope::pictures
