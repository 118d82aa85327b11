#pragma once
#include <string>
#include <string_view>

namespace ropescope {

/// What a picture's sides are measured in. All but pixels are lengths on paper.
enum class LengthUnit { pixels, millimetres, centimetres, inches, points };

/// Dots an inch of a picture whose size is a length on paper, where nobody asks for another number.
inline constexpr double usual_dpi = 300;

/// How large a picture is, as it was asked for. `scale` multiplies pixels, or the dots an inch.
struct PictureSize {
  double width = 0, height = 0;
  LengthUnit unit = LengthUnit::pixels;

  bool on_paper() const { return unit != LengthUnit::pixels; }
  bool operator==(const PictureSize&) const = default;
};

/// "1600x1000", whole pixels, or "85x60mm", "8.5x6cm", "3x2in", "240x170pt". Throws Error with the text and what is
/// expected.
PictureSize parse_size(std::string_view text);

/// The inverse.
std::string size_words(const PictureSize&);

/// A picture's size in pixels, and how it is drawn in them.
struct Sheet {
  int width = 0, height = 0;      ///< pixels
  float scale = 1;                ///< of what is drawn: how many pixels a length of 1 in the design has
  double points_per_pixel = 0.75; ///< on paper, 1/72 inch; of pixels that nobody measures: CSS's
  double dots_per_inch = 0;       ///< 0: nobody measures them
};

/// Letters that are larger would not fit into the texture that they are drawn from.
inline constexpr double greatest_scale = 6;

/// On paper text is `body_points` high, the small text 7/8 of it, whatever the size and the dots. `vector`: of a file
/// whose dots are no more than the grid that lines lie on, so that more of them than 600 an inch change nothing. Throws
/// Error where a side has less than 320 or more than 16 384 pixels, or less than 30 mm, or the scale is too great.
inline constexpr double body_points = 8;
Sheet sheet_of(const PictureSize&, double scale, double dpi = usual_dpi, bool vector = false);

} // namespace ropescope
