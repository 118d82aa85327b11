#pragma once
#include <functional>

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

/// Draws the picture of a step as it ends into a rectangle; false: it is not there yet.
using StepImage = std::function<bool(std::size_t step, Rect)>;

/// All steps in a grid, each as it ends; a click goes to one. Returns the step that was clicked.
std::optional<std::size_t> draw_overview(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&,
                                         const StepImage&);

/// The number that is being typed, with the title that it leads to.
void draw_digits(const Canvas&, const StageFonts&, ImVec2 size, const Lectern&);

void draw_blank(const Canvas&, ImVec2 size);
void draw_pen_strokes(const Canvas&, const StagePlan&, const std::vector<Stroke>&);
/// What a hand with the pen draws in this frame, and the pen beside the mouse.
void draw_with_pen(const Canvas&, const StagePlan&, Lectern&);
void draw_pointer(const Canvas&, const StagePlan&, ImVec2 mouse);
/// `strength`: 0 … 1, how far the rest is darkened.
void draw_spotlight(const Canvas&, ImVec2 size, const StagePlan&, ImVec2 mouse, float radius, float strength);

/// How far behind or ahead of the plan, "4 s behind"; nothing where the lecture has no plan.
std::string_view pace_words(const Canvas&, const Player&, double elapsed);

/// "02:05"
std::string clock_words(double seconds);

} // namespace ropescope
