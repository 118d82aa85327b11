#pragma once
#include <algorithm>
#include <string_view>

#include "app/canvas/widgets.h"
#include "app/scene/derived.h"
#include "app/scene/scene.h"
#include "core/rope/scheme.h"

// What the files of the panel share.

namespace ropescope::shell {

using namespace canvas;

// Pixels at scale 1. Rows keep their height whatever the window's: where it is lower than all of them, the panel
// scrolls. In a window 960 high all rows of a plain model fit, so they are as close as can be read: a slider's knob
// ends 36 below its top (widgets.cpp).
inline constexpr float slider_row = 38, small_line = 17.5f, line_row = 23, margin = 14;

/// Lays rows out from top to bottom.
class Column {
public:
  Column(const Canvas& c, ImVec2 at, float width) : c(c), at_(at), width_(width) {}

  const Canvas& c;
  ImVec2 at() const { return at_; }
  float width() const { return width_; }
  void skip(float height) { at_.y += c.px(height); }
  void skip_slider() { skip(slider_row); }

  /// Dim words over the whole width, with the room of so many lines at least, so that what stands below them does not
  /// move when they change.
  void remark(std::string_view words, int lines) {
    const float end = wrapped_text(c, at_, width_, c.fonts.small, c.theme.dim, words);
    at_.y = std::max(end, at_.y + c.px(small_line) * static_cast<float>(lines)) + c.px(4);
  }

  void heading(const char* words) {
    skip(8);
    text(c, at_, c.fonts.heading, c.theme.dim, words);
    skip(19);
  }

  /// A number that follows from others. `id`: a literal.
  void read_out(const char* id, std::string_view label, std::string_view shown, std::string_view help) {
    const Rect line = this->line();
    hit(id, line);
    c.note(id, line, help);
    explain(c, help);
    offer_value(c, line, shown);
    labelled(c, line, c.fonts.body, label, c.fonts.mono, shown);
    skip(line_row);
  }

  Rect line() const { return {at_, {at_.x + width_, at_.y + c.px(line_row - 2)}}; }

  /// The n-th of `count` buttons side by side, from `left` pixels on.
  Rect cell(int n, int count, float height, float left = 0) const {
    const float gap = c.px(6), from = at_.x + left,
                w = (width_ - left - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    const float x = from + (w + gap) * static_cast<float>(n);
    return {{x, at_.y}, {x + w, at_.y + c.px(height)}};
  }

private:
  ImVec2 at_;
  float width_;
};

/// Whether a scheme has a button and a line in the comparison: those that are always offered, and whichever the model
/// uses.
inline bool is_offered(const Scheme& scheme, const Scene& scene) {
  return scheme.offered || scheme.type == scene.rope.scaling.rope_type;
}

/// The schemes that are drawn beside the one in force, and the model's other layers: boxes with ticks.
void compare_controls(Column&, const Scene&, const Derived*, Scene& next);

} // namespace ropescope::shell
