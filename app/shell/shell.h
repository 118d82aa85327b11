#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "app/canvas/fonts.h"
#include "app/canvas/gesture.h"
#include "app/canvas/grounds.h"
#include "app/canvas/screen_painter.h"
#include "app/canvas/widgets.h"
#include "app/scene/actions.h"
#include "app/scene/derived.h"
#include "app/scene/scene.h"
#include "app/shell/file_dialog.h"

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
  void frame(int width, int height, float seconds_since_last, bool live, Painter* outside = nullptr);

  /// One of pictures::all() alone, as wide and high as the framebuffer.
  void picture_frame(std::string_view name, int width, int height, Painter* outside = nullptr);

  /// The typefaces of the last frame.
  const Fonts& fonts() const { return fonts_; }

  /// Opens a config.json; what cannot be read is said in the window, which goes on with what it had.
  void open(const std::filesystem::path&);

  /// Files were dropped on the window: a model's file opens, arrays of a kernel go to the check view.
  void drop(const std::vector<std::string>& paths);

  /// Whether files that the view shows changed since they were read. Asked now and then while nothing happens.
  bool watches() const { return scene_.view == View::check && !scene_.kernel.files.in.empty(); }
  bool files_changed() const { return watches() && derived_.kernel().changed_on_disk(); }

  /// Shows a finding that was made already, of the scene's files.
  void show(std::shared_ptr<const CheckedKernel> checked) { derived_.kernel().adopt(scene_, std::move(checked)); }

  /// Takes another scene; it is computed in the next frame.
  void show(Scene scene) { scene_ = std::move(scene); }

  /// A key was pressed. Returns what the action asks of the window.
  Request key(int key, int modifiers);

  /// Whether keys are letters now and no actions.
  bool takes_letters() const;

  void perform(Request);
  /// Closes the dialog or the overlay that is open; false where none is.
  bool close_what_is_open();

  const Scene& scene() const { return scene_; }
  const Derived& derived() const { return derived_; }
  const std::string& message() const { return message_.words; }

  /// Whether the next frame has work of its own, and no event needs to come first.
  bool animated() const {
    return scene_.play != Play::off || derived_.refining() || derived_.parity_due() || derived_.kernel().working();
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
  void stage(const Canvas&, Rect, Scene& next);
  void message_bar(const Canvas&, Rect);
  const std::string& shown_message() const;
  void help(const Canvas&);
  Patience patience() const { return live_ ? Patience::goes_on : Patience::waits; }
  template <typename Work>
  void work_or_give_up_gpu(Work);
  void accept(Scene& next, std::int64_t columns);
  void measure_when_still(float seconds);

  void export_png(int width, int height);
  std::string export_finding(const std::string& png) const;

  struct Message {
    std::string words;
    bool trouble = true;
    bool of_scene = false; ///< goes when the scene is valid again
  };

  gpu::Engines& engines_;
  Scene scene_, next_; // in force, and as this frame leaves it
  Derived derived_;
  Fonts fonts_;
  std::vector<Ground> grounds_; // of this frame
  FrameMemory memory_;
  ScreenPainter screen_{grounds_};
  Gesture gesture_;
  GroundPainter ground_painter_;
  FileDialog dialog_;
  Message message_;
  float scale_ = 0, zoom_ = 1;
  // (dup)
  double play_remainder_ = 0;
  RopeConfig measured_rope_;
  float still_ = 0;          // seconds since the scheme in force last changed
  std::int64_t columns_ = 0; // of the last frame
  bool help_ = false, computed_ = false, live_ = false, export_wanted_ = false;
};

} // namespace ropescope::shell
