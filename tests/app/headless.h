#pragma once
#include <optional>
#include <utility>

#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/scene.h"
#include "app/shell/shell.h"

namespace ropescope::test {

/// The window without a window: its frames go into a framebuffer of any size; mouse and keys are moved by hand.
class Headless {
public:
  explicit Headless(int width = 1600, int height = 1000, Scene scene = default_scene())
      : width_(width), height_(height), framebuffer_(std::in_place, width, height), shell(std::move(scene), engines) {}

  void resize(int width, int height) {
    width_ = width, height_ = height;
    framebuffer_.emplace(width, height);
  }
  int width() const { return width_; }
  int height() const { return height_; }

  void frame(bool live, float seconds = 1 / 60.0f) {
    framebuffer_->bind();
    shell.frame(width_, height_, seconds, live);
  }
  void picture_frame() {
    framebuffer_->bind();
    shell.picture_frame(width_, height_);
  }

private:
  int width_, height_;
  gpu::HeadlessContext context_;
  std::optional<gpu::Framebuffer> framebuffer_;

public: // after the context that they need
  gpu::Engines engines{gpu::EngineChoice::automatic};
  shell::Shell shell;
};

} // namespace ropescope::test
