#pragma once
#include "app/canvas/canvas.h"
#include "app/lecture/lectern.h"
#include "app/lecture/stage.h"

// What lies over the stage: each is drawn above everything else.

namespace ropescope {

/// The lower third for the lecturer at one display: notes, question and answer, clock, what comes next.
void draw_strip(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&, double now);

/// What to say of a step, on paper below its stage.
void draw_handout(const Canvas&, Rect, const StagePlan&, const lecture::Step&);

/// The question alone, large, for those who sit in the room.
void draw_question(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&);

/// All steps in a grid; a click goes to one. Returns the step that was clicked.
std::optional<std::size_t> draw_overview(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&);

/// The number that is being typed, with the title that it leads to.
void draw_digits(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&);

void draw_blank(const Canvas&, ImVec2 size);
void draw_pen_strokes(const Canvas&, const StagePlan&, Lectern&);
void draw_pointer(const Canvas&, const StagePlan&, ImVec2 mouse);
void draw_spotlight(const Canvas&, ImVec2 size, const StagePlan&, ImVec2 mouse, float radius);

/// "02:05"
std::string clock_words(double seconds);

} // namespace ropescope
