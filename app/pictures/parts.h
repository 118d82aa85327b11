#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "app/canvas/axis.h"
#include "app/canvas/legend.h"
#include "app/canvas/plot.h"
#include "app/canvas/read_out.h"
#include "app/canvas/widgets.h"
#include "app/scene/derived.h"
#include "app/scene/picture.h"
#include "app/scene/scene.h"

// What several pictures share.

namespace ropescope::pictures {

// The rows themselves, each defined in the file of its name.
#define ROPESCOPE_PICTURE(name) extern const Picture name##_picture;
#include "app/pictures/list.h"
#undef ROPESCOPE_PICTURE

using namespace canvas; // pictures speak in the words of the drawing kit

/// Rows that every plot has: what is seen of an axis, and which curves its legend hides.
// A view is two finite numbers: how far it may reach is the plot's business, which mends what it cannot show.
constexpr Property view_row(std::string_view key, std::string_view unit, std::string_view help) {
  return {.key = key,
          .kind = Kind::range,
          .label = key,
          .help = help,
          .unit = unit,
          .least = -any_number,
          .greatest = any_number,
          .nullable = true,
          .default_words = "all there is"};
}
constexpr Property hidden_row(std::string_view key) {
  return {.key = key,
          .kind = Kind::texts,
          .label = key,
          .help = "curves that the legend has switched off, by their names",
          .nullable = true,
          .default_words = "none"};
}

/// Rows of what a lecture asks of a picture: a switch, which is off where nobody says, and lists of numbers.
constexpr Property flag_row(std::string_view key, std::string_view label, std::string_view help,
                            bool fallback = false) {
  return {.key = key, .kind = Kind::flag, .label = label, .help = help, .fallback = fallback};
}
constexpr Property numbers_row(std::string_view key, std::string_view label, std::string_view help, double least,
                               double greatest, std::string_view unit = {}, std::string_view default_words = "none") {
  return {.key = key,
          .kind = Kind::numbers,
          .label = label,
          .help = help,
          .unit = unit,
          .least = least,
          .greatest = greatest,
          .nullable = true,
          .default_words = default_words};
}
constexpr Property number_row(std::string_view key, std::string_view label, std::string_view help, double least,
                              double greatest, double fallback, std::string_view unit = {}) {
  return {.key = key,
          .kind = Kind::number,
          .label = label,
          .help = help,
          .unit = unit,
          .least = least,
          .greatest = greatest,
          .fallback = fallback};
}

/// A list of whole numbers that the scene keeps by its key; empty where it is null. In the memory of this frame.
std::pmr::vector<std::int64_t> wholes_of(const Canvas&, const Scene&, const Property&);

/// Writes into a scene what a hand did to a plot's view.
void keep_view(Scene& next, const Property& x, const Property& y, const Plot&);

/// Title and, as far as it fits, a dim remark beside it; returns the rectangle left below.
Rect heading(const Canvas&, Rect panel, std::string_view title, std::string_view remark);

/// How strongly each series is drawn: 0 hidden, 1 shown, between where the mouse is on another one in the legend.
using Alphas = std::pmr::vector<float>;

/// A heading with a legend of the series, which hides and shows them: `hidden` is the row that keeps their names. What
/// is left below is in `room`.
Alphas heading_with_series(const Canvas&, Rect panel, std::string_view title, std::string_view remark,
                           std::string_view brief_remark, const Scene&, const Derived&, const Property& hidden,
                           Scene& next, Rect& room);

/// Writes the names that a legend has hidden into a scene.
void keep_hidden(Scene& next, const Property& hidden, const std::vector<std::string>& names);

/// The colour of a scheme, or of another layer type, which has none of its own.
ImU32 scheme_colour(const Canvas&, const Series&);

/// The colour of a pair, by the logarithm of its wavelength before any extension, fastest to slowest. Where positions
/// have several axes, the colour of the one that turns it, paler the slower the pair is.
ImU32 colour_of_pair(const Canvas&, const Derived&, std::size_t pair);

/// The axis that turns a pair; 0 where positions have one.
inline std::int64_t axis_of(const Derived& derived, std::size_t pair) {
  return pair < derived.axes().size() ? derived.axes()[pair] : 0;
}
/// How far query and key lie apart on it, in positions.
double distance_of(const Scene&, const Derived&, std::size_t pair);

/// Pairs of one axis, in the order of the head.
struct AxisGroup {
  std::int64_t axis;
  std::pmr::vector<std::int64_t> pairs;
};
/// The given pairs by the axis that turns them, in the order of the axes; one group where positions have one.
std::pmr::vector<AxisGroup> by_axis(const Canvas&, const Derived&, std::span<const std::int64_t> pairs);

/// At both ends of a plot's rows, a pair each downwards, the colour of the axis that turns the pair; beside the plot
/// the axis's name where its rows have room for it, and nothing stands there yet.
void mark_axes_of_rows(const Canvas&, const Plot&, const Scene&, const Derived&);

/// The same along the foot of a plot whose columns are pairs; names at its top, or who alternates.
void mark_axes_of_columns(const Canvas&, const Plot&, const Scene&, const Derived&);

/// How far an axis goes, in positions: 20, 22.1, and of LTX's fractions of a second or of the picture 0.469.
std::string_view extent_words(const Canvas&, double extent);

/// The unit of positions along the axis of a pair: "tok", or "frames", "rows" …
std::string_view unit_of(const Scene&, const Derived&, std::size_t pair);

/// Where both tokens are: "t 10 − 0, h 15 − 15, w 26 − 20"; empty where they have no places in a grid.
std::string_view places_words(const Canvas&, const Scene&);

/// A scheme's curve, at scale 1: the one in force is thick and solid, the others thin in their dashes.
float scheme_width(const Series&);
Dash scheme_dash(const Series&);

/// Words that are a switch: underlined while the mouse is on them, and true where they were clicked. `help` ends with
/// NUL.
bool switch_words(const Canvas&, const char* id, ImVec2 at, std::string_view words, const char* help);

/// Sets a number of the scene by its key where a grip was dragged, as its slider would; a double click sets what stands
/// without a choice. What the scene refuses changes nothing. Requires that there is a property of this key.
void take_grip(Scene& next, std::string_view key, const Grip&);

/// A read-out keeps off a curve: every few of its points within the plot.
void keep_off(ReadOut&, const Plot&, std::span<const ImVec2> curve);

/// An angle (rad): "−2.081 rad", and of a turn or more "2 turns + 0.007 rad", as hands show the rest alone.
std::string_view angle_words(const Canvas&, double angle);

/// The name and the value of a position in words, beside a rule of the trained context or the target.
void label_rule_x(const Canvas&, const Plot&, double value, std::string_view words, ImU32 colour, float y);

/// Computes the hands at the scene's m and n, which several pictures draw; it is their update(), or a part of it.
void update_hands(const Scene&, Derived&, gpu::Engines&, Patience);

} // namespace ropescope::pictures
