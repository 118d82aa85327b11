#pragma once
#include <optional>

#include "app/scene/derived.h"
#include "app/scene/scene.h"
#include "app/ui/widgets.h"

namespace ropescope::ui {

/// The left panel: every control of the scene. Edits go into `next`; `derived` is of the frame before and serves
/// for read-outs. Returns true where a file is to be opened.
bool control_panel(const Canvas&, Rect, const Scene&, const Derived*, Scene& next);

} // namespace ropescope::ui
