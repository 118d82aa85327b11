#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "app/canvas/axis.h"
#include "app/canvas/canvas.h"
#include "app/canvas/columns.h"
#include "app/canvas/gesture.h"
#include "app/canvas/range.h"

namespace ropescope::canvas {

/// One axis of a plot: what there is to see along it, and how.
struct AxisSpec {
  Range all; ///< what a fit shows; positive where the scale is logarithmic
  Scale scale = Scale::linear;
  Labels labels = Labels::decimal;
  std::string_view title = {};    ///< quantity and unit: "relative distance Δ (tokens)"
  std::optional<Range> view = {}; ///< what a person has chosen to see; nothing: `all`
  double fewest = 0;              ///< values seen at least, in the axis's unit: 4 of integers; 0: as the scale allows
  float least_gap = 54;           ///< pixels at scale 1 from label to label, at least
  float margin = 0;               ///< of Labels::none: pixels at scale 1 kept free for what the picture writes
  bool downwards = false;         ///< of y: the least value at the top
  bool end_labelled = false;      ///< of x, in tokens: the whole number at its right end has a label in any case
  double linear_within = 1;       ///< of a symlog axis: linear from −this to this
};

/// What a hand does to a line on a plot that can be taken.
struct Grip {
  bool lit = false;            ///< the mouse is on it, or holds it
  bool held = false;           ///< it is being dragged
  bool reset = false;          ///< a double click: back to where it stands by itself
  std::optional<double> value; ///< where it was dragged to in this frame, in the axis's unit; anywhere, so clamp it
};

/// Two axes over a rectangle, with what a hand does to them. A picture says what it draws in values; where that lies is
/// the plot's business. It lives for one frame and keeps nothing: views lie in the scene, the gesture in the shell.
///
///     Plot plot(c, "score", room, x, y);      // lays out, draws nothing
///     plot.draw_axes();                       // grid, labels, titles
///     plot.begin();                           // what follows is seen within the area alone
///     plot.line(distances, scores, …);
///     plot.end();
///     if (const auto view = plot.moved_view()) edit.set(view_x, view->x) …
class Plot {
public:
  /// `room`: for the area, its labels and its titles. `id` tells plots of one window apart.
  Plot(const Canvas&, const char* id, Rect room, const AxisSpec& x, const AxisSpec& y);

  const Rect area; ///< where values lie, pixels
  const Axis x, y;

  ImVec2 at(double x_value, double y_value) const { return {x.pixel(x_value), y.pixel(y_value)}; }

  void draw_axes() const;
  void begin() const;
  void end() const;

  /// A line through points, its width and dashes in pixels at scale 1; one whose y is no number is a gap. Where there
  /// are more points (from left to right) than pixels across, each column of pixels shows the least and the greatest of
  /// its points; none is skipped. Columns find these two without a look at every point.
  void line(std::span<const double> xs, std::span<const double> ys, ImU32 colour, float width, const Dash& = {}) const;
  void line(std::span<const ImVec2> pixels, ImU32 colour, float width, const Dash& = {}) const;
  void line(const Columns<float>&, ImU32 colour, float width, const Dash& = {}) const;
  void line(const Columns<double>&, ImU32 colour, float width, const Dash& = {}) const;

  /// Rules across the area, dashed; a value outside the view draws nothing. Label it by label_on().
  void rule_x(double value, ImU32 colour, float width, float on, float off) const;
  void rule_y(double value, ImU32 colour, float width, float on, float off) const;

  /// A tinted part of the area below everything. Painter::ground() knows no clip: where the view is moved, a part of the
  /// axis would run into the pictures beside.
  void ground(const Rect&, ImU32 colour) const;

  /// An upright (x) or level (y) line that can be dragged, 10 pixels wide to the hand; while the mouse is on it, it is
  /// drawn in the accent. As long as it is held the axes stay as they were, whatever follows from the value, so that it
  /// stays under the hand. A value outside the view cannot be taken. The wheel over it is the plot's, and so is a
  /// double click where `chosen` says that a click puts the line where it is: its first click did. Call it before
  /// take_input(); `name` tells the grips of a plot apart.
  /// `width`: pixels at scale 1 where the hand may take it.
  Grip grip_x(const char* name, double value, bool chosen = false, float width = grip_width) const;
  Grip grip_y(const char* name, double value, bool chosen = false, float width = grip_width) const;
  static constexpr float grip_width = 10; ///< a hand is not exact to a pixel

  /// Takes the mouse, after whatever lies on the plot and takes clicks of its own. Wheel at the cursor: 1.2 times per
  /// notch, exactly undone by as many notches back at the same place (notches that a limit swallowed do not count); a
  /// horizontal wheel, or Shift and the wheel, pans across; a drag pans; a drag with the right button chooses a box
  /// (Shift: the full height, Alt: the full width; Escape or the left button cancels); on an axis's labels the same
  /// moves that axis alone; a double click fits, on an axis that axis. A view reaches at most 20 % of all there is
  /// beyond it, and holds at least AxisSpec::fewest. Gesture::fit_all fits. Draws the box while it is chosen. Call it
  /// once in a frame, last.
  void take_input();

  /// After take_input(): the view as this frame leaves it, where the hand has changed it.
  std::optional<PlotView> moved_view() const { return moved_; }

  /// After take_input(): where the plot was clicked without a drag (on release); nothing in most frames.
  std::optional<ImVec2> clicked() const { return clicked_; }

  /// Whether the mouse is over the area and free, so that a read-out belongs there.
  bool hovered() const;

  const Ticks& x_ticks() const { return x_ticks_; }
  const Ticks& y_ticks() const { return y_ticks_; }

private:
  struct Layout; ///< what the constructor finds out before the members are there
  Plot(const Canvas&, const char* id, Rect room, const AxisSpec& x, const AxisSpec& y, Layout&&);
  static Layout lay_out(const Canvas&, Rect room, const AxisSpec& x, const AxisSpec& y);

  void draw_labels() const;
  Grip grip(const char* name, double value, const Axis&, bool upright, bool chosen, float width) const;
  void take(const char* part, Rect, bool moves_x, bool moves_y, bool over_grip);
  void begin_drag(ImGuiID, ImVec2 from, bool box, bool moves_x, bool moves_y);
  void drag(bool held, bool released);
  void choose_box(bool released);
  void turn_wheel(ImGuiID, bool moves_x, bool moves_y);
  void pan_by_wheel(float notches);
  PlotView view() const { return {x_spec_.view, y_spec_.view}; }
  void move_to(const PlotView&);

  const Canvas& c_;
  const char* id_;
  Rect room_;
  AxisSpec x_spec_, y_spec_;
  Ticks x_ticks_, y_ticks_;
  std::optional<PlotView> moved_;
  std::optional<ImVec2> clicked_;
};

} // namespace ropescope::canvas
