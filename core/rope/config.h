#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rope/layout.h"

namespace ropescope {

/// How the frequencies are extended to longer contexts. The names are those of Hugging Face's `rope_type`;
/// `ntk` (static NTK-aware scaling) has no name there.
enum class RopeType { standard, linear, ntk, dynamic, yarn, longrope, llama3, proportional };

inline constexpr RopeType all_rope_types[] = {RopeType::standard, RopeType::linear,      RopeType::ntk,
                                              RopeType::dynamic,  RopeType::yarn,        RopeType::longrope,
                                              RopeType::llama3,   RopeType::proportional};

/// "default", "linear", … as written in a config.json and printed by `freqs`.
std::string_view rope_type_name(RopeType);

/// How people call it: "no extension", "PI", "NTK-aware", "YaRN", …
std::string_view rope_type_title(RopeType);

/// Accepts every `rope_type` of a config.json and the aliases of older files ("su", "mrope", "none").
std::optional<RopeType> rope_type_from_name(std::string_view);

/// What a model's config says of its rotary embedding, for one layer type. A plain value: comparable, made by
/// hand, by a preset or by a config.json (core/io/config_json.h). Nothing in it depends on the sequence
/// length; `Spectrum` takes that. Members are named as their config keys are.
///
/// Source of every key and default: transformers 5.16.0.dev0 @ decba1d2, modeling_rope_utils.py.
struct RopeConfig {
  std::string model_type; ///< HF's, e.g. "llama"; empty where the file does not say
  RopeType rope_type = RopeType::standard;
  std::int64_t head_dim = 128;           ///< components of one query or key head that the rotation sees
  std::int64_t rotary_dim = 128;         ///< components that turn; ⌈rotary_dim/2⌉ frequencies
  double base = 10000.0;                 ///< `rope_theta`
  double partial_rotary_factor = 1.0;    ///< `proportional` alone reads it; elsewhere it is in rotary_dim
  double max_position_embeddings = 2048; ///< tokens; 0 where the file does not say
  std::optional<double> original_max_position_embeddings; ///< tokens, before extension; else the above

  std::optional<double> factor; ///< s, how many times longer the context becomes
  bool factor_is_null = false;  ///< `"factor": null`, which YaRN reads as the ratio of lengths
  std::optional<double> alpha;  ///< NTK-aware: base·alpha^(d/(d−2)); HunYuan writes it in "dynamic"
  std::optional<double> attention_factor;
  double beta_fast = 32.0;      ///< YaRN: turns within the original length above which pairs are kept
  double beta_slow = 1.0;       ///< YaRN: turns below which pairs are fully interpolated
  std::optional<double> mscale; ///< YaRN: counts only where mscale_all_dim is given too
  std::optional<double> mscale_all_dim;
  bool truncate = true;         ///< YaRN: round the ramp's ends to whole pairs
  double low_freq_factor = 1.0; ///< Llama 3
  double high_freq_factor = 4.0;
  std::vector<double> short_factor; ///< LongRoPE, one divisor per pair
  std::vector<double> long_factor;

  std::vector<std::int64_t> mrope_section; ///< pairs turned by t, h, w; empty: one position per token
  bool mrope_interleaved = false;          ///< Qwen3-VL: t, h, w alternate instead of lying in blocks

  PairLayout layout;         ///< by model_type, `rope_interleave` …
  std::string layout_reason; ///< why this layout, as half a sentence

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

/// Number of frequencies: ⌈rotary_dim/2⌉.
std::int64_t pair_count(const RopeConfig&);

/// Throws Error with one sentence where the config cannot yield a spectrum: dimensions out of range, a base
/// that is not positive, a missing parameter of its rope_type, LongRoPE factors of the wrong length.
void validate(const RopeConfig&);

} // namespace ropescope
