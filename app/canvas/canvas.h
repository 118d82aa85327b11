#pragma once
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <imgui.h>

#include "app/canvas/fonts.h"
#include "app/canvas/frame_memory.h"
#include "app/canvas/painter.h"
#include "app/canvas/theme.h"

namespace ropescope::canvas {

struct Gesture;
struct Attention;

/// Where a control was drawn in this frame, and the key of what it edits. Tests and lectures find it by the key.
struct Control {
  std::string_view key; ///< lasts until the next frame begins
  Rect area;
  std::string_view help = {}; ///< the words about it, which last as long
};

/// What everything is drawn with. Lengths in the design are at scale 1; `px` turns them into pixels.
struct Canvas {
  Painter& paint;
  FrameMemory& memory; ///< for what this frame alone needs
  const Theme& theme;
  const Fonts& fonts;
  Gesture& gesture; ///< the gesture that is under way on a plot
  float scale;
  ImVec2 mouse;                              ///< far outside where there is none
  bool clicked = false;                      ///< the left button went down in this frame, and no popup takes it
  float resting = 0;                         ///< seconds since the mouse last moved
  bool measured_times = true;                ///< whether times may be shown: they differ from run to run
  std::vector<Control>* controls = nullptr;  ///< note() adds to it; null: nothing is noted
  bool bare = false;                         ///< without read-outs and marks of the present m and n
  Rect within{{-1e9f, -1e9f}, {1e9f, 1e9f}}; ///< a text that does not lie wholly in it is not drawn: no half words
  std::vector<Rect>* taken = nullptr;        ///< where texts stand in this frame, see is_free(); null: it is not kept
  std::string_view title = {}, remark = {};  ///< of a part of another picture: in place of the part's own
  int step = 0;                              ///< of such a part: its number in the order of reading; 0: it has none
  Attention* attention = nullptr;            ///< null in a file, which no mouse and no key points at

  float px(float length) const { return length * scale; }

  /// A line's width in whole pixels; on paper lines are as thin as can be printed.
  float stroke(float width) const { return whole_stroke(px(width) * theme.line_weight); }

  /// Of grids and axes: as thin as a screen shows, and on paper as thin as print does, which has finer dots.
  float hairline() const { return theme.panels ? 1 : stroke(1); }

  Dash dashes(const Dash& of_scale_1) const {
    Dash scaled = of_scale_1;
    for (float& length : scaled.length) length = px(length);
    return scaled;
  }

  /// A straight dashed line; lengths at scale 1.
  void rule(ImVec2 from, ImVec2 to, ImU32 colour, float width, float on, float off) const {
    const ImVec2 ends[] = {from, to};
    paint.polyline(ends, colour, stroke(width), dashes({{on, off, on, off}}));
  }

  void note(std::string_view key, Rect area, std::string_view help = {}) const {
    if (controls) controls->push_back({key, area, help});
  }

  /// Formats words. They last until the next frame begins; no NUL ends them.
  template <typename... Args>
  std::string_view words(fmt::format_string<const Args&...> format, const Args&... args) const {
    const std::size_t size = fmt::formatted_size(format, args...);
    char* text = static_cast<char*>(memory.allocate(size, 1));
    fmt::format_to(text, format, args...);
    return {text, size};
  }

  /// The same as a C string, which Dear ImGui takes as the name of an item.
  template <typename... Args>
  const char* id(fmt::format_string<const Args&...> format, const Args&... args) const {
    const std::size_t size = fmt::formatted_size(format, args...);
    char* text = static_cast<char*>(memory.allocate(size + 1, 1));
    *fmt::format_to(text, format, args...) = '\0';
    return text;
  }

  /// An empty list that lasts as long as the frame, with room for `count`.
  template <typename T>
  std::pmr::vector<T> list_of(std::size_t count) const {
    std::pmr::vector<T> items(&memory);
    items.reserve(count);
    return items;
  }
};

/// grouped() of core/text.h in words that last as long as the frame.
std::string_view grouped(const Canvas&, double value, int decimals = 0);

enum class Align { left, centre, right };

float text_width(ImFont*, std::string_view);

/// Draws text whose top is at `at.y`; returns its width.
float text(const Canvas&, ImVec2 at, ImFont*, ImU32 colour, std::string_view, Align = Align::left);

/// Draws a picture's title in a line of `width`, or Canvas::title behind the number of its step; returns how far it
/// reaches. Nothing, and 0, where Canvas::step is negative: a lecture's step has said it already.
float draw_title(const Canvas&, ImVec2 at, float width, std::string_view title);

/// Whether a rectangle lies in the window and touches no text that this frame has drawn: for what may as well stand
/// elsewhere or be left out.
bool is_free(const Canvas&, Rect);

/// A line from `least` to `greatest.x`: a label at the left and a value at the right. Where both have no room, the
/// label is shortened, then left out; then the value is shortened.
void labelled(const Canvas&, Rect line, ImFont* label_font, std::string_view label, ImFont* value_font,
              std::string_view value);

/// The text, or as much of its beginning as fits, with an ellipsis.
std::string_view shortened(const Canvas&, ImFont*, std::string_view, float width);

/// The same of a text whose end tells more, as a path's does: as much of its end as fits, behind an ellipsis.
std::string_view shortened_before(const Canvas&, ImFont*, std::string_view, float width);

/// Draws words in lines no wider than `width`; returns where the next line would begin.
float wrapped_text(const Canvas&, ImVec2 at, float width, ImFont*, ImU32 colour, std::string_view);

/// How high (pixels) wrapped_text() would draw them.
float wrapped_height(float width, ImFont*, std::string_view words);

/// Words on a ground of their own, so that lines behind them do not cross the letters. Where other words stand already,
/// a line or two higher or lower; left out where these have no room either.
void label_on(const Canvas&, ImVec2 at, ImU32 colour, std::string_view words);

/// The background of a panel, with round corners, below everything else. On paper there is none.
void panel(const Canvas&, Rect);

} // namespace ropescope::canvas
