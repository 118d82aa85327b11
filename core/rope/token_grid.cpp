#include "core/rope/token_grid.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

namespace {

/// What an axis counts. Models name it in several ways.
enum class Counts : std::uint8_t { time, rows, columns, tokens, extra };

Counts counts_of(std::string_view name) {
  if (name == "t" || name == "modality" || name == "p" || name == "window") return Counts::time;
  if (name == "h" || name == "y" || name == "r") return Counts::rows;
  if (name == "w" || name == "x" || name == "c" || name == "step") return Counts::columns;
  return name == "seconds" ? Counts::tokens : Counts::extra;
}

struct Token {
  double time = 0, row = 0, column = 0, extra = 0;
};

/// Collects tokens and turns them into positions, axis by axis.
class Tokens {
public:
  explicit Tokens(const RopeConfig& config) : config_(config) {}

  void add(Token token) { tokens_.push_back(token); }
  void add_diagonal(double at) { tokens_.push_back({at, at, at, at}); }
  void pad_to(std::int64_t multiple) {
    while (static_cast<std::int64_t>(tokens_.size() - begun_) % multiple != 0) tokens_.push_back({});
  }
  void begin_part() { begun_ = tokens_.size(); } ///< what pad_to counts from
  double greatest() const {
    double most = -1;
    for (const Token& token : tokens_) most = std::max({most, token.time, token.row, token.column});
    return most;
  }
  std::int64_t count() const { return static_cast<std::int64_t>(tokens_.size()); }

  Positions positions() const {
    const std::int64_t axes = axis_count(config_);
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(axes) * tokens_.size());
    for (std::int64_t a = 0; a < axes; ++a) {
      // One axis alone has no name: what it counts are frames, of sound or of text.
      const Counts counts = axes == 1 ? Counts::time : counts_of(axis_name(config_, a));
      for (std::size_t i = 0; i < tokens_.size(); ++i) values.push_back(value(tokens_[i], counts, i));
    }
    return positions_of(axes, values);
  }

private:
  double value(const Token& token, Counts counts, std::size_t index) const {
    switch (counts) {
    case Counts::time: return token.time;
    case Counts::rows: return token.row;
    case Counts::columns: return token.column;
    case Counts::tokens: return static_cast<double>(index) * config_.axes.positions.time_rate;
    case Counts::extra: return token.extra;
    }
    return 0;
  }

  const RopeConfig& config_;
  std::vector<Token> tokens_;
  std::size_t begun_ = 0;
};

/// The part of a base grid that an image of this shape fills: rows from `top`, so many.
struct Crop {
  double first, length;
};

/// diffusers' get_resize_crop_region_for_grid, with Python's round (to even).
Crop crop(const GridSize& size, const PlaceRule& rule, bool rows) {
  const double h = static_cast<double>(size.rows), w = static_cast<double>(size.columns);
  const bool tall = h / w > rule.side_rows / rule.side_columns;
  const double height = tall ? rule.side_rows : std::nearbyint(rule.side_columns / w * h),
               width = tall ? std::nearbyint(rule.side_rows / h * w) : rule.side_columns;
  return rows ? Crop{std::nearbyint((rule.side_rows - height) / 2), height}
              : Crop{std::nearbyint((rule.side_columns - width) / 2), width};
}

/// Row (or column) i of an image.
double side_at(const RopeConfig& config, const GridSize& size, bool rows, std::int64_t i) {
  const PlaceRule& rule = config.axes.positions;
  const std::int64_t n = rows ? size.rows : size.columns;
  const double at = static_cast<double>(i), count = static_cast<double>(n),
               side = rows ? rule.side_rows : rule.side_columns;
  switch (rule.sides) {
  case SideRule::index: break;
  case SideRule::centred: return static_cast<double>(i - (n - n / 2));
  case SideRule::crop: {
    // linspace(first, last·(n − 1)/n, n): the step is stretched where the crop does not begin at 0.
    const Crop region = crop(size, rule, rows);
    const double last = (region.first + region.length) * (count - 1) / count;
    return n == 1 ? region.first : region.first + (last - region.first) * at / (count - 1);
  }
  case SideRule::stretched: return std::floor(at * side / count);
  case SideRule::fitted: return at * side / count;
  case SideRule::area: {
    const double scale = std::sqrt(side * side / static_cast<double>(size.rows * size.columns));
    return (at + 0.5) * scale - count * scale / 2;
  }
  case SideRule::fractions: return at * rule.pixels / side;
  case SideRule::midpoints: return (at + 0.5) * rule.pixels / side;
  case SideRule::normalised: return (at + 0.5) / count * 2 - 1;
  }
  // Positions of DINOv3's rule are the numerators 2i + 1 − n of its patch centres (see Spectrum).
  if (config.axes.rule == AxisRule::centred_grid) return static_cast<double>(2 * i + 1 - n);
  return rule.side_first + static_cast<double>(config.axes.first_patch) + at;
}

double time_at(const PlaceRule& rule, std::optional<double> fps, std::int64_t frame) {
  const double at = static_cast<double>(frame), rate = fps.value_or(rule.fps);
  switch (rule.time) {
  case TimeRule::index: return at;
  case TimeRule::fps: return rate > 0 ? at / rate * rule.time_rate : at;
  case TimeRule::seconds: return at * rule.time_rate / rate / rule.time_span;
  case TimeRule::causal: {
    const double begin = std::max(rule.time_rate * at + rule.time_offset - rule.time_rate, 0.0),
                 end = std::max(rule.time_rate * (at + 1) + rule.time_offset - rule.time_rate, 0.0);
    return (begin + end) / 2 / rate / rule.time_span;
  }
  }
  return at;
}

/// The longest side of all images, or half of the longest, each rounded down.
std::int64_t longest_side(const TokenGrid& grid, std::int64_t divisor) {
  std::int64_t longest = std::max(grid.size.rows / divisor, grid.size.columns / divisor);
  for (const GridSize& one : grid.further) longest = std::max({longest, one.rows / divisor, one.columns / divisor});
  return longest;
}

std::int64_t padded(std::int64_t count, std::int64_t multiple) { return (count + multiple - 1) / multiple * multiple; }

/// All images of a call, placed.
class Placer {
public:
  Placer(const RopeConfig& config, const TokenGrid& grid)
      : config_(config), rule_(config.axes.positions), grid_(grid), tokens_(config) {}

  Positions place() {
    for (std::int64_t i = 0; i < grid_.left_pad + (rule_.class_token_last ? 0 : grid_.prefix); ++i) tokens_.add({});
    if (rule_.order == TokenOrder::text_first) add_text();
    add_image(grid_.size, rule_.time_start == TimeStart::layer ? 0 : first_time(), true);
    for (std::size_t i = 0; i < grid_.further.size(); ++i) add_image(grid_.further[i], time_of(i), false);
    if (rule_.order == TokenOrder::image_first) add_text();
    if (rule_.class_token_last)
      for (std::int64_t i = 0; i < grid_.prefix; ++i) tokens_.add({});
    return tokens_.positions();
  }

private:
  double first_time() const {
    const double behind = static_cast<double>(padded(grid_.text, rule_.text_multiple));
    return rule_.time_first + (rule_.time_start == TimeStart::behind_text ? behind : 0);
  }

  double time_of(std::size_t further) const {
    const auto number = static_cast<double>(further + 1);
    if (rule_.time_start == TimeStart::behind_images) {
      std::int64_t frames = grid_.frames.empty() ? grid_.size.frames : static_cast<std::int64_t>(grid_.frames.size());
      for (std::size_t i = 0; i < further; ++i) frames += grid_.further[i].frames;
      return first_time() + static_cast<double>(frames);
    }
    if (rule_.time_start != TimeStart::layer) return first_time() + rule_.reference_step * number;
    const bool condition = rule_.text_start == TextStart::layers && further + 1 == grid_.further.size();
    return condition ? -1 : number;
  }

  void add_image(const GridSize& size, double time, bool own_frames) {
    tokens_.begin_part();
    const std::int64_t frames = own_frames && !grid_.frames.empty()
                                    ? static_cast<std::int64_t>(grid_.frames.size())
                                    : (size.frames + rule_.time_patch - 1) / rule_.time_patch;
    const std::int64_t merge = grid_.merge;
    const double sides = rule_.sides_behind_text ? static_cast<double>(grid_.text) : 0;
    for (std::int64_t f = 0; f < frames; ++f) {
      const std::int64_t number = own_frames && !grid_.frames.empty() ? grid_.frames[static_cast<std::size_t>(f)] : f;
      const double at = time + time_at(rule_, grid_.fps, number);
      // Blocks of merge × merge patches become one token later, so they come one after the other; with merge = 1 this
      // is row by row.
      for (std::int64_t top = 0; top < size.rows; top += merge)
        for (std::int64_t left = 0; left < size.columns; left += merge)
          for (std::int64_t y = top; y < top + merge; ++y)
            for (std::int64_t x = left; x < left + merge; ++x)
              tokens_.add({at, sides + side_at(config_, size, true, y), sides + side_at(config_, size, false, x), 0});
    }
    tokens_.pad_to(rule_.text_multiple);
  }

  double text_start() const {
    switch (rule_.text_start) {
    case TextStart::number: return rule_.text_first;
    case TextStart::behind_image: return tokens_.greatest() + 1;
    case TextStart::sides: return static_cast<double>(longest_side(grid_, 1));
    case TextStart::half_sides: return static_cast<double>(longest_side(grid_, 2));
    case TextStart::layers:
      return static_cast<double>(
          std::max<std::int64_t>(static_cast<std::int64_t>(grid_.further.size()), longest_side(grid_, 2)));
    }
    return 0;
  }

  void add_text() {
    const double start = text_start();
    for (std::int64_t k = 0; k < padded(grid_.text, rule_.text_multiple); ++k) {
      const double at = start + static_cast<double>(k);
      switch (rule_.text) {
      case TextPlace::unrotated: break;
      case TextPlace::origin: tokens_.add({}); break;
      case TextPlace::first_axis: tokens_.add({at, 0, 0, 0}); break;
      case TextPlace::last_axis: tokens_.add({0, 0, 0, at}); break;
      case TextPlace::all_axes: tokens_.add_diagonal(at); break;
      case TextPlace::side_axes: tokens_.add({0, at, at, 0}); break;
      }
    }
  }

  const RopeConfig& config_;
  const PlaceRule& rule_;
  const TokenGrid& grid_;
  Tokens tokens_;
};

void check_size(const GridSize& size, std::int64_t merge) {
  for (const std::int64_t side : {size.frames, size.rows, size.columns})
    if (side < 1 || side > greatest_grid_side)
      throw Error(fmt::format("a grid of {} x {} x {} tokens, expected 1…{} frames, rows and columns", size.frames,
                              size.rows, size.columns, greatest_grid_side));
  if (merge < 1) throw Error(fmt::format("blocks of {} patches a side, expected at least 1", merge));
  if (size.rows % merge != 0 || size.columns % merge != 0)
    throw Error(fmt::format("a grid of {} x {} patches, expected multiples of the merge size {}", size.rows,
                            size.columns, merge));
  // As a quotient, since the product of three sides could overflow.
  if (size.rows * size.columns > greatest_packed_tokens / size.frames)
    throw Error(fmt::format("a grid of {} x {} x {} tokens, expected at most {} in all", size.frames, size.rows,
                            size.columns, greatest_packed_tokens));
}

void check_grid(const RopeConfig& config, const TokenGrid& grid) {
  const PlaceRule& rule = config.axes.positions;
  check_size(grid.size, grid.merge);
  for (const GridSize& size : grid.further) check_size(size, 1);
  for (const std::int64_t count : {grid.text, grid.left_pad, grid.prefix})
    if (count < 0 || count > greatest_packed_tokens)
      throw Error(fmt::format("{} tokens beside the grid, expected 0…{}", count, greatest_packed_tokens));
  if (grid.text > 0 && rule.text == TextPlace::unrotated)
    throw Error(fmt::format("{} text tokens: this model does not turn its text, expected the rows of the grid alone",
                            grid.text));
  const bool has_further = rule.time_start == TimeStart::layer || rule.time_start == TimeStart::behind_images;
  if (!grid.further.empty() && !has_further && rule.reference_step == 0)
    throw Error("where this model's code puts further images is not known here: expected one grid, or positions as a "
                "file");
  if (!grid.frames.empty()) {
    bool has_time = false;
    for (std::int64_t a = 0; a < axis_count(config); ++a)
      has_time = has_time || counts_of(axis_name(config, a)) == Counts::time;
    if (!has_time) throw Error("numbers of frames: this model's tokens have no frame among their positions");
    const auto frames = static_cast<std::int64_t>(grid.frames.size());
    if (rule.time_patch > 1) throw Error("numbers of frames: this model makes one frame of several, expected none");
    if (grid.size.frames != 1 && grid.size.frames != frames)
      throw Error(
          fmt::format("{} numbers of frames, expected {}, one for each frame of the grid", frames, grid.size.frames));
    if (grid.size.rows * grid.size.columns > greatest_packed_tokens / frames)
      throw Error(fmt::format("a grid of {} x {} x {} tokens, expected at most {} in all", frames, grid.size.rows,
                              grid.size.columns, greatest_packed_tokens));
    for (const std::int64_t number : grid.frames)
      if (number < -greatest_position || number > greatest_position)
        throw Error(fmt::format("frame {} is beyond ±2^31", number));
  }
  if (grid.fps && !(*grid.fps > 0 && std::isfinite(*grid.fps)))
    throw Error(fmt::format("{} frames a second, expected a positive number", *grid.fps));
  if (grid.fps && rule.time == TimeRule::index)
    throw Error("this model counts frames and not seconds: its positions do not depend on the frames a second");
}

} // namespace

Positions placed_positions(const RopeConfig& config, const TokenGrid& grid) {
  check_grid(config, grid);
  return Placer(config, grid).place();
}

void take_grid(RopeConfig& config, const TokenGrid& grid) {
  if (config.axes.rule == AxisRule::centred_grid) {
    config.axes.grid_height = grid.size.rows;
    config.axes.grid_width = grid.size.columns;
  }
  const PlaceRule& rule = config.axes.positions;
  if (!rule.buckets) return;
  // Kandinsky 5 (diffusers 0.42.1, pipeline_kandinsky.py): one factor for pictures of 480 to 854 pixels a side, else
  // another. A patch is 8 × 2 pixels wide.
  const double height = grid.pixel_rows > 0 ? grid.pixel_rows : 16 * static_cast<double>(grid.size.rows),
               width = grid.pixel_columns > 0 ? grid.pixel_columns : 16 * static_cast<double>(grid.size.columns);
  // A single frame is an image, whose pipelines (pipeline_kandinsky_t2i.py, _i2i.py) divide nothing.
  if (grid.size.frames == 1 && grid.frames.size() < 2) return;
  const bool small = height >= 480 && height <= 854 && width >= 480 && width <= 854;
  for (PositionAxis& axis : config.axes.list)
    if (counts_of(axis.name) != Counts::time) {
      axis.rope_type = RopeType::linear;
      axis.factor = small ? 2 : 3.16;
    }
}

namespace {

/// A stream in the making: what was placed, and where the next part begins.
class Stream {
public:
  Stream(const RopeConfig& config, std::int64_t merge) : rule_(config.axes.positions), merge_(merge), tokens_(config) {}

  void add(const StreamPart& part) {
    using Kind = StreamPart::Kind;
    if (part.kind != Kind::text && part.kind != Kind::audio) check_size(part.size, merge_);
    switch (part.kind) {
    case Kind::text:
    case Kind::audio: add_run(part.tokens); break;
    case Kind::image: add_image(part); break;
    case Kind::video: add_block(block(part, true)); break;
    case Kind::video_with_audio: add_video_with_audio(part); break;
    }
  }

  Positions positions() const { return tokens_.positions(); }

private:
  /// Tokens of one part that lie together.
  struct Block {
    std::vector<Token> tokens;
    std::int64_t side = 0; ///< of the longer side, merged
  };

  void add_run(std::int64_t count) {
    if (count < 0 || count > greatest_packed_tokens)
      throw Error(fmt::format("{} tokens in a part of the stream, expected 0…{}", count, greatest_packed_tokens));
    for (std::int64_t k = 0; k < count; ++k) tokens_.add_diagonal(next_ + static_cast<double>(k));
    next_ += static_cast<double>(count);
  }

  Block block(const StreamPart& part, bool is_video) const {
    const std::int64_t rows = part.size.rows / merge_, columns = part.size.columns / merge_,
                       frames = is_video ? part.size.frames / rule_.temporal_merge : part.size.frames;
    Block made;
    made.side = std::max(rows, columns);
    for (std::int64_t f = 0; f < frames; ++f) {
      double time = static_cast<double>(f);
      if (is_video && rule_.rate > 0) time *= part.seconds * rule_.rate;
      if (!rule_.keeps_fractions) time = std::floor(time);
      for (std::int64_t y = 0; y < rows; ++y)
        for (std::int64_t x = 0; x < columns; ++x)
          made.tokens.push_back({next_ + time, next_ + static_cast<double>(y), next_ + static_cast<double>(x), 0});
    }
    return made;
  }

  void add_block(const Block& made) {
    for (const Token& token : made.tokens) tokens_.add(token);
    // Qwen2.5-VL in transformers 5.24 goes on behind the longer side, whatever time went to; Qwen2.5-Omni behind all.
    next_ = rule_.stream == StreamRule::behind_all ? tokens_.greatest() + 1 : next_ + static_cast<double>(made.side);
  }

  void add_image(const StreamPart& part) {
    if (rule_.stream == StreamRule::absolute) return add_absolute(part);
    if (rule_.stream != StreamRule::centred_images) return add_block(block(part, false));
    const std::int64_t rows = part.size.rows, columns = part.size.columns;
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x)
        tokens_.add(
            {next_, static_cast<double>(y - (rows - rows / 2)), static_cast<double>(x - (columns - columns / 2)), 0});
    next_ += static_cast<double>(std::max(rows, columns));
  }

  /// HunYuan-VL: each row ends with a token of its own, and a border of two tokens may keep the numbers of text.
  void add_absolute(const StreamPart& part) {
    const std::int64_t rows = part.size.rows / merge_, columns = part.size.columns / merge_ + 1,
                       border = part.tokens > 0 ? part.tokens - rows * columns : 0;
    if (border != 0 && border != 2)
      throw Error(fmt::format("an image of {} tokens, expected {} or 2 more", part.tokens, rows * columns));
    if (border > 0) add_run(1);
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x, ++next_)
        tokens_.add({next_, static_cast<double>(y), static_cast<double>(x), static_cast<double>(images_)});
    if (border > 0) add_run(1);
    ++images_;
  }

  /// The start tokens, then sight and sound in turn, then the end tokens. Qwen2.5-Omni gives both start tokens one
  /// position, and both end tokens.
  void add_video_with_audio(const StreamPart& part) {
    if (rule_.stream != StreamRule::behind_all) throw Error("this model has no audio in its videos");
    const bool shared = rule_.chunk_seconds > 0;
    add_brackets(shared);
    const Block video = block(part, true);
    std::vector<Token> audio;
    for (std::int64_t k = 0; k < part.tokens; ++k) {
      const double at = next_ + static_cast<double>(k);
      audio.push_back({at, at, at, 0});
    }
    const double begin = next_;
    std::size_t v = 0, a = 0;
    for (std::int64_t chunk = 1; v < video.tokens.size() || a < audio.size(); ++chunk) {
      if (shared) {
        const double end = begin + static_cast<double>(chunk) * std::floor(rule_.rate * rule_.chunk_seconds);
        while (v < video.tokens.size() && video.tokens[v].time < end) tokens_.add(video.tokens[v++]);
        while (a < audio.size() && audio[a].time < end) tokens_.add(audio[a++]);
      } else if (a == audio.size() || (v < video.tokens.size() && video.tokens[v].time <= audio[a].time))
        tokens_.add(video.tokens[v++]);
      else
        tokens_.add(audio[a++]);
    }
    next_ = tokens_.greatest() + 1;
    add_brackets(shared);
  }

  void add_brackets(bool shared) {
    add_run(1);
    if (shared) --next_;
    add_run(1);
  }

  const PlaceRule& rule_;
  std::int64_t merge_;
  Tokens tokens_;
  double next_ = 0;
  std::int64_t images_ = 0;
};

} // namespace

Positions streamed_positions(const RopeConfig& config, std::span<const StreamPart> parts, std::int64_t merge) {
  if (config.axes.positions.stream == StreamRule::none)
    throw Error("this model's rows are no stream of text and images, expected a grid");
  Stream stream(config, merge);
  for (const StreamPart& part : parts) stream.add(part);
  return stream.positions();
}

} // namespace ropescope
