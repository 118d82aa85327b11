#include "app/lecture/overlays.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/lecture/marked_text.h"

namespace ropescope {

namespace {

/// Half of the window's ground over what lies below.
ImU32 veil(const Canvas& c, float strength) { return with_alpha(c.theme.ground, strength); }

float line_of(ImFont* font) { return compat::font_size(font) * 1.25f; }

void draw_strip_right(const Canvas& c, const StageFonts& fonts, Rect r, const Lectern& lectern, double now, float u) {
  const Player& player = lectern.player;
  const double elapsed = player.elapsed(now), minutes = player.lecture().minutes;
  float y = r.least.y;
  text(c, {r.greatest.x, y}, fonts.clock, c.theme.text, c.words("{}", clock_words(elapsed)), Align::right);
  y += compat::font_size(fonts.clock) * 1.08f;
  std::string_view of = minutes > 0 ? c.words("of {}", clock_words(minutes * 60)) : std::string_view();
  const std::string_view pace = pace_words(c, player, elapsed);
  const bool behind = pace.ends_with("behind");
  text(c, {r.greatest.x, y}, c.fonts.body, behind ? c.theme.key : c.theme.dim,
       pace.empty() ? of : c.words("{}{}{}", of, of.empty() ? "" : ", ", pace), Align::right);
  y += line_of(c.fonts.body) + 16 * u;
  const std::size_t next = player.step_number() + 1;
  const std::string_view comes = !player.answered() ? "next press: the motion"
                                 : next < player.lecture().steps.size()
                                     ? c.words("next: {}", player.lecture().steps[next].title)
                                     : std::string_view("this is the last step");
  text(c, {r.greatest.x, y}, c.fonts.body, c.theme.accent, shortened(c, c.fonts.body, comes, r.width()), Align::right);
}

/// As a lecturer reads it: "_{i}" stands below its line, and what not to do is in another colour.
MarkedStyle style_of(const Canvas& c, ImFont* font, ImU32 colour) {
  return {font, font == c.fonts.small ? c.fonts.heading : c.fonts.small, colour,
          colour == c.theme.text ? c.theme.bad : colour};
}

} // namespace

std::string_view pace_words(const Canvas& c, const Player& player, double elapsed) {
  const double planned = player.planned(), of_step = player.step().seconds;
  if (of_step == 0) return {};
  if (elapsed > planned + of_step) return c.words("{:.0f} s behind", elapsed - planned - of_step);
  if (elapsed < planned) return c.words("{:.0f} s ahead", planned - elapsed);
  return "on time";
}

std::string clock_words(double seconds) {
  const auto whole = static_cast<long>(std::max(0.0, seconds));
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

void draw_strip(const Canvas& c, const StageFonts& fonts, ImVec2 size, const Lectern& lectern, double now) {
  const float u = std::min(size.x / 1920, size.y / 1080), top = size.y * 0.69f;
  const lecture::Step& step = lectern.player.step();
  c.paint.box({{0, top}, size}, c.theme.panel);
  c.paint.line({0, top}, {size.x, top}, c.theme.accent, 3 * u);
  const Rect inner{{64 * u, top + 26 * u}, {size.x - 64 * u, size.y - 24 * u}};
  const float right = inner.greatest.x - 520 * u;
  draw_strip_right(c, fonts, {{right, inner.least.y - 12 * u}, inner.greatest}, lectern, now, u);
  const float width = right - inner.least.x - 40 * u, foot = inner.greatest.y - line_of(c.fonts.small);
  float y = inner.least.y;
  const auto paragraph = [&](ImFont* font, ImU32 colour, std::string_view words) {
    const MarkedStyle style = style_of(c, font, colour);
    if (words.empty() || y + marked_height(c, width, style, words) > foot) return;
    y = marked_text(c, {inner.least.x, y}, width, style, words);
  };
  if (!lectern.trouble.empty()) paragraph(c.fonts.small, c.theme.bad, lectern.trouble);
  paragraph(c.fonts.bold, c.theme.key, step.ask.empty() ? "" : c.words("Ask: {}", step.ask));
  if (lectern.answer) paragraph(c.fonts.body, c.theme.good, step.answer);
  for (const std::string& note : step.notes) paragraph(c.fonts.body, c.theme.text, note);
  text(c, {inner.least.x, foot}, c.fonts.small, c.theme.dim,
       lectern.answer ? "N hides this · A shows the question large" : "N hides this · A shows the answer");
  text(c, {inner.greatest.x, foot}, c.fonts.small, c.theme.dim,
       c.words("{} / {}", lectern.player.step_number() + 1, lectern.player.lecture().steps.size()), Align::right);
}

void draw_handout(const Canvas& c, Rect area, const StagePlan& plan, const lecture::Step& step) {
  c.paint.line(area.least, {area.greatest.x, area.least.y}, c.theme.grid, c.hairline());
  const Rect inner = area.inset(96 * plan.unit, 30 * plan.unit);
  float y = inner.least.y;
  const auto paragraph = [&](ImFont* font, ImU32 colour, std::string_view words) {
    if (words.empty()) return;
    const MarkedStyle style{font, c.fonts.heading, colour};
    y = marked_text(c, {inner.least.x, y}, inner.width(), style, words) + 6 * plan.unit;
  };
  paragraph(c.fonts.bold, c.theme.text, step.ask);
  paragraph(c.fonts.small, c.theme.text, step.answer);
  for (const std::string& note : step.notes) paragraph(c.fonts.small, c.theme.text, note);
}

void draw_question(const Canvas& c, const StageFonts& fonts, ImVec2 size, const Lectern& lectern) {
  const std::string& ask = lectern.player.step().ask;
  if (ask.empty()) return;
  c.paint.box({{0, 0}, size}, veil(c, 0.93f));
  const MarkedStyle style{fonts.title, fonts.bold, c.theme.text};
  const float width = size.x * 0.78f, height = marked_height(c, width, style, ask);
  marked_text(c, {(size.x - width) / 2, (size.y - height) / 2}, width, style, ask);
}

namespace {

constexpr std::size_t overview_columns = 5;

/// The place of a step's picture among all, pixels. In the design one has 336 × 189; more than three rows are smaller.
Rect overview_cell(ImVec2 size, std::size_t step, std::size_t count) {
  const float u = std::min(size.x / 1920, size.y / 1080), left = 64 * u, top = 124 * u;
  const auto rows = static_cast<float>((count + overview_columns - 1) / overview_columns);
  const float pitch = std::min(282 * u, (size.y - top - 80 * u) / std::max(1.0f, rows));
  const float height = std::min(189 * u, pitch - 64 * u), width = height * 16 / 9;
  const float across = (size.x - 2 * left - width) / static_cast<float>(overview_columns - 1);
  const float x = left + across * static_cast<float>(step % overview_columns),
              y = top + pitch * static_cast<float>(step / overview_columns);
  return {{x, y}, {x + width, y + height}};
}

/// On one line, or smaller on two: a title of six words seldom has room in one.
void draw_overview_title(const Canvas& c, ImVec2 at, float width, bool here, std::string_view title) {
  const ImU32 colour = here ? c.theme.text : c.theme.dim;
  ImFont *one = here ? c.fonts.bold : c.fonts.body, *two = here ? c.fonts.heading : c.fonts.small;
  if (text_width(one, title) <= width) {
    text(c, at, one, colour, title);
    return;
  }
  std::size_t cut = title.find(' ');
  for (std::size_t next = cut; next != std::string_view::npos; next = title.find(' ', next + 1))
    if (text_width(two, title.substr(0, next)) <= width) cut = next;
  cut = std::min(cut, title.size());
  text(c, at, two, colour, shortened(c, two, title.substr(0, cut), width));
  if (cut < title.size())
    text(c, {at.x, at.y + compat::font_size(two)}, two, colour, shortened(c, two, title.substr(cut + 1), width));
}

void draw_overview_cell(const Canvas& c, Rect cell, std::size_t step, const Lectern& lectern, const StepImage& image) {
  const lecture::Step& of = lectern.player.lecture().steps[step];
  const float u = cell.width() / 336;
  const bool here = step == lectern.player.step_number(), done = step < lectern.player.step_number(),
             chosen = step == lectern.chosen;
  if (!image || !image(step, cell)) {
    c.paint.box(cell, c.theme.panel, 6 * u);
    const float width = cell.width() - 32 * u;
    float y =
        wrapped_text(c, {cell.least.x + 16 * u, cell.least.y + 14 * u}, width, c.fonts.small, c.theme.text, of.title);
    if (!of.cannot.empty() && y + wrapped_height(width, c.fonts.small, of.cannot) < cell.greatest.y)
      wrapped_text(c, {cell.least.x + 16 * u, y}, width, c.fonts.small, c.theme.bad, of.cannot);
  }
  const float rim = std::max(1.0f, std::round((here || chosen ? 6 : 2) * u));
  c.paint.frame({{cell.least.x - rim, cell.least.y - rim}, {cell.greatest.x + rim, cell.greatest.y + rim}},
                here     ? c.theme.accent
                : chosen ? c.theme.text
                         : c.theme.grid,
                rim, 4 * u);
  const float y = cell.greatest.y + 12 * u;
  const float x =
      cell.least.x +
      text(c, {cell.least.x, y}, c.fonts.title, here ? c.theme.accent : c.theme.text, c.words("{}", step + 1)) + 12 * u;
  const float tick = done ? text_width(c.fonts.body, "✓") + 8 * u : 0;
  draw_overview_title(c, {x, y + 2 * u}, cell.greatest.x - x - tick, here, of.title);
  if (done) text(c, {cell.greatest.x, y + 2 * u}, c.fonts.body, c.theme.good, "✓", Align::right);
}

} // namespace

std::optional<std::size_t> draw_overview(const Canvas& c, const StageFonts& fonts, ImVec2 size, const Lectern& lectern,
                                         const StepImage& image) {
  const lecture::Lecture& lecture = lectern.player.lecture();
  const float u = std::min(size.x / 1920, size.y / 1080);
  c.paint.box({{0, 0}, size}, c.theme.ground);
  float wide = 0;
  if (lecture.minutes > 0)
    wide = text(c, {size.x - 64 * u, 40 * u}, fonts.text, c.theme.dim, c.words("{}", clock_words(lecture.minutes * 60)),
                Align::right);
  text(c, {64 * u, 30 * u}, fonts.title, c.theme.text,
       shortened(c, fonts.title, lecture.title, size.x - 160 * u - wide));
  std::optional<std::size_t> clicked;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (std::size_t step = 0; step < lecture.steps.size(); ++step) {
    const Rect cell = overview_cell(size, step, lecture.steps.size());
    draw_overview_cell(c, cell, step, lectern, image);
    if (cell.contains(mouse) && ImGui::IsMouseClicked(0)) clicked = step;
  }
  text(c, {64 * u, size.y - 56 * u}, c.fonts.body, c.theme.dim,
       "O or Esc: back     arrows, click or number + Enter: go");
  return clicked;
}

void draw_digits(const Canvas& c, const StageFonts& fonts, ImVec2 size, const Lectern& lectern) {
  if (lectern.digits.empty()) return;
  const auto step = lecture::find_step(lectern.player.lecture(), lectern.digits);
  const std::string_view words =
      c.words("{}  {}", lectern.digits, step ? lectern.player.lecture().steps[*step].title : "there is no such step");
  const float width = text_width(fonts.title, words) + c.px(48), height = compat::font_size(fonts.title) + c.px(36);
  const ImVec2 corner{(size.x - width) / 2, (size.y - height) / 2};
  c.paint.box({corner, {corner.x + width, corner.y + height}}, c.theme.raised, c.px(8));
  c.paint.frame({corner, {corner.x + width, corner.y + height}}, c.theme.accent, c.stroke(2), c.px(8));
  text(c, {corner.x + c.px(24), corner.y + c.px(16)}, fonts.title, c.theme.text, words);
}

void draw_blank(const Canvas& c, ImVec2 size) {
  c.paint.box({{0, 0}, size}, c.theme.dark ? IM_COL32(0, 0, 0, 255) : c.theme.ground);
}

namespace {

/// A smooth line through all points: Catmull and Rom's, four pieces between two of them.
void draw_stroke(const Canvas& c, const Stroke& stroke, float u, ImU32 colour) {
  constexpr int pieces = 4;
  auto line = c.list_of<ImVec2>(stroke.size() * pieces + 1);
  const auto at = [&](std::ptrdiff_t i) {
    return stroke[static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(i, 0, static_cast<std::ptrdiff_t>(stroke.size()) - 1))];
  };
  const auto through = [](float a, float b, float d, float e, float t) {
    return 0.5f * (2 * b + (d - a) * t + (2 * a - 5 * b + 4 * d - e) * t * t + (3 * b - a - 3 * d + e) * t * t * t);
  };
  for (std::ptrdiff_t i = 0; i + 1 < static_cast<std::ptrdiff_t>(stroke.size()); ++i)
    for (int k = 0; k < pieces; ++k) {
      const float t = static_cast<float>(k) / pieces;
      const ImVec2 a = at(i - 1), b = at(i), d = at(i + 1), e = at(i + 2);
      line.push_back({through(a.x, b.x, d.x, e.x, t) * u, through(a.y, b.y, d.y, e.y, t) * u});
    }
  line.push_back({stroke.back().x * u, stroke.back().y * u});
  if (line.size() == 1)
    c.paint.disc(line.front(), 4.5f * u, colour);
  else
    c.paint.polyline(line, colour, std::max(1.0f, std::round(9 * u)));
}

} // namespace

namespace {

ImU32 pen_colour(const Canvas& c) { return c.theme.dark ? c.theme.of(RopeType::ntk) : c.theme.query; }

} // namespace

void draw_pen_strokes(const Canvas& c, const StagePlan& plan, const std::vector<Stroke>& strokes) {
  for (const Stroke& stroke : strokes) draw_stroke(c, stroke, plan.unit, pen_colour(c));
}

void draw_with_pen(const Canvas& c, const StagePlan& plan, Lectern& lectern) {
  if (!lectern.pen || !ImGui::IsMousePosValid()) return;
  auto& strokes = lectern.strokes_here();
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 at{io.MousePos.x / plan.unit, io.MousePos.y / plan.unit};
  if (ImGui::IsMouseClicked(0)) strokes.push_back({at});
  constexpr float apart = 4; // pixels of the design
  if (io.MouseDown[0] && !strokes.empty()) {
    const ImVec2 last = strokes.back().back();
    if (std::hypot(at.x - last.x, at.y - last.y) >= apart) strokes.back().push_back(at);
  }
  c.paint.disc({io.MousePos.x + 14 * plan.unit, io.MousePos.y + 14 * plan.unit}, 6 * plan.unit, pen_colour(c));
}

void draw_pointer(const Canvas& c, const StagePlan& plan, ImVec2 mouse) {
  const float radius = 30 * plan.unit, width = std::max(2.0f, std::round(6 * plan.unit));
  c.paint.circle(mouse, radius, c.theme.ground, width + std::round(6 * plan.unit));
  c.paint.circle(mouse, radius, c.theme.bad, width);
}

void draw_spotlight(const Canvas& c, ImVec2 size, const StagePlan& plan, ImVec2 mouse, float radius, float strength) {
  // A ring of quadrilaterals from the circle's edge to beyond the corners: everything but the circle is darkened.
  constexpr int parts = 72;
  const float from = radius * plan.unit, to = size.x + size.y;
  const ImU32 shade = with_alpha(c.theme.dark ? IM_COL32(0, 0, 0, 255) : IM_COL32(20, 20, 24, 255),
                                 strength * (c.theme.dark ? 0.66f : 0.59f));
  for (int i = 0; i < parts; ++i) {
    const double a = 2 * std::numbers::pi * i / parts, b = 2 * std::numbers::pi * (i + 1) / parts;
    const ImVec2 corners[] = {on_circle(mouse, from, a), on_circle(mouse, to, a), on_circle(mouse, to, b),
                              on_circle(mouse, from, b)};
    c.paint.polygon(corners, shade);
  }
}

} // namespace ropescope
