#pragma once
#include <string>

#include <fmt/format.h>

#include "tests/app/recording_painter.h"

namespace ropescope::test {

namespace words {

inline bool inside(const canvas::Rect& inner, const canvas::Rect& outer) {
  constexpr float rounding = 1.01f; // words begin on whole pixels
  return inner.least.x >= outer.least.x - rounding && inner.least.y >= outer.least.y - rounding &&
         inner.greatest.x <= outer.greatest.x + rounding && inner.greatest.y <= outer.greatest.y + rounding;
}

inline bool overlap(const canvas::Rect& a, const canvas::Rect& b) {
  constexpr float touching = 0.5f;
  return a.least.x < b.greatest.x - touching && b.least.x < a.greatest.x - touching &&
         a.least.y < b.greatest.y - touching && b.least.y < a.greatest.y - touching;
}

inline std::string shown(const RecordingPainter::Word& word) {
  return fmt::format("\"{}\" ({:.0f}, {:.0f})–({:.0f}, {:.0f})", word.text, word.area.least.x, word.area.least.y,
                     word.area.greatest.x, word.area.greatest.y);
}

} // namespace words

/// What is wrong with where words lie, a line each; empty where nothing is.
inline std::string word_faults(const RecordingPainter& drawn, canvas::Rect window) {
  using namespace words;
  std::string said;
  const auto& all = drawn.words;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const canvas::Rect& area = all[i].area;
    if (!inside(area, window)) said += fmt::format("{} leaves the window\n", shown(all[i]));
    if (!inside(area, all[i].clip)) said += fmt::format("{} is cut\n", shown(all[i]));
    for (const canvas::Rect& panel : drawn.panels)
      if (panel.contains(area.least) && !inside(area, panel))
        said += fmt::format("{} leaves its panel\n", shown(all[i]));
    for (std::size_t k = i + 1; k < all.size(); ++k)
      if (overlap(area, all[k].area)) said += fmt::format("{} lies on {}\n", shown(all[i]), shown(all[k]));
  }
  return said;
}

} // namespace ropescope::test
