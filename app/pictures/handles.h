#pragma once
#include <optional>

#include "app/pictures/parts.h"

// What a lecture lets people grab beside what the pictures themselves have: a property as a slider within the picture.
// Each is noted as "PICTURE HANDLE".

namespace ropescope::pictures {

/// A line of the height of handle_height(): label, slider and value of a property. `least` and `greatest`: what the
/// slider reaches, within what the row allows.
void draw_handle(const Canvas&, const char* id, Rect line, const Property&, double least, double greatest, const Scene&,
                 Scene& next);

/// A point that a hand can drag: where the mouse has moved it to in this frame, in pixels. Drawn larger while the mouse
/// is on it. Noted by its id, with the help words.
std::optional<ImVec2> drag_point(const Canvas&, const char* id, ImVec2 at, std::string_view help);

/// Pixels.
float handle_height(const Canvas&);

/// A control that was noted in this frame under another name too, as a lecture calls it; nothing where there is none.
void note_as(const Canvas&, std::string_view name, std::string_view control);

/// An arrow with a head, from the middle of a circle to its edge; `width` in pixels.
void draw_hand(const Canvas&, ImVec2 from, ImVec2 to, ImU32 colour, float width);

} // namespace ropescope::pictures
