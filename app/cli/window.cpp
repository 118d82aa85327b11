#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>
#include <GLFW/glfw3.h>
#include <epoxy/gl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <imgui_impl_glfw.h>

#include "app/bench/start.h"
#include "app/canvas/imgui_compat.h"
#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/kernel_options.h"
#include "app/cli/lecture_displays.h"
#include "app/cli/lecture_file.h"
#include "app/cli/say.h"
#include "app/cli/scene_options.h"
#include "app/cli/still.h"
#include "app/gpu/context.h"
#include "app/gpu/driver_time.h"
#include "app/scene/called.h"
#include "app/scene/opened.h"
#include "app/scene/picture.h"
#include "app/scene/scene_file.h"
#include "app/shell/session.h"
#include "app/shell/shell.h"
#include "core/error.h"

namespace ropescope::cli {

namespace {

// Pixels: about half of the size that the window is designed for. Words shrink with it, and must still be read.
constexpr int least_width = 800, least_height = 480;
// Frames drawn after an input. Dear ImGui needs more than one: a click is seen in one frame, changes sizes in the next.
// Fewer would leave a window half drawn until the next input; more only cost power.
constexpr int frames_after_event = 3;
// Seconds that an animation moves on in one frame, at most: after the process was stopped for a minute it goes on where
// it was. Also the time between frames while the window only waits for a result.
constexpr double greatest_step = 0.1;

struct Options {
  SceneOptions scene;
  KernelFiles kernel;
  std::string engine, lecture, step;
  bool gives_lecture = false;
  bool times = false, no_session = false, own_dialogs = false;

  /// Whether something was named to begin with, so that it is not where the last session ended.
  bool names_a_beginning() const {
    return !scene.file.empty() || !scene.scene.empty() || !scene.pose.empty() || scene.model.given() ||
           scene.model.changes() || !kernel.in.empty();
  }

  /// The last session's scene with what else was asked for.
  Scene on(Scene last) const {
    if (!scene.theme.empty()) set(last, *find_property("theme"), scene.theme);
    if (!engine.empty()) last.engine = engine_choice(engine);
    return last;
  }
};

/// GLFW, in use as long as this lives. `running`: whether it works, which without a display it does not.
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

using Place = shell::WindowPlace;

/// The monitor on which most of the window lies: the projector, where it was moved there. Null where there is none.
GLFWmonitor* monitor_below(const Place& window) {
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  GLFWmonitor* best = glfwGetPrimaryMonitor();
  std::int64_t most = 0;
  for (int i = 0; i < count; ++i) {
    int x = 0, y = 0;
    glfwGetMonitorPos(monitors[i], &x, &y);
    const GLFWvidmode* mode = glfwGetVideoMode(monitors[i]);
    if (!mode) continue;
    const std::int64_t w = std::min(window.x + window.width, x + mode->width) - std::max(window.x, x),
                       h = std::min(window.y + window.height, y + mode->height) - std::max(window.y, y);
    if (w > 0 && h > 0 && w * h > most) most = w * h, best = monitors[i];
  }
  return best;
}

/// The usual size, or as much of it as the screen has room for beside its bars.
Place first_place() {
  Place place{0, 0, usual_width, usual_height};
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  int x = 0, y = 0, width = 0, height = 0;
  if (monitor) glfwGetMonitorWorkarea(monitor, &x, &y, &width, &height);
  constexpr int frame = 40; // a title bar, which the work area does not leave out
  if (width > 0) place.width = std::clamp(width, least_width, usual_width);
  if (height > 0)
    place.height = std::clamp(height < usual_height + frame ? height - frame : height, least_height, usual_height);
  return place;
}

/// The room that each monitor has for windows.
std::vector<Place> screens() {
  std::vector<Place> all;
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  for (int i = 0; i < count; ++i) {
    Place area;
    glfwGetMonitorWorkarea(monitors[i], &area.x, &area.y, &area.width, &area.height);
    if (area.width > 0 && area.height > 0) all.push_back(area);
  }
  return all;
}

/// OpenGL 4.3, else 3.3 where everything but the GPU engine works. Null where neither comes up.
/// `before`: where it was the last time.
GLFWwindow* open_window(const Place& before) {
  const gpu::DriverTime driver;
  const bool has_place = before.width > 0;
  const Place place = has_place ? shell::placed_on(screens(), before) : first_place();
  for (const auto& [major, minor] : {std::pair{4, 3}, std::pair{3, 3}}) {
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, major);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, minor);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_MAXIMIZED, place.maximised ? GLFW_TRUE : GLFW_FALSE);
    // Seen once it is where it was. Its size is in the screen's units already.
    glfwWindowHint(GLFW_VISIBLE, has_place ? GLFW_FALSE : GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR,
                   has_place ? GLFW_FALSE : GLFW_TRUE); // as large to the eye on a monitor of many dots per inch
    if (GLFWwindow* window = glfwCreateWindow(place.width, place.height, "Ropescope", nullptr, nullptr)) {
      glfwSetWindowSizeLimits(window, least_width, least_height, GLFW_DONT_CARE, GLFW_DONT_CARE);
      if (!has_place) return window;
      if (!place.maximised) glfwSetWindowPos(window, place.x, place.y);
      glfwShowWindow(window);
      return window;
    }
  }
  return nullptr;
}

/// The window's loop: draws after something happened, and otherwise waits, so that an open window costs no processor
/// time. Lies at one address for its whole life, since GLFW's callbacks find it by that.
class Window {
public:
  /// `keeps`: where the session is kept; nothing: nowhere.
  Window(GLFWwindow* window, const Scene& scene, const shell::Session& session,
         std::optional<std::filesystem::path> keeps)
      : window_(window), engines_(make_current(window, scene.engine)), shell_(scene, engines_),
        displays_(
            window, shell_,
            {[this](int key, int scancode, int pressed, int modifiers) { on_key(key, scancode, pressed, modifiers); },
             [this](unsigned codepoint) { typed_elsewhere(codepoint); }, [this] { touch(); }}),
        keeps_(std::move(keeps)), kept_(session) {
    shell_.restore(session);
    glfwSetWindowUserPointer(window_, this);
    // Set before Dear ImGui sets its own: GLFW keeps one callback of each kind, and Dear ImGui's calls the one that was
    // there before. In the other order Dear ImGui would get no events. Whatever may change the picture calls touch().
    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int scancode, int pressed, int modifiers) {
      of(w).on_key(key, scancode, pressed, modifiers);
    });
    glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
      of(w).shell_.drop({paths, paths + count});
      of(w).touch();
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) { of(w).mouse_moved(x, y); });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int, int, int) { of(w).touch(); });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double) { of(w).touch(); });
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned codepoint) {
      of(w).shell_.letter(codepoint);
      of(w).touch();
    });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int) { of(w).touch(); });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int) { of(w).touch(); });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).touch(); });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).touch(); });
    glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float, float) { of(w).touch(); });
    ImGui_ImplGlfw_InitForOpenGL(window_, true);
    // One frame for each of the monitor's: more would not be seen.
    glfwSwapInterval(1);
  }

  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() {
    displays_.close();
    ImGui_ImplGlfw_Shutdown();
  }

  /// Draws one frame and prints when it was finished, for `bench`.
  void time_start() {
    draw(0);
    gpu::finish();
    bench::print_start_times();
  }

  shell::Shell& shell() { return shell_; }

  /// Until the window is closed. Between frames it waits in one of four ways: for the next poll while something moves
  /// or an input is being shown; a tenth of a second while a result is awaited; half a second where files may change,
  /// which GLFW does not tell; else until the next event.
  void run() {
    double before = glfwGetTime();
    while (!glfwWindowShouldClose(window_)) {
      if (displays_.is_due()) touch(); // a monitor came or went
      if (frames_wanted_ == 0 && shell_.only_waits())
        glfwWaitEventsTimeout(greatest_step);
      else if (frames_wanted_ > 0 || shell_.animated())
        glfwPollEvents();
      else {
        wait();
        before = glfwGetTime(); // an animation that begins now does not start with the time of the wait
      }
      if (frames_wanted_ == 0 && !shell_.animated()) continue;
      // A minimised window may not be held to the monitor's rate by glfwSwapBuffers: without a wait the loop would
      // spin.
      if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED)) glfwWaitEventsTimeout(greatest_step);
      const double now = glfwGetTime();
      const bool worked = shell_.animated();
      draw(static_cast<float>(std::min(now - before, greatest_step)));
      before = now;
      frames_wanted_ = std::max(0, frames_wanted_ - 1);
      // The frame in which work ends still shows the state before: one more shows the result.
      if (worked && !shell_.animated()) frames_wanted_ = std::max(1, frames_wanted_);
    }
    keep_session();
    while (keeping_.working()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
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

  /// A mouse that moves over nothing costs nothing. Over something Dear ImGui sees it in one frame and the pictures in
  /// the next.
  void mouse_moved(double x, double y) {
    constexpr int frames_after_move = 2;
    if (displays_.are_two() || shell_.reacts_to({static_cast<float>(x), static_cast<float>(y)}))
      frames_wanted_ = std::max(frames_wanted_, frames_after_move);
  }

  /// Until something happens. What is not kept yet is kept once nothing has happened for a moment, so that a session
  /// that ends without a word, with the power or the desktop, is there all the same.
  void wait() {
    constexpr double between_looks = 0.5, moment = 2; // seconds
    const double began = glfwGetTime();
    if (shell_.step_pictures_due()) { // between events, so that no press waits for more than one frame of them
      if (shell_.draw_step_picture() && shell_.shows_step_pictures()) frames_wanted_ = 1;
      glfwPollEvents();
    } else if (const auto due = shell_.due_in()) { // words about a control, or the end of a notice
      glfwWaitEventsTimeout(std::max(0.01, static_cast<double>(*due)));
      frames_wanted_ = std::max(1, frames_wanted_);
    } else if (shell_.watches()) {
      glfwWaitEventsTimeout(between_looks);
      if (shell_.files_changed()) touch();
    } else if (keeps_ && session() != kept_) {
      glfwWaitEventsTimeout(moment);
      if (frames_wanted_ == 0) keep_session();
    } else
      glfwWaitEvents();
    shell_.pass(static_cast<float>(glfwGetTime() - began));
  }

  shell::Session session() const {
    shell::Session now = shell_.session();
    now.window = glfwGetWindowMonitor(window_) ? before_ : place();
    return now;
  }

  Place place() const {
    Place now;
    glfwGetWindowPos(window_, &now.x, &now.y);
    glfwGetWindowSize(window_, &now.width, &now.height);
    now.maximised = glfwGetWindowAttrib(window_, GLFW_MAXIMIZED) == GLFW_TRUE;
    // Of a maximised window the size that it goes back to is not told: it stays what it was.
    if (now.maximised && kept_.window.width > 0) now = kept_.window, now.maximised = true;
    return now;
  }

  /// Written beside the frame, since a disk may be slow.
  void keep_session() {
    if (!keeps_) return;
    kept_ = session();
    keeping_.begin({*keeps_, kept_});
  }

  void draw(float seconds) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    if (width == 0 || height == 0) return; // minimised, on some systems
    // For Dear ImGui before 1.87, which asks what is down now and misses a key that went down and up again since the
    // last frame. Keys that are still down it sees itself; the others are held down for this frame.
    std::erase_if(pressed_, [this](int key) { return glfwGetKey(window_, key) == GLFW_PRESS; });
    for (const int key : pressed_) compat::hold_key(key, true);
    ImGui_ImplGlfw_NewFrame();
    float across = 1, down = 1;
    glfwGetWindowContentScale(window_, &across, &down);
    shell_.set_scale(std::max({1.0f, across, down}));
    if (displays_.update())
      displays_.draw(width, height, seconds);
    else {
      glViewport(0, 0, width, height);
      shell_.frame(width, height, seconds, true);
    }
    name_window();
    carry_out(shell_.wanted());
    for (const int key : pressed_) compat::hold_key(key, false);
    pressed_.clear();
    {
      const gpu::DriverTime driver;
      glfwSwapBuffers(window_);
    }
    displays_.show();
  }

  /// On the projector's window: a sign that no key stands for, or a letter for what is open.
  void typed_elsewhere(unsigned codepoint) {
    shell_.letter(codepoint);
    ImGui::GetIO().AddInputCharacter(codepoint);
    touch();
  }

  void on_key(int key, int scancode, int pressed, int modifiers) {
    touch();
    if (pressed == GLFW_PRESS && key >= 0) pressed_.push_back(key);
    if (displays_.are_two() && key == GLFW_KEY_TAB && (modifiers & GLFW_MOD_CONTROL)) {
      if (pressed == GLFW_PRESS) displays_.swap();
      return;
    }
    if (pressed == GLFW_RELEASE && shell_.lectern()) shell_.lectern()->released(key);
    if (pressed != GLFW_RELEASE)
      carry_out(
          shell_.key(key_meant(key, glfwGetKeyName(key, scancode), modifiers), modifiers, pressed == GLFW_REPEAT));
  }

  void carry_out(Request request) {
    if (request == Request::quit)
      glfwSetWindowShouldClose(window_, GLFW_TRUE);
    else if (request == Request::full_screen)
      full_screen();
    else if (request == Request::back && !shell_.close_what_is_open() && glfwGetWindowMonitor(window_))
      full_screen(); // leaves it
    else
      shell_.perform(request);
  }

  void full_screen() {
    if (glfwGetWindowMonitor(window_)) { // back to the window that it was
      glfwSetWindowMonitor(window_, nullptr, before_.x, before_.y, before_.width, before_.height, GLFW_DONT_CARE);
      return;
    }
    before_ = place();
    GLFWmonitor* monitor = monitor_below(before_);
    if (!monitor) return;
    const GLFWvidmode* mode = glfwGetVideoMode(monitor);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  }

  /// "YaRN-Llama-2-7b-64k – Ropescope": which of several windows is which. A dot before it: the scene's file has not
  /// all of it.
  void name_window() {
    const bool changed = shell_.is_changed();
    if (named_ == shell_.scene().model.name && named_changed_ == changed) return;
    named_ = shell_.scene().model.name;
    named_changed_ = changed;
    glfwSetWindowTitle(window_,
                       fmt::format("{}{} – Ropescope", changed ? "• " : "", called(shell_.scene().model)).c_str());
  }

  // The order matters: engines_ makes window_'s OpenGL context current, which shell_ needs too, and both are destroyed
  // while it still is.
  GLFWwindow* window_;
  gpu::Engines engines_;
  shell::Shell shell_;
  LectureDisplays displays_;
  Place before_; // of the window that is now full screen
  std::string named_;
  bool named_changed_ = false;
  std::optional<std::filesystem::path> keeps_; // the folder of the session
  shell::Session kept_;                        // as it was last written
  struct Kept {
    std::filesystem::path folder;
    shell::Session session;
  };
  // What cannot be kept changes nothing of what is done now, and is no reason for a message.
  Latest<Kept, bool> keeping_{[](Kept& kept, auto&) { write_session(kept.folder, kept.session); }};
  int frames_wanted_ = frames_after_event;
  std::vector<int> pressed_; // GLFW's key codes, pressed since the last frame
};

/// Begins the lecture that was asked for. Throws Error where it cannot be read, or has no such step.
void begin_lecture(shell::Shell& shell, const Options& options) {
  // CLI11 says "true" where nothing stands behind the option.
  LectureFile file = read_lecture_file(options.lecture.empty() || options.lecture == "true" ? "1" : options.lecture);
  const auto step = step_asked(file, options.step);
  shell.begin_lecture(std::move(file.lecture), file.path);
  if (step) shell.lectern()->player.jump(*step, shell.lecture_now());
}

/// Opens the window; on a machine without a display writes the overview into a file in its place, and says so.
int open(Options options) {
  if (!options.scene.file.empty() && lecture_file_text(options.scene.file)) {
    options.lecture = std::exchange(options.scene.file, {});
    options.gives_lecture = true;
  }
  if (!options.step.empty() && !options.gives_lecture)
    throw Error("--step is of a lecture: expected --lecture beside it");
  Scene scene = options.scene.resolve();
  if (!options.engine.empty()) scene.engine = engine_choice(options.engine);
  show_grid(scene, options.kernel.positions);
  if (!options.kernel.in.empty()) {
    scene.kernel.files = options.kernel;
    if (!options.scene.model.config.empty()) scene.kernel.files.config = scene.model.origin;
    scene.view = "check";
  }

  const Glfw glfw;
  if (!glfw.running && options.times) throw Error("there is no display here to time a window on");
  if (!glfw.running) {
    const char* name = "overview.png";
    scene.view = all_pictures().front()->name;
    draw_still({.out = name}, scene);
    say(fmt::format("There is no display here, so no window: the overview of {} is in {}.", scene.model.name, name));
    say("`ropescope render --picture overview --out FILE.png` draws it of any model; `ropescope --help` lists the "
        "rest.");
    return 0;
  }
  const auto folder = options.no_session || options.times ? std::nullopt : shell::session_folder();
  std::vector<std::string> said;
  shell::Session session = folder ? shell::read_session(*folder, said) : shell::Session();
  if (options.names_a_beginning()) {
    // Of another scene; a scene's file that was named is saved again without a question.
    const std::string& named = options.scene.file.empty() ? options.scene.scene : options.scene.file;
    const std::filesystem::path path = named.empty() ? std::filesystem::path() : std::filesystem::absolute(named);
    session.scene_file = path.extension() == ".json" && scene_or_model(path) ? path.string() : "";
    said.clear();
  } else if (session.scene)
    scene = options.on(*session.scene);
  GLFWwindow* window = open_window(session.window);
  if (!window) {
    const char* why = nullptr;
    glfwGetError(&why);
    throw Error(fmt::format("no window with OpenGL 3.3 comes up here: {}", why ? why : "the display gave no reason"));
  }
  print_said(); // now, and not when the window is closed, as other commands do at their end
  Window shown(window, scene, session, folder);
  if (!said.empty()) shown.shell().say(fmt::format("{}", fmt::join(said, "; ")));
  if (options.gives_lecture) begin_lecture(shown.shell(), options);
  if (!options.own_dialogs) shown.shell().use_desktop_dialogs();
  if (options.times)
    shown.time_start();
  else
    shown.run();
  return 0;
}

} // namespace

void add_window(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  options->scene.add_file_to(app);
  options->scene.add_to(app);
  add_kernel_files(app, options->kernel, "--kernel-in", "--kernel-out", false);
  app.add_flag("--no-session", options->no_session, "starts anew, and keeps nothing for the next start");
  app.add_flag("--own-dialogs", options->own_dialogs,
               "asks for files with its own dialog, not with the desktop's (zenity or kdialog)");
  app.add_flag("--times", options->times)->group(""); // for bench
  add_engine_option(app, options->engine, {"auto", "cpu", "gpu"});
  app.add_option("--lecture", options->lecture,
                 "gives a lecture: its file, or 1, 2, 3 of those within the program; without a word the first")
      ->expected(0, 1)
      ->each([options = options.get()](const std::string&) { options->gives_lecture = true; });
  app.add_option("--step", options->step, "of the lecture: number or id of the step that it begins with");
  command = [options](Output&) { return open(*options); };
}

} // namespace ropescope::cli
