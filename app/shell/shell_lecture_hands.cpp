#include <algorithm>

#include <fmt/format.h>

#include "app/lecture/handles.h"
#include "app/scene/property.h"
#include "app/shell/panel.h"
#include "app/shell/shell.h"
#include "core/rope/scheme.h"

// Where a hand takes hold of a lecture's step: rings in its pictures, sliders in its foot.

namespace ropescope::shell {

namespace {

constexpr std::size_t most_handles = 2; // sliders side by side

/// A sequence length that nobody chose is the one that pictures reach to: a hand can take it from there.
bool is_number_here(const Scene& scene, const Property& row) {
  return row.key == "seq_len" || std::holds_alternative<double>(get(scene, row));
}

/// Whether it moves anything: a parameter of a scheme does so while that scheme is in force.
bool counts_here(const Scene& scene, const Property& row) {
  return !row.parameter || scheme_of(scene.rope).has(*row.parameter);
}

/// The handles of a step that are numbers of the scene and have no control in its pictures, in the order of the file:
/// each has a slider in the foot. `controls`: what the pictures have in this frame.
std::vector<const Property*> handle_rows(const lecture::Step& step, const Scene& scene,
                                         const std::vector<Control>& controls) {
  std::vector<const Property*> rows;
  const auto has_control = [&](std::string_view handle, std::string_view key) {
    // A picture's own slider is called by the picture and the key, "share needle" of "share.needle", or by the picture
    // and the handle, "score rotary" of "rotary_dim".
    const std::string own = fmt::format(" {}", key.substr(key.rfind('.') + 1)), named = fmt::format(" {}", handle);
    return std::any_of(controls.begin(), controls.end(), [&](const Control& control) {
      return control.key == key || control.key.ends_with(own) || control.key.ends_with(named);
    });
  };
  for (const lecture::Grab& grab : step.grabs)
    for (const std::string_view key : control_keys_of(grab.handle)) {
      const Property* row = find_property(key);
      const bool wanted =
          row && is_number_here(scene, *row) && counts_here(scene, *row) && !has_control(grab.handle, key);
      if (wanted && std::find(rows.begin(), rows.end(), row) == rows.end() && rows.size() < most_handles)
        rows.push_back(row);
    }
  return rows;
}

} // namespace

void Shell::lecture_handles(const Canvas& c, const StagePlan& plan, Scene& next) {
  const float gap = 60 * plan.unit, width = (plan.handles.width() - gap) / most_handles;
  float x = plan.handles.least.x;
  std::string refusal;
  for (const Property* row : handle_rows(lectern_->player.step(), scene_, controls_)) {
    const ImVec2 at{x, plan.handles.least.y};
    const bool chosen = std::holds_alternative<double>(get(scene_, *row));
    Scene shown = chosen ? Scene() : scene_;
    if (!chosen) set(shown, *row, static_cast<double>(pictured_length(scene_)));
    const ImVec2 knob = property_slider(c, at, width, *row, chosen ? scene_ : shown, next, refusal);
    if (live_) draw_grab_ring(c, knob, c.px(10.5f), ImGui::IsItemHovered());
    x += width + gap;
  }
}

/// Where a hand can take hold of a picture: the handles that the step names have rings. In a file nothing can be taken.
void Shell::lecture_rings(const Canvas& c, const std::vector<PlacedPicture>& placed) {
  if (c.bare || !live_) return;
  for (const PlacedPicture& picture : placed)
    for (const lecture::Grab& grab : lectern_->player.step().grabs) {
      if (grab.handle == "camera") continue; // turned by the whole picture
      if (const auto control = control_of(picture.name, grab.handle, controls_))
        draw_grab_mark(c, *control, control->contains(c.mouse));
    }
}

} // namespace ropescope::shell
