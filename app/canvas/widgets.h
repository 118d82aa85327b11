#pragma once
#include <string>
#include <string_view>

#include "app/canvas/canvas.h"

namespace ropescope::canvas {

/// One continuous quantity: label at the left, value at the right, a knob on a line below.
struct Slider {
  const char* id;
  std::string_view label;
  std::string value_text;
  double least, greatest;
  bool logarithmic = false;
  bool whole = false;  ///< integers only
  ImU32 colour = 0;    ///< 0: the accent
  double fallback = 0; ///< where a double click goes
};

/// Draws it across `width` from `at`, changes `value`; returns true while it is being moved. Drag and click set
/// it, the wheel steps finely, a double click takes the fallback, Ctrl+click opens a field to type any number
/// into, the slider's ends notwithstanding.
bool slider(const Canvas&, ImVec2 at, float width, const Slider&, double& value);

/// Two knobs on one line, least first.
bool range_slider(const Canvas&, ImVec2 at, float width, const Slider&, double& low, double& high);

/// A flat button with its text in the middle.
bool button(const Canvas&, const char* id, Rect, std::string_view label, bool selected = false, bool enabled = true);

/// A text that can be clicked.
bool link(const Canvas&, const char* id, ImVec2 at, std::string_view label);

/// An invisible area that takes a click, of the left button alone where nothing else is said.
bool hit(const char* id, Rect, ImGuiButtonFlags buttons = ImGuiButtonFlags_MouseButtonLeft);

/// Shown beside the mouse while the last item is under it.
void tooltip(const char* words);

} // namespace ropescope::canvas
