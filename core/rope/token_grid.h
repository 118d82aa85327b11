#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/positions.h"

namespace ropescope {

/// Patches of an image (one frame) or a clip, as the model's attention sees them.
struct GridSize {
  std::int64_t frames = 1, rows = 0, columns = 0;

  std::int64_t tokens() const { return frames * rows * columns; }
  bool operator==(const GridSize&) const = default;
};

/// What a person knows of the tokens of one call.
struct TokenGrid {
  GridSize size;
  std::int64_t text = 0;                    ///< tokens of it
  std::int64_t left_pad = 0, prefix = 0;    ///< tokens before all others, at 0 on every axis
  std::vector<GridSize> further = {};       ///< reference or condition images
  std::vector<std::int64_t> frames = {};    ///< numbers of the frames where they have gaps; empty: 0, 1, 2 …
  std::optional<double> fps = {};           ///< frames a second
  double pixel_rows = 0, pixel_columns = 0; ///< of the picture, for models whose angles depend on them; 0: not said
  std::int64_t merge = 1;                   ///< patches lie in blocks of so many a side

  bool operator==(const TokenGrid&) const = default;
};

/// Positions as the model's own code makes them (Axes::positions), one for each token in the order of its rows.
/// Throws Error, one sentence: a side out of range, frames, text or further images that the model's rows do not have,
/// more tokens than greatest_packed_tokens.
Positions placed_positions(const RopeConfig&, const TokenGrid&);

/// Gives the config what its frequencies take from the grid: DINOv3 its sides, Kandinsky 5 a clip's bucket.
void take_grid(RopeConfig&, const TokenGrid&);

/// One stretch of an omni or vision-language model's stream.
struct StreamPart {
  enum class Kind : std::uint8_t { text, image, video, audio, video_with_audio };
  Kind kind = Kind::text;
  std::int64_t tokens = 0; ///< of text and audio; of an image that has a border: with it; else 0
  GridSize size = {};      ///< patches, before they are merged
  double seconds = 1;      ///< of one frame of the grid (`second_per_grid_ts`)

  bool operator==(const StreamPart&) const = default;
};

/// The positions of a stream, part after part (PlaceRule::stream). `merge`: patches of a side that become one token.
/// Throws Error where the model has no stream, or a part is of a kind that it has not.
Positions streamed_positions(const RopeConfig&, std::span<const StreamPart>, std::int64_t merge);

} // namespace ropescope
