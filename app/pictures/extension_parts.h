#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "app/pictures/parts.h"
#include "core/rope/scheme.h"

// What the pictures of context extension share: turns, carpet, transfer, stale cache.

namespace ropescope::pictures {

/// The frequencies (rad/token) of a series before any extension, as many as it has pairs.
inline std::span<const double> trained_of(const Derived& derived, const Series& series) {
  const std::vector<double>& trained = derived.trained().inv_freq;
  return series.layer_type.empty() && trained.size() == series.spectrum.inv_freq.size() ? trained
                                                                                        : series.spectrum.unscaled;
}

/// The length (tokens) that these were trained for.
inline double trained_length_of(const Derived& derived, const Series& series) {
  return series.layer_type.empty() ? derived.trained_length() : trained_length(series.config);
}

/// "YaRN ×16"; without an extension "without extension", as a part of a sentence.
inline std::string_view in_a_sentence(const Canvas& c, const Series& series) {
  if (series.config.scaling.rope_type == RopeType::standard && series.layer_type.empty()) return "without extension";
  return c.words("with {}", series.label);
}

/// Lines at 45° across a rectangle, cut at its edges without a clip, which would cost a call of the driver for each.
/// Those of rectangles side by side meet, as they begin at the window's corner. Lengths in pixels.
inline void hatch_lines(const Canvas& c, Rect r, ImU32 colour, float pitch, float width) {
  // A line is x + y = sum.
  const float first = std::ceil((r.least.x + r.least.y) / pitch) * pitch;
  for (float sum = first; sum < r.greatest.x + r.greatest.y; sum += pitch) {
    const float top = std::max(r.least.y, sum - r.greatest.x), bottom = std::min(r.greatest.y, sum - r.least.x);
    if (bottom - top > 0.5f) c.paint.line({sum - bottom, bottom}, {sum - top, top}, colour, width);
  }
}

} // namespace ropescope::pictures
