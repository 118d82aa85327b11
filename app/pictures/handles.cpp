#include "app/pictures/handles.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ropescope::pictures {

float handle_height(const Canvas& c) { return c.px(46); }

void draw_handle(const Canvas& c, const char* id, Rect line, const Property& row, double least, double greatest,
                 const Scene& scene, Scene& next) {
  if (line.width() < c.px(120) || line.height() < handle_height(c) - 1) return;
  const Value now = get(scene, row);
  const double* const number = std::get_if<double>(&now);
  double value = std::clamp(number ? *number : greatest, least, greatest);
  // As every other number: 12 288.
  const bool groups = number && std::abs(*number) < 0x1p53 && *number == std::trunc(*number);
  const std::string_view shown = groups   ? grouped(c, *number)
                                 : number ? c.words("{}", value_words(row, now))
                                          : row.default_words;
  std::string typed;
  const Moved moved = slider(c, line.least, line.width(),
                             {.id = id,
                              .label = row.label,
                              .value_text = shown,
                              .least = least,
                              .greatest = greatest,
                              .logarithmic = row.logarithmic,
                              .whole = row.kind == Kind::whole,
                              .colour = row.colour ? c.theme.*row.colour : 0,
                              .help = row.help},
                             value, typed);
  if (moved == Moved::no) return;
  Scene changed = next;
  try {
    if (moved == Moved::reset)
      reset(changed, row);
    else
      set(changed, row,
          moved == Moved::typed ? parse_value(row, typed) : Value(row.snapped ? row.snapped(value) : value));
    next = std::move(changed);
  } catch (const Error&) {
    // What cannot be leaves the value as it is.
  }
}

std::optional<ImVec2> drag_point(const Canvas& c, const char* id, ImVec2 at, std::string_view help) {
  const float reach = c.px(14);
  const Rect area{{at.x - reach, at.y - reach}, {at.x + reach, at.y + reach}};
  hit(id, area);
  c.note(id, area, help);
  explain(c, help);
  const bool held = ImGui::IsItemActive();
  if (held || (ImGui::IsItemHovered() && area.contains(c.mouse))) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    c.paint.circle(at, reach, c.theme.accent, c.stroke(2));
  }
  const ImGuiIO& io = ImGui::GetIO();
  if (!held || (io.MouseDelta.x == 0 && io.MouseDelta.y == 0)) return std::nullopt;
  return io.MousePos;
}

void note_as(const Canvas& c, std::string_view name, std::string_view control) {
  if (!c.controls) return;
  const auto found =
      std::find_if(c.controls->begin(), c.controls->end(), [&](const Control& noted) { return noted.key == control; });
  if (found == c.controls->end()) return;
  const Control noted = *found; // note() may move the list
  c.note(name, noted.area, noted.help);
}

void draw_hand(const Canvas& c, ImVec2 from, ImVec2 to, ImU32 colour, float width) {
  const float length = std::hypot(to.x - from.x, to.y - from.y), head = std::min(width * 3.2f, length * 0.5f);
  if (length < 1) return;
  const ImVec2 along{(to.x - from.x) / length, (to.y - from.y) / length}, across{-along.y, along.x};
  const ImVec2 neck{to.x - along.x * head, to.y - along.y * head};
  c.paint.line(from, {neck.x + along.x, neck.y + along.y}, colour, width);
  const float half = head * 0.42f;
  c.paint.triangle(to, {neck.x + across.x * half, neck.y + across.y * half},
                   {neck.x - across.x * half, neck.y - across.y * half}, colour);
}

} // namespace ropescope::pictures
