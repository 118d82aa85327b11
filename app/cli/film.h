#pragma once
#include <string>
#include <utility>
#include <vector>

#include "app/cli/still.h"

namespace ropescope::cli {

/// A picture while properties of its scene move, all of them together.
struct Film {
  Still still;                      ///< `out`: FILE.mp4, FILE.gif, or a folder for one PNG file a frame
  std::vector<std::string> animate; ///< "key=FROM..TO": logarithmic properties move by equal ratios
  double seconds = 5, fps = 25;
};

/// The properties that --animate moves, each with its first value. Throws Error where one of them cannot move.
std::vector<std::pair<const Property*, double>> first_values(const std::vector<std::string>& animate);

/// Writes the film, whole or not at all, and tells how far it is. FILE.mp4 and FILE.gif need ffmpeg. Throws Error where
/// a key cannot move, a frame cannot be drawn, or Ctrl+C was pressed.
void write_film(const Film&, const Scene&);

} // namespace ropescope::cli
