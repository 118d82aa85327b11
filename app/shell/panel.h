#pragma once
#include <optional>
#include <string>

#include "app/canvas/widgets.h"
#include "app/scene/derived.h"
#include "app/scene/scene.h"

namespace ropescope::shell {

using namespace canvas;

/// The left panel: every control of the scene. Edits go into `next`; `derived` is of the frame before and serves
/// for read-outs.
struct PanelAnswer {
  bool open = false;               ///< a file is to be opened
  std::optional<Rect> models;      ///< the list of models is to be opened below this
  std::optional<std::string> part; ///< of the model's file another part is to be read
  std::string refusal;             ///< why a typed value was not taken, a sentence; empty where none was
};
/// `above`: it lies over the pictures, with a ground of its own.
PanelAnswer control_panel(const Canvas&, Rect, bool above, const Scene&, const Derived*, Scene& next);

/// What the panel is folded to in a narrow window.
struct RailAnswer {
  bool panel = false; ///< the panel is to come over the stage, or to go
};
RailAnswer control_rail(const Canvas&, Rect, bool open, const Scene&, Scene& next);

/// The slider of a property that is a number, wherever it stands. Requires that the scene has a number there. What it
/// refuses becomes `refusal`. Returns where its knob is.
ImVec2 property_slider(const Canvas&, ImVec2 at, float width, const Property&, const Scene&, Scene& next,
                       std::string& refusal);

} // namespace ropescope::shell
