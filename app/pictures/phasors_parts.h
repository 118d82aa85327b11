#pragma once
#include <span>

#include "app/pictures/parts.h"
#include "core/analysis/phasors.h"

// What the files of the chain share.

namespace ropescope::pictures {

/// The chain at the scene's distance, and what it is at a distance of 0.
struct PhasorNumbers {
  std::vector<std::complex<double>> rod;   ///< contributions of the head
  Chain chain, whole;                      ///< here, and at distance 0
  std::vector<std::complex<double>> cloud; ///< ends of many draws, where q and k are random; else empty
};

/// The small chains, and what part of the plane holds all of them.
struct CurlNumbers {
  Curl ones, other; ///< of q = k, and of the scene's own head, or where it has none of random numbers
  std::vector<std::complex<double>> clouds; ///< ends of many draws at each distance, `draws` of each
  std::int64_t draws = 0;
  PlaneWindow window, small_window; ///< of the scene's head, and of both rows
};

/// Colours of all pairs, in the memory of this frame.
std::pmr::vector<ImU32> pair_colours(const Canvas&, const Derived&);

/// The plane with equal units along both axes: `window` lies at the left of the room and in the middle of its height;
/// what is free is at the right. `x_view`, `y_view`: what a person has chosen to see.
Plot plane_in(const Canvas&, const char* id, Rect room, const PlaneWindow&, std::optional<Range> x_view,
              std::optional<Range> y_view);

/// The large plane: what is drawn, then the words on it. `in_line`: at a distance of 0 all arrows point one way.
void draw_plane(const Canvas&, const Plot&, const PhasorNumbers&, std::span<const ImU32> colours);
void label_plane(const Canvas&, const Plot&, const PhasorNumbers&, std::span<const ImU32> colours, bool in_line);

/// The arrow of one pair, thicker, in a ring; returns the ring's middle.
ImVec2 draw_ring(const Canvas&, const Plot&, const Chain&, std::size_t pair, ImU32 colour);

/// What a hand does: drags the end, turns the wheel with Alt, clicks an arrow; and what lies under the mouse.
void take_end(const Canvas&, const Plot&, const Chain&, const Scene&, Scene& next);
void read_plane(const Canvas&, const Plot&, const PhasorNumbers&, const Scene&, Scene& next,
                std::optional<ImVec2> clicked);

/// The lower panel: chains at six distances in rows. `rows`: 1 … 3.
void draw_curls(const Canvas&, Rect panel, int rows, const Scene&, const Derived&, Scene& next);

} // namespace ropescope::pictures
