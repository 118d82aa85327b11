#pragma once
#include "core/rope/parameter.h"

/// The parameters of schemes that more than one place sets or reads: several schemes share them, or GGUF files and ggml
/// have names of their own for them. A parameter that belongs to one scheme alone lies in that scheme's file.
namespace ropescope::key {

// Shared by all schemes; RopeConfig has members for them (core/rope/config.h).
inline constexpr Parameter factor{
    .key = "factor", .least = 1.0 / 64, .greatest = 4096, .meaning = "how many times longer the context becomes"};
inline constexpr Parameter attention_factor{
    .key = "attention_factor", .kind = ParameterKind::optional_number, .meaning = "multiplies cos and sin"};

// NTK-aware scaling.
inline constexpr Key<std::optional<double>> alpha{
    {.key = "alpha", .meaning = "base becomes base * alpha^(d/(d-2)); HunYuan writes it in \"dynamic\""}};

// YaRN.
inline constexpr Key<double> beta_fast{{.key = "beta_fast",
                                        .fallback = 32,
                                        .least = 1,
                                        .greatest = 1000,
                                        .unit = "turns",
                                        .meaning = "within the original length, above which a pair is kept"}};
inline constexpr Key<double> beta_slow{{.key = "beta_slow",
                                        .fallback = 1,
                                        .least = 0.01,
                                        .greatest = 31,
                                        .unit = "turns",
                                        .meaning = "below which a pair is divided by the whole factor"}};
inline constexpr Key<std::optional<double>> mscale{
    {.key = "mscale", .meaning = "of the attention factor; counts only beside mscale_all_dim"}};
inline constexpr Key<std::optional<double>> mscale_all_dim{
    {.key = "mscale_all_dim", .meaning = "divides what mscale gives; DeepSeek's softmax scale takes its square"}};
inline constexpr Key<bool> truncate{
    {.key = "truncate", .fallback = 1, .meaning = "the ramp's ends are rounded to whole pairs"}};
inline constexpr Key<double> extrapolation_factor{{.key = "extrapolation_factor",
                                                   .fallback = 1,
                                                   .meaning = "share of its own frequency that a kept pair keeps; "
                                                              "ggml's ext_factor",
                                                   .of_repository_alone = true}};
inline constexpr Key<double> attn_factor{{.key = "attn_factor",
                                          .fallback = 1,
                                          .meaning = "multiplies the attention factor that YaRN derives",
                                          .of_repository_alone = true}};
inline constexpr Key<bool> finetuned{
    {.key = "finetuned", .fallback = 0, .meaning = "scaled from the start, by the ratio of the stated lengths"}};

// Llama 3.
inline constexpr Key<double> low_freq_factor{{.key = "low_freq_factor",
                                              .fallback = 1,
                                              .least = 0.05,
                                              .greatest = 64,
                                              .unit = "turns",
                                              .meaning = "within the original length, below which a pair is divided",
                                              .takes_null = false}};
inline constexpr Key<double> high_freq_factor{{.key = "high_freq_factor",
                                               .fallback = 4,
                                               .least = 0.05,
                                               .greatest = 64,
                                               .unit = "turns",
                                               .meaning = "above which a pair is kept",
                                               .takes_null = false}};

// LongRoPE.
inline constexpr Key<std::vector<double>> short_factor{
    {.key = "short_factor", .meaning = "one divisor per pair, of calls that fit the original context"}};
inline constexpr Key<std::vector<double>> long_factor{
    {.key = "long_factor", .meaning = "one divisor per pair, of calls that do not"}};

} // namespace ropescope::key
