#include "core/analysis/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/canvas/attention.h"
#include "app/canvas/columns.h"
#include "app/pictures/extension_parts.h"
#include "app/pictures/handles.h"
#include "app/pictures/lecture_parts.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    view_row("fit.x", "tokens", "distances that are seen"),
    view_row("fit.y", "", "scores that are seen"),
    {.key = "fit.samples",
     .kind = Kind::text,
     .label = "fitted to",
     .help = "the word whose stream of random numbers, −1 … 1, the head is fitted to",
     .fallback = "wild"},
    {.key = "fit.every",
     .kind = Kind::whole,
     .label = "a sample every",
     .help = "tokens from one sample of the fit to the next",
     .unit = "tokens",
     .least = 1,
     .greatest = 1 << 20,
     .fallback = 8.0},
    {.key = "fit.ridge",
     .kind = Kind::number,
     .label = "weight decay (ridge)",
     .help = "weight decay of the fit: the larger it is, the tamer the head is outside, and the less it fits inside",
     .least = 1e-9,
     .greatest = 1e3,
     .logarithmic = true,
     .fallback = 1e-6,
     // Two digits of the exponent are told apart by no eye: tenths of a decade.
     .snapped = [](double v) { return std::pow(10.0, std::round(std::log10(v) * 10) / 10); }},
};
constexpr const Property &view_x = options[0], &view_y = options[1], &samples = options[2], &every = options[3],
                         &ridge = options[4];

/// The fit within the trained context, and the head at every distance up to the target.
struct Fitted {
  std::string word;
  std::uint64_t version = 0, made = 0;
  double every = 0, ridge = 0;
  std::int64_t length = 0;
  double trained = 0;

  SeriesFit fit;
  std::int64_t used_every = 1; ///< tokens from sample to sample: more than was asked for where they would be too many
  std::int64_t step = 1;       ///< tokens from value to value: 1 but of very long contexts
  Columns<double> values;
  double inside = 0, outside = 0;    ///< greatest size within the trained context, and beyond it
  std::optional<std::int64_t> worst; ///< where `outside` is, tokens
};

Fitted fitted(const Scene& scene, const Derived& derived) {
  Fitted f;
  f.word = scene.options.words(samples), f.version = derived.version();
  f.every = scene.options.number(every), f.ridge = scene.options.number(ridge);
  f.length = derived.length(), f.trained = derived.trained_length();
  const std::vector<double>& plain = derived.trained().inv_freq;
  if (static_cast<std::int64_t>(plain.size()) > most_fit_pairs) return f;
  const FitSamples chosen = samples_within(f.word, f.trained, std::llround(f.every), f.ridge);
  f.used_every = chosen.every;
  f.fit = fit_series(plain, chosen);
  // What a frame may cost: about 10⁷ turns of a pair.
  constexpr std::int64_t most_values = 1 << 18;
  const std::int64_t end = std::max(f.length, static_cast<std::int64_t>(f.trained));
  f.step = (end + most_values - 1) / most_values;
  f.values = Columns<double>(fitted_values(f.fit, derived.current().spectrum.inv_freq, 0, f.step, end / f.step));
  const auto all = f.values.values();
  for (std::size_t j = 0; j < all.size(); ++j) {
    const double size = std::abs(all[j]);
    const std::int64_t distance = static_cast<std::int64_t>(j) * f.step;
    if (static_cast<double>(distance) < f.trained)
      f.inside = std::max(f.inside, size);
    else if (size > f.outside)
      f.outside = size, f.worst = distance;
  }
  return f;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  const Fitted* kept = derived.numbers<Fitted>();
  if (kept && kept->version == derived.version() && kept->word == scene.options.words(samples) &&
      kept->every == scene.options.number(every) && kept->ridge == scene.options.number(ridge) &&
      kept->length == derived.length() && kept->trained == derived.trained_length())
    return;
  const std::uint64_t next = kept ? kept->made + 1 : 0;
  derived.numbers<Fitted>(next, [&] {
    Fitted made = fitted(scene, derived);
    made.made = next;
    return made;
  });
}

std::string_view every_words(const Canvas& c, const Fitted& f) {
  return f.used_every == std::llround(f.every)
             ? c.words("fitted at every {}th distance", f.used_every)
             : c.words("fitted at every {}th distance: more samples would take too long", f.used_every);
}

void draw_curve(const Canvas& c, const Plot& plot, const Fitted& f) {
  const auto values = f.values.values();
  const auto half = [&](double from, double to, ImU32 colour) {
    const Rect part{{plot.x.pixel(std::max(from, plot.x.least)), plot.area.least.y},
                    {plot.x.pixel(std::min(to, plot.x.greatest)), plot.area.greatest.y}};
    if (!(part.width() > 0)) return;
    c.paint.push_clip(part);
    if (f.step == 1)
      plot.line(f.values, colour, 2);
    else {
      auto xs = c.list_of<double>(values.size());
      for (std::size_t j = 0; j < values.size(); ++j)
        xs.push_back(static_cast<double>(j) * static_cast<double>(f.step));
      plot.line(xs, values, colour, 2);
    }
    c.paint.pop_clip();
  };
  half(-1, f.trained, c.theme.good);
  half(f.trained, 1e18, c.theme.beyond);
}

void draw_words(const Canvas& c, const Plot& plot, const Fitted& f) {
  const float line = c.px(24), top = plot.area.least.y + c.px(8);
  const float rule = std::clamp(plot.x.pixel(f.trained), plot.area.least.x, plot.area.greatest.x);
  const Rect area = plot.area.inset(c.px(4), c.px(2));
  const float left = rule - c.px(12);
  put(c, area, {left, top}, c.fonts.title, c.theme.good, "trained", Align::right);
  put(c, area, {left, top + line}, c.fonts.body, c.theme.dim, c.words("greatest {}", grouped(c, f.inside, 2)),
      Align::right);
  if (!f.worst || f.trained > plot.x.greatest) return;
  put(c, area, {plot.area.greatest.x - c.px(12), top}, c.fonts.title, c.theme.beyond, "never seen", Align::right);
  const auto worst = static_cast<double>(*f.worst);
  if (worst < plot.x.least || worst > plot.x.greatest) return;
  const double value = f.values.values()[static_cast<std::size_t>(*f.worst / f.step)];
  const ImVec2 at = plot.at(worst, value);
  if (!plot.area.contains(at)) return;
  c.paint.disc(at, c.px(6), c.theme.text);
  const std::string_view words = c.words("{} at Δ = {}", grouped(c, f.outside, 1), grouped(c, worst));
  for (const float side : {1.0f, -1.0f})
    if (put(c, area, {at.x + side * c.px(16), std::max(at.y - c.px(12), area.least.y)}, c.fonts.title, c.theme.text,
            words, side > 0 ? Align::left : Align::right))
      break;
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Fitted& f = *derived.numbers<Fitted>();
  Rect room = heading(c, panel, "A head fitted in training, and beyond it", every_words(c, f));
  if (room.width() < c.px(200) || room.height() < c.px(100)) return;
  if (f.fit.cosine.empty()) {
    wrapped_text(
        c, room.least, room.width(), c.fonts.body, c.theme.dim,
        c.words("A fit of more than {} pairs would take too long: choose a smaller head_dim.", most_fit_pairs));
    return;
  }
  if (!c.bare && room.height() > c.px(200)) {
    const float width = std::min(c.px(300), room.width() * 0.5f), left = room.greatest.x - width;
    draw_handle(c, "fit ridge", {{left, room.least.y}, {room.greatest.x, room.least.y + handle_height(c)}}, ridge,
                ridge.least, ridge.greatest, scene, next);
    room.least.y += handle_height(c) + c.px(6);
  }
  const double most = std::max({1.5, f.inside * 1.15, f.outside * 1.15});
  Plot plot(c, "fit", room,
            {.all = {0, static_cast<double>(std::max(f.length, static_cast<std::int64_t>(f.trained)))},
             .title = "distance Δ (tokens)",
             .view = scene.options.range(view_x),
             .fewest = 4,
             .end_labelled = true},
            {.all = {-most, most}, .title = "score", .view = scene.options.range(view_y)});
  plot.draw_axes();
  plot.begin();
  const Rect land{{plot.x.pixel(std::clamp(f.trained, plot.x.least, plot.x.greatest)), plot.area.least.y},
                  plot.area.greatest};
  if (land.width() > 1) {
    c.paint.box(land, with_alpha(c.theme.beyond, 0.08f));
    hatch_lines(c, land, with_alpha(c.theme.beyond, 0.16f), std::max(6.0f, c.px(14)), c.stroke(1));
  }
  // What the fit was asked to stay within.
  const float up = plot.y.pixel(std::min(1.0, plot.y.greatest)), down = plot.y.pixel(std::max(-1.0, plot.y.least));
  if (down > up) c.paint.box({{plot.area.least.x, up}, {plot.area.greatest.x, down}}, with_alpha(c.theme.good, 0.22f));
  draw_curve(c, plot, f);
  plot.rule_x(f.trained, c.theme.text, 2.5f, 9, 6);
  plot.end();
  draw_words(c, plot, f);
  if (!c.bare) {
    const Grip grip = plot.grip_x("trained", f.trained, false, 16);
    if (grip.value && !next.target) next.target = static_cast<double>(f.length); // else the axis would follow the hand
    take_grip(next, "trained", grip);
  }
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
}

Table columns(const Scene&, const Derived& derived) {
  const Fitted& f = *derived.numbers<Fitted>();
  std::vector<double> distances, values;
  const auto all = f.values.values();
  // A table of a quarter of a million lines is of no use: every value up to 32 768 of them, else evenly chosen ones.
  const std::size_t step = 1 + all.size() / 32769;
  for (std::size_t j = 0; j < all.size(); j += step) {
    distances.push_back(static_cast<double>(j) * static_cast<double>(f.step));
    values.push_back(all[j]);
  }
  Table table;
  table.formula =
      "value = sum a cos(distance inv_freq) + b sin(distance inv_freq), a and b fitted within the trained context";
  table.add("distance", std::move(distances));
  table.add("value", std::move(values));
  return table;
}

} // namespace

const Picture fit_picture{.name = "fit",
                          .title = "Fit",
                          .line = "a head fitted to stay small within training, and what it does beyond",
                          .group = Group::extension,
                          .update = update,
                          .draw = draw,
                          .columns = columns,
                          .options = options};

} // namespace ropescope::pictures
