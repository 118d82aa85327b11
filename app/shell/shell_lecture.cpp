#include <algorithm>
#include <chrono>
#include <utility>

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/overlays.h"
#include "app/scene/picture.h"
#include "app/shell/shell.h"
#include "app/shell/texture_image.h"
#include "core/error.h"
#include "core/lecture/check.h"

// A lecture in the window: its stage in the place of the bar, the panel and the pictures.

namespace ropescope::shell {

namespace {

/// The first claim of a file that is not true, a sentence; the program's own lectures are tested.
std::string false_claim(const lecture::Lecture& lecture, const std::string& file) {
  if (file.empty()) return {};
  const auto results = lecture::judge_claims(lecture, written_claim_scene);
  const auto troubles = lecture::computed_troubles(lecture, results, written_claim_scene);
  return troubles.empty() ? std::string() : lecture::sentence(troubles.front(), file);
}

} // namespace

void Shell::begin_lecture(lecture::Lecture lecture, std::string file) {
  if (!lectern_) desk_ = scene_;
  Scene like = desk_;
  if (!lecture.theme.empty()) like.theme = lecture.theme == "dark" ? ThemeName::dark : ThemeName::light;
  last_lecture_ = file;
  if (!file.empty()) {
    const WatchedPaths paths{file};
    lecture_seen_ = stamps_of(paths).front();
    lecture_watch_.watch(paths, {lecture_seen_});
  }
  std::string trouble;
  if (lecture.has_errors()) trouble = lecture::sentence(lecture.troubles.front(), file.empty() ? "lecture" : file);
  const bool was_presented = presented();
  step_pictures_.reset();
  lectern_ = std::make_unique<Lectern>(std::move(lecture), like, std::move(file));
  lectern_->presented = was_presented;
  lectern_->trouble = std::move(trouble);
  if (lectern_->trouble.empty()) lectern_->trouble = false_claim(lectern_->player.lecture(), lectern_->file);
  hushed_ = true;
  show_step(lectern_->player.scene());
}

std::vector<std::string> Shell::take(LectureText& held, const Opened& opened) {
  lecture::Lecture lecture = lecture::read_lecture(held.text, scene_rules());
  const std::string name = std::filesystem::path(opened.path).filename().string();
  std::vector<std::string> said;
  for (const lecture::Trouble& trouble : lecture.troubles) said.push_back(lecture::sentence(trouble, name));
  if (lecture.readable) begin_lecture(std::move(lecture), opened.path);
  return said;
}

void Shell::go_on_with_lecture() {
  if (!left_ || left_->file != last_lecture_) return begin_lecture(last_lecture_.empty() ? "1" : last_lecture_);
  const LeftLecture left = std::move(*left_);
  left_.reset();
  left.file.empty() ? begin_lecture(left.lecture, "") : begin_lecture(left.file);
  if (!lectern_ || left.step.empty()) return;
  // Whoever pressed Esc by mistake stands where the class was; of a file that has changed since, as far as it goes.
  if (const auto step = lecture::find_step(lectern_->player.lecture(), left.step)) {
    lectern_->player.jump(*step, lecture_now());
    show_step(lectern_->player.scene());
  }
}

void Shell::begin_lecture(const std::string& wanted) {
  try {
    std::string name;
    lecture::Lecture lecture = lecture::read_lecture(lecture_text(wanted, name), scene_rules());
    if (!lecture.readable) throw Error(lecture::sentence(lecture.troubles.front(), name));
    begin_lecture(std::move(lecture), wanted == last_lecture_ ? wanted : std::string());
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

void Shell::end_lecture() {
  if (!lectern_) return;
  desk_.theme = scene_.theme;
  desk_.engine = scene_.engine;
  const Player& player = lectern_->player;
  const bool over = player.answered() && player.step_number() + 1 == player.lecture().steps.size();
  left_ = {lectern_->file, player.lecture(), over ? std::string() : player.step().id};
  lectern_.reset();
  show_step(desk_);
}

double Shell::lecture_now() const {
  if (lecture_clock_) return lecture_clock_();
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool Shell::lecture_key(int key, int modifiers, bool repeated) {
  const Player& player = lectern_->player;
  const bool at_end = player.step_number() + 1 == player.lecture().steps.size() && player.answered() &&
                      !player.moving() && !player.blank() && !lectern_->overview;
  switch (lectern_->key(key, modifiers, repeated, lecture_now())) {
  case Lectern::Key::unused: return false;
  case Lectern::Key::leave: end_lecture(); return true;
  case Lectern::Key::used: break;
  }
  hushed_ = true;
  // A press too many changes nothing on the stage: without a word a lecturer would think the clicker dead.
  if (at_end && !repeated && !lectern_->presented && (key == GLFW_KEY_PAGE_DOWN || key == GLFW_KEY_RIGHT))
    notify("This was the last step: Esc ends the lecture, O shows all steps.");
  // Another step is no edit that undo takes back.
  show_step(lectern_->player.scene());
  return true;
}

bool Shell::lecture_changed() { return !lectern_->file.empty() && lecture_watch_.look().front() != lecture_seen_; }

/// The file was saved: the lecture goes on with what it has now, or, where that cannot be read, with what it had.
void Shell::read_lecture_again() {
  if (!lecture_changed()) return;
  lecture_seen_ = lecture_watch_.seen().front();
  try {
    std::string name;
    lecture::Lecture lecture = lecture::read_lecture(lecture_text(lectern_->file, name), scene_rules());
    lectern_->trouble =
        lecture.has_errors() || !lecture.readable ? lecture::sentence(lecture.troubles.front(), name) : std::string();
    if (lecture.readable && lectern_->trouble.empty()) lectern_->trouble = false_claim(lecture, name);
    if (lecture.readable) {
      lectern_->player.replace(std::move(lecture));
      lectern_->forget_verdicts();
      step_pictures_.reset();
    } else
      lectern_->trouble += "; the lecture goes on as it was";
    if (!lectern_->trouble.empty() && !lectern_->presented && !lectern_->notes) notify(lectern_->trouble);
  } catch (const Error& error) {
    lectern_->trouble = fmt::format("{}; the lecture goes on as it was", error.what());
    if (!lectern_->presented && !lectern_->notes) notify(lectern_->trouble);
  }
}

/// Computes the step's scene: the picture of its view with all that pictures share, then the others beside it.
void Shell::update_lecture(const std::vector<PlacedPicture>& placed, std::int64_t columns) {
  accept(next_, columns);
  for (const PlacedPicture& picture : placed) {
    const Picture* row = find_picture(picture.name);
    if (row && row->name != scene_.view && row->update)
      work_or_give_up_gpu([&] { row->update(scene_, derived_, engines_, patience()); });
  }
}

void Shell::lecture_pictures(const Canvas& whole, const std::vector<PlacedPicture>& placed, Scene& next) {
  Canvas c = whole;
  if (placed.size() == 1) c.step = -1; // the step's title is enough
  // A stage has no panel: what that would have, pictures have themselves.
  const bool panel = std::exchange(scene_.panel, false);
  for (const PlacedPicture& picture : placed)
    if (const Picture* row = find_picture(picture.name)) row->draw(c, picture.area, scene_, derived_, next);
  scene_.panel = panel;
}

void Shell::present(bool presented) {
  if (lectern_) lectern_->presented = presented;
}

bool Shell::lecture_fades() const {
  if (!lectern_) return false;
  const float strength = lectern_->spotlight_strength(lecture_now());
  return strength > 0 && strength < 1;
}

/// What the next press shows comes first, where a display shows it; then the ends of all steps, from this one on.
std::optional<NextPress::Shown> Shell::next_step_picture() const {
  if (!lectern_ || hurried_ || lectern_->player.moving() || scene_.play != Play::off) return std::nullopt;
  const auto missing = [&](const NextPress::Shown& shown) {
    return !step_pictures_ || step_pictures_->is_due(shown.step, shown.end, scene_.theme);
  };
  if (lectern_->presented)
    if (const auto next = next_press(lectern_->player).shown; next && missing(*next)) return next;
  const std::size_t count = lectern_->player.lecture().steps.size(), here = lectern_->player.step_number();
  for (std::size_t i = 0; i < count; ++i)
    if (const NextPress::Shown shown{(here + i) % count, true}; missing(shown)) return shown;
  return std::nullopt;
}

bool Shell::draw_step_picture() {
  const auto shown = next_step_picture();
  if (!shown) return false;
  if (!step_pictures_) step_pictures_ = std::make_unique<StepPictures>(lectern_->player.lecture(), scene_, engines_);
  step_pictures_->work(shown->step, shown->end, scene_);
  return !step_pictures_->is_due(shown->step, shown->end, scene_.theme);
}

/// What goes with the mouse, which is on the stage.
void Shell::lecture_at_mouse(const Canvas& c, ImVec2 size, const StagePlan& plan, double now) {
  Lectern& lectern = *lectern_;
  draw_with_pen(c, plan, lectern);
  const float strength = lectern.spotlight_strength(now);
  if (strength <= 0) return;
  if (lectern.spotlight)
    lectern.spot_radius = std::clamp(lectern.spot_radius + 20 * ImGui::GetIO().MouseWheel, 120.0f, 600.0f);
  draw_spotlight(c, size, plan, ImGui::GetIO().MousePos, lectern.spot_radius, strength);
}

/// What the lecturer needs and the stage has to show where there is one display.
void Shell::lecture_alone(const Canvas& c, ImVec2 size, double now) {
  Lectern& lectern = *lectern_;
  if (lectern.notes) draw_strip(c, stage_fonts_, size, lectern, now);
  if (lectern.overview) {
    const auto clicked = draw_overview(c, stage_fonts_, size, lectern, [&](std::size_t step, Rect area) {
      const unsigned texture = step_pictures_ ? step_pictures_->texture(step, true) : 0;
      if (texture != 0) draw_texture(*ImGui::GetForegroundDrawList(), texture, area);
      return texture != 0;
    });
    if (clicked) {
      lectern.player.jump(*clicked, now);
      lectern.overview = false;
    }
  }
  draw_digits(c, stage_fonts_, size, lectern);
}

/// What lies over the stage, the uppermost last.
void Shell::lecture_overlays(Canvas& c, ImVec2 size, const StagePlan& plan, double now) {
  Lectern& lectern = *lectern_;
  if (!c.attention) return draw_pen_strokes(c, plan, lectern.strokes_here()); // a file shows no more than these
  screen_.draw_above(ImGui::GetForegroundDrawList());
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool here = ImGui::IsMousePosValid();
  if (lectern.question) draw_question(c, stage_fonts_, size, lectern); // the pen and the light work on it as well
  draw_pen_strokes(c, plan, lectern.strokes_here());
  if (here) lecture_at_mouse(c, size, plan, now);
  if (!lectern.presented) lecture_alone(c, size, now);
  if (lectern.pointer && here) draw_pointer(c, plan, mouse);
  if (lectern.player.blank()) draw_blank(c, size);
  screen_.draw_above(nullptr);
}

/// Nobody asks with a mouse that lies still while steps come and go under it.
void Shell::quieten_while_hushed() {
  const ImGuiIO& io = ImGui::GetIO();
  if (hushed_ && (io.MouseDelta.x != 0 || io.MouseDelta.y != 0)) hushed_ = attention_.silent = false;
  if (hushed_) attention_.silent = true, attention_.silent_at = io.MousePos;
}

void Shell::lecture_frame(int width, int height, float seconds, bool live, Painter* outside) {
  live_ = live;
  const ImVec2 size{static_cast<float>(width), static_cast<float>(height) - lectern_->handout};
  begin(width, height, seconds, std::clamp(stage_scale(size), 0.5f, 6.0f), true);
  take_what_was_opened();
  take_exported();
  Lectern& lectern = *lectern_;
  Player& player = lectern.player;
  const double now = live ? lecture_now() : 0;
  if (live) read_lecture_again(), player.advance(now);
  next_ = player.scene();
  play_on(next_, seconds);
  const lecture::Step& step = player.step();
  const StagePlan plan = plan_stage(size);
  Canvas c = canvas(outside);
  if (!live) c.attention = nullptr;
  quieten_while_hushed();
  const std::vector<PlacedPicture> placed = place_pictures(step.show, plan.pictures, 24 * plan.unit);
  std::string cannot = step.cannot;
  if (cannot.empty()) {
    update_lecture(placed, std::max<std::int64_t>(64, static_cast<std::int64_t>(plan.pictures.width() / c.px(2))));
    if (!message_.words.empty() && message_.of_scene) cannot = message_.words;
  }
  next_ = scene_;
  const bool covered =
      (lectern.overview && !lectern.presented) || lectern.question || lectern.pen || player.blank() || help_;
  if (covered) c.mouse = {-1e6f, -1e6f}, c.clicked = false;
  ImGui::BeginDisabled(covered);
  if (cannot.empty()) {
    lecture_pictures(c, placed, next_);
    if (live) lecture_handles(c, plan, next_);
    lecture_rings(c, placed);
  } else
    draw_cannot(c, plan.pictures, cannot);
  ImGui::EndDisabled();
  if (live) lectern.judge(now);
  if (live && !lectern.presented && resting_ > cursor_rest) ImGui::SetMouseCursor(ImGuiMouseCursor_None);
  draw_stage(c, stage_fonts_, plan, player, lectern.numbers, lectern.doubted());
  if (lectern.handout > 0) draw_handout(c, {{0, size.y}, {size.x, static_cast<float>(height)}}, plan, step);
  lecture_overlays(c, size, plan, now);
  lists(c, {{0, 0}, size}, next_);
  if (help_ && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) help_ = false;
  if (help_ && c.attention) help(c);
  if (c.attention) draw_notice(c);
  if (next_ != scene_ && cannot.empty()) accept(next_, columns_);
  if (live && cannot.empty()) player.take(scene_);
  file_dialogs(c);
  if (!player.moving()) remember(remembered_);
  finish();
  draw_exports();
}

} // namespace ropescope::shell
