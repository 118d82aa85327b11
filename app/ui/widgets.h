#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <imgui.h>

#include "app/ui/fonts.h"
#include "app/ui/frame_memory.h"
#include "app/ui/theme.h"

namespace ropescope::ui {

/// A rectangle of the window, in pixels.
struct Rect {
  ImVec2 least, greatest;
  float width() const { return greatest.x - least.x; }
  float height() const { return greatest.y - least.y; }
  bool contains(ImVec2 p) const { return p.x >= least.x && p.x < greatest.x && p.y >= least.y && p.y < greatest.y; }
  Rect inset(float x, float y) const { return {{least.x + x, least.y + y}, {greatest.x - x, greatest.y - y}}; }
};

/// An opaque area below everything else: it is cleared, which costs a fraction of a blended triangle.
struct Ground {
  Rect area;
  ImU32 colour;
};

/// A width of a line in whole pixels: Dear ImGui draws such lines from a texture, others of three times the triangles.
inline float whole_stroke(float pixels) { return std::max(1.0f, std::round(pixels)); }

/// What everything is drawn with. Lengths in the design are at scale 1; `px` turns them into pixels.
struct Canvas {
  ImDrawList* list;
  std::vector<Ground>& grounds; ///< in the order of drawing
  FrameMemory& memory;          ///< for what this frame alone needs
  const Theme& theme;
  const Fonts& fonts;
  float scale;
  ImVec2 mouse;               ///< far outside where there is none
  bool clicked = false;       ///< in this frame, and no popup takes it
  bool measured_times = true; ///< whether times may be shown: they differ from run to run

  float px(float length) const { return length * scale; }

  /// Words that last as long as the frame.
  template <typename... Args>
  std::string_view words(fmt::format_string<const Args&...> format, const Args&... args) const {
    const std::size_t size = fmt::formatted_size(format, args...);
    char* text = static_cast<char*>(memory.allocate(size, 1));
    fmt::format_to(text, format, args...);
    return {text, size};
  }

  /// An empty list that lasts as long as the frame, with room for `count`.
  template <typename T>
  std::pmr::vector<T> list_of(std::size_t count) const {
    std::pmr::vector<T> items(&memory);
    items.reserve(count);
    return items;
  }

  float stroke(float width) const { return whole_stroke(px(width)); }
};

enum class Align { left, centre, right };

float text_width(ImFont*, std::string_view);

/// Draws text whose top is at `at.y`; returns its width.
float text(const Canvas&, ImVec2 at, ImFont*, ImU32 colour, std::string_view, Align = Align::left);

/// The text, or as much of its beginning as fits, with an ellipsis.
std::string_view shortened(const Canvas&, ImFont*, std::string_view, float width);

/// Draws words in lines no wider than `width`; returns where the next line would begin.
float wrapped_text(const Canvas&, ImVec2 at, float width, ImFont*, ImU32 colour, std::string_view);

/// The background of a panel, with round corners. It lies below everything else of the frame, whether that is drawn
/// before or after this call.
void panel(const Canvas&, Rect);

/// An opaque area with square corners, likewise.
void ground(const Canvas&, Rect, ImU32 colour);

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

/// An invisible area that takes a click.
bool hit(const char* id, Rect);

/// Shown beside the mouse while the last item is under it.
void tooltip(const char* words);

} // namespace ropescope::ui
