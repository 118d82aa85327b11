#include "app/pictures/transfer.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/handles.h"
#include "app/scene/presets.h"
#include "core/analysis/wavelengths.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    view_row("transfer.x", "tokens", "wavelengths that are seen"),
    view_row("transfer.y", "", "ratios that are seen"),
    hidden_row("transfer.hidden"),
    {.key = "transfer.found",
     .kind = Kind::flag,
     .label = "LongRoPE as found",
     .help = "the divisors that a search found for Phi-3 mini 128k are drawn where the model has none of its own",
     .fallback = true},
};
constexpr const Property &view_x = options[0], &view_y = options[1], &hidden = options[2], &found = options[3];

/// A published list of divisors, to be compared with schemes that have a formula.
struct Found {
  std::vector<double> wavelength, ratio;
  double attention_factor = 1;
};

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  update_wavelengths(scene, derived);
  // It never changes: the model is a preset.
  derived.numbers<Found>(0, [] {
    const RopeConfig rope = layer_rope(find_preset("phi-3-mini-128k").model, std::nullopt).config;
    const Spectrum spectrum = make_spectrum(rope, target_length(rope));
    Found list;
    for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
      list.wavelength.push_back(wavelength(spectrum.unscaled[i]));
      list.ratio.push_back(spectrum.inv_freq[i] / spectrum.unscaled[i]);
    }
    list.attention_factor = spectrum.attention_factor;
    return list;
  });
}

/// Not where the model has a list of its own, which is a series.
const Found* found_list(const Scene& scene, const Derived& derived) {
  if (!scene.options.flag(found) || derived.possible(RopeType::longrope)) return nullptr;
  return derived.numbers<Found>();
}

/// How far a series slows a pair: θ′/θ; NaN where the pair never turned.
double ratio_at(const Derived& derived, const Series& series, std::size_t pair) {
  const double before = trained_of(derived, series)[pair];
  return before > 0 ? series.spectrum.inv_freq[pair] / before : std::numeric_limits<double>::quiet_NaN();
}

std::pmr::vector<ImVec2> points_of(const Canvas& c, const Plot& plot, const Derived& derived, const Series& series) {
  auto points = c.list_of<ImVec2>(series.spectrum.inv_freq.size());
  for (std::size_t i = 0; i < series.spectrum.inv_freq.size(); ++i)
    if (const double ratio = ratio_at(derived, series, i); ratio > 0)
      points.push_back(plot.at(wavelength(trained_of(derived, series)[i]), ratio));
  return points;
}

// Pixels at scale 1: above the area the turns of training, below it pairs and tokens per turn.
constexpr float above = 46, below = 44;

Plot plot_in(const Canvas& c, Rect room, const Scene& scene, const Derived& derived) {
  Range lambdas{1e300, 0}, ratios{1, 1};
  for (const Series& series : derived.series())
    for (std::size_t i = 0; i < series.spectrum.inv_freq.size(); ++i) {
      const double ratio = ratio_at(derived, series, i), lambda = wavelength(trained_of(derived, series)[i]);
      if (!(ratio > 0) || !std::isfinite(lambda)) continue;
      lambdas = {std::min(lambdas.least, lambda), std::max(lambdas.greatest, lambda)};
      ratios = {std::min(ratios.least, ratio), std::max(ratios.greatest, ratio)};
    }
  if (const Found* list = found_list(scene, derived))
    for (const double ratio : list->ratio) ratios.least = std::min(ratios.least, ratio);
  if (lambdas.greatest <= 0) lambdas = {1, 10}; // nothing turns
  const double room_x = std::pow(std::max(lambdas.greatest / lambdas.least, 1.2), 0.015);
  return {c,
          "transfer",
          {{room.least.x, room.least.y + c.px(above)}, room.greatest},
          {.all = {lambdas.least / room_x, lambdas.greatest * room_x},
           .scale = Scale::log,
           .labels = Labels::none,
           .view = scene.options.range(view_x),
           .margin = below},
          // Above the curves stand the zones' names and counts, where there are zones.
          {.all = {std::min(ratios.least, 0.55) / 1.3,
                   ratios.greatest * (shows_zones(scene) && blend_edges(scene) ? 2.8 : 1.5)},
           .scale = Scale::log,
           .labels = Labels::none,
           .view = scene.options.range(view_y),
           .margin = 52}};
}

/// "1/16", "1", "4": ratios are powers of two.
std::string_view ratio_words(const Canvas& c, int power) {
  return power <= 0 ? power == 0 ? std::string_view("1") : c.words("1/{}", grouped(c, std::pow(2.0, -power)))
                    : grouped(c, std::pow(2.0, power));
}

void draw_ratio_axis(const Canvas& c, const Plot& plot) {
  const int first = static_cast<int>(std::ceil(std::log2(plot.y.least))),
            last = static_cast<int>(std::floor(std::log2(plot.y.greatest)));
  int step = 1; // powers of two that are further apart where there are many
  while (std::abs(plot.y.pixel(std::pow(2.0, step)) - plot.y.pixel(1)) < c.px(22) && step < 64) step *= 2;
  for (int power = first; power <= last; ++power) {
    if (power % step != 0) continue;
    const float y = std::round(plot.y.pixel(std::pow(2.0, power)));
    c.paint.box({{plot.area.least.x, y}, {plot.area.greatest.x, y + c.hairline()}}, c.theme.grid);
    text(c, {plot.area.least.x - c.px(8), y - c.px(8)}, c.fonts.small, c.theme.dim, ratio_words(c, power),
         Align::right);
  }
  text(c, {plot.area.least.x - c.px(46), plot.area.least.y - c.px(above) + c.px(22)}, c.fonts.small, c.theme.dim,
       "θ′/θ");
}

/// A word below or above the axis, left out where another one stands.
void mark(const Canvas& c, const Plot& plot, double lambda, float y, ImU32 colour, std::string_view words) {
  if (!(lambda >= plot.x.least && lambda <= plot.x.greatest)) return;
  const float x = plot.x.pixel(lambda), width = text_width(c.fonts.small, words);
  if (is_free(c, {{x - width / 2 - c.px(8), y}, {x + width / 2 + c.px(8), y + c.px(15)}}))
    text(c, {x, y}, c.fonts.small, colour, words, Align::centre);
}

/// The same place three times: which pair, how many tokens a turn takes, and above how many turns training had.
void draw_place_axes(const Canvas& c, const Plot& plot, const Derived& derived) {
  const float pairs_y = plot.area.greatest.y + c.px(5), tokens_y = pairs_y + c.px(19),
              turns_y = plot.area.least.y - c.px(22), right = plot.area.greatest.x;
  text(c, {plot.area.least.x - c.px(10), pairs_y}, c.fonts.small, c.theme.dim, "pair", Align::right);
  text(c, {plot.area.least.x - c.px(10), tokens_y}, c.fonts.small, c.theme.dim, "λ", Align::right);
  const std::string_view tokens = "tokens per turn", turns = "turns in training r = L/λ";
  if (plot.area.width() > c.px(420)) {
    text(c, {right, tokens_y}, c.fonts.small, c.theme.dim, tokens, Align::right);
    text(c, {right, turns_y}, c.fonts.small, c.theme.dim, turns, Align::right);
  }
  const std::span<const double> trained = trained_of(derived, derived.current());
  std::size_t step = 1;
  while (static_cast<float>(trained.size()) / static_cast<float>(step) > plot.area.width() / c.px(56)) step *= 2;
  for (std::size_t i = 0; i < trained.size(); i += step)
    if (trained[i] > 0)
      mark(c, plot, wavelength(trained[i]), pairs_y,
           i < derived.axes().size() ? c.theme.of_axis(derived.axes()[i]) : c.theme.dim, c.words("{}", i));
  const Axis& x = plot.x;
  for (const Tick& tick : decade_ticks(x, false, 12, &c.memory))
    if (!tick.minor && !tick.label.empty()) {
      mark(c, plot, tick.value, tokens_y, c.theme.dim, tick.label);
      const float at = std::round(x.pixel(tick.value));
      c.paint.box({{at, plot.area.least.y}, {at + c.hairline(), plot.area.greatest.y}},
                  with_alpha(c.theme.grid, 0.06f));
    }
  const double length = derived.trained_length();
  for (int power = -8; power < 24; ++power)
    mark(c, plot, length / std::pow(2.0, power), turns_y, c.theme.dim,
         power < 0 ? c.words("1/{}", grouped(c, std::pow(2.0, -power))) : grouped(c, std::pow(2.0, power)));
}

struct Zone {
  std::string_view name, why;
  ImU32 colour;
  double from, to; ///< tokens per turn
  std::int64_t pairs;
};

/// Grounds and words of what the scheme in force keeps, blends and interpolates.
void draw_zones(const Canvas& c, const Plot& plot, const Derived& derived, const BlendEdges& edges) {
  const double length = derived.trained_length();
  const bool one = edges.slow == 1;
  const auto count = [&](PairFate wanted) {
    std::int64_t pairs = 0;
    for (std::int64_t i = 0; i < derived.current().spectrum.pairs(); ++i)
      pairs += fate(derived.current().spectrum, i) == wanted ? 1 : 0;
    return pairs;
  };
  const Zone zones[] = {
      {"kept", "many turns in training", c.theme.kept, plot.x.least, length / edges.fast, count(PairFate::kept)},
      {"blended", "", c.theme.blended, length / edges.fast, length / edges.slow, count(PairFate::blended)},
      {c.words("slowed to 1/{:.4g}", derived.current().spectrum.divisor),
       one ? "under one turn" : "few turns in training", c.theme.interpolated, length / edges.slow, plot.x.greatest,
       count(PairFate::interpolated)}};
  for (const Zone& zone : zones) {
    const float left = std::max(plot.x.pixel(std::max(zone.from, plot.x.least)), plot.area.least.x),
                right = std::min(plot.x.pixel(std::min(zone.to, plot.x.greatest)), plot.area.greatest.x);
    if (right - left < 1) continue;
    plot.ground({{left, plot.area.least.y}, {right, plot.area.greatest.y}},
                over(c.theme.panel, with_alpha(zone.colour, 0.16f)));
    const float middle = (left + right) / 2;
    if (text_width(c.fonts.bold, zone.name) + c.px(12) > right - left || plot.area.height() < c.px(150)) continue;
    text(c, {middle, plot.area.least.y + c.px(8)}, c.fonts.bold, c.theme.text, zone.name, Align::centre);
    // How many pairs, as large as it may be above the curve.
    const std::string_view pairs = c.words("{}", zone.pairs);
    const float high = plot.y.pixel(1) - plot.area.least.y - c.px(34), large = compat::font_size(c.fonts.large);
    float y = plot.area.least.y + c.px(28);
    if (high > large && text_width(c.fonts.large, pairs) < right - left) {
      text(c, {middle, y}, c.fonts.large, zone.colour, pairs, Align::centre);
      y += large * 1.2f;
    }
    if (text_width(c.fonts.small, zone.why) + c.px(12) < right - left && y + c.px(16) < plot.y.pixel(1))
      text(c, {middle, y}, c.fonts.small, c.theme.dim, zone.why, Align::centre);
  }
}

/// The pairs of the scheme in force in the colour of the axis that turns each: several axes have pairs of one λ.
void draw_axis_pairs(const Canvas& c, const Plot& plot, const Derived& derived, const Series& series, float alpha) {
  for (std::size_t i = 0; i < series.spectrum.inv_freq.size(); ++i) {
    const double ratio = ratio_at(derived, series, i);
    if (!(ratio > 0)) continue;
    const ImVec2 at = plot.at(wavelength(trained_of(derived, series)[i]), ratio);
    c.paint.disc(at, c.px(3.8f), c.theme.panel);
    c.paint.disc(at, c.px(3), with_alpha(c.theme.of_axis(derived.axes()[i]), alpha));
  }
}

void draw_series(const Canvas& c, const Plot& plot, const Derived& derived, const Series& series, float alpha) {
  const auto points = points_of(c, plot, derived, series);
  const ImU32 colour = with_alpha(scheme_colour(c, series), alpha);
  const bool has_axes = derived.axes().size() == series.spectrum.inv_freq.size();
  c.paint.begin_group(series.label);
  // Where the frequencies of another axis begin anew the line would run back over itself.
  for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
    for (++end; end < points.size() && (!has_axes || points[end].x >= points[end - 1].x);) ++end;
    plot.line(std::span<const ImVec2>(points).subspan(begin, end - begin), colour, scheme_width(series),
              scheme_dash(series));
  }
  // Dots are the pairs, where they can be told apart: between two of them there is none.
  const float apart =
      points.size() > 1 ? (points.back().x - points.front().x) / static_cast<float>(points.size() - 1) : 0;
  if (series.current && has_axes)
    draw_axis_pairs(c, plot, derived, series, alpha);
  else if (series.current && apart > c.px(6))
    for (const ImVec2 at : points) {
      c.paint.disc(at, c.px(3.4f), c.theme.panel);
      c.paint.disc(at, c.px(2.6f), colour);
    }
  c.paint.end_group();
}

void draw_found(const Canvas& c, const Plot& plot, const Found& list) {
  auto points = c.list_of<ImVec2>(list.ratio.size());
  for (std::size_t i = 0; i < list.ratio.size(); ++i) points.push_back(plot.at(list.wavelength[i], list.ratio[i]));
  const ImU32 colour = with_alpha(c.theme.of(RopeType::longrope), 0.75f);
  plot.line(points, colour, 1, method_dash(RopeType::longrope));
  for (const ImVec2 at : points) c.paint.disc(at, c.px(2.6f), colour);
  const std::string_view lines[] = {"LongRoPE: found by search", "Phi-3 mini 128k: 48 factors, s = 32"};
  const ImVec2 last = points.back();
  const float wide = text_width(c.fonts.small, lines[1]), top = last.y - c.px(48);
  const Rect place{{last.x - wide - c.px(4), top}, {last.x, top + c.px(40)}};
  // In a low plot the curves of the schemes, which end at 1/s, would run through the words.
  constexpr float low = 240;
  if (plot.area.height() < c.px(low) || place.least.x < plot.area.least.x + c.px(40) ||
      !plot.area.contains(place.least) || !plot.area.contains(place.greatest) || !is_free(c, place))
    return;
  for (int i = 0; i < 2; ++i)
    text(c, {last.x, top + c.px(18) * static_cast<float>(i)}, i == 0 ? c.fonts.bold : c.fonts.small,
         c.theme.of(RopeType::longrope), lines[i], Align::right);
}

/// A handle that a hand can take, and what it says above the plot.
Rect draw_handle(const Canvas& c, const Plot& plot, float x, std::string_view words, bool lit) {
  const ImU32 colour = c.theme.accent;
  c.paint.line({x, plot.area.least.y}, {x, plot.area.greatest.y}, colour, c.stroke(lit ? 3 : 2));
  const float y = plot.area.least.y + plot.area.height() * 0.78f, half = c.px(9);
  const Rect grip{{x - half, y - c.px(20)}, {x + half, y + c.px(20)}};
  c.paint.box(grip, c.theme.panel, c.px(4));
  c.paint.frame(grip, colour, c.stroke(2), c.px(4));
  for (const float side : {-1.0f, 1.0f})
    c.paint.line({x + side * c.px(3), y - c.px(9)}, {x + side * c.px(3), y + c.px(9)}, colour, c.stroke(1));
  const float width = text_width(c.fonts.bold, words) + c.px(14), top = plot.area.least.y - c.px(46);
  const float left =
      std::clamp(x - width / 2, plot.area.least.x, std::max(plot.area.least.x, plot.area.greatest.x - width));
  const Rect bubble{{left, top}, {left + width, top + c.px(22)}};
  if (!is_free(c, bubble)) return grip;
  c.paint.box(bubble, colour, c.px(4));
  text(c, {bubble.centre().x, top + c.px(2)}, c.fonts.bold, c.theme.on_accent, words, Align::centre);
  return grip;
}

/// "β fast 32"; of other schemes the parameter's own name.
std::string_view edge_words(const Canvas& c, const Parameter& edge, double turns) {
  const std::string_view name = edge.key == "beta_fast"          ? "β fast"
                                : edge.key == "beta_slow"        ? "β slow"
                                : edge.key == "high_freq_factor" ? "high factor"
                                : edge.key == "low_freq_factor"  ? "low factor"
                                                                 : edge.key;
  return c.words("{} {:.4g}", name, turns);
}

/// Both edges and the factor's line can be taken. Returns whether one of them is.
bool take_handles(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived, Scene& next) {
  bool lit = false;
  const double length = derived.trained_length();
  if (const auto edges = blend_edges(scene); edges && !c.bare)
    for (const bool fast : {true, false}) {
      const Parameter& edge = fast ? *edges->high : *edges->low;
      const double turns = fast ? edges->fast : edges->slow, at = length / turns;
      Grip grip = plot.grip_x(edge.key.data(), at); // a literal, which ends with NUL
      if (at >= plot.x.least && at <= plot.x.greatest)
        c.note(c.words("transfer {} knob", edge.key),
               draw_handle(c, plot, plot.x.pixel(at), edge_words(c, edge, turns), grip.lit),
               "Drag: an edge of the pairs that are blended.");
      if (grip.value) grip.value = dragged_turns(*edges, fast, length / *grip.value);
      take_grip(next, c.words("{}.{}", scheme_of(scene.rope).choice(), edge.key), grip);
      lit = lit || grip.lit;
    }
  if (scheme_of(scene.rope).takes_factor && scene.factor > 1 && !c.bare) {
    Grip grip = plot.grip_y("factor", 1 / scene.factor);
    if (grip.value) grip.value = 1 / *grip.value;
    take_grip(next, "factor", grip);
    lit = lit || grip.lit;
    if (1 / scene.factor > plot.y.least && 1 / scene.factor < plot.y.greatest)
      label_on(c, {plot.area.least.x + c.px(10), plot.y.pixel(1 / scene.factor) - c.px(22)},
               grip.lit ? c.theme.accent : c.theme.dim, c.words("÷ s = {:.4g}", scene.factor));
  }
  return lit;
}

/// The pair whose wavelength is nearest to a place along the axis.
std::int64_t pair_at(const Plot& plot, const Derived& derived, float x) {
  const std::span<const double> trained = trained_of(derived, derived.current());
  std::int64_t nearest = 0;
  float least = 1e9f;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    if (!(trained[i] > 0)) continue;
    const float apart = std::abs(plot.x.pixel(wavelength(trained[i])) - x);
    if (apart < least) least = apart, nearest = static_cast<std::int64_t>(i);
  }
  return nearest;
}

void draw_read_out(const Canvas& c, const Plot& plot, const Derived& derived, std::span<const float> alphas,
                   std::int64_t pair) {
  const auto i = static_cast<std::size_t>(pair);
  const double lambda = wavelength(trained_of(derived, derived.current())[i]);
  read_out_rule(c, plot.area, plot.x.pixel(lambda));
  ReadOut table(c, c.words("pair {}: {} tokens per turn, {:.4g} turns in training", pair,
                           grouped(c, lambda, lambda < 1000 ? 1 : 0), derived.trained_length() / lambda));
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    if (alphas[s] == 0 || i >= series.spectrum.inv_freq.size()) continue;
    table.add(scheme_colour(c, series), scheme_dash(series), series.label,
              c.words("{:.6f}", ratio_at(derived, series, i)));
    keep_off(table, plot, points_of(c, plot, derived, series));
  }
  table.draw(c.mouse, plot.area);
}

/// The attention factor in one line, where no panel shows it.
void draw_factor_line(const Canvas& c, const Plot& plot, const Derived& derived) {
  const double factor = derived.current().spectrum.attention_factor;
  if (factor == 1 || plot.area.height() < c.px(120)) return;
  label_on(c, {plot.area.least.x + c.px(10), plot.area.greatest.y - c.px(24)}, c.theme.dim,
           c.words("attention factor {:.4f} on q and on k: scores × {:.4f}", factor, factor * factor));
}

/// `alone`: no panel beside it shows the attention factor.
void draw_curve(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next, bool alone) {
  Rect room;
  const Alphas alphas = heading_with_series(c, panel, "How far each scheme slows each pair",
                                            "1: as trained, 1/2: half as fast", "", scene, derived, hidden, next, room);
  if (room.width() < c.px(160) || room.height() < c.px(140)) return;
  if (alone) take_sequence_length(c, room, scene, next);
  Plot plot = plot_in(c, room, scene, derived);
  draw_ratio_axis(c, plot);
  plot.begin();
  if (const auto edges = blend_edges(scene); edges && shows_zones(scene)) draw_zones(c, plot, derived, *edges);
  const double chosen = trained_of(derived, derived.current())[static_cast<std::size_t>(scene.pair)];
  if (!c.bare && chosen > 0) plot.rule_x(wavelength(chosen), c.theme.dim, 1.4f, 2, 3);
  if (const Found* list = found_list(scene, derived)) draw_found(c, plot, *list);
  for (std::size_t s = derived.series().size(); s-- > 0;)
    if (alphas[s] > 0) draw_series(c, plot, derived, derived.series()[s], alphas[s]);
  const OtherCurves& others = *derived.numbers<OtherCurves>();
  const std::span<const double> trained = trained_of(derived, derived.current());
  const auto place = [&](std::size_t i, double theta) {
    return i < trained.size() && trained[i] > 0 ? plot.at(wavelength(trained[i]), theta / trained[i]) : plot.at(1, 1);
  };
  draw_other_curves(c, plot, others, scene, derived, place);
  const auto dot = [&](std::int64_t pair, ImU32 edge) {
    const auto i = static_cast<std::size_t>(pair);
    const double ratio = ratio_at(derived, derived.current(), i);
    if (alphas[0] == 0 || !(ratio > 0)) return;
    const ImVec2 at = plot.at(wavelength(trained_of(derived, derived.current())[i]), ratio);
    c.paint.disc(at, c.px(7), edge);
    c.paint.disc(at, c.px(5), scheme_colour(c, derived.current()));
  };
  if (!c.bare) dot(scene.pair, c.theme.text);
  if (const std::int64_t lit = lit_pair(c); lit >= 0 && lit < derived.current().spectrum.pairs())
    dot(lit, c.theme.accent);
  plot.end();
  label_other_curves(c, plot, others, scene.rope.base, place);
  const bool held = take_handles(c, plot, scene, derived, next);
  // In lectures both pictures are the wavelengths; the slow end of the curve is the factor, and the base with it. The
  // factor's line can be taken anywhere, which a ring at its end says better than a frame around all of it.
  if (const double end = trained.empty() ? 0 : trained.back(); scene.factor > 1 && end > 0 && !c.bare) {
    const ImVec2 at = plot.at(wavelength(end), 1 / scene.factor);
    const float reach = c.px(9);
    if (scheme_of(scene.rope).takes_factor && plot.area.contains({at.x - 1, at.y}))
      c.note("wavelengths end", {{at.x - reach, at.y - reach}, {at.x + reach, at.y + reach}},
             "Drag the line up or down: the factor.");
  }
  for (const auto& [name, control] : {std::pair{"wavelengths beta_fast", "transfer beta_fast"},
                                      {"wavelengths beta_slow", "transfer beta_slow"},
                                      {"wavelengths low", "transfer low_freq_factor"},
                                      {"wavelengths high", "transfer high_freq_factor"},
                                      {"wavelengths length", "wavelengths seq_len"},
                                      {"wavelengths beta_fast knob", "transfer beta_fast knob"},
                                      {"wavelengths beta_slow knob", "transfer beta_slow knob"},
                                      {"wavelengths low knob", "transfer low_freq_factor knob"},
                                      {"wavelengths high knob", "transfer high_freq_factor knob"}})
    note_as(c, name, control);
  draw_place_axes(c, plot, derived);
  if (alone) draw_factor_line(c, plot, derived);
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  if (plot.hovered() && !held) {
    const std::int64_t pair = pair_at(plot, derived, c.mouse.x);
    light_pair(c, pair);
    draw_read_out(c, plot, derived, alphas, pair);
  }
  if (const auto clicked = plot.clicked()) next.pair = pair_at(plot, derived, clicked->x);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const float space = c.px(12);
  const bool panels = stage.height() >= c.px(620) && stage.width() >= c.px(760);
  if (!panels) return draw_curve(c, stage, scene, derived, next, true);
  const float split = stage.least.y + stage.height() * 0.63f,
              beside = std::clamp(stage.width() * 0.36f, c.px(330), c.px(640));
  draw_curve(c, {stage.least, {stage.greatest.x, split}}, scene, derived, next, false);
  draw_wavelengths(c, {{stage.least.x, split + space}, {stage.greatest.x - beside - space, stage.greatest.y}}, scene,
                   derived, next);
  draw_attention_factors(c, {{stage.greatest.x - beside, split + space}, stage.greatest}, scene, derived);
}

Table columns(const Scene& scene, const Derived& derived) {
  return find_picture("wavelengths")->columns(scene, derived);
}

} // namespace

void draw_transfer_curve(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  draw_curve(c, panel, scene, derived, next, true);
}

void draw_attention_factors(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived) {
  const Found* const list = found_list(scene, derived);
  const Rect room = heading(c, panel, "Attention factor", "on q and on k");
  if (room.width() < c.px(200) || room.height() < c.px(50)) return;
  double greatest = 1.3;
  float names = 0;
  for (const Series& series : derived.series()) {
    greatest = std::max(greatest, series.spectrum.attention_factor);
    names = std::max(names, text_width(c.fonts.small, series.label));
  }
  names = std::min(names, room.width() * 0.4f) + c.px(16);
  const float numbers = text_width(c.fonts.mono_small, "1.0000") + c.px(14), row = c.px(28);
  const Rect bars{{room.least.x + names, room.least.y + c.px(22)}, {room.greatest.x - numbers, room.greatest.y}};
  const Axis axis{1, greatest, bars.least.x, bars.greatest.x, Scale::linear};
  text(c, {bars.least.x, room.least.y}, c.fonts.small, c.theme.dim, "1", Align::centre);
  text(c, {bars.greatest.x, room.least.y}, c.fonts.small, c.theme.dim, c.words("{:.3g}", greatest), Align::centre);
  const double factor = derived.current().spectrum.attention_factor;
  const std::string_view said =
      factor == 1 ? c.words("{} leaves q and k as long as they are.", derived.current().label)
                  : c.words("{}: {:.4f} on q and on k, so every score × {:.4f}: a {} softmax.", derived.current().label,
                            factor, factor * factor, factor > 1 ? "sharper" : "flatter");
  const float words = wrapped_height(room.width(), c.fonts.small, said);
  float y = bars.least.y;
  const auto bar = [&](std::string_view name, double value, ImU32 colour, bool strong) {
    if (y + row > room.greatest.y - words - c.px(8)) return;
    text(c, {room.least.x, y + c.px(2)}, c.fonts.small, colour, shortened(c, c.fonts.small, name, names - c.px(8)));
    const Rect track{{bars.least.x, y}, {bars.greatest.x, y + c.px(18)}};
    c.paint.box(track, c.theme.raised, c.px(3));
    if (value > 1) c.paint.box({track.least, {axis.pixel(value), track.greatest.y}}, colour, c.px(3));
    text(c, {room.greatest.x, y + c.px(1)}, c.fonts.mono_small, strong ? c.theme.text : c.theme.dim,
         c.words("{:.4f}", value), Align::right);
    y += row;
  };
  for (const Series& series : derived.series())
    bar(series.label, series.spectrum.attention_factor, scheme_colour(c, series), series.current);
  if (list) bar("LongRoPE, Phi-3", list->attention_factor, c.theme.of(RopeType::longrope), false);
  wrapped_text(c, {room.least.x, std::min(y + c.px(10), room.greatest.y - words)}, room.width(), c.fonts.small,
               c.theme.text, said);
}

std::optional<BlendEdges> blend_edges(const Scene& scene) {
  for (const SchemeControl& control : scheme_of(scene.rope).controls) {
    if (!control.high || control.low->unit != "turns") continue;
    const ParameterValues& values = scene.rope.scaling.parameters;
    return BlendEdges{control.high, control.low, values.number(*control.high), values.number(*control.low)};
  }
  return std::nullopt;
}

double snapped_turns(double turns) {
  const auto digits = [&](int count) {
    const double unit = std::pow(10.0, std::floor(std::log10(turns)) - (count - 1));
    return std::round(turns / unit) * unit;
  };
  return std::abs(digits(2) / turns - 1) < 0.01 ? digits(2) : digits(3);
}

double dragged_turns(const BlendEdges& edges, bool fast, double turns) {
  constexpr double apart = 1.05; // the least ratio of the two
  const double dragged = snapped_turns(turns);
  return fast ? std::max(dragged, edges.slow * apart) : std::min(dragged, edges.fast / apart);
}

const Picture transfer_picture{
    .name = "transfer",
    .title = "Transfer",
    .line = "how far each scheme slows each pair, with the edges of what it blends and the attention factor",
    .group = Group::extension,
    .tab = "transfer",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
