#include "app/lecture/presenter.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/marked_text.h"
#include "app/lecture/overlays.h"
#include "app/scene/property.h"

namespace ropescope {

namespace {

constexpr float design_width = 1920, design_height = 1080;
// Pixels of the design. The stage has 58 % of the width.
constexpr float margin = 48, stage_share = 0.58f, label_top = 42, stage_top = 95, label_height = 37, facts_height = 37,
                keys_height = 32, low_margin = 12, below_stage = 16, clock_height = 118, last_row_width = 240,
                pace_height = 14, box_padding = 22;

float line_of(ImFont* font) { return compat::font_size(font) * 1.25f; }

/// The largest of some fonts in which paragraphs have room one below the other.
ImFont* font_for(const Canvas& c, std::span<ImFont* const> fonts, ImFont* shifted, float width, float height,
                 std::span<const std::string_view> paragraphs) {
  for (ImFont* font : fonts) {
    float all = 0;
    for (const std::string_view words : paragraphs)
      if (!words.empty()) all += marked_height(c, width, {font, shifted, 0}, words);
    if (all <= height) return font;
  }
  return fonts.back();
}

/// Paragraphs as long as there is room; what has none is left out whole.
float draw_paragraph(const Canvas& c, Rect room, float y, const MarkedStyle& style, std::string_view words) {
  if (words.empty() || y + marked_height(c, room.width(), style, words) > room.greatest.y + 1) return y;
  return marked_text(c, {room.least.x, y}, room.width(), style, words);
}

void draw_labels(const Canvas& c, const PresenterPlan& plan, const Player& player, const PresenterSight& sight) {
  const lecture::Step& step = player.step();
  const int presses = step.has_motion() ? 2 : 1, done = player.answered() ? presses : 1;
  const std::string_view place = c.words("step {} of {}   press {} of {} done", player.step_number() + 1,
                                         player.lecture().steps.size(), done, presses);
  const float wide =
      text(c, {plan.label.greatest.x, plan.label.least.y}, c.fonts.body, c.theme.dim, place, Align::right);
  const std::string_view shown =
      player.blank() ? std::string_view("blank: . or PgDn brings it back") : std::string_view("on the projector");
  text(c, plan.label.least, c.fonts.body, player.blank() ? c.theme.key : c.theme.dim,
       shortened(c, c.fonts.body, shown, plan.label.width() - wide - 24 * plan.unit));
  const std::string_view next = c.words("next press: {}", sight.next);
  text(c, plan.next_label.least, c.fonts.body, c.theme.accent,
       shortened(c, c.fonts.body, next, plan.next_label.width()));
}

void draw_notes(const Canvas& c, const PresenterFonts& fonts, const PresenterPlan& plan, const Lectern& lectern) {
  const lecture::Step& step = lectern.player.step();
  auto paragraphs = c.list_of<std::string_view>(step.notes.size() + 1);
  paragraphs.push_back(lectern.trouble);
  paragraphs.insert(paragraphs.end(), step.notes.begin(), step.notes.end());
  ImFont* const sizes[] = {fonts.notes, c.fonts.body, c.fonts.small};
  ImFont* font = font_for(c, sizes, c.fonts.small, plan.notes.width(), plan.notes.height(), paragraphs);
  ImFont* shifted = font == fonts.notes ? c.fonts.small : c.fonts.heading;
  float y = plan.notes.least.y;
  for (const std::string_view words : paragraphs) {
    const bool trouble = !lectern.trouble.empty() && words.data() == lectern.trouble.data();
    y = draw_paragraph(c, plan.notes, y, {font, shifted, trouble ? c.theme.bad : c.theme.text, c.theme.bad}, words);
  }
}

void draw_facts(const Canvas& c, const PresenterPlan& plan, const Lectern& lectern) {
  const lecture::Step& step = lectern.player.step();
  float x = plan.facts.greatest.x;
  if (!step.claims.empty()) {
    const auto& verdict = lectern.verdict();
    const bool wrong = verdict && verdict->hold < verdict->all;
    // Before the motion most speak of what it leads to.
    const std::string_view words = !verdict ? c.words("claims: {}", step.claims.size())
                                   : verdict->all == 0
                                       ? c.words("claims: {} after the press", step.claims.size())
                                       : c.words("claims: {} of {} true now", verdict->hold, verdict->all);
    x -= text(c, {x, plan.facts.least.y}, c.fonts.body, wrong ? c.theme.text : c.theme.dim, words, Align::right);
    const float radius = 9 * plan.unit;
    x -= 14 * plan.unit + radius;
    if (wrong) c.paint.disc({x, plan.facts.least.y + compat::font_size(c.fonts.body) / 2}, radius, c.theme.bad);
    x -= radius + 20 * plan.unit;
  }
  if (step.grabs.empty()) return;
  fmt::memory_buffer hands;
  for (const lecture::Grab& grab : step.grabs)
    fmt::format_to(std::back_inserter(hands), "{}{}", hands.size() == 0 ? "grab: " : ", ", grab.handle);
  // With one handle there is room for what it does.
  if (step.grabs.size() == 1) fmt::format_to(std::back_inserter(hands), " – {}", step.grabs.front().hint);
  const std::string_view words = c.words("{}", std::string_view(hands.data(), hands.size()));
  text(c, plan.facts.least, c.fonts.body, c.theme.dim, shortened(c, c.fonts.body, words, x - plan.facts.least.x));
}

void draw_time(const Canvas& c, const PresenterFonts& fonts, const PresenterPlan& plan, const Player& player,
               const PresenterSight& sight) {
  const double elapsed = player.elapsed(sight.now), minutes = player.lecture().minutes;
  text(c, plan.clock.least, fonts.clock, player.clock_runs() ? c.theme.text : c.theme.dim,
       c.words("{}", clock_words(elapsed)));
  float x = plan.of_total.least.x;
  if (minutes > 0)
    x += text(c, plan.of_total.least, c.fonts.body, c.theme.dim, c.words("of {}", clock_words(minutes * 60))) +
         24 * plan.unit;
  const std::string_view pace = player.clock_runs() || elapsed > 0 ? pace_words(c, player, elapsed) : "";
  text(c, {x, plan.of_total.least.y}, c.fonts.bold, pace.ends_with("behind") ? c.theme.key : c.theme.good,
       shortened(c, c.fonts.bold, pace, plan.of_total.greatest.x - x));
  const std::size_t count = player.lecture().steps.size();
  const float gap = std::min(6.0f, 240 / static_cast<float>(count)) * plan.unit;
  const float cell = (plan.pace.width() - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float left = plan.pace.least.x + (cell + gap) * static_cast<float>(i);
    const ImU32 colour = i == player.step_number()  ? c.theme.accent
                         : i < player.step_number() ? c.theme.good
                                                    : c.theme.track;
    c.paint.box({{left, plan.pace.least.y}, {left + cell, plan.pace.greatest.y}}, colour, 3 * plan.unit);
  }
  const float wide = text(c, plan.wall.least, c.fonts.body, c.theme.dim, c.words("{} on the wall", sight.wall));
  text(c, {plan.wall.greatest.x, plan.wall.least.y}, c.fonts.body, c.theme.dim,
       shortened(c, c.fonts.body, "above: the last row", plan.wall.width() - wide - 20 * plan.unit), Align::right);
}

void draw_ask(const Canvas& c, const PresenterFonts& fonts, const PresenterPlan& plan, const lecture::Step& step) {
  if (step.ask.empty()) return;
  c.paint.box(plan.ask, c.theme.panel, 8 * plan.unit);
  const Rect room = plan.ask.inset(24 * plan.unit, box_padding * plan.unit);
  const float headings = 2 * line_of(c.fonts.bold), between = 14 * plan.unit;
  const std::string_view paragraphs[] = {step.ask, step.answer};
  ImFont* const sizes[] = {fonts.notes, c.fonts.body, c.fonts.small};
  ImFont* font = font_for(c, sizes, c.fonts.small, room.width(), room.height() - headings - between, paragraphs);
  const MarkedStyle style{font, font == fonts.notes ? c.fonts.small : c.fonts.heading, c.theme.text};
  float y = room.least.y;
  text(c, {room.least.x, y}, c.fonts.bold, c.theme.key, "Ask");
  y = draw_paragraph(c, room, y + line_of(c.fonts.bold), style, step.ask) + between;
  if (step.answer.empty() || y + line_of(c.fonts.bold) + line_of(font) > room.greatest.y + 1) return;
  text(c, {room.least.x, y}, c.fonts.bold, c.theme.good, "Answer");
  draw_paragraph(c, room, y + line_of(c.fonts.bold), style, step.answer);
}

/// What a change makes of the scene, "m 0 → 37": the first two numbers or words of it.
std::string change_words(const Scene& from, const Scene& to, const Patch& change) {
  constexpr int most = 2;
  std::string said;
  int count = 0;
  for (const auto& [row, value] : change) {
    const Value before = get(from, *row), after = get(to, *row);
    if (before == after) continue;
    if (count == most) return said += " …";
    if (count > 0) said += ", ";
    said += std::holds_alternative<double>(before) && std::holds_alternative<double>(after)
                ? fmt::format("{} {} → {}", row->label, value_words(*row, before), value_words(*row, after))
                : fmt::format("{}", row->label);
    count += 1;
  }
  return said;
}

} // namespace

PresenterPlan plan_presenter(ImVec2 size, ImVec2 stage) {
  const float u = std::min(size.x / design_width, size.y / design_height);
  PresenterPlan plan{};
  plan.unit = u;
  const float left = margin * u, right = size.x - margin * u, width = stage_share * size.x,
              foot = size.y - low_margin * u;
  plan.keys = {{left, foot - keys_height * u}, {left + width, foot}};
  plan.facts = {{left, plan.keys.least.y - (facts_height + 4) * u}, {left + width, plan.keys.least.y - 4 * u}};
  // A window of another shape has its room in the notes; where the projector is high, its picture is narrower.
  const float least_notes = 150 * u;
  const float high =
      std::min(width * stage.y / stage.x, plan.facts.least.y - (stage_top + below_stage) * u - least_notes);
  const float wide = high * stage.x / stage.y, top = stage_top * u;
  plan.stage = {{left, top}, {left + wide, top + high}};
  plan.label = {{left, label_top * u}, {left + width, (label_top + label_height) * u}};
  plan.notes = {{left, top + high + below_stage * u}, {left + width, plan.facts.least.y - 8 * u}};
  const float x = left + width + margin * u, room = right - x;
  plan.next_label = {{x, label_top * u}, {right, (label_top + label_height) * u}};
  const float next_high = std::min(room * stage.y / stage.x, 380 * u), next_wide = next_high * stage.x / stage.y;
  plan.next = {{x, top}, {x + next_wide, top + next_high}};
  float y = plan.next.greatest.y + 10 * u;
  const float last_high = std::min(last_row_width * stage.y / stage.x, 150.0f) * u,
              last_wide = last_high * stage.x / stage.y;
  plan.last_row = {{right - last_wide, y + 8 * u}, {right, y + 8 * u + last_high}};
  const float beside = plan.last_row.least.x - 16 * u;
  plan.clock = {{x, y}, {beside, y + clock_height * u}};
  y += clock_height * u;
  plan.of_total = {{x, y}, {beside, y + label_height * u}};
  y = std::max(plan.of_total.greatest.y, plan.last_row.greatest.y) + 12 * u;
  plan.pace = {{x, y}, {right, y + pace_height * u}};
  y += (pace_height + 10) * u;
  plan.wall = {{x, y}, {right, y + label_height * u}};
  plan.ask = {{x, plan.wall.greatest.y + 10 * u}, {right, foot}};
  return plan;
}

std::optional<ImVec2> StageHand::at(const PresenterPlan& plan, ImVec2 stage, ImVec2 mouse, bool down) {
  const bool on_stage = plan.stage.contains(mouse);
  if (down && !held_ && !elsewhere_) (on_stage ? held_ : elsewhere_) = true;
  if (!down && elsewhere_) elsewhere_ = false;
  const bool reaches = held_ || (on_stage && !elsewhere_);
  if (!down) held_ = false; // the release itself is still the stage's
  if (!reaches) return std::nullopt;
  return ImVec2{(mouse.x - plan.stage.least.x) * stage.x / plan.stage.width(),
                (mouse.y - plan.stage.least.y) * stage.y / plan.stage.height()};
}

NextPress next_press(Player& player) {
  const std::size_t step = player.step_number();
  if (player.blank()) return {"the stage comes back", NextPress::Shown{step, player.answered()}};
  if (player.moving()) return {"the motion ends at once", NextPress::Shown{step, player.answered()}};
  if (!player.answered()) {
    const std::string words = change_words(player.written(step, false), player.written(step, true),
                                           read_patch_leniently(player.step().motion));
    return {words.empty() ? "the motion" : fmt::format("the motion: {}", words), NextPress::Shown{step, true}};
  }
  const auto& steps = player.lecture().steps;
  if (step + 1 == steps.size()) return {"none, this is the last step", std::nullopt};
  return {fmt::format("step {}, “{}”", step + 2, steps[step + 1].title),
          NextPress::Shown{step + 1, !steps[step + 1].has_motion()}};
}

void draw_presenter(const Canvas& c, const PresenterFonts& fonts, const PresenterPlan& plan, const Lectern& lectern,
                    const PresenterSight& sight) {
  const Player& player = lectern.player;
  draw_labels(c, plan, player, sight);
  const float rim = std::max(2.0f, 4 * plan.unit);
  c.paint.frame({{plan.stage.least.x - rim, plan.stage.least.y - rim},
                 {plan.stage.greatest.x + rim, plan.stage.greatest.y + rim}},
                c.theme.accent, rim);
  if (!sight.has_next_picture) c.paint.box(plan.next, c.theme.panel, 4 * plan.unit);
  c.paint.frame(plan.next, c.theme.grid, 1);
  c.paint.frame(plan.last_row, c.theme.grid, 1);
  draw_notes(c, fonts, plan, lectern);
  draw_facts(c, plan, lectern);
  text(c, plan.keys.least, c.fonts.small, c.theme.faint,
       shortened(c, c.fonts.small,
                 "PgDn next   PgUp back   . blank   O overview   V light   X pen   C pointer   A ask   Ctrl+Tab swap",
                 plan.keys.width()));
  draw_time(c, fonts, plan, player, sight);
  draw_ask(c, fonts, plan, player.step());
}

} // namespace ropescope
