#include "app/pictures/helix_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/handles.h"

namespace ropescope::pictures::helix {

namespace {

// How far the ropes reach from their middle as seen from home, in units: to the left, to the right, and what is added
// above and below the outermost rope's own middle. The nearer end is seen larger by `nearer`.
constexpr float to_left = 9.4f, to_right = 12.0f, above = 1.75f, below = 2.1f, nearer = 1.2f;

/// A single rope that is joined has the height of all: so much thicker, or its twist is a ripple.
constexpr float wider = 2.5f;

/// What is grabbed, as Gesture::part: ids of their own.
enum class Grabbed : std::uint8_t { none, query, key, both, ground };

ImGuiID id_of(Grabbed what) {
  constexpr const char* names[] = {"helix none", "helix m", "helix n", "helix both", "helix ground"};
  return ImGui::GetID(names[static_cast<std::size_t>(what)]);
}

Grabbed grabbed(const Gesture& g) {
  for (const Grabbed what : {Grabbed::query, Grabbed::key, Grabbed::both, Grabbed::ground})
    if (g.kind == Gesture::Kind::grip && g.part == id_of(what)) return what;
  return Grabbed::none;
}

/// The pairs whose ropes are seen: those that were chosen, within the pairs there are, else the usual ones.
std::pmr::vector<std::int64_t> shown_pairs(const Canvas& c, const Scene& scene, std::int64_t pairs, int ropes) {
  auto shown = c.list_of<std::int64_t>(7);
  const Value chosen = scene.options[chosen_pairs];
  const auto* list = std::get_if<std::vector<double>>(&chosen);
  for (const double pair : list ? std::span<const double>(*list) : std::span<const double>())
    if (pair < static_cast<double>(pairs) && shown.size() < 7) shown.push_back(std::llround(pair));
  if (shown.empty())
    for (const std::int64_t pair : usual_ropes(pairs, ropes).all()) shown.push_back(pair);
  return shown;
}

/// Both positions are seen where they fit; the stretch moves by quarters of itself, so that it stands still while a
/// hand moves a position within it. Where they do not fit, the later one is seen.
TokenWindow window_of(const Canvas& c, const Scene& scene) {
  const double tokens = shown_tokens(scene), last = static_cast<double>(std::max(scene.m, scene.n));
  const Grabbed held = grabbed(c.gesture);
  if (held != Grabbed::none && held != Grabbed::ground) return {c.gesture.turned, tokens};
  const double quarter = tokens / 4;
  return {last <= tokens ? 0 : std::ceil((last - tokens) / quarter) * quarter, tokens};
}

std::pmr::vector<Rope> ropes_of(const Canvas& c, const Scene& scene, const Derived& derived, int count) {
  const Helix& numbers = *derived.numbers<Helix>();
  const auto pairs = shown_pairs(c, scene, derived.current().spectrum.pairs(), count);
  const bool joined = scene.options.flag(rungs);
  auto ropes = c.list_of<Rope>(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const auto i = static_cast<std::size_t>(pairs[k]);
    const double apart = numbers.query_start[i] - numbers.key_start[i];
    const auto of = [&](double length) {
      return rope_radius * (joined && pairs.size() == 1 ? wider : 1) * static_cast<float>(length);
    };
    // Joined, the key's strand is where a key as far on as n is from m points.
    const double step = strand_angle(derived.current().turns[i], static_cast<double>(std::abs(scene.n - scene.m))),
                 on = scene.n < scene.m ? -step : step;
    const double key_start =
        joined ? (derived.head().ones ? numbers.query_start[i] : numbers.key_start[i]) + on : numbers.key_start[i];
    ropes.push_back({pairs[k], rope_apart * (static_cast<float>(pairs.size() - 1) / 2 - static_cast<float>(k)),
                     derived.current().turns[i], numbers.query_start[i], key_start, of(numbers.query_length[i]),
                     of(numbers.key_length[i]),
                     !joined && std::abs(std::remainder(apart, 2 * std::numbers::pi)) < 1e-9 &&
                         std::abs(numbers.query_length[i] - numbers.key_length[i]) < 1e-9,
                     lit_pair(c) == pairs[k], joined});
  }
  return ropes;
}

} // namespace

double shown_tokens(const Scene& scene) { return scene.options.number(length); }

View view_of(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived) {
  const bool small = panel.width() < c.px(1000) ||
                     panel.height()<c.px(560), large = panel.width()> c.px(2600) && panel.height() > c.px(1500);
  auto ropes = ropes_of(c, scene, derived, small ? 3 : large ? 7 : 5);
  const float outermost = rope_apart * static_cast<float>(ropes.size() - 1) / 2;
  const bool joined = scene.options.flag(rungs);
  const float labels = c.px(130), title = c.px(c.step < 0 ? 34 : panel.height() > c.px(360) ? 70 : 44);
  const float high = panel.height() - title - c.px(panel.height() > c.px(360) ? 56 : 30);
  // Joined strands have no planes above and below them.
  const float thick = rope_radius * (ropes.size() == 1 ? wider : 1);
  const float over = joined ? thick + 0.2f : above, under = joined ? thick + 1.0f : below;
  // Joined strands are seen from their end too, where the nearest turn is larger still.
  const float near = joined ? 1.45f : nearer, units_high = near * (2 * outermost + over + under);
  const float dials = panel.width() > c.px(620) ? c.px(joined ? 260 : small ? 190 : 270) : 0;
  const float room = panel.width() - labels - dials - c.px(24);
  // Ropes that are seen from their end need less room across, and come nearer as far as there is height for it.
  const double across =
      std::cos(scene.options.number(yaw) * std::numbers::pi / 180) / std::cos(home_yaw * std::numbers::pi / 180);
  const float needed = (to_left + to_right) * static_cast<float>(std::clamp(across, 0.25, 1.0));
  const float unit = std::max(2.0f, std::min(room / needed, high / units_high));
  const float spare = std::max(0.0f, room - unit * needed);
  const ImVec2 centre{
      panel.least.x + labels + c.px(20) + spare * 0.35f + unit * to_left * needed / (to_left + to_right),
      panel.least.y + title + unit * near * (outermost + over) + std::max(0.0f, high - unit * units_high) * 0.5f};
  const HelixCamera home(home_yaw, home_pitch, unit, centre);
  const float spacing =
      home.pixel({rope_length / 2, -rope_apart / 2, 0}).y - home.pixel({rope_length / 2, rope_apart / 2, 0}).y;
  const float radius = dials == 0 ? 0
                       : joined   ? std::min({high * 0.42f, c.px(96), dials * 0.38f})
                                  : std::min({spacing * 0.375f, c.px(large ? 110 : 60), dials * 0.3f});
  const float x = panel.greatest.x - std::max(radius + c.px(34), std::min(dials * 0.42f, c.px(120)));
  return {.panel = panel,
          .area = {{panel.least.x + c.px(8), panel.least.y + title},
                   {panel.greatest.x - c.px(8), panel.greatest.y - c.px(4)}},
          .camera = {scene.options.number(yaw), scene.options.number(pitch), unit, centre},
          .home = home,
          .window = window_of(c, scene),
          .ropes = std::move(ropes),
          .labels_width = labels,
          .dials_x = x,
          .dial_radius = radius,
          .arrows_from = centre.x + unit * to_right * needed / (to_left + to_right) + c.px(20),
          .ground = is_null(scene.options[own_title]) ? c.theme.panel : c.theme.ground,
          .sentence = !small,
          .rungs = joined};
}

Rect label_area(const Canvas& c, const View& v, const Rope& rope) {
  // Beside the end where the rope begins, as seen from home: labels do not follow a camera that turns.
  const ImVec2 begin = v.home.pixel({-rope_length / 2, rope.y, 0}),
               next = v.home.pixel({-rope_length / 2, rope.y - rope_apart, 0});
  const float high = std::min(c.px(60), next.y - begin.y);
  // A thick rope begins where its label would stand: that is above it.
  if (const float top = v.area.least.y + c.px(c.step < 0 ? -20 : 6); v.rungs && v.ropes.size() == 1)
    return {{v.panel.least.x + c.px(22), top}, {v.panel.least.x + v.labels_width, top + c.px(60)}};
  return {{v.panel.least.x + c.px(22), begin.y - high / 2}, {v.panel.least.x + v.labels_width, begin.y + high / 2}};
}

ImVec2 dial_centre(const View& v, const Rope& rope) {
  return {v.dials_x, v.home.pixel({rope_length / 2, rope.y, 0}).y};
}

namespace {

/// How far a pixel is from the plane at a position.
float from_plane(const View& v, double position, ImVec2 mouse) {
  const auto corners = plane_corners(v.camera, v.window, v.ropes, position);
  ImVec2 least = corners[0], greatest = corners[0];
  for (const ImVec2 corner : corners) {
    least = {std::min(least.x, corner.x), std::min(least.y, corner.y)};
    greatest = {std::max(greatest.x, corner.x), std::max(greatest.y, corner.y)};
  }
  return std::max({0.0f, least.x - mouse.x, mouse.x - greatest.x, least.y - mouse.y, mouse.y - greatest.y});
}

float middle_x(const View& v, double position) { return v.camera.pixel({v.window.x(position), 0, 0}).x; }

/// The rope under the mouse.
const Rope* rope_at(const View& v, ImVec2 mouse) {
  const auto x = v.camera.along(mouse.x);
  if (!x || std::abs(*x) > rope_length / 2) return nullptr;
  for (const Rope& rope : v.ropes) {
    const auto seen = v.camera.see({*x, rope.y, 0});
    if (std::abs(seen.at.y - mouse.y) < rope_radius * v.camera.unit() * seen.scale * 1.1f) return &rope;
  }
  return nullptr;
}

/// What a hand takes at a place: the nearer plane, both between them or with Shift, else the ground.
Grabbed grabbed_at(const Canvas& c, const View& v, const Scene& scene, ImVec2 mouse) {
  const auto m = static_cast<double>(scene.m), n = static_cast<double>(scene.n);
  const bool sees_m = v.window.holds(m) && !c.bare, sees_n = v.window.holds(n) && !c.bare;
  if (!v.camera.along(mouse.x)) return Grabbed::ground;
  if (v.rungs) return sees_m && from_plane(v, m, mouse) < c.px(10) ? Grabbed::both : Grabbed::ground;
  if (ImGui::GetIO().KeyShift && sees_m && sees_n) return Grabbed::both;
  const float reach = c.px(6), to_m = from_plane(v, m, mouse), to_n = from_plane(v, n, mouse);
  const bool on_m = sees_m && to_m < reach, on_n = sees_n && to_n < reach;
  if (on_m && on_n)
    return std::abs(mouse.x - middle_x(v, m)) <= std::abs(mouse.x - middle_x(v, n)) ? Grabbed::query : Grabbed::key;
  if (on_m) return Grabbed::query;
  if (on_n) return Grabbed::key;
  const float a = middle_x(v, m), b = middle_x(v, n);
  const bool between = (mouse.x - a) * (mouse.x - b) < 0 && from_plane(v, m, {a, mouse.y}) <= reach;
  return sees_m && sees_n && between ? Grabbed::both : Grabbed::ground;
}

std::int64_t within(const View& v, double position) {
  const double last = std::min(v.window.end(), static_cast<double>(furthest_position));
  return std::llround(std::clamp(position, v.window.start, last));
}

/// What is held moves by as much as the mouse has moved.
void drag(const Canvas& c, const View& v, const Scene& scene, Grabbed what, Scene& next) {
  const Gesture& g = c.gesture;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  if (what == Grabbed::ground) {
    // 0.3° a pixel: the whole half turn is about as wide as a picture of 600 pixels.
    const double degrees = 0.3 / static_cast<double>(c.scale);
    next.options.set(yaw, std::clamp(g.start + degrees * static_cast<double>(mouse.x - g.from.x), -90.0, 90.0));
    next.options.set(pitch, std::clamp(g.turned + degrees * static_cast<double>(mouse.y - g.from.y), -25.0, 25.0));
    return;
  }
  const auto from = v.camera.along(g.from.x), to = v.camera.along(mouse.x);
  if (!from || !to) return;
  const double tokens = v.window.position(*to) - v.window.position(*from);
  if (what == Grabbed::query) next.m = within(v, g.start + tokens);
  if (what == Grabbed::key) next.n = within(v, g.start + tokens);
  if (what != Grabbed::both) return;
  // Both keep their distance: they stop where the first of them reaches an end of what is seen.
  const std::int64_t distance = scene.m - scene.n;
  const double apart = static_cast<double>(distance);
  const double least = v.window.start + std::max(0.0, -apart), last = v.window.end() - std::max(0.0, apart);
  next.n = std::llround(std::clamp(g.start + tokens, least, std::max(least, last)));
  next.m = next.n + distance;
}

void note_places(const Canvas& c, const View& v, const Scene& scene) {
  const auto plane = [&](const char* key, double position, std::string_view help) {
    if (!v.window.holds(position) || c.bare) return;
    const auto corners = plane_corners(v.camera, v.window, v.ropes, position);
    const ImVec2 middle = v.camera.pixel({v.window.x(position), 0, 0});
    const float half = c.px(6), top = std::max(corners[0].y, corners[1].y), foot = std::min(corners[2].y, corners[3].y);
    c.note(key, {{middle.x - half, top}, {middle.x + half, std::max(top + 1, foot)}}, help);
  };
  const auto m = static_cast<double>(scene.m), n = static_cast<double>(scene.n);
  plane("helix m", m, v.rungs ? "Drag the rung: query and key slide along." : "Drag the query's plane: m moves.");
  if (!v.rungs) plane("helix n", n, "Drag the key's plane: n moves.");
  const float a = middle_x(v, m), b = middle_x(v, n), y = v.camera.pixel({0, 0, 0}).y;
  if (v.window.holds(m) && v.window.holds(n) && !c.bare && !v.rungs)
    c.note("helix both", {{std::min(a, b), y - c.px(20)}, {std::max(a, b), y + c.px(20)}},
           "Drag between the planes, or anywhere with Shift: both slide along, and no wedge changes.");
  const float left = v.area.least.x + v.labels_width + c.px(4);
  c.note("helix ground", {{left, v.area.least.y}, {left + c.px(40), v.area.least.y + c.px(20)}},
         "Drag the ground to walk round the ropes; a double click goes home.");
  note_as(c, "helix camera", "helix ground");
}

/// A label is dragged up and down to another pair.
void take_labels(const Canvas& c, const View& v, Scene& next) {
  Gesture& g = c.gesture;
  const ImGuiIO& io = ImGui::GetIO();
  for (std::size_t k = 0; k < v.ropes.size(); ++k) {
    const Rope& rope = v.ropes[k];
    const char* name = c.id("helix rope {}", k);
    const Rect area = label_area(c, v, rope);
    const ImGuiID id = ImGui::GetID(name);
    const bool was_held = g.kind == Gesture::Kind::grip && g.part == id;
    const bool clicked = hit(name, area);
    constexpr std::string_view help = "Drag a label up or down: another pair's rope. A click selects the pair.";
    c.note(name, area, help);
    explain(c, help);
    if (ImGui::IsItemHovered() && area.contains(c.mouse)) {
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
      light_pair(c, rope.pair);
    }
    if (ImGui::IsItemActivated()) {
      g = {};
      g.kind = Gesture::Kind::grip;
      g.part = id;
      g.from = io.MousePos;
      g.start = static_cast<double>(rope.pair);
    } else if (was_held && ImGui::IsItemActive() && io.MouseDelta.y != 0) {
      const double pair = g.start + std::round(static_cast<double>((io.MousePos.y - g.from.y) / c.px(6)));
      std::vector<double> pairs;
      for (const Rope& other : v.ropes) pairs.push_back(static_cast<double>(other.pair));
      pairs[k] = std::clamp(pair, 0.0, chosen_pairs.greatest);
      if (pairs[k] != static_cast<double>(rope.pair)) next.options.set(chosen_pairs, pairs);
    } else if (was_held && !ImGui::IsItemActive())
      g.kind = Gesture::Kind::none;
    if (clicked && std::abs(io.MousePos.y - g.from.y) < c.px(4)) next.pair = rope.pair;
  }
}

} // namespace

void take_hands(const Canvas& c, const View& v, const Scene& scene, Scene& next) {
  take_labels(c, v, next);
  Gesture& g = c.gesture;
  const ImGuiIO& io = ImGui::GetIO();
  note_places(c, v, scene);
  hit("helix scene", v.area);
  const bool hovered = ImGui::IsItemHovered() && v.area.contains(c.mouse);
  const Grabbed held = grabbed(g);
  if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    for (const Property* row : {&yaw, &pitch, &length}) reset(next, *row);
    g = {};
  } else if (ImGui::IsItemActivated()) {
    const Grabbed what = grabbed_at(c, v, scene, io.MousePos);
    g = {};
    g.kind = Gesture::Kind::grip;
    g.part = id_of(what);
    g.from = io.MousePos;
    g.start = what == Grabbed::ground  ? scene.options.number(yaw)
              : what == Grabbed::query ? static_cast<double>(scene.m)
                                       : static_cast<double>(scene.n);
    g.turned = what == Grabbed::ground ? scene.options.number(pitch) : v.window.start;
  } else if (held != Grabbed::none && ImGui::IsItemActive()) {
    if (io.MouseDelta.x != 0 || io.MouseDelta.y != 0) drag(c, v, scene, held, next);
  } else if (held != Grabbed::none) {
    // A press that did not move was a click: on a rope it selects its pair.
    const Rope* rope = rope_at(v, io.MousePos);
    const bool still = std::hypot(io.MousePos.x - g.from.x, io.MousePos.y - g.from.y) < c.px(4);
    if (still && rope && ImGui::IsMouseReleased(ImGuiMouseButton_Left)) next.pair = rope->pair;
    g.kind = Gesture::Kind::none;
  }
  if (!hovered) return;
  if (const Rope* rope = rope_at(v, c.mouse)) light_pair(c, rope->pair);
  const Grabbed under = grabbed_at(c, v, scene, c.mouse);
  ImGui::SetMouseCursor(under == Grabbed::ground ? ImGuiMouseCursor_ResizeAll : ImGuiMouseCursor_ResizeEW);
  if (io.MouseWheel != 0) {
    const double tokens = shown_tokens(scene) * std::pow(1.2, -static_cast<double>(io.MouseWheel));
    next.options.set(length, std::clamp(std::round(tokens), length.least, length.greatest));
  }
}

} // namespace ropescope::pictures::helix
