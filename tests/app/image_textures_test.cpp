// Images on the screen: drawn from textures, they look as rectangles would.
#include <random>

#include <doctest/doctest.h>

#include "app/gpu/image_textures.h"
#include "tests/app/sheet.h"

using namespace ropescope;

namespace {

std::vector<ImU32> random_colours(std::int64_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<ImU32> colours;
  for (std::int64_t i = 0; i < count; ++i) colours.push_back(static_cast<ImU32>(random()) | IM_COL32_A_MASK);
  return colours;
}

} // namespace

TEST_CASE("an image from a texture has the pixels that its cells as rectangles have: larger, smaller, between pixels") {
  test::Sheet sheet(200, 160);
  gpu::ImageTextures textures;
  int asked = 0;
  const auto texture_of = [&](std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
    ++asked;
    return textures.texture(columns, rows, colours);
  };
  struct Case {
    canvas::Rect area;
    std::int64_t columns, rows;
  };
  const Case cases[] = {{{{10, 10}, {190, 150}}, 180, 140},           // a cell a pixel
                        {{{10, 10}, {190, 150}}, 18, 14},             // ten pixels a cell
                        {{{10.3f, 9.7f}, {183.4f, 141.2f}}, 23, 17},  // not whole ones
                        {{{10, 10}, {110, 90}}, 333, 261},            // more cells than pixels
                        {{{-40, -30}, {260, 200.25f}}, 41, 29},       // beyond the sheet
                        {{{10, 10}, {190, 150}}, 181, 1}};            // a strip
  std::uint32_t seed = 1;
  for (const Case& each : cases) {
    CAPTURE(each.columns);
    const auto colours = random_colours(each.columns * each.rows, seed++);
    const auto draw = [&](canvas::Painter& painter) { painter.image(each.area, each.columns, each.rows, colours); };
    textures.begin_frame();
    CHECK(sheet.screen(draw).of == sheet.screen(draw, texture_of).of);
  }
  CHECK(asked == static_cast<int>(std::size(cases)));
}

TEST_CASE("a frame's images keep their own textures, and take other images and sizes in the next frame") {
  test::Sheet sheet(120, 60);
  gpu::ImageTextures textures;
  const auto texture_of = [&](std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
    return textures.texture(columns, rows, colours);
  };
  for (std::uint32_t frame = 0; frame < 6; ++frame) {
    CAPTURE(frame);
    const std::int64_t columns = 20 + frame / 2, rows = 15; // of the same size and of another
    const auto left = random_colours(columns * rows, frame), right = random_colours(columns * rows, 50 + frame / 3);
    const auto draw = [&](canvas::Painter& painter) {
      painter.image({{5, 5}, {45, 50}}, columns, rows, left);
      painter.image({{60, 5}, {100, 50}}, columns, rows, right);
    };
    textures.begin_frame();
    CHECK(sheet.screen(draw).of == sheet.screen(draw, texture_of).of);
  }
  textures.begin_frame();
  CHECK(textures.texture(1, 1 << 28, {}) == 0); // no driver has it, and rectangles are drawn
}
