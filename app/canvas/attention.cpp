#include "app/canvas/attention.h"

#include <algorithm>
#include <functional>

#include "app/canvas/canvas.h"
#include "app/canvas/widgets.h"

namespace ropescope::canvas {

void Attention::begin(float seconds) {
  std::swap(order, before);
  order.clear();
  explained = {};
  value = {};
  awaited = false;
  asked = false;
  since_shown += seconds;
  moved = false;
  const auto count = static_cast<std::ptrdiff_t>(before.size());
  const auto at = std::find(before.begin(), before.end(), focused) - before.begin();
  if (at == count) focused = 0; // it is not drawn any more
  if (tabs != 0 && count > 0) {
    // From nowhere the first Tab comes to the first control, and the first Shift+Tab to the one before it.
    const std::ptrdiff_t from = focused ? at : static_cast<std::ptrdiff_t>(start) - (tabs > 0 ? 1 : 0);
    focused = before[static_cast<std::size_t>(((from + tabs) % count + count) % count)];
    moved = true;
  }
  tabs = 0;
}

void Attention::end() {
  pair_moved = pair != next_pair;
  pair = next_pair;
  next_pair = -1;
  steps = 0;
  pressed = false;
  // Not compared as words: those of the last frame lay in its memory, which is gone.
  const std::size_t now = explained.empty() ? 0 : std::max<std::size_t>(1, std::hash<std::string_view>{}(explained));
  said_for = now == said ? said_for + 1 : 1;
  said = now;
  if (!asked) silent = false;
}

void light_pair(const Canvas& c, std::int64_t pair) {
  if (c.attention) c.attention->next_pair = pair;
}

std::int64_t lit_pair(const Canvas& c) { return c.attention ? c.attention->pair : -1; }

Asked take_focus(const Canvas& c, ImGuiID id, Rect area, bool is_slider) {
  if (!c.attention) return {};
  Attention& a = *c.attention;
  a.order.push_back(id);
  if (a.focused != id) return {};
  a.on_slider = is_slider;
  c.paint.frame(area.inset(-c.px(5), -c.px(3)), c.theme.accent, c.stroke(2), c.px(6));
  if (a.moved) {
    const float top = ImGui::GetWindowPos().y, bottom = top + ImGui::GetWindowSize().y;
    if (area.least.y < top || area.greatest.y > bottom) ImGui::SetScrollFromPosY(area.centre().y - top, 0.5f);
  }
  return {true, a.pressed, a.steps};
}

void explain(const Canvas& c, std::string_view words) {
  if (!c.attention || words.empty() || !ImGui::IsItemHovered()) return;
  Attention& a = *c.attention;
  a.asked = true;
  // A hand that holds something knows what it holds.
  if (ImGui::IsMouseDown(ImGuiMouseButton_Left) || ImGui::IsMouseDown(ImGuiMouseButton_Right)) {
    a.silent = true;
    a.silent_at = ImGui::GetIO().MousePos;
    return;
  }
  const Rect item{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  a.silent = a.silent && item.contains(a.silent_at);
  if (a.silent) return;
  a.awaited = true;
  if (c.resting < rest_before_words && a.since_shown > words_stay_ready) return;
  a.awaited = false;
  a.since_shown = 0;
  a.explained = words;
  if (a.beside > 0) {
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    const float right = a.beside + c.px(8), edges = c.px(28),
                height = wrapped_height(tooltip_width(), c.fonts.body, words) + edges;
    if (screen.x - right > tooltip_width() + edges)
      ImGui::SetNextWindowPos({right, std::max(0.0f, std::min(item.least.y - c.px(4), screen.y - height))});
  }
  show_tooltip(words);
}

void offer_value(const Canvas& c, Rect area, std::string_view words) {
  if (c.attention && area.contains(c.mouse)) c.attention->value = words;
}

} // namespace ropescope::canvas
