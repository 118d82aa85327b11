#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/axis.h"
#include "app/canvas/gesture.h"
#include "app/pictures/dial.h"
#include "app/pictures/parts.h"
#include "core/analysis/hands.h"

namespace ropescope::pictures {

namespace {

/// " · by w": which of several positions turns the pair.
std::string_view turned_by(const Canvas& c, const Scene& scene, const Derived& derived) {
  if (derived.axes().empty()) return "";
  return c.words(" · by {}", axis_name(scene.rope, derived.axes()[static_cast<std::size_t>(scene.pair)]));
}

/// Whether the picture reaches beyond what training has seen, or pairs turn otherwise than they did.
bool is_extended(const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(scene.pair);
  return static_cast<double>(derived.length()) != derived.trained_length() ||
         derived.current().spectrum.inv_freq[i] != derived.trained().inv_freq[i];
}

/// "20 and 84": which components of a head form the pair. This is all that the pairing changes.
std::string_view components_of(const Canvas& c, const Scene& scene) {
  const PairIndex index = pair_index(scene.rope.layout.pairs, scene.rope.layout.head_dim, pair_count(scene.rope));
  return c.words("{} and {}", index.in_first(scene.pair), index.in_second(scene.pair));
}

/// The hands can be turned: that of the query moves m, that of the key n, by as many tokens as turn the pair so far.
/// `theta`: rad per token.
void take_hands(const Canvas& c, ImVec2 centre, float radius, const Dial& dial, double theta, const Scene& scene,
                Scene& next) {
  if (!(theta > 0)) return;
  const Rect area{{centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius}};
  hit("hands", area);
  constexpr std::string_view help = "Turn a hand by dragging it: the query's moves m, the key's n.";
  c.note("hands", area, help);
  explain(c, help);
  const ImGuiIO& io = ImGui::GetIO();
  const ImGuiID id = ImGui::GetID("hands");
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
    g.start = static_cast<double>(query ? scene.m : scene.n);
  } else if (held && ImGui::IsItemActive()) {
    const ImVec2 before{io.MousePos.x - io.MouseDelta.x, io.MousePos.y - io.MouseDelta.y};
    const std::complex<double> from = direction(before), to = direction(io.MousePos);
    // At the centre itself a mouse has no direction.
    if (std::norm(from) > 0 && std::norm(to) > 0) g.turned += std::arg(to * std::conj(from));
    const double position = std::clamp(std::round(g.start + g.turned / theta), 0.0, double(furthest_position));
    (g.x ? next.m : next.n) = static_cast<std::int64_t>(position);
  } else if (held)
    g.kind = Gesture::Kind::none;
  if (ImGui::IsItemActive() || (ImGui::IsItemHovered() && area.contains(c.mouse)))
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Spectrum& spectrum = derived.current().spectrum;
  const bool extended = is_extended(scene, derived);
  const float row_height = 23, rows_height = static_cast<float>(extended ? 6 : 5) * row_height, title_height = 30;
  canvas::panel(c, panel);
  const Rect area = panel.inset(c.px(18), c.px(14));
  const auto i = static_cast<std::size_t>(scene.pair);
  const Hands& hands = *derived.numbers<Hands>();
  // `seen` is the greatest angle (rad) that training has shown: the pair's frequency before any extension, times the
  // trained context.
  const double theta = spectrum.inv_freq[i], seen = derived.trained().inv_freq[i] * derived.trained_length();
  const float middle = (area.least.x + area.greatest.x) / 2;
  text(c, {middle, area.least.y}, c.fonts.bold, c.theme.text,
       c.words("pair {}{}", scene.pair, turned_by(c, scene, derived)), Align::centre);

  const float room = area.height() - c.px(title_height + rows_height + 18);
  // 0.94 leaves room for the strokes, which are drawn half outside the circle.
  const float radius = std::max(c.px(20), std::min(room, area.width()) / 2 * 0.94f);
  const ImVec2 centre{middle, area.least.y + c.px(title_height) + radius * 1.03f};
  const Dial dial{hands.query[i], hands.key[i], seen, false, scene.m < scene.n};
  draw_dial(c, centre, radius, dial);
  take_hands(c, centre, radius, dial, theta, scene, next);

  const float width = std::min(area.width(), c.px(280)), left = middle - width / 2;
  float y = area.greatest.y - c.px(rows_height);
  const auto row = [&](std::string_view label, std::string_view value) {
    text(c, {left, y}, c.fonts.small, c.theme.dim, label);
    text(c, {left + width, y}, c.fonts.mono_small, c.theme.text, value, Align::right);
    y += c.px(row_height);
  };
  const std::string index = subscript(scene.pair);
  row(c.words("θ{}", index), theta >= 1e-4 || theta == 0 ? c.words("{:.6f}", theta) : c.words("{:.4e}", theta));
  const double lambda = wavelength(theta);
  row("wavelength", theta == 0 ? "never turns" : c.words("{} tok", grouped(c, lambda, lambda < 1000 ? 1 : 0)));
  // Two numbers, as an extension makes them differ: what the ring shows, and how far the slowed hand comes.
  const auto turns = [&](double angle) {
    const double count = angle / (2 * std::numbers::pi);
    return grouped(c, count, count < 10 ? 3 : 1);
  };
  row("turns seen in training", turns(seen));
  if (extended)
    row(c.words("turns at {} tokens", grouped(c, static_cast<double>(derived.length()))),
        turns(theta * static_cast<double>(derived.length())));
  row(c.words("Δ·θ{}", index), angle_words(c, static_cast<double>(scene.m - scene.n) * theta));
  row("components", components_of(c, scene));
}

} // namespace

const Picture pair_picture{
    .name = "pair",
    .title = "Pair",
    .line = "one pair, query and key, with its numbers",
    .window = "rotations",
    .update = update_hands,
    .draw = draw,
};

} // namespace ropescope::pictures
