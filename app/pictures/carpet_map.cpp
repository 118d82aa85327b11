#include "app/pictures/carpet_map.h"

#include <array>
#include <cmath>
#include <numbers>

#include "app/canvas/imgui_compat.h"

namespace ropescope::pictures {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// Colours by strength and phase. Steps of 1/256 turn and 1/160 of strength differ by less than 1/255 of any channel
/// from the colour itself; a colour computed for each of some 40 000 cells in each frame would cost more than drawing.
constexpr std::size_t phases = 256, strengths = 161;
using Colours = std::array<ImU32, phases * strengths>;

Colours make_colours(ImU32 ground) {
  Colours colours{};
  for (std::size_t p = 0; p < phases; ++p) {
    const ImU32 ring = phase_colour(turn * static_cast<double>(p) / phases, 1);
    for (std::size_t s = 0; s < strengths; ++s)
      colours[s * phases + p] = mix_oklab(ground, ring, static_cast<float>(s) / (strengths - 1));
  }
  return colours;
}

const Colours& colours_of(const Theme& theme) {
  static const Colours dark = make_colours(IM_COL32(0x26, 0x2b, 0x33, 255)),
                       light = make_colours(IM_COL32(0xc9, 0xce, 0xd6, 255));
  return theme.dark ? dark : light;
}

ImU32 colour_in(const Colours& colours, MeanPhasor mean) {
  const auto phase = static_cast<std::size_t>(std::lround(mean.angle / turn * phases)) % phases;
  const auto strength = static_cast<std::size_t>(std::lround(mean.strength * (strengths - 1)));
  return colours[strength * phases + phase];
}

/// The whole pixels that an area covers.
struct Pixels {
  float left, right;
  std::int64_t count;
  explicit Pixels(Rect area)
      : left(std::round(area.least.x)), right(std::round(area.greatest.x)),
        count(std::max<std::int64_t>(1, std::llround(right - left))) {}
};

/// Which pairs are drawn: all in view, or where a pixel holds several, one for each pixel.
struct PairRows {
  std::int64_t first, end, count;
  PairRows(const Plot& plot, std::int64_t pairs) {
    first = std::clamp<std::int64_t>(std::llround(plot.y.least), 0, pairs - 1);
    end = std::clamp<std::int64_t>(std::llround(plot.y.greatest) + 1, first + 1, pairs);
    count = std::min(end - first, std::max<std::int64_t>(1, std::llround(plot.area.height())));
  }
  std::int64_t pair(std::int64_t row) const { return first + (2 * row + 1) * (end - first) / (2 * count); }
};

/// mean_phasor() of one pair for column after column: the strength goes by their count of positions alone, and along a
/// linear axis neighbours have the same.
class MeanPhasors {
public:
  explicit MeanPhasors(double theta) : theta_(theta) {}
  MeanPhasor of(std::int64_t from, std::int64_t to) {
    if (to - from + 1 != count_) {
      count_ = to - from + 1;
      strength_ = mean_phasor(theta_, from, to).strength;
    }
    return {std::fmod(theta_ * (static_cast<double>(from + to) / 2), turn), strength_};
  }

private:
  double theta_, strength_ = 0;
  std::int64_t count_ = -1;
};

} // namespace

ImU32 carpet_colour(const Theme& theme, MeanPhasor mean) { return colour_in(colours_of(theme), mean); }

ColumnTokens column_tokens(const Axis& x, float pixel) {
  const double begin = x.value(pixel), end = x.value(pixel + 1);
  const auto from = static_cast<std::int64_t>(std::ceil(begin)), to = static_cast<std::int64_t>(std::ceil(end)) - 1;
  if (to >= from) return {from, to};
  const auto last = static_cast<std::int64_t>(std::floor(begin));
  return {last, last};
}

void draw_cells(const Canvas& c, const Plot& plot, const Series& series) {
  const std::vector<double>& inv_freq = series.spectrum.inv_freq;
  const Colours& colours = colours_of(c.theme);
  const Pixels pixels(plot.area);
  const PairRows rows(plot, series.spectrum.pairs());
  auto columns = c.list_of<ColumnTokens>(static_cast<std::size_t>(pixels.count));
  for (std::int64_t k = 0; k < pixels.count; ++k)
    columns.push_back(column_tokens(plot.x, pixels.left + static_cast<float>(k)));
  auto cells = c.list_of<ImU32>(static_cast<std::size_t>(pixels.count * rows.count));
  for (std::int64_t r = 0; r < rows.count; ++r) {
    MeanPhasors mean(inv_freq[static_cast<std::size_t>(rows.pair(r))]);
    for (const ColumnTokens& column : columns)
      cells.push_back(column.from < 0 ? c.theme.panel : colour_in(colours, mean.of(column.from, column.to)));
  }
  const float top = plot.y.pixel(static_cast<double>(rows.first) - 0.5),
              bottom = plot.y.pixel(static_cast<double>(rows.end) - 0.5);
  c.paint.image({{pixels.left, top}, {pixels.right, bottom}}, pixels.count, rows.count, cells);
}

void draw_unseen(const Canvas& c, const Plot& plot, const CarpetRows& carpet) {
  if (carpet.unseen_pairs == 0) return;
  const Pixels pixels(plot.area);
  const ImU32 ink = with_alpha(c.theme.dark ? c.theme.ground : c.theme.panel, 0.85f);
  const float pitch = std::max(5.0f, c.px(8)), width = std::max(1.0f, c.px(1.5f));
  for (std::size_t i = 0; i < carpet.pairs.size(); ++i) {
    const UnseenAngles& pair = carpet.pairs[i];
    if (pair.arc >= turn || !(pair.theta > 0)) continue;
    const float top = plot.y.pixel(static_cast<double>(i) - 0.5), bottom = plot.y.pixel(static_cast<double>(i) + 0.5);
    // Neighbouring columns with unseen angles are one stretch, hatched at once.
    for (std::int64_t k = 0, from = -1; k <= pixels.count; ++k) {
      bool unseen = false;
      if (k < pixels.count) {
        const ColumnTokens column = column_tokens(plot.x, pixels.left + static_cast<float>(k));
        unseen = column.from == column.to ? pair.at(column.from) : pair.count(column.from, column.to) > 0;
      }
      if (unseen && from < 0) from = k;
      if (unseen || from < 0) continue;
      hatch_lines(c, {{pixels.left + static_cast<float>(from), top}, {pixels.left + static_cast<float>(k), bottom}},
                  ink, pitch, width);
      from = -1;
    }
  }
}

void name_unseen(const Canvas& c, const Plot& plot, const CarpetRows& carpet, double trained_length) {
  std::size_t first = carpet.pairs.size(), end = 0;
  for (std::size_t i = 0; i < carpet.pairs.size(); ++i)
    if (carpet.pairs[i].arc < turn && carpet.pairs[i].theta > 0) first = std::min(first, i), end = i + 1;
  if (carpet.unseen_pairs == 0 || first >= end || trained_length >= plot.x.greatest) return;
  const Rect frame{{std::max(plot.area.least.x, plot.x.pixel(std::max(trained_length, plot.x.least))),
                    plot.y.pixel(static_cast<double>(first) - 0.5)},
                   {plot.area.greatest.x, plot.y.pixel(static_cast<double>(end) - 0.5)}};
  c.paint.frame(frame, c.theme.beyond, c.stroke(2));
  const float wide = text_width(c.fonts.bold, "unseen"), high = c.px(24);
  const ImVec2 middle = frame.centre();
  const Rect sign{{middle.x - wide / 2 - c.px(10), frame.least.y + c.px(12)},
                  {middle.x + wide / 2 + c.px(10), frame.least.y + c.px(12) + high}};
  if (frame.width() < sign.width() + c.px(12) || frame.height() < high + c.px(24) || !is_free(c, sign)) return;
  c.paint.box(sign, c.theme.panel, c.px(4));
  c.paint.frame(sign, c.theme.beyond, c.stroke(2), c.px(4));
  text(c, {middle.x, sign.least.y + c.px(3)}, c.fonts.bold, c.theme.beyond, "unseen", Align::centre);
}

void draw_first_turns(const Canvas& c, const Plot& plot, const Series& series) {
  auto stairs = c.list_of<ImVec2>(2 * series.spectrum.inv_freq.size());
  for (std::size_t i = 0; i < series.spectrum.inv_freq.size(); ++i) {
    const double lambda = wavelength(series.spectrum.inv_freq[i]);
    // Far outside, and for a pair that never turns, the stairs go on to the right of the plot.
    const float x = std::isfinite(lambda) ? std::min(plot.x.pixel(lambda), plot.area.greatest.x + c.px(20))
                                          : plot.area.greatest.x + c.px(20);
    stairs.push_back({x, plot.y.pixel(static_cast<double>(i) - 0.5)});
    stairs.push_back({x, plot.y.pixel(static_cast<double>(i) + 0.5)});
  }
  // White within dark is seen on every colour.
  c.paint.polyline(stairs, IM_COL32(20, 22, 28, 255), c.stroke(5));
  c.paint.polyline(stairs, IM_COL32_WHITE, c.stroke(2));
  if (plot.area.height() < c.px(120) || plot.area.width() < c.px(220)) return;
  const float width = text_width(c.fonts.small, "one turn");
  const ImVec2 at = stairs[stairs.size() * 3 / 8 / 2 * 2];
  const Rect sign{{at.x - width - c.px(30), at.y - c.px(8)}, {at.x - c.px(20), at.y + c.px(10)}};
  if (plot.area.contains(at) && plot.area.contains(sign.least) && plot.area.contains(sign.greatest) &&
      is_free(c, sign)) {
    c.paint.line({sign.greatest.x, at.y + 1}, {at.x, at.y + 1}, IM_COL32(20, 22, 28, 255), c.stroke(2));
    c.paint.box(sign, with_alpha(c.theme.panel, 0.86f), c.px(3));
    text(c, {sign.least.x + c.px(5), sign.least.y + c.px(1)}, c.fonts.small, c.theme.text, "one turn");
  }
  const float low = plot.area.greatest.y - c.px(26), right = plot.x.pixel(wavelength(series.spectrum.inv_freq.back()));
  const std::string_view words = "not one turn yet";
  if (right > plot.area.least.x + c.px(24) + text_width(c.fonts.small, words))
    label_on(c, {plot.area.least.x + c.px(12), low}, c.theme.text, words);
}

void draw_phase_ring(const Canvas& c, ImVec2 right_top, float room) {
  constexpr int parts = 48;
  const float radius = c.px(15), thick = c.px(9);
  const std::string_view zero = "0", half = "π";
  const float at_right = text_width(c.fonts.small, zero) + c.px(6), at_left = text_width(c.fonts.small, half) + c.px(6);
  const float around = 2 * (radius + thick / 2) + at_right + at_left;
  if (around > room) return;
  const ImVec2 centre{right_top.x - at_right - radius - thick / 2, right_top.y + radius + thick / 2};
  for (int p = 0; p < parts; ++p)
    c.paint.arc(centre, radius, turn * p / parts, turn * 1.02 / parts, phase_colour(turn * (p + 0.5) / parts, 1),
                thick);
  text(c, {right_top.x, centre.y - c.px(8)}, c.fonts.small, c.theme.dim, zero, Align::right);
  const float left = centre.x - radius - thick / 2 - c.px(6);
  text(c, {left, centre.y - c.px(8)}, c.fonts.small, c.theme.dim, half, Align::right);
  const std::string_view lines[] = {"colour is the angle; it fades to grey", "as one pixel comes to hold a whole turn"};
  if (around + text_width(c.fonts.small, lines[1]) + c.px(40) > room) return;
  for (int i = 0; i < 2; ++i)
    text(c, {left - at_left - c.px(8), right_top.y + c.px(17) * static_cast<float>(i)}, c.fonts.small, c.theme.dim,
         lines[i], Align::right);
}

} // namespace ropescope::pictures
