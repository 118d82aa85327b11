#include "app/canvas/widgets.h"
#include "app/canvas/slider_knob.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/canvas/imgui_compat.h"

namespace ropescope::canvas {

namespace {

// Of a slider, pixels at scale 1: from its top to its line, the knob, the line, and how high the area is that takes the
// mouse. That is a little higher than the knob, as a hand is not exact, and ends where the next row begins.
constexpr float line_below = 28, knob_radius = 8, line_thickness = 4, hit_height = 20;

/// A logarithmic line has no 0: one that begins there counts from 1.
double shift_of(const Slider& s) { return s.logarithmic && s.least <= 0 ? 1 : 0; }

/// Where along the line a value lies: 0 at its left end, 1 at its right. A typed value may lie outside, and on a
/// logarithmic line it may be 0 or negative; 1e-30 then keeps the logarithm finite, and the caller clamps.
double to_unit(const Slider& s, double value) {
  const double shift = shift_of(s), least = s.least + shift;
  if (s.logarithmic) return std::log(std::max(value + shift, 1e-30) / least) / std::log((s.greatest + shift) / least);
  return (value - s.least) / (s.greatest - s.least);
}

/// The inverse of to_unit(), within the line.
double from_unit(const Slider& s, double unit) {
  const double u = std::clamp(unit, 0.0, 1.0);
  const double shift = shift_of(s), least = s.least + shift;
  const double value =
      s.logarithmic ? least * std::pow((s.greatest + shift) / least, u) - shift : s.least + u * (s.greatest - s.least);
  return s.whole ? std::round(value) : value;
}

/// The value after some notches of the wheel: each is one percent of the line. Where that rounds to the same integer,
/// it is the next integer, else the wheel would never leave small ones on a logarithmic line.
double stepped(const Slider& s, double value, float steps) {
  const double next = from_unit(s, std::clamp(to_unit(s, value), 0.0, 1.0) + 0.01 * static_cast<double>(steps));
  return s.whole && next == value ? std::clamp(value + (steps > 0 ? 1.0 : -1.0), s.least, s.greatest) : next;
}

/// Notches of the wheel that are meant for a slider: with Ctrl alone, whether what it stands on scrolls or not. A wheel
/// that was meant to scroll must not change a number.
float notches() {
  const ImGuiIO& io = ImGui::GetIO();
  return io.KeyCtrl ? io.MouseWheel : 0;
}

struct Line {
  float left, right, y;
  float x(const Slider& s, double value) const {
    return left + static_cast<float>(std::clamp(to_unit(s, value), 0.0, 1.0)) * (right - left);
  }
};

Line line_at(const Canvas& c, ImVec2 at, float width) { return {at.x, at.x + width, at.y + c.px(line_below)}; }

void draw_words(const Canvas& c, ImVec2 at, float width, const Slider& s) {
  labelled(c, {at, {at.x + width, at.y + c.px(line_below - knob_radius)}}, c.fonts.body, s.label, c.fonts.mono,
           s.value_text);
}

void draw_line(const Canvas& c, const Line& line, float from, float to, ImU32 colour) {
  const float half = c.px(line_thickness) / 2;
  c.paint.box({{line.left, line.y - half}, {line.right, line.y + half}}, c.theme.track, half);
  c.paint.box({{from, line.y - half}, {to, line.y + half}}, colour, half);
}

/// A light knob. On light panels, where it could not be seen, a dark edge gives it its shape.
void draw_knob(const Canvas& c, float x, float y, bool lively) {
  c.paint.disc({x, y}, c.px(knob_radius + (lively ? 1.0f : 0.0f)), c.theme.dark ? c.theme.text : c.theme.panel);
  if (!c.theme.dark) c.paint.circle({x, y}, c.px(knob_radius), c.theme.text, c.stroke(2));
}

/// A field to type a value into, in the place of the value. True in the frame of the Enter key.
bool type_value(const char* id, Rect place, bool open, std::string_view present, std::string& typed) {
  if (open) ImGui::OpenPopup(id);
  bool entered = false;
  ImGui::SetNextWindowPos(place.least);
  if (ImGui::BeginPopup(id)) {
    // Dear ImGui keeps what is being typed; the buffer is where it begins, and where it comes back.
    std::array<char, 64> buffer{};
    std::copy_n(present.begin(), std::min(present.size(), buffer.size() - 1), buffer.begin());
    // The first frame puts the cursor into the field, which is the next item.
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(place.width());
    entered = ImGui::InputText("##value", buffer.data(), buffer.size(),
                               ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    if (entered) typed = buffer.data();
    if (entered || compat::escape_pressed()) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  return entered;
}

/// The item that was just made, as a slider: pointer, words, focus.
Asked attend(const Canvas& c, const Slider& s, Rect area, Rect all) {
  c.note(s.id, area, s.help);
  if (ImGui::IsItemHovered() || ImGui::IsItemActive()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  explain(c, s.help);
  offer_value(c, all, s.value_text);
  return take_focus(c, ImGui::GetID(s.id), all, true);
}

} // namespace

ImVec2 knob_of(const Canvas& c, ImVec2 at, float width, const Slider& s, double value) {
  const Line line = line_at(c, at, width);
  return {line.x(s, value), line.y};
}

Moved slider(const Canvas& c, ImVec2 at, float width, const Slider& s, double& value, std::string& typed) {
  const Line line = line_at(c, at, width);
  const Rect area{{at.x - c.px(6), line.y - c.px(hit_height) / 2},
                  {at.x + width + c.px(6), line.y + c.px(hit_height) / 2}};
  const Rect all{at, {at.x + width, area.greatest.y}};
  hit(s.id, area);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  const Asked asked = attend(c, s, area, all);
  const ImGuiIO& io = ImGui::GetIO();
  Moved moved = Moved::no;
  const auto drag_to = [&](double next) {
    if (next == value) return;
    moved = Moved::dragged;
    value = next;
  };
  // A press sets the value under the mouse, and after it only a mouse that moves does: the second press of a double
  // click is still held in the next frames and must not undo the reset.
  if (hovered && ImGui::IsMouseDoubleClicked(0))
    moved = Moved::reset;
  else if (active && !io.KeyCtrl && !ImGui::IsMouseDoubleClicked(0) &&
           (ImGui::IsMouseClicked(0) || io.MouseDelta.x != 0))
    drag_to(from_unit(s, static_cast<double>((io.MousePos.x - line.left) / (line.right - line.left))));
  if (hovered && notches() != 0) drag_to(stepped(s, value, notches()));
  if (asked.steps != 0) drag_to(stepped(s, value, asked.steps));
  ImGui::PushID(s.id);
  // The field is a popup, whose name must differ from slider to slider: the slider's id is part of it.
  const Rect field{{at.x + width * 0.45f, at.y - c.px(6)}, {at.x + width, at.y + c.px(20)}};
  const bool to_type = (hovered && io.KeyCtrl && ImGui::IsMouseClicked(0)) || asked.pressed;
  if (type_value("type", field, to_type, s.value_text, typed)) moved = Moved::typed;
  ImGui::PopID();

  draw_words(c, at, width, s);
  const float x = line.x(s, value);
  draw_line(c, line, line.left, x, s.colour ? s.colour : c.theme.accent);
  draw_knob(c, x, line.y, hovered || active);
  const float reach = c.px(knob_radius);
  if (c.controls) c.note(c.words("{} knob", s.id), {{x - reach, line.y - reach}, {x + reach, line.y + reach}}, s.help);
  return moved;
}

Moved typed_line(const Canvas& c, const char* id, Rect line, std::string_view label, std::string_view value,
                 std::string_view help, std::string& typed) {
  const bool pressed = press(c, id, line, help);
  const bool hovered = ImGui::IsItemHovered();
  offer_value(c, line, value);
  ImGui::PushID(id);
  const bool entered = type_value(
      "type", {{line.least.x + line.width() * 0.45f, line.least.y - c.px(4)}, line.greatest}, pressed, value, typed);
  ImGui::PopID();
  labelled(c, line, c.fonts.body, label, c.fonts.mono, value);
  // Underlined under the mouse: it looks like a plain number, and can be typed.
  const float below = line.least.y + compat::font_size(c.fonts.mono) * 1.2f,
              from = line.greatest.x - std::min(line.width(), text_width(c.fonts.mono, value));
  if (hovered) c.paint.line({from, below}, {line.greatest.x, below}, c.theme.accent, c.stroke(1));
  if (!entered) return Moved::no;
  return typed.find_first_not_of(' ') == std::string::npos ? Moved::reset : Moved::typed;
}

RangeMoved range_slider(const Canvas& c, ImVec2 at, float width, const Slider& s, double& low, double& high,
                        std::string& typed) {
  const Line line = line_at(c, at, width);
  const Rect area{{at.x - c.px(6), line.y - c.px(hit_height) / 2},
                  {at.x + width + c.px(6), line.y + c.px(hit_height) / 2}};
  hit(s.id, area);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  const Asked asked = attend(c, s, area, {at, {at.x + width, area.greatest.y}});
  const ImGuiIO& io = ImGui::GetIO();
  const float from = line.x(s, low), to = line.x(s, high);
  // The knob nearer to where the button went down follows the mouse until it is released; Dear ImGui remembers which.
  int* const grabbed_high = ImGui::GetStateStorage()->GetIntRef(ImGui::GetID(s.id));
  if (asked.pressed) *grabbed_high = !*grabbed_high; // Enter goes from knob to knob
  if (ImGui::IsItemActivated() || (!active && !asked.focused))
    // With both at one place it is the one that can go where the mouse is: at the right of them the upper one.
    *grabbed_high = from == to ? io.MousePos.x >= to || low <= s.least
                               : std::abs(io.MousePos.x - from) >= std::abs(io.MousePos.x - to);
  const double before_low = low, before_high = high;
  // A knob stops at the other one, it does not push it.
  const auto move = [&](double next) { *grabbed_high ? high = std::max(next, low) : low = std::min(next, high); };
  RangeMoved result;
  // As an ordinary slider: a double click is the knob's own value, Ctrl and a click type one.
  if (hovered && ImGui::IsMouseDoubleClicked(0))
    result.moved = Moved::reset;
  else if (active && !io.KeyCtrl && !ImGui::IsMouseDoubleClicked(0) &&
           (ImGui::IsMouseClicked(0) || io.MouseDelta.x != 0))
    move(from_unit(s, static_cast<double>((io.MousePos.x - line.left) / (line.right - line.left))));
  else if (hovered && notches() != 0)
    move(stepped(s, *grabbed_high ? high : low, notches()));
  if (asked.steps != 0) move(stepped(s, *grabbed_high ? high : low, asked.steps));
  ImGui::PushID(s.id);
  const Rect field{{at.x + width * 0.45f, at.y - c.px(6)}, {at.x + width, at.y + c.px(20)}};
  const bool to_type = hovered && io.KeyCtrl && ImGui::IsMouseClicked(0);
  const std::string_view present = c.words("{:.4g}", *grabbed_high ? high : low);
  if (type_value("type", field, to_type, present, typed)) result.moved = Moved::typed;
  ImGui::PopID();
  draw_words(c, at, width, s);
  draw_line(c, line, line.x(s, low), line.x(s, high), s.colour ? s.colour : c.theme.accent);
  draw_knob(c, line.x(s, low), line.y, hovered || active);
  draw_knob(c, line.x(s, high), line.y, hovered || active);
  result.high = *grabbed_high;
  if (result.moved == Moved::no && (low != before_low || high != before_high)) result.moved = Moved::dragged;
  return result;
}

std::vector<Rect>& hot_areas() {
  static std::vector<Rect> areas;
  return areas;
}

bool hit(const char* id, Rect r, ImGuiButtonFlags buttons) {
  hot_areas().push_back(r);
  ImGui::SetCursorScreenPos(r.least);
  // Dear ImGui asserts that a button's size is not zero, which it may be in a very small window.
  return ImGui::InvisibleButton(id, {std::max(1.0f, r.width()), std::max(1.0f, r.height())}, buttons);
}

bool press(const Canvas& c, const char* id, Rect r, std::string_view help, std::string_view key, bool enabled) {
  const bool clicked = hit(id, r);
  c.note(key.empty() ? std::string_view(id) : key, r, help);
  if (enabled && ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  explain(c, help);
  const Asked asked = take_focus(c, ImGui::GetID(id), r);
  return (clicked || asked.pressed) && enabled;
}

bool needs_small(const Canvas& c, float width, std::string_view label) {
  return text_width(c.fonts.body, label) > width - c.px(8);
}

bool button(const Canvas& c, const char* id, Rect r, std::string_view label, bool selected, bool enabled,
            std::string_view help, bool small) {
  const bool pressed = press(c, id, r, help, {}, enabled);
  const bool hovered = ImGui::IsItemHovered() && enabled;
  ImU32 fill = selected ? c.theme.accent : c.theme.raised;
  if (hovered) fill = mix(fill, c.theme.text, 0.08f);
  c.paint.box({r.least, r.greatest}, fill, c.px(5));
  ImFont* font = small || needs_small(c, r.width(), label) ? c.fonts.small : c.fonts.body;
  const float y = (r.least.y + r.greatest.y - compat::font_size(font)) / 2;
  const ImU32 colour = selected ? c.theme.on_accent : enabled ? c.theme.text : with_alpha(c.theme.dim, 0.45f);
  text(c, {(r.least.x + r.greatest.x) / 2, y}, font, colour, shortened(c, font, label, r.width() - c.px(4)),
       Align::centre);
  return pressed;
}

bool link(const Canvas& c, const char* id, ImVec2 at, std::string_view label, std::string_view help) {
  const float width = text_width(c.fonts.small, label), height = compat::font_size(c.fonts.small);
  const bool pressed = press(c, id, {at, {at.x + width, at.y + height * 1.2f}}, help);
  text(c, at, c.fonts.small, c.theme.accent, label);
  if (ImGui::IsItemHovered())
    c.paint.line({at.x, at.y + height * 1.15f}, {at.x + width, at.y + height * 1.15f}, c.theme.accent, 1);
  return pressed;
}

float tooltip_width() { return ImGui::GetFontSize() * 22; }

void show_tooltip(std::string_view words) {
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(tooltip_width());
  ImGui::TextUnformatted(words.data(), words.data() + words.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

} // namespace ropescope::canvas
