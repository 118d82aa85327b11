#pragma once
#include <span>
#include <string>
#include <string_view>

#include "app/canvas/axis.h"
#include "app/canvas/widgets.h"
#include "app/scene/derived.h"
#include "app/scene/scene.h"

// A picture draws one part of Derived into a rectangle and writes what a person did to it into the next Scene.
// It keeps nothing: called twice with the same arguments it draws the same.

namespace ropescope::pictures {

using namespace canvas; // pictures speak in the words of the drawing kit

/// The wall of dials: per pair the query's hand, the key's, the angle between, and the angles seen in training.
void rotations(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// The selected pair, large, with its numbers.
void pair(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// Tokens per full turn of every pair, one curve per scheme, against the trained and the target context.
void wavelengths(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// The score at every distance, one curve and band per scheme.
void score(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// What float32 angles, bfloat16 tables and positions cost at every position, on this CPU and GPU.
void precision(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

/// What a kernel did instead of the model's rotation: verdict, errors by position and pair, measured frequencies, what
/// was tried, one pair of one row; without a kernel, the signatures of bugs.
void check(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);

// The numbers of a picture as comma-separated values, one line per pair, distance or position.
std::string wavelengths_csv(const Derived&);
std::string score_csv(const Derived&);
std::string precision_csv(const Derived&);

struct Picture {
  std::string_view name; ///< as `render --picture` takes it
  std::string_view title;
  std::string_view line; ///< one line for `render --list`
  View view;             ///< of a scene that shows it
  void (*draw)(const Canvas&, Rect, const Scene&, const Derived&, Scene& next);
  std::string (*csv)(const Derived&) = nullptr; ///< its numbers, where it is one of curves
};

/// All but the overview, which is a layout of them.
std::span<const Picture> all();

/// Null where there is none of that name.
const Picture* find(std::string_view name);

/// Title and, as far as it fits, a dim remark beside it; returns the rectangle left below.
Rect heading(const Canvas&, Rect panel, std::string_view title, std::string_view remark);

/// The same with a legend of the schemes at the right, for which the remark becomes brief and then goes; without a
/// legend where even that is not enough.
Rect heading_with_legend(const Canvas&, Rect panel, std::string_view title, std::string_view remark,
                         std::string_view brief_remark, const Derived&);

/// The decades below a plot, with what they count.
void decades_below(const Canvas&, Rect plot, const Axis&, float least_gap, std::string_view what);

/// The colour of a scheme, or of another layer type, which has none of its own.
ImU32 scheme_colour(const Canvas&, const Series&);

/// A scheme's curve: the one in force is thick and solid, the others thin in their dashes.
void scheme_line(const Canvas&, std::span<const ImVec2> points, const Series&);

} // namespace ropescope::pictures
