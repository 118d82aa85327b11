#include "app/pictures/lecture_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/canvas/attention.h"
#include "app/canvas/imgui_compat.h"
#include "core/error.h"

namespace ropescope::pictures {

bool put(const Canvas& c, Rect room, ImVec2 at, ImFont* font, ImU32 colour, std::string_view words, Align align) {
  const float width = text_width(font, words), height = compat::font_size(font);
  const float left = at.x - (align == Align::left ? 0 : align == Align::centre ? width / 2 : width);
  // The letters themselves: a line is higher by a twelfth above and below.
  constexpr float rounding = 0.5f; // pixels: a text begins on a whole one
  const Rect letters{{left, at.y + height / 12}, {left + width, at.y + height * 11 / 12}};
  if (words.empty() || letters.least.x < room.least.x - rounding || letters.greatest.x > room.greatest.x + rounding ||
      at.y < room.least.y - rounding || at.y + height > room.greatest.y + rounding)
    return false;
  if (!is_free(c, letters)) return false;
  text(c, at, font, colour, words, align);
  return true;
}

float line_of(ImFont* font) { return compat::font_size(font); }

ImFont* largest_font(const Canvas& c, std::string_view words, float width, float height) {
  for (ImFont* font : {c.fonts.huge, c.fonts.large, c.fonts.title, c.fonts.bold, c.fonts.small})
    if (text_width(font, words) <= width && line_of(font) <= height) return font;
  return nullptr;
}

void tile(const Canvas& c, Rect r, ImU32 fill, ImU32 rim, float rim_width) {
  const float rounding = std::min(c.px(6), r.height() / 4);
  c.paint.box(r, fill, rounding);
  if (rim_width > 0) c.paint.frame(r, rim, c.stroke(rim_width), rounding);
}

void arrow(const Canvas& c, ImVec2 from, ImVec2 to, ImU32 colour, float width) {
  const float dx = to.x - from.x, dy = to.y - from.y, length = std::sqrt(dx * dx + dy * dy);
  if (length < 1) return;
  const float head = std::min(length * 0.5f, std::max(width * 2.6f, c.px(7))), ux = dx / length, uy = dy / length;
  const ImVec2 neck{to.x - ux * head, to.y - uy * head};
  c.paint.line(from, {neck.x + ux, neck.y + uy}, colour, width);
  const float half = head * 0.48f;
  c.paint.triangle(to, {neck.x - uy * half, neck.y + ux * half}, {neck.x + uy * half, neck.y - ux * half}, colour);
}

void draw_tick(const Canvas& c, ImVec2 at, float side, ImU32 colour) {
  const float s = side / 2;
  const ImVec2 points[] = {
      {at.x - 0.75f * s, at.y + 0.1f * s}, {at.x - 0.2f * s, at.y + 0.7f * s}, {at.x + 0.8f * s, at.y - 0.75f * s}};
  c.paint.polyline(points, colour, whole_stroke(side * 0.13f));
}

void draw_cross(const Canvas& c, ImVec2 at, float side, ImU32 colour) {
  const float s = side * 0.36f, width = whole_stroke(side * 0.13f);
  c.paint.line({at.x - s, at.y - s}, {at.x + s, at.y + s}, colour, width);
  c.paint.line({at.x + s, at.y - s}, {at.x - s, at.y + s}, colour, width);
}

ImU32 ink_on(ImU32 ground) {
  constexpr ImU32 black = IM_COL32(16, 16, 20, 255), white = IM_COL32(255, 255, 255, 255);
  return contrast(ground, white) > contrast(ground, black) ? white : black;
}

Held hold(const Canvas& c, const char* id, std::string_view handle, Rect area, float at, bool across,
          std::string_view help) {
  Held held;
  if (c.bare) return held;
  Gesture& g = c.gesture;
  hit(id, area);
  c.note(handle, area, help);
  explain(c, help);
  const ImGuiID item = ImGui::GetID(id);
  const ImGuiIO& io = ImGui::GetIO();
  const float mouse = across ? io.MousePos.x : io.MousePos.y;
  const bool was_held = g.kind == Gesture::Kind::grip && g.part == item, active = ImGui::IsItemActive();
  const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  held.reset = twice;
  held.lit = active || (ImGui::IsItemHovered() && area.contains(c.mouse));
  if (ImGui::IsItemActivated() && !twice)
    g = {.kind = Gesture::Kind::grip,
         .plot = item,
         .x = across,
         .y = !across,
         .from = io.MousePos,
         .before = {},
         .after = {},
         .part = item,
         .offset = mouse - at};
  else if (active && was_held && (across ? io.MouseDelta.x : io.MouseDelta.y) != 0)
    held.to = mouse - g.offset;
  if (was_held && !active) g.kind = Gesture::Kind::none;
  if (held.lit) ImGui::SetMouseCursor(across ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  return held;
}

void set_by_hand(Scene& next, std::string_view key, const Value& value) {
  Scene changed = next;
  try {
    set(changed, *find_property(key), value);
    next = std::move(changed);
  } catch (const Error&) {
    // A hand drags across what cannot be: the value stays at the last that can.
  }
}

void close_value(Scene& next, std::string_view key) {
  static const Property& open = *find_property("config.open");
  if (next.options.words(open) == key) next.options.set(open, {});
}

std::string_view superscript(const Canvas& c, std::int64_t number) {
  constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string_view words = number < 0 ? "⁻" : "";
  for (const char digit : c.words("{}", std::abs(number)))
    words = c.words("{}{}", words, digits[static_cast<std::size_t>(digit - '0')]);
  return words;
}

} // namespace ropescope::pictures
