#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace ropescope {

/// Which two components of the rotary part form pair i, of n pairs.
enum class Pairing : std::uint8_t {
  half,       ///< (i, i + n): "rotate half", GPT-NeoX, Llama in Hugging Face's files
  interleaved ///< (2i, 2i + 1): GPT-J, RoFormer, Meta's own Llama
};

std::string_view pairing_name(Pairing);
std::optional<Pairing> pairing_from_name(std::string_view);

/// Where the rotary part lies in a head, how it is paired, and which way it turns.
struct PairLayout {
  Pairing pairing = Pairing::half; ///< how the input is read
  Pairing output = Pairing::half;  ///< how the result is written; DeepSeek-V3 reads interleaved, writes half
  bool trailing = false;           ///< the rotary part is the last rotary_dim components (DeepSeek-V4)
  std::int8_t direction = +1;      ///< +1: by +angle, −1: by −angle (nanochat, and every inverse)
  std::int64_t offset = 0;         ///< components before the rotary part (after it, where trailing)
  std::int64_t blocks = 1;         ///< the rotary part is so many, each paired within itself (Gemma 4 vision: 2)

  bool operator==(const PairLayout&) const = default;
};

/// A model's layout with the pairing of that name, else as it is (such as for "auto"). What else the model's code does
/// stays: its part of the head, its sign, and an order of the output that differs from the input's.
PairLayout layout_named(std::string_view name, PairLayout of_model);

/// A layout spelled out as indices: pair i reads components (in_first(i), in_second(i)) of a head and writes
/// (out_first(i), out_second(i)). Engines work on this alone; shaders/rotate_rows.glsl has the same six
/// numbers.
struct PairIndex {
  std::int64_t offset;            ///< first component of the rotary part
  std::int64_t in_stride, in_gap; ///< pair i of a block reads its start + in_stride·i and that + in_gap
  std::int64_t out_stride, out_gap;
  std::int64_t block; ///< pairs of a block, which is 2·block components wide

  std::int64_t in_first(std::int64_t pair) const { return start(pair) + in_stride * (pair % block); }
  std::int64_t in_second(std::int64_t pair) const { return in_first(pair) + in_gap; }
  std::int64_t out_first(std::int64_t pair) const { return start(pair) + out_stride * (pair % block); }
  std::int64_t out_second(std::int64_t pair) const { return out_first(pair) + out_gap; }

private:
  std::int64_t start(std::int64_t pair) const { return offset + pair / block * 2 * block; }
};

/// Requires offset + 2·pairs ≤ head_dim and pairs that the blocks divide.
PairIndex pair_index(const PairLayout&, std::int64_t head_dim, std::int64_t pairs);

} // namespace ropescope
