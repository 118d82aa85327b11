// The lines of a plot: point by point where there is room, by columns of pixels where there is none.
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/canvas/columns.h"
#include "app/canvas/plot.h"

namespace ropescope::canvas {

namespace {

/// Pixels, but in double: what lies far outside a view that is zoomed in has places that float could not tell apart.
struct Place {
  double x, y;
  bool finite() const { return std::isfinite(x) && std::isfinite(y); }
};

struct Height {
  double top, bottom;
  bool none() const { return !(top <= bottom); }
};

double pixel(const Axis& axis, double value) {
  return static_cast<double>(axis.first_pixel) +
         axis.share(value) * static_cast<double>(axis.last_pixel - axis.first_pixel);
}

double value_at(const Axis& axis, double pixel) {
  return axis.value_at((pixel - static_cast<double>(axis.first_pixel)) /
                       static_cast<double>(axis.last_pixel - axis.first_pixel));
}

Height between(const Axis& y, double least, double greatest) {
  const double a = pixel(y, least), b = pixel(y, greatest);
  return {std::min(a, b), std::max(a, b)};
}

// What the points are of. Each has its points from left to right: place(i), the first one at or right of a pixel, and
// the height of a stretch of them.

struct Values {
  const Axis &x, &y;
  std::span<const double> xs, ys;

  std::size_t size() const { return std::min(xs.size(), ys.size()); }
  Place place(std::size_t i) const { return {pixel(x, xs[i]), pixel(y, ys[i])}; }
  std::size_t first_at(double at) const {
    return static_cast<std::size_t>(
        std::lower_bound(xs.begin(), xs.begin() + static_cast<std::ptrdiff_t>(size()), value_at(x, at)) - xs.begin());
  }
  Height height(std::size_t begin, std::size_t end) const {
    double least = std::numeric_limits<double>::infinity(), greatest = -least;
    // A logarithmic axis has no place for 0 and below, and no axis has one for what is infinite.
    const double lowest = y.scale == Scale::log ? 0 : -std::numeric_limits<double>::max();
    for (std::size_t i = begin; i < end; ++i) {
      const double v = ys[i];
      if (!(v >= lowest && v <= std::numeric_limits<double>::max()) || (v == 0 && y.scale == Scale::log)) continue;
      least = std::min(least, v), greatest = std::max(greatest, v);
    }
    return least <= greatest ? between(y, least, greatest) : Height{1, 0};
  }
};

struct Pixels {
  std::span<const ImVec2> points;

  std::size_t size() const { return points.size(); }
  Place place(std::size_t i) const { return {static_cast<double>(points[i].x), static_cast<double>(points[i].y)}; }
  std::size_t first_at(double at) const {
    const auto before = [](const ImVec2& p, double x) { return static_cast<double>(p.x) < x; };
    return static_cast<std::size_t>(std::lower_bound(points.begin(), points.end(), at, before) - points.begin());
  }
  Height height(std::size_t begin, std::size_t end) const {
    Height all{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (std::size_t i = begin; i < end; ++i)
      if (const Place p = place(i); p.finite()) all = {std::min(all.top, p.y), std::max(all.bottom, p.y)};
    return all;
  }
};

template <typename T>
struct Series {
  const Axis &x, &y;
  const Columns<T>& columns;

  std::size_t size() const { return columns.size(); }
  Place place(std::size_t i) const {
    return {pixel(x, static_cast<double>(columns.first()) + static_cast<double>(i)),
            pixel(y, static_cast<double>(columns.values()[i]))};
  }
  std::size_t first_at(double at) const {
    const double index = std::ceil(value_at(x, at) - static_cast<double>(columns.first()));
    return static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(size())));
  }
  Height height(std::size_t begin, std::size_t end) const {
    const auto all = columns.extremes(begin, end);
    if (all.none()) return {1, 0};
    const Height h = between(y, static_cast<double>(all.least), static_cast<double>(all.greatest));
    // On a logarithmic axis 0 lies infinitely far down.
    return {h.top, std::isfinite(h.bottom) ? h.bottom : std::numeric_limits<double>::max()};
  }
};

/// Points of a line, cut where they leave the limits: coordinates stay small enough for float, and a line between two
/// points that are far outside keeps its slope.
class CutLine {
public:
  CutLine(std::pmr::vector<ImVec2>& out, Rect limits) : out_(out), limits_(limits) {}

  void gap() { open_ = begun_ = false; }

  void add(Place p) {
    if (!p.finite()) return gap();
    if (begun_) segment(last_, p);
    last_ = p;
    begun_ = true;
  }

private:
  void segment(Place a, Place b) {
    // The share of the segment that lies within all four limits (Liang and Barsky).
    double from = 0, to = 1;
    const double dx = b.x - a.x, dy = b.y - a.y;
    const auto cut = [&](double towards, double room) { // keeps where towards · t <= room
      if (towards == 0) {
        if (room < 0) to = -1;
      } else if (towards > 0)
        to = std::min(to, room / towards);
      else
        from = std::max(from, room / towards);
    };
    cut(-dx, a.x - static_cast<double>(limits_.least.x)), cut(dx, static_cast<double>(limits_.greatest.x) - a.x);
    cut(-dy, a.y - static_cast<double>(limits_.least.y)), cut(dy, static_cast<double>(limits_.greatest.y) - a.y);
    if (from > to) {
      open_ = false;
      return;
    }
    const auto push = [&](double t) {
      out_.emplace_back(static_cast<float>(a.x + dx * t), static_cast<float>(a.y + dy * t));
    };
    if (!open_) {
      constexpr float none = std::numeric_limits<float>::quiet_NaN();
      if (!out_.empty()) out_.emplace_back(none, none);
      push(from);
    }
    push(to);
    open_ = to == 1;
  }

  std::pmr::vector<ImVec2>& out_;
  Rect limits_;
  Place last_{};
  bool begun_ = false; ///< there is a point before
  bool open_ = false;  ///< and the line has been drawn to it
};

/// Columns that hold more than a line can show, side by side; each as high as its points reach.
class Bands {
public:
  Bands(std::pmr::vector<Span>& out, Rect limits, float width, const Dash& dash)
      : out_(out), limits_(limits), half_(width / 2), overhang_(std::max(0.0f, (width - 1) / 2)), dash_(dash) {}

  /// `x`: the left edge of the column of pixels.
  void add(float x, Height h) {
    if (!drawn(x)) return end();
    const auto within = [&](double y) {
      return static_cast<float>(
          std::clamp(y, static_cast<double>(limits_.least.y), static_cast<double>(limits_.greatest.y)));
    };
    const Span span{x + 0.5f, within(h.top) - half_, within(h.bottom) + half_};
    if (!running_) {
      constexpr float none = std::numeric_limits<float>::quiet_NaN();
      if (!out_.empty()) out_.push_back({none, none, none});
      out_.push_back({x - overhang_, span.top, span.bottom});
    }
    out_.push_back(span);
    running_ = true;
  }

  /// A column by itself is as wide as the line.
  void end() {
    if (running_) {
      const Span last = out_.back();
      out_.push_back({last.x + 0.5f + overhang_, last.top, last.bottom});
    }
    running_ = false;
  }

private:
  /// Of a dashed line. Dashes are counted across, as such a line goes up and down within every pixel.
  bool drawn(float x) const {
    if (dash_.solid()) return true;
    const auto& length = dash_.length;
    const float period = length[0] + length[1] + length[2] + length[3];
    float at = std::fmod(x, period);
    for (std::size_t part = 0; part < 4; at -= length[part++])
      if (at < length[part]) return part % 2 == 0;
    return true;
  }

  std::pmr::vector<Span>& out_;
  Rect limits_;
  float half_, overhang_;
  Dash dash_;
  bool running_ = false;
};

/// A line that goes up and down faster than a column of pixels is wide would be a zigzag whose corners Dear ImGui draws
/// pixels too far. So a column of few points keeps them; one whose points all fit into the line's own width becomes one
/// point; any other becomes a band from the least to the greatest. Nothing is left out: an extreme of a million points
/// is drawn wherever it is.
template <typename Source>
void draw_columns(Rect area, const Source& source, float width, CutLine& line, Bands& bands) {
  constexpr std::size_t few = 3;
  const double left = static_cast<double>(std::floor(area.least.x));
  std::size_t begin = source.first_at(left);
  if (begin > 0) line.add(source.place(begin - 1));
  bool after_band = false; // the column before is one
  for (int column = 0; left + column < static_cast<double>(area.greatest.x); ++column) {
    const double x = left + column;
    const std::size_t end = std::max(begin, source.first_at(x + 1));
    if (begin == end) continue;
    const Height h = end - begin <= few ? Height{1, 0} : source.height(begin, end);
    const bool band = !h.none() && h.bottom - h.top > static_cast<double>(width);
    if (band) {
      if (!after_band) line.add(source.place(begin)); // the line comes up to the band …
      line.gap();
      bands.add(static_cast<float>(x), h);
      line.add(source.place(end - 1)); // … and goes on from it
    } else {
      bands.end();
      if (end - begin <= few)
        for (std::size_t i = begin; i < end; ++i) line.add(source.place(i));
      else if (h.none())
        line.gap();
      else {
        if (!source.place(begin).finite()) line.gap();
        line.add({x + 0.5, (h.top + h.bottom) / 2});
        if (!source.place(end - 1).finite()) line.gap();
      }
    }
    after_band = band;
    begin = end;
  }
  bands.end();
  if (begin < source.size()) line.add(source.place(begin));
}

/// `ascending`: the points lie from left to right, so that those in view can be found.
template <typename Source>
void draw(const Canvas& c, Rect area, const Source& source, bool ascending, ImU32 colour, float width_of_scale_1,
          const Dash& dash_of_scale_1) {
  const float width = c.stroke(width_of_scale_1);
  const Dash dash = c.dashes(dash_of_scale_1);
  const std::size_t count = source.size();
  const auto room = static_cast<std::size_t>(2 * std::max(1.0f, area.width()));
  constexpr float far = 4096; // pixels beyond the area: no corner or dash from there is seen
  const Rect limits = area.inset(-far, -far);
  std::size_t begin = 0, end = count;
  if (ascending) { // with a point outside at either side
    begin = source.first_at(static_cast<double>(area.least.x));
    end = source.first_at(static_cast<double>(area.greatest.x));
    begin -= begin > 0 ? 1 : 0;
    end = std::min(count, std::max(begin, end) + 1);
  }
  const bool by_columns = ascending && end - begin > room;
  auto points = c.list_of<ImVec2>(by_columns ? 2 * room : end - begin + 8);
  CutLine line(points, limits);
  if (by_columns) {
    auto spans = c.list_of<Span>(2 * room);
    Bands bands(spans, limits, width, dash);
    draw_columns(area, source, width, line, bands);
    if (!spans.empty()) c.paint.band(spans, colour);
  } else
    for (std::size_t i = begin; i < end; ++i) line.add(source.place(i));
  if (!points.empty()) c.paint.polyline(points, colour, width, dash);
}

} // namespace

void Plot::line(std::span<const double> xs, std::span<const double> ys, ImU32 colour, float width,
                const Dash& dash) const {
  // false for NaN as well: such points have no order.
  const bool ascending =
      std::adjacent_find(xs.begin(), xs.end(), [](double a, double b) { return !(a <= b); }) == xs.end();
  draw(c_, area, Values{x, y, xs, ys}, ascending, colour, width, dash);
}

void Plot::line(std::span<const ImVec2> pixels, ImU32 colour, float width, const Dash& dash) const {
  const bool ascending = std::adjacent_find(pixels.begin(), pixels.end(),
                                            [](ImVec2 a, ImVec2 b) { return !(a.x <= b.x); }) == pixels.end();
  draw(c_, area, Pixels{pixels}, ascending, colour, width, dash);
}

void Plot::line(const Columns<float>& columns, ImU32 colour, float width, const Dash& dash) const {
  draw(c_, area, Series<float>{x, y, columns}, true, colour, width, dash);
}

void Plot::line(const Columns<double>& columns, ImU32 colour, float width, const Dash& dash) const {
  draw(c_, area, Series<double>{x, y, columns}, true, colour, width, dash);
}

} // namespace ropescope::canvas
