#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/canvas/canvas.h"
#include "app/canvas/stage_fonts.h"
#include "app/lecture/lectern.h"

// What the lecturer's own display shows while the projector shows the stage.

namespace ropescope {

using namespace canvas;

/// Where things lie, pixels.
struct PresenterPlan {
  float unit;        ///< of the design, which is 1920 × 1080
  Rect label, stage; ///< what stands above the projector's picture, and that picture
  Rect notes;        ///< four lines of 30 pixels, or more that are smaller
  Rect facts, keys;  ///< a line each: handles and claims, what keys do
  Rect next_label, next;
  Rect clock, last_row; ///< `last_row`: 240 pixels wide, the projector as the last row sees it
  Rect of_total, pace, wall;
  Rect ask; ///< question and answer
};

/// `stage`: the projector's size, pixels.
PresenterPlan plan_presenter(ImVec2 size, ImVec2 stage);

/// Where a mouse on the lecturer's display is on the stage. A press that began on the stage's picture goes on wherever
/// the mouse is led; one that began elsewhere never reaches it.
class StageHand {
public:
  /// In pixels of the stage, which may lie outside of it while a button is held; nothing: it is not there.
  std::optional<ImVec2> at(const PresenterPlan&, ImVec2 stage, ImVec2 mouse, bool down);
  bool holds() const { return held_; }

private:
  bool held_ = false, elsewhere_ = false; // a press that began on the stage, or beside it
};

/// What the next press does, and which picture shows it; nothing: there is none.
struct NextPress {
  std::string words; ///< "the motion: m 0 → 37", "step 9, “Does it decay?”"
  struct Shown {
    std::size_t step;
    bool end; ///< after its motion
  };
  std::optional<Shown> shown;
};
NextPress next_press(Player&);

/// What the display shows that it cannot know itself. The pictures are drawn by the caller, into the plan's rectangles.
struct PresenterSight {
  double now;            ///< seconds, as the player counts them
  std::string_view wall; ///< "18:02"
  std::string_view next; ///< NextPress::words
  bool has_next_picture = false;
};

/// All but the pictures of the stage, of the last row and of what comes next.
void draw_presenter(const Canvas&, const PresenterFonts&, const PresenterPlan&, const Lectern&, const PresenterSight&);

} // namespace ropescope
