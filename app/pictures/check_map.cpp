#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/check_parts.h"

namespace ropescope::pictures {

namespace {

constexpr double fewest = 4; // rows or pairs that are seen at least

/// Where rows and pairs lie in a rectangle. Row t covers t − 0.5 … t + 0.5 of the axis, so that its number is at its
/// middle, as in every plot of pairs.
struct Grid {
  Rect area;
  MapPart part;

  float x(double pair) const {
    return area.least.x +
           static_cast<float>((pair - part.first_pair) / (part.end_pair - part.first_pair)) * area.width();
  }
  float y(double token) const {
    return area.least.y +
           static_cast<float>((token - part.first_token) / (part.end_token - part.first_token)) * area.height();
  }
};

/// Lines at 45° across a rectangle: with the word, the mark of what is no number, for eyes that see no colours.
void hatch(const Canvas& c, Rect r, ImU32 colour) {
  const float pitch = c.px(6), height = r.height();
  c.paint.push_clip(r);
  for (float x = r.least.x - height; x < r.greatest.x; x += pitch)
    c.paint.line({x, r.greatest.y}, {x + height, r.least.y}, colour, c.stroke(1));
  c.paint.pop_clip();
}

/// NaN and infinity have the colour of what is wrong, which the scale does not have.
ImU32 cell_colour(const Canvas& c, const ErrorScale& scale, float error) {
  return std::isfinite(error) ? error_colour(scale.share(static_cast<double>(error))) : c.theme.bad;
}

/// "1.2e-03", "NaN", "∞"
std::string_view error_words(const Canvas& c, float error) {
  return std::isnan(error) ? "NaN" : std::isinf(error) ? "∞" : c.words("{:.1e}", error);
}

/// The map's rows (or pairs) first … end − 1, those that `from` … `to` touches, gathered into `count` cells that are
/// drawn: at most `most`, each of at least one row or pair. edge(cell) is the first row of a cell.
struct Cells {
  std::int64_t first, end, count;
  Cells(double from, double to, std::int64_t there, float most) {
    first = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(from)), 0, there);
    end = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(to)), first, there);
    count = std::min(end - first, std::max<std::int64_t>(1, static_cast<std::int64_t>(most)));
  }
  std::int64_t edge(std::int64_t cell) const { return first + cell * (end - first) / std::max<std::int64_t>(1, count); }
};

/// What the plot shows, in cells: the edges of cell t are t and t + 1.
Grid grid_of(const Plot& plot) {
  return {plot.area, {plot.y.least + 0.5, plot.y.greatest + 0.5, plot.x.least + 0.5, plot.x.greatest + 0.5}};
}

/// Numbers within cells that are large enough.
void draw_numbers(const Canvas& c, const Grid& grid, const ErrorMap& map, const ErrorScale& scale) {
  const float high = compat::font_size(c.fonts.mono_small);
  // A number such as 1.2e-03 has seven letters, each 0.6 of its height wide: 4.2 heights.
  if (grid.y(1) - grid.y(0) < high * 1.2f || grid.x(1) - grid.x(0) < high * 4.2f) return;
  const Cells rows(grid.part.first_token, grid.part.end_token, map.tokens(), 1e6f),
      pairs(grid.part.first_pair, grid.part.end_pair, map.pairs(), 1e6f);
  for (std::int64_t t = rows.first; t < rows.end; ++t) {
    const float y = grid.y(static_cast<double>(t) + 0.5) - high / 2;
    if (y < grid.area.least.y || y + high > grid.area.greatest.y) continue;
    for (std::int64_t i = pairs.first; i < pairs.end; ++i) {
      const float error = map.at(t, i);
      const ImU32 ground = cell_colour(c, scale, error);
      // 4.5 is the contrast that WCAG 2 asks of text of this size (level AA).
      const ImU32 ink = contrast(ground, IM_COL32_WHITE) > 4.5 ? IM_COL32_WHITE : IM_COL32_BLACK;
      text(c, {grid.x(static_cast<double>(i) + 0.5), y}, c.fonts.mono_small, ink, error_words(c, error), Align::centre);
    }
  }
}

/// A frame around the selected cell. It is at least 10 pixels (at scale 1) wide and high, as cells may be smaller than
/// a pixel. White within black is seen on every colour.
void draw_selection(const Canvas& c, const Grid& grid, std::int64_t row, std::int64_t pair) {
  const auto t = static_cast<double>(row), i = static_cast<double>(pair);
  ImVec2 least{grid.x(i), grid.y(t)}, greatest{grid.x(i + 1), grid.y(t + 1)};
  const float room = c.px(5);
  const ImVec2 middle{(least.x + greatest.x) / 2, (least.y + greatest.y) / 2};
  least = {std::min(least.x, middle.x - room), std::min(least.y, middle.y - room)};
  greatest = {std::max(greatest.x, middle.x + room), std::max(greatest.y, middle.y + room)};
  c.paint.frame({{least.x - 2, least.y - 2}, {greatest.x + 2, greatest.y + 2}}, IM_COL32_BLACK, c.stroke(2), 0);
  c.paint.frame({least, greatest}, IM_COL32_WHITE, c.stroke(2), 0);
}

/// Positions at the left, pairs below, and what the mouse or the selection is on.
void draw_labels(const Canvas& c, const Grid& grid, const CheckedKernel& kernel, const ErrorMap& map) {
  const bool by_row = kernel.run.positions.axes > 1; // no single position says where a row is
  const double rows = grid.part.end_token - grid.part.first_token;
  std::int64_t step = 1; // a power of two
  // A label every 30 pixels (at scale 1) at most. Powers of two, as kernels work in blocks of such sizes.
  while (static_cast<double>(grid.area.height()) / rows * static_cast<double>(step) < static_cast<double>(c.px(30)))
    step *= 2;
  const auto first = static_cast<std::int64_t>(std::ceil(grid.part.first_token));
  for (std::int64_t t = (first + step - 1) / step * step; t < map.tokens(); t += step) {
    // One label for each row stands at its middle; a label for many rows stands at the first one's edge.
    const float y = grid.y(static_cast<double>(t) + (step == 1 ? 0.5 : 0));
    if (y > grid.area.greatest.y - c.px(6)) break;
    c.paint.line({grid.area.least.x - c.px(5), y}, {grid.area.least.x, y}, c.theme.dim, 1);
    text(c, {grid.area.least.x - c.px(9), std::max(y - c.px(9), grid.area.least.y - c.px(3))}, c.fonts.small,
         c.theme.dim, grouped(c, static_cast<double>(by_row ? t : kernel.run.positions.at(0, t))), Align::right);
  }
  const float below = grid.area.greatest.y + c.px(4);
  const Cells pairs(grid.part.first_pair, grid.part.end_pair, map.pairs(), 1e6f);
  // The read-out between the two comes first.
  const auto end = [&](std::int64_t pair, bool right) {
    const std::string_view words = c.words("pair {}", pair);
    const float width = text_width(c.fonts.small, words),
                left = right ? grid.area.greatest.x - width : grid.area.least.x;
    if (is_free(c, Rect{{left, below}, {left + width, below + c.px(14)}}.inset(-c.px(4), 0)))
      text(c, {left, below}, c.fonts.small, c.theme.dim, words);
  };
  end(pairs.first, false);
  end(pairs.end - 1, true);
}

void draw_read_out(const Canvas& c, const Grid& grid, const CheckedKernel& kernel, const ErrorMap& map,
                   std::int64_t row, std::int64_t pair, bool hovered) {
  const std::int64_t position = kernel.position(row, pair);
  const std::string_view where = position == row ? c.words("row {}", grouped(c, static_cast<double>(row)))
                                                 : c.words("row {}, position {}", grouped(c, static_cast<double>(row)),
                                                           grouped(c, static_cast<double>(position)));
  const std::string_view words =
      std::isfinite(map.at(row, pair))
          ? c.words("{}, pair {}: |Δ| {:.2e}", where, pair, map.at(row, pair))
          : c.words("{}, pair {}: {}, no number", where, pair, error_words(c, map.at(row, pair)));
  text(c, {(grid.area.least.x + grid.area.greatest.x) / 2, grid.area.greatest.y + c.px(4)}, c.fonts.small,
       hovered ? c.theme.text : c.theme.dim, shortened(c, c.fonts.small, words, grid.area.width()), Align::centre);
}

/// The colours from top to bottom, their decades, and where rounding ends.
void draw_scale(const Canvas& c, Rect bar, const CheckedKernel& kernel, bool no_number) {
  const ErrorScale& scale = kernel.finding.scale;
  if (no_number) { // above all numbers
    const Rect mark{bar.least, {bar.greatest.x, bar.least.y + c.px(16)}};
    c.paint.box(mark, c.theme.bad);
    hatch(c, mark, c.theme.panel);
    text(c, {bar.greatest.x + c.px(6), bar.least.y - c.px(1)}, c.fonts.small, c.theme.bad, "NaN, ∞");
    bar.least.y += c.px(26);
  }
  constexpr int steps = 64;
  const auto y = [&](double share) { return bar.greatest.y - static_cast<float>(share) * bar.height(); };
  std::array<ImU32, steps> colours{};
  for (int s = 0; s < steps; ++s) colours[static_cast<std::size_t>(s)] = error_colour((steps - s - 0.5) / steps);
  c.paint.image(bar, 1, steps, colours);
  const Axis axis{scale.least, scale.greatest, bar.greatest.y, bar.least.y, Scale::log};
  const float at = y(scale.share(kernel.finding.rounding)), half = c.px(8);
  const float label = std::clamp(at - half, bar.least.y, bar.greatest.y - 2 * half);
  for (const Tick& tick : decade_ticks(axis, true, static_cast<int>(bar.height() / c.px(24)), &c.memory)) {
    const float place = axis.pixel(tick.value);
    // The word "rounding" has its place first; a decade that it would touch is left out.
    if (std::abs(place - half - label) < c.px(16)) continue;
    text(c, {bar.greatest.x + c.px(6), std::clamp(place - half, bar.least.y - half, bar.greatest.y - half)},
         c.fonts.small, c.theme.dim, tick.label);
  }
  c.paint.line({bar.least.x - c.px(3), at}, {bar.greatest.x + c.px(4), at}, c.theme.text, c.stroke(2));
  text(c, {bar.greatest.x + c.px(6), label}, c.fonts.small, c.theme.text, "rounding");
}

/// One cell per head, coloured by its error; a click shows that head's errors alone.
float draw_heads(const Canvas& c, Rect room, const Scene& scene, const KernelCheck& check, Scene& next) {
  const CheckedKernel& kernel = *check.checked();
  const std::vector<float>& heads = kernel.finding.head_error;
  const auto count = static_cast<float>(heads.size());
  const float button = c.px(84), cell = std::floor(std::min(c.px(18), (room.width() - button - c.px(8)) / count));
  // Cells of less than 4 pixels could not be hit. Then all heads together is the only choice.
  if (heads.size() < 2 || cell < c.px(4)) return 0;
  const float left = room.greatest.x - cell * count;
  if (canvas::button(c, "all heads", {{left - button - c.px(6), room.least.y}, {left - c.px(6), room.greatest.y}},
                     "all heads", scene.kernel.head < 0, true, "The map shows the errors of all heads together."))
    next.kernel.head = -1;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    const float x = left + cell * static_cast<float>(h);
    const Rect box{{x, room.least.y}, {x + cell - 1, room.greatest.y}};
    c.paint.box(box, cell_colour(c, kernel.finding.scale, heads[h]));
    if (!std::isfinite(heads[h])) hatch(c, box, c.theme.panel);
    const std::int64_t number = kernel.run.first_head + static_cast<std::int64_t>(h);
    const std::string_view help =
        std::isfinite(heads[h])
            ? c.words("Head {}: RMS of Δ {:.2e}. A click shows this head alone in the map.", number, heads[h])
            : c.words("Head {} writes NaN or infinity. A click shows this head alone in the map.", number);
    if (press(c, c.id("head {}", h), box, help)) next.kernel.head = static_cast<std::int64_t>(h);
  }
  if (const auto h = static_cast<float>(scene.kernel.head); h >= 0 && h < count)
    c.paint.frame({{left + cell * h - 2, room.least.y - 2}, {left + cell * (h + 1) + 1, room.greatest.y + 2}},
                  c.theme.text, c.stroke(2), 0);
  return cell * count + button + c.px(14);
}

} // namespace

std::int64_t selected_row(const Scene& scene, const CheckedKernel& kernel) {
  const std::int64_t row = scene.kernel.row < 0 ? kernel.finding.errors.tokens() / 2 : scene.kernel.row;
  return std::clamp<std::int64_t>(row, 0, kernel.finding.errors.tokens() - 1);
}

std::int64_t selected_pair(const Scene& scene, const CheckedKernel& kernel) {
  return std::clamp<std::int64_t>(scene.pair, 0, kernel.finding.errors.pairs() - 1);
}

void draw_errors(const Canvas& c, Rect area, const ErrorMap& map, const MapPart& part, const ErrorScale& scale) {
  const Grid grid{area, part};
  // One cell for two pixels (at scale 1) at most. A cell shows the greatest of its errors, so that one wrong row among
  // thousands is still seen.
  const Cells rows(part.first_token, part.end_token, map.tokens(), area.height() / std::max(1.0f, c.px(2))),
      pairs(part.first_pair, part.end_pair, map.pairs(), area.width() / std::max(1.0f, c.px(2)));
  if (rows.count == 0 || pairs.count == 0) return;
  auto colours = c.list_of<ImU32>(static_cast<std::size_t>(rows.count * pairs.count));
  auto marked = c.list_of<Rect>(64);
  const auto edges = [&](std::int64_t r, std::int64_t from, std::int64_t to) {
    return Rect{{grid.x(static_cast<double>(pairs.edge(from))), grid.y(static_cast<double>(rows.edge(r)))},
                {grid.x(static_cast<double>(pairs.edge(to))), grid.y(static_cast<double>(rows.edge(r + 1)))}};
  };
  for (std::int64_t r = 0; r < rows.count; ++r)
    for (std::int64_t p = 0, from = -1; p <= pairs.count; ++p) {
      const float error =
          p < pairs.count ? map.greatest(rows.edge(r), rows.edge(r + 1), pairs.edge(p), pairs.edge(p + 1)) : 0;
      if (p < pairs.count) colours.push_back(cell_colour(c, scale, error));
      // Neighbours that are no number are one stretch, and stretches that lie below each other one rectangle.
      if (!std::isfinite(error) && from < 0) from = p;
      if (!std::isfinite(error) || from < 0) continue;
      const Rect stretch = edges(r, from, p);
      from = -1;
      const auto above = std::find_if(marked.begin(), marked.end(), [&](const Rect& m) {
        return m.least.x == stretch.least.x && m.greatest.x == stretch.greatest.x && m.greatest.y == stretch.least.y;
      });
      if (above != marked.end())
        above->greatest.y = stretch.greatest.y;
      else if (marked.size() < 64) // many small pieces are told by their colour, and need not all be hatched
        marked.push_back(stretch);
    }
  c.paint.push_clip(area);
  c.paint.image({{grid.x(static_cast<double>(pairs.first)), grid.y(static_cast<double>(rows.first))},
                 {grid.x(static_cast<double>(pairs.end)), grid.y(static_cast<double>(rows.end))}},
                pairs.count, rows.count, colours);
  for (const Rect& r : marked) {
    hatch(c, r, c.theme.panel);
    const float width = text_width(c.fonts.small, "NaN");
    if (r.width() > width + c.px(24) && r.height() > c.px(24))
      label_on(c, {r.centre().x - width / 2, r.centre().y - c.px(9)}, c.theme.bad, "NaN");
  }
  c.paint.pop_clip();
}

void check_map(const Canvas& c, Rect panel, const Scene& scene, const KernelCheck& check, Scene& next) {
  const CheckedKernel& kernel = *check.checked();
  const ErrorMap& map = check.errors();
  const std::string_view title = "Error by position and pair";
  const float free = panel.width() - c.px(60) - text_width(c.fonts.title, title);
  const Rect heads{{panel.greatest.x - c.px(18) - free, panel.least.y + c.px(12)},
                   {panel.greatest.x - c.px(18), panel.least.y + c.px(34)}};
  const float taken = draw_heads(c, heads, scene, check, next);
  const std::string_view remark = check.head() < 0 ? std::string_view("|out − expected|, log colour")
                                                   : c.words("head {} alone", kernel.run.first_head + check.head());
  const bool fits = free - taken > text_width(c.fonts.small, remark);
  const Rect room = heading(c, panel, title, fits ? remark : "");
  if (room.width() < c.px(200) || room.height() < c.px(80) || map.tokens() == 0 || map.pairs() == 0) return;
  const auto tokens = static_cast<double>(map.tokens()), pairs = static_cast<double>(map.pairs());
  Plot plot(c, "errors", {room.least, {room.greatest.x - c.px(92), room.greatest.y}},
            {.all = {-0.5, pairs - 0.5},
             .labels = Labels::none,
             .view = scene.options.range(check_pairs),
             .fewest = fewest,
             .margin = 20},
            {.all = {-0.5, tokens - 0.5},
             .labels = Labels::none,
             .title = kernel.run.positions.axes > 1 ? "row" : "position (tokens)",
             .view = scene.options.range(check_rows),
             .fewest = fewest,
             .margin = 62,
             .downwards = true});
  const Grid grid = grid_of(plot);
  draw_errors(c, plot.area, map, grid.part, kernel.finding.scale);
  plot.begin();
  draw_numbers(c, grid, map, kernel.finding.scale);
  draw_selection(c, grid, selected_row(scene, kernel), selected_pair(scene, kernel));
  plot.end();
  plot.draw_axes();
  draw_scale(
      c,
      {{plot.area.greatest.x + c.px(14), plot.area.least.y}, {plot.area.greatest.x + c.px(28), plot.area.greatest.y}},
      kernel, !std::isfinite(map.greatest()));

  plot.take_input();
  keep_view(next, check_pairs, check_rows, plot);
  const auto row_at = [&](float y) {
    return std::clamp<std::int64_t>(std::llround(plot.y.value(y)), 0, map.tokens() - 1);
  };
  const auto pair_at = [&](float x) {
    return std::clamp<std::int64_t>(std::llround(plot.x.value(x)), 0, map.pairs() - 1);
  };
  // While the map is dragged, the canvas has no mouse, and the selected cell is read out.
  const bool hovered = plot.hovered();
  draw_read_out(c, grid, kernel, map, hovered ? row_at(c.mouse.y) : selected_row(scene, kernel),
                hovered ? pair_at(c.mouse.x) : selected_pair(scene, kernel), hovered);
  draw_labels(c, grid, kernel, map);
  if (const auto clicked = plot.clicked()) {
    next.kernel.row = row_at(clicked->y);
    next.pair = pair_at(clicked->x);
  }
}

} // namespace ropescope::pictures
