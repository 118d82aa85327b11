#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/axis.h"
#include "app/canvas/gesture.h"
#include "app/pictures/dial.h"
#include "app/pictures/pair_view.h"
#include "app/pictures/parts.h"
#include "app/scene/grid.h"
#include "core/analysis/hands.h"

namespace ropescope::pictures {

namespace {

/// " · by w": which of several positions turns the pair.
std::string_view turned_by(const Canvas& c, const Scene& scene, const Derived& derived) {
  if (derived.axes().empty()) return "";
  return c.words(" · {}", axis_title(scene.rope, derived.axes()[static_cast<std::size_t>(scene.pair)]));
}

/// The greatest angle (rad) that training has shown: the pair's frequency before any extension, times the trained
/// context.
double seen_angle(const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(scene.pair);
  return derived.trained().inv_freq[i] * derived.trained_reach()[i];
}

/// Whether the picture reaches beyond what training has seen, or pairs turn otherwise than they did.
bool is_extended(const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(scene.pair);
  return derived.reach()[i] != derived.trained_reach()[i] ||
         derived.current().spectrum.inv_freq[i] != derived.trained().inv_freq[i];
}

/// "20 and 84": which components of a head form the pair. This is all that the pairing changes.
std::string_view components_of(const Canvas& c, const Scene& scene) {
  const PairIndex index = pair_index(scene.rope.layout.pairs, scene.rope.layout.head_dim, pair_count(scene.rope));
  return c.words("{} and {}", index.in_first(scene.pair), index.in_second(scene.pair));
}

struct Row {
  std::string_view label, value, help;
  std::string_view said = {}; ///< the label where there is room for all of it; empty: the same
};

/// The pair's numbers, those that matter most first: where there is no room, the last ones go.
std::pmr::vector<Row> rows_of(const Canvas& c, const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(scene.pair);
  const double theta = derived.current().spectrum.inv_freq[i], lambda = wavelength(theta);
  const std::string index = subscript(scene.pair);
  // Two numbers of turns, as an extension makes them differ: what the ring shows, and how far the slowed hand comes.
  const auto turns = [&](double angle) {
    const double count = angle / (2 * std::numbers::pi);
    return c.words("{}", grouped(c, count, count < 10 ? 3 : 1));
  };
  auto rows = c.list_of<Row>(6);
  rows.push_back({c.words("θ{}", index),
                  theta >= 1e-4 || theta == 0 ? c.words("{:.6f}", theta) : c.words("{:.4e}", theta),
                  "The frequency of this pair: how far it turns from one token to the next, in rad.",
                  c.words("θ{}, rad per token", index)});
  rows.push_back({"wavelength",
                  theta == 0 ? "never turns"
                             : c.words("{} {}", grouped(c, lambda, lambda < 1000 ? 1 : 0), unit_of(scene, derived, i)),
                  "How many tokens this pair needs for one full turn: 2π divided by its frequency."});
  rows.push_back({c.words("Δ·θ{}", index), angle_words(c, distance_of(scene, derived, i) * theta),
                  "The angle from the key's hand to the query's: the distance Δ = m − n times the frequency.",
                  c.words("Δ·θ{}, turned apart by", index)});
  rows.push_back({"turns seen in training", turns(seen_angle(scene, derived)),
                  "How many full turns the pair made within the trained context. Angles beyond them are new to the "
                  "model."});
  if (is_extended(scene, derived))
    rows.push_back({derived.extents().empty()
                        ? c.words("turns at {}", grouped(c, derived.reach()[i]))
                        : c.words("turns in {} {}", grouped(c, derived.reach()[i]), unit_of(scene, derived, i)),
                    turns(theta * derived.reach()[i]),
                    "How many full turns the pair makes within as many tokens as the pictures reach to, under the "
                    "scheme in force."});
  rows.push_back({"components", components_of(c, scene),
                  "Which two components of a query or key turn as this pair, counted from 0. The switch \"pairing\" "
                  "chooses how pairs are formed.",
                  "components of the head"});
  return rows;
}

} // namespace

void take_hands(const Canvas& c, const char* name, ImVec2 centre, float radius, const Dial& dial, double theta,
                std::int64_t axis, const Scene& scene, Scene& next) {
  if (!(theta > 0)) return;
  const Rect area{{centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius}};
  hit(name, area);
  constexpr std::string_view help = "Turn a hand by dragging it: the query's moves m, the key's n.";
  c.note(name, area, help);
  explain(c, help);
  const ImGuiIO& io = ImGui::GetIO();
  const ImGuiID id = ImGui::GetID(name);
  Gesture& g = c.gesture;
  const auto direction = [&](ImVec2 at) {
    return std::complex<double>(static_cast<double>(at.x - centre.x), static_cast<double>(centre.y - at.y));
  };
  const auto apart = [&](std::complex<float> hand) {
    return std::abs(std::arg(direction(io.MousePos) * std::conj(std::complex<double>(hand))));
  };
  const bool held = g.kind == Gesture::Kind::grip && g.part == id;
  if (ImGui::IsItemActivated()) {
    const bool query = apart(dial.query) <= apart(dial.key);
    g = {};
    g.kind = Gesture::Kind::grip;
    g.part = id;
    g.x = query;
    g.start = query ? query_on(scene, axis) : key_on(scene, axis);
  } else if (held && ImGui::IsItemActive()) {
    const ImVec2 before{io.MousePos.x - io.MouseDelta.x, io.MousePos.y - io.MouseDelta.y};
    const std::complex<double> from = direction(before), to = direction(io.MousePos);
    // At the centre itself a mouse has no direction.
    if (std::norm(from) > 0 && std::norm(to) > 0) g.turned += std::arg(to * std::conj(from));
    const double position = std::clamp(std::round(g.start + g.turned / theta), 0.0, double(furthest_position));
    move_on_axis(next, g.x != 0, axis, position);
  } else if (held)
    g.kind = Gesture::Kind::none;
  if (ImGui::IsItemActive() || (ImGui::IsItemHovered() && area.contains(c.mouse)))
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
}

namespace {

/// Words beside a hand, on the side where the wedge is not: `away` is 1 where that is counter-clockwise of it.
void name_hand(const Canvas& c, ImVec2 centre, float radius, double angle, double away, ImU32 colour,
               std::string_view words) {
  const float half = text_width(c.fonts.bold, words) / 2, high = c.px(9);
  const double normal = angle + away * std::numbers::pi / 2;
  const float across = c.px(12) + half * static_cast<float>(std::abs(std::cos(normal))) +
                       high * static_cast<float>(std::abs(std::sin(normal)));
  const ImVec2 at = on_circle(on_circle(centre, radius * 0.64f, angle), across, normal);
  const Rect area{{at.x - half, at.y - high}, {at.x + half, at.y + high}};
  const auto inside = [&](float x, float y) { return std::hypot(x - centre.x, y - centre.y) < radius - c.px(4); };
  if (is_free(c, area) && inside(area.least.x, area.least.y) && inside(area.greatest.x, area.least.y) &&
      inside(area.least.x, area.greatest.y) && inside(area.greatest.x, area.greatest.y))
    text(c, area.least, c.fonts.bold, colour, words);
}

/// Which hand is whose, and how far they are apart.
void name_hands(const Canvas& c, ImVec2 centre, float radius, const Dial& dial, const Scene& scene,
                const Derived& derived) {
  const std::int64_t axis = axis_of(derived, static_cast<std::size_t>(scene.pair));
  const double key = static_cast<double>(std::arg(dial.key)), between = angle_between(dial);
  const double away = between < 0 ? -1 : 1;
  name_hand(c, centre, radius, key + between, away, c.theme.query,
            c.words("query, m = {}", grouped(c, query_on(scene, axis))));
  name_hand(c, centre, radius, key, -away, c.theme.key, c.words("key, n = {}", grouped(c, key_on(scene, axis))));
  const std::string_view degrees = c.words("{:.1f}°", std::abs(between) * 180 / std::numbers::pi);
  const float half = text_width(c.fonts.title, degrees) / 2, inner = radius * 0.36f;
  // A narrow wedge has no room between its hands.
  if (2 * half + c.px(16) > 2 * inner * static_cast<float>(std::sin(std::min(std::abs(between), std::numbers::pi) / 2)))
    return;
  const ImVec2 at = on_circle(centre, inner, key + between / 2);
  text(c, {at.x - half, at.y - c.px(11)}, c.fonts.title, c.theme.text, degrees);
}

/// The dial above its numbers, or at the left of them where the panel is wide. Numbers are as large as there is room
/// for, and next to the dial. `alone`: what is drawn has words on it, and a heading instead of a title.
void draw_dial_and_rows(const Canvas& c, Rect area, bool alone, const Scene& scene, const Derived& derived,
                        Scene& next) {
  if (area.width() < c.px(60) || area.height() < c.px(60)) return;
  const auto i = static_cast<std::size_t>(scene.pair);
  const auto rows = rows_of(c, scene, derived);
  const auto count = static_cast<float>(rows.size());
  const float title = alone ? 0 : c.px(28), small_row = c.px(23), large_row = c.px(30), least_radius = c.px(30);
  const bool beside = area.width() > area.height() * 1.15f && area.width() > c.px(420);
  const bool large = beside
                         ? area.height() - title > count * large_row
                         : area.height() - title > area.width() * 0.8f + count * large_row && area.width() > c.px(230);
  const float row = large ? large_row : small_row;
  const float height = area.height() - title;
  const float radius =
      0.94f * (beside ? std::min(height, area.width() - c.px(320)) / 2
                      : std::min(area.width() / 2, std::max(least_radius, (height - count * row - c.px(12)) / 2)));
  const float dial_width = beside ? 2 * radius + c.px(40) : area.width();
  const ImVec2 centre{beside ? area.least.x + radius + c.px(8) : area.centre().x,
                      area.least.y + title + (beside ? height / 2 : radius * 1.06f)};
  if (!alone)
    text(c, {beside ? centre.x : area.centre().x, area.least.y}, c.fonts.bold,
         derived.axes().empty() ? c.theme.text : c.theme.of_axis(derived.axes()[i]),
         shortened(c, c.fonts.bold, c.words("pair {}{}", scene.pair, turned_by(c, scene, derived)), dial_width),
         Align::centre);
  const bool dialled = beside || height > 2 * radius;
  if (dialled) {
    const Dial dial = dial_at(scene, derived, i);
    draw_dial(c, centre, radius, dial);
    if (alone) name_hands(c, centre, radius, dial, scene, derived);
    take_hands(c, "hands", centre, radius, dial, derived.current().spectrum.inv_freq[i], axis_of(derived, i), scene,
               next);
  }

  const float width = std::min(beside ? area.width() - dial_width : area.width(), c.px(large ? 420 : 340));
  const float left = beside ? area.least.x + dial_width : area.centre().x - width / 2;
  float y = beside ? centre.y - count * row / 2 : area.least.y + title + (dialled ? 2.12f * radius + c.px(12) : 0);
  for (const Row& line : rows) {
    if (y + c.px(18) > area.greatest.y) break;
    const Rect place{{left, y}, {left + width, y + row}};
    const char* const id = c.id("pair {}", line.label);
    hit(id, place);
    c.note(id, place, line.help);
    explain(c, line.help);
    labelled(c, place, large ? c.fonts.body : c.fonts.small, alone && !line.said.empty() ? line.said : line.label,
             large ? c.fonts.mono : c.fonts.mono_small, line.value);
    y += row;
  }
}

/// "37 tokens", of the axis that turns the pair where positions have several.
std::string_view distance_words(const Canvas& c, const Scene& scene, const Derived& derived, std::size_t i) {
  const double distance = std::abs(distance_of(scene, derived, i));
  const std::string_view unit =
      derived.axes().empty() ? std::string_view(distance == 1 ? "token" : "tokens") : unit_of(scene, derived, i);
  return c.words("{} {}", grouped(c, distance), unit);
}

/// The picture alone: what it says stands above it.
void draw_alone(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const auto i = static_cast<std::size_t>(scene.pair);
  constexpr double degree = std::numbers::pi / 180;
  const double theta = derived.current().spectrum.inv_freq[i];
  const Rect room = heading(
      c, panel,
      c.words("Pair {}{}: {} apart, its query and key stand {:.1f}° apart", i, turned_by(c, scene, derived),
              distance_words(c, scene, derived, i), std::abs(angle_between(dial_at(scene, derived, i))) / degree),
      theta > 0 ? c.words("one token turns it by {:.3g}°; green ring: angles that training has shown", theta / degree)
                : std::string_view("no token turns it"));
  draw_dial_and_rows(c, room, true, scene, derived, next);
}

} // namespace

void draw_one_pair(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  canvas::panel(c, panel);
  draw_dial_and_rows(c, panel.inset(c.px(18), c.px(14)), false, scene, derived, next);
}

namespace {

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  update_hands(scene, derived, engines, patience);
  pair_view::update(scene, derived);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  // As a part of another picture it is the dial with its numbers, whatever a lecture has asked of it.
  if (!c.title.empty()) return draw_one_pair(c, panel, scene, derived, next);
  (pair_view::is_asked(scene) ? pair_view::draw : draw_alone)(c, panel, scene, derived, next);
}

} // namespace

const Picture pair_picture{
    .name = "pair",
    .title = "Pair",
    .line = "one pair, query and key, with its numbers",
    .group = Group::rotations,
    .tab = "one pair",
    .update = update,
    .draw = draw,
    .options = pair_view::options,
};

} // namespace ropescope::pictures
