#pragma once
#include <vector>

#include "app/ui/widgets.h"

namespace ropescope::ui {

/// Clears the framebuffer that is bound to the grounds of a frame, `colour` between them. Most pixels are a panel's and
/// come with one clear of everything; what lies between panels is little and is cleared after it.
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

} // namespace ropescope::ui
