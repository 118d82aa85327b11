#pragma once
#include <string>
#include <string_view>

#include "app/pictures/extension_parts.h"
#include "core/analysis/stale_cache.h"

// What the picture of a stale cache is about: two tables, and the numbers that follow. stale_cache.cpp draws them.

namespace ropescope::pictures {

/// Why the keys of a cache are turned otherwise than the query expects.
enum class StaleCause : std::uint8_t {
  length, ///< the table goes by the length of the text, which has grown
  scheme, ///< the keys were stored before the extension was switched on
  base,   ///< the keys were stored under another base
  shift   ///< tokens were evicted, and the keys behind them keep the positions they had
};
inline constexpr std::string_view stale_causes[] = {"length", "scheme", "base", "shift"};

/// The picture's options, which stale_cache.cpp defines.
namespace stale_rows {
const Property& cause();
const Property& cached_at();
const Property& query();
const Property& key_scheme();
const Property& key_base();
const Property& shift();
} // namespace stale_rows

/// What is compared. The query's table is the one in force.
struct StaleSetting {
  StaleCause cause = StaleCause::scheme;
  Spectrum key;            ///< the table of the cached keys
  std::string key_label;   ///< the scheme they were stored under, where that is the cause
  double key_base = 0;     ///< the base, where that is
  std::int64_t cached = 1; ///< keys in the cache when the table changed, tokens
  std::int64_t query = 1;  ///< position of the query, tokens
  std::int64_t shift = 0;  ///< tokens evicted
  std::string refused;     ///< why there is no such table, a sentence; then `key` is the query's

  /// Whether the key so many tokens behind the query was stored before the change.
  bool is_stale(std::int64_t distance) const { return cause == StaleCause::shift || query - distance < cached; }
};

/// Scores over every distance behind the query, from 1 to it.
struct StaleCurves {
  StaleSetting setting;
  std::vector<std::complex<double>> parts; ///< what each pair adds at distance 0
  ScoreCurve fresh, stale;

  StaleKey key(const Spectrum& query) const;
};

/// The numbers at one distance.
struct StaleHere {
  std::int64_t distance = 0; ///< tokens
  bool stored = false;       ///< the key was stored before the change
  std::vector<StaleAngle> angles;
  std::vector<double> whole_error; ///< rad per pair, of any size: whole turns count
  double fresh_score = 0, stale_score = 0;
};

/// The pair of the dials: the selected one; where both tables turn that one alike, which two equal dials would not say,
/// the one that is off most.
std::size_t pair_of_dials(const Scene&, const StaleHere&);

/// Whether a scheme's table depends on the length of the text.
bool goes_by_length(const RopeConfig&);

/// What the scene asks for. Where that cannot be, `refused` says why.
StaleSetting stale_setting(const Scene&, const Derived&);

StaleCurves stale_curves(StaleSetting, const Derived&, gpu::Engines&, Patience);
StaleHere stale_here(const StaleCurves&, const Spectrum& query, std::int64_t distance);

} // namespace ropescope::pictures
