#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/scene.h"
#include "core/rope/positions.h"
#include "core/rope/token_grid.h"

// The tokens of an image or a clip, as a person says them by the keys positions.grid, positions.trained, positions.text
// and positions.fps, and the positions that the model's own code gives them.

namespace ropescope {

/// What is said of a grid. Words of the scene: they live as long as it does.
struct GridWish {
  std::string_view grid; ///< "[FRAMESx]ROWSxCOLUMNS" of patches
  std::string_view text; ///< numbers of text tokens; empty: none
  double fps = 0;        ///< frames a second; 0: the model's
  bool operator==(const GridWish&) const = default;
};

/// The grid that is looked at, and the one that the model was trained on. Where the scene does not say: a clip of 81
/// frames of 480 × 832 pixels, as video models cut it, or an image of 32 × 32 patches.
GridWish shown_grid(const Scene&);
GridWish trained_grid(const Scene&);

/// Whether angles are bounded by a grid and not by the length of a text: models of images and clips alone. Vision
/// language models, where text moves along every axis, have a trained context.
bool is_bounded_by_grid(const RopeConfig&);

/// Positions of every token of a grid on each axis. Throws Error, one sentence, where the model cannot take it.
Positions positions_of_grid(const RopeConfig&, const GridWish&);

/// "21x30x52", "32x32" or "32" as sides; 0 of what is no number.
GridSize sides_of(std::string_view grid);

/// "frames", "rows", "columns" of the axes t, h and w; of any other its own name.
std::string_view axis_title(const RopeConfig&, std::int64_t axis);

/// Tokens of the grid along an axis: its frames, rows or columns; 0 of other axes, and of a model without any.
std::int64_t side_along(const Scene&, std::int64_t axis);

} // namespace ropescope
