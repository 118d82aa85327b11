#pragma once
#include <string>

#include <imgui.h>

namespace ropescope::canvas {

/// The typefaces of one scale, none of less than 13 pixels at scale 1. Sizes there: body 16, small 14, heading 13, bold
/// 15, title 18, large 24, huge 44 (a headline's few words: Latin, "−" and "×"), mono 16.
struct Fonts {
  ImFont *body = nullptr, *small = nullptr, *heading = nullptr, *bold = nullptr, *title = nullptr, *large = nullptr;
  ImFont* huge = nullptr;
  ImFont *mono = nullptr, *mono_small = nullptr;
  std::string notice; ///< empty, or why the letters are not DejaVu: shown in the window

  /// How one of these fonts looks, for a file that names a typeface by its looks (SVG).
  struct Face {
    bool bold = false, mono = false;
  };
  Face face(const ImFont* font) const {
    if (!notice.empty()) return {.mono = true}; // all are the one bitmap font
    return {font == bold || font == title || font == heading || font == large || font == huge,
            font == mono || font == mono_small};
  }

  /// DejaVu Sans and Sans Mono from `ROPESCOPE_FONTS` (a folder) or the folders where distributions put them;
  /// ImGui's own bitmap letters with a notice where they are in none. Replaces what the atlas held.
  static Fonts load(float scale);
};

} // namespace ropescope::canvas
