#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/turns_view.h"
#include "app/scene/grid.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    view_row("turns.x", "turns", "turns that are seen"),
    view_row("turns.y", "", "pairs that are seen"),
    numbers_row("turns.pairs", "pairs of the bars", "two rising numbers are the first and the last pair that has a bar",
                0, 32767, "", "all"),
    flag_row("turns.relative", "angles as shares of training",
             "bars are what a pair reaches at the target, as a share of the furthest angle that training showed"),
    flag_row("turns.count", "the count alone", "the count of pairs and the bars, without the other schemes"),
    flag_row("turns.trace", "count against factor",
             "how many pairs meet unseen angles at every factor, in place of the bars"),
    flag_row("turns.pulse", "ring around the factor", "a ring around the point that a hand drags along the factors"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &chosen_pairs = options[2], &relative = options[3],
                         &count_alone = options[4], &trace = options[5], &pulse = options[6];

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  if (scene.options.flag(trace)) update_trace(scene, derived);
  derived.numbers<Ledger>(derived.version(), [&] {
    Ledger ledger;
    for (const Series& series : derived.series()) {
      const std::vector<double>& theta = series.spectrum.inv_freq;
      const bool own_reach = series.layer_type.empty() && theta.size() == derived.reach().size();
      ledger.of_series.push_back(
          own_reach ? turns_of(trained_of(derived, series), derived.trained_reach(), theta, derived.reach())
                    : turns_of(trained_of(derived, series), trained_length_of(derived, series), theta,
                               static_cast<double>(derived.length())));
    }
    return ledger;
  });
}

/// The pairs that never complete a turn in training, where they are the slowest ones in a row: the first of them.
std::optional<std::size_t> first_incomplete(const Turns& turns) {
  std::size_t first = turns.trained.size();
  while (first > 0 && turns.trained[first - 1] > 0 && turns.trained[first - 1] < 1) --first;
  const auto below = static_cast<std::int64_t>(turns.trained.size() - first);
  return below > 0 && below == turns.incomplete ? std::optional(first) : std::nullopt;
}

/// Whether the extents of a grid count, and no number of tokens.
bool on_grid(const Derived& derived) { return !derived.trained_extents().empty(); }

/// "4 096 tokens", or "the grid 21x30x52".
std::string_view trained_words(const Canvas& c, const Derived& derived) {
  return on_grid(derived) ? c.words("the grid {}", derived.trained_sides())
                          : c.words("{} tokens", grouped(c, derived.trained_length()));
}
std::string_view target_words(const Canvas& c, const Derived& derived) {
  return on_grid(derived) ? c.words("the grid {}", derived.shown_sides())
                          : c.words("{} tokens", grouped(c, static_cast<double>(derived.length())));
}

// --- words -----------------------------------------------------------------------------------------------------------

/// What becomes of the pairs that never complete a turn, at the target.
std::string_view consequence(const Canvas& c, const Derived& derived, const Turns& turns) {
  const Series& series = derived.current();
  const std::string_view tokens = target_words(c, derived), at = on_grid(derived) ? "In" : "At";
  if (turns.incomplete == 0)
    return c.words("Every angle has been seen, so none is new {} {}.", on_grid(derived) ? "in" : "at", tokens);
  const bool plain = series.config.scaling.rope_type == RopeType::standard;
  const bool within = on_grid(derived) ? derived.shown_sides() == derived.trained_sides()
                                       : static_cast<double>(derived.length()) <= derived.trained_length();
  if (within && turns.unseen_pairs == 0)
    return on_grid(derived) ? "Within the trained grid they point nowhere that is new."
                            : "Within the trained context they point nowhere that is new.";
  if (turns.unseen_pairs == 0)
    return plain || on_grid(derived)
               ? c.words("{} {} none of them points where it never pointed before.", at, tokens)
               : c.words("With {} none of them points anywhere new, up to {}.", series.label, tokens);
  const std::string_view how_many =
      turns.unseen_pairs == turns.incomplete ? std::string_view("they") : c.words("{} of them", turns.unseen_pairs);
  return c.words("{} {}, {}, {} point where they never pointed before.", at, tokens, in_a_sentence(c, series),
                 how_many);
}

struct Swatch {
  ImU32 colour;
  bool hatched;
  std::string_view words;
};

/// What the colours mean, in rows at the right of the headline where there is room. Returns where they end.
float draw_legend(const Canvas& c, ImVec2 at, float right, const Derived& derived, const Turns& turns) {
  const Swatch swatches[] = {
      {trained_colour(c), false, c.words("turns made in training, {}", trained_words(c, derived))},
      {incomplete_colour(c), false, "the same, where not one turn is completed"},
      {target_colour(c, derived.current()), false,
       c.words("further turns, {} {}", on_grid(derived) ? "in" : "up to", target_words(c, derived))},
      {c.theme.beyond, true, "angles never seen in training"}};
  for (const Swatch& swatch : swatches) {
    if (swatch.hatched && turns.unseen_pairs == 0) break;
    if (at.x + c.px(40) + text_width(c.fonts.small, swatch.words) > right) break;
    const Rect box{{at.x, at.y + c.px(3)}, {at.x + c.px(30), at.y + c.px(16)}};
    c.paint.box(box, swatch.colour);
    if (swatch.hatched) hatch_unseen(c, box);
    text(c, {at.x + c.px(40), at.y}, c.fonts.small, c.theme.dim, swatch.words);
    at.y += c.px(21);
  }
  return at.y;
}

/// "frames: from 22 on pair 3 repeats, which never did": where a clip or an image begins to look like itself.
std::string_view repeat_words(const Canvas& c, std::int64_t axis, const Scene& scene, const Derived& derived) {
  const auto a = static_cast<std::size_t>(axis);
  const double trained = derived.trained_extents()[a];
  const std::vector<double>& theta = derived.current().spectrum.inv_freq;
  const auto pair = next_new_turn(theta, derived.axes(), static_cast<std::uint8_t>(axis), trained);
  const std::string_view name = axis_title(scene.rope, axis);
  if (trained <= 0) return c.words("{}: all tokens are at one place", name);
  if (!pair) return c.words("{}: each pair came round within the trained {}", name, extent_words(c, trained));
  return c.words("{}: trained over {}, from {} on pair {} repeats", name, extent_words(c, trained),
                 extent_words(c, wavelength(theta[*pair])), *pair);
}

/// The count that the target makes, with what the bars' colours mean, in a column at the left. Returns what is left.
Rect draw_count(const Canvas& c, Rect room, const Derived& derived, const Turns& turns) {
  const float wide = c.px(290);
  const Rect column{room.least, {room.least.x + wide - c.px(30), room.greatest.y}};
  const ImU32 colour = turns.unseen_pairs > 0 ? c.theme.beyond : c.theme.good;
  float y = room.least.y + c.px(26);
  text(c, {column.least.x, y}, c.fonts.huge, colour, c.words("{}", turns.unseen_pairs));
  y += compat::font_size(c.fonts.huge) * 1.2f;
  text(c, {column.least.x, y}, c.fonts.title, c.theme.text, c.words("of {} pairs", turns.trained.size()));
  y = wrapped_text(c, {column.least.x, y + c.px(28)}, column.width(), c.fonts.small, c.theme.dim,
                   c.words("meet angles at {} tokens that training never showed",
                           grouped(c, static_cast<double>(derived.length()))));
  draw_legend(c, {column.least.x, y + c.px(18)}, room.least.x + wide, derived, turns);
  return {{room.least.x + wide, room.least.y + c.px(14)}, room.greatest};
}

/// "18 of 64 pairs", and what it says, as large as there is room for. Returns where the next thing begins.
float draw_headline(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, const Turns& turns) {
  const std::string_view count = c.words("{} of {} pairs", turns.incomplete, turns.trained.size());
  const bool high = room.height() > c.px(430) && text_width(c.fonts.huge, count) < room.width();
  ImFont* const font = high ? c.fonts.huge : c.fonts.large;
  const float wide = text(c, room.least, font, turns.incomplete > 0 ? c.theme.beyond : c.theme.good,
                          shortened(c, font, count, room.width()));
  const float beside = room.least.x + wide + c.px(36);
  const float legend =
      draw_legend(c, {beside, room.least.y + c.px(high ? 0 : -2)}, room.greatest.x, derived, turns) - c.px(2);
  float y = room.least.y + compat::font_size(font) * 1.16f;
  if (room.height() < c.px(150)) return y;
  const std::string_view never =
      on_grid(derived)
          ? c.words("{} a turn in {} of training.", turns.incomplete == 1 ? "never completes" : "never complete",
                    trained_words(c, derived))
          : c.words("{} a turn in the {} of training.", turns.incomplete == 1 ? "never completes" : "never complete",
                    trained_words(c, derived));
  ImFont* const larger = high && text_width(c.fonts.title, never) < room.width() ? c.fonts.title : c.fonts.body;
  // A sentence that would run into the legend stands below it; one without room is left out.
  const auto say = [&](ImFont* letters, ImU32 colour, std::string_view words) {
    if (room.least.x + text_width(letters, words) > beside - c.px(10)) y = std::max(y, legend);
    if (y + wrapped_height(room.width(), letters, words) > room.least.y + room.height() * 0.5f) return;
    y = wrapped_text(c, {room.least.x, y}, room.width(), letters, colour, words);
  };
  say(larger, c.theme.text, never);
  if (room.height() >= c.px(220)) say(high ? c.fonts.body : c.fonts.small, c.theme.dim, consequence(c, derived, turns));
  if (room.height() < c.px(300)) return y;
  if (!derived.grid_trouble().empty()) say(c.fonts.small, c.theme.beyond, derived.grid_trouble());
  if (on_grid(derived))
    for (std::size_t a = 0; a < derived.trained_extents().size(); ++a)
      say(c.fonts.body, c.theme.of_axis(a), repeat_words(c, static_cast<std::int64_t>(a), scene, derived));
  return y;
}

// --- the large ledger ------------------------------------------------------------------------------------------------

/// The first and the last pair that has a bar.
std::pair<std::size_t, std::size_t> shown_pairs(const Canvas& c, const Scene& scene, std::size_t pairs) {
  const auto asked = wholes_of(c, scene, chosen_pairs);
  const auto last = static_cast<std::int64_t>(pairs) - 1;
  if (asked.size() != 2 || asked[0] > asked[1] || asked[0] > last) return {0, pairs - 1};
  return {static_cast<std::size_t>(asked[0]), static_cast<std::size_t>(std::min(asked[1], last))};
}

Plot plot_in(const Canvas& c, Rect room, const Scene& scene, const Ledger& ledger) {
  const auto [first, last] = shown_pairs(c, scene, ledger.of_series.front().trained.size());
  return {c,
          "turns",
          room,
          {.all = all_turns(ledger),
           .scale = Scale::log,
           .labels = Labels::decades,
           .title = "full turns (log; every bar begins at 0)",
           .view = scene.options.range(view_x)},
          {.all = {static_cast<double>(first) - 0.5, static_cast<double>(last) + 0.5},
           .title = "pair",
           .view = scene.options.range(view_y),
           .fewest = 2,
           .least_gap = 34,
           .downwards = true}};
}

/// Above the bars: where one turn is, and what is reached in training and at the target by the fastest pair.
void draw_heads(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived, const Turns& turns) {
  const float y = plot.area.least.y - c.px(22);
  const auto head = [&](double value, ImFont* font, ImU32 colour, std::string_view words) {
    if (!(value >= plot.x.least && value <= plot.x.greatest)) return;
    const float width = text_width(font, words), at = plot.x.pixel(value);
    const float left =
        std::clamp(at - width / 2, plot.area.least.x, std::max(plot.area.least.x, plot.area.greatest.x - width));
    if (!is_free(c, {{left - c.px(8), y}, {left + width + c.px(8), y + c.px(16)}})) return;
    text(c, {left, y}, font, colour, words);
    c.paint.line({at, y + c.px(17)}, {at, plot.area.least.y}, colour, c.stroke(2));
  };
  head(1, c.fonts.bold, c.theme.text, "one full turn");
  const auto fastest =
      static_cast<std::size_t>(std::max_element(turns.trained.begin(), turns.trained.end()) - turns.trained.begin());
  const double target = derived.reach()[fastest], trained = derived.trained_reach()[fastest];
  head(turns.target[fastest], c.fonts.mono_small, c.theme.accent,
       on_grid(derived) ? c.words("{} {}", grouped(c, target), unit_of(scene, derived, fastest))
                        : c.words("◂ {} ▸", grouped(c, target)));
  if (target != trained) head(turns.trained[fastest], c.fonts.mono_small, c.theme.text, grouped(c, trained));
}

/// At the right: tokens per turn, beside the pairs that the axis names.
void draw_wavelengths(const Canvas& c, const Plot& plot, float right, const Derived& derived) {
  const std::span<const double> trained = trained_of(derived, derived.current());
  const std::string_view title = on_grid(derived) ? "positions per turn" : "tokens per turn, in training";
  const float above = plot.area.least.y - c.px(22);
  if (is_free(c, {{right - text_width(c.fonts.small, title) - c.px(8), above}, {right, above + c.px(16)}}))
    text(c, {right, above}, c.fonts.small, c.theme.dim, title, Align::right);
  for (const Tick& tick : plot.y_ticks()) {
    if (tick.label.empty() || tick.value < 0 || tick.value != std::floor(tick.value)) continue;
    const auto i = static_cast<std::size_t>(tick.value);
    if (i >= trained.size()) continue;
    const double lambda = wavelength(trained[i]);
    text(c, {right, plot.y.pixel(tick.value) - c.px(8)}, c.fonts.mono_small, c.theme.dim,
         std::isfinite(lambda) ? grouped(c, lambda, lambda < 10 ? 2 : 0) : std::string_view("∞"), Align::right);
  }
}

/// The border between pairs that complete a turn in training and those that do not, and what the hatch means.
void draw_border(const Canvas& c, const Plot& plot, const Rows& rows, const Turns& turns) {
  const auto first = first_incomplete(turns);
  if (!first || *first == 0) return;
  const double edge = static_cast<double>(*first) - 0.5, last = static_cast<double>(turns.trained.size()) - 0.5;
  if (edge > plot.y.least && edge < plot.y.greatest) plot.rule_y(edge, c.theme.beyond, 1.4f, 4, 3);
  const float top = std::max(plot.y.pixel(edge), plot.area.least.y),
              bottom = std::min(plot.y.pixel(last), plot.area.greatest.y), x = plot.area.greatest.x - c.px(3);
  if (bottom - top < c.px(60) || turns.unseen_pairs == 0) return;
  const ImVec2 bracket[] = {{x - c.px(6), top + 1}, {x, top + 1}, {x, bottom - 1}, {x - c.px(6), bottom - 1}};
  c.paint.polyline(bracket, c.theme.beyond, c.stroke(2));
  constexpr std::string_view lines[] = {"hatched: the piece of", "the circle that training", "never showed"};
  const float line = c.px(19), height = 3 * line, from = std::max(top, bottom - height - (bottom - top) * 0.2f);
  float left = plot.area.least.x;
  for (std::size_t i = 0; i < turns.trained.size(); ++i) {
    const Rect bar = rows.bar(i, 0, std::max({turns.trained[i], turns.target[i], 1.0}));
    if (bar.greatest.y > from - c.px(4) && bar.least.y < from + height) left = std::max(left, bar.greatest.x);
  }
  left += c.px(24);
  if (left + text_width(c.fonts.bold, lines[1]) > x - c.px(10) || from < top) return;
  for (std::size_t i = 0; i < std::size(lines); ++i)
    text(c, {left, from + static_cast<float>(i) * line}, c.fonts.bold, c.theme.beyond, lines[i]);
}

void draw_read_out(const Canvas& c, const Plot& plot, std::int64_t pair, const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(pair);
  const Series& series = derived.current();
  const Turns& turns = derived.numbers<Ledger>()->of_series.front();
  const double lambda = wavelength(trained_of(derived, series)[i]);
  const auto count = [&](double number) { return grouped(c, number, number < 100 ? 4 : 1); };
  ReadOut table(c, c.words("pair {}", pair));
  table.add(colour_of_pair(c, derived, i), "wavelength",
            std::isfinite(lambda)
                ? c.words("{} {}", grouped(c, lambda, lambda < 1000 ? 1 : 0), unit_of(scene, derived, i))
                : "never turns");
  const std::string_view of = on_grid(derived) ? unit_of(scene, derived, i) : "";
  table.add(trained_colour(c), c.words("turns in {} {}", grouped(c, derived.trained_reach()[i]), of),
            count(turns.trained[i]));
  table.add(target_colour(c, series), c.words("turns at {} {}", grouped(c, derived.reach()[i]), of),
            count(turns.target[i]));
  if (turns.trained[i] < 1 && turns.trained[i] > 0)
    table.add(c.theme.beyond, "missing in training", c.words("{:.1f}°", 360 * (1 - turns.trained[i])));
  if (turns.unseen[i])
    table.add(c.theme.beyond, "at the target",
              c.words("{:.2f} × the angle of training", turns.target[i] / turns.trained[i]));
  table.draw(c.mouse, plot.area);
}

/// The target and the trained context, taken where the fastest pair reaches them.
void take_lengths(const Canvas& c, const Plot& plot, const Derived& derived, const Turns& turns, Scene& next) {
  if (on_grid(derived)) return; // the sides of a grid are dragged in `positions`, each on its axis
  const auto fastest =
      static_cast<std::size_t>(std::max_element(turns.trained.begin(), turns.trained.end()) - turns.trained.begin());
  const double tokens_trained = derived.trained_length(), tokens_target = static_cast<double>(derived.length());
  const auto take = [&](const char* key, double at, double tokens_per_turn) {
    if (!(at > 0)) return;
    Grip grip = plot.grip_x(key, at);
    if (grip.value) grip.value = *grip.value * tokens_per_turn;
    take_grip(next, key, grip);
  };
  const double trained = turns.trained[fastest], target = turns.target[fastest];
  if (tokens_trained != tokens_target) take("trained", trained, tokens_trained / trained);
  take("target", target, tokens_target / target);
  if (!(target >= plot.x.least && target <= plot.x.greatest)) return;
  const ImVec2 end{plot.x.pixel(target), plot.area.least.y + c.px(13)}; // below the words that say it
  c.note("turns target knob", {{end.x - c.px(4), end.y - c.px(4)}, {end.x + c.px(4), end.y + c.px(4)}},
         "Drag: how many tokens the pictures reach to.");
}

/// Frames the row of a pair that is selected or lit.
void frame_row(const Canvas& c, const Rows& rows, std::int64_t pair, ImU32 colour, float width) {
  const auto i = static_cast<double>(pair);
  const float room = c.px(1);
  c.paint.frame(
      {{rows.area.least.x, rows.pairs.pixel(i - 0.5) - room}, {rows.area.greatest.x, rows.pairs.pixel(i + 0.5) + room}},
      colour, c.stroke(width));
}

void draw_ledger(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, Scene& next) {
  const Ledger& ledger = *derived.numbers<Ledger>();
  const Turns& turns = ledger.of_series.front();
  const float beside = std::min(c.px(derived.axes().empty() ? 104 : 150), room.width() * 0.2f);
  Plot plot = plot_in(c, {room.least, {room.greatest.x - beside, room.greatest.y}}, scene, ledger);
  if (plot.area.height() < c.px(30)) return;
  plot.draw_axes();
  const float row = std::abs(plot.y.pixel(1) - plot.y.pixel(0));
  const Rows rows{plot.x, plot.y, plot.area, row >= 3 ? std::min(row * 0.24f, c.px(3)) : 0.0f};
  plot.begin();
  draw_bars(c, rows, turns, derived.current());
  fade_left(c, plot.area, std::min(c.px(56), plot.area.width() * 0.1f));
  draw_ticks(c, rows, turns, c.stroke(2));
  const float one = plot.x.pixel(1);
  c.paint.line({one, plot.area.least.y}, {one, plot.area.greatest.y}, c.theme.text, c.stroke(2));
  if (!c.bare) frame_row(c, rows, scene.pair, c.theme.accent, 1.5f);
  const std::int64_t lit = lit_pair(c);
  if (lit >= 0 && lit < static_cast<std::int64_t>(turns.trained.size())) frame_row(c, rows, lit, c.theme.text, 1);
  plot.end();
  mark_axes_of_rows(c, plot, scene, derived);
  if (!on_grid(derived)) draw_border(c, plot, rows, turns);
  draw_heads(c, plot, scene, derived, turns);
  draw_wavelengths(c, plot, room.greatest.x, derived);
  take_lengths(c, plot, derived, turns, next);
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  const auto pair_at = [&](float y) {
    return std::clamp<std::int64_t>(std::llround(plot.y.value(y)), 0,
                                    static_cast<std::int64_t>(turns.trained.size()) - 1);
  };
  if (plot.hovered()) {
    light_pair(c, pair_at(c.mouse.y));
    draw_read_out(c, plot, pair_at(c.mouse.y), scene, derived);
  }
  if (const auto clicked = plot.clicked()) next.pair = pair_at(clicked->y);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const Turns& turns = derived.numbers<Ledger>()->of_series.front();
  const float space = c.px(12);
  Rect main = stage;
  const bool large = scene.options.flag(relative) || scene.options.flag(trace);
  const bool beside =
      !large && !scene.options.flag(count_alone) && stage.width() >= c.px(950) && stage.height() >= c.px(420);
  if (beside) main.greatest.x -= std::clamp(stage.width() * 0.27f, c.px(300), c.px(560)) + space;
  panel(c, main);
  Rect room = main.inset(c.px(20), c.px(16));
  if (room.width() < c.px(80) || room.height() < c.px(40)) return;
  if (scene.options.flag(trace)) return draw_trace(c, room, scene.options.flag(pulse), scene, derived, next);
  if (large) {
    const auto shown = shown_pairs(c, scene, turns.trained.size());
    return draw_relative(c, room, shown.first, shown.second, scene, derived, next);
  }
  if (scene.options.flag(count_alone) && room.width() > c.px(760) && room.height() > c.px(240))
    return draw_ledger(c, draw_count(c, room, derived, turns), scene, derived, next);
  room.least.y = draw_headline(c, room, scene, derived, turns) + c.px(6);
  if (!beside && !scene.options.flag(count_alone) && room.height() > c.px(180))
    room.least.y += draw_counts(c, room, derived, next);
  if (room.height() > c.px(90)) draw_ledger(c, room, scene, derived, next);
  if (beside) draw_schemes(c, {{main.greatest.x + space, stage.least.y}, stage.greatest}, derived, next);
}

Table columns(const Scene&, const Derived& derived) {
  Table table;
  table.formula = "wavelength = 2 pi / inv_freq before any extension; turns = inv_freq * tokens / (2 pi), in training "
                  "before any extension; unseen: less than a turn in training and a greater angle at the target";
  const Ledger& ledger = *derived.numbers<Ledger>();
  std::vector<double> pairs, wavelengths;
  for (const double theta : trained_of(derived, derived.current())) {
    pairs.push_back(static_cast<double>(pairs.size()));
    wavelengths.push_back(wavelength(theta));
  }
  table.add("pair", pairs);
  table.add("wavelength", wavelengths);
  if (!derived.axes().empty()) table.add("axis", {derived.axes().begin(), derived.axes().end()});
  table.add("turns_trained", ledger.of_series.front().trained);
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Turns& turns = ledger.of_series[s];
    table.add(fmt::format("{}_turns_target", column_name(derived.series()[s])), turns.target);
    table.add(fmt::format("{}_unseen", column_name(derived.series()[s])),
              std::vector<double>(turns.unseen.begin(), turns.unseen.end()));
  }
  return table;
}

} // namespace

const Picture turns_picture{
    .name = "turns",
    .title = "Turns",
    .line = "who goes out of distribution: full turns of every pair in training and at the target",
    .group = Group::extension,
    .tab = "turns",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
