#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/rope/config.h"
#include "core/rope/engine.h"
#include "core/rope/positions.h"

namespace ropescope {

/// Where the tokens of an array are, as a person says it. Its members are options of the command line.
struct PositionSource {
  std::string file, grid;
  std::optional<std::int64_t> offset;
  std::vector<std::int64_t> cu_seqlens, start_positions;
  std::int64_t cp_size = 1, cp_rank = 0, merge = 1, prefix = 0;

  bool operator==(const PositionSource&) const = default;

  bool given() const;

  /// How many tokens they speak of, where they say.
  std::optional<std::int64_t> count() const;

  /// Gives DINOv3's config the sides of the grid, which its frequencies need.
  void set_grid(RopeConfig&) const;

  /// Positions of an array of so many tokens; without any option from 0 on. `in` names the array's file in errors.
  /// Throws Error.
  Positions read(const RopeConfig&, std::int64_t tokens, const std::string& in) const;

private:
  Positions of_grid(const RopeConfig&, std::int64_t tokens, const std::string& in) const;
  Positions of_packed(std::int64_t tokens, const std::string& in) const;
  Positions of_file() const;
};

/// The model's layout with another pairing ("half", "interleaved"), or as it is ("auto"), with what else the model's
/// code does: part of the head, order of the output, sign.
PairLayout layout_named(const std::string& name, const RopeConfig&);

/// An array as heads, with its token axis (negative: from the end). Throws Error where it has no such axis or its last
/// is not the model's head_dim.
RowShape row_shape(const Array&, std::int64_t token_axis, const RopeConfig&, const std::string& file);

} // namespace ropescope
