#include "app/scene/grid.h"

#include <charconv>

#include <fmt/format.h>

#include "app/scene/property.h"
#include "core/error.h"
#include "core/io/position_source.h"

namespace ropescope {

namespace {

std::string_view usual_grid(const RopeConfig& rope) {
  const Axes& axes = rope.axes;
  const bool clip = axes.rule == AxisRule::listed && axes.list.size() >= 3 &&
                    axes.positions.text == TextPlace::unrotated && axes.positions.stream == StreamRule::none;
  return clip ? "21x30x52" : "32x32";
}

GridWish grid_of(const Scene& scene, const Property& sides) {
  static const Property &text = *find_property("positions.text"), &fps = *find_property("positions.fps");
  GridWish wish{scene.options.words(sides), scene.options.words(text), 0};
  if (wish.grid.empty()) wish.grid = usual_grid(scene.rope);
  const Value rate = scene.options[fps];
  if (const double* number = std::get_if<double>(&rate)) wish.fps = *number;
  return wish;
}

std::vector<std::int64_t> numbers_of(std::string_view words) {
  std::vector<std::int64_t> numbers;
  const char *at = words.data(), *end = at + words.size();
  while (at != end) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || number < 0 || (rest != end && (*rest != ',' || rest + 1 == end)))
      throw Error(fmt::format("positions.text: {}: expected numbers of tokens, as in 8 or 8,4", words));
    numbers.push_back(number);
    at = rest == end ? end : rest + 1;
  }
  return numbers;
}

} // namespace

GridWish shown_grid(const Scene& scene) {
  static const Property& sides = *find_property("positions.grid");
  return grid_of(scene, sides);
}

GridWish trained_grid(const Scene& scene) {
  static const Property& sides = *find_property("positions.trained");
  return grid_of(scene, sides);
}

bool is_bounded_by_grid(const RopeConfig& rope) {
  return axis_count(rope) > 1 && of_patches(rope.axes.rule) && rope.axes.positions.stream == StreamRule::none;
}

Positions positions_of_grid(const RopeConfig& rope, const GridWish& wish) {
  PositionSource source;
  source.grid = std::string(wish.grid);
  source.text = numbers_of(wish.text);
  const bool streams = rope.axes.positions.stream != StreamRule::none;
  if (streams) source.merge = 2; // patches of a side that become one token, as Qwen's and Hunyuan's towers have them
  if (wish.fps > 0 && streams) source.seconds = 1 / wish.fps;
  if (wish.fps > 0 && !streams) source.fps = wish.fps;
  return source.whole_grid(rope);
}

GridSize sides_of(std::string_view grid) {
  std::int64_t sides[3] = {};
  std::size_t count = 0;
  const char *at = grid.data(), *end = at + grid.size();
  while (at < end && count < std::size(sides)) at = std::from_chars(at, end, sides[count++]).ptr + 1;
  if (count == 1) return {1, sides[0], sides[0]};
  if (count == 2) return {1, sides[0], sides[1]};
  return {sides[0], sides[1], sides[2]};
}

std::string_view axis_title(const RopeConfig& rope, std::int64_t axis) {
  const std::string_view name = axis_name(rope, axis);
  return name == "t" ? "frames" : name == "h" ? "rows" : name == "w" ? "columns" : name;
}

std::int64_t side_along(const Scene& scene, std::int64_t axis) {
  if (axis < 0 || axis_count(scene.rope) == 1) return 0;
  const std::string_view name = axis_name(scene.rope, axis);
  const GridSize sides = sides_of(shown_grid(scene).grid);
  const std::int64_t merge = scene.rope.axes.positions.stream != StreamRule::none ? 2 : 1;
  return name == "t" ? sides.frames : name == "h" ? sides.rows / merge : name == "w" ? sides.columns / merge : 0;
}

} // namespace ropescope
