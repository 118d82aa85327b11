#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rope/layout.h"
#include "core/rope/parameter.h"
#include "core/rope/place_rule.h"
#include "core/rope/rope_type.h"

namespace ropescope {

/// Which axis of the positions turns which pair, where a token has more than one position.
enum class AxisRule : std::uint8_t {
  single,               ///< one position per token
  sections,             ///< Qwen2-VL: blocks of pairs for t, h, w by mrope_section; HunYuan-VL: four
  sections_interleaved, ///< Qwen3-VL: pair i turns by h where i % 3 = 1, by w where i % 3 = 2, else by t
  sections_ernie,       ///< Ernie 4.5-VL: h, w, h, w … and t on the slowest pairs
  ggml_sections,        ///< ggml's MROPE: blocks, counted round again beyond their sum
  ggml_interleaved,     ///< ggml's IMROPE: as Qwen3-VL, but what is left over turns by a fourth axis
  halves,               ///< vision: the first half of the pairs by the row, the other by the column, frequencies anew
  halves_xy,            ///< the same, the column first (Llama 4, Gemma 4, EVA, SAM 2)
  alternating,    ///< EfficientLoFTR: pairs 0, 2, 4 … by the row, 1, 3, 5 … by the column, each all frequencies
  alternating_xy, ///< the same, the column first (Kimi-K2.5)
  thirds,         ///< MiniMax-M3: thirds of the pairs by frame, row and column, frequencies anew
  even_odd,       ///< Pixtral: frequencies 0, 2, 4 … by the row, then 1, 3, 5 … by the column
  centred_grid,   ///< DINOv3: as `halves`, of patch centres in −1 … 1 (see grid_positions)
  listed          ///< as Axes::list, `order` and `count` say: diffusion models and all that has no name above
};

/// In which order the pairs of a list of axes lie.
enum class PairSequence : std::uint8_t {
  blocks, ///< all pairs of the first axis, then all of the second …
  dealt   ///< one pair of each axis in turn, while they have any
};

/// How the frequencies of a list of axes are counted.
enum class FrequencyCount : std::uint8_t {
  restart, ///< each axis anew: base^(−2j/d) for its pair j, d its components
  run_on,  ///< one list over all pairs, whichever axis turns them: base^(−2i/rotary_dim) for pair i
  shared,  ///< one list dealt out: pair j of axis a of n has frequency n·j + a
  rising   ///< LTX: base^(j/(n − 1))·π/2 for pair j of an axis's n, slowest first
};

/// Where the two components of a pair take their angles from. All but the first are mixed conventions that ship: the
/// two angles differ, and what comes out is no rotation.
enum class AngleTable : std::uint8_t {
  of_pairs,        ///< one angle for both
  repeated,        ///< ERNIE-Image: component c has angle ⌊c/2⌋ of the list, and its partner is half a head away
  tiled,           ///< V-JEPA 2: in a block of n angles component c has angle c mod n, and its partner is its neighbour
  doubled_sections ///< HunYuan-VL in transformers: component c turns by axis ⌊c/(2·section)⌋ mod 4, at frequency c mod
                   ///< n
};

/// One axis of a token's position, and what it turns.
struct PositionAxis {
  std::string name = {};                   ///< "t", "h", "w", "l" …, as the model's people call it
  std::int64_t components = 0;             ///< of a head: two for each pair
  std::optional<double> base = {};         ///< its own; else RopeConfig::base
  RopeType rope_type = RopeType::standard; ///< its own scheme; standard: the config's
  double factor = 1;                       ///< of that scheme: NTK's of Cosmos, linear's of Allegro
  std::int64_t held_pair = -1;             ///< RIFLEx: this pair of the axis …
  double held_wavelength = 0;              ///< … makes one turn in so many positions, whatever the base says

  bool operator==(const PositionAxis&) const = default;
};

/// How a model's own code rounds where its rows have 16 bits; float32 rows are the same under all of them.
/// Source: each class's apply_rotary_pos_emb, verified to the bit on transformers 5.16.0.dev0 @ decba1d2 with PyTorch
/// on a CPU.
enum class Rounding : std::uint8_t {
  each_step,      ///< tables, both products and their sum, each to the rows' format (Llama and most)
  tables_rounded, ///< tables to the rows' format, then float32 and one rounding at the end (Cohere)
  once,           ///< float32 throughout, one rounding at the end (OLMo, Ernie)
  complex_once    ///< the same by complex numbers (DeepSeek-V2, Llama 4)
};

/// What some models multiply queries by, position by position, beside the rotation.
enum class QueryScale : std::uint8_t {
  none,
  llama4,    ///< layers without RoPE: ln(1 + ⌊(p + 1)/floor⌋)·coefficient + 1
  ministral3 ///< every layer, after RoPE: 1 + coefficient·ln(1 + ⌊p/floor⌋)
};

/// Where the rotation works in a head, and on how much of it.
struct HeadLayout {
  std::int64_t head_dim = 128;        ///< components of one query or key head that the rotation sees
  std::int64_t rotary_dim = 128;      ///< components that turn; ⌈rotary_dim/2⌉ frequencies
  std::int64_t nope_dim = 0;          ///< components of a query before that head (DeepSeek's decoupled part)
  double partial_rotary_factor = 1.0; ///< as stated; `proportional` alone computes with it, elsewhere rotary_dim counts
  std::int64_t spanned_heads = 1;     ///< LTX: head_dim is the width of so many heads, and one spectrum runs over all
  PairLayout pairs;                   ///< which components form a pair; by model_type, `rope_interleave` …

  bool operator==(const HeadLayout&) const = default;
};

/// Which of a token's positions turns which pair.
struct Axes {
  AxisRule rule = AxisRule::single;
  std::vector<std::int64_t> mrope_section;      ///< pairs turned by t, h, w; empty: one position per token
  std::int64_t grid_height = 0, grid_width = 0; ///< patches; `centred_grid` alone reads them
  std::int64_t first_patch = 0;                 ///< row and column of an image's first patch; Llama 4 counts from 1
  std::int64_t spatial_merge_size = 1;          ///< of a vision tower: its patches lie in blocks of so many a side

  // `listed` alone reads these.
  std::vector<PositionAxis> list = {};
  PairSequence order = PairSequence::blocks;
  FrequencyCount count = FrequencyCount::restart;
  std::int64_t leading_pairs = 0;   ///< pairs before all others that never turn (LTX pads so)
  double gain = 1;                  ///< of every frequency: 2π where positions are parts of a turn
  double scale = 1, shift = 0;      ///< a pair turns by (scale·position + shift)·frequency: LTX 2·position − 1
  std::int64_t times_axis = -1;     ///< MusicFlamingo: every position is multiplied by that of this axis
  std::vector<double> learned = {}; ///< Mochi: [axis][pair], rad; a pair turns by the sum of all its axes' angles

  AngleTable table = AngleTable::of_pairs;
  PlaceRule positions = {}; ///< how the model's own code places its tokens

  bool operator==(const Axes&) const = default;
};

/// How the frequencies are extended to longer contexts: what all schemes have in common as members, what a scheme has
/// of its own by key (core/rope/scheme_keys.h, and each scheme's file).
struct Scaling {
  RopeType rope_type = RopeType::standard;
  double max_position_embeddings = 2048;                  ///< tokens; 0 where the file does not say
  std::optional<double> original_max_position_embeddings; ///< tokens, before extension; else the above
  std::optional<double> factor;                           ///< s, how many times longer the context becomes
  bool factor_is_null = false;      ///< `"factor": null`, which YaRN reads as the ratio of lengths
  std::vector<double> freq_factors; ///< ggml's tensor `rope_freqs`, one divisor per pair; empty: all 1
  ParameterValues parameters;

  template <typename T>
  decltype(auto) operator[](const Key<T>& key) const {
    return parameters[key];
  }
  template <typename T>
  void set(const Key<T>& key, std::type_identity_t<T> value) {
    parameters.set(key, std::move(value));
  }

  bool operator==(const Scaling&) const = default;
};

/// How a model's own code rounds.
struct Arithmetic {
  Rounding rounding = Rounding::each_step;

  bool operator==(const Arithmetic&) const = default;
};

/// What the model multiplies queries, keys or scores by, beside turning them.
struct AttentionScale {
  std::optional<double> attention_factor; ///< of cos and sin, where the file states it; else the scheme derives it
  bool scales_softmax = false;            ///< DeepSeek: the softmax scale takes mscale_all_dim's magnitude, squared
  QueryScale query_scale = QueryScale::none;
  double query_scale_floor = 8192;       ///< tokens
  double query_scale_coefficient = 0.1;  ///< Llama 4's attn_scale, Ministral's llama_4_scaling_beta
  std::optional<double> xpos_scale_base; ///< xPos: tokens, 512 in torchscale; queries grow, keys shrink

  bool operator==(const AttentionScale&) const = default;
};

/// What a model's config says of its rotary embedding, for one layer type. A plain value: comparable, made by
/// hand, by a preset or by a config.json (core/config/config_json.h). Nothing in it depends on the sequence
/// length; `Spectrum` takes that. Members are named as their config keys are.
///
/// Source of every key and default: transformers 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py.
struct RopeConfig {
  double base = 10000.0; ///< `rope_theta`
  bool rotates = true;   ///< false: a layer without RoPE (NoPE)
  HeadLayout layout;
  Axes axes;
  Scaling scaling;
  Arithmetic arithmetic;
  AttentionScale attention;

  bool operator==(const RopeConfig&) const = default;
};

/// The length (tokens) the frequencies were trained for, before any extension.
double trained_length(const RopeConfig&);

/// The scaling factor in force: `factor`, else the ratio of lengths, else 1.
double extension_factor(const RopeConfig&);

/// The length (tokens) the extension aims at: trained length × factor, or what the config states if greater.
double target_length(const RopeConfig&);

/// Sets what trained_length reads.
void set_trained_length(RopeConfig&, double tokens);

/// The same model under another scheme, for "what if": parameters of the new scheme that the config lacks keep
/// their published defaults; what belongs to the old scheme alone (attention_factor, alpha) goes. The config itself
/// where it is of that type already; nothing where LongRoPE is asked for and the config has no factors for it.
std::optional<RopeConfig> with_scheme(RopeConfig, RopeType, double factor);

/// Whether positions are a patch's row and column, behind its frame where there are three.
bool of_patches(AxisRule);

/// Positions a token has under an axis rule and sections: 1 to 4.
std::int64_t axis_count(const RopeConfig&);

/// How many axes have the same frequencies, each of them all: 1 where one list is shared out.
std::int64_t axes_with_own_frequencies(AxisRule);

/// Whether a pair's two components turn by different angles, so that what comes out is no rotation.
bool is_mixed(const RopeConfig&);

/// Whether positions are turned into angles by more than a product: by a table that is made for each call.
bool has_own_angles(const RopeConfig&);

/// "t", "h", "w" …; empty where there is one axis alone.
std::string_view axis_name(const RopeConfig&, std::int64_t axis);

/// What the query at a position is multiplied by beside the rotation; 1 in most models.
double query_scale(const RopeConfig&, std::int64_t position);

/// Number of frequencies: ⌈rotary_dim/2⌉.
std::int64_t pair_count(const RopeConfig&);

/// Throws Error with one sentence where the config cannot yield a spectrum: dimensions out of range, a base
/// that is not positive, a missing parameter of its rope_type, LongRoPE factors of the wrong length.
void validate(const RopeConfig&);

/// A RopeConfig that was found valid once, when this was made, and cannot change: what takes one need not look again.
class ValidRope {
public:
  /// Throws Error where validate() does.
  explicit ValidRope(RopeConfig config) : config_(std::move(config)) { validate(config_); }

  const RopeConfig& config() const { return config_; }
  const RopeConfig* operator->() const { return &config_; }
  operator const RopeConfig&() const { return config_; } // NOLINT: it is one

  bool operator==(const ValidRope&) const = default;

private:
  RopeConfig config_;
};

} // namespace ropescope
