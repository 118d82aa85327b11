#pragma once
#include <optional>
#include <string_view>

#include "app/pictures/parts.h"

// What the small pictures of the lectures share. Each is one idea that is read from the back row: few words, and none
// where it has no room.

namespace ropescope::pictures {

/// Writes words where they lie wholly in `room` and touch no others; false where they do not, and nothing is written.
bool put(const Canvas&, Rect room, ImVec2 at, ImFont*, ImU32 colour, std::string_view words, Align = Align::left);

/// The largest typeface of numbers in which the words are no wider and no higher than asked for; null where none is.
ImFont* largest_font(const Canvas&, std::string_view words, float width, float height);

/// The height (pixels) of a line of a typeface.
float line_of(ImFont*);

/// A tile: a ground of its own and a rim, whose width is pixels at scale 1; 0: none.
void tile(const Canvas&, Rect, ImU32 fill, ImU32 rim = 0, float rim_width = 0);

/// A straight arrow; `width`: of its shaft, pixels.
void arrow(const Canvas&, ImVec2 from, ImVec2 to, ImU32 colour, float width);

/// A tick or a cross in a square, drawn by strokes, so that it may be as large as it likes.
void draw_tick(const Canvas&, ImVec2 centre, float side, ImU32 colour);
void draw_cross(const Canvas&, ImVec2 centre, float side, ImU32 colour);

/// Words in black or white, whichever is read better on a ground.
ImU32 ink_on(ImU32 ground);

/// What a hand does to an area that can be dragged.
struct Held {
  bool lit = false;        ///< the mouse is on it, or holds it
  bool reset = false;      ///< a double click
  std::optional<float> to; ///< where it was dragged to in this frame: pixels along the axis that it moves on
};

/// An area that a hand drags across (or up and down), as long as the picture says where it is: `at`, pixels. `id` ends
/// with NUL. `handle` is what lectures call it, and tests.
Held hold(const Canvas&, const char* id, std::string_view handle, Rect area, float at, bool across,
          std::string_view help);

/// Sets a property by its key as a hand does; what the scene refuses changes nothing.
void set_by_hand(Scene& next, std::string_view key, const Value&);

/// A value of the config picture that is shown as "?" is no longer, once a hand has changed it anywhere: `key` is the
/// property that was set.
void close_value(Scene& next, std::string_view key);

/// "⁻¹²⁸"
std::string_view superscript(const Canvas&, std::int64_t number);

} // namespace ropescope::pictures
