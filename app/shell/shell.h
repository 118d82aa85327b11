#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/canvas/attention.h"
#include "app/canvas/fonts.h"
#include "app/canvas/gesture.h"
#include "app/canvas/grounds.h"
#include "app/canvas/screen_painter.h"
#include "app/canvas/stage_fonts.h"
#include "app/canvas/widgets.h"
#include "app/gpu/image_textures.h"
#include "app/lecture/lectern.h"
#include "app/lecture/presenter.h"
#include "app/lecture/stage.h"
#include "app/scene/actions.h"
#include "app/scene/derived.h"
#include "app/scene/file_watch.h"
#include "app/scene/history.h"
#include "app/scene/latest.h"
#include "app/scene/opened.h"
#include "app/scene/scene.h"
#include "app/shell/palette.h"
#include "app/shell/picture_file.h"
#include "app/shell/session.h"
#include "app/shell/shell_files.h"
#include "app/shell/step_pictures.h"

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

  // A lecture takes the place of the bar, the panel and the pictures; the scene before comes back at its end.

  /// Begins a lecture, whose file is read again when it is saved. Requires a lecture that has steps.
  void begin_lecture(lecture::Lecture, std::string file);
  /// A file's, or one of the program by its number. A message says why it cannot be read.
  void begin_lecture(const std::string& wanted);
  /// Begins the one that was left last, at the step where it was left; else the first of the program.
  void go_on_with_lecture();
  void end_lecture();
  Lectern* lectern() { return lectern_.get(); } ///< null without a lecture
  bool in_lecture() const { return lectern_ != nullptr; }
  /// The step's stage as a picture, complete and at rest.
  void stage_frame(int width, int height, Painter* outside = nullptr) {
    lecture_frame(width, height, 1 / 60.0f, false, outside);
  }
  double lecture_now() const; ///< seconds from any beginning
  /// There is a second display: frame() draws the projector's stage, and another view what the lecturer alone sees.
  void present(bool presented);
  bool presented() const { return lectern_ && lectern_->presented; }

  /// Pictures of the lecture's steps are drawn a little at a time by whoever has nothing else to do.
  bool step_pictures_due() const { return next_step_picture().has_value(); }
  bool draw_step_picture(); ///< true: one is there that was not before
  bool shows_step_pictures() const { return lectern_ && (lectern_->overview || lectern_->presented); }
  const StepPictures* step_pictures() const { return step_pictures_.get(); } ///< null until one was drawn

  /// What takes long goes on from frame to frame, as it does in a window, though none is drawn.
  void do_not_wait() { hurried_ = true; }
  /// Where several shells draw by turns: what follows is drawn by this one.
  void take_over() { ImGui::SetCurrentContext(context_); }

  /// Seconds, in place of a clock: for tests.
  void set_lecture_clock(std::function<double()> clock) { lecture_clock_ = std::move(clock); }

  /// How many pixels a length of 1 in the design has: the screen's content scale. 1 at first.
  void set_scale(float pixels) { pixels_ = pixels; }

  /// What a person has made everything larger by, 0.75 … 3, in a window alone.
  float zoom() const { return zoom_; }
  void set_zoom(float);

  /// From the next frame on all is drawn at this scale, whatever the size; 0: as the screen and zoom say.
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
  bool watches() const {
    return (lectern_ && !lectern_->file.empty()) || (scene_.view == "check" && !scene_.kernel.files.in.empty());
  }
  bool files_changed() {
    return (lectern_ && lecture_changed()) || (!lectern_ && watches() && derived_.kernel().changed_on_disk());
  }

  /// Shows a finding that was made already, of the scene's files.
  void show(std::shared_ptr<const CheckedKernel> checked) { derived_.kernel().adopt(scene_, std::move(checked)); }

  /// Takes another scene; it is computed in the next frame.
  void show(Scene scene) { scene_ = std::move(scene); }

  /// A key was pressed. Returns what the action asks of the window. What is open takes it first: a list, a field, the
  /// control that has the focus.
  /// `repeated`: it is still down.
  Request key(int key, int modifiers, bool repeated = false);

  /// A letter was typed that no key stands for on every keyboard: "?" shows the keys.
  void letter(unsigned codepoint);

  /// What was chosen in a list in the last frame, where the window alone can do it.
  Request wanted() { return std::exchange(wanted_, Request::none); }

  /// Gives a key that went down or repeats to the dialog that is open; false where none is, or where the key is a
  /// letter for its field.
  bool takes_key(int key, int modifiers);

  /// Whether keys are letters now and no actions.
  bool takes_letters() const;

  void perform(Request);
  /// Closes what lies uppermost: a list, a dialog, the overlay; the ring of the keyboard's focus goes last. False where
  /// there is nothing of it.
  bool close_what_is_open();

  /// Seconds until something is to be drawn that no event brings: words about what the mouse rests on, the frame in
  /// which Dear ImGui shows them, or the end of a notice. Nothing where nothing is due.
  std::optional<float> due_in() const;
  /// Time that passed between two frames.
  void pass(float seconds);

  /// Of the overlay of keys, as it was drawn last, pixels.
  struct HelpSize {
    int columns = 0;
    Rect area{};
    int narrowest = 0; ///< letters that have room beside the keys
  };
  const HelpSize& help_size() const { return help_size_; }
  bool help_open() const { return help_; }
  static std::string help_text(bool of_lecture = false); ///< its lines: keys, a tab, words

  const Attention& attention() const { return attention_; }
  const Palette& palette() const { return palette_; }
  const ModelList& models() const { return models_; }
  const std::vector<Control>& controls() const { return controls_; } ///< of the last frame
  const std::string& notice() const { return notice_.words; }
  /// The desktop's own dialog of files takes the place of ours, where the desktop has one.
  void use_desktop_dialogs() { files_.desktop_program = DesktopDialog::program(); }

  /// The program that makes films beside this window, where it is another file than this one.
  void use_program(const std::filesystem::path& program) { files_.program = program; }

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
    return (lectern_ && (lectern_->player.moving() || lecture_fades())) || scene_.play != Play::off ||
           derived_.refining() || swing_.left > 0 || (!lectern_ && derived_.parity_due()) ||
           !derived_.reading().empty() || derived_.kernel().working() || opening_.working() || exporting_.working() ||
           !exports_.empty() || files_.film || files_.dialog.working() || files_.desktop.is_open();
  }

  /// Whether a mouse that moved to a place, pixels, changes what the next frame shows. Over nothing it does not.
  bool reacts_to(ImVec2 mouse) const;

  /// Of such frames: whether they only wait, until the scene has been still for a moment or a kernel is judged.
  bool only_waits() const {
    return animated() && scene_.play == Play::off && !derived_.refining() && swing_.left <= 0 &&
           !(lectern_ && (lectern_->player.moving() || lecture_fades()));
  }

private:
  static constexpr float cursor_rest = 2; // seconds: in a lecture a mouse that rests so long is hidden

  /// Where the parts of the window lie, pixels. A rail is there where it has a width.
  struct Stage {
    Rect bar, panel, rail, pictures, message;
  };
  void begin(int width, int height, float seconds, float scale, bool stage = false);
  void play_on(Scene& next, float seconds);
  void lecture_frame(int width, int height, float seconds, bool live, Painter* outside);
  void update_lecture(const std::vector<PlacedPicture>&, std::int64_t columns);
  void lecture_pictures(const Canvas&, const std::vector<PlacedPicture>&, Scene& next);
  void lecture_handles(const Canvas&, const StagePlan&, Scene& next);
  void lecture_rings(const Canvas&, const std::vector<PlacedPicture>&);
  void lecture_overlays(Canvas&, ImVec2 size, const StagePlan&, double now);
  void lecture_alone(const Canvas&, ImVec2 size, double now);
  void lecture_at_mouse(const Canvas&, ImVec2 size, const StagePlan&, double now);
  void quieten_while_hushed();
  bool lecture_fades() const;
  std::optional<NextPress::Shown> next_step_picture() const;
  void add_step();
  void write_step(const std::string& path);
  bool lecture_key(int key, int modifiers, bool repeated);
  bool lecture_changed();
  void read_lecture_again();
  Stage stage_of(const Canvas&, int width, int height);
  void panel_or_rail(const Canvas&, const Stage&, Scene& next);
  Canvas canvas(Painter* outside);
  void finish();
  void top_bar(const Canvas&, Rect, Scene& next);
  float commands_menu(const Canvas&, Rect, Scene& next);
  std::string_view badge_words(const Canvas&) const;
  void badge(const Canvas&, Rect, bool with_words) const;
  std::string_view badge_help(const Canvas&) const;
  void message_bar(const Canvas&, Rect);
  const std::string& shown_message() const;
  void help(const Canvas&);
  void turn_help_page();
  void draw_notice(const Canvas&);
  void notify(std::string words);
  void tire_message(float seconds);
  void message_goes();
  void draw_reading(const Canvas&, Rect stage) const;
  void begin_swing(const Scene& next);
  const Scene& swung(float seconds);
  void lists(const Canvas&, Rect window, Scene& next);
  void carry_out(const Deed&, Scene& next);
  bool focus_key(int key, int modifiers);
  void copy(Request);
  void paste();
  Patience patience() const { return live_ || hurried_ ? Patience::goes_on : Patience::waits; }

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
  void step_back_or_on(bool back);
  void show_step(Scene);
  void begin_opening(std::function<std::vector<Opened>()>);
  void take_opened(std::vector<Opened>);
  void take_what_was_opened();
  std::vector<std::string> take(Model&, const Opened&);
  std::vector<std::string> take(Taken&, const Opened&);
  std::vector<std::string> take(KernelArrays&, const Opened&);
  static std::vector<std::string> take(Refused&, const Opened&);
  std::vector<std::string> take(LectureText&, const Opened&);
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
  void ask_what_to_film();
  void draw_film_dialog(const Canvas&);
  void ask_what_to_take_home();
  void draw_take_home_dialog(const Canvas&);

  /// A picture that is to be drawn for a file.
  struct Wanted {
    Scene scene;
    ExportAs as;
    std::string path;
    std::unique_ptr<StageLook> stage = nullptr; ///< of a lecture's stage; null: the picture of the scene's view
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
    bool of_value = false; ///< what was typed was refused: goes when something else is accepted
    float left = 12;       ///< seconds until it goes by itself: long enough to read two lines; not while of_scene
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
  StageFonts stage_fonts_;        // of a lecture alone
  std::vector<Ground> grounds_;   // of this frame
  std::vector<Control> controls_; // of the last frame
  std::vector<Rect> taken_;       // by texts of this frame
  std::vector<Rect> hot_;         // where the mouse changed the last frame
  FrameMemory memory_;
  gpu::ImageTextures image_textures_; // of the frame's images
  ScreenPainter screen_{grounds_, [this](std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
                          return image_textures_.texture(columns, rows, colours);
                        }};
  Gesture gesture_;
  GroundPainter ground_painter_;
  ShellFiles files_;
  Latest<std::function<std::vector<Opened>()>, Opened> opening_{[](auto& read, auto& run) {
    for (Opened& opened : read()) run.give(std::move(opened), 1);
  }};
  std::vector<Wanted> exports_; // that wait to be drawn
  Latest<Export, std::string> exporting_{[](auto& wanted, auto& run) { run.give(write_export(wanted), 1); }};
  Message message_;
  bool message_room_ = false; // of a message that went by itself, as long as the mouse is on the stage or the panel
  std::string room_of_view_;  // the view that the mouse was on then
  struct Swing {
    double yaw = 0, pitch = 0; // degrees, where it comes from
    float left = 0;            // seconds
  } swing_;                    // of the helix, which is seen on its way to where the scene has it
  Scene swung_;                // the scene as it is seen on that way
  float scale_ = 0, zoom_ = 1, pixels_ = 1, fixed_scale_ = 0; // of the last frame; of a person; of the screen
  int help_page_ = 0;
  int help_pages_ = 1;      // of the overlay of keys, where it has no room for all at once
  bool folded_ = false;     // the window is so narrow that the panel is a rail
  bool panel_over_ = false; // which was brought over the stage
  double play_remainder_ = 0;
  RopeConfig measured_rope_;
  float resting_ = 0;        // seconds since the mouse moved
  bool hushed_ = false;      // of a lecture: the mouse has not moved since the last press
  float still_ = 0;          // seconds since the scheme in force last changed
  std::int64_t columns_ = 0; // of the last frame
  bool help_ = false, computed_ = false, live_ = false;
  HelpSize help_size_;
  Attention attention_;
  Palette palette_;
  ModelList models_;
  Rect models_place_{}; // below which the list of models opens
  Request wanted_ = Request::none;
  std::unique_ptr<Lectern> lectern_; // of the lecture that is given
  Scene desk_;                       // the scene before it
  std::string last_lecture_;         // its file
  struct LeftLecture {
    std::string file; // empty: of the program
    lecture::Lecture lecture;
    std::string step; // its id; empty: it was over
  };
  std::optional<LeftLecture> left_;
  FileWatch lecture_watch_;
  FileStamp lecture_seen_;
  std::function<double()> lecture_clock_;
  std::unique_ptr<StepPictures> step_pictures_;
  bool hurried_ = false;
  struct Notice {
    std::string words;
    float left = 0; // seconds
  } notice_;        // of what was done just now; it goes by itself
};

} // namespace ropescope::shell
