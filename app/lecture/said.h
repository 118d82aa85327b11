#pragma once
#include <string_view>

#include "app/canvas/canvas.h"

// Words that are said: notes, questions and answers, with indices and powers (lecture::read_said).

namespace ropescope {

using namespace canvas;

/// Draws them as wrapped_text() draws plain ones; returns where the next line begins.
float draw_said(const Canvas&, ImVec2 at, float width, ImFont*, ImU32 colour, std::string_view words);

/// How high (pixels) that is.
float said_height(const Canvas&, float width, ImFont*, std::string_view words);

} // namespace ropescope
