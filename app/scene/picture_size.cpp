#include "app/scene/picture_size.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "core/error.h"
#include "core/text.h"

namespace ropescope {

namespace {

struct UnitRow {
  LengthUnit unit;
  std::string_view name;
  double points; ///< that one has; 0 of pixels
};
// The empty name comes last, since every text begins with it.
constexpr UnitRow units[] = {{LengthUnit::millimetres, "mm", 72 / 25.4},
                             {LengthUnit::centimetres, "cm", 72 / 2.54},
                             {LengthUnit::inches, "in", 72},
                             {LengthUnit::points, "pt", 1},
                             {LengthUnit::pixels, "px", 0},
                             {LengthUnit::pixels, "", 0}};

const UnitRow& row_of(LengthUnit unit) {
  return *std::find_if(std::begin(units), std::end(units), [&](const UnitRow& row) { return row.unit == unit; });
}

// Pixels. Below 320 a picture has no room for its axes and words. 16 384 a side are 1 GiB of colour, and many drivers
// draw no more. On paper text has its own size, and below 30 mm there is no room for it.
constexpr double least_side = 320, greatest_side = 16384, least_millimetres = 30;

/// The body text is 16 pixels high at scale 1, from its ascent to its descent; DejaVu's em is 2048 of those 2384 units.
constexpr double body_em = 16 * 2048.0 / 2384;

// Each takes what it reads from the beginning of a text.
bool take_number(std::string_view& text, double& value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || !std::isfinite(value) || value <= 0) return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return true;
}

const UnitRow& take_unit(std::string_view& text) {
  const UnitRow& row =
      *std::find_if(std::begin(units), std::end(units), [&](const UnitRow& r) { return text.starts_with(r.name); });
  text.remove_prefix(row.name.size());
  return row;
}

bool take_by(std::string_view& text) {
  if (!text.starts_with('x')) return false;
  text.remove_prefix(1);
  return true;
}

/// "85,5 × 60 mm" as "85.5x60mm".
std::string as_written(std::string_view typed) {
  constexpr std::string_view times = "×";
  std::string plain;
  while (!typed.empty()) {
    const bool by = typed.starts_with(times);
    const char ch = by || typed.front() == 'X' ? 'x' : typed.front() == ',' ? '.' : typed.front();
    if (ch != ' ') plain += ch;
    typed.remove_prefix(by ? times.size() : 1);
  }
  return plain;
}

} // namespace

PictureSize parse_size(std::string_view text) {
  const std::string plain = as_written(text);
  std::string_view left = plain;
  PictureSize size;
  bool read = take_number(left, size.width);
  const UnitRow& of_width = take_unit(left);
  read = read && take_by(left) && take_number(left, size.height);
  const UnitRow& of_height = take_unit(left);
  // The unit may stand behind both numbers, or behind the second alone.
  read = read && left.empty() && (of_width.name.empty() || of_width.unit == of_height.unit);
  size.unit = of_height.unit;
  const bool whole = size.width == std::floor(size.width) && size.height == std::floor(size.height);
  if (!read || (!size.on_paper() && !whole))
    throw Error(fmt::format("{}: expected width x height, as in 1600x1000 (whole pixels), 85x60mm, 8.5x6cm, 3x2in or "
                            "240x170pt",
                            in_quotes(text)));
  return size;
}

std::string size_words(const PictureSize& size) {
  return fmt::format("{}x{}{}", size.width, size.height, size.on_paper() ? row_of(size.unit).name : "");
}

Sheet sheet_of(const PictureSize& size, double scale, double dpi, bool vector) {
  const double points = row_of(size.unit).points, finest = vector ? 600 : std::numeric_limits<double>::infinity();
  const double dots_per_inch = std::min(dpi * scale, finest);
  const double pixels = size.on_paper() ? points / 72 * dots_per_inch : scale;
  const double width = size.width * pixels, height = size.height * pixels;
  const double least = least_millimetres / 25.4 * 72;
  if (size.on_paper() && !(std::min(size.width, size.height) * points >= least * (1 - 1e-9)))
    throw Error(fmt::format("a picture of {}, expected at least {} mm a side", size_words(size), least_millimetres));
  if (!(std::min(width, height) >= (size.on_paper() ? 1 : least_side) && std::max(width, height) <= greatest_side))
    throw Error(fmt::format("a picture of {:.0f}x{:.0f} pixels, expected {}…{} a side{}", width, height, least_side,
                            greatest_side, width < least_side ? " (85x60mm is a size on paper)" : ""));
  // The size alone changes how much is shown, the scale how large it is.
  const double drawn = size.on_paper() ? body_points / 72 * dots_per_inch / body_em : scale;
  if (drawn > greatest_scale && size.on_paper())
    throw Error(fmt::format("{} dots an inch, expected at most {:.0f}; PDF and SVG have no dots", dots_per_inch,
                            std::floor(greatest_scale * body_em * 72 / body_points)));
  if (drawn > greatest_scale) throw Error(fmt::format("a scale of {}, expected at most {}", scale, greatest_scale));
  if (!size.on_paper()) return {static_cast<int>(width), static_cast<int>(height), static_cast<float>(drawn)};
  return {.width = static_cast<int>(std::lround(width)),
          .height = static_cast<int>(std::lround(height)),
          .scale = static_cast<float>(drawn),
          .points_per_pixel = 72 / dots_per_inch,
          .dots_per_inch = dots_per_inch};
}

} // namespace ropescope
