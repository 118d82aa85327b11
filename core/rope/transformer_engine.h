#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/positions.h"

namespace ropescope {

/// The parameters of TransformerEngine's RotaryPositionEmbedding, as its constructor names them.
/// Source: NVIDIA/TransformerEngine @ d0067d0, transformer_engine/pytorch/attention/rope.py.
struct TransformerEngineRope {
  std::int64_t dim = 128; ///< of a head
  double rotary_percent = 1;
  std::optional<double> seq_len_interpolation_factor;
  std::optional<double> pretrained_max_position_embeddings; ///< tokens; interpolation needs both
  double rotary_base = 10000;
  bool interleaved = false;
};

/// The same as a RopeConfig. Interpolation divides positions: by its factor, or, where `max_seq_len` tokens are more
/// than that reaches, by as much as they need.
RopeConfig config_of(const TransformerEngineRope&, double max_seq_len);

/// What apply_rotary_pos_emb is told beside the tensor.
struct TransformerEngineCall {
  std::vector<std::int64_t> shape;           ///< of the tensor
  std::string_view tensor_format = "sbhd";   ///< or bshd, or thd (packed)
  std::int64_t offset = 0;                   ///< of forward(max_seq_len, offset)
  std::vector<std::int64_t> start_positions; ///< one per sequence
  std::vector<std::int64_t> cu_seqlens;      ///< of thd; of all ranks together
  std::int64_t cp_size = 1, cp_rank = 0;
};

/// A position for every entry of the tensor's leading axes: [s·b], [b·s] or [t]. Throws Error for a shape that is not
/// of that format.
Positions positions_of(const TransformerEngineCall&);

} // namespace ropescope
