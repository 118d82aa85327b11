#include "core/check/error_map.h"

#include <algorithm>
#include <cmath>

namespace ropescope {

namespace {

constexpr std::int64_t step = 16; // tokens of a coarse row

/// Greater, with NaN above everything.
float worse(float a, float b) { return std::isnan(a) || a >= b ? a : b; }

} // namespace

ErrorMap::ErrorMap(std::vector<float> errors, std::int64_t pairs)
    : errors_(std::move(errors)), tokens_(pairs > 0 ? static_cast<std::int64_t>(errors_.size()) / pairs : 0),
      pairs_(pairs) {
  // A screen shows some hundred rows: of a run of 100 000 tokens it would look through all in every frame.
  coarse_.assign(static_cast<std::size_t>((tokens_ + step - 1) / step * pairs_), 0);
  for (std::int64_t t = 0; t < tokens_; ++t)
    for (std::int64_t i = 0; i < pairs_; ++i) {
      float& cell = coarse_[static_cast<std::size_t>(t / step * pairs_ + i)];
      cell = worse(at(t, i), cell);
    }
}

float ErrorMap::greatest(std::int64_t first_token, std::int64_t end_token, std::int64_t first_pair,
                         std::int64_t end_pair) const {
  float most = 0;
  const auto over_pairs = [&](const std::vector<float>& from, std::int64_t row) {
    for (std::int64_t i = first_pair; i < end_pair; ++i)
      most = worse(from[static_cast<std::size_t>(row * pairs_ + i)], most);
  };
  for (std::int64_t t = first_token; t < end_token;) {
    // Coarse rows where they lie wholly within, single ones at the ends.
    const bool whole = t % step == 0 && t + step <= end_token;
    over_pairs(whole ? coarse_ : errors_, whole ? t / step : t);
    t += whole ? step : 1;
  }
  return most;
}

double ErrorScale::share(double error) const {
  // Errors span decades, and each counts alike.
  return std::clamp(std::log(std::max(error, 1e-30) / least) / std::log(greatest / least), 0.0, 1.0);
}

} // namespace ropescope
