#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/canvas/fonts.h"
#include "app/canvas/gesture.h"
#include "app/canvas/grounds.h"
#include "app/canvas/screen_painter.h"
#include "app/canvas/widgets.h"
#include "app/scene/actions.h"
#include "app/scene/derived.h"
#include "app/scene/history.h"
#include "app/scene/latest.h"
#include "app/scene/opened.h"
#include "app/scene/scene.h"
#include "app/shell/picture_file.h"
#include "app/shell/session.h"
#include "app/shell/shell_files.h"

namespace ropescope::shell {

using namespace canvas; // the shell speaks in the words of the drawing kit

/// The whole of what a person sees, in a window or without one: top bar, controls, pictures, messages. It owns
/// Dear ImGui's context and draws into the framebuffer that is bound.
class Shell {
public:
  /// Requires a current OpenGL context of 3.3 or later, and that `engines` outlive it.
  Shell(Scene, gpu::Engines& engines);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// Draws one frame. Without a window (`live` false) no time is shown, so that two runs give the same picture.
  /// `outside`: draws in place of the screen, for a file.
  void frame(int width, int height, float seconds_since_last, bool live, Painter* outside = nullptr);

  /// The picture of the scene's view alone, as wide and high as the framebuffer. `bare`: without read-outs and marks of
  /// the present m and n.
  void picture_frame(int width, int height, bool bare = false, Painter* outside = nullptr);

  /// From the next frame on all is drawn at this scale, whatever the size; 0: as fits the size.
  void fix_scale(float scale) { fixed_scale_ = scale; }

  /// The typefaces of the last frame.
  const Fonts& fonts() const { return fonts_; }

  /// Opens a model's file, a scene's, or a picture that carries one. What cannot be read is said in the window, which
  /// goes on with what it had; of a scene, what can be taken is.
  void open(const std::filesystem::path&);

  /// Reads another part of the model's file (Model::parts), which open() does not ask for.
  void open_part(const std::string&);

  /// Files were dropped on the window, or chosen in a dialog: those that open() takes, and arrays of a kernel go to the
  /// check view.
  void drop(const std::vector<std::string>& paths);

  /// Whether files that the view shows changed since they were read. Asked now and then while nothing happens.
  bool watches() const { return scene_.view == "check" && !scene_.kernel.files.in.empty(); }
  bool files_changed() { return watches() && derived_.kernel().changed_on_disk(); }

  /// Shows a finding that was made already, of the scene's files.
  void show(std::shared_ptr<const CheckedKernel> checked) { derived_.kernel().adopt(scene_, std::move(checked)); }

  /// Takes another scene; it is computed in the next frame.
  void show(Scene scene) { scene_ = std::move(scene); }

  /// A key was pressed. Returns what the action asks of the window.
  Request key(int key, int modifiers);

  /// Gives a key that went down or repeats to the dialog that is open; false where none is, or where the key is a
  /// letter for its field.
  bool takes_key(int key, int modifiers);

  /// Whether keys are letters now and no actions.
  bool takes_letters() const;

  void perform(Request);
  /// Closes the dialog or the overlay that is open; false where none is.
  bool close_what_is_open();

  /// The desktop's own dialog of files takes the place of ours, where the desktop has one.
  void use_desktop_dialogs() { files_.desktop_program = DesktopDialog::program(); }

  /// What the last window kept beside its scene, and what this one keeps: all but its place.
  void restore(const Session&);
  Session session() const;

  /// Whether the scene is another than its file has.
  bool is_changed() const;

  const Scene& scene() const { return scene_; }
  const History& history() const { return history_; }

  /// Where the control of a property, a tab by its picture, or a button by its action was drawn in the last frame;
  /// nothing where it was not.
  std::optional<Rect> control(std::string_view key) const;
  const Derived& derived() const { return derived_; }
  void say(std::string trouble) { message_ = {std::move(trouble), true, false}; }
  const std::string& message() const { return message_.words; }

  /// Whether the next frame has work of its own, and no event needs to come first.
  bool animated() const {
    return scene_.play != Play::off || derived_.refining() || derived_.parity_due() || derived_.kernel().working() ||
           opening_.working() || exporting_.working() || !exports_.empty() || files_.dialog.working() ||
           files_.desktop.is_open();
  }

  /// Of such frames: whether they only wait, until the scene has been still for a moment or a kernel is judged.
  bool only_waits() const { return animated() && scene_.play == Play::off && !derived_.refining(); }

private:
  void begin(int width, int height, float seconds, ImVec2 design);
  Canvas canvas(Painter* outside);
  void finish();
  void top_bar(const Canvas&, Rect, Scene& next);
  void badge(const Canvas&, Rect) const;
  void badge_tooltip(const Canvas&) const;
  void message_bar(const Canvas&, Rect);
  const std::string& shown_message() const;
  void help(const Canvas&);
  Patience patience() const { return live_ ? Patience::goes_on : Patience::waits; }

  /// Does work on the engine that draws. Where the GPU fails in a window, the CPU does the work from then on and the
  /// message says why. For a picture that is kept as a file there is no message, and a GPU that was asked for must not
  /// be replaced in silence: its error goes on to the caller.
  template <typename Work>
  void work_or_give_up_gpu(Work work) {
    if (engines_.work_or_give_up_gpu(work, !live_) && live_) message_ = {std::string(engines_.gpu->why_not()), true};
  }
  void accept(Scene& next, std::int64_t columns);
  void measure_when_still(float seconds);
  void remember(const Scene& before);
  void take_back_first_click(Scene& next);
  void show_step(Scene);
  void begin_opening(std::function<std::vector<Opened>()>);
  void take_opened(std::vector<Opened>);
  void take_what_was_opened();
  std::vector<std::string> take(Model&, const Opened&);
  std::vector<std::string> take(Taken&, const Opened&);
  std::vector<std::string> take(KernelArrays&, const Opened&);
  static std::vector<std::string> take(Refused&, const Opened&);
  void ask_for_file(FileWish);
  void ask_what_to_open();
  void save_scene(bool asks);
  void write_scene(const std::string& path);
  void take_chosen(const Chosen&);
  void file_dialogs(const Canvas&);
  void reload_shaders();

  std::array<int, 2> size_here(bool window) const;
  std::filesystem::path export_folder() const;
  void ask_what_to_export();
  void ask_where_to_export();
  void export_at_once(std::string_view ending);
  void begin_export();
  void draw_exports();
  void take_exported();

  /// A picture that is to be drawn for a file.
  struct Wanted {
    Scene scene;
    ExportAs as;
    std::string path;
  };
  /// One that is drawn and to be written, with what is written beside it.
  struct Export {
    std::string path;
    Drawn drawn;
    std::string finding; ///< of a kernel, as JSON; empty where there is none
  };
  static std::string write_export(const Export&); ///< what was written, a sentence; throws Error

  struct Message {
    std::string words;
    bool trouble = true;
    bool of_scene = false; ///< goes when the scene is valid again
  };

  gpu::Engines& engines_;
  ImGuiContext* context_; // ours; a shell that draws a file has its own
  Scene scene_, next_;    // in force, and as this frame leaves it
  Scene remembered_;      // the scene that the history has seen last
  Scene drawable_;        // the last scene in force that could be computed
  History history_;
  std::size_t steps_at_click_ = 0; // of the history, before the last click on a plot counted
  Derived derived_;
  Fonts fonts_;
  std::vector<Ground> grounds_;   // of this frame
  std::vector<Control> controls_; // of the last frame
  FrameMemory memory_;
  ScreenPainter screen_{grounds_};
  Gesture gesture_;
  GroundPainter ground_painter_;
  ShellFiles files_;
  Latest<std::function<std::vector<Opened>()>, Opened> opening_{[](auto& read, auto& run) {
    for (Opened& opened : read()) run.give(std::move(opened), 1);
  }};
  std::vector<Wanted> exports_; // that wait to be drawn
  Latest<Export, std::string> exporting_{[](auto& wanted, auto& run) { run.give(write_export(wanted), 1); }};
  Message message_;
  float scale_ = 0, zoom_ = 1, fixed_scale_ = 0;
  double play_remainder_ = 0;
  RopeConfig measured_rope_;
  float resting_ = 0;        // seconds since the mouse moved
  float still_ = 0;          // seconds since the scheme in force last changed
  std::int64_t columns_ = 0; // of the last frame
  bool help_ = false, computed_ = false, live_ = false;
};

} // namespace ropescope::shell
