#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"

namespace ropescope {

/// What of a picture can be grabbed, by the names that lectures use; empty where the picture has nothing.
std::vector<std::string> handles_of(std::string_view picture);

/// The control of a handle as pictures note it, by a property's key ("m"), in the order of trying.
std::vector<std::string_view> control_keys_of(std::string_view handle);

/// Where a handle of a picture is, by the controls that its pictures noted in this frame: the knob of its slider, else
/// its own place. Nothing where the picture has it nowhere.
std::optional<canvas::Rect> control_of(std::string_view picture, std::string_view handle,
                                       const std::vector<canvas::Control>&);

} // namespace ropescope
