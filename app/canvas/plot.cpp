#include "app/canvas/plot.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/axis_view.h"
#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"

namespace ropescope::canvas {

namespace {

// Pixels at scale 1: from the area to the labels, between two labels, a line of small letters, and what stays free
// where nothing is written.
constexpr float to_labels = 7, between_labels = 10, line_height = 17, free_edge = 8;

float widest(const Canvas& c, const Ticks& ticks) {
  float width = 0;
  for (const Tick& tick : ticks)
    if (!tick.label.empty()) width = std::max(width, text_width(c.fonts.small, tick.label));
  return width;
}

Axis axis_of(const AxisSpec& spec, float first_pixel, float last_pixel) {
  const AxisView view(spec);
  return {view.shown().least, view.shown().greatest, first_pixel, last_pixel, spec.scale, view.linear_within()};
}

/// Where a label of a width lies around its tick: in the middle, moved into the room at its ends.
Range place_of(const Tick& tick, const Axis& axis, double width, Range room) {
  const auto at = static_cast<double>(axis.pixel(tick.value));
  const double least = std::clamp(at - width / 2, room.least, std::max(room.least, room.greatest - width));
  return {least, least + width};
}

/// Takes the label off every tick where it would touch another's. Those of major ticks come first; `from_end`: the
/// last of them before the others.
template <typename Width>
void drop_overlaps(const Canvas& c, Ticks& ticks, const Axis& axis, Range room, double gap, bool from_end,
                   Width width) {
  auto taken = c.list_of<Range>(ticks.size());
  for (const bool minor : {false, true})
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      Tick& tick = ticks[from_end ? ticks.size() - 1 - i : i];
      if (tick.minor != minor || tick.label.empty()) continue;
      const Range place = place_of(tick, axis, width(tick), room);
      const bool free = std::none_of(taken.begin(), taken.end(), [&](const Range& other) {
        return place.least < other.greatest + gap && other.least < place.greatest + gap;
      });
      if (free)
        taken.push_back(place);
      else
        tick.label.clear();
    }
}

/// Pixels between the two labels that are nearest to each other.
float least_distance(const Ticks& ticks, const Axis& axis) {
  float least = 1e9f, before = -1e9f;
  for (const Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    least = std::min(least, axis.pixel(tick.value) - before);
    before = axis.pixel(tick.value);
  }
  return least;
}

/// Ticks of x whose labels do not touch.
Ticks x_ticks_of(const Canvas& c, const Axis& x, const AxisSpec& spec) {
  float gap = c.px(spec.least_gap);
  const auto made = [&] {
    Ticks made = ticks(x, spec.labels, gap, &c.memory);
    if (spec.end_labelled) add_end(made, x, gap);
    return made;
  };
  if (spec.labels == Labels::powers_of_two) { // "4 096" where there is room for all in full, else "4K"
    Ticks full = made();
    write_in_full(full);
    if (least_distance(full, x) >= widest(c, full) + c.px(between_labels)) return full;
  }
  Ticks found = made();
  // Labels that are wider than their gap ask for wider steps. Twice: wider steps may have wider labels.
  for (int i = 0; i < 2 && widest(c, found) + c.px(between_labels) > gap; ++i) {
    gap = widest(c, found) + c.px(between_labels);
    found = made();
  }
  return found;
}

/// An axis as it was when the hand took a grip on this plot, as long as it holds it.
AxisSpec held_still(const Canvas& c, const char* id, AxisSpec spec, std::optional<Range> PlotView::*axis) {
  ImGui::PushID(id);
  // A grip whose plot went away while it was held was never let go.
  if (c.gesture.kind == Gesture::Kind::grip && c.gesture.plot == ImGui::GetID("") && ImGui::IsAnyItemActive()) {
    spec.all = *(c.gesture.before.*axis); // as all there is, so that no limit holds it back
    spec.view.reset();
    spec.fewest = 0;
  }
  ImGui::PopID();
  return spec;
}

} // namespace

struct Plot::Layout {
  Rect area;
  Axis x, y;
  Ticks x_ticks, y_ticks;
};

/// From the outside inwards: the titles and a line of labels give the height, the height gives the labels of y, the
/// widest of those gives the width, and that the labels of x.
Plot::Layout Plot::lay_out(const Canvas& c, Rect room, const AxisSpec& x_spec, const AxisSpec& y_spec) {
  const float top = room.least.y + c.px(y_spec.title.empty() ? free_edge : line_height + free_edge);
  const float labels_below = x_spec.labels == Labels::none ? x_spec.margin : to_labels + line_height;
  const float below = c.px(labels_below + (x_spec.title.empty() ? 0.0f : line_height));
  // However small the room is, the area is a pixel wide and high: nothing then divides by 0.
  const float bottom = std::max(top + 1, room.greatest.y - below);
  const Axis y = y_spec.downwards ? axis_of(y_spec, top, bottom) : axis_of(y_spec, bottom, top);
  Ticks y_ticks = ticks(y, y_spec.labels, c.px(y_spec.least_gap), &c.memory);
  drop_overlaps(c, y_ticks, y, {-1e9, 1e9}, 0, false, [&](const Tick&) { return c.px(line_height); });

  // In steps of 12 pixels, so that the area does not shift with every digit while the view moves.
  const float labels = std::ceil(widest(c, y_ticks) / c.px(12)) * c.px(12);
  const float beside = y_spec.labels == Labels::none ? c.px(y_spec.margin) : labels + c.px(to_labels + 1);
  const float left = std::round(room.least.x + beside);
  const float right = std::max(left + 1, room.greatest.x - c.px(free_edge));
  const Axis x = axis_of(x_spec, left, right);
  Ticks x_ticks = x_ticks_of(c, x, x_spec);
  const Range across{static_cast<double>(left - c.px(12)), static_cast<double>(room.greatest.x)};
  drop_overlaps(c, x_ticks, x, across, static_cast<double>(c.px(between_labels) / 2), x_spec.end_labelled,
                [&](const Tick& tick) { return text_width(c.fonts.small, tick.label); });
  return {{{left, top}, {right, bottom}}, x, y, std::move(x_ticks), std::move(y_ticks)};
}

Plot::Plot(const Canvas& c, const char* id, Rect room, const AxisSpec& x_spec, const AxisSpec& y_spec)
    : Plot(c, id, room, x_spec, y_spec,
           lay_out(c, room, held_still(c, id, x_spec, &PlotView::x), held_still(c, id, y_spec, &PlotView::y))) {}

Plot::Plot(const Canvas& c, const char* id, Rect room, const AxisSpec& x_spec, const AxisSpec& y_spec, Layout&& layout)
    : area(layout.area), x(layout.x), y(layout.y), c_(c), id_(id), room_(room), x_spec_(x_spec), y_spec_(y_spec),
      x_ticks_(std::move(layout.x_ticks)), y_ticks_(std::move(layout.y_ticks)) {}

void Plot::draw_axes() const {
  c_.paint.begin_group("axes");
  const ImU32 grid = c_.theme.grid;
  const auto alpha = static_cast<float>(grid >> IM_COL32_A_SHIFT & 0xff) / 255;
  const auto draw = [&](const Ticks& ticks, const Axis& axis, bool upright) {
    for (const Tick& tick : ticks) {
      const float at = std::round(axis.pixel(tick.value)); // a whole pixel: a sharp line
      // The line of 0 is thicker, where there is something at both sides of it.
      const bool origin = tick.value == 0 && axis.least < 0 && axis.greatest > 0;
      // A box of whole pixels: a smoothed line would blend three times as many.
      const float width = origin ? c_.stroke(2) : c_.hairline(), from = at - std::floor((width - 1) / 2);
      const Rect line = upright ? Rect{{from, area.least.y}, {from + width, area.greatest.y}}
                                : Rect{{area.least.x, from}, {area.greatest.x, from + width}};
      c_.paint.box(line, tick.minor ? with_alpha(grid, alpha * 0.45f) : grid);
    }
  };
  draw(x_ticks_, x, true);
  draw(y_ticks_, y, false);
  draw_labels();
  c_.paint.end_group();
}

void Plot::draw_labels() const {
  ImFont* const small = c_.fonts.small;
  const ImU32 dim = c_.theme.dim;
  const float below = area.greatest.y + c_.px(to_labels - 2), half = c_.px(line_height) / 2;
  const Range across{static_cast<double>(area.least.x - c_.px(12)), static_cast<double>(room_.greatest.x)};
  for (const Tick& tick : x_ticks_) {
    if (tick.label.empty()) continue;
    const Range place = place_of(tick, x, static_cast<double>(text_width(small, tick.label)), across);
    text(c_, {static_cast<float>(place.least), below}, small, dim, tick.label);
  }
  for (const Tick& tick : y_ticks_)
    if (!tick.label.empty())
      text(c_, {area.least.x - c_.px(to_labels), y.pixel(tick.value) - half}, small, dim, tick.label, Align::right);
  const float width = room_.width();
  if (!y_spec_.title.empty()) text(c_, room_.least, small, dim, shortened(c_, small, y_spec_.title, width));
  if (!x_spec_.title.empty()) {
    const std::string_view title = shortened(c_, small, x_spec_.title, width);
    text(c_, {area.centre().x, below + c_.px(line_height)}, small, dim, title, Align::centre);
  }
}

void Plot::begin() const {
  c_.paint.push_clip(area);
  c_.paint.begin_group(id_);
}

void Plot::end() const {
  c_.paint.end_group();
  c_.paint.pop_clip();
}

void Plot::rule_x(double value, ImU32 colour, float width, float on, float off) const {
  if (!(value >= x.least && value <= x.greatest)) return;
  const float at = x.pixel(value);
  c_.rule({at, area.least.y}, {at, area.greatest.y}, colour, width, on, off);
}

void Plot::rule_y(double value, ImU32 colour, float width, float on, float off) const {
  if (!(value >= y.least && value <= y.greatest)) return;
  const float at = y.pixel(value);
  c_.rule({area.least.x, at}, {area.greatest.x, at}, colour, width, on, off);
}

void Plot::ground(const Rect& part, ImU32 colour) const {
  const Rect seen{{std::max(part.least.x, area.least.x), std::max(part.least.y, area.least.y)},
                  {std::min(part.greatest.x, area.greatest.x), std::min(part.greatest.y, area.greatest.y)}};
  if (seen.width() > 0 && seen.height() > 0) c_.paint.ground(seen, colour);
}

bool Plot::hovered() const { return area.contains(c_.mouse); }

} // namespace ropescope::canvas
