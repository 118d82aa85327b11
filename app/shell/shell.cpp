#include "app/shell/shell.h"

#include <algorithm>
#include <cmath>

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/canvas/hot_areas.h"
#include "app/canvas/imgui_compat.h"
#include "app/gpu/driver_time.h"
#include "app/scene/picture.h"
#include "app/scene/property.h"
#include "app/shell/panel.h"
#include "core/error.h"

namespace ropescope::shell {

namespace {

// Pixels at scale 1. Below `narrow` the panel is folded to a rail. A window is drawn as if it were `least_design` wide
// and high at least: where zoom would leave less, it goes as far as that alone.
constexpr float bar_height = 48, low_bar_height = 40, gap = 12, low_gap = 6, panel_width = 296, rail_width = 44,
                message_height = 38, narrow = 1100, low = 480;
const ImVec2 least_design(400, 260);
constexpr float greatest_scale = 6; // the letters' texture has an end
constexpr float zooms[] = {0.75f, 0.8f, 0.9f, 1, 1.1f, 1.25f, 1.5f, 1.75f, 2, 2.5f, 3};
// How fast Play moves: as many positions a second as a film has frames, so that it looks like movement.
constexpr double tokens_per_second = 24;
// Where the mouse is while no picture may react to it: far outside of everything.
constexpr float nowhere = -1e6f;

/// Type is as large as screen and zoom say, whatever the window's size: a larger window shows more.
float scale_for(int width, int height, float pixels, float zoom) {
  const float fit = std::min(static_cast<float>(width) / least_design.x, static_cast<float>(height) / least_design.y);
  const float wanted = pixels * zoom, least = pixels * std::min(zoom, 1.0f);
  return std::clamp(std::min(wanted, std::max(least, fit)), 0.5f, greatest_scale);
}

/// How many bins the score's curves have: one for two pixels (at scale 1) of its plot. 88 is what the picture
/// (score.cpp) leaves free beside its plot: 2 × 18 of the panel, 46 for labels and 6.
std::int64_t columns_of(const Canvas& c, float panel) {
  return std::max<std::int64_t>(64, static_cast<std::int64_t>((panel - c.px(88)) / c.px(2)));
}

} // namespace

Shell::Shell(Scene scene, gpu::Engines& engines)
    : engines_(engines), scene_(std::move(scene)), next_(scene_), remembered_(scene_) {
  // The engines are there already: the scene says which were asked for.
  scene_.engine = next_.engine = remembered_.engine = engines_.choice;
  IMGUI_CHECKVERSION();
  context_ = compat::make_context();
}

Shell::~Shell() {
  step_pictures_.reset(); // while OpenGL and Dear ImGui are still there
  ImGui::SetCurrentContext(context_);
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext(context_);
}

void Shell::begin(int width, int height, float seconds, float scale, bool stage) {
  if (fixed_scale_ > 0) scale = std::min(fixed_scale_, greatest_scale);
  // Before ImGui::NewFrame(), which locks the fonts.
  if (scale != scale_ || stage != (stage_fonts_.text != nullptr)) {
    fonts_ = Fonts::load(scale);
    stage_fonts_ = stage ? StageFonts::load(scale, fonts_) : StageFonts();
    scale_ = scale;
  }
  apply_style(theme(scene_.theme), scale_);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  // Dear ImGui asserts that time goes on.
  io.DeltaTime = std::max(seconds, 1e-4f);
  {
    const gpu::DriverTime driver;
    ImGui_ImplOpenGL3_NewFrame();
  }
  ImGui::NewFrame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  // One window of Dear ImGui as large as ours, without anything of its own to be seen: it holds every control.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::Begin("Ropescope", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar(3);
}

Canvas Shell::canvas(Painter* outside) {
  const ImGuiIO& io = ImGui::GetIO();
  // Whether the mouse belongs to the pictures. It does not while a popup is open or an item is held: a slider that is
  // dragged across a picture must not move that picture too.
  const bool free = !help_ && !ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup) && !ImGui::IsAnyItemActive();
  // What the frame before was drawn with is void from here on, its words included.
  grounds_.clear();
  image_textures_.begin_frame();
  memory_.reset();
  controls_.clear();
  if (ImGui::IsMouseClicked(0)) attention_.leave();
  attention_.begin(io.DeltaTime);
  taken_.clear();
  hot_areas().clear();
  resting_ = io.MouseDelta.x == 0 && io.MouseDelta.y == 0 ? resting_ + io.DeltaTime : 0;
  return {.paint = outside ? *outside : screen_,
          .memory = memory_,
          .theme = theme(scene_.theme),
          .fonts = fonts_,
          .gesture = gesture_,
          .scale = scale_,
          .mouse = free && ImGui::IsMousePosValid() ? io.MousePos : ImVec2(nowhere, nowhere),
          .clicked = free && ImGui::IsMouseClicked(0),
          .resting = resting_,
          .measured_times = live_,
          .controls = &controls_,
          .within = {{0, 0}, io.DisplaySize},
          .taken = &taken_,
          .attention = outside ? nullptr : &attention_};
}

bool Shell::reacts_to(ImVec2 mouse) const {
  const ImGuiIO& io = ImGui::GetIO();
  // What is open above the pictures, and what is held, follows the mouse everywhere.
  if (lectern_ && (lectern_->pointer || lectern_->spotlight || lectern_->pen || lectern_->overview)) return true;
  if (lectern_ && resting_ > cursor_rest) return true; // it is hidden, and comes back
  if (takes_letters() || help_ || ImGui::IsAnyItemActive() || io.MouseDown[0] || io.MouseDown[1]) return true;
  const auto is_hot = [&](ImVec2 at) {
    return std::any_of(hot_.begin(), hot_.end(), [&](const Rect& area) { return area.contains(at); });
  };
  return is_hot(mouse) || is_hot(io.MousePos);
}

void Shell::finish() {
  attention_.end();
  hot_.swap(hot_areas());
  // From 1.89 on Dear ImGui asserts that an item follows the last move of its cursor.
  ImGui::SetCursorScreenPos({0, 0});
  ImGui::Dummy({1, 1});
  ImGui::End();
  ImGui::Render();
  const gpu::DriverTime driver;
  const Theme& colours = theme(scene_.theme);
  // Grounds are cleared before Dear ImGui draws anything, so they lie below all else, whenever they were asked for.
  ground_painter_.paint(ImGui::GetIO().DisplaySize, grounds_, colours.panel, colours.ground);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

/// Computes what `next` shows and makes it the scene in force. Where it is not valid, the scene stays as it was and the
/// message says why.
void Shell::accept(Scene& next, std::int64_t columns) {
  columns_ = columns;
  settle(next);
  const auto compute = [&](const Scene& scene) {
    if (scene.engine != engines_.choice) engines_.choose(scene.engine);
    work_or_give_up_gpu([&] { derived_.update(scene, engines_, columns, patience()); });
  };
  try {
    compute(next);
    if (scene_ != next) {
      scene_ = next;
      if (message_.of_value) message_goes();
    }
    // A file of q or k that is still read may turn out to be none.
    if (drawable_ != scene_ && derived_.reading().empty()) drawable_ = scene_;
    computed_ = true;
    if (message_.of_scene) message_goes();
  } catch (const Error& error) {
    if (!computed_) throw; // nothing to go on with
    message_ = {error.what(), true, true};
    try {
      compute(scene_); // on, so that its curves go on getting finer, and drawn below the message
    } catch (const Error&) {
      // It came into force by a key or from outside, and could never be drawn: back to the last that could.
      message_.of_scene = false;
      scene_ = drawable_;
      compute(scene_);
    }
  }
}

/// Both engines are measured once nothing has moved for a moment, so that no movement waits for it.
void Shell::measure_when_still(float seconds) {
  constexpr float moment = 0.25f;
  // Copied only where it differs: a copy in every frame would be work for nothing.
  still_ = scene_.rope == measured_rope_ ? still_ + seconds : 0;
  if (measured_rope_ != scene_.rope) measured_rope_ = scene_.rope;
  if (derived_.parity_due() && still_ >= moment) work_or_give_up_gpu([&] { derived_.measure_parity(engines_); });
}

/// Where everything lies. A narrow window has the panel folded to a rail; over the stage where it was asked for.
Shell::Stage Shell::stage_of(const Canvas& c, int width, int height) {
  const ImVec2 end{static_cast<float>(width), static_cast<float>(height)};
  const bool is_low = end.y < c.px(low);
  const float space = c.px(is_low ? low_gap : gap), bar = c.px(is_low ? low_bar_height : bar_height), top = bar + space;
  folded_ = end.x < c.px(narrow);
  panel_over_ = panel_over_ && folded_;
  Stage stage{.bar = {{0, 0}, {end.x, bar}}, .panel = {}, .rail = {}, .pictures = {}, .message = {}};
  stage.message = {{space, end.y - space - c.px(message_height)}, {end.x - space, end.y - space}};
  const ImGuiIO& io = ImGui::GetIO();
  const bool on_it = ImGui::IsMousePosValid() && io.MousePos.y > bar && Rect{{0, 0}, end}.contains(io.MousePos);
  if ((!on_it && !io.MouseDown[0]) || scene_.view != room_of_view_) message_room_ = false;
  const float foot = shown_message().empty() && !message_room_ ? end.y - space : stage.message.least.y - space;
  float left = space;
  if (scene_.panel && folded_) stage.rail = {{0, bar}, {c.px(rail_width), end.y}}, left += stage.rail.width();
  const float from = panel_over_ && scene_.panel ? left - space / 2 : space;
  stage.panel = {{from, top}, {std::min(from + c.px(panel_width), end.x - space), foot}};
  if (scene_.panel && !folded_) left = stage.panel.greatest.x + space;
  stage.pictures = {{left, top}, {end.x - space, foot}};
  return stage;
}

void Shell::panel_or_rail(const Canvas& c, const Stage& stage, Scene& next) {
  if (stage.rail.width() > 0) {
    const RailAnswer answer = control_rail(c, stage.rail, panel_over_, scene_, next);
    if (answer.panel) panel_over_ = !panel_over_;
  }
  if (folded_ ? !panel_over_ : !scene_.panel) return;
  PanelAnswer answer = control_panel(c, stage.panel, folded_, scene_, computed_ ? &derived_ : nullptr, next);
  if (answer.open) perform(Request::open_file);
  if (answer.models) {
    models_place_ = *answer.models;
    perform(Request::models);
  }
  if (answer.part) open_part(*answer.part);
  if (!answer.refusal.empty()) message_ = {.words = std::move(answer.refusal), .of_value = true};
}

void Shell::play_on(Scene& next, float seconds) {
  if (next.play == Play::off) return;
  // Whole tokens are moved and the rest is kept, so that the speed does not depend on how many frames a second there
  // are.
  play_remainder_ += next.options.number(*find_property("play_speed")) * static_cast<double>(seconds);
  const auto tokens = static_cast<std::int64_t>(play_remainder_);
  play_remainder_ -= static_cast<double>(tokens);
  advance_play(next, tokens);
}

/// Order: the controls are drawn with what the frame before computed and edit `next`; it is computed; the pictures are
/// drawn with the new numbers, so that a dragged slider and its curves move together. What is clicked in a picture is
/// computed at the end and seen in the next frame.
void Shell::frame(int width, int height, float seconds, bool live, Painter* outside) {
  if (lectern_) return lecture_frame(width, height, seconds, live, outside);
  live_ = live;
  begin(width, height, seconds, scale_for(width, height, pixels_, zoom_));
  take_what_was_opened();
  take_exported();
  next_ = scene_; // a copy into what is there already allocates nothing
  Scene& next = next_;
  play_on(next, seconds);
  Canvas c = canvas(outside);
  const Stage stage = stage_of(c, width, height);
  // Below the overlay nothing reacts, and a click anywhere closes it.
  const bool covered = help_;
  ImGui::BeginDisabled(covered);
  // For exports: as it is without a message, which would make them smaller.
  c.note("stage", {stage.pictures.least, {stage.pictures.greatest.x, stage.message.greatest.y}});
  top_bar(c, stage.bar, next);
  attention_.start = attention_.order.size(); // Tab begins in the panel
  panel_or_rail(c, stage, next);
  accept(next, columns_of(c, stage.pictures.width()));
  // Where the edit was refused, the pictures go on from the scene that is still in force.
  next = scene_;
  const Picture& shown = shown_picture(scene_);
  // What lies under the panel takes no mouse.
  if (panel_over_ && stage.panel.contains(c.mouse)) c.mouse = {nowhere, nowhere}, c.clicked = false;
  (shown.draw_on_stage ? shown.draw_on_stage : shown.draw)(c, stage.pictures, swung(seconds), derived_, next);
  draw_reading(c, stage.pictures);
  message_bar(c, stage.message);
  ImGui::EndDisabled();
  if (covered && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) help_ = false;
  if (help_) help(c);
  lists(c, {{0, 0}, {static_cast<float>(width), static_cast<float>(height)}}, next);
  if (c.attention) draw_notice(c);
  take_back_first_click(next);
  if (next != scene_) accept(next, columns_of(c, stage.pictures.width()));
  file_dialogs(c);
  remember(remembered_);
  finish();
  if (live_) measure_when_still(seconds);
  draw_exports();
}

void Shell::set_zoom(float zoom) {
  zoom_ = std::isfinite(zoom) ? std::clamp(zoom, *std::begin(zooms), *std::prev(std::end(zooms))) : 1;
}

void Shell::picture_frame(int width, int height, bool bare, Painter* outside) {
  live_ = false;
  // No clock: the same picture twice is the same to the byte.
  begin(width, height, 1 / 60.0f, std::min(pixels_, greatest_scale));
  Canvas c = canvas(outside);
  c.bare = bare;
  c.attention = nullptr;
  next_ = scene_;
  accept(next_, columns_of(c, static_cast<float>(width)));
  // On paper nothing shows where the picture ends, and its own margin is enough.
  const float margin = c.theme.panels ? c.px(gap) : 0;
  const Rect all{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}};
  shown_picture(scene_).draw(c, all.inset(margin, margin), scene_, derived_, next_);
  finish();
}

void Shell::perform(Request request) {
  if (request == Request::open_file) ask_what_to_open();
  if (request == Request::save_scene) save_scene(false);
  if (request == Request::save_scene_as) save_scene(true);
  if (request == Request::export_dialog) lectern_ ? ask_what_to_take_home() : ask_what_to_export();
  if (request == Request::film_dialog) lectern_ ? ask_what_to_take_home() : ask_what_to_film();
  if (request == Request::lecture) lectern_ ? end_lecture() : go_on_with_lecture();
  if (request == Request::lecture_1) begin_lecture("1");
  if (request == Request::lecture_2) begin_lecture("2");
  if (request == Request::lecture_3) begin_lecture("3");
  if (request == Request::add_step) add_step();
  if (request == Request::help) turn_help_page();
  if (request == Request::back) close_what_is_open();
  if (request == Request::zoom_in) {
    const auto larger = std::upper_bound(std::begin(zooms), std::end(zooms), zoom_);
    zoom_ = larger == std::end(zooms) ? zoom_ : *larger;
  }
  if (request == Request::zoom_out) {
    const auto same = std::lower_bound(std::begin(zooms), std::end(zooms), zoom_);
    zoom_ = same == std::begin(zooms) ? zoom_ : *std::prev(same);
  }
  if (request == Request::zoom_reset) zoom_ = 1;
  if (request == Request::fit) gesture_.fit_all = true;
  if (request == Request::export_png) export_at_once(".png");
  if (request == Request::export_svg) export_at_once(".svg");
  if (request == Request::reload_shaders) reload_shaders();
  if (request == Request::undo || request == Request::redo) step_back_or_on(request == Request::undo);
  if (request == Request::palette) palette_.is_open() ? palette_.close() : palette_.open(scene_);
  if (request == Request::models) models_.is_open() ? models_.close() : models_.open(scene_, files_.recent);
  if (request >= Request::copy && request <= Request::copy_scene) copy(request);
  if (request == Request::paste) paste();
}

/// A double click fits a plot, and its first click had chosen a distance or a pair: that is taken back.
void Shell::take_back_first_click(Scene& next) {
  if (gesture_.clicked) steps_at_click_ = history_.steps();
  if (gesture_.fitted && history_.steps() == steps_at_click_ + 1) {
    Scene before = history_.undo(scene_);
    before.options = next.options; // the fit itself
    next = std::move(before);
  }
  gesture_.clicked = gesture_.fitted = gesture_.fit_all = false;
}

/// Undo and redo say what they did.
void Shell::step_back_or_on(bool back) {
  if (back) remember(remembered_); // what was changed since the last frame is a step of its own
  if (back ? !history_.can_undo() : !history_.can_redo()) {
    notify(back ? "There is nothing to undo." : "There is nothing to redo.");
    return;
  }
  // From what was to what is in force now, whichever way.
  Scene now = back ? history_.undo(scene_) : history_.redo(scene_);
  notify(fmt::format("{}: {}", back ? "Undone" : "Done again", name_of_change(scene_, now)));
  show_step(std::move(now));
}

/// A step that was undone or done again: the scene is what the history says, and no change of its own.
void Shell::show_step(Scene scene) {
  scene_ = std::move(scene);
  remembered_ = scene_;
}

/// Tells the history what changed. While a mouse button is down the change is live: a drag is one step.
void Shell::remember(const Scene& before) {
  const bool held = ImGui::IsMouseDown(ImGuiMouseButton_Left) || ImGui::IsMouseDown(ImGuiMouseButton_Right) ||
                    scene_.play != Play::off;
  if (scene_ != before) {
    history_.changed(before, scene_, held);
    remembered_ = scene_;
  } else if (!held)
    history_.release();
}

/// The badge and the message say which shaders are in force; where they are others, all is computed anew.
void Shell::reload_shaders() {
  const std::uint64_t before = engines_.shaders.taken;
  const gpu::ShaderState& state = engines_.reload_shaders();
  if (state.taken != before) derived_.forget();
  message_ = {state.message, state.refused, false};
}

std::optional<Rect> Shell::control(std::string_view key) const {
  for (const Control& control : controls_)
    if (control.key == key) return control.area;
  return std::nullopt;
}

} // namespace ropescope::shell
