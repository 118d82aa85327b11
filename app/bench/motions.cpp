#include "app/bench/motions.h"

#include <algorithm>

#include <epoxy/gl.h>

#include "app/bench/clock.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/shell/shell.h"

namespace ropescope::bench {

namespace {

constexpr double frames_a_second = 30;
constexpr int settling_frames = 400; // until what goes on beside the frames is done

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// A lecture whose clock goes by frames.
class Given {
public:
  Given(const lecture::Lecture& lecture, int width, int height)
      : width_(width), height_(height), framebuffer_(width, height), engines_(gpu::EngineChoice::automatic),
        shell_(default_scene(), engines_) {
    shell_.set_lecture_clock([this] { return now_; });
    shell_.begin_lecture(lecture, "");
  }

  Player& player() { return shell_.lectern()->player; }
  void pass(double seconds) { now_ += seconds; }
  void press() { player().press(now_); }

  /// Draws a frame; what two processors need for it.
  double frame() {
    const double own = thread_ms(), all = cpu_ms();
    framebuffer_.bind();
    shell_.frame(width_, height_, static_cast<float>(1 / frames_a_second), true);
    glFinish();
    const double of_thread = thread_ms() - own;
    return of_thread + std::max(0.0, cpu_ms() - all - of_thread) / 2;
  }
  double settle() {
    for (int i = 0; i < settling_frames && shell_.animated() && !shell_.only_waits(); ++i) frame();
    return frame();
  }

private:
  int width_, height_;
  gpu::Framebuffer framebuffer_;
  gpu::Engines engines_;
  shell::Shell shell_;
  double now_ = 0;
};

} // namespace

std::vector<MotionTimes> measure_motions(const lecture::Lecture& lecture, int width, int height) {
  const gpu::HeadlessContext context;
  Given given(lecture, width, height);
  // Typefaces and shaders are made once, before a lecture begins.
  for (int i = 0; i < 5; ++i) given.frame();
  std::vector<MotionTimes> all;
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    MotionTimes times{.id = lecture.steps[i].id};
    given.pass(1);
    given.player().show_written(i, false);
    times.arrival_ms = given.frame();
    given.settle();
    given.pass(1);
    if (lecture.steps[i].has_motion()) given.press();
    while (given.player().moving()) {
      given.pass(1 / frames_a_second);
      const double ms = given.frame();
      times.mean_ms += ms, ++times.frames;
      times.worst_ms = std::max(times.worst_ms, ms);
    }
    if (times.frames > 0) times.mean_ms /= times.frames;
    times.rest_ms = given.settle();
    all.push_back(std::move(times));
  }
  return all;
}

} // namespace ropescope::bench
