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

} // namespace ropescope::canvas
