#pragma once
#include <imgui.h>

#include "app/canvas/fonts.h"

namespace ropescope::canvas {

/// The typefaces of a lecture's stage beside the others: at scale 1 its title has 40 pixels, its sentences 24, its
/// clock 58 (figures and ":").
struct StageFonts {
  ImFont *title = nullptr, *text = nullptr, *bold = nullptr, *clock = nullptr;

  /// Adds them to the atlas that Fonts::load() has filled at the same scale.
  static StageFonts load(float scale, const Fonts&);
};

/// Those of the lecturer's own display beside them: notes whose em is 30 pixels of a display 1080 high, and a clock of
/// 100 (figures and ":").
struct PresenterFonts {
  StageFonts stage;
  ImFont *notes = nullptr, *clock = nullptr;

  /// Adds them to the atlas that Fonts::load() has filled. `unit`: pixels of one of the design.
  static PresenterFonts load(float scale, float unit, const Fonts&);
};

} // namespace ropescope::canvas
