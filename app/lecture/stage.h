#pragma once
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/canvas/stage_fonts.h"
#include "app/lecture/live_numbers.h"
#include "app/lecture/player.h"

// What the projector shows of a step, but for its pictures: they are drawn by the shell.

namespace ropescope {

using namespace canvas;

/// The scale at which no letter of a picture is smaller than 22 pixels on a stage 1080 high, and everything else
/// shrinks and grows with the stage.
float stage_scale(ImVec2 size);

/// Where things lie on a stage, pixels.
struct StagePlan {
  float unit;    ///< of the design, which is 1920 × 1080
  Rect title;    ///< one line
  Rect text;     ///< two lines, whether both are there or not
  Rect pictures; ///< all of them together
  Rect handles;  ///< sliders, in the middle of the foot
  Rect foot;     ///< the lecture's title, the step's number and a cell for each step
};
StagePlan plan_stage(ImVec2 size);

/// A picture of a step and its place.
struct PlacedPicture {
  std::string_view name; ///< as long as the step lives
  Rect area;
};
std::vector<PlacedPicture> place_pictures(const std::vector<lecture::Column>&, Rect, float gap);

/// Title, sentence and foot. The bold words are drawn as strongly as the answer has appeared; their place is kept.
/// `doubted`: hands made a claim of the step untrue, and the bold words fade to half.
void draw_stage(const Canvas&, const StageFonts&, const StagePlan&, const Player&, LiveNumbers&, bool doubted);

/// The colour of words of a sentence: what they speak of, else the answer's or the others'.
ImU32 colour_of(const Theme&, const lecture::Run&);

/// In the place of pictures that cannot be shown.
void draw_cannot(const Canvas&, Rect, std::string_view why);

/// Words of a marked-up line from `at` on, as large as the stage's sentences; returns how wide they are.
float draw_runs(const Canvas&, const StageFonts&, ImVec2 at, const std::vector<lecture::Run>&, float answer,
                const Player&, LiveNumbers&);

/// A dotted ring: here a hand can take hold. Solid under the mouse.
void draw_grab_ring(const Canvas&, ImVec2 centre, float radius, bool solid);

/// The same around a control of any shape: a ring where it is small or a line, a dotted frame around what is wide. What
/// is large can be taken anywhere and has no mark.
void draw_grab_mark(const Canvas&, Rect control, bool solid);

} // namespace ropescope
