#pragma once
#include <string>
#include <string_view>

#include "app/canvas/attention.h"
#include "app/canvas/canvas.h"

namespace ropescope::canvas {

/// One continuous quantity: label at the left, value at the right, a knob on a line below.
struct Slider {
  const char* id;
  std::string_view label;
  std::string_view value_text;
  double least, greatest;
  bool logarithmic = false;   ///< where `least` is 0: of the number + 1, as 0 has no logarithm
  bool whole = false;         ///< integers only
  ImU32 colour = 0;           ///< 0: the accent
  std::string_view help = {}; ///< what it is and what it does, shown once the mouse rests on it
};

/// What a hand did to a slider.
enum class Moved { no, dragged, typed, reset };

/// Draws it across `width` from `at`, and changes `value` where it was dragged or typed. Drag and click set it, Ctrl
/// and the wheel and, where it has the focus, the arrow keys step finely. A double click returns Moved::reset, and the
/// caller sets the value. Ctrl+click or Enter opens a field in the value's place; what was typed comes in `typed`, and
/// the caller reads it.
Moved slider(const Canvas&, ImVec2 at, float width, const Slider&, double& value, std::string& typed);

/// A quantity that is typed and has no knob: its label at the left, its value at the right. A click or Enter opens a
/// field in the value's place; what was typed comes in `typed`, and nothing typed is Moved::reset.
Moved typed_line(const Canvas&, const char* id, Rect line, std::string_view label, std::string_view value,
                 std::string_view help, std::string& typed);

/// Two knobs on one line, least first. A drag changes `low` or `high`; of what was typed or is to be reset `high` says
/// which of the two it is, and the caller sets it.
struct RangeMoved {
  Moved moved = Moved::no;
  bool high = false;
};
RangeMoved range_slider(const Canvas&, ImVec2 at, float width, const Slider&, double& low, double& high,
                        std::string& typed);

/// A flat button with its text in the middle. `small`: in small letters though large ones would fit, since a button
/// beside it needs them.
bool button(const Canvas&, const char* id, Rect, std::string_view label, bool selected = false, bool enabled = true,
            std::string_view help = {}, bool small = false);
/// Whether a button of that width needs small letters.
bool needs_small(const Canvas&, float width, std::string_view label);

/// A text that can be clicked.
bool link(const Canvas&, const char* id, ImVec2 at, std::string_view label, std::string_view help = {});

/// An invisible area that takes a click, of the left button alone where nothing else is said.
bool hit(const char* id, Rect, ImGuiButtonFlags buttons = ImGuiButtonFlags_MouseButtonLeft);

/// The same of a control: Tab reaches it, Enter and Space press it, the pointer is a hand over it, `help` says what it
/// is once the mouse rests on it, and it is noted by `key` (its id where that is empty).
bool press(const Canvas&, const char* id, Rect, std::string_view help, std::string_view key = {}, bool enabled = true);

/// How wide (pixels) the lines of show_tooltip() are at most.
float tooltip_width();

/// Words beside the mouse, now; elsewhere after ImGui::SetNextWindowPos().
void show_tooltip(std::string_view words);

} // namespace ropescope::canvas
