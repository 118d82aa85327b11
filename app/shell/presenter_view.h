#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/gesture.h"
#include "app/canvas/grounds.h"
#include "app/canvas/screen_painter.h"
#include "app/lecture/overlays.h"
#include "app/lecture/presenter.h"
#include "app/shell/step_pictures.h"

namespace ropescope::shell {

using namespace canvas;

/// The lecturer's own display, drawn beside a Shell that draws the projector's. It has a context of Dear ImGui of its
/// own, since its letters are of another size.
class PresenterView {
public:
  /// Requires a current OpenGL context of 3.3 or later.
  PresenterView();
  ~PresenterView();
  PresenterView(const PresenterView&) = delete;
  PresenterView& operator=(const PresenterView&) = delete;

  struct Look {
    unsigned stage = 0;                     ///< the projector's picture, a texture; 0: nothing is drawn in its place
    ImVec2 stage_size{};                    ///< its pixels
    const StepPictures* pictures = nullptr; ///< null: there are none
    const Theme* theme = nullptr;           ///< never null
    double now = 0;                         ///< seconds, as the player counts them
    std::string_view wall;                  ///< the time of day, "18:02"
  };
  struct Mouse {
    ImVec2 at{-1e6f, -1e6f}; ///< pixels of the display
    bool down = false;
  };

  /// Draws into the framebuffer that is bound; what a hand does to clock and overview is done to the lectern.
  /// `outside`: draws the words in place of the screen, for tests.
  void frame(int width, int height, float seconds, Lectern&, const Look&, const Mouse&, Painter* outside = nullptr);

  const PresenterPlan& plan() const { return plan_; } ///< of the last frame

private:
  void prepare(int width, int height, float seconds, const Look&, const Mouse&);
  void draw_images(const Look&, const NextPress&);

  ImGuiContext* context_;
  Fonts fonts_;
  PresenterFonts presenter_fonts_;
  PresenterPlan plan_{};
  float scale_ = 0, unit_ = 0;
  std::vector<Ground> grounds_;
  ScreenPainter screen_{grounds_};
  GroundPainter ground_painter_;
  FrameMemory memory_;
  Gesture gesture_;
};

/// The time of day, "18:02".
std::string wall_clock();

} // namespace ropescope::shell
