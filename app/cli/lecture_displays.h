#pragma once
#include <memory>
#include <optional>

#include "app/cli/projector.h"
#include "app/gpu/texture_picture.h"
#include "app/lecture/presenter.h"
#include "app/shell/presenter_view.h"
#include "app/shell/shell.h"

namespace ropescope::cli {

/// A lecture on two monitors: the projector shows the stage, the window what the lecturer alone sees. Where there is
/// one monitor, or no lecture, it does nothing.
class LectureDisplays {
public:
  /// Requires that both outlive it, and that the window's context is current in every call.
  LectureDisplays(GLFWwindow* window, shell::Shell& shell, Projector::Listener listener)
      : window_(window), shell_(shell), listener_(std::move(listener)) {}

  /// Opens the projector where a lecture has begun and a second monitor is there, and closes it where one of them has
  /// gone or its window was closed; the lecture goes on at one display. Call it before each frame. Whether there are
  /// two.
  bool update();
  bool are_two() const { return projector_ != nullptr; }
  bool is_due() const; ///< update() would open or close it

  /// In place of the shell's frame: draws the stage once, and the lecturer's view into the window. After Dear ImGui's
  /// back end was told of a new frame.
  void draw(int width, int height, float seconds);
  /// Shows on the projector what was drawn. After the window's buffers were swapped.
  void show();

  /// The lecturer's view goes to the other monitor, and the stage to this one.
  void swap();

  /// Gives all back. Before the window is destroyed.
  void close();

private:
  std::optional<Displays> wanted() const;
  void open(const Displays&);
  void make_room(GLFWmonitor* own, GLFWmonitor* projector);
  void place_hand(const PresenterPlan&);
  void make_stage();

  GLFWwindow* window_;
  shell::Shell& shell_;
  Projector::Listener listener_;
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<gpu::TexturePicture> stage_;
  std::unique_ptr<shell::PresenterView> view_;
  StageHand hand_;
  shell::PresenterView::Mouse mouse_; // on the window
  bool swapped_ = false;
  bool refused_ = false; // the projector's window was closed, or none came up: not again in this lecture
};

} // namespace ropescope::cli
