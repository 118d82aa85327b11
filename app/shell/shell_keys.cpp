#include <algorithm>

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "app/shell/shell.h"
#include "core/error.h"

// What keys do: first to what is open, then to the control that has the focus, then as actions; and the lists.

namespace ropescope::shell {

namespace {

// Seconds: long enough to read a line; how late the time of day may be; how long a helix swings round.
constexpr float notice_time = 4, wall_step = 10, swing_time = 0.4f;

} // namespace

bool Shell::takes_key(int key, int modifiers) {
  return files_.dialog.is_open()        ? files_.dialog.key(key, modifiers)
         : files_.film_dialog.is_open() ? files_.film_dialog.key(key)
         : files_.take_home.is_open()   ? files_.take_home.key(key)
                                        : files_.export_dialog.key(key, modifiers);
}

Request Shell::key(int key, int modifiers, bool repeated) {
  if (takes_key(key, modifiers)) return Request::none;
  if (palette_.is_open() && palette_.key(key)) return Request::none;
  if (models_.is_open() && models_.key(key)) return Request::none;
  const bool toggles_list = key == GLFW_KEY_P && (modifiers & GLFW_MOD_CONTROL) && palette_.is_open();
  if (takes_letters() && key != GLFW_KEY_ESCAPE && !toggles_list) return Request::none;
  // One thing at a time: a lecture ends last.
  if (lectern_ && key == GLFW_KEY_ESCAPE && close_what_is_open()) return Request::none;
  if (lectern_ && lecture_key(key, modifiers, repeated)) return Request::none;
  if (focus_key(key, modifiers)) return Request::none;
  const Action* found = action_for_key(key, modifiers);
  if (!found) return Request::none;
  // Where the panel is folded, its key brings it over the stage and takes it away again.
  if (folded_ && found->name == "panel") {
    panel_over_ = !panel_over_;
    return Request::none;
  }
  Scene next = scene_;
  const Request request = found->apply(next);
  begin_swing(next);
  if (message_.of_value && next != scene_) message_ = {};
  if (lectern_) lectern_->player.take(next);
  scene_ = next;
  return request;
}

/// The helix turns to its end, and home, in so long that the eye can follow; the scene is there at once.
void Shell::begin_swing(const Scene& next) {
  static const Property &yaw = *find_property("helix.yaw"), &pitch = *find_property("helix.pitch");
  if (scene_.view != "helix" || next.view != "helix" || lectern_) return;
  const Swing from{scene_.options.number(yaw), scene_.options.number(pitch), swing_time};
  if (next.options.number(yaw) != from.yaw || next.options.number(pitch) != from.pitch) swing_ = from;
}

/// The scene as it is seen now.
const Scene& Shell::swung(float seconds) {
  if (swing_.left <= 0) return scene_;
  // A window that has slept has a long frame behind it.
  swing_.left -= std::min(seconds, 1 / 30.0f);
  if (swing_.left <= 0 || scene_.view != "helix" || ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    swing_.left = 0;
    return scene_;
  }
  static const Property &yaw = *find_property("helix.yaw"), &pitch = *find_property("helix.pitch");
  const double share = 1 - static_cast<double>(swing_.left / swing_time), eased = share * share * (3 - 2 * share);
  swung_ = scene_;
  for (const auto& [row, from] : {std::pair{&yaw, swing_.yaw}, std::pair{&pitch, swing_.pitch}})
    swung_.options.set(*row, from + (scene_.options.number(*row) - from) * eased);
  return swung_;
}

/// Tab, and what the control with the focus takes: arrows, Enter, Space.
bool Shell::focus_key(int key, int modifiers) {
  Attention& a = attention_;
  const bool shift = modifiers & GLFW_MOD_SHIFT;
  if (modifiers & (GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER)) return false;
  const auto tab = [&](int by) { return a.tabs += by, true; };
  if (key == GLFW_KEY_TAB) return tab(shift ? -1 : 1);
  if (!a.focused) return false;
  const bool on = key == GLFW_KEY_RIGHT || key == GLFW_KEY_UP, back = key == GLFW_KEY_LEFT || key == GLFW_KEY_DOWN;
  if (a.on_slider && (on || back)) {
    a.steps += (on ? 1.0f : -1.0f) * (shift ? 10 : 1);
    return true;
  }
  // Between buttons arrows go as Tab does: to the right and down is on.
  if (!shift && (key == GLFW_KEY_RIGHT || key == GLFW_KEY_DOWN)) return tab(1);
  if (!shift && (key == GLFW_KEY_LEFT || key == GLFW_KEY_UP)) return tab(-1);
  const bool enter = key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER;
  if (!enter && (key != GLFW_KEY_SPACE || a.on_slider)) return false;
  a.pressed = true;
  return true;
}

void Shell::letter(unsigned codepoint) {
  if (codepoint == '?' && !takes_letters()) perform(Request::help);
}

bool Shell::takes_letters() const {
  return files_.dialog.is_open() || files_.export_dialog.is_open() || files_.film_dialog.is_open() ||
         files_.take_home.is_open() || palette_.is_open() || models_.is_open() || ImGui::GetIO().WantTextInput ||
         ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup);
}

/// Whether anything was open, which has then used the key up. A popup counts, but is not closed here: it belongs to
/// what draws it.
bool Shell::close_what_is_open() {
  if (palette_.is_open() || models_.is_open()) {
    palette_.close();
    models_.close();
  } else if (files_.dialog.is_open())
    files_.dialog.close();
  else if (files_.export_dialog.is_open())
    files_.export_dialog.close();
  else if (files_.film_dialog.is_open())
    files_.film_dialog.close();
  else if (files_.take_home.is_open())
    files_.take_home.close();
  else if (ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup))
    return true;
  else if (help_)
    help_ = false;
  else if (!message_.words.empty() && !message_.of_scene)
    message_ = {};
  else if (attention_.focused)
    attention_.leave();
  else if (panel_over_)
    panel_over_ = false;
  else
    return false;
  return true;
}

std::optional<float> Shell::due_in() const {
  std::optional<float> due;
  if (attention_.pair_moved || attention_.settling()) return 0.0f;
  if (attention_.awaited) due = std::max(0.0f, rest_before_words - resting_);
  if (lectern_)
    if (const auto judged = lectern_->judged_in(lecture_now())) due = std::min(due.value_or(*judged), *judged);
  if (lectern_ && (lectern_->notes || lectern_->presented) && lectern_->player.clock_runs())
    due = std::min(due.value_or(1.0f), 1.0f);
  if (presented()) due = std::min(due.value_or(wall_step), wall_step);
  if (lectern_ && !presented() && resting_ <= cursor_rest)
    due = std::min(due.value_or(cursor_rest), cursor_rest - resting_ + 0.02f);
  if (!notice_.words.empty()) due = std::min(due.value_or(notice_.left), notice_.left);
  if (!message_.words.empty() && !message_.of_scene) due = std::min(due.value_or(message_.left), message_.left);
  return due;
}

void Shell::pass(float seconds) {
  resting_ += seconds;
  attention_.since_shown += seconds;
  notice_.left -= seconds;
  tire_message(seconds);
}

/// A message goes by itself, as a notice does: what it tells of is over. One about the scene stays as long as it is so.
void Shell::tire_message(float seconds) {
  if (message_.words.empty() || message_.of_scene) return;
  message_.left -= seconds;
  if (message_.left <= 0) message_goes();
}

/// Without a click on it. What it leaves free stays free while the mouse may be on something that would move.
void Shell::message_goes() {
  message_ = {};
  message_room_ = true;
  room_of_view_ = scene_.view;
}

void Shell::notify(std::string words) { notice_ = {std::move(words), notice_time}; }

/// Above everything, so that nothing moves for it: as low and as near to the middle as it covers no words, which may be
/// what is being read; where there is no such place, at the lower edge.
void Shell::draw_notice(const Canvas& c) {
  if (notice_.words.empty()) return;
  notice_.left -= ImGui::GetIO().DeltaTime;
  if (notice_.left <= 0) {
    notice_ = {};
    return;
  }
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const std::string_view words = shortened(c, c.fonts.body, notice_.words, size.x - c.px(64));
  const float width = text_width(c.fonts.body, words) + c.px(32), height = c.px(36);
  const ImVec2 lowest{(size.x - width) / 2, size.y - height - c.px(20)};
  const auto stage = control("stage");
  const auto free_corner = [&]() -> std::optional<ImVec2> {
    for (float y = lowest.y; stage && y > stage->least.y; y -= c.px(6))
      for (const float aside : {0.0f, 0.2f, -0.2f}) {
        const ImVec2 at{lowest.x + aside * size.x, y};
        if (is_free(c, {at, {at.x + width, at.y + height}})) return at;
      }
    return std::nullopt;
  };
  const ImVec2 corner = free_corner().value_or(lowest);
  c.note("notice", {corner, {corner.x + width, corner.y + height}}, notice_.words);
  screen_.draw_above(ImGui::GetForegroundDrawList());
  c.paint.box({corner, {corner.x + width, corner.y + height}}, c.theme.raised, c.px(8));
  c.paint.frame({corner, {corner.x + width, corner.y + height}}, c.theme.outline, 1, c.px(8));
  text(c, {corner.x + c.px(16), corner.y + c.px(9)}, c.fonts.body, c.theme.text, words);
  screen_.draw_above(nullptr);
}

/// The palette and the list of models, and what is chosen in them.
void Shell::lists(const Canvas& c, Rect window, Scene& next) {
  if (!c.attention) return; // an export has none
  if (const auto deed = palette_.draw(c, window)) carry_out(*deed, next);
  // Below the control that opened it; by its key, without a panel, in the corner where that control would be.
  Rect place = models_place_;
  const float width = std::min(c.px(420), window.width() - c.px(16));
  if (!scene_.panel || place.width() == 0) place = {{c.px(8), c.px(8)}, {c.px(8), c.px(48)}};
  place = {{place.least.x, place.greatest.y + c.px(2)}, {place.least.x + width, window.greatest.y - c.px(8)}};
  if (const auto origin = models_.draw(c, place)) carry_out({.model = *origin}, next);
}

void Shell::carry_out(const Deed& deed, Scene& next) {
  try {
    if (deed.action) {
      const Request request = deed.action->apply(next);
      begin_swing(next);
      // What works on the scene in force (undo, paste) comes after this frame, as a key does.
      if (request != Request::none) wanted_ = request;
    } else if (deed.property)
      set(next, *deed.property, *deed.value);
    else if (preset_named(deed.model))
      next = with_model(next, find_preset(deed.model).model);
    else
      open(deed.model);
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

} // namespace ropescope::shell
