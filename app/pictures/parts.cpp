#include "app/pictures/parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/dial.h"
#include "app/pictures/lecture_parts.h"
#include "app/scene/grid.h"
#include "core/analysis/hands.h"
#include "core/error.h"
#include "core/rope/positions.h"

namespace ropescope::pictures {

void keep_view(Scene& next, const Property& x, const Property& y, const Plot& plot) {
  const auto moved = plot.moved_view();
  if (!moved) return;
  const auto keep = [&](const Property& row, const std::optional<Range>& range) {
    next.options.set(row, range ? Value(std::vector<double>{range->least, range->greatest}) : Value());
  };
  keep(x, moved->x);
  keep(y, moved->y);
}

Rect heading(const Canvas& c, Rect panel, std::string_view title, std::string_view remark) {
  canvas::panel(c, panel);
  const Rect inner = panel.inset(c.px(18), c.px(14));
  if (inner.width() < c.px(40) || inner.height() < c.px(18)) return {inner.least, inner.least};
  const float width = draw_title(c, inner.least, inner.width(), title);
  if (!c.remark.empty()) remark = c.remark;
  const float left = width + c.px(12);
  if (!remark.empty() && inner.width() - left > c.px(40))
    text(c, {inner.least.x + left, inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim,
         shortened(c, c.fonts.small, remark, inner.width() - left));
  return {{inner.least.x, inner.least.y + c.px(32)}, inner.greatest};
}

void keep_hidden(Scene& next, const Property& hidden, const std::vector<std::string>& names) {
  next.options.set(hidden, names.empty() ? Value() : Value(names));
}

Alphas heading_with_series(const Canvas& c, Rect panel, std::string_view title, std::string_view remark,
                           std::string_view brief_remark, const Scene& scene, const Derived& derived,
                           const Property& hidden, Scene& next, Rect& room) {
  auto entries = c.list_of<LegendEntry>(derived.series().size());
  for (const Series& series : derived.series())
    entries.push_back({.name = column_name(series),
                       .label = series.label,
                       .colour = scheme_colour(c, series),
                       .dash = scheme_dash(series),
                       .width = scheme_width(series),
                       .strong = series.current});
  const auto names = scene.options.texts(hidden);
  Legend legend(c, hidden.key.data(), entries, names); // a literal, which ends with NUL
  room = heading_with_legend(c, panel, title, remark, brief_remark, legend);
  if (legend.changed()) keep_hidden(next, hidden, *legend.changed());
  auto alphas = c.list_of<float>(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    alphas.push_back(is_hidden(names, entries[i].name) ? 0 : legend.hovered() && *legend.hovered() != i ? 0.35f : 1);
  return alphas;
}

Dash scheme_dash(const Series& series) {
  if (series.current) return {};
  return series.layer_type.empty() ? method_dash(series.config.scaling.rope_type) : layer_dash;
}

ImU32 scheme_colour(const Canvas& c, const Series& series) {
  // Colours belong to schemes. Another layer type may well have the same scheme, so it is told by its dashes.
  if (!series.layer_type.empty()) return c.theme.text;
  return c.theme.of(series.config.rotates ? series.config.scaling.rope_type : RopeType::standard);
}

namespace {

/// Within its axis the fastest pair has the axis's colour itself, the slowest one is paler by half.
ImU32 colour_in_axis(const Canvas& c, const Derived& derived, std::size_t pair) {
  const std::vector<double>& theta = derived.trained().inv_freq;
  const std::uint8_t axis = derived.axes()[pair];
  double fastest = 0, slowest = 0;
  for (std::size_t i = 0; i < theta.size() && i < derived.axes().size(); ++i) {
    if (derived.axes()[i] != axis || !(theta[i] > 0)) continue;
    fastest = std::max(fastest, theta[i]);
    slowest = slowest > 0 ? std::min(slowest, theta[i]) : theta[i];
  }
  const double place =
      theta[pair] > 0 && fastest > slowest ? std::log(fastest / theta[pair]) / std::log(fastest / slowest) : 1;
  return mix_oklab(c.theme.of_axis(axis), c.theme.panel, static_cast<float>(0.5 * place));
}

} // namespace

double distance_of(const Scene& scene, const Derived& derived, std::size_t pair) {
  const std::int64_t axis = axis_of(derived, pair);
  return query_on(scene, axis) - key_on(scene, axis);
}

std::pmr::vector<AxisGroup> by_axis(const Canvas& c, const Derived& derived, std::span<const std::int64_t> pairs) {
  const auto& axes = derived.axes();
  const std::int64_t count = axes.empty() ? 1 : 1 + *std::max_element(axes.begin(), axes.end());
  auto groups = c.list_of<AxisGroup>(static_cast<std::size_t>(count));
  for (std::int64_t axis = 0; axis < count; ++axis) {
    AxisGroup group{axis, c.list_of<std::int64_t>(pairs.size())};
    for (const std::int64_t pair : pairs)
      if (axis_of(derived, static_cast<std::size_t>(pair)) == axis) group.pairs.push_back(pair);
    if (!group.pairs.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

void mark_axes_of_rows(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  const std::vector<std::uint8_t>& axes = derived.axes();
  if (axes.empty()) return;
  std::array<bool, most_axes> named{};
  for (std::size_t begin = 0, end = 0; begin < axes.size(); begin = end) {
    while (end < axes.size() && axes[end] == axes[begin]) ++end;
    const float top = std::max(plot.area.least.y, plot.y.pixel(static_cast<double>(begin) - 0.5)),
                bottom = std::min(plot.area.greatest.y, plot.y.pixel(static_cast<double>(end) - 0.5));
    if (bottom <= top) continue;
    const ImU32 colour = c.theme.of_axis(axes[begin]);
    c.paint.box({{plot.area.least.x - c.px(1), top}, {plot.area.least.x + c.px(4), bottom}}, colour);
    c.paint.box({{plot.area.greatest.x, top}, {plot.area.greatest.x + c.px(4), bottom}}, colour);
    const std::string_view name = axis_title(scene.rope, axes[begin]);
    const Rect place{{plot.area.greatest.x + c.px(9), top},
                     {plot.area.greatest.x + c.px(9) + text_width(c.fonts.bold, name), top + c.px(18)}};
    if (bottom - top < c.px(18) || !is_free(c, place)) continue;
    text(c, place.least, c.fonts.bold, colour, name);
    named[axes[begin]] = true;
  }
  // Interleaved sections have no stretch that a name would fit beside: a key of the colours.
  float y = plot.area.least.y + c.px(24);
  for (std::int64_t a = 0; a < axis_count(scene.rope); ++a) {
    if (named[static_cast<std::size_t>(a)]) continue;
    const std::string_view name = axis_title(scene.rope, a);
    const float left = plot.area.greatest.x + c.px(9);
    if (y + c.px(18) < plot.area.greatest.y &&
        is_free(c, {{left, y}, {left + text_width(c.fonts.bold, name), y + c.px(18)}}))
      text(c, {left, y}, c.fonts.bold, c.theme.of_axis(static_cast<std::size_t>(a)), name);
    y += c.px(20);
  }
}

void mark_axes_of_columns(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  const std::vector<std::uint8_t>& axes = derived.axes();
  const float y = plot.area.least.y + c.px(2), foot = plot.area.greatest.y;
  bool alternate = false;
  for (std::size_t begin = 0, end = 0; begin < axes.size(); begin = end) {
    while (end < axes.size() && axes[end] == axes[begin]) ++end;
    const float left = std::max(plot.area.least.x, plot.x.pixel(static_cast<double>(begin) - 0.5)),
                right = std::min(plot.area.greatest.x, plot.x.pixel(static_cast<double>(end) - 0.5));
    if (right <= left) continue;
    const ImU32 colour = c.theme.of_axis(axes[begin]);
    c.paint.box({{left, foot - c.px(4)}, {right, foot}}, colour);
    if (begin > 0 && end - begin >= 3)
      c.paint.line({left, plot.area.least.y}, {left, foot}, c.theme.outline, c.hairline());
    // Interleaved sections (t h w t h w …) have no stretch that a name would fit on.
    alternate = alternate || end - begin < 3;
    const std::string_view whole = axis_title(scene.rope, axes[begin]),
                           name = text_width(c.fonts.small, whole) + c.px(6) < right - left
                                      ? whole
                                      : axis_name(scene.rope, axes[begin]);
    const float width = text_width(c.fonts.small, name), x = (left + right - width) / 2;
    if (!alternate && width < right - left && is_free(c, {{x, y}, {x + width, y + c.px(18)}}))
      label_on(c, {x, y}, colour, name);
  }
  if (!alternate) return;
  float x = plot.area.least.x + c.px(8);
  for (std::int64_t a = 0; a < axis_count(scene.rope); ++a) {
    const std::string_view name = axis_title(scene.rope, a);
    const Rect place{{x, y}, {x + text_width(c.fonts.small, name), y + c.px(18)}};
    if (place.greatest.x > plot.area.greatest.x || !is_free(c, place)) return;
    label_on(c, place.least, c.theme.of_axis(static_cast<std::size_t>(a)), name);
    x += place.width() + c.px(12);
  }
  const Rect place{{x, y}, {x + text_width(c.fonts.small, "alternate"), y + c.px(16)}};
  if (place.greatest.x < plot.area.greatest.x && is_free(c, place))
    text(c, {x, y + c.px(1)}, c.fonts.small, c.theme.dim, "alternate");
}

std::string_view extent_words(const Canvas& c, double extent) {
  return grouped(c, extent, extent == std::round(extent) ? 0 : extent < 1 ? 3 : extent < 100 ? 1 : 0);
}

std::string_view unit_of(const Scene& scene, const Derived& derived, std::size_t pair) {
  return derived.trained_extents().empty() ? std::string_view("tok") : axis_title(scene.rope, axis_of(derived, pair));
}

std::string_view places_words(const Canvas& c, const Scene& scene) {
  if (!scene.places) return {};
  const auto number = [&](double at) { return grouped(c, at, at == std::round(at) ? 0 : 3); };
  std::string_view words;
  for (std::int64_t a = 0; a < axis_count(scene.rope); ++a)
    words = c.words("{}{}{} {} − {}", words, a > 0 ? ", " : "", axis_name(scene.rope, a), number(query_on(scene, a)),
                    number(key_on(scene, a)));
  return words;
}

ImU32 colour_of_pair(const Canvas& c, const Derived& derived, std::size_t pair) {
  if (pair < derived.axes().size() && pair < derived.trained().inv_freq.size()) return colour_in_axis(c, derived, pair);
  const std::vector<double>& theta = derived.trained().inv_freq;
  const auto slowest = std::find_if(theta.rbegin(), theta.rend(), [](double t) { return t > 0; });
  if (slowest == theta.rend() || theta.front() <= *slowest || pair >= theta.size() || theta[pair] <= 0)
    return pair_colour(c.theme, 1);
  return pair_colour(c.theme, std::log(theta.front() / theta[pair]) / std::log(theta.front() / *slowest));
}

float scheme_width(const Series& series) { return series.current ? 3.0f : 1.8f; }

bool switch_words(const Canvas& c, const char* id, ImVec2 at, std::string_view words, const char* help) {
  const float width = text_width(c.fonts.small, words), height = compat::font_size(c.fonts.small);
  const Rect area{at, {at.x + width, at.y + height * 1.25f}};
  const bool clicked = press(c, id, area, help);
  const bool hovered = ImGui::IsItemHovered() && area.contains(c.mouse);
  text(c, at, c.fonts.small, hovered ? c.theme.accent : c.theme.text, words);
  // Always underlined: without it words that change something look like those that name an axis.
  const float y = area.greatest.y;
  if (hovered)
    c.paint.line({area.least.x, y}, area.greatest, c.theme.accent, 1);
  else if (!c.bare)
    c.rule({area.least.x, y}, area.greatest, c.theme.dim, 1, 2, 2);
  return clicked;
}

void take_grip(Scene& next, std::string_view key, const Grip& grip) {
  if (!grip.value && !grip.reset) return;
  const Property& row = *find_property(key);
  Scene changed = next;
  try {
    if (grip.reset)
      reset(changed, row);
    else {
      const double value = row.snapped ? row.snapped(*grip.value) : *grip.value;
      set(changed, row, std::clamp(value, row.least, row.greatest));
    }
    close_value(changed, key);
    next = std::move(changed);
  } catch (const Error&) {
    // A hand drags across what cannot be: the line stays at the last place that can.
  }
}

void keep_off(ReadOut& table, const Plot& plot, std::span<const ImVec2> curve) {
  // 160 points are one for ten pixels of a wide plot: a table is larger than the gap.
  const std::size_t step = 1 + curve.size() / 160;
  for (std::size_t i = 0; i < curve.size(); i += step)
    if (plot.area.contains(curve[i])) table.avoid(curve[i]);
}

std::string_view angle_words(const Canvas& c, double angle) {
  constexpr double turn = 2 * std::numbers::pi;
  const double turns = std::trunc(angle / turn);
  if (turns == 0) return c.words("{} rad", with_sign(angle, 3));
  return c.words("{} turn{} {} {:.3f} rad", grouped(c, turns), std::abs(turns) == 1 ? "" : "s", angle < 0 ? "−" : "+",
                 std::abs(angle - turns * turn));
}

std::pmr::vector<std::int64_t> wholes_of(const Canvas& c, const Scene& scene, const Property& row) {
  const Value value = scene.options[row];
  const auto* const list = std::get_if<std::vector<double>>(&value);
  auto whole = c.list_of<std::int64_t>(list ? list->size() : 0);
  if (list)
    for (const double number : *list) whole.push_back(std::llround(number));
  return whole;
}

void label_rule_x(const Canvas& c, const Plot& plot, double value, std::string_view words, ImU32 colour, float y) {
  if (!(value >= plot.x.least && value <= plot.x.greatest)) return;
  const float at = plot.x.pixel(value), width = text_width(c.fonts.small, words);
  const bool inside = at + c.px(8) + width < plot.area.greatest.x;
  const float left = inside ? at + c.px(8) : at - c.px(8) - width;
  if (left > plot.area.least.x && plot.area.height() > c.px(40)) label_on(c, {left, y}, colour, words);
}

namespace {

/// Hands of pairs (1, 0) become those of a head's own pairs; the longest keeps its length.
void lay_on(std::vector<std::complex<float>>& hands, std::span<const std::complex<double>> pairs) {
  double longest = 0;
  for (const std::complex<double> pair : pairs) longest = std::max(longest, std::abs(pair));
  for (std::size_t i = 0; i < hands.size() && longest > 0; ++i) hands[i] *= std::complex<float>(pairs[i] / longest);
}

/// The query's positions, then the key's, on every axis; on one where they are alike on all.
Positions both_tokens(const Scene& scene) {
  if (scene.axis < 0) return {1, {scene.m, scene.n}};
  std::vector<double> at;
  const std::int64_t axes = axis_count(scene.rope);
  for (std::int64_t a = 0; a < axes; ++a) at.insert(at.end(), {query_on(scene, a), key_on(scene, a)});
  return positions_of(axes, at);
}

} // namespace

void update_hands(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t m, n, axis;
    bool operator==(const Inputs&) const = default;
  };
  derived.numbers<Hands>(Inputs{derived.version(), scene.m, scene.n, scene.axis}, [&] {
    Hands hands = hands_at(engines.preferred(), scene.rope, derived.current().spectrum, both_tokens(scene));
    if (derived.own_head().ones) return hands;
    lay_on(hands.query, derived.own_head().query);
    lay_on(hands.key, derived.own_head().key);
    return hands;
  });
}

Dial dial_at(const Scene& scene, const Derived& derived, std::size_t pair) {
  const Hands& hands = *derived.numbers<Hands>();
  const auto factor = static_cast<float>(derived.current().spectrum.attention_factor);
  const auto strength = [&](std::size_t i) { return std::abs(hands.query[i] * hands.key[i]); };
  float most = 0;
  if (!derived.own_head().ones)
    for (std::size_t i = 0; i < hands.query.size(); ++i) most = std::max(most, strength(i));
  return {.query = hands.query[pair] / factor,
          .key = hands.key[pair] / factor,
          .seen = derived.trained().inv_freq[pair] * derived.trained_reach()[pair],
          .backwards = distance_of(scene, derived, pair) < 0,
          .weight = most > 0 ? strength(pair) / most : 1};
}

} // namespace ropescope::pictures
