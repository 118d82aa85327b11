#include "app/pictures/turns_parts.h"

#include "app/canvas/imgui_compat.h"

namespace ropescope::pictures {

Range all_turns(const Ledger& ledger) {
  double least = 0.1, greatest = 10;
  for (const Turns& turns : ledger.of_series)
    for (const std::vector<double>* list : {&turns.trained, &turns.target})
      for (const double number : *list)
        if (number > 0) least = std::min(least, number), greatest = std::max(greatest, number);
  return {std::pow(10.0, std::floor(std::log10(least)) - 1), std::pow(10.0, std::ceil(std::log10(greatest)))};
}

ImU32 trained_colour(const Canvas& c) { return mix(c.theme.panel, c.theme.dim, c.theme.dark ? 0.55f : 0.62f); }

ImU32 incomplete_colour(const Canvas& c) { return mix(trained_colour(c), c.theme.beyond, 0.5f); }

ImU32 target_colour(const Canvas& c, const Series& series) {
  const bool plain = series.config.scaling.rope_type == RopeType::standard;
  return mix(c.theme.panel, scheme_colour(c, series), plain ? 0.32f : 0.75f);
}

void draw_bars(const Canvas& c, const Rows& rows, const Turns& turns, const Series& series) {
  const ImU32 trained = trained_colour(c), incomplete = incomplete_colour(c), target = target_colour(c, series),
              again = mix(c.theme.panel, c.theme.beyond, 0.36f);
  for (std::size_t i = 0; i < turns.trained.size(); ++i) {
    const double before = turns.trained[i], after = turns.target[i];
    const Rect base = rows.bar(i, 0, before);
    if (base.greatest.y < rows.area.least.y || base.least.y > rows.area.greatest.y) continue;
    if (before > 0) c.paint.box(base, before < 1 ? incomplete : trained);
    if (after <= before * (1 + 1e-9)) continue;
    if (turns.unseen[i]) {
      const Rect unseen = rows.bar(i, before, std::min(1.0, after));
      c.paint.box(unseen, c.theme.beyond);
      hatch_unseen(c, unseen);
      if (after > 1) c.paint.box(rows.bar(i, 1, after), again);
    } else
      c.paint.box(rows.bar(i, before, after), target);
  }
}

void hatch_unseen(const Canvas& c, Rect r) {
  hatch_lines(c, r, mix(c.theme.panel, c.theme.ground, 0.5f), std::max(4.0f, c.px(5)), std::max(1.0f, c.px(1)));
}

void draw_ticks(const Canvas& c, const Rows& rows, const Turns& turns, float width) {
  for (std::size_t i = 0; i < turns.trained.size(); ++i) {
    const Rect bar = rows.bar(i, 0, turns.trained[i]);
    if (bar.greatest.x > rows.area.least.x && bar.greatest.y > rows.area.least.y && bar.least.y < rows.area.greatest.y)
      c.paint.box({{bar.greatest.x - width / 2, bar.least.y}, {bar.greatest.x + width / 2, bar.greatest.y}},
                  c.theme.text);
  }
}

void fade_left(const Canvas& c, Rect area, float width) {
  constexpr int steps = 16;
  for (int s = 0; s < steps; ++s) {
    const float from = area.least.x + width * static_cast<float>(s) / steps, to = from + width / steps;
    c.paint.box({{from, area.least.y}, {to, area.greatest.y}},
                with_alpha(c.theme.panel, 1 - (static_cast<float>(s) + 0.5f) / steps));
  }
}

namespace {

/// The series of schemes, as places in Derived's list, in the order in which people are offered them: a scheme keeps
/// its place, whichever is in force.
std::pmr::vector<std::size_t> schemes_in_order(const Canvas& c, const Derived& derived) {
  auto order = c.list_of<std::size_t>(derived.series().size());
  for (std::size_t s = 0; s < derived.series().size(); ++s)
    if (derived.series()[s].layer_type.empty()) order.push_back(s);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return derived.series()[a].config.scaling.rope_type < derived.series()[b].config.scaling.rope_type;
  });
  return order;
}

/// What the count costs, or why it is what it is.
std::string_view price(const Canvas& c, const Derived& derived, const Series& series, const Turns& turns) {
  if (turns.unseen_pairs > 0) return c.words("up to {:.3g} × the angle of training", turns.furthest);
  const std::span<const double> before = trained_of(derived, series);
  const std::vector<double>& now = series.spectrum.inv_freq;
  if (before.empty() || now.front() <= 0) return "";
  const double slowed = before.front() / now.front();
  if (slowed > 1.001) return c.words("at a price: even the fastest pair is slowed {:.3g} ×", slowed);
  return now.back() < before.back() ? "the fast pairs keep their speed" : "";
}

std::string_view short_name(const Series& series) {
  return series.config.scaling.rope_type == RopeType::standard && series.config.scaling.freq_factors.empty()
             ? std::string_view("none")
             : std::string_view(series.label);
}

/// One scheme: its count, and all its bars, small. A click puts it in force.
void draw_scheme(const Canvas& c, Rect box, const Derived& derived, std::size_t place, Range all, Scene& next) {
  const Series& series = derived.series()[place];
  const Turns& turns = derived.numbers<Ledger>()->of_series[place];
  panel(c, box);
  const RopeType type = series.config.scaling.rope_type;
  if (press(c, c.id("turns {}", scheme_of(type).choice()), box, "A click puts this scheme in force."))
    choose_scheme(next, type);
  const bool hovered = ImGui::IsItemHovered() && box.contains(c.mouse);
  if (series.current || hovered)
    c.paint.frame(box, series.current ? c.theme.accent : c.theme.outline, c.stroke(2), c.px(6));
  const Rect in = box.inset(c.px(16), c.px(12));
  const float words = std::min(c.px(132), in.width() * 0.45f);
  text(c, in.least, c.fonts.bold, series.current ? c.theme.text : scheme_colour(c, series),
       shortened(c, c.fonts.bold, short_name(series), words));
  ImFont* const large = in.height() > c.px(120) ? c.fonts.huge : c.fonts.large;
  float y = in.least.y + c.px(22);
  text(c, {in.least.x, y}, large, turns.unseen_pairs > 0 ? c.theme.beyond : c.theme.good,
       c.words("{}", turns.unseen_pairs));
  y += compat::font_size(large) * 1.15f;
  if (in.height() > c.px(96) + (y - in.least.y) - c.px(50))
    y = wrapped_text(c, {in.least.x, y}, words, c.fonts.small, c.theme.dim, "pairs meet unseen angles");
  const std::string_view why = price(c, derived, series, turns);
  const float room = wrapped_height(words, c.fonts.small, why);
  if (y + room + c.px(6) < in.greatest.y)
    wrapped_text(c, {in.least.x, in.greatest.y - room}, words, c.fonts.small, c.theme.text, why);
  // The bars, above the words "1 turn".
  const Rect area{{in.least.x + words + c.px(14), in.least.y}, {in.greatest.x, in.greatest.y - c.px(18)}};
  if (area.width() < c.px(50) || area.height() < c.px(30)) return;
  const auto pairs = static_cast<double>(turns.trained.size());
  const Rows rows{{all.least, all.greatest, area.least.x, area.greatest.x, Scale::log},
                  {-0.5, pairs - 0.5, area.least.y, area.greatest.y},
                  area,
                  area.height() / static_cast<float>(pairs) >= 2.5f ? 1.0f : 0.0f};
  draw_bars(c, rows, turns, series);
  fade_left(c, area, area.width() * 0.16f);
  draw_ticks(c, rows, turns, std::max(1.0f, c.px(1)));
  const float one = rows.turns.pixel(1);
  c.paint.line({one, area.least.y - c.px(4)}, {one, area.greatest.y + c.px(2)}, c.theme.text, c.stroke(2));
  text(c, {one, area.greatest.y + c.px(3)}, c.fonts.small, c.theme.dim, "1 turn", Align::centre);
}

} // namespace

void draw_schemes(const Canvas& c, Rect column, const Derived& derived, Scene& next) {
  // As many as there is room for; the others are in the list that is compared.
  const auto order = schemes_in_order(c, derived);
  const float least = c.px(110), space = c.px(12);
  const auto count =
      std::min<std::size_t>(order.size(), static_cast<std::size_t>((column.height() + space) / (least + space)));
  const float height = (column.height() + space) / static_cast<float>(std::max<std::size_t>(count, 1)) - space;
  const Range all = all_turns(*derived.numbers<Ledger>());
  for (std::size_t k = 0; k < count; ++k) {
    const float top = column.least.y + static_cast<float>(k) * (height + space);
    draw_scheme(c, {{column.least.x, top}, {column.greatest.x, top + height}}, derived, order[k], all, next);
  }
}

float draw_counts(const Canvas& c, Rect room, const Derived& derived, Scene& next) {
  float x = room.least.x;
  const float height = c.px(24);
  for (const std::size_t place : schemes_in_order(c, derived)) {
    const Series& series = derived.series()[place];
    const std::string_view count = c.words("{}", derived.numbers<Ledger>()->of_series[place].unseen_pairs);
    const float name = text_width(c.fonts.small, short_name(series)),
                wide = name + text_width(c.fonts.bold, count) + c.px(8);
    if (x + wide > room.greatest.x) break;
    const RopeType type = series.config.scaling.rope_type;
    const Rect box{{x - c.px(4), room.least.y}, {x + wide + c.px(4), room.least.y + height - c.px(3)}};
    if (press(c, c.id("turns {}", scheme_of(type).choice()), box,
              "How many pairs meet unseen angles under this scheme. A click puts it in force."))
      choose_scheme(next, type);
    if (series.current) c.paint.frame(box, c.theme.accent, c.stroke(1), c.px(4));
    text(c, {x, room.least.y + c.px(2)}, c.fonts.small, scheme_colour(c, series), short_name(series));
    text(c, {x + name + c.px(8), room.least.y + c.px(1)}, c.fonts.bold, count == "0" ? c.theme.good : c.theme.beyond,
         count);
    x += wide + c.px(26);
  }
  return height;
}

} // namespace ropescope::pictures
