#pragma once
#include <vector>

#include "app/canvas/screen_painter.h"

namespace ropescope::canvas {

/// Fills the framebuffer that is bound with the opaque areas of a frame (Ground), and with `colour` where no panel
/// lies. Most pixels belong to panels, so the whole framebuffer is cleared once in their colour; what lies between them
/// is little and is cleared after it.
class GroundPainter {
public:
  /// `size` in pixels. Grounds of the colour `panel` are below all others.
  void paint(ImVec2 size, const std::vector<Ground>&, ImU32 panel, ImU32 colour);

  /// The rectangles of a window that no panel covers, disjoint.
  const std::vector<Rect>& between(ImVec2 size, const std::vector<Ground>&, ImU32 panel);

private:
  std::vector<float> x_, y_; // where anything begins or ends; kept so that a frame allocates nothing
  std::vector<Rect> between_;
};

} // namespace ropescope::canvas
