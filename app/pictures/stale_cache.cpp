#include "app/pictures/stale_cache.h"

#include <array>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/dial.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

constexpr double degrees = 180 / std::numbers::pi;

std::span<const std::string_view> schemes() { return find_property("scheme")->choices(); }

constexpr double greatest_text = 16.0 * 1024 * 1024;

constexpr Property tokens_row(std::string_view key, std::string_view label, std::string_view help,
                              std::string_view default_words) {
  return {
      .key = key,
      .kind = Kind::whole,
      .label = label,
      .help = help,
      .unit = "tokens",
      .least = 1,
      .greatest = greatest_text,
      .slider_least = 64,
      .slider_end = 1 << 20,
      .logarithmic = true,
      .nullable = true,
      .default_words = default_words,
      .snapped = [](double v) { return std::max(1.0, std::round(v / (v > 4096 ? 256 : 16)) * (v > 4096 ? 256 : 16)); }};
}

constexpr Property options[] = {
    view_row("stale-cache.x", "tokens", "distances that are seen"),
    view_row("stale-cache.y", "", "scores that are seen"),
    view_row("stale-cache.pairs", "", "pairs that are seen"),
    view_row("stale-cache.angles", "degrees", "angles that are seen"),
    {.key = "stale-cache.cause",
     .kind = Kind::choice,
     .label = "why keys are stale",
     .help = "the text grew under a scheme that goes by its length; the scheme, or the base, was another; tokens were "
             "evicted",
     .nullable = true,
     .default_words = "length where the scheme goes by it, else scheme; shift without an extension",
     .choices = [] { return std::span<const std::string_view>(stale_causes); }},
    tokens_row("stale-cache.cached_at", "keys stored before", "tokens in the cache when the table changed",
               "the trained context"),
    tokens_row("stale-cache.query", "query at", "position of the query that reads the stale keys", "the next token"),
    {.key = "stale-cache.key_scheme",
     .kind = Kind::choice,
     .label = "keys stored with",
     .help = "the scheme that the cached keys were turned by",
     .nullable = true,
     .default_words = "none; where that is in force, the first that is compared",
     .choices = schemes},
    {.key = "stale-cache.key_base",
     .kind = Kind::number,
     .label = "keys' base",
     .help = "the base that the cached keys were turned by",
     .least = 1e-3,
     .greatest = 1e15,
     .slider_least = 1000,
     .slider_end = 1e8,
     .logarithmic = true,
     .nullable = true,
     .default_words = "10 000; of a model that has it, 500 000",
     .snapped = [](double v) { return std::round(v / 1000) * 1000; }},
    tokens_row("stale-cache.shift", "tokens evicted", "how many tokens were dropped before the keys that stay",
               "an eighth of the trained context"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &view_pairs = options[2],
                         &view_angles = options[3];

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  struct Wish {
    std::uint64_t version;
    bool whole;
    std::array<Value, 6> chosen;
    bool operator==(const Wish&) const = default;
  };
  Wish wish{derived.version(), patience == Patience::waits, {}};
  for (std::size_t i = 0; i < wish.chosen.size(); ++i) wish.chosen[i] = scene.options[options[4 + i]];
  const StaleCurves& curves = derived.numbers<StaleCurves>(
      wish, [&] { return stale_curves(stale_setting(scene, derived), derived, engines, patience); });
  const std::int64_t distance = std::abs(scene.m - scene.n);
  derived.numbers<StaleHere>(std::pair(std::move(wish), distance),
                             [&] { return stale_here(curves, derived.current().spectrum, distance); });
}

// --- words -----------------------------------------------------------------------------------------------------------

/// What happened to the cache, a sentence.
std::string_view happened(const Canvas& c, const Scene& scene, const Derived& derived, const StaleSetting& setting) {
  const Series& current = derived.current();
  const std::string_view cached = grouped(c, static_cast<double>(setting.cached)),
                         now = grouped(c, std::max(sequence_length(scene), static_cast<double>(setting.query)));
  if (!setting.refused.empty()) return c.words("{}.", setting.refused);
  switch (setting.cause) {
  case StaleCause::length:
    if (scheme_of(current.config).acts_on == ActsOn::base)
      return c.words("{} keys were stored under base {}. The text grew to {} tokens: the query turns by base {}.",
                     cached, grouped(c, setting.key.base), now, grouped(c, current.spectrum.base));
    if (scheme_of(current.config).acts_on == ActsOn::given_factors)
      return c.words(
          "{} keys were stored under the table for {} tokens. The text grew to {} tokens: the query turns by "
          "the other one.",
          cached, cached, now);
    return c.words("{} keys were stored as for a text of {} tokens. It grew to {}: the query turns as for that.",
                   cached, cached, now);
  case StaleCause::scheme:
    return c.words("{} keys were stored with {}. The query turns with {}.", cached, setting.key_label, current.label);
  case StaleCause::base:
    return c.words("{} keys were stored under base {}. The query turns by base {}.", cached,
                   grouped(c, setting.key_base), grouped(c, current.config.base));
  case StaleCause::shift: break;
  }
  return c.words("{} tokens were evicted and the positions counted anew, but the keys that stay were not turned back.",
                 grouped(c, static_cast<double>(setting.shift)));
}

// --- parts -----------------------------------------------------------------------------------------------------------

/// The four causes side by side.
void draw_causes(const Canvas& c, Rect line, const Derived& derived, const StaleSetting& setting, Scene& next) {
  constexpr std::string_view labels[] = {"text grew", "other scheme", "other base", "cache shifted"};
  const float space = c.px(6);
  float x = line.least.x;
  for (std::size_t i = 0; i < std::size(labels); ++i) {
    const float width = std::min(text_width(c.fonts.body, labels[i]) + c.px(28), (line.width() + space) / 4 - space);
    const bool possible = i != 0 || goes_by_length(derived.current().config);
    if (button(c, c.id("stale-cache.cause {}", stale_causes[i]), {{x, line.least.y}, {x + width, line.greatest.y}},
               labels[i], setting.cause == static_cast<StaleCause>(i), possible,
               possible ? std::string_view("What made the cached keys stale.")
                        : std::string_view("The scheme in force does not go by the length of the text.")))
      next.options.set(stale_rows::cause(), std::string(stale_causes[i]));
    x += width + space;
  }
}

/// A slider of one of the picture's own numbers. Returns what it takes of the height.
float draw_slider(const Canvas& c, ImVec2 at, float width, const Property& row, double present, Scene& next) {
  double value = present;
  std::string typed;
  const Slider slider{.id = row.key.data(), // a literal, which ends with NUL
                      .label = row.label,
                      .value_text = grouped(c, present),
                      .least = row.slider_least,
                      .greatest = row.slider_end,
                      .logarithmic = true,
                      .help = row.help};
  try {
    switch (canvas::slider(c, at, width, slider, value, typed)) {
    case Moved::no: break;
    case Moved::dragged: set(next, row, std::clamp(row.snapped(value), row.least, row.greatest)); break;
    case Moved::typed: set(next, row, parse_value(row, typed)); break;
    case Moved::reset: reset(next, row); break;
    }
  } catch (const Error&) {
    // What was typed is no number of the row: the value stays as it was.
  }
  return c.px(46);
}

void draw_sliders(const Canvas& c, Rect room, const StaleSetting& setting, Scene& next) {
  if (!c.attention) return; // nothing to be taken in a file
  ImVec2 at = room.least;
  const auto add = [&](const Property& row, double present) {
    if (at.y + c.px(46) <= room.greatest.y) at.y += draw_slider(c, at, room.width(), row, present, next);
  };
  if (setting.cause == StaleCause::shift)
    add(stale_rows::shift(), static_cast<double>(setting.shift));
  else
    add(stale_rows::cached_at(), static_cast<double>(setting.cached));
  if (setting.cause == StaleCause::base) add(stale_rows::key_base(), setting.key_base);
  add(stale_rows::query(), static_cast<double>(setting.query));
}

std::string_view score_words(const Canvas& c, double score) {
  return c.words("{}{:.4f}", score < 0 ? "−" : "", std::abs(score));
}

/// The selected pair twice, and the score of all pairs below in large figures: as it should be, and as it is.
void draw_dials(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, const StaleSetting& setting,
                const StaleHere& here) {
  const std::size_t i = pair_of_dials(scene, here);
  const double theta = derived.current().spectrum.inv_freq[i],
               seen = trained_of(derived, derived.current())[i] * derived.trained_length();
  const auto hand = [](double angle) {
    return std::complex<float>(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
  };
  const double query = std::remainder(static_cast<double>(setting.query) * theta, 2 * std::numbers::pi);
  struct Side {
    std::string_view title;
    double angle, score;
    ImU32 colour;
  };
  const Side sides[] = {{"as it should be", here.angles[i].fresh, here.fresh_score, c.theme.good},
                        {"key from the cache", here.angles[i].stale, here.stale_score,
                         std::abs(here.stale_score - here.fresh_score) < 5e-4 ? c.theme.good : c.theme.beyond}};
  const float half = room.width() / 2;
  // One size for both.
  ImFont* const font = std::max(text_width(c.fonts.huge, score_words(c, here.fresh_score)),
                                text_width(c.fonts.huge, score_words(c, here.stale_score))) < half - c.px(8)
                           ? c.fonts.huge
                           : c.fonts.large;
  const float below = compat::font_size(c.fonts.huge) * 1.2f + c.px(26);
  const float radius = std::min(half * 0.42f, (room.height() - below - c.px(24)) / 2);
  for (int s = 0; s < 2; ++s) {
    const Side& side = sides[s];
    const float x = room.least.x + half * (static_cast<float>(s) + 0.5f);
    float y = room.least.y;
    text(c, {x, y}, c.fonts.bold, c.theme.text, shortened(c, c.fonts.bold, side.title, half - c.px(8)), Align::centre);
    y += c.px(24);
    if (radius > c.px(26)) {
      draw_dial(c, {x, y + radius}, radius * 0.96f,
                {hand(query), hand(query - side.angle), seen, false, side.angle < 0});
      y += 2 * radius + c.px(4);
    }
    text(c, {x, y}, font, side.colour, score_words(c, side.score), Align::centre);
    if (s == 0) continue;
    y += compat::font_size(font) * 1.15f;
    const std::string_view where = c.words("score at Δ = {}", grouped(c, static_cast<double>(here.distance))),
                           which = c.words(
                               "dials: pair {}{}: {}°", i,
                               static_cast<std::int64_t>(i) == scene.pair ? "" : ", whose hand points most wrongly",
                               with_sign(here.angles[i].error * degrees, 1)),
                           both = c.words("{}; {}", where, which);
    const bool one = text_width(c.fonts.small, both) <= room.width();
    for (const std::string_view line : {one ? both : where, one ? std::string_view() : which}) {
      if (line.empty()) continue;
      text(c, {room.centre().x, y}, c.fonts.small, c.theme.dim, shortened(c, c.fonts.small, line, room.width()),
           Align::centre);
      if (!one) y += c.px(16);
    }
    y += c.px(34);
    const std::string_view lesson =
        setting.cause == StaleCause::shift
            ? c.words("Each key scores as if it stood {} tokens nearer.",
                      grouped(c, static_cast<double>(setting.shift)))
            : std::string_view(
                  "Where both turn by the same frequencies, the score goes by the distance alone. Here it goes "
                  "by where both tokens stand.");
    if (y + wrapped_height(room.width(), c.fonts.body, lesson) < room.greatest.y)
      wrapped_text(c, {room.least.x, y}, room.width(), c.fonts.body, c.theme.dim, lesson);
  }
}

ImU32 error_ink(const Canvas& c, double off) {
  return off < 10 ? c.theme.good : off < 90 ? c.theme.blended : c.theme.beyond;
}

/// By how much each pair's key is off, whole turns counted, as bars on a logarithmic axis.
void draw_errors(const Canvas& c, Rect room, const Scene& scene, const StaleHere& here, Scene& next) {
  const auto pairs = static_cast<double>(here.angles.size());
  double greatest = 1000;
  for (const double error : here.whole_error) greatest = std::max(greatest, std::abs(error) * degrees);
  constexpr double least = 0.01;
  Plot plot(c, "stale angles", room,
            {.all = {-0.5, std::max(0.5, pairs - 0.5)},
             .title = "pair i",
             .view = scene.options.range(view_pairs),
             .fewest = 2,
             .least_gap = 44},
            {.all = {least, std::pow(10.0, std::ceil(std::log10(greatest)))},
             .scale = Scale::log,
             .labels = Labels::decades,
             .title = "the key's angle is off by (degrees, whole turns counted)",
             .view = scene.options.range(view_angles),
             .least_gap = 28});
  plot.draw_axes();
  plot.begin();
  const float width = plot.x.pixel(1) - plot.x.pixel(0), gap = width >= 4 ? width * 0.12f : 0.0f;
  for (std::size_t i = 0; i < here.whole_error.size(); ++i) {
    const double off = std::abs(here.whole_error[i]) * degrees;
    if (!(off > plot.y.least)) continue;
    const float left = plot.x.pixel(static_cast<double>(i) - 0.5) + gap;
    const bool chosen = static_cast<std::int64_t>(i) == scene.pair && !c.bare,
               lit = static_cast<std::int64_t>(i) == lit_pair(c);
    const Rect bar{{left, plot.y.pixel(std::min(off, plot.y.greatest))},
                   {left + std::max(1.0f, width - 2 * gap), plot.area.greatest.y}};
    c.paint.box(bar, mix(c.theme.panel, error_ink(c, off), 0.85f));
    if (off >= 90)
      hatch_lines(c, bar, mix(c.theme.panel, error_ink(c, off), 0.45f), std::max(4.0f, c.px(6)),
                  std::max(1.0f, c.px(1)));
    if (chosen || lit) c.paint.frame(bar, chosen ? c.theme.accent : c.theme.text, c.stroke(2));
  }
  plot.rule_y(90, c.theme.text, 1.4f, 7, 4);
  plot.end();
  if (90 > plot.y.least && 90 < plot.y.greatest && plot.area.height() > c.px(90)) {
    const std::string_view words = "above 90° a pair misleads";
    // Above the line at that side where no bar reaches it; else above all bars.
    const float width_of = text_width(c.fonts.small, words) + c.px(20), line = plot.y.pixel(90) - c.px(22);
    const auto free_at = [&](float left, float top) {
      for (std::size_t i = 0; i < here.whole_error.size(); ++i) {
        const float x = plot.x.pixel(static_cast<double>(i));
        const double off = std::max(least, std::abs(here.whole_error[i]) * degrees);
        if (x > left - width && x < left + width_of + width && plot.y.pixel(off) < top + c.px(20)) return false;
      }
      return true;
    };
    const float sides[] = {plot.area.greatest.x - width_of, plot.area.least.x + c.px(10)};
    for (const float top : {line, plot.area.least.y + c.px(4)})
      if (const auto left = std::find_if(std::begin(sides), std::end(sides), [&](float x) { return free_at(x, top); });
          left != std::end(sides) && width_of < plot.area.width()) {
        label_on(c, {*left, top}, c.theme.text, words);
        break;
      }
  }
  plot.take_input();
  keep_view(next, view_pairs, view_angles, plot);
  const auto pair_at = [&](float x) {
    return std::clamp<std::int64_t>(std::llround(plot.x.value(x)), 0,
                                    static_cast<std::int64_t>(here.angles.size()) - 1);
  };
  if (const auto clicked = plot.clicked()) next.pair = pair_at(clicked->x);
  if (!plot.hovered()) return;
  const std::int64_t pair = pair_at(c.mouse.x);
  const auto i = static_cast<std::size_t>(pair);
  light_pair(c, pair);
  ReadOut table(c, c.words("pair {}", pair));
  table.add(c.theme.good, "as it should be", c.words("{}°", with_sign(here.angles[i].fresh * degrees, 1)));
  table.add(c.theme.beyond, "from the cache", c.words("{}°", with_sign(here.angles[i].stale * degrees, 1)));
  table.add(error_ink(c, std::abs(here.whole_error[i]) * degrees), "off by",
            c.words("{}°", with_sign(here.whole_error[i] * degrees, 2)));
  table.draw(c.mouse, plot.area);
}

/// One curve: its band of every distance, and its line of local means.
void draw_curve(const Canvas& c, const Plot& plot, const ScoreCurve& curve, std::int64_t from, ImU32 colour,
                const Dash& dash) {
  auto columns = c.list_of<Span>(curve.bins.size());
  auto line = c.list_of<ImVec2>(curve.bins.size());
  for (std::size_t b = 0; b < curve.bins.size(); ++b) {
    if (curve.edges[b] < from) continue;
    const float x = plot.x.pixel(bin_distance(curve, b));
    columns.push_back({x, plot.y.pixel(static_cast<double>(curve.bins[b].greatest)),
                       plot.y.pixel(static_cast<double>(curve.bins[b].least))});
    line.push_back({x, plot.y.pixel(static_cast<double>(curve.local_mean[b]))});
  }
  c.paint.band(columns, with_alpha(colour, 0.22f));
  plot.line(line, colour, 2.4f, dash);
}

/// Score against distance, of fresh keys and of those in the cache.
void draw_scores(const Canvas& c, Rect room, const Scene& scene, const StaleCurves& curves, const StaleHere& here,
                 Scene& next) {
  double least = -0.1;
  for (const ScoreCurve* curve : {&curves.fresh, &curves.stale})
    for (const ScoreBin& bin : curve->bins) least = std::min(least, static_cast<double>(bin.least));
  auto seen = scene.options.range(view_x);
  if (seen) seen = Range{std::max(seen->least, 0.5), std::max(seen->greatest, 2.0)};
  const StaleSetting& setting = curves.setting;
  Plot plot(c, "stale scores", room,
            {.all = {1, std::max(2.0, static_cast<double>(setting.query))},
             .scale = Scale::log,
             .labels = Labels::powers_of_two,
             .title = "distance Δ from the query back to the key (tokens)",
             .view = seen,
             .fewest = 4,
             .least_gap = 44,
             .end_labelled = true},
            {.all = {least - 0.05, 1.04},
             .title = "score of the same word, at most 1",
             .view = scene.options.range(view_y),
             .least_gap = 30});
  plot.draw_axes();
  plot.begin();
  // Keys that were stored after the change are nearer than this one.
  const std::int64_t first_stale =
      setting.cause == StaleCause::shift ? 1 : std::max<std::int64_t>(1, setting.query - setting.cached + 1);
  draw_curve(c, plot, curves.fresh, 1, c.theme.good, Dash{{14, 5, 14, 5}});
  draw_curve(c, plot, curves.stale, first_stale, c.theme.beyond, Dash());
  const auto at = static_cast<double>(here.distance);
  if (!c.bare && at >= plot.x.least && at <= plot.x.greatest) {
    plot.rule_x(at, c.theme.dim, 1.4f, 2, 3);
    read_out_dot(c, plot.at(at, here.fresh_score), c.theme.good);
    read_out_dot(c, plot.at(at, here.stale_score), c.theme.beyond);
  }
  plot.end();
  if (first_stale > 1)
    label_rule_x(c, plot, static_cast<double>(first_stale), "stored before the change", c.theme.beyond,
                 plot.area.least.y + c.px(4));
  const float wide = text_width(c.fonts.small, "key from the cache") + c.px(curve_sample_width + 10);
  if (plot.area.width() > wide + c.px(80) && plot.area.height() > c.px(100))
    for (const bool fresh : {true, false}) {
      const ImVec2 place{plot.area.greatest.x - wide, plot.area.least.y + c.px(fresh ? 6 : 28)};
      curve_sample(c, {place.x, place.y + c.px(9)}, fresh ? c.theme.good : c.theme.beyond,
                   fresh ? Dash{{14, 5, 14, 5}} : Dash(), 2.4f);
      label_on(c, {place.x + c.px(curve_sample_width + 8), place.y}, c.theme.text,
               fresh ? "as it should be" : "key from the cache");
    }
  const Grip grip = c.bare ? Grip() : plot.grip_x("distance", at, true);
  const auto choose = [&](double distance) {
    const std::int64_t tokens = std::clamp<std::int64_t>(std::llround(distance), 0, setting.query);
    next.m = next.n + tokens; // Δ is the same in every picture
  };
  if (grip.value) choose(*grip.value);
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  if (const auto clicked = plot.clicked()) choose(plot.x.value(clicked->x));
}

// --- the whole -------------------------------------------------------------------------------------------------------

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const StaleCurves& curves = *derived.numbers<StaleCurves>();
  const StaleHere& here = *derived.numbers<StaleHere>();
  Rect room = heading(c, stage, "A cached key keeps the angle it was stored with",
                      "the query turns by the frequencies in force");
  if (room.width() < c.px(160) || room.height() < c.px(80)) return;
  if (c.attention && room.height() > c.px(200)) {
    draw_causes(c, {{room.least.x, room.least.y + c.px(2)}, {room.greatest.x, room.least.y + c.px(30)}}, derived,
                curves.setting, next);
    room.least.y += c.px(42);
  }
  // In as many lines as it needs, and where these would take the picture's room in one.
  const auto say = [&](ImFont* font, ImU32 colour, std::string_view words) {
    const bool whole = wrapped_height(room.width(), font, words) < room.height() * 0.3f;
    const std::string_view said = whole ? words : shortened(c, font, words, room.width());
    room.least.y = wrapped_text(c, room.least, room.width(), font, colour, said) + c.px(6);
  };
  say(room.height() > c.px(380) ? c.fonts.body : c.fonts.small,
      curves.setting.refused.empty() ? c.theme.text : c.theme.beyond, happened(c, scene, derived, curves.setting));
  const bool beside = room.width() >= c.px(820) && room.height() >= c.px(330);
  if (beside) {
    const float width = std::clamp(room.width() * 0.3f, c.px(320), c.px(620)), sliders = c.attention ? c.px(140) : 0;
    const Rect left{room.least, {room.least.x + width, room.greatest.y}};
    draw_dials(c, {left.least, {left.greatest.x, left.greatest.y - sliders}}, scene, derived, curves.setting, here);
    draw_sliders(
        c,
        {{left.least.x + c.px(8), left.greatest.y - sliders + c.px(6)}, {left.greatest.x - c.px(8), left.greatest.y}},
        curves.setting, next);
    room.least.x = left.greatest.x + c.px(24);
  } else {
    const std::string_view words =
        c.words("score at Δ = {}: {:.4f} as it should be, {:.4f} from the cache",
                grouped(c, static_cast<double>(here.distance)), here.fresh_score, here.stale_score);
    say(c.fonts.bold, c.theme.text, words);
  }
  if (room.height() < c.px(60)) return;
  const bool both = room.height() > c.px(300);
  const float split = room.least.y + room.height() * 0.46f;
  if (both) draw_errors(c, {room.least, {room.greatest.x, split}}, scene, here, next);
  draw_scores(c, {{room.least.x, both ? split + c.px(10) : room.least.y}, room.greatest}, scene, curves, here, next);
}

Table columns(const Scene&, const Derived& derived) {
  const StaleCurves& curves = *derived.numbers<StaleCurves>();
  const StaleHere& here = *derived.numbers<StaleHere>();
  const Spectrum& query = derived.current().spectrum;
  Table table;
  const auto n = curves.setting.query - here.distance;
  table.formula = fmt::format(
      "query at {}, key at {} turned as at {}: fresh_angle = (m - n) query_inv_freq, stale_angle = m "
      "query_inv_freq - n' key_inv_freq, angle_error = stale - fresh, rad, -pi ... pi; score fresh "
      "{:.17g}, stale {:.17g}",
      curves.setting.query, n, n + (here.stored ? curves.setting.shift : 0), here.fresh_score, here.stale_score);
  std::array<std::vector<double>, 6> lists;
  for (std::size_t i = 0; i < here.angles.size(); ++i) {
    const double values[] = {
        static_cast<double>(i), query.inv_freq[i],    here.stored ? curves.setting.key.inv_freq[i] : query.inv_freq[i],
        here.angles[i].fresh,   here.angles[i].stale, here.angles[i].error};
    for (std::size_t k = 0; k < lists.size(); ++k) lists[k].push_back(values[k]);
  }
  const char* const names[] = {"pair", "query_inv_freq", "key_inv_freq", "fresh_angle", "stale_angle", "angle_error"};
  for (std::size_t k = 0; k < lists.size(); ++k) table.add(names[k], std::move(lists[k]));
  return table;
}

} // namespace

namespace stale_rows {
const Property& cause() { return options[4]; }
const Property& cached_at() { return options[5]; }
const Property& query() { return options[6]; }
const Property& key_scheme() { return options[7]; }
const Property& key_base() { return options[8]; }
const Property& shift() { return options[9]; }
} // namespace stale_rows

const Picture stale_cache_picture{
    .name = "stale-cache",
    .title = "Stale cache",
    .line = "a query turned by one table and keys turned by another: angles that are off, and the score",
    .group = Group::extension,
    .tab = "stale cache",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
