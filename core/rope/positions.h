#pragma once
#include <cstdint>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// `position_ids`: one integer per token, or one per token and axis (t, h, w of M-RoPE).
struct Positions {
  std::int64_t axes = 1;
  std::vector<std::int64_t> ids; ///< [axes][tokens]; each within ±greatest_position

  std::int64_t tokens() const { return axes == 0 ? 0 : static_cast<std::int64_t>(ids.size()) / axes; }
  std::int64_t at(std::int64_t axis, std::int64_t token) const {
    return ids[static_cast<std::size_t>(axis * tokens() + token)];
  }
};

/// Positions up to 2³¹ are exact (see Spectrum); beyond, a rotation is refused.
inline constexpr std::int64_t greatest_position = std::int64_t{1} << 31;

/// first, first + 1, … for `tokens` tokens.
Positions consecutive_positions(std::int64_t tokens, std::int64_t first = 0);

/// The greatest position + 1, which a forward pass calls seq_len; 0 without tokens.
std::int64_t sequence_length(const Positions&);

/// Which axis of the positions turns each pair: all 0 for one-dimensional RoPE; by sections for M-RoPE.
/// Qwen2-VL: blocks [t…, h…, w…]; Qwen3-VL: pair i takes h if i % 3 = 1 and i < 3·sections[1], w if i % 3 = 2
/// and i < 3·sections[2], else t (transformers @ decba1d2, modeling_qwen3_vl.py).
/// Throws Error where the sections do not sum to the number of pairs.
std::vector<std::uint8_t> pair_axes(const RopeConfig&, std::int64_t axes);

} // namespace ropescope
