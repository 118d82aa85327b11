#include "app/lecture/stage.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/canvas/imgui_compat.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

using lecture::Run;

// The stage's design, pixels of 1920 × 1080. The smallest letters of pictures have an em of 11.95 pixels at scale 1 (14
// from the top of the highest to the bottom of the lowest), which makes 22.1 of them.
constexpr float design_width = 1920, design_height = 1080, scale_at_design = 1.85f;
constexpr float side = 96, title_top = 50, text_top = 138, line_step = 46, pictures_top = 248, pictures_end = 976,
                handles_height = 56, foot_top = 1008, cells_top = 1053, cell_height = 6;

ImFont* font_of(const Canvas& c, const StageFonts& fonts, const Run& run) {
  if (run.shift == Run::Shift::none) return run.bold ? fonts.bold : fonts.text;
  return run.bold ? c.fonts.bold : c.fonts.body; // 0.7 of the others
}

/// How far below the line's top words begin, so that all stand on one baseline, or below and above it.
float drop_of(const Canvas& c, const StageFonts& fonts, const Run& run) {
  const float line = compat::font_size(fonts.text), own = compat::font_size(font_of(c, fonts, run));
  if (run.shift == Run::Shift::below) return line * 0.98f - own * 0.72f;
  if (run.shift == Run::Shift::above) return -own * 0.12f;
  return 0;
}

void draw_foot(const Canvas& c, const StagePlan& plan, const Player& player) {
  const std::size_t count = player.lecture().steps.size();
  const float top = plan.foot.least.y;
  const std::string_view number = c.words("{} / {}", player.step_number() + 1, count);
  const float wide = text(c, {plan.foot.greatest.x, top}, c.fonts.small, c.theme.dim, number, Align::right);
  text(c, {plan.foot.least.x, top}, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small, player.lecture().title, plan.foot.width() - wide - 40 * plan.unit));
  const float gap = std::min(6.0f, 240 / static_cast<float>(count)) * plan.unit;
  const float cell = (plan.foot.width() - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  const float y = cells_top * plan.unit + (plan.foot.least.y - foot_top * plan.unit);
  for (std::size_t i = 0; i < count; ++i) {
    const float x = plan.foot.least.x + (cell + gap) * static_cast<float>(i);
    const ImU32 colour = i == player.step_number()  ? c.theme.text
                         : i < player.step_number() ? c.theme.faint
                                                    : c.theme.track;
    c.paint.box({{x, y}, {x + cell, y + cell_height * plan.unit}}, colour, 2 * plan.unit);
  }
}

} // namespace

float stage_scale(ImVec2 size) { return scale_at_design * std::min(size.x / design_width, size.y / design_height); }

StagePlan plan_stage(ImVec2 size) {
  const float u = std::min(size.x / design_width, size.y / design_height);
  // A window of another shape has its room in the pictures.
  const float left = side * u, right = size.x - side * u, foot = size.y - (design_height - foot_top) * u,
              end = size.y - (design_height - pictures_end) * u;
  StagePlan plan{.unit = u, .title = {}, .text = {}, .pictures = {}, .handles = {}, .foot = {}};
  plan.title = {{left, title_top * u}, {right, text_top * u}};
  plan.text = {{left, text_top * u}, {right, (text_top + 2 * line_step) * u}};
  plan.pictures = {{left, pictures_top * u}, {right, end}};
  // Where they stand nothing else does, so that no picture moves for them.
  plan.handles = {{left + 520 * u, foot - 29 * u}, {right - 160 * u, foot + handles_height * u}};
  plan.foot = {{left, foot}, {right, size.y}};
  return plan;
}

std::vector<PlacedPicture> place_pictures(const std::vector<lecture::Column>& columns, Rect area, float gap) {
  std::vector<PlacedPicture> placed;
  double all = 0;
  for (const lecture::Column& column : columns) all += column.share;
  const float room = area.width() - gap * static_cast<float>(columns.size() - 1);
  float x = area.least.x;
  for (const lecture::Column& column : columns) {
    const float width = room * static_cast<float>(column.share / all);
    double of_rows = 0;
    for (const lecture::ShownPicture& row : column.rows) of_rows += row.share;
    const float high = area.height() - gap * static_cast<float>(column.rows.size() - 1);
    float y = area.least.y;
    for (const lecture::ShownPicture& row : column.rows) {
      const float height = high * static_cast<float>(row.share / of_rows);
      placed.push_back({row.name, {{std::round(x), std::round(y)}, {std::round(x + width), std::round(y + height)}}});
      y += height + gap;
    }
    x += width + gap;
  }
  return placed;
}

float draw_runs(const Canvas& c, const StageFonts& fonts, ImVec2 at, const std::vector<Run>& runs, float answer,
                const Player& player, LiveNumbers& numbers) {
  const float from = at.x;
  for (const Run& run : runs) {
    const std::string_view words =
        run.computed ? c.words("{}", numbers.words(run, player.scene(), player.written_json())) : run.words;
    ImFont* font = font_of(c, fonts, run);
    const float strength = run.bold ? answer : 1;
    if (strength > 0)
      text(c, {at.x, at.y + drop_of(c, fonts, run)}, font, with_alpha(colour_of(c.theme, run), strength), words);
    at.x += text_width(font, words); // the place of words that are not shown yet is kept
  }
  return at.x - from;
}

void draw_stage(const Canvas& c, const StageFonts& fonts, const StagePlan& plan, const Player& player,
                LiveNumbers& numbers, bool doubted) {
  const lecture::Step& step = player.step();
  ImFont* title = fonts.title;
  if (text_width(title, step.title) > plan.title.width()) title = fonts.bold;
  text(c, plan.title.least, title, c.theme.text, shortened(c, title, step.title, plan.title.width()));
  const float answer = player.answer_strength() * (doubted ? 0.5f : 1);
  for (std::size_t i = 0; i < step.text.size(); ++i)
    draw_runs(c, fonts, {plan.text.least.x, plan.text.least.y + line_step * plan.unit * static_cast<float>(i)},
              step.text[i], answer, player, numbers);
  draw_foot(c, plan, player);
}

ImU32 colour_of(const Theme& theme, const Run& run) {
  if (run.role == "q") return theme.query;
  if (run.role == "k") return theme.key;
  if (run.role == "ok") return theme.good;
  if (run.role == "bad") return theme.bad;
  if (const Scheme* scheme = run.role.empty() ? nullptr : find_scheme(run.role)) return theme.of(scheme->type);
  return run.bold ? theme.text : theme.dim;
}

void draw_cannot(const Canvas& c, Rect area, std::string_view why) {
  panel(c, area);
  const Rect inner = area.inset(c.px(28), c.px(28));
  wrapped_text(c, inner.least, inner.width(), c.fonts.body, c.theme.bad, c.words("This step cannot be shown: {}", why));
}

void draw_grab_ring(const Canvas& c, ImVec2 centre, float radius, bool solid) {
  const ImU32 colour = with_alpha(c.theme.text, 0.75f);
  const float width = c.stroke(1.45f);
  if (solid) return c.paint.circle(centre, radius, colour, width);
  constexpr int dots = 20;
  for (int i = 0; i < dots; ++i)
    c.paint.arc(centre, radius, 2 * std::numbers::pi * i / dots, std::numbers::pi / dots, colour, width);
}

void draw_grab_mark(const Canvas& c, Rect control, bool solid) {
  const float small = c.px(44), wide = control.width(), high = control.height();
  if (wide <= small && high <= small)
    return draw_grab_ring(c, control.centre(), std::max(c.px(10.5f), std::max(wide, high) / 2 + c.px(2)), solid);
  if (wide <= small) return draw_grab_ring(c, control.centre(), c.px(10.5f), solid);
  if (high > c.px(90) && wide > c.px(160)) return;
  const ImU32 colour = with_alpha(c.theme.text, 0.75f);
  const Rect frame = control.inset(-c.px(3), -c.px(3));
  if (solid) return c.paint.frame(frame, colour, c.stroke(1.45f), c.px(5));
  const ImVec2 corners[] = {
      frame.least, {frame.greatest.x, frame.least.y}, frame.greatest, {frame.least.x, frame.greatest.y}, frame.least};
  c.paint.polyline(corners, colour, c.stroke(1.45f), c.dashes({{3, 4, 3, 4}}));
}

} // namespace ropescope
