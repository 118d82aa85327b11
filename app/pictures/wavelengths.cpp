#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/pictures/handles.h"
#include "app/pictures/transfer.h"
#include "app/scene/grid.h"
#include "core/analysis/turns.h"
#include "core/analysis/wavelengths.h"
#include "core/rope/scheme.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    view_row("wavelengths.x", "", "pairs that are seen"),
    view_row("wavelengths.y", "tokens", "wavelengths that are seen"),
    hidden_row("wavelengths.hidden"),
    {.key = "wavelengths.transfer",
     .kind = Kind::flag,
     .label = "wavelengths as ratios",
     .help = "the wavelengths are drawn as the picture transfer draws them: how far each scheme slows each pair",
     .fallback = false},
    {.key = "wavelengths.zones",
     .kind = Kind::flag,
     .label = "zones of the transfer curve",
     .help = "what the scheme in force keeps, blends and interpolates is tinted",
     .fallback = true},
    numbers_row("wavelengths.bases", "bases", "the wavelengths that each of these bases gives, as thin curves", 1e-3,
                1e15),
    numbers_row("wavelengths.seq_lens", "sequence lengths",
                "a curve for each length of text, where the scheme in force goes by it", 1, 16.0 * 1024 * 1024,
                "tokens"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &hidden = options[2], &transfer = options[3],
                         &zones = options[4], &bases = options[5], &seq_lens = options[6];

/// Behind everything: the pairs that the scheme in force blends.
void shade_blend(const Canvas& c, const Plot& plot, const Spectrum& spectrum) {
  const ImU32 colour = over(c.theme.panel, with_alpha(c.theme.blended, 0.10f));
  const auto blends = [&](std::int64_t i) {
    return fate(spectrum, i) == PairFate::blended || fate(spectrum, i + 1) == PairFate::blended;
  };
  for (std::int64_t begin = 0, end = 0; begin + 1 < spectrum.pairs(); begin = end + 1) {
    // Blended neighbours become one rectangle. It goes from the last kept pair to the first interpolated one, between
    // which the frequencies are blended.
    for (end = begin; end + 1 < spectrum.pairs() && blends(end); ++end) {
    }
    if (end > begin)
      plot.ground({{plot.x.pixel(static_cast<double>(begin)), plot.area.least.y},
                   {plot.x.pixel(static_cast<double>(end)), plot.area.greatest.y}},
                  colour);
  }
}

/// Pairs that need more tokens for a turn than training had: of the model as it was trained, which the title counts.
bool is_slow(const Derived& derived, std::int64_t pair) {
  const auto i = static_cast<std::size_t>(pair);
  const double theta = derived.trained().inv_freq[i];
  return theta > 0 && incomplete_pairs(std::span(&theta, 1), derived.trained_reach().subspan(i, 1)) > 0;
}

/// Without an extension the slow pairs are tinted, and said to be so at the foot where the curves leave room.
void shade_slow(const Canvas& c, const Plot& plot, const Derived& derived) {
  if (derived.current().config.scaling.rope_type != RopeType::standard || !derived.axes().empty()) return;
  const std::int64_t pairs = derived.trained().pairs();
  std::int64_t first = pairs;
  while (first > 0 && is_slow(derived, first - 1)) --first;
  if (first == pairs) return;
  const Rect slow{{plot.x.pixel(static_cast<double>(first) - 0.5), plot.area.least.y}, plot.area.greatest};
  plot.ground(slow, over(c.theme.panel, c.theme.beyond_fill));
  const std::string_view words = "no whole turn in training";
  const float left = std::max(slow.least.x, plot.area.least.x), right = plot.area.greatest.x,
              width = text_width(c.fonts.small, words), y = plot.area.greatest.y - c.px(22);
  if (width + c.px(12) < right - left) text(c, {(left + right - width) / 2, y}, c.fonts.small, c.theme.beyond, words);
}

/// From the first pair to the last, and from below the fastest pair to above the slowest of every curve.
Plot plot_in(const Canvas& c, Rect room, const Scene& scene, const Derived& derived) {
  double greatest = std::max<double>(static_cast<double>(derived.length()), derived.trained_length());
  for (const Series& series : derived.series())
    for (const double theta : series.spectrum.inv_freq)
      if (theta > 0) greatest = std::max(greatest, wavelength(theta));
  for (const OtherCurve& other : derived.numbers<OtherCurves>()->bases)
    if (!other.inv_freq.empty() && other.inv_freq.back() > 0)
      greatest = std::max(greatest, wavelength(other.inv_freq.back()));
  // The fastest pair of a text model turns once in 2π = 6.3 tokens under every base, so the axis begins at 4.
  double least = 4;
  const bool on_grid = !derived.trained_extents().empty();
  if (on_grid) {
    greatest = 1;
    for (const double theta : derived.current().spectrum.inv_freq)
      if (theta > 0) least = std::min(least, wavelength(theta) * 0.6), greatest = std::max(greatest, wavelength(theta));
    for (const double extent : derived.extents()) greatest = std::max(greatest, extent);
  }
  const auto last = static_cast<double>(derived.current().spectrum.pairs() - 1);
  return {c,
          "wavelengths",
          room,
          {.all = {0, std::max(1.0, last)},
           .title = "pair i",
           .view = scene.options.range(view_x),
           .fewest = 2,
           .least_gap = 44},
          {.all = {least, greatest * 1.5},
           .scale = Scale::log,
           .labels = Labels::powers_of_two,
           .title = on_grid ? "wavelength λ (positions per turn)" : "wavelength λ (tokens per turn)",
           .view = scene.options.range(view_y),
           .least_gap = 30}};
}

std::pmr::vector<ImVec2> points_of(const Canvas& c, const Plot& plot, const Series& series) {
  auto points = c.list_of<ImVec2>(series.spectrum.inv_freq.size());
  for (std::size_t i = 0; i < series.spectrum.inv_freq.size(); ++i)
    if (const double theta = series.spectrum.inv_freq[i]; theta > 0)
      points.push_back(plot.at(static_cast<double>(i), wavelength(theta)));
  return points;
}

/// One line; where an axis's pairs lie side by side, a line for each axis: between two axes there is nothing.
void draw_curve(const Canvas& c, const Plot& plot, const Series& series, const Derived& derived, float alpha) {
  const ImU32 colour = with_alpha(scheme_colour(c, series), alpha);
  const std::vector<std::uint8_t>& axes = derived.axes();
  const std::vector<double>& theta = series.spectrum.inv_freq;
  c.paint.begin_group(series.label);
  auto piece = c.list_of<ImVec2>(theta.size());
  for (std::size_t i = 0; i < theta.size(); ++i) {
    // Frequencies that begin anew; where one list is shared out, the line goes on through all axes.
    const bool ends = theta.size() == axes.size() && i > 0 && axes[i] != axes[i - 1] && theta[i] > theta[i - 1];
    if (ends && piece.size() > 2) {
      plot.line(piece, colour, scheme_width(series), scheme_dash(series));
      piece.clear();
    }
    if (theta[i] > 0) piece.push_back(plot.at(static_cast<double>(i), wavelength(theta[i])));
  }
  plot.line(piece, colour, scheme_width(series), scheme_dash(series));
  c.paint.end_group();
}

/// A dot for each pair in the colour of the axis that turns it.
void draw_pairs(const Canvas& c, const Plot& plot, const Derived& derived) {
  const std::vector<double>& theta = derived.current().spectrum.inv_freq;
  for (std::size_t i = 0; i < derived.axes().size() && i < theta.size(); ++i)
    if (theta[i] > 0)
      c.paint.disc(plot.at(static_cast<double>(i), wavelength(theta[i])), c.px(3), c.theme.of_axis(derived.axes()[i]));
}

/// How far each axis goes in the trained grid, and in the one that is shown where that goes elsewhere: over its pairs.
void draw_extents(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  const std::vector<std::uint8_t>& axes = derived.axes();
  for (std::size_t a = 0; a < derived.trained_extents().size(); ++a) {
    const auto first = std::find(axes.begin(), axes.end(), a), last = std::find(axes.rbegin(), axes.rend(), a).base();
    if (first == axes.end()) continue;
    const float left = std::max(plot.area.least.x, plot.x.pixel(static_cast<double>(first - axes.begin()) - 0.5)),
                right = std::min(plot.area.greatest.x, plot.x.pixel(static_cast<double>(last - axes.begin()) - 0.5));
    const ImU32 colour = c.theme.of_axis(a);
    const auto rule = [&](double extent, const char* word, float on, float off) {
      if (!(extent > plot.y.least && extent < plot.y.greatest) || right <= left) return;
      const float y = plot.y.pixel(extent);
      c.rule({left, y}, {right, y}, colour, 1.6f, on, off);
      const std::string_view whole = c.words("{} {} {}", word, extent_words(c, extent),
                                             axis_title(scene.rope, static_cast<std::int64_t>(a))),
                             brief = c.words("{} {}", word, extent_words(c, extent));
      for (const std::string_view words : {whole, brief}) {
        const float width = text_width(c.fonts.small, words);
        if (width + c.px(12) > right - left) continue;
        for (const float above : {c.px(20), -c.px(3), c.px(42)})
          if (is_free(c, {{left + c.px(4), y - above}, {left + c.px(8) + width, y - above + c.px(17)}}))
            return label_on(c, {left + c.px(6), y - above}, colour, words);
      }
    };
    rule(derived.trained_extents()[a], "trained", 7, 4);
    if (derived.extents()[a] != derived.trained_extents()[a]) rule(derived.extents()[a], "here", 2, 3);
  }
}

/// The slow end of the line is where the base is seen: dragged up or down, the base follows.
void take_base(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived, Scene& next) {
  const std::vector<double>& theta = derived.current().spectrum.inv_freq;
  if (c.bare || theta.size() < 2 || !(theta.back() > 0)) return;
  const ImVec2 end = plot.at(static_cast<double>(theta.size() - 1), wavelength(theta.back()));
  if (!plot.area.contains({plot.area.centre().x, end.y}) || end.x > plot.area.greatest.x + c.px(2)) return;
  const auto to = drag_point(c, "wavelengths base", end, "Drag the slow end: the base. The fastest pair stays.");
  if (!to) return;
  // λ of the last pair goes as the base to this power, in every scheme that scales it by a factor.
  const double power = static_cast<double>(theta.size() - 1) / static_cast<double>(theta.size());
  Grip grip;
  grip.value = scene.rope.base * std::pow(plot.y.value(to->y) / wavelength(theta.back()), 1 / power);
  take_grip(next, "base", grip);
}

/// The trained context and the target, with their lengths.
void draw_lengths(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  if (!derived.trained_extents().empty()) return draw_extents(c, plot, scene, derived);
  const double trained = derived.trained_length(), target = static_cast<double>(derived.length());
  const float left = plot.area.least.x + c.px(6), above = c.px(20);
  const auto seen = [&](double length) { return length >= plot.y.least && length <= plot.y.greatest; };
  plot.rule_y(trained, c.theme.text, 1.4f, 7, 4);
  if (seen(trained))
    label_on(c, {left, plot.y.pixel(trained) - above}, c.theme.text,
             c.words("{} {}", trained_beyond(scene) ? "original" : "trained", grouped(c, trained)));
  // Two lines less than one percent apart would be one.
  if (!seen(target) || target <= trained * 1.01) return;
  plot.rule_y(target, c.theme.text, 1.4f, 2, 3);
  const float apart = plot.y.pixel(trained) - plot.y.pixel(target);
  const float higher = seen(trained) && apart < c.px(22) ? c.px(22) - apart : 0.0f; // then above both lines
  label_on(c, {left, plot.y.pixel(target) - above - higher}, c.theme.text, c.words("target {}", grouped(c, target)));
}

void draw_read_out(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived,
                   std::span<const float> alpha) {
  const std::int64_t pairs = derived.current().spectrum.pairs();
  const auto pair = std::clamp<std::int64_t>(std::llround(plot.x.value(c.mouse.x)), 0, pairs - 1);
  read_out_rule(c, plot.area, plot.x.pixel(static_cast<double>(pair)));
  ReadOut table(
      c, derived.axes().empty()
             ? c.words("pair {}", pair)
             : c.words("pair {}, {}", pair, axis_title(scene.rope, axis_of(derived, static_cast<std::size_t>(pair)))));
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    const auto i = static_cast<std::size_t>(pair);
    if (alpha[s] == 0 || i >= series.spectrum.inv_freq.size()) continue;
    const double theta = series.spectrum.inv_freq[i], lambda = wavelength(theta);
    table.add(scheme_colour(c, series), scheme_dash(series), series.label,
              theta == 0 ? "never turns"
                         : c.words("{} {}", grouped(c, lambda, lambda < 1000 ? 1 : 0), unit_of(scene, derived, i)));
    keep_off(table, plot, points_of(c, plot, series));
  }
  table.draw(c.mouse, plot.area);
}

/// Where an edge is seen: at the pair where the blend begins or ends, which a scheme that blends between whole pairs
/// takes in place of the exact one; so that the grip is at the end of what is shaded.
double seen_edge(const Spectrum& spectrum, double place, bool fast) {
  const double whole = fast ? std::floor(place) : std::ceil(place);
  const auto i = static_cast<std::int64_t>(whole);
  if (i < 1 || i + 1 >= spectrum.pairs()) return place;
  const bool ends = fast ? fate(spectrum, i) == PairFate::kept && fate(spectrum, i + 1) == PairFate::blended
                         : fate(spectrum, i) == PairFate::interpolated && fate(spectrum, i - 1) == PairFate::blended;
  return ends ? whole : place;
}

/// The edges of what the scheme in force blends, in turns within the trained context: YaRN's β, Llama 3's factors. Each
/// has a grip; they cannot cross. `held`: what is being dragged, in words.
void take_edges(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived, Scene& next,
                std::string_view& held) {
  const std::vector<double>& plain = derived.trained().inv_freq;
  const auto edges = blend_edges(scene);
  if (!edges) return;
  for (const bool fast : {true, false}) {
    const Parameter& edge = fast ? *edges->high : *edges->low;
    const double turns = fast ? edges->fast : edges->slow;
    const auto exact = place_of_turns(plain, derived.trained_length(), turns);
    if (!exact) continue;
    const double place = seen_edge(derived.current().spectrum, *exact, fast);
    const float at = plot.x.pixel(place), size = c.px(5);
    if (at < plot.area.least.x || at > plot.area.greatest.x) continue;
    c.paint.triangle({at, plot.area.least.y + 1.6f * size}, {at - size, plot.area.least.y},
                     {at + size, plot.area.least.y}, c.theme.blended);
    Grip grip = plot.grip_x(edge.key.data(), place); // a literal, which ends with NUL
    if (grip.lit) held = c.words("{} = {:.3g} turns in {}", edge.key, turns, grouped(c, derived.trained_length()));
    if (grip.value) grip.value = dragged_turns(*edges, fast, turns_at(plain, derived.trained_length(), *grip.value));
    take_grip(next, c.words("{}.{}", scheme_of(scene.rope).choice(), edge.key), grip);
  }
}

/// All lines that can be taken. Returns what is being held, in words; empty where nothing is.
std::string_view take_lines(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived,
                            Scene& next) {
  std::string_view held;
  if (!c.bare) take_edges(c, plot, scene, derived, next, held);
  const auto take = [&](const char* key, double tokens) {
    const Grip grip = plot.grip_y(key, tokens);
    if (grip.lit) held = c.words("{} {}", key, grouped(c, tokens));
    take_grip(next, key, grip);
  };
  const double trained = derived.trained_length(), target = static_cast<double>(derived.length());
  if (derived.trained_extents().empty()) { // a grid's sides are dragged in `positions`
    if (trained < target) take("trained", trained);
    take("target", target);
  }
  const Grip pair = plot.grip_x("pair", static_cast<double>(scene.pair), true);
  if (pair.lit) held = c.words("pair {}", scene.pair);
  if (pair.value)
    next.pair = std::clamp<std::int64_t>(std::llround(*pair.value), 0, derived.current().spectrum.pairs() - 1);
  return held;
}

/// What the scheme in force does to the wavelengths.
std::string_view title_of(const Canvas& c, const Derived& derived) {
  switch (derived.current().config.scaling.rope_type) {
  case RopeType::linear: return "PI stretches every pair alike";
  case RopeType::yarn: return "YaRN leaves fast pairs, stretches the slow ones";
  case RopeType::llama3: return "Llama 3 leaves fast pairs, stretches the slow ones";
  case RopeType::longrope: return "LongRoPE stretches each pair by a number of its own";
  case RopeType::ntk:
  case RopeType::dynamic: return "NTK stretches a pair more, the slower it is";
  default: break;
  }
  const std::int64_t slow = incomplete_pairs(derived.trained().inv_freq, derived.trained_reach());
  if (slow == 0) return "Each pair turns more slowly than the one before";
  return c.words("{} of {} pairs need more {} for a turn than training had", slow, derived.trained().pairs(),
                 derived.axes().empty() ? "tokens" : "positions");
}

/// Whether a curve that is seen has a pair there.
bool passes(const Plot& plot, const Derived& derived, std::span<const float> alphas, const Rect& place) {
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const std::vector<double>& theta = derived.series()[s].spectrum.inv_freq;
    for (std::size_t i = 0; alphas[s] > 0 && i < theta.size(); ++i)
      if (theta[i] > 0 && place.contains(plot.at(static_cast<double>(i), wavelength(theta[i])))) return true;
  }
  return false;
}

/// Among the pairs that a scheme treats alike: what it does to them.
void label_zones(const Canvas& c, const Plot& plot, const Derived& derived, std::span<const float> alphas) {
  const Spectrum& spectrum = derived.current().spectrum;
  const RopeType type = derived.current().config.scaling.rope_type;
  if ((type != RopeType::yarn && type != RopeType::llama3) || !derived.axes().empty()) return;
  for (std::int64_t begin = 0, end = 0; begin < spectrum.pairs(); begin = end) {
    const PairFate zone = fate(spectrum, begin);
    while (end < spectrum.pairs() && fate(spectrum, end) == zone) ++end;
    const std::string_view words = zone == PairFate::kept           ? "kept as trained"
                                   : zone == PairFate::blended      ? "blended"
                                   : zone == PairFate::interpolated ? c.words("slowed ÷{:.4g}", spectrum.divisor)
                                                                    : "never turns";
    const float left = std::max(plot.area.least.x, plot.x.pixel(static_cast<double>(begin))),
                right = std::min(plot.area.greatest.x, plot.x.pixel(static_cast<double>(end - 1)));
    const float width = text_width(c.fonts.small, words), y = plot.area.greatest.y - c.px(22);
    // In the middle, else as far right as the curves, which rise, leave room below them.
    for (float x = (left + right - width) / 2; x > left && x + width + c.px(6) < right; x += c.px(8)) {
      const Rect place{{x, y}, {x + width, y + c.px(16)}};
      if (!is_free(c, place) || passes(plot, derived, alphas, place)) continue;
      text(c, {x, y}, c.fonts.small, c.theme.dim, words);
      break;
    }
  }
}

/// Below the plot, where a lecture shows several lengths of the text: the one that counts.
void take_length(const Canvas& c, Rect& room, const Scene& scene, Scene& next) {
  if (c.bare || is_null(scene.options[seq_lens]) || room.height() < c.px(240)) return;
  const float handle = handle_height(c);
  room.greatest.y -= handle;
  draw_handle(c, "wavelengths seq_len", {{room.least.x, room.greatest.y}, {room.greatest.x, room.greatest.y + handle}},
              *find_property("seq_len"), 1024, static_cast<double>(pictured_length(scene)), scene, next);
}

void draw_lambdas(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  Rect room;
  const OtherCurves& others = *derived.numbers<OtherCurves>();
  // Beside other bases all speaks of the base: how far the text goes is another picture's.
  const bool by_base = !others.bases.empty();
  const Alphas alphas =
      heading_with_series(c, panel, by_base ? std::string_view("Tokens a turn, by the base") : title_of(c, derived), "",
                          "", scene, derived, hidden, next, room);
  take_length(c, room, scene, next);
  if (by_base) room.greatest.x -= width_of_bases(c, others);
  Plot plot = plot_in(c, room, scene, derived);
  const Spectrum& current = derived.current().spectrum;
  plot.draw_axes();
  plot.begin();
  shade_blend(c, plot, current);
  if (!by_base) shade_slow(c, plot, derived);
  const float chosen = plot.x.pixel(static_cast<double>(scene.pair));
  if (!c.bare && !by_base)
    c.paint.line({chosen, plot.area.least.y}, {chosen, plot.area.greatest.y}, with_alpha(c.theme.accent, 0.55f),
                 c.stroke(1.5f));
  for (std::size_t s = derived.series().size(); s-- > 0;)
    // Beside other bases the curve in force is enough: schemes would be other curves of the same kind.
    if (alphas[s] > 0 && (s == 0 || !by_base)) draw_curve(c, plot, derived.series()[s], derived, alphas[s]);
  if (alphas[0] > 0) draw_pairs(c, plot, derived);
  const auto place = [&](std::size_t i, double theta) { return plot.at(static_cast<double>(i), wavelength(theta)); };
  draw_other_curves(c, plot, others, scene, derived, place);
  const double theta = current.inv_freq[static_cast<std::size_t>(scene.pair)];
  if (theta > 0 && alphas[0] > 0 && !c.bare)
    c.paint.disc(plot.at(static_cast<double>(scene.pair), wavelength(theta)), c.px(4.5f),
                 scheme_colour(c, derived.current()));
  plot.end();
  mark_axes_of_columns(c, plot, scene, derived);
  if (!by_base) draw_lengths(c, plot, scene, derived);
  if (!c.bare && !by_base)
    label_rule_x(c, plot, static_cast<double>(scene.pair), c.words("pair {}", scene.pair), c.theme.accent,
                 plot.area.least.y + c.px(3));
  label_other_curves(c, plot, others, scene.rope.base, place);
  label_zones(c, plot, derived, alphas);
  if (by_base) take_base(c, plot, scene, derived, next);
  const std::string_view held = by_base ? std::string_view() : take_lines(c, plot, scene, derived, next);
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  if (plot.hovered() && held.empty()) draw_read_out(c, plot, scene, derived, alphas);
  if (!held.empty()) {
    const float width = text_width(c.fonts.small, held);
    label_on(c, {std::max(plot.area.least.x, plot.area.centre().x - width / 2), plot.area.least.y + c.px(12)},
             c.theme.text, held);
  }
  if (const auto clicked = plot.clicked())
    next.pair = std::clamp<std::int64_t>(std::llround(plot.x.value(clicked->x)), 0, current.pairs() - 1);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  (scene.options.flag(transfer) ? draw_transfer_curve : draw_lambdas)(c, panel, scene, derived, next);
}

Table columns(const Scene&, const Derived& derived) {
  Table table;
  table.formula = "wavelength = 2 pi / inv_freq, tokens per turn; ratio = inv_freq under the scheme / without it";
  std::vector<double> pairs;
  for (std::int64_t i = 0; i < derived.current().spectrum.pairs(); ++i) pairs.push_back(static_cast<double>(i));
  table.add("pair", pairs);
  for (const Series& series : derived.series()) {
    Wavelengths of_series = wavelengths_of(series.spectrum);
    table.add(fmt::format("{}_wavelength", column_name(series)), std::move(of_series.wavelength));
    table.add(fmt::format("{}_ratio", column_name(series)), std::move(of_series.ratio));
  }
  return table;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) { update_wavelengths(scene, derived); }

} // namespace

void update_wavelengths(const Scene& scene, Derived& derived) { update_other_curves(scene, derived, bases, seq_lens); }

void take_sequence_length(const Canvas& c, Rect& room, const Scene& scene, Scene& next) {
  take_length(c, room, scene, next);
}

void draw_wavelengths(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  draw_lambdas(c, panel, scene, derived, next);
}

bool shows_zones(const Scene& scene) { return scene.options.flag(zones); }

const Picture wavelengths_picture{
    .name = "wavelengths",
    .title = "Wavelengths",
    .line = "tokens per full turn of every pair, against the trained context",
    .group = Group::extension,
    .tab = "wavelengths",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
