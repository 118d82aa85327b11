#include "app/canvas/widgets.h"
#include "app/scene/actions.h"
#include "app/shell/panel.h"

// The rail that stands in the panel's place where the window is narrow.

namespace ropescope::shell {

RailAnswer control_rail(const Canvas& c, Rect area, bool open, const Scene& scene, Scene& next) {
  c.paint.ground(area, c.theme.panel);
  c.paint.line({area.greatest.x, area.least.y}, area.greatest, c.theme.grid, 1);
  RailAnswer answer;
  const float side = c.px(32), left = area.centre().x - side / 2;
  Rect place{{left, area.least.y + c.px(8)}, {left + side, area.least.y + c.px(8) + side}};
  const auto square = [&](const char* id, bool lit, const char* help) {
    const bool pressed = press(c, id, place, help);
    if (lit || ImGui::IsItemHovered()) c.paint.box(place, lit ? c.theme.accent : c.theme.raised, c.px(5));
    return pressed;
  };
  answer.panel = square("panel", open, "The controls: model, positions, extension.");
  for (const float y : {-6.0f, 0.0f, 6.0f})
    c.paint.box({{place.least.x + c.px(8), place.centre().y + c.px(y - 1)},
                 {place.greatest.x - c.px(8), place.centre().y + c.px(y + 1)}},
                open ? c.theme.on_accent : c.theme.text);
  place.least.y += side + c.px(8), place.greatest.y += side + c.px(8);
  if (place.greatest.y + c.px(8) > area.greatest.y) return answer;
  const bool playing = scene.play != Play::off;
  if (square(open ? "play of the rail" : "play", playing, "Play and pause: m and n move by themselves."))
    action("play").apply(next);
  const ImVec2 at = place.centre();
  const ImU32 ink = playing ? c.theme.on_accent : c.theme.text;
  if (playing)
    for (const float x : {-5.0f, 2.0f})
      c.paint.box({{at.x + c.px(x), at.y - c.px(7)}, {at.x + c.px(x + 3), at.y + c.px(7)}}, ink);
  else
    c.paint.triangle({at.x - c.px(5), at.y - c.px(7)}, {at.x - c.px(5), at.y + c.px(7)}, {at.x + c.px(8), at.y}, ink);
  return answer;
}

} // namespace ropescope::shell
