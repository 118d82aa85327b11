#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/check_parts.h"
#include "app/pictures/dial.h"
#include "core/check/causes/unknown.h"

namespace ropescope::pictures {

namespace {

/// A cross, for what is wrong: told from a dot without colour.
void draw_cross(const Canvas& c, ImVec2 at, float arm, ImU32 colour) {
  c.paint.line({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, colour, c.stroke(2));
  c.paint.line({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, colour, c.stroke(2));
}

/// Decades from below the slowest to above the fastest of what is expected and measured.
Range all_frequencies(const Measurement& measured) {
  double least = 1e300, greatest = 0;
  const auto see = [&](double frequency) {
    if (!std::isfinite(frequency) || frequency == 0) return;
    least = std::min(least, std::abs(frequency));
    greatest = std::max(greatest, std::abs(frequency));
  };
  for (const double f : measured.expected) see(f);
  // 300, two and a half decades, leaves the floor well below the slowest pair without pressing the others together.
  const double lowest = least / 300; // what is measured as next to nothing lies on the floor
  for (const double f : measured.frequency)
    if (std::isfinite(f)) see(std::max(std::abs(f), lowest));
  if (greatest <= 0) least = 1e-3, greatest = 1;
  // 1.6 is a fifth of a decade of margin, so that no mark lies on the frame.
  return {least / 1.6, greatest * 1.6};
}

/// Draws a mark for each pair: a dot where its frequency is right, a cross where it is off, a circle where these
/// positions do not show it. Counts the crosses in `off` and the circles in `unseen`.
void draw_measured(const Canvas& c, const Plot& plot, const Measurement& measured, int& off, int& unseen) {
  const Range all = all_frequencies(measured);
  off = unseen = 0;
  for (std::size_t i = 0; i < measured.frequency.size(); ++i) {
    const double frequency = measured.frequency[i], expected = measured.expected[i];
    const float x = plot.x.pixel(static_cast<double>(i));
    // A logarithmic axis has no sign: a pair that turns the other way lies at its frequency, and its judgement is
    // "off". What was not measured lies on the expected curve; what is beyond all decades lies on their edge.
    const double shown = std::abs(std::isfinite(frequency) ? frequency : expected);
    const ImVec2 at{x, plot.y.pixel(std::clamp(shown, all.least, all.greatest))};
    const PairJudgement seen = measured.judgement[i];
    if (seen == PairJudgement::unseen) {
      ++unseen;
      c.paint.circle(at, c.px(3), c.theme.dim, c.stroke(1));
    } else if (seen == PairJudgement::off) {
      ++off;
      draw_cross(c, at, c.px(4), c.theme.bad);
    } else
      c.paint.disc(at, c.px(2.8f), c.theme.good);
  }
}

/// The expected frequencies as a broad line behind the marks. Pairs that never turn have no place on a logarithmic
/// axis.
void draw_expected(const Canvas& c, const Plot& plot, const std::vector<double>& expected) {
  auto points = c.list_of<ImVec2>(expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (expected[i] != 0)
      points.emplace_back(plot.x.pixel(static_cast<double>(i)), plot.y.pixel(std::abs(expected[i])));
  plot.line(points, c.theme.track, 8);
}

/// How many pairs turn as expected, in words with a mark.
void draw_count(const Canvas& c, Rect room, int count, int off, int unseen) {
  const std::string_view words =
      unseen == count ? c.words("no frequency is to be seen in the output")
      : off > 0       ? c.words("{} of {} pairs turn at another frequency than expected", off, count)
      : unseen > 0    ? c.words("{} of {} pairs as expected, {} too slow to tell here", count - unseen, count, unseen)
                      : c.words("all {} pairs turn at the expected frequency", count);
  const float width = std::min(room.width() - c.px(24), text_width(c.fonts.small, words));
  const float left = room.centre().x - width / 2, middle = room.least.y + c.px(9);
  off > 0 || unseen == count ? draw_cross(c, {left - c.px(12), middle}, c.px(4), c.theme.bad)
                             : c.paint.disc({left - c.px(12), middle}, c.px(4), c.theme.good);
  text(c, {left, room.least.y}, c.fonts.small, c.theme.text,
       shortened(c, c.fonts.small, words, room.width() - c.px(24)));
}

/// What was measured of the pair under the mouse, and what was expected.
void draw_frequency_read_out(const Canvas& c, const Plot& plot, const Measurement& measured) {
  const auto pairs = static_cast<std::int64_t>(measured.expected.size());
  const auto pair = std::clamp<std::int64_t>(std::llround(plot.x.value(c.mouse.x)), 0, pairs - 1);
  const auto i = static_cast<std::size_t>(pair);
  const double expected = measured.expected[i], frequency = measured.frequency[i];
  const bool off = measured.judgement[i] == PairJudgement::off;
  ReadOut table(c, c.words("pair {}", pair));
  table.add(c.theme.track, "expected", c.words("{:.6g} rad/token", expected));
  table.add(off ? c.theme.bad : c.theme.good, "measured",
            measured.judgement[i] == PairJudgement::unseen || !std::isfinite(frequency)
                ? std::string_view("not to be seen here")
                : c.words("{:.6g} rad/token", frequency));
  table.draw(c.mouse, plot.area);
}

struct Hand {
  std::complex<double> to;
  float length; ///< at most, of the radius
  ImU32 colour;
  float width;
};

/// Draws a vector whose length `unit` reaches to hand.length. A longer one is cut there, so that a kernel that makes
/// rows huge stays in its dial; a vector of length 0 or NaN has no direction and is left out.
void draw_hand(const Canvas& c, ImVec2 centre, float radius, const Hand& hand, double unit) {
  if (!(std::abs(hand.to) > 0)) return;
  const float length = radius * std::min(1.0f, static_cast<float>(std::abs(hand.to) / unit)) * hand.length;
  c.paint.line(centre, on_circle(centre, length, std::arg(hand.to)), hand.colour, c.stroke(hand.width));
}

/// "(+0.921, −0.389)"
std::string_view components(const Canvas& c, std::complex<double> z) {
  const bool large = std::abs(z) >= 100;
  return c.words("({}, {})", with_sign(z.real(), large ? 1 : 3), with_sign(z.imag(), large ? 1 : 3));
}

/// The angle (rad) from expected to kernel, also as a multiple of θ: a whole multiple says that the kernel took a
/// position that is so many tokens off. A multiple above 999 or below 5e-4 would say nothing to a reader and is left
/// out.
std::string_view angle_words(const Canvas& c, const PairOfRow& row, std::int64_t pair) {
  if (!(std::abs(row.kernel) > 0) || !(std::abs(row.expected) > 0)) return "no angle";
  const double error = std::arg(row.kernel * std::conj(row.expected));
  const std::string_view radians = std::abs(error) < 1e-3 && error != 0
                                       ? c.words("{}{:.1e} rad", error < 0 ? "−" : "+", std::abs(error))
                                       : c.words("{} rad", with_sign(error, 3));
  if (row.theta == 0) return radians;
  const double in_theta = error / row.theta;
  if (std::abs(in_theta) > 999 || std::abs(in_theta) < 5e-4) return radians;
  return c.words("{} = {} × θ{}", radians, grouped(c, in_theta, 3), subscript(pair));
}

void draw_dial(const Canvas& c, ImVec2 centre, float radius, const PairOfRow& row, double gain) {
  c.paint.disc(centre, radius, c.theme.dial, true);
  c.paint.circle(centre, radius, c.theme.outline, c.stroke(2));
  // conj(expected) turns the expected vector onto angle 0, so that the argument is the angle between the two, −π … π.
  const double expected = std::arg(row.expected), error = std::arg(row.kernel * std::conj(row.expected));
  // Hands are as long as the vectors are, measured by the longer of input and expected.
  const double unit = std::max({std::abs(row.input), std::abs(row.input) * gain, 1e-30});
  // Below 1e-3 rad the arc is shorter than a pixel on any dial.
  if (std::isfinite(error) && std::abs(error) > 1e-3)
    c.paint.arc(centre, radius * 0.5f, expected, error, c.theme.bad, c.stroke(2));
  // The expected hand is broad and the kernel's thin and on top of it: where they agree, both are seen.
  draw_hand(c, centre, radius, {row.input, 0.92f, c.theme.dim, 3}, unit);
  draw_hand(c, centre, radius, {row.expected, 0.92f, c.theme.good, 7}, unit);
  draw_hand(c, centre, radius, {row.kernel, 0.92f, c.theme.bad, 3}, unit);
  if (std::isfinite(error)) {
    const float reach = radius * 0.92f * std::min(1.0f, static_cast<float>(std::abs(row.kernel) / unit));
    draw_cross(c, on_circle(centre, reach, std::arg(row.kernel)), c.px(5), c.theme.bad);
  }
  c.paint.disc(centre, c.px(4), c.theme.dim);
}

} // namespace

void check_frequencies(const Canvas& c, Rect panel, const Scene& scene, const CheckedKernel& kernel, Scene& next) {
  const Measurement& measured = kernel.finding.measured;
  const Rect room = heading(c, panel, "Measured frequency of every pair", "line: expected");
  const auto pairs = static_cast<double>(measured.expected.size());
  if (pairs == 0 || room.height() < c.px(90)) return;
  const Rect words_below{{room.least.x, room.greatest.y - c.px(20)}, room.greatest};
  Plot plot(c, "frequencies", {room.least, {room.greatest.x, words_below.least.y}},
            {.all = {-0.5, pairs - 0.5}, // as in the map, with which it shares its view
             .title = "pair i",
             .view = scene.options.range(check_pairs),
             .fewest = 4,
             .least_gap = 44},
            {.all = all_frequencies(measured),
             .scale = Scale::log,
             .labels = Labels::powers_of_ten,
             .title = "rad per token",
             .view = scene.options.range(check_frequency),
             .least_gap = 26});
  plot.draw_axes();
  plot.begin();
  const float chosen = plot.x.pixel(static_cast<double>(std::min<std::int64_t>(scene.pair, std::lround(pairs) - 1)));
  c.paint.line({chosen, plot.area.least.y}, {chosen, plot.area.greatest.y}, with_alpha(c.theme.accent, 0.55f),
               c.stroke(1.5f));
  draw_expected(c, plot, measured.expected);
  int off = 0, unseen = 0;
  draw_measured(c, plot, measured, off, unseen);
  plot.end();
  draw_count(c, words_below, static_cast<int>(pairs), off, unseen);
  plot.take_input();
  keep_view(next, check_pairs, check_frequency, plot);
  if (plot.hovered()) draw_frequency_read_out(c, plot, measured);
  if (const auto clicked = plot.clicked())
    next.pair = std::clamp<std::int64_t>(std::llround(plot.x.value(clicked->x)), 0, std::lround(pairs) - 1);
}

void check_hypotheses(const Canvas& c, Rect panel, const CheckedKernel& kernel) {
  const Rect room = heading(c, panel, "Explanations tried", "what each leaves unexplained, log scale");
  // Bars run from 1e-8, below the rounding of float32, to 2, the residual of a kernel that gives exactly the opposite.
  // A bar has at least one percent of the length, so that there is one.
  constexpr float row_height = 30, least_residual = 1e-8f;
  // Two explanations have room whatever the strips below take.
  const float strips = strips_height(c, kernel), for_rows = room.height() - c.px(8);
  const auto fit = static_cast<std::size_t>(std::max(for_rows - strips, std::min(for_rows, 2 * c.px(row_height))) /
                                            c.px(row_height));
  const auto rows = std::min(kernel.finding.tried.size(), fit);
  const float foot = room.greatest.y - strips;
  if (foot >= room.least.y + c.px(row_height) * static_cast<float>(std::min<std::size_t>(rows, 2)))
    check_strips(c, {{room.least.x, foot + c.px(4)}, room.greatest}, kernel);
  const bool explained = !kernel.finding.causes.front().is<cause::Unknown>();
  const float number = c.px(78), words = room.width() * 0.5f;
  const Rect bars{{room.least.x + words + c.px(12), room.least.y + c.px(10)}, {room.greatest.x - number, 0}};
  const auto share = [&](double residual) {
    return static_cast<float>(std::clamp(std::log(std::max(residual, 1e-12) / static_cast<double>(least_residual)) /
                                             std::log(2 / static_cast<double>(least_residual)),
                                         0.01, 1.0));
  };
  for (std::size_t h = 0; h < rows; ++h) {
    const float y = room.least.y + c.px(10) + c.px(row_height) * static_cast<float>(h), top = y + c.px(4);
    const double residual = kernel.finding.tried[h].residual;
    const bool best = h == 0;
    ImFont* font = best ? c.fonts.bold : c.fonts.body;
    if (text_width(font, kernel.finding.tried[h].words) > words) font = c.fonts.small;
    const Rect line{{room.least.x, y}, {room.least.x + words, y + c.px(row_height)}};
    text(c, line.least, font, best ? c.theme.text : c.theme.dim,
         shortened(c, font, kernel.finding.tried[h].words, words));
    hit(c.id("hypothesis {}", h), line);
    explain(c, kernel.finding.tried[h].words);
    c.paint.box({{bars.least.x, top}, {bars.greatest.x, top + c.px(12)}}, c.theme.raised, c.px(3));
    // An explanation whose residual is no number has no bar, and a dash in its place.
    if (std::isfinite(residual))
      c.paint.box({{bars.least.x, top}, {bars.least.x + share(residual) * bars.width(), top + c.px(12)}},
                  best && explained ? c.theme.good : c.theme.track, c.px(3));
    text(c, {room.greatest.x, y}, c.fonts.mono_small, best ? c.theme.text : c.theme.dim,
         std::isfinite(residual) ? c.words("{:.1e}", residual) : std::string_view("–"), Align::right);
  }
  if (rows == 0 || !(kernel.finding.tolerance > 0)) return;
  // What is left of the mark is within rounding.
  const float at = bars.least.x + share(kernel.finding.tolerance) * bars.width(),
              end = room.least.y + c.px(6) + c.px(row_height) * static_cast<float>(rows);
  c.rule({at, room.least.y + c.px(8)}, {at, end}, c.theme.text, 1.4f, 4, 3);
  if (end + c.px(18) < foot + c.px(8)) text(c, {at, end}, c.fonts.small, c.theme.text, "rounding", Align::centre);
}

void check_pair(const Canvas& c, Rect panel, const Scene& scene, const KernelCheck& check) {
  const CheckedKernel& kernel = *check.checked();
  const std::int64_t row = selected_row(scene, kernel), pair = selected_pair(scene, kernel);
  const PairOfRow read = kernel.pair_of_row(check.head(), row, pair);
  const std::string_view title = c.words("Row {}, pair {}", grouped(c, static_cast<double>(row)), pair);
  const std::string_view which = kernel.run.heads == 1 ? std::string_view("click a cell above for another")
                                 : check.head() < 0
                                     ? c.words("head {}, the one furthest off", kernel.run.first_head + read.head)
                                     : c.words("head {}", kernel.run.first_head + read.head);
  const Rect room = heading(c, panel, title, which);
  const float table = std::min(c.px(340), room.width() * 0.6f);
  const float radius = std::min(room.height() - c.px(8), room.width() - table - c.px(40)) / 2;
  if (radius < c.px(20)) return;
  draw_dial(c, {room.least.x + (room.width() - table) / 2 - c.px(8), (room.least.y + room.greatest.y) / 2 + c.px(4)},
            radius, read, kernel.finding.expected.gain);

  // Six lines where there is room for them, else the first ones.
  const float left = room.greatest.x - table, step = std::clamp(room.height() / 6, c.px(22), c.px(34));
  float y = std::max(room.least.y + c.px(4), (room.least.y + room.greatest.y - 6 * step) / 2);
  const auto line = [&](std::string_view label, std::string_view value, ImU32 colour, float width) {
    if (y + c.px(18) > room.greatest.y) return;
    if (width > 0) c.paint.line({left, y + c.px(10)}, {left + c.px(18), y + c.px(10)}, colour, c.stroke(width));
    text(c, {left + c.px(width > 0 ? 28 : 0), y}, c.fonts.body, width > 0 ? c.theme.text : c.theme.dim, label);
    const float room_left = table - c.px(width > 0 ? 36 : 8) - text_width(c.fonts.body, label);
    ImFont* font = text_width(c.fonts.mono, value) <= room_left ? c.fonts.mono : c.fonts.mono_small;
    if (room_left > c.px(40))
      text(c, {room.greatest.x, y}, font, c.theme.text, shortened(c, font, value, room_left), Align::right);
    y += step;
  };
  line("input", components(c, read.input), c.theme.dim, 3);
  line("expected", components(c, read.expected), c.theme.good, 7);
  line("kernel", components(c, read.kernel), c.theme.bad, 3);
  line("angle error", angle_words(c, read, pair), 0, 0);
  const double length = std::abs(read.kernel) / std::abs(read.expected);
  line("length", std::isfinite(length) ? c.words("{:.4f} × expected", length) : std::string_view("–"), 0, 0);
  line(c.words("position {}", grouped(c, static_cast<double>(kernel.position(row, pair)))),
       c.words("θ{} = {:.4g} rad", subscript(pair), read.theta), 0, 0);
}

} // namespace ropescope::pictures
