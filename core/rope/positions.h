#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// `position_ids`: one number per token, or one per token and axis (t, h, w of M-RoPE; frame, row, column …).
struct Positions {
  std::int64_t axes = 1;
  std::vector<std::int64_t> ids;      ///< [axes][tokens]; each within ±greatest_position
  std::vector<double> fractions = {}; ///< [axes][tokens], what is added to `ids`, within ±½; empty: all are whole

  bool whole() const { return fractions.empty(); }
  /// The position itself; ids alone where all are whole.
  double value(std::int64_t axis, std::int64_t token) const {
    const auto i = static_cast<std::size_t>(axis * tokens() + token);
    return static_cast<double>(ids[i]) + (fractions.empty() ? 0 : fractions[i]);
  }

  std::int64_t tokens() const { return axes == 0 ? 0 : static_cast<std::int64_t>(ids.size()) / axes; }
  std::int64_t at(std::int64_t axis, std::int64_t token) const {
    return ids[static_cast<std::size_t>(axis * tokens() + token)];
  }
};

/// Positions up to 2³¹ are exact (see Spectrum); beyond, a rotation is refused.
inline constexpr std::int64_t greatest_position = std::int64_t{1} << 31;

/// What one call makes at most, so that a number out of a command line or a file never asks for all memory.
inline constexpr std::int64_t greatest_packed_tokens = std::int64_t{1} << 30, greatest_grid_side = 65536,
                              greatest_ranks = 1 << 20;

/// The least and the greatest of some positions, on every processor; not of none.
struct Extent {
  std::int64_t least, greatest;
};
Extent extent(std::span<const std::int64_t> positions);

/// first, first + 1, … for `tokens` tokens.
Positions consecutive_positions(std::int64_t tokens, std::int64_t first = 0);

/// Of [axes][tokens] numbers; whole where all are. Throws Error where one is not finite or beyond ±greatest_position.
Positions positions_of(std::int64_t axes, std::span<const double> values);

/// The greatest position + 1, which a forward pass calls seq_len; 0 without tokens.
std::int64_t sequence_length(const Positions&);

/// Sequences packed one behind the other: cu_seqlens[s] … cu_seqlens[s+1] − 1 are the tokens of sequence s, which
/// counts from 0 or from start_positions[s]. Under context parallelism of cp_size ranks every sequence is cut into
/// 2·cp_size chunks, of which rank r holds numbers r and 2·cp_size − 1 − r; only its tokens are returned.
/// Source: TransformerEngine @ d0067d0, attention/rope.py. Throws Error before memory is taken where cu_seqlens falls
/// or goes beyond greatest_packed_tokens, a sequence cannot be cut evenly, a start lies beyond ±greatest_position, or
/// the numbers of starts and sequences differ. Any numbers may be passed.
Positions packed_positions(std::span<const std::int64_t> cu_seqlens, std::span<const std::int64_t> start_positions = {},
                           std::int64_t cp_size = 1, std::int64_t cp_rank = 0);

/// Throws Error unless 0 ≤ cp_rank < cp_size ≤ greatest_ranks.
void check_ranks(std::int64_t cp_size, std::int64_t cp_rank);

/// height · width + prefix. Throws Error where a side is not 1 … greatest_grid_side or prefix not 0 …
/// greatest_grid_side.
std::int64_t grid_tokens(std::int64_t height, std::int64_t width, std::int64_t prefix);

/// Row and column of every patch of an image, row by row, or merge × merge blocks of patches at a time (Qwen's
/// spatial_merge_size); `prefix` tokens before (a class token) do not turn. In the units of the axis rule: Llama 4
/// counts from 1; DINOv3's patch centres, −1 … 1 along each side, are the odd integers 2i + 1 − side. Where the model
/// has a third axis, the frame comes first, 0.
/// Throws Error as grid_tokens does, where there are more than greatest_packed_tokens, and where the merge does not
/// divide the sides.
Positions grid_positions(const RopeConfig&, std::int64_t height, std::int64_t width, std::int64_t merge = 1,
                         std::int64_t prefix = 0);

/// Which axis of the positions turns each pair, by the config's axis rule; all 0 where the positions have one axis
/// alone, as text tokens have under M-RoPE.
/// Source: transformers @ decba1d2, modeling_{qwen2_vl,qwen3_vl,ernie4_5_vl_moe,pixtral,llama4}.py; ggml @ d99724f2.
/// Throws Error where the positions have another number of axes or the sections do not sum to the number of pairs.
std::vector<std::uint8_t> pair_axes(const RopeConfig&, std::int64_t axes);

/// The same of the second component of each pair, where a model's mixed convention (AngleTable) has another there.
std::vector<std::uint8_t> second_axes(const RopeConfig&, std::int64_t axes);

} // namespace ropescope
