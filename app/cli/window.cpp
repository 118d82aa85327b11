#include <memory>

#include <CLI/CLI.hpp>
#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <fmt/format.h>
#include <imgui_impl_glfw.h>

#include "app/bench/start.h"
#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/kernel_options.h"
#include "app/cli/model_options.h"
#include "app/cli/say.h"
#include "app/cli/still.h"
#include "app/gpu/context.h"
#include "app/gpu/driver_time.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/shell.h"
#include "core/error.h"

namespace ropescope::cli {

namespace {

constexpr int least_width = 800, least_height = 480;
constexpr int frames_after_event = 3; // what Dear ImGui needs to settle after an input
constexpr double greatest_step = 0.1; // seconds; a paused process does not leap

struct Options {
  ModelOptions model;
  KernelFiles kernel;
  std::string theme = "dark", engine = "auto";
  bool times = false;
};

struct Glfw {
  bool running = [] {
    const gpu::DriverTime driver;
    return glfwInit() == GLFW_TRUE;
  }();
  Glfw() = default;
  Glfw(const Glfw&) = delete;
  Glfw& operator=(const Glfw&) = delete;
  ~Glfw() {
    if (running) glfwTerminate();
  }
};

/// OpenGL 4.3, else 3.3 where everything but the GPU engine works. Null where neither comes up.
GLFWwindow* open_window() {
  const gpu::DriverTime driver;
  for (const auto& [major, minor] : {std::pair{4, 3}, std::pair{3, 3}}) {
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, major);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, minor);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    if (GLFWwindow* window = glfwCreateWindow(usual_width, usual_height, "Ropescope", nullptr, nullptr)) {
      glfwSetWindowSizeLimits(window, least_width, least_height, GLFW_DONT_CARE, GLFW_DONT_CARE);
      return window;
    }
  }
  return nullptr;
}

/// The window's loop: draws after something happened, and otherwise waits.
class Window {
public:
  Window(GLFWwindow* window, const Scene& scene, gpu::EngineChoice choice)
      : window_(window), engines_(make_current(window, choice)), shell_(scene, engines_) {
    glfwSetWindowUserPointer(window_, this);
    // Before Dear ImGui's, which call these in turn.
    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int, int pressed, int modifiers) {
      of(w).on_key(key, pressed, modifiers);
    });
    glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
      of(w).shell_.drop({paths, paths + count});
      of(w).touch();
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double, double) { of(w).touch(); });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int, int, int) { of(w).touch(); });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double) { of(w).touch(); });
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned) { of(w).touch(); });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int) { of(w).touch(); });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int) { of(w).touch(); });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).touch(); });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).touch(); });
    glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float, float) { of(w).touch(); });
    ImGui_ImplGlfw_InitForOpenGL(window_, true);
    glfwSwapInterval(1);
  }

  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { ImGui_ImplGlfw_Shutdown(); }

  /// One frame, and when it was finished.
  void time_start() {
    draw(0);
    gpu::finish();
    bench::print_start_times();
  }

  void run() {
    double before = glfwGetTime();
    while (!glfwWindowShouldClose(window_)) {
      if (frames_wanted_ == 0 && shell_.only_waits())
        glfwWaitEventsTimeout(greatest_step);
      else if (frames_wanted_ > 0 || shell_.animated())
        glfwPollEvents();
      else {
        if (shell_.watches())
          wait_for_files();
        else
          glfwWaitEvents();
        before = glfwGetTime(); // the wait is no part of an animation
      }
      if (frames_wanted_ == 0 && !shell_.animated()) continue;
      if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED)) glfwWaitEventsTimeout(greatest_step); // nothing to draw on
      const double now = glfwGetTime();
      const bool worked = shell_.animated();
      draw(static_cast<float>(std::min(now - before, greatest_step)));
      before = now;
      frames_wanted_ = std::max(0, frames_wanted_ - 1);
      if (worked && !shell_.animated()) frames_wanted_ = std::max(1, frames_wanted_); // shows what the last one did
    }
  }

private:
  static Window& of(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }
  static gpu::Engines make_current(GLFWwindow* window, gpu::EngineChoice choice) {
    {
      const gpu::DriverTime driver;
      glfwMakeContextCurrent(window);
    }
    return make_engines(choice);
  }

  void touch() { frames_wanted_ = frames_after_event; }

  void wait_for_files() {
    constexpr double between_looks = 0.5; // seconds
    glfwWaitEventsTimeout(between_looks);
    if (shell_.files_changed()) touch();
  }

  void draw(float seconds) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    if (width == 0 || height == 0) return;
    std::erase_if(pressed_, [this](int key) { return glfwGetKey(window_, key) == GLFW_PRESS; });
    for (const int key : pressed_) compat::hold_key(key, true);
    ImGui_ImplGlfw_NewFrame();
    glViewport(0, 0, width, height);
    shell_.frame(width, height, seconds, true);
    for (const int key : pressed_) compat::hold_key(key, false);
    pressed_.clear();
    const gpu::DriverTime driver;
    glfwSwapBuffers(window_);
  }

  void on_key(int key, int pressed, int modifiers) {
    touch();
    if (pressed == GLFW_PRESS && key >= 0) pressed_.push_back(key);
    if (pressed == GLFW_RELEASE || (shell_.takes_letters() && key != GLFW_KEY_ESCAPE)) return;
    const Request request = shell_.key(key, modifiers);
    if (request == Request::quit)
      glfwSetWindowShouldClose(window_, GLFW_TRUE);
    else if (request == Request::full_screen)
      full_screen();
    else
      shell_.perform(request);
  }

  void full_screen() {
    if (glfwGetWindowMonitor(window_)) {
      glfwSetWindowMonitor(window_, nullptr, 60, 60, usual_width, usual_height, GLFW_DONT_CARE);
      return;
    }
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    if (!monitor) return;
    const GLFWvidmode* mode = glfwGetVideoMode(monitor);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  }

  GLFWwindow* window_;
  gpu::Engines engines_;
  ui::Shell shell_;
  int frames_wanted_ = frames_after_event;
  std::vector<int> pressed_; // since the last frame
};

int open(const Options& options) {
  const gpu::EngineChoice choice = engine_choice(options.engine);
  Scene scene = options.model.scene();
  scene.dark = options.theme == "dark";

  if (!options.kernel.in.empty()) {
    scene.kernel.files = options.kernel;
    scene.kernel.files.config = options.model.config;
    scene.view = View::check;
  }

  const Glfw glfw;
  if (!glfw.running && options.times) throw Error("there is no display here to time a window on");
  if (!glfw.running) {
    const char* name = "overview.png";
    draw_still({.picture = "overview", .out = name, .width = usual_width, .height = usual_height, .engine = choice},
               scene);
    say(fmt::format("There is no display here, so no window: the overview of {} is in {}.", scene.model.name, name));
    say("`ropescope render --picture overview --out FILE.png` draws it of any model; `ropescope --help` lists the "
        "rest.");
    return 0;
  }
  GLFWwindow* window = open_window();
  if (!window) {
    const char* why = nullptr;
    glfwGetError(&why);
    throw Error(fmt::format("no window with OpenGL 3.3 comes up here: {}", why ? why : "the display gave no reason"));
  }
  print_said();
  Window shown(window, scene, choice);
  if (options.times)
    shown.time_start();
  else
    shown.run();
  return 0;
}

} // namespace

void add_window(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  options->model.add_to(app);
  add_kernel_files(app, options->kernel, "--kernel-in", "--kernel-out", false);
  app.add_option("--theme", options->theme)->check(CLI::IsMember({"dark", "light"}))->capture_default_str();
  app.add_flag("--times", options->times)->group(""); // for bench
  add_engine_option(app, options->engine, {"auto", "cpu", "gpu"});
  command = [options](Output&) { return open(*options); };
}

} // namespace ropescope::cli
