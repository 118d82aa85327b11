// How large pictures are, in pixels and on paper.

#include "app/scene/picture_size.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/scene/picture.h"
#include "core/error.h"
#include "core/io/file.h"
#include "tests/app/xml.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

std::string read(const test::Scratch& scratch, const char* name) {
  return read_file(scratch.path / name, std::uintmax_t{1} << 28);
}

/// Points on paper that one unit of an SVG file of a length in millimetres is.
double points_per_unit(const test::Element& svg) {
  const std::string& width = svg.at("width");
  REQUIRE(width.ends_with("mm"));
  return std::stod(width) / 25.4 * 72 / std::stod(svg.at("viewBox").substr(4));
}

} // namespace

TEST_CASE("a size is read as people write it, and written so that it is read again") {
  using enum LengthUnit;
  CHECK(parse_size("1600x1000") == PictureSize{1600, 1000, pixels});
  CHECK(parse_size("1600 × 1000 px") == PictureSize{1600, 1000, pixels});
  CHECK(parse_size("85x60mm") == PictureSize{85, 60, millimetres});
  CHECK(parse_size("85mm x 60mm") == PictureSize{85, 60, millimetres});
  CHECK(parse_size("8,5X6.25cm") == PictureSize{8.5, 6.25, centimetres});
  CHECK(parse_size("3x2in") == PictureSize{3, 2, inches});
  CHECK(parse_size("240x170pt") == PictureSize{240, 170, points});
  for (const char* text : {"1600x1000", "85x60mm", "8.5x6.25cm", "3.375x2in", "240x170pt"})
    CHECK(size_words(parse_size(text)) == text);
  for (const char* text : {"", "x", "1600", "1600x", "x1000", "1600x1000x", "1600.5x1000", "-85x60mm", "85x60km",
                           "0x0mm", "85mmx60cm", "nanx60mm", "infx60mm", "85x60mm mm", "1e400x60mm"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_size(text), Error);
  }
}

TEST_CASE("on paper the same length is as many dots as an inch has of them, and type has its own size in them") {
  const Sheet at_300 = sheet_of(parse_size("85x60mm"), 1), at_600 = sheet_of(parse_size("85x60mm"), 2);
  CHECK(at_300.width == 1004);
  CHECK(at_300.height == 709);
  CHECK(at_600.width == 2008);
  CHECK(at_600.scale == doctest::Approx(2 * at_300.scale));
  CHECK(at_600.dots_per_inch == 600);
  const Sheet in_inches = sheet_of({85 / 25.4, 60 / 25.4, LengthUnit::inches}, 1),
              at_150 = sheet_of(parse_size("85x60mm"), 1, 150);
  CHECK(in_inches.width == at_300.width);
  CHECK(at_150.width == 502);
  for (const Sheet& sheet : {at_300, at_600, at_150}) {
    // Body type is 16 pixels at scale 1, of which DejaVu's em takes 2048 parts of 2384.
    CHECK(16 * static_cast<double>(sheet.scale) * 2048 / 2384 * sheet.points_per_pixel ==
          doctest::Approx(8).epsilon(1e-5));
    CHECK(sheet.points_per_pixel * sheet.dots_per_inch == doctest::Approx(72));
  }
  CHECK(sheet_of(parse_size("800x600"), 1.5).width == 1200);
  CHECK(sheet_of(parse_size("800x600"), 1.5).dots_per_inch == 0);
  for (const char* text : {"319x600", "600x16385", "29x60mm", "2000x2000mm"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(sheet_of(parse_size(text), 1), Error);
  }
  CHECK_THROWS_AS(sheet_of(parse_size("800x600"), std::nan("")), Error);
  CHECK_THROWS_AS(sheet_of(parse_size("85x60mm"), 1, 0), Error);
  // Letters of 1200 dots an inch have no room in their texture; a PDF has no dots, and is as large all the same.
  CHECK_THROWS_AS(sheet_of(parse_size("85x60mm"), 4), Error);
  CHECK_THROWS_AS(sheet_of(parse_size("400x400"), 7), Error);
  const Sheet fine = sheet_of(parse_size("85x60mm"), 4, 300, true);
  CHECK(fine.width * fine.points_per_pixel == doctest::Approx(at_300.width * at_300.points_per_pixel).epsilon(0.001));
}

TEST_CASE(
    "on paper the type of every picture is of 7 points and more, its lines are hairlines, at any number of dots") {
  const test::Scratch scratch;
  for (const Picture* picture : all_pictures())
    for (const int dpi : {200, 300, 600}) {
      if (picture->fills_window) continue; // a whole window is as small as the paper makes it
      CAPTURE(picture->name);
      CAPTURE(dpi);
      REQUIRE(test::run_program(scratch,
                                fmt::format("render --picture {} --theme paper --size 170x100mm --dpi {} --out a.svg",
                                            picture->name, dpi))
                  .status == 0);
      const test::Element svg = test::read_xml(read(scratch, "a.svg"));
      const double points = points_per_unit(svg), dot = 72.0 / dpi;
      double least = 100;
      for (const test::Element& text : svg.all("text")) least = std::min(least, text.number("font-size") * points);
      CHECK(least > 7 - dot / 2);
      // Grids are boxes, since Dear ImGui draws those with fewer triangles than lines.
      double thinnest = 100, thickest = 0;
      for (const test::Element& box : svg.all("rect"))
        thinnest = std::min({thinnest, box.number("width") * points, box.number("height") * points});
      for (const char* name : {"line", "path"})
        for (const test::Element& shape : svg.all(name))
          if (shape.attributes.count("stroke-width"))
            thickest = std::max(thickest, shape.number("stroke-width") * points);
      if (picture->name == "score" || picture->name == "wavelengths") {
        CHECK(thinnest == doctest::Approx(std::max(0.25, dot)).epsilon(0.15)); // a dot is the least that there is
        CHECK(thickest > 0.7);
        CHECK(thickest < 1.1);
      }
    }
}

TEST_CASE("a PNG of a size on paper says how large its pixels are, and another one does not") {
  const test::Scratch scratch;
  REQUIRE(test::run_program(scratch, "render --picture score --size 85x60mm --out a.png").status == 0);
  const std::string png = read(scratch, "a.png");
  const std::size_t at = png.find("pHYs");
  REQUIRE(at != std::string::npos);
  const auto number = [&](std::size_t from) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(png[from + i]);
    return value;
  };
  CHECK(number(at + 4) == 11811); // 300 an inch
  CHECK(number(at + 8) == 11811);
  CHECK(png[at + 12] == 1);
  CHECK(number(16) == 1004); // the width, in IHDR
  REQUIRE(test::run_program(scratch, "render --scene a.png --out b.png").status == 0);
  CHECK(read(scratch, "b.png") == png);
  REQUIRE(test::run_program(scratch, "render --picture score --out c.png").status == 0);
  CHECK(read(scratch, "c.png").find("pHYs") == std::string::npos);
}

TEST_CASE("what contradicts a size is refused") {
  const test::Scratch scratch;
  for (const char* asked : {"--size 85x60", "--size 85x60ly", "--size 800x600 --dpi 300", "--size 85x60mm --dpi 9999",
                            "--size 85x60mm --scale 0", "--dpi 300"}) {
    CAPTURE(asked);
    const test::Outcome outcome =
        test::run_program(scratch, fmt::format("render --picture score {} --out a.png", asked));
    CHECK(outcome.status == 2);
    CHECK(outcome.err.starts_with("ropescope: "));
    CHECK(!std::filesystem::exists(scratch.path / "a.png"));
  }
}
