#pragma once
#include <string>
#include <vector>

namespace ropescope::bench {

/// What one frame of the Overview costs: processor time of all threads up to finished pixels, medians.
struct FrameTimes {
  std::string size;         ///< "1600x1000"
  double idle_ms = 0;       ///< nothing changed since the frame before
  double changing_ms = 0;   ///< the base moved: every picture is computed anew, four schemes, Δ to 1 M, each of them
  double imgui_demo_ms = 0; ///< Dear ImGui's demo window filling the same size, on the same OpenGL
  double idle_wall_ms = 0, changing_wall_ms = 0; ///< the same by the clock on the wall
};

/// Draws without a window or a display, for about three seconds on a software OpenGL. No OpenGL context may be
/// current and no Dear ImGui context may exist. Throws Error where there is no OpenGL.
FrameTimes measure_frame(int width = 1600, int height = 1000);

/// What a frame of one picture on the window's stage costs, as above, by the clock on the wall: medians.
struct PictureTimes {
  std::string picture;
  double unchanged_ms = 0;
  double distance_ms = 0; ///< while the query is dragged: m moved by a token
  double edge_ms = 0;     ///< while YaRN's beta_fast is dragged; what takes long goes on beside the frames
};

/// Every picture that needs no files, under YaRN ×16 of Llama 2 7B. The same requirements.
/// `rounds`: frames of each kind, of which the median is taken.
std::vector<PictureTimes> measure_pictures(int width = 1600, int height = 1000, int rounds = 30);

} // namespace ropescope::bench
