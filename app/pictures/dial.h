#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>

#include <glm/glm.hpp>

#include "app/ui/imgui_compat.h"
#include "app/ui/widgets.h"

namespace ropescope::pictures {

/// One pair on a circle. Angle 0 points right, positive angles turn counter-clockwise, as in mathematics.
struct Dial {
  glm::vec2 query, key; ///< components; only their direction is drawn
  double seen;          ///< rad, greatest angle that a distance within the trained context makes
  bool selected = false;
};

/// The point (pixels) on a circle at an angle (rad). The window counts y downwards, hence the minus.
inline ImVec2 on_circle(ImVec2 centre, float radius, double angle) {
  return {centre.x + radius * static_cast<float>(std::cos(angle)),
          centre.y - radius * static_cast<float>(std::sin(angle))};
}

/// The angle from key to query, 0 … 2π.
inline double angle_between(const Dial& d) {
  constexpr double turn = 2 * std::numbers::pi;
  const double angle = std::atan2(static_cast<double>(d.query.y), static_cast<double>(d.query.x)) -
                       std::atan2(static_cast<double>(d.key.y), static_cast<double>(d.key.x));
  return angle < 0 ? angle + turn : angle;
}

/// Straight pieces that make an arc of this radius and angle look round: within a quarter of a pixel.
inline int pieces(float radius, double angle) {
  // A chord over the angle α lies r·(1 − cos(α/2)) inside its arc; that is 0.25 pixels for this α.
  const double of_one = 2 * std::acos(1 - 0.25 / std::max(1.0, static_cast<double>(radius)));
  return std::max(2, static_cast<int>(std::ceil(angle / of_one)));
}

/// A disc whose edge another stroke covers: it needs no smoothing.
inline void draw_plain_disc(ImDrawList* list, ImVec2 centre, float radius, ImU32 colour, int corners) {
  const ImDrawListFlags flags = list->Flags;
  // A smooth edge costs Dear ImGui twice the vertices of the disc.
  list->Flags &= ~ImDrawListFlags_AntiAliasedFill;
  list->AddCircleFilled(centre, radius, colour, corners);
  list->Flags = flags;
}

/// One fan without inner edges: triangles blended one by one would show their seams.
inline void draw_wedge(const ui::Canvas& c, ImVec2 centre, float reach, double from, double angle) {
  const int parts = pieces(reach, angle);
  // Mixed with the dial's colour and opaque, which looks like a translucent wedge and needs no blending.
  const ImU32 colour = ui::mix(c.theme.dial, ui::phase_colour(angle, 1), c.theme.dark ? 0.62f : 0.55f);
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  c.list->PrimReserve(3 * parts, parts + 2);
  const auto first = static_cast<unsigned>(c.list->_VtxCurrentIdx);
  c.list->PrimWriteVtx(centre, white, colour);
  for (int i = 0; i <= parts; ++i)
    c.list->PrimWriteVtx(on_circle(centre, reach, from + angle * i / parts), white, colour);
  for (unsigned i = 0; i < static_cast<unsigned>(parts); ++i)
    for (const unsigned corner : {0u, i + 1, i + 2}) c.list->PrimWriteIdx(static_cast<ImDrawIdx>(first + corner));
  for (int i = 0; i <= parts; ++i) c.list->PathLineTo(on_circle(centre, reach, from + angle * i / parts));
  compat::path_stroke(c.list, colour, false, 1); // the edge, smoothed
}

/// One dial: the wedge between the hands, the ring of angles seen in training, the two hands, and a ring where it is
/// selected.
inline void draw_dial(const ui::Canvas& c, ImVec2 centre, float radius, const Dial& d) {
  constexpr double turn = 2 * std::numbers::pi;
  ImDrawList* list = c.list;
  const float stroke = ui::whole_stroke(std::min(radius / 14, c.px(4)));
  const int corners = pieces(radius, turn);
  draw_plain_disc(list, centre, radius, c.theme.dial, corners);

  const double key = std::atan2(static_cast<double>(d.key.y), static_cast<double>(d.key.x)), between = angle_between(d);
  draw_wedge(c, centre, radius * 0.58f, key, between);

  // A pair that turns once or more within the trained context has shown every angle: its ring is whole. A slower pair
  // has an arc from angle 0 on.
  if (d.seen >= turn) {
    list->AddCircle(centre, radius, ui::mix(c.theme.dial, c.theme.seen, 0.72f), corners, stroke);
  } else {
    list->AddCircle(centre, radius, c.theme.outline, corners, ui::whole_stroke(stroke * 0.6f));
    const int segments = pieces(radius, d.seen);
    for (int i = 0; i <= segments; ++i) list->PathLineTo(on_circle(centre, radius, d.seen * i / segments));
    compat::path_stroke(list, c.theme.seen, false, ui::whole_stroke(stroke * 1.6f));
  }
  const auto hand = [&](glm::vec2 towards, float length, ImU32 colour) {
    const double angle = std::atan2(static_cast<double>(towards.y), static_cast<double>(towards.x));
    list->AddLine(centre, on_circle(centre, length * radius, angle), colour,
                  std::max(2.0f, ui::whole_stroke(std::min(radius / 11, c.px(7)))));
  };
  // The query's hand is longer and on top, so that both are seen where they lie on each other.
  hand(d.key, 0.80f, c.theme.key);
  hand(d.query, 0.88f, c.theme.query);
  if (d.selected) list->AddCircle(centre, radius + stroke * 2.2f, c.theme.accent, 0, std::max(2.0f, stroke));
}

} // namespace ropescope::pictures
