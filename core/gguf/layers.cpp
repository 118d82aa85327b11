#include "core/gguf/layers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/gguf/scaling.h"

namespace ropescope::gguf {

namespace {

RopeConfig without_rope(RopeConfig rope) {
  rope.rotates = false;
  return rope;
}

/// Another number of pairs has no use for the factors of these.
RopeConfig without_factors(RopeConfig rope) {
  rope.scaling.freq_factors.clear();
  return rope.scaling.rope_type == RopeType::longrope ? unscaled(std::move(rope)) : rope;
}

/// Of the layers with a sliding window; nothing where they turn as the others do.
std::optional<RopeConfig> local_rope(const RopeConfig& rope, Metadata& metadata) {
  const GgufLocal kind = metadata.code().local;
  // Such an architecture's code looks at no key of them (…_swa). One that nobody knows may.
  if (kind == GgufLocal::none && metadata.is_known()) return std::nullopt;
  const auto base = metadata.number("rope.freq_base_swa");
  const auto part = metadata.dimension("rope.dimension_count_swa"),
             length = metadata.dimension("attention.key_length_swa");
  // Keys of sliding layers (…_swa) count as a window too: some files state them alone.
  const bool window = metadata.any_integer("attention.sliding_window").value_or(0) > 0 || base || part;
  if (!window || (kind == GgufLocal::none && !base && !part)) return std::nullopt;
  const bool is_plain = kind == GgufLocal::own || kind == GgufLocal::unscaled;
  RopeConfig result = is_plain ? unscaled(rope) : rope;
  const bool reads_base = metadata.code().local_base_is_read;
  result.base = base && reads_base ? *base : kind == GgufLocal::own ? 10000 : rope.base;
  if (base && !reads_base && *base != result.base)
    metadata.warn(fmt::format("{} is {:g}, and llama.cpp goes by {:g} for this architecture, as is done here",
                              metadata.key("rope.freq_base_swa"), *base, result.base));
  // A decoupled part is a head apart with its own size, which sliding layers share.
  if (!metadata.code().decoupled) {
    const std::int64_t whole = metadata.dimension("rope.dimension_count").value_or(rope.layout.head_dim);
    result.layout.head_dim = length.value_or(rope.layout.head_dim);
    result.layout.rotary_dim = part.value_or(std::min(whole, result.layout.head_dim));
  }
  if (result.layout.rotary_dim > result.layout.head_dim)
    metadata.refuse(fmt::format("{} is {}, expected at most the head's {}", metadata.key("rope.dimension_count_swa"),
                                result.layout.rotary_dim, result.layout.head_dim));
  // Factors are one for each pair of the other layers: they fit no other number of pairs.
  if (pair_count(result) != pair_count(rope)) result = without_factors(std::move(result));
  return result;
}

/// DeepSeek-V4 scales its compressed layers by the frequencies alone: src/models/deepseek4.cpp.
std::vector<LayerRope> split_compressed(RopeConfig rope, Metadata& metadata) {
  rope.layout.pairs.trailing = true;
  RopeConfig main = unscaled(rope);
  rope.base = metadata.number("attention.compress_rope_freq_base").value_or(rope.base);
  if (rope.scaling.rope_type == RopeType::yarn) rope.attention.attention_factor = 1;
  return {{"main", std::move(main)}, {"compress", std::move(rope)}};
}

/// One kind of layers, of which some do not turn.
std::vector<LayerRope> split_by_depth(const RopeConfig& rope, Metadata& metadata) {
  const GgufArchitecture& code = metadata.code();
  std::int64_t layers = metadata.integer("block_count").value_or(0), resting = 0;
  bool some_rest = code.nope_every > 0;
  // A stated 0, not a key that is missing.
  if (code.nope_needs_window && metadata.any_integer("attention.sliding_window") == 0) some_rest = false;
  if (some_rest) resting = layers / code.nope_every;
  if (const auto turns = metadata.integers("attention.rope_pattern")) { // 1 for a layer that turns
    layers = std::ssize(*turns);
    resting = std::count(turns->begin(), turns->end(), 0);
    some_rest = resting > 0;
  }
  if (!some_rest) return {{"", rope}};
  if (layers > 0 && resting == layers)
    metadata.refuse(fmt::format("{} leaves no layer with a rotary embedding", metadata.key("attention.rope_pattern")));
  RopeConfig rest = without_rope(rope);
  if (code.nope_scales_queries) { // src/llama-hparams.h: n_attn_temp_floor_scale, f_attn_temp_scale
    rest.attention.query_scale = QueryScale::llama4;
    rest.attention.query_scale_floor = 8192;
    rest.attention.query_scale_coefficient = 0.1;
  }
  return {{"rope", rope, layers - resting}, {"no_rope", rest, resting}};
}

} // namespace

std::vector<LayerRope> read_layers(const RopeConfig& rope, Metadata& metadata) {
  if (metadata.code().compressed_layers) return split_compressed(rope, metadata);
  const auto sliding = local_rope(rope, metadata);
  // For each layer whether it has a window; a single number says after how many layers one has none.
  const auto pattern = metadata.integers("attention.sliding_window_pattern").value_or(std::vector<std::int64_t>{});
  // 0 layers: not told.
  const std::int64_t count = pattern.size() > 1 ? std::ssize(pattern) : 0;
  const std::int64_t windows = count > 0 ? count - std::count(pattern.begin(), pattern.end(), 0) : 0;
  if (const auto dense = metadata.integer("leading_dense_block_count").value_or(0);
      sliding && dense > 0 && metadata.code().dense_layers_turn)
    metadata.warn(fmt::format("the first {} layers turn as those with a window do, also where they have none", dense));
  if (sliding && metadata.code().local == GgufLocal::alone)
    return {{"sliding_attention", *sliding, windows}, {"full_attention", without_rope(rope), count - windows}};
  if (sliding && *sliding != rope)
    return {{"full_attention", rope, count - windows}, {"sliding_attention", *sliding, windows}};
  return split_by_depth(rope, metadata);
}

} // namespace ropescope::gguf
