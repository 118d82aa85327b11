// What a hand does to a plot: Plot::take_input().
#include <algorithm>
#include <cmath>

#include "app/canvas/attention.h"
#include "app/canvas/axis_view.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/plot.h"
#include "app/canvas/widgets.h"

namespace ropescope::canvas {

namespace {

constexpr double notch = 1.2; ///< four notches halve what is seen

// Pixels at scale 1. While the wheel turns the hand may tremble by `same_place`. A box that is thinner than `thin`
// was not meant.
constexpr float same_place = 4, thin = 5;

/// Where a pixel lies along an axis, 0 … 1.
double share_of(const Axis& axis, float pixel) {
  return static_cast<double>((pixel - axis.first_pixel) / (axis.last_pixel - axis.first_pixel));
}

float distance(ImVec2 a, ImVec2 b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// The axis as it was, or would be, under another view.
AxisView under(const AxisSpec& spec, const std::optional<Range>& view) {
  AxisSpec other = spec;
  other.view = view;
  return AxisView(other);
}

} // namespace

Grip Plot::grip_x(const char* name, double value, bool chosen, float width) const {
  return grip(name, value, x, true, chosen, width);
}

Grip Plot::grip_y(const char* name, double value, bool chosen, float width) const {
  return grip(name, value, y, false, chosen, width);
}

Grip Plot::grip(const char* name, double value, const Axis& axis, bool upright, bool chosen, float width) const {
  Gesture& g = c_.gesture;
  ImGui::PushID(id_);
  const ImGuiID id = ImGui::GetID(name);
  const bool was_held = g.kind == Gesture::Kind::grip && g.part == id;
  Grip grip;
  // One that is held stays in the frame's list of items, wherever it is dragged to.
  if (was_held || (value >= axis.least && value <= axis.greatest)) {
    const float half = c_.px(width) / 2;
    const float at = std::clamp(axis.pixel(value), std::min(axis.first_pixel, axis.last_pixel),
                                std::max(axis.first_pixel, axis.last_pixel));
    const Rect r = upright ? Rect{{at - half, area.least.y}, {at + half, area.greatest.y}}
                           : Rect{{area.least.x, at - half}, {area.greatest.x, at + half}};
    hit(name, r);
    const std::string_view help = c_.words("A drag changes {}, and a double click takes it back to its default.", name);
    c_.note(c_.words("{} {}", id_, name), r, help);
    explain(c_, help);
    const ImGuiIO& io = ImGui::GetIO();
    const float mouse = upright ? io.MousePos.x : io.MousePos.y;
    const bool hovered = ImGui::IsItemHovered() && r.contains(c_.mouse);
    grip.held = ImGui::IsItemActive();
    const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    grip.reset = twice && !chosen;
    if (ImGui::IsItemActivated() && !twice)
      g = {.kind = Gesture::Kind::grip,
           .plot = ImGui::GetID(""),
           .x = upright,
           .y = !upright,
           .from = io.MousePos,
           .before = {Range{x.least, x.greatest}, Range{y.least, y.greatest}},
           .after = view(),
           .part = id,
           .offset = mouse - at};
    else if (grip.held && was_held && (upright ? io.MouseDelta.x : io.MouseDelta.y) != 0)
      grip.value = axis.value(mouse - g.offset);
    grip.lit = hovered || grip.held;
    if (hovered) g.over = ImGui::GetID(""), g.over_chosen = chosen;
    if (grip.lit) {
      ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
      const ImVec2 from = upright ? ImVec2(at, area.least.y) : ImVec2(area.least.x, at);
      const ImVec2 to = upright ? ImVec2(at, area.greatest.y) : ImVec2(area.greatest.x, at);
      c_.paint.line(from, to, with_alpha(c_.theme.accent, 0.7f), c_.stroke(3));
    }
  }
  if (was_held && !grip.held) g.kind = Gesture::Kind::none;
  ImGui::PopID();
  return grip;
}

void Plot::take_input() {
  c_.note(id_, area,
          "The wheel zooms at the mouse, a drag moves, a drag with the right button zooms to its box, a double click "
          "shows all.");
  if (c_.gesture.fit_all) move_to({});
  ImGui::PushID(id_);
  const bool over = c_.gesture.over == ImGui::GetID("");
  take("area", area, true, true, over);
  take("x", {{area.least.x, area.greatest.y}, {area.greatest.x, room_.greatest.y}}, true, false, false);
  take("y", {{room_.least.x, area.least.y}, {area.least.x, area.greatest.y}}, false, true, false);
  ImGui::PopID();
  if (over) c_.gesture.over = 0;
}

/// One of the three parts that take the mouse. Dear ImGui tells which of them holds it; what the hand is about is in
/// the gesture alone.
/// `over_grip`: the mouse is on a line of this plot that can be taken, which leaves the wheel to the plot.
void Plot::take(const char* part, Rect r, bool moves_x, bool moves_y, bool over_grip) {
  hit(part, r, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const ImGuiIO& io = ImGui::GetIO();
  const ImGuiID id = ImGui::GetID(part);
  const bool active = ImGui::IsItemActive();
  // The canvas has no mouse where something lies over all pictures, of which Dear ImGui knows nothing.
  const bool hovered = ImGui::IsItemHovered() && r.contains(c_.mouse);
  Gesture& g = c_.gesture;
  const bool dragging =
      g.plot == id && (g.kind == Gesture::Kind::press || g.kind == Gesture::Kind::pan || g.kind == Gesture::Kind::box);
  const bool on_chosen = over_grip && g.over_chosen;
  if ((hovered || on_chosen) && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    g = {};
    g.fitted = true;
    move_to({moves_x ? std::nullopt : x_spec_.view, moves_y ? std::nullopt : y_spec_.view});
  } else if (hovered && ImGui::IsItemActivated()) {
    const bool left = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    begin_drag(id, io.MouseClickedPos[left ? ImGuiMouseButton_Left : ImGuiMouseButton_Right], !left, moves_x, moves_y);
  } else if (dragging) {
    const bool box = g.kind == Gesture::Kind::box;
    drag(active, ImGui::IsMouseReleased(box ? ImGuiMouseButton_Right : ImGuiMouseButton_Left));
  } else if ((hovered || over_grip) && !active) {
    if (moves_x && (io.MouseWheelH != 0 || (io.KeyShift && io.MouseWheel != 0)))
      pan_by_wheel(io.MouseWheelH + (io.KeyShift ? io.MouseWheel : 0));
    else if (io.MouseWheel != 0)
      turn_wheel(id, moves_x, moves_y);
  }
  if (moves_x == moves_y) return; // over the curves words would hide what is read there
  if (hovered) ImGui::SetMouseCursor(moves_x ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  explain(c_, "This axis alone: the wheel zooms it, a drag moves it, a double click shows all of it.");
}

void Plot::move_to(const PlotView& next) {
  c_.gesture.after = next;
  if (next != view()) moved_ = next;
}

void Plot::begin_drag(ImGuiID id, ImVec2 from, bool box, bool moves_x, bool moves_y) {
  c_.gesture = {.kind = box ? Gesture::Kind::box : Gesture::Kind::press,
                .plot = id,
                .x = moves_x,
                .y = moves_y,
                .from = from,
                .before = view(),
                .after = view(),
                .notches = 0};
}

/// `held`: the button is still down and the mouse ours. A drag that ends without a release was taken away, by a dialog
/// for one.
void Plot::drag(bool held, bool released) {
  Gesture& g = c_.gesture;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  if (g.kind == Gesture::Kind::box)
    choose_box(released);
  else if (ImGui::IsMousePosValid(&mouse)) {
    if (g.kind == Gesture::Kind::press && distance(mouse, g.from) >= ImGui::GetIO().MouseDragThreshold)
      g.kind = Gesture::Kind::pan;
    if (g.kind == Gesture::Kind::pan) {
      // From where it began, so that nothing adds up and a mouse that comes back brings the view back.
      PlotView next = g.before;
      const AxisView along = under(x_spec_, g.before.x), up = under(y_spec_, g.before.y);
      const double across = share_of(x, mouse.x) - share_of(x, g.from.x);
      const double upwards = share_of(y, mouse.y) - share_of(y, g.from.y);
      if (g.x && across != 0) next.x = along.panned(along.shown(), -across);
      if (g.y && upwards != 0) next.y = up.panned(up.shown(), -upwards);
      move_to(next);
    } else if (released && g.x && g.y) {
      clicked_ = g.from;
      g.clicked = true;
    }
  }
  if (!held) g.kind = Gesture::Kind::none;
}

void Plot::choose_box(bool released) {
  Gesture& g = c_.gesture;
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 mouse = ImGui::IsMousePosValid(&io.MousePos) ? io.MousePos : g.from;
  if (compat::escape_pressed() || ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    g.kind = Gesture::Kind::none;
    return;
  }
  const bool by_x = g.x && !io.KeyAlt, by_y = g.y && !io.KeyShift;
  const auto within = [&](ImVec2 p) {
    return ImVec2(std::clamp(p.x, area.least.x, area.greatest.x), std::clamp(p.y, area.least.y, area.greatest.y));
  };
  const ImVec2 from = within(g.from), to = within(mouse);
  Rect box = area;
  if (by_x) box.least.x = std::min(from.x, to.x), box.greatest.x = std::max(from.x, to.x);
  if (by_y) box.least.y = std::min(from.y, to.y), box.greatest.y = std::max(from.y, to.y);
  const bool meant = (by_x || by_y) && box.width() >= c_.px(thin) && box.height() >= c_.px(thin);
  if (!released) {
    c_.paint.box(box, with_alpha(c_.theme.accent, meant ? 0.16f : 0.06f));
    c_.paint.frame(box, c_.theme.accent, c_.stroke(1));
  } else if (meant) {
    PlotView next = g.before;
    if (by_x) next.x = AxisView(x_spec_).part({x.least, x.greatest}, share_of(x, from.x), share_of(x, to.x));
    if (by_y) next.y = AxisView(y_spec_).part({y.least, y.greatest}, share_of(y, from.y), share_of(y, to.y));
    move_to(next);
  }
}

/// A tenth of the view per notch; Dear ImGui counts notches to the left as positive.
void Plot::pan_by_wheel(float notches) {
  const AxisView along(x_spec_);
  move_to({along.panned(along.shown(), -0.1 * static_cast<double>(notches)), y_spec_.view});
}

/// The view is made from what it was when the wheel began to turn at this place, and from the sum of the notches: as
/// many back give the same view to the last bit, which 1.2 × (1/1.2) would not.
void Plot::turn_wheel(ImGuiID id, bool moves_x, bool moves_y) {
  Gesture& g = c_.gesture;
  const ImGuiIO& io = ImGui::GetIO();
  const bool goes_on = g.kind == Gesture::Kind::wheel && g.plot == id && g.after == view() &&
                       distance(io.MousePos, g.from) <= c_.px(same_place);
  if (!goes_on) {
    begin_drag(id, io.MousePos, false, moves_x, moves_y);
    g.kind = Gesture::Kind::wheel;
  }
  const double notches = g.notches + static_cast<double>(io.MouseWheel);
  PlotView next = g.before;
  if (notches != 0) {
    const double factor = std::pow(notch, -notches);
    // What stays in place is told by the view that the wheel began with.
    const auto zoomed = [factor](const AxisView& then, double share) {
      return then.zoomed(then.shown(), share, factor);
    };
    if (moves_x) next.x = zoomed(under(x_spec_, g.before.x), share_of(x, g.from.x));
    if (moves_y) next.y = zoomed(under(y_spec_, g.before.y), share_of(y, g.from.y));
  }
  // A notch that a limit has swallowed whole does not count: as many back would not be seen either.
  if (notches != 0 && next == g.after) return;
  g.notches = notches;
  move_to(next);
}

} // namespace ropescope::canvas
