#include "core/rope/transformer_engine.h"

#include <array>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

RopeConfig config_of(const TransformerEngineRope& rope, double max_seq_len) {
  RopeConfig config;
  config.layout.head_dim = rope.dim;
  // Truncated, as Python's int() does.
  config.layout.rotary_dim = static_cast<std::int64_t>(static_cast<double>(rope.dim) * rope.rotary_percent);
  config.base = rope.rotary_base;
  config.layout.pairs.pairing = config.layout.pairs.output = rope.interleaved ? Pairing::interleaved : Pairing::half;
  if (rope.seq_len_interpolation_factor && rope.pretrained_max_position_embeddings) {
    const double pretrained = *rope.pretrained_max_position_embeddings, fixed = *rope.seq_len_interpolation_factor;
    config.scaling.rope_type = RopeType::linear;
    // "Dynamic linear scaling" of that code: calls that the fixed factor does not cover get a greater one.
    config.scaling.factor = max_seq_len > pretrained * fixed ? max_seq_len / pretrained : fixed;
    config.scaling.max_position_embeddings = pretrained;
  }
  return config;
}

Positions positions_of(const TransformerEngineCall& call) {
  const std::size_t rank = call.tensor_format == "thd" ? 3 : 4;
  if (call.shape.size() != rank)
    throw Error(fmt::format("a {} tensor of {} axes, expected {}", call.tensor_format, call.shape.size(), rank));
  if (call.tensor_format == "thd")
    return packed_positions(call.cu_seqlens, call.start_positions, call.cp_size, call.cp_rank);
  const bool batch_first = call.tensor_format == "bshd";
  if (!batch_first && call.tensor_format != "sbhd")
    throw Error(fmt::format("tensor format \"{}\", expected sbhd, bshd or thd", call.tensor_format));
  const std::int64_t length = call.shape[batch_first ? 1 : 0], batch = call.shape[batch_first ? 0 : 1];
  if (!call.start_positions.empty() && static_cast<std::int64_t>(call.start_positions.size()) != batch)
    throw Error(fmt::format("{} start positions for a batch of {}", call.start_positions.size(), batch));
  // A rank's tensor holds `length` tokens of each sequence; all ranks together hold cp_size times as many. One sequence
  // is cut as a packed one is, and its positions serve the whole batch.
  const std::array<std::int64_t, 2> whole{0, length * call.cp_size};
  const Positions local = packed_positions(whole, {}, call.cp_size, call.cp_rank);
  Positions positions{1, {}};
  // In the order of the tensor's own axes, as rows lie in memory.
  for (std::int64_t first = 0; first < (batch_first ? batch : length); ++first)
    for (std::int64_t second = 0; second < (batch_first ? length : batch); ++second) {
      const std::int64_t token = batch_first ? second : first, sequence = batch_first ? first : second;
      const std::int64_t start =
          call.start_positions.empty() ? call.offset : call.start_positions[static_cast<std::size_t>(sequence)];
      positions.ids.push_back(start + local.at(0, token));
    }
  return positions;
}

} // namespace ropescope
