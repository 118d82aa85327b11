#include "app/bench/frame.h"

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/bench/clock.h"
#include "app/canvas/imgui_compat.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/picture.h"
#include "app/scene/property.h"
#include "app/shell/shell.h"

namespace ropescope::bench {

namespace {

// Five frames until windows have their sizes, fonts are uploaded and shaders compiled; 30 for a steady median.
constexpr int warm_up = 5, usual_rounds = 30;

struct Sample {
  double cpu, wall;
};

/// What one frame costs up to finished pixels: without glFinish the driver would still draw after the clock stops.
template <typename Draw>
Sample timed(Draw draw) {
  const double cpu = cpu_ms(), wall = wall_ms();
  draw();
  glFinish();
  return {cpu_ms() - cpu, wall_ms() - wall};
}

struct Samples {
  std::vector<double> cpu, wall;
  void add(Sample s) {
    cpu.push_back(s.cpu);
    wall.push_back(s.wall);
  }
};

/// Four schemes beside each other, out to 1 048 576 tokens.
Scene measured_scene() {
  Scene scene = default_scene();
  set_factor(scene, 256);
  return scene;
}

void measure_overview(FrameTimes& times, int width, int height) {
  const gpu::Framebuffer framebuffer(width, height);
  gpu::Engines engines(gpu::EngineChoice::automatic);
  shell::Shell shell(measured_scene(), engines);
  const auto frame = [&] {
    framebuffer.bind();
    shell.frame(width, height, 1 / 60.0f, true);
  };
  for (int i = 0; i < warm_up; ++i) frame();
  glFinish();
  Samples idle, changing;
  for (int i = 0; i < usual_rounds; ++i) {
    // Changed and unchanged frames take turns, for the same reason as in app/bench/engines.cpp.
    Scene moved = shell.scene();
    moved.rope.base += 1;
    shell.show(std::move(moved));
    changing.add(timed(frame));
    timed(frame); // the first frame after a change still finishes work of that change: it is no idle frame
    idle.add(timed(frame));
  }
  times.idle_ms = median(idle.cpu);
  times.idle_wall_ms = median(idle.wall);
  times.changing_ms = median(changing.cpu);
  times.changing_wall_ms = median(changing.wall);
}

/// Processor time (ms) of Dear ImGui's demo window: a yardstick that everybody can run on their machine.
std::vector<double> measure_demo(int width, int height) {
  const gpu::Framebuffer framebuffer(width, height);
  compat::make_context();
  const auto frame = [&] {
    framebuffer.bind();
    ImGui::GetIO().DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    ImGui::ShowDemoWindow();
    ImGui::SetWindowPos("Dear ImGui Demo", {0, 0});
    ImGui::SetWindowSize("Dear ImGui Demo", ImGui::GetIO().DisplaySize);
    ImGui::Render();
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  };
  for (int i = 0; i < warm_up; ++i) frame();
  glFinish();
  Samples samples;
  for (int i = 0; i < usual_rounds; ++i) samples.add(timed(frame));
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
  return samples.cpu;
}

} // namespace

FrameTimes measure_frame(int width, int height) {
  const gpu::HeadlessContext context;
  FrameTimes times{.size = fmt::format("{}x{}", width, height)};
  // The demo is measured before and after the Overview: a processor that becomes slower or faster meanwhile counts on
  // both sides.
  std::vector<double> demo = measure_demo(width, height);
  measure_overview(times, width, height);
  const std::vector<double> after = measure_demo(width, height);
  demo.insert(demo.end(), after.begin(), after.end());
  times.imgui_demo_ms = median(std::move(demo));
  return times;
}

std::vector<PictureTimes> measure_pictures(int width, int height, int rounds) {
  const gpu::HeadlessContext context;
  std::vector<PictureTimes> all;
  const Property& edge = *find_property("yarn.beta_fast");
  for (const Picture* picture : all_pictures()) {
    if (picture->needs_files || picture->tab.empty()) continue;
    const gpu::Framebuffer framebuffer(width, height);
    gpu::Engines engines(gpu::EngineChoice::automatic);
    Scene scene = default_scene();
    scene.view = picture->name;
    shell::Shell shell(std::move(scene), engines);
    const auto frame = [&] {
      framebuffer.bind();
      shell.frame(width, height, 1 / 60.0f, true);
    };
    // Until what goes on beside the frames is done; a picture that never ends is measured as it is.
    constexpr int most_frames = 400;
    for (int i = 0; i < warm_up || (i < most_frames && shell.animated()); ++i) frame();
    glFinish();
    Samples unchanged, distance, edges;
    for (int i = 0; i < rounds; ++i) {
      Scene moved = shell.scene();
      moved.m = 137 + i % 9;
      shell.show(std::move(moved));
      distance.add(timed(frame));
      moved = shell.scene();
      set(moved, edge, 32 - 0.05 * (i % 9));
      shell.show(std::move(moved));
      edges.add(timed(frame));
      for (int rest = 0; rest < most_frames && shell.animated(); ++rest) frame();
      timed(frame);
      unchanged.add(timed(frame));
    }
    all.push_back({std::string(picture->name), median(unchanged.wall), median(distance.wall), median(edges.wall)});
  }
  return all;
}

} // namespace ropescope::bench
