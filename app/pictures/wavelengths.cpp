#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/canvas/curves.h"
#include "app/pictures/pictures.h"

namespace ropescope::pictures {

namespace {

/// Behind everything: the pairs that the scheme in force blends.
void shade_blend(const Canvas& c, const Axis& x, Rect area, const Spectrum& spectrum) {
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
      c.paint.ground(
          {{x.pixel(static_cast<double>(begin)), area.least.y}, {x.pixel(static_cast<double>(end)), area.greatest.y}},
          colour);
  }
}

/// At the top: which axis of the positions turns which stretch of pairs.
void label_axes(const Canvas& c, const Axis& x, Rect area, const RopeConfig& rope,
                const std::vector<std::uint8_t>& axes) {
  const float y = area.least.y + c.px(2);
  for (std::size_t begin = 0, end = 0; begin < axes.size(); begin = end) {
    while (end < axes.size() && axes[end] == axes[begin]) ++end;
    // Interleaved sections (t h w t h w …) have no stretch that a letter would fit on.
    if (end - begin < 3) { // they alternate
      text(c, {(area.least.x + area.greatest.x) / 2, y}, c.fonts.small, c.theme.dim, "axes alternate", Align::centre);
      return;
    }
    text(c, {x.pixel(static_cast<double>(begin + end - 1) / 2), y}, c.fonts.bold, c.theme.text,
         axis_name(rope, axes[begin]), Align::centre);
    if (begin > 0) {
      const float edge = x.pixel(static_cast<double>(begin) - 0.5);
      c.paint.line({edge, area.least.y}, {edge, area.greatest.y}, c.theme.outline, 1);
    }
  }
}

std::pmr::vector<ImVec2> points_of(const Canvas& c, const Axis& x, const Axis& y, const Spectrum& spectrum) {
  auto points = c.list_of<ImVec2>(spectrum.inv_freq.size());
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    if (spectrum.inv_freq[i] > 0)
      points.emplace_back(x.pixel(static_cast<double>(i)), y.pixel(wavelength(spectrum.inv_freq[i])));
  return points;
}

} // namespace

void wavelengths(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Rect room = heading_with_legend(c, panel, "Wavelengths", "tokens per full turn", "", derived);
  const Rect area{{room.least.x + c.px(34), room.least.y + c.px(6)},
                  {room.greatest.x - c.px(4), room.greatest.y - c.px(38)}};
  const Spectrum& current = derived.current().spectrum;

  double greatest = std::max<double>(static_cast<double>(derived.length()), derived.trained_length());
  for (const Series& series : derived.series())
    for (const double theta : series.spectrum.inv_freq)
      if (theta > 0) greatest = std::max(greatest, wavelength(theta));
  const Axis x{0, std::max<double>(1, static_cast<double>(current.pairs() - 1)), area.least.x, area.greatest.x,
               Scale::linear};
  // The fastest pair of a text model turns once in 2π = 6.3 tokens under every base, so the axis begins at 4.
  const Axis y{4, greatest * 1.5, area.greatest.y, area.least.y, Scale::log};

  for (const Tick& tick : decade_ticks(y, true, static_cast<int>(area.height() / c.px(30)), &c.memory)) {
    const float at = y.pixel(tick.value);
    c.paint.line({area.least.x, at}, {area.greatest.x, at}, c.theme.grid, 1);
    text(c, {area.least.x - c.px(6), at - c.px(9)}, c.fonts.small, c.theme.dim, tick.label, Align::right);
  }
  const auto pair_label = [&](std::int64_t i) {
    text(c, {x.pixel(static_cast<double>(i)), area.greatest.y + c.px(4)}, c.fonts.small, c.theme.dim, std::to_string(i),
         Align::centre);
  };
  // Five labels: at quarters, and at the last pair. A label within half a quarter of the last one is left out, as the
  // two would touch.
  const std::int64_t last = current.pairs() - 1, step = std::max<std::int64_t>(1, (last + 1) / 4);
  for (std::int64_t i = 0; i + step / 2 < last; i += step) pair_label(i);
  pair_label(last);
  text(c, {(area.least.x + area.greatest.x) / 2, area.greatest.y + c.px(21)}, c.fonts.small, c.theme.dim, "pair i",
       Align::centre);

  c.paint.push_clip(area);
  shade_blend(c, x, area, current);
  label_axes(c, x, area, scene.rope, derived.axes());
  const float chosen = x.pixel(static_cast<double>(scene.pair));
  c.paint.line({chosen, area.least.y}, {chosen, area.greatest.y}, with_alpha(c.theme.accent, 0.55f), c.stroke(1.5f));
  for (auto series = derived.series().rbegin(); series != derived.series().rend(); ++series)
    scheme_line(c, points_of(c, x, y, series->spectrum), *series);
  const double theta = current.inv_freq[static_cast<std::size_t>(scene.pair)];
  c.paint.pop_clip();
  if (theta > 0) c.paint.disc({chosen, y.pixel(wavelength(theta))}, c.px(4.5f), scheme_colour(c, derived.current()));

  const float trained = y.pixel(derived.trained_length()), target = y.pixel(static_cast<double>(derived.length()));
  c.rule({area.least.x, trained}, {area.greatest.x, trained}, c.theme.text, 1.4f, 7, 4);
  label_on(c, {area.least.x + c.px(6), trained - c.px(20)}, c.theme.text,
           c.words("trained {}", grouped(derived.trained_length())));
  // Two lines less than one percent apart would be one.
  if (static_cast<double>(derived.length()) > derived.trained_length() * 1.01) {
    c.rule({area.least.x, target}, {area.greatest.x, target}, c.theme.text, 1.4f, 2, 3);
    const bool crowded = trained - target < c.px(22); // then the label goes above both lines
    label_on(c, {area.least.x + c.px(6), target - c.px(20) - (crowded ? c.px(22) - (trained - target) : 0.0f)},
             c.theme.text, c.words("target {}", grouped(static_cast<double>(derived.length()))));
  }
  if (c.clicked && area.contains(c.mouse))
    next.pair = std::min(last, static_cast<std::int64_t>(std::lround(x.value(c.mouse.x))));
}

std::string wavelengths_csv(const Derived& derived) {
  std::string text = "pair";
  for (const Series& series : derived.series()) text += ",\"" + series.label + '"';
  for (std::int64_t i = 0; i < derived.current().spectrum.pairs(); ++i) {
    fmt::format_to(std::back_inserter(text), "\n{}", i);
    for (const Series& series : derived.series()) {
      const std::vector<double>& inv_freq = series.spectrum.inv_freq;
      const auto at = static_cast<std::size_t>(i);
      if (at < inv_freq.size())
        fmt::format_to(std::back_inserter(text), ",{:.17g}", wavelength(inv_freq[at]));
      else
        text += ',';
    }
  }
  return text + '\n';
}

} // namespace ropescope::pictures
