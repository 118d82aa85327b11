#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/rope/config.h"
#include "core/rope/positions.h"

namespace ropescope {

/// Where the tokens of an array are, as a person says it: at most one of file, grid, offset and cu_seqlens. Any values
/// may stand here; what cannot be is refused when it is read.
struct PositionSource {
  std::string file = {}; ///< numbers [tokens] or [axes, tokens]; or a list, "0,1,5". Fractions where the model has them
  std::string grid = {}; ///< tokens of an image or clip, "[FRAMESx]ROWSxCOLUMNS", or "SIDE" of a square image
  std::optional<std::int64_t> merge = {}; ///< of grid: see grid_positions; nothing: as the model's tower has it
  std::int64_t prefix = 0;                ///< of grid: see grid_positions
  std::vector<std::int64_t> text = {};    ///< of grid: text tokens; of a stream those before each image, and behind all
  std::vector<std::string> images = {};   ///< of grid: further images, as `grid`: references, conditions
  std::vector<std::int64_t> frames = {};  ///< of grid: numbers of its frames where they have gaps (FramePack)
  std::optional<double> fps = {};         ///< of grid: frames a second
  std::optional<double> seconds = {};     ///< of a stream's video: of one frame of the grid
  std::string picture = {}; ///< of grid: pixels of the picture, "HEIGHTxWIDTH", where angles depend on them
  std::optional<std::int64_t> offset = {};        ///< the first position; the others follow
  std::vector<std::int64_t> cu_seqlens = {};      ///< see packed_positions
  std::vector<std::int64_t> start_positions = {}; ///< of each sequence, or of the only one
  std::int64_t cp_size = 1, cp_rank = 0;          ///< context-parallel ranks, and which of them the array belongs to

  bool operator==(const PositionSource&) const = default;

  /// Whether a person has said anything; where not, tokens count from 0.
  bool given() const;

  /// The numbers of the file, or of the list, in the shape they have there; floating-point ones that are whole are
  /// integers here. Requires a `file`. Throws Error.
  Array table() const;

  /// The same, with fractions where the model's own code makes them.
  Array numbers(const RopeConfig&) const;

  /// How many tokens they speak of, where they say: of a file the extent of its last axis.
  std::optional<std::int64_t> count() const;
  /// The same of a grid that the model's own rule fills with text and padding too. Throws Error where it cannot be.
  std::optional<std::int64_t> tokens(const RopeConfig&) const;

  /// Gives the config what its frequencies take from the grid: DINOv3's sides, Kandinsky 5's bucket.
  void set_grid(RopeConfig&) const;

  /// Positions of an array of so many tokens; from 0 on where nothing is given. `in` names the array's file in errors.
  /// Throws Error.
  Positions read(const RopeConfig&, std::int64_t tokens, const std::string& in) const;

  /// Positions of the grid, however many tokens it makes. Requires a `grid`. Throws Error.
  Positions whole_grid(const RopeConfig&) const;

private:
  Positions of_grid(const RopeConfig&, std::int64_t tokens, const std::string& in) const;
  Positions of_packed(std::int64_t tokens, const std::string& in) const;
  Positions of_offset(std::int64_t tokens, const std::string& in) const;
  std::int64_t tokens_of_all_ranks(std::int64_t tokens, const std::string& in) const;
  Positions of_file(const RopeConfig&) const;
  Positions of_placed_grid(const RopeConfig&) const;
  std::int64_t merge_of(const RopeConfig&) const;
  bool is_placed(const RopeConfig&) const;
};

} // namespace ropescope
