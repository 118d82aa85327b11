#include "core/io/position_source.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/tensor_file.h"
#include "core/rope/token_grid.h"
#include "core/text.h"

namespace ropescope {

namespace {

/// "14x14", "81x30x52" with frames before, or "14" for a square.
GridSize read_grid(const std::string& words) {
  std::vector<std::int64_t> sides;
  const char *text = words.data(), *end = text + words.size();
  bool whole = !words.empty();
  while (whole && text != end && sides.size() < 4) {
    std::int64_t side = 0;
    // from_chars and not a stream: no blanks, no sign +, and no locale are accepted.
    const auto [rest, error] = std::from_chars(text, end, side);
    whole = error == std::errc{} && side >= 1 && side <= greatest_grid_side && (rest == end || *rest == 'x');
    sides.push_back(side);
    text = rest == end ? end : rest + 1;
    whole = whole && (rest == end || text != end);
  }
  if (!whole || sides.empty() || sides.size() > 3)
    throw Error(
        fmt::format("the grid {}: expected rows x columns of patches, as in 14x14, or frames before them, up to "
                    "{} a side",
                    in_quotes(words), greatest_grid_side));
  if (sides.size() == 1) return {1, sides[0], sides[0]};
  return sides.size() == 2 ? GridSize{1, sides[0], sides[1]} : GridSize{sides[0], sides[1], sides[2]};
}

/// "0,1,5" instead of a file's name; a file that is really called so goes first.
std::optional<Array> read_list(const std::string& words) {
  std::error_code ignored;
  if (words.find_first_not_of("0123456789,-") != std::string::npos || std::filesystem::exists(words, ignored))
    return std::nullopt;
  Array list;
  list.dtype.reset();
  const char *at = words.data(), *end = at + words.size();
  while (true) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (rest != end && (*rest != ',' || rest + 1 == end)))
      throw Error(fmt::format("the positions {}: expected integers, as in 0,1,5, or a file", in_quotes(words)));
    list.integers.push_back(number);
    if (rest == end) break;
    at = rest + 1;
  }
  list.shape = {static_cast<std::int64_t>(list.integers.size())};
  return list;
}

/// PyTorch's arange of floats makes such positions; a fraction would have to be rounded, and is refused.
void take_whole_numbers(Array& array, const std::string& file) {
  array.integers.resize(static_cast<std::size_t>(array.size()));
  for (std::int64_t i = 0; i < array.size(); ++i) {
    const double number = array.number(i);
    if (!(std::abs(number) <= 0x1p53) || number != std::floor(number))
      throw Error(fmt::format("{}: position {} at index {} is no whole number, expected integers", file, number, i));
    array.integers[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(number);
  }
  array.dtype.reset();
  array.floats.clear();
  array.doubles.clear();
}

} // namespace

bool PositionSource::given() const {
  return offset || !file.empty() || !grid.empty() || !cu_seqlens.empty() || !start_positions.empty();
}

std::optional<std::int64_t> PositionSource::count() const {
  if (!file.empty()) {
    const Array array = table();
    return array.shape.empty() ? 1 : array.shape.back();
  }
  if (!grid.empty()) {
    // With text, or of a model that pads, the model alone knows: nothing is said.
    const GridSize size = read_grid(grid);
    if (!text.empty() || !images.empty() || !frames.empty() || size.frames > 1) return std::nullopt;
    return grid_tokens(size.rows, size.columns, prefix);
  }
  // Values may be wrong still (read() refuses them): a division by 0 must not come first.
  if (!cu_seqlens.empty() && cp_size >= 1) return cu_seqlens.back() / cp_size;
  return std::nullopt;
}

std::optional<std::int64_t> PositionSource::tokens(const RopeConfig& rope) const {
  return !grid.empty() && is_placed(rope) ? of_placed_grid(rope).tokens() : count();
}

namespace {

/// What was said of a grid, as the makers of positions take it.
TokenGrid token_grid(const PositionSource& source, std::int64_t merge) {
  TokenGrid grid;
  grid.size = read_grid(source.grid);
  grid.text = source.text.empty() ? 0 : source.text.front();
  grid.prefix = source.prefix;
  grid.merge = merge;
  grid.fps = source.fps;
  grid.frames = source.frames;
  for (const std::string& image : source.images) grid.further.push_back(read_grid(image));
  if (source.picture.empty()) return grid;
  const GridSize pixels = read_grid(source.picture);
  grid.pixel_rows = static_cast<double>(pixels.rows);
  grid.pixel_columns = static_cast<double>(pixels.columns);
  return grid;
}

/// Text, image, text, image …, text: a clip is a video, or so many images where the model has them frame by frame.
std::vector<StreamPart> stream_parts(const PositionSource& source, const PlaceRule& rule) {
  using Kind = StreamPart::Kind;
  std::vector<GridSize> images{read_grid(source.grid)};
  for (const std::string& image : source.images) images.push_back(read_grid(image));
  std::vector<StreamPart> parts;
  std::size_t next = 0;
  const auto add_text = [&](std::int64_t tokens) {
    if (tokens > 0) parts.push_back({Kind::text, tokens, {}, 1});
  };
  const auto next_text = [&] { return next < source.text.size() ? source.text[next++] : std::int64_t{0}; };
  for (const GridSize& size : images) {
    const bool apart = rule.frame_by_frame && size.frames > 1;
    for (std::int64_t f = 0; f < (apart ? size.frames : 1); ++f) {
      add_text(next_text());
      const bool video = size.frames > 1 && !apart;
      parts.push_back({video ? Kind::video : Kind::image,
                       0,
                       {apart ? 1 : size.frames, size.rows, size.columns},
                       source.seconds.value_or(1)});
    }
  }
  while (next < source.text.size()) add_text(source.text[next++]);
  return parts;
}

/// Whether the model's own code makes fractions of positions somewhere; elsewhere one is a mistake.
bool takes_fractions(const RopeConfig& rope) {
  const PlaceRule& rule = rope.axes.positions;
  const bool whole_sides =
      rule.sides == SideRule::index || rule.sides == SideRule::centred || rule.sides == SideRule::stretched;
  return !whole_sides || rule.time != TimeRule::index || rule.keeps_fractions || has_own_angles(rope);
}

/// Where no grid says what the positions are.
void refuse_grid(const RopeConfig& rope) {
  if (rope.axes.positions.own_order)
    throw Error(
        "this model's code lays its patches in windows, in an order that a grid does not say: expected positions "
        "as a file");
  if (rope.axes.rule == AxisRule::single && rope.axes.positions == PlaceRule{})
    throw Error(
        "this model's tokens have one position each, and no frames, rows and columns of a grid: expected a list "
        "of positions or the first one");
}

/// Which of a model's frames are not its tokens' frames.
std::string patched_words(const RopeConfig& rope) {
  const std::int64_t patch = rope.axes.positions.time_patch;
  return patch > 1 ? fmt::format(" ({} of its frames are one frame of tokens)", patch) : "";
}

} // namespace

void PositionSource::set_grid(RopeConfig& rope) const {
  if (!grid.empty()) take_grid(rope, token_grid(*this, merge_of(rope)));
}

std::int64_t PositionSource::merge_of(const RopeConfig& rope) const {
  return merge.value_or(rope.axes.spatial_merge_size);
}

/// Whether the model's rule makes the positions of the grid, and not the plain rows and columns of a vision tower.
bool PositionSource::is_placed(const RopeConfig& rope) const {
  return rope.axes.rule == AxisRule::listed || rope.axes.positions != PlaceRule{} || !text.empty() || !images.empty() ||
         !frames.empty() || fps || seconds || read_grid(grid).frames > 1;
}

Positions PositionSource::of_placed_grid(const RopeConfig& rope) const {
  const PlaceRule& rule = rope.axes.positions;
  refuse_grid(rope);
  if (rule.stream == StreamRule::none) {
    if (text.size() > 1)
      throw Error(
          fmt::format("{} numbers of text tokens: this model's text lies in one place, expected one", text.size()));
    if (seconds)
      throw Error("seconds of a frame: this model has no stream of text and videos, expected frames a second");
    return placed_positions(rope, token_grid(*this, merge_of(rope)));
  }
  if (!frames.empty()) throw Error("numbers of frames: this model's stream counts the frames of a video itself");
  if (prefix != 0)
    throw Error("this model's stream has no tokens before it but its text: expected them among its text");
  if (fps) throw Error("this model's videos are given by the seconds of a frame of the grid, not by frames a second");
  return streamed_positions(rope, stream_parts(*this, rule), merge.value_or(1));
}

Positions PositionSource::whole_grid(const RopeConfig& rope) const {
  if (is_placed(rope)) return of_placed_grid(rope);
  refuse_grid(rope);
  const GridSize size = read_grid(grid);
  return grid_positions(rope, size.rows, size.columns, merge_of(rope), prefix);
}

Positions PositionSource::of_grid(const RopeConfig& rope, std::int64_t tokens, const std::string& in) const {
  if (is_placed(rope)) {
    Positions positions = of_placed_grid(rope);
    if (positions.tokens() != tokens)
      throw Error(fmt::format("the grid {} makes {} tokens{}{}, and {} has {}", grid, positions.tokens(),
                              text.empty() ? "" : " with its text", patched_words(rope), in, tokens));
    return positions;
  }
  const GridSize size = read_grid(grid);
  const std::int64_t wanted = grid_tokens(size.rows, size.columns, prefix);
  if (wanted != tokens)
    throw Error(fmt::format("the grid {}x{} with {} prefix {}: {} tokens, and {} has {}", size.rows, size.columns,
                            prefix, prefix == 1 ? "token" : "tokens", wanted, in, tokens));
  refuse_grid(rope);
  return grid_positions(rope, size.rows, size.columns, merge_of(rope), prefix);
}

std::int64_t PositionSource::tokens_of_all_ranks(std::int64_t tokens, const std::string& in) const {
  check_ranks(cp_size, cp_rank);
  // The quotient, as the product could overflow.
  if (tokens > greatest_packed_tokens / cp_size)
    throw Error(fmt::format("{} has {} tokens{}, expected at most {} in all", in, tokens,
                            cp_size > 1 ? fmt::format(" of each of {} ranks", cp_size) : "", greatest_packed_tokens));
  return tokens * cp_size;
}

Positions PositionSource::of_packed(std::int64_t tokens, const std::string& in) const {
  const std::int64_t expected = tokens_of_all_ranks(tokens, in);
  if (cu_seqlens.back() != expected)
    throw Error(fmt::format("cu_seqlens ends at {}, expected {} as {} has tokens{}", cu_seqlens.back(), expected, in,
                            cp_size > 1 ? ", times the number of ranks" : ""));
  return packed_positions(cu_seqlens, start_positions, cp_size, cp_rank);
}

Positions PositionSource::of_offset(std::int64_t tokens, const std::string& in) const {
  const std::int64_t first = offset.value_or(0), whole[] = {0, tokens_of_all_ranks(tokens, in)};
  if (first < -greatest_position || first > greatest_position)
    throw Error(fmt::format("the first position is {}, expected one within ±2^31", first));
  Positions positions = packed_positions(whole, start_positions, cp_size, cp_rank);
  for (std::int64_t& id : positions.ids) id += first;
  return positions;
}

Array PositionSource::table() const {
  if (auto list = read_list(file)) return std::move(*list);
  Array array = read_array(file);
  if (!array.holds_integers()) take_whole_numbers(array, file);
  return array;
}

Array PositionSource::numbers(const RopeConfig& rope) const {
  return takes_fractions(rope) && !read_list(file) ? read_array(file) : table();
}

Positions PositionSource::of_file(const RopeConfig& rope) const {
  Array array = numbers(rope);
  if (array.shape.empty() || array.shape.size() > 2)
    throw Error(fmt::format("{}: shape ({}), expected [tokens] or [axes, tokens]", file, fmt::join(array.shape, ", ")));
  const std::int64_t axes = array.shape.size() == 2 ? array.shape[0] : 1;
  if (array.holds_integers()) return {axes, std::move(array.integers)};
  std::vector<double> values;
  for (std::int64_t i = 0; i < array.size(); ++i) values.push_back(array.number(i));
  return positions_of(axes, values);
}

Positions PositionSource::read(const RopeConfig& rope, std::int64_t tokens, const std::string& in) const {
  check_ranks(cp_size, cp_rank);
  if (!grid.empty()) return of_grid(rope, tokens, in);
  Positions positions = !file.empty()         ? of_file(rope)
                        : !cu_seqlens.empty() ? of_packed(tokens, in)
                                              : of_offset(tokens, in);
  // Without this a vision model's patches would be turned as text in a row, and the result would look plausible.
  const std::int64_t axes = axis_count(rope);
  if (rope.rotates && of_patches(rope.axes.rule) && positions.axes == 1 && axes > 1)
    throw Error(
        fmt::format("this model's positions are {}rows and columns{}: expected the grid of its patches, or a file "
                    "of positions [{}, tokens]",
                    axes >= 3 ? "frames, " : "", axes > 3 ? " and more" : "", axes));
  return positions;
}

} // namespace ropescope
