#pragma once
#include <string_view>

#include "app/canvas/canvas.h"

// What a lecturer reads, in lines: notes, questions and answers. They are plain words but for _{below} and ^{above}.

namespace ropescope {

using namespace canvas;

/// The letters of a text, those that stand below or above its line, and its colours. `warning`: of sentences that say
/// what not to do; 0: as the others.
struct MarkedStyle {
  ImFont *font, *shifted;
  ImU32 colour;
  ImU32 warning = 0;
};

/// Draws words in lines no wider than `width`; returns where the next line would begin.
float marked_text(const Canvas&, ImVec2 at, float width, const MarkedStyle&, std::string_view words);

/// How high (pixels) marked_text() would draw them.
float marked_height(const Canvas&, float width, const MarkedStyle&, std::string_view words);

} // namespace ropescope
