#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/axis_view.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/carpet_map.h"
#include "app/scene/actions.h"
#include "core/analysis/score_curve.h"

namespace ropescope::pictures {

namespace {

constexpr double turn = 2 * std::numbers::pi, degrees = 180 / std::numbers::pi;

constexpr std::string_view scales[] = {"log", "linear"};

std::span<const std::string_view> schemes() { return find_property("scheme")->choices(); }

constexpr Property options[] = {
    view_row("carpet.x", "tokens", "positions that are seen"),
    view_row("carpet.y", "", "pairs that are seen"),
    {.key = "carpet.x_scale",
     .kind = Kind::choice,
     .label = "carpet positions",
     .help = "how positions lie along the carpet's axis",
     .fallback = "log",
     .choices = [] { return std::span<const std::string_view>(scales); }},
    {.key = "carpet.seen",
     .kind = Kind::flag,
     .label = "hatch unseen angles",
     .help = "the carpet hatches angles that training never showed",
     .fallback = true},
    {.key = "carpet.beside",
     .kind = Kind::choice,
     .label = "carpet beside",
     .help = "the scheme of the carpet's first map, beside the one in force",
     .nullable = true,
     .default_words = "none; where that is in force, the first that is compared",
     .choices = schemes},
    {.key = "carpet.without",
     .kind = Kind::flag,
     .label = "the other carpet",
     .help = "where there is room for one map alone, it shows the scheme beside",
     .fallback = false},
    flag_row("carpet.alone", "one carpet", "the carpet of the scheme in force has all the room"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &x_scale = options[2], &seen_row = options[3],
                         &beside_row = options[4], &without = options[5], &alone_row = options[6];

/// Positions that the maps reach to: of an image or a clip four times as far as its longest axis was trained, or as far
/// as the grid that is shown goes.
std::int64_t reach_of(const Derived& derived) {
  double reach = 16;
  for (const double extent : derived.trained_extents()) reach = std::max(reach, 4 * extent);
  for (const double extent : derived.extents()) reach = std::max(reach, extent);
  return derived.trained_extents().empty() ? derived.length() : std::llround(reach);
}

void update(const Scene&, Derived& derived, gpu::Engines&, Patience) {
  derived.numbers<Carpets>(derived.version(), [&] {
    Carpets carpets;
    for (const Series& series : derived.series())
      if (series.layer_type.empty() && series.spectrum.inv_freq.size() == derived.trained_reach().size())
        carpets.of_series.push_back(carpet_rows(trained_of(derived, series), derived.trained_reach(),
                                                series.spectrum.inv_freq, reach_of(derived)));
      else
        carpets.of_series.push_back(carpet_rows(trained_of(derived, series), trained_length_of(derived, series),
                                                series.spectrum.inv_freq, derived.length()));
    return carpets;
  });
}

/// The place in Derived's list of the scheme that is shown beside the one in force; 0 where there is no other.
std::size_t place_beside(const Scene& scene, const Derived& derived) {
  const Value asked = scene.options[beside_row];
  const std::string* const word = std::get_if<std::string>(&asked);
  const std::vector<Series>& all = derived.series();
  std::size_t first = 0;
  for (std::size_t s = 1; s < all.size(); ++s) {
    if (!all[s].layer_type.empty()) continue;
    if (scheme_of(all[s].config).choice() == (word ? std::string_view(*word) : std::string_view("none"))) return s;
    if (first == 0) first = s;
  }
  return first;
}

Scale scale_of(const Scene& scene) { return scene.options.is(x_scale, "log") ? Scale::log : Scale::linear; }

Plot plot_in(const Canvas& c, const char* id, Rect room, const Scene& scene, const Derived& derived,
             const Series& series) {
  const Scale scale = scale_of(scene);
  const auto pairs = static_cast<double>(series.spectrum.pairs());
  auto seen = scene.options.range(view_x);
  if (seen && scale == Scale::log)
    seen = Range{std::max(seen->least, 0.5), std::max(seen->greatest, 2.0)}; // a logarithmic axis has no 0
  return {c,
          id,
          room,
          {.all = {scale == Scale::log ? 1.0 : 0.0, static_cast<double>(reach_of(derived))},
           .scale = scale,
           .labels = Labels::powers_of_two,
           .title = derived.trained_extents().empty() ? "position m (tokens)" : "position on the pair's own axis",
           .view = seen,
           .fewest = 8,
           .least_gap = 44},
          // All pairs stay in sight: the wheel zooms positions alone.
          {.all = {-0.5, pairs - 0.5},
           .title = "pair i",
           .view = scene.options.range(view_y),
           .fewest = pairs,
           .least_gap = 40,
           .downwards = true}};
}

/// What is read out: where the mouse is, else the scene's own query and pair.
struct Here {
  std::int64_t position, pair;
};

Here under_mouse(const Canvas& c, const Plot& plot, std::int64_t pairs) {
  return {std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(plot.x.value(c.mouse.x)))),
          std::clamp<std::int64_t>(std::llround(plot.y.value(c.mouse.y)), 0, pairs - 1)};
}

/// The count above a map, and which scheme it shows; true where the scheme's name was clicked.
bool draw_map_title(const Canvas& c, Rect line, const char* id, const Series& series, const CarpetRows& rows,
                    const char* help) {
  const bool plain = series.config.scaling.rope_type == RopeType::standard;
  const std::string_view name = plain ? std::string_view("without extension") : c.words("with {}", series.label);
  const std::string_view count = c.words("{} of {} pairs", rows.unseen_pairs, rows.pairs.size());
  const std::string_view meet = "meet angles never seen in training";
  const float all = text_width(c.fonts.bold, name), of_count = text_width(c.fonts.title, count);
  ImFont* const font = c.fonts.bold;
  const Rect area{line.least, {line.least.x + std::min(all, line.width()), line.least.y + c.px(20)}};
  const bool clicked = press(c, id, area, help);
  const bool hovered = ImGui::IsItemHovered() && area.contains(c.mouse);
  text(c, line.least, font,
       hovered ? c.theme.accent
       : plain ? c.theme.text
               : scheme_colour(c, series),
       shortened(c, font, name, line.width()));
  if (all + of_count + c.px(20) > line.width()) return clicked;
  const ImU32 colour = rows.unseen_pairs > 0 ? c.theme.beyond : c.theme.good;
  text(c, {line.greatest.x, line.least.y - c.px(3)}, c.fonts.title, colour, count, Align::right);
  if (line.height() > c.px(36) && text_width(c.fonts.small, meet) < line.width())
    text(c, {line.greatest.x, line.least.y + c.px(21)}, c.fonts.small, c.theme.dim, meet, Align::right);
  return clicked;
}

/// Where training ended on each pair's own axis.
void draw_trained_extents(const Canvas& c, const Plot& plot, const Derived& derived) {
  const std::vector<std::uint8_t>& axes = derived.axes();
  for (std::size_t begin = 0, end = 0; begin < axes.size(); begin = end) {
    while (end < axes.size() && axes[end] == axes[begin]) ++end;
    const double extent = derived.trained_extents()[axes[begin]];
    if (!(extent > plot.x.least && extent < plot.x.greatest)) continue;
    const float x = plot.x.pixel(extent);
    c.rule({x, plot.y.pixel(static_cast<double>(begin) - 0.5)}, {x, plot.y.pixel(static_cast<double>(end) - 0.5)},
           c.theme.dark ? IM_COL32_WHITE : IM_COL32_BLACK, 1.6f, 7, 4);
  }
}

/// One map with its title. Returns what the mouse is on.
std::optional<Here> draw_map(const Canvas& c, Rect room, const char* id, std::size_t place, const Scene& scene,
                             const Derived& derived, Scene& next) {
  const Series& series = derived.series()[place];
  const CarpetRows& rows = derived.numbers<Carpets>()->of_series[place];
  Plot plot = plot_in(c, id, room, scene, derived, series);
  if (plot.area.width() < c.px(40) || plot.area.height() < c.px(20)) return std::nullopt;
  const double trained = trained_length_of(derived, series), target = static_cast<double>(reach_of(derived));
  plot.draw_axes(); // its grid lies below the cells, where no line could be told from a stripe
  plot.begin();
  draw_cells(c, plot, series);
  const bool hatched = scene.options.flag(seen_row);
  if (hatched) draw_unseen(c, plot, rows);
  draw_first_turns(c, plot, series);
  if (hatched && derived.trained_extents().empty()) name_unseen(c, plot, rows, trained);
  if (series.layer_type.empty()) mark_axes_of_rows(c, plot, scene, derived);
  const bool on_grid = !derived.trained_extents().empty();
  if (on_grid)
    draw_trained_extents(c, plot, derived);
  else
    plot.rule_x(trained, c.theme.dark ? IM_COL32_WHITE : IM_COL32_BLACK, 1.6f, 7, 4);
  if (!c.bare) {
    const auto i = static_cast<double>(scene.pair), m = static_cast<double>(scene.m);
    const ImU32 accent = c.theme.accent;
    plot.rule_x(m, accent, 1.4f, 2, 3);
    c.paint.frame({{plot.area.least.x, plot.y.pixel(i - 0.5)}, {plot.area.greatest.x, plot.y.pixel(i + 0.5)}}, accent,
                  c.stroke(1.5f));
    if (m >= plot.x.least && m <= plot.x.greatest) read_out_dot(c, plot.at(m, i), accent);
  }
  const std::int64_t lit = lit_pair(c);
  if (lit >= 0 && lit < series.spectrum.pairs())
    c.paint.frame({{plot.area.least.x, plot.y.pixel(static_cast<double>(lit) - 0.5)},
                   {plot.area.greatest.x, plot.y.pixel(static_cast<double>(lit) + 0.5)}},
                  c.theme.text, c.stroke(1));
  plot.end();
  if (!on_grid && trained < target)
    label_rule_x(c, plot, trained, "trained L", c.theme.text, plot.area.least.y + c.px(8));
  if (!on_grid && trained < target) take_grip(next, "trained", plot.grip_x("trained", trained));
  if (!on_grid) take_grip(next, "target", plot.grip_x("target", target));
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  if (const auto clicked = plot.clicked()) {
    next.m = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(plot.x.value(clicked->x))));
    next.pair = std::clamp<std::int64_t>(std::llround(plot.y.value(clicked->y)), 0, series.spectrum.pairs() - 1);
  }
  if (!plot.hovered()) return std::nullopt;
  const Here here = under_mouse(c, plot, series.spectrum.pairs());
  light_pair(c, here.pair);
  return here;
}

/// One scheme in the strip: the angle of a pair at a position, and whether training showed it.
struct Said {
  ImU32 colour;
  std::string_view name, angle, verdict;
  ImU32 verdict_colour;
};

Said said_of(const Canvas& c, const Derived& derived, std::size_t place, Here here) {
  const Series& series = derived.series()[place];
  const UnseenAngles& pair = derived.numbers<Carpets>()->of_series[place].pairs[static_cast<std::size_t>(here.pair)];
  const double angle = pair.theta * static_cast<double>(here.position);
  const bool unseen = pair.at(here.position);
  return {phase_colour(angle, 1),
          series.config.scaling.rope_type == RopeType::standard ? std::string_view("without") : series.label,
          c.words("{}°", grouped(c, angle * degrees, angle * degrees < 100 ? 1 : 0)), unseen ? "never seen" : "seen",
          unseen ? c.theme.beyond : c.theme.good};
}

/// The numbers of one position and pair, in one line: as many of them as fit.
void draw_strip(const Canvas& c, Rect box, const Derived& derived, std::span<const std::size_t> places, Here here) {
  c.paint.box(box, c.theme.raised, c.px(5));
  const float y = box.centre().y - compat::font_size(c.fonts.small) * 0.6f, gap = c.px(22);
  float x = box.least.x + c.px(16);
  const auto put = [&](ImFont* font, ImU32 colour, std::string_view words, float after) {
    const float width = text_width(font, words);
    if (x + width > box.greatest.x - c.px(12)) return false;
    text(c, {x, y}, font, colour, words);
    x += width + after;
    return true;
  };
  const auto i = static_cast<std::size_t>(here.pair);
  const Series& current = derived.current();
  const double arc = derived.numbers<Carpets>()->of_series[places.back()].pairs[i].arc;
  if (!put(c.fonts.bold, c.theme.text,
           c.words("m = {} · pair {}", grouped(c, static_cast<double>(here.position)), here.pair), gap))
    return;
  const std::string_view seen = arc >= turn ? std::string_view("seen in training: every angle")
                                            : c.words("seen in training: 0 … {:.0f}°", arc * degrees);
  if (!put(c.fonts.small, c.theme.dim, seen, gap)) return;
  for (const std::size_t place : places) {
    const Said said = said_of(c, derived, place, here);
    const float wide = c.px(18) + text_width(c.fonts.small, said.name) + text_width(c.fonts.mono_small, said.angle) +
                       text_width(c.fonts.bold, said.verdict) + c.px(16);
    if (x + wide > box.greatest.x - c.px(12)) return;
    c.paint.disc({x + c.px(6), box.centre().y}, c.px(6), said.colour);
    x += c.px(18);
    put(c.fonts.small, c.theme.dim, said.name, c.px(8));
    put(c.fonts.mono_small, c.theme.text, said.angle, c.px(8));
    put(c.fonts.bold, said.verdict_colour, said.verdict, gap);
  }
  const double before = wavelength(trained_of(derived, current)[i]), now = wavelength(current.spectrum.inv_freq[i]);
  const auto tokens = [&](double count) { return grouped(c, count, count < 1000 ? 1 : 0); };
  const std::string_view lambda =
      !std::isfinite(now) ? c.words("λ{} never turns", subscript(here.pair))
      : before == now     ? c.words("λ{} {} tokens", subscript(here.pair), tokens(now))
                          : c.words("λ{} {} → {} tokens", subscript(here.pair), tokens(before), tokens(now));
  const float width = text_width(c.fonts.small, lambda);
  if (x + width < box.greatest.x - c.px(12))
    text(c, {box.greatest.x - c.px(14), y}, c.fonts.small, c.theme.dim, lambda, Align::right);
}

/// How many turns the two schemes lie apart at every position and pair, as colours of their logarithm.
void draw_difference(const Canvas& c, Rect room, float title_height, std::size_t other, const Scene& scene,
                     const Derived& derived, Scene& next) {
  const Series &a = derived.series()[other], &b = derived.current();
  const std::size_t pairs = std::min(a.spectrum.inv_freq.size(), b.spectrum.inv_freq.size());
  Plot plot =
      plot_in(c, "carpet difference", {{room.least.x, room.least.y + title_height}, room.greatest}, scene, derived, b);
  if (plot.area.width() < c.px(40) || plot.area.height() < c.px(20)) return;
  // A hundredth of a turn is what an eye sees on a dial.
  constexpr double least = 0.01;
  double greatest = 10 * least;
  for (std::size_t i = 0; i < pairs; ++i)
    greatest = std::max(greatest, std::abs(a.spectrum.inv_freq[i] - b.spectrum.inv_freq[i]) *
                                      static_cast<double>(reach_of(derived)) / turn);
  text(c, {plot.area.least.x, room.least.y}, c.fonts.bold, c.theme.text, "how many turns they lie apart");
  text(c, {plot.area.greatest.x, room.least.y}, c.fonts.small, c.theme.dim,
       c.words("dark: {} or less, bright: {}", least, grouped(c, greatest)), Align::right);
  const auto columns = static_cast<std::size_t>(plot.area.width());
  auto colours = c.list_of<ImU32>(columns * pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    const double apart = std::abs(a.spectrum.inv_freq[i] - b.spectrum.inv_freq[i]) / turn;
    for (std::size_t x = 0; x < columns; ++x) {
      const double turns = apart * plot.x.value(plot.area.least.x + static_cast<float>(x) + 0.5f);
      colours.push_back(
          error_colour(turns > least ? std::clamp(std::log(turns / least) / std::log(greatest / least), 0.0, 1.0) : 0));
    }
  }
  plot.draw_axes();
  plot.begin();
  c.paint.image({{plot.area.least.x, plot.y.pixel(-0.5)},
                 {plot.area.least.x + static_cast<float>(columns), plot.y.pixel(static_cast<double>(pairs) - 0.5)}},
                static_cast<std::int64_t>(columns), static_cast<std::int64_t>(pairs), colours);
  plot.end();
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
}

/// The scheme after this one among those that are there, of the series that are schemes.
std::size_t next_place(const Derived& derived, std::size_t place, std::size_t skipped) {
  const std::size_t count = derived.series().size();
  for (std::size_t step = 1; step <= count; ++step) {
    const std::size_t other = (place + step) % count;
    if (other != skipped && derived.series()[other].layer_type.empty()) return other;
  }
  return place;
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const std::vector<CarpetRows>& rows = derived.numbers<Carpets>()->of_series;
  const std::size_t other = place_beside(scene, derived);
  // Said where two maps show the difference.
  const bool meets_new = other != 0 && stage.width() > c.px(900) && rows[other].unseen_pairs > 0;
  const std::string_view name = meets_new ? "Beyond training slow pairs meet new angles" : "Phase carpet";
  const Rect room = heading(c, stage, name, "the angle m·θ of every pair at every position");
  if (room.width() < c.px(80) || room.height() < c.px(60)) return;
  const float title = text_width(c.fonts.title, name) + c.px(60) +
                      text_width(c.fonts.small, "the angle m·θ of every pair at every position");
  draw_phase_ring(c, {stage.greatest.x - c.px(18), stage.least.y + c.px(12)}, stage.width() - title);
  const bool both = other != 0 && room.width() >= c.px(760) && !scene.options.flag(alone_row);
  const std::size_t alone = scene.options.flag(without) && other != 0 ? other : 0;
  const std::size_t places[] = {both ? other : alone, 0};
  const std::size_t count = both ? 2 : 1;
  const bool third = both && stage.width() > c.px(2600) && stage.height() > c.px(1500);
  const bool has_strip = room.height() > c.px(240);
  const float strip = has_strip ? c.px(44) : 0, title_height = room.height() > c.px(200) ? c.px(42) : c.px(24);
  const float space = c.px(18), width = (room.width() - space * static_cast<float>(count - 1 + third)) /
                                        static_cast<float>(count + third);
  Here here{scene.m, scene.pair};
  const float top = room.least.y + c.px(8);
  for (std::size_t k = 0; k < count; ++k) {
    const float left = room.least.x + static_cast<float>(k) * (width + space);
    const bool first = both && k == 0;
    const char* const id = first ? "carpet beside" : "carpet";
    if (draw_map_title(c, {{left + c.px(34), top}, {left + width - c.px(8), top + title_height}},
                       first ? "carpet first title" : "carpet title", derived.series()[places[k]],
                       derived.numbers<Carpets>()->of_series[places[k]],
                       first  ? "Which scheme this map shows. Click: the next one."
                       : both ? "Which scheme is in force. Click: the next one."
                              : "Which scheme this map shows. Click: the other one.")) {
      if (first)
        next.options.set(beside_row,
                         std::string(scheme_of(derived.series()[next_place(derived, other, 0)].config).choice()));
      else if (both)
        choose_scheme(next, derived.series()[next_place(derived, 0, other)].config.scaling.rope_type);
      else
        next.options.set(without, !scene.options.flag(without));
    }
    if (const auto under = draw_map(c, {{left, top + title_height}, {left + width, room.greatest.y - strip}}, id,
                                    places[k], scene, derived, next))
      here = *under;
  }
  if (third)
    draw_difference(c, {{room.greatest.x - width, top}, {room.greatest.x, room.greatest.y - strip}}, title_height,
                    other, scene, derived, next);
  if (has_strip && !c.bare)
    draw_strip(c, {{room.least.x, room.greatest.y - c.px(36)}, room.greatest}, derived, {places, count}, here);
}

Table columns(const Scene&, const Derived& derived) {
  Table table;
  table.formula =
      "angle and strength of the mean of exp(i m inv_freq) over every position m from ... to; unseen: one of "
      "them lies beyond the trained context and its angle, modulo a turn, beyond the trained arc";
  const CarpetRows& rows = derived.numbers<Carpets>()->of_series.front();
  // As many columns as a map of the usual picture has.
  constexpr std::int64_t wanted = 566;
  const std::vector<std::int64_t> edges = log_bin_edges(reach_of(derived), wanted);
  std::array<std::vector<double>, 6> lists;
  for (std::size_t b = 0; b + 1 < edges.size(); ++b)
    for (std::size_t i = 0; i < rows.pairs.size(); ++i) {
      const std::int64_t from = edges[b], to = edges[b + 1] - 1;
      const MeanPhasor mean = mean_phasor(rows.pairs[i].theta, from, to);
      const double values[] = {static_cast<double>(from),
                               static_cast<double>(to),
                               static_cast<double>(i),
                               mean.angle,
                               mean.strength,
                               rows.pairs[i].count(from, to) > 0 ? 1.0 : 0.0};
      for (std::size_t k = 0; k < lists.size(); ++k) lists[k].push_back(values[k]);
    }
  const char* const names[] = {"from", "to", "pair", "angle", "strength", "unseen"};
  for (std::size_t k = 0; k < lists.size(); ++k) table.add(names[k], std::move(lists[k]));
  return table;
}

} // namespace

const Picture carpet_picture{
    .name = "carpet",
    .title = "Phase carpet",
    .line = "the angle of every pair at every position, and which of them training never showed",
    .group = Group::extension,
    .tab = "carpet",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
