#pragma once
#include "core/rope/parameter.h"

/// The parameters of schemes that more than one place sets or reads: several schemes share them, or GGUF files and ggml
/// have names of their own for them. A parameter that belongs to one scheme alone lies in that scheme's file.
namespace ropescope::key {

// Shared by all schemes; RopeConfig has members for them (core/rope/config.h).
inline constexpr Parameter factor{
    .key = "factor", .least = 1.0 / 64, .greatest = 4096, .meaning = "how many times longer the context becomes"};
inline constexpr Parameter attention_factor{.key = "attention_factor",
                                            .kind = ParameterKind::optional_number,
                                            .meaning = "cos and sin are multiplied by it, and scores by its square"};

// NTK-aware scaling.
inline constexpr Key<std::optional<double>> alpha{
    {.key = "alpha", .meaning = "the base is multiplied by alpha^(d/(d-2)); HunYuan writes it in \"dynamic\""}};

// YaRN.
inline constexpr Key<double> beta_fast{
    {.key = "beta_fast",
     .fallback = 32,
     .least = 1,
     .greatest = 1000,
     .unit = "turns",
     .meaning = "pairs that make more turns than this within the original length are kept"}};
inline constexpr Key<double> beta_slow{
    {.key = "beta_slow",
     .fallback = 1,
     .least = 0.01,
     .greatest = 31,
     .unit = "turns",
     .meaning = "pairs that make fewer turns than this within the original length are divided "
                "by the whole factor"}};
inline constexpr Key<std::optional<double>> mscale{
    {.key = "mscale",
     .meaning =
         "the attention factor is (0.1 * mscale * ln(factor) + 1) / (0.1 * mscale_all_dim * ln(factor) + 1), where "
         "both are given"}};
inline constexpr Key<std::optional<double>> mscale_all_dim{
    {.key = "mscale_all_dim",
     .meaning =
         "stands below the line in the attention factor, see mscale; DeepSeek also multiplies its softmax scale by "
         "(0.1 * mscale_all_dim * ln(factor) + 1) squared"}};
inline constexpr Key<bool> truncate{
    {.key = "truncate",
     .fallback = 1,
     .meaning = "the ramp between kept and divided pairs begins and ends at whole pairs"}};
inline constexpr Key<double> extrapolation_factor{{.key = "extrapolation_factor",
                                                   .fallback = 1,
                                                   .meaning =
                                                       "how much of their own frequency fast pairs keep: 1 keeps it, 0 "
                                                       "divides them too; ggml calls it ext_factor",
                                                   .of_repository_alone = true}};
inline constexpr Key<double> attn_factor{{.key = "attn_factor",
                                          .fallback = 1,
                                          .meaning = "the attention factor that YaRN derives is multiplied by it",
                                          .of_repository_alone = true}};
inline constexpr Key<bool> finetuned{
    {.key = "finetuned",
     .fallback = 0,
     .meaning = "short calls are scaled too, by the stated length divided by the original one"}};

// Llama 3.
inline constexpr Key<double> low_freq_factor{
    {.key = "low_freq_factor",
     .fallback = 1,
     .least = 0.05,
     .greatest = 64,
     .unit = "turns",
     .meaning = "pairs that make fewer turns than this within the original length are "
                "divided by the factor",
     .takes_null = false}};
inline constexpr Key<double> high_freq_factor{
    {.key = "high_freq_factor",
     .fallback = 4,
     .least = 0.05,
     .greatest = 64,
     .unit = "turns",
     .meaning = "pairs that make more turns than this within the original length are "
                "kept",
     .takes_null = false}};

// LongRoPE.
inline constexpr Key<std::vector<double>> short_factor{
    {.key = "short_factor",
     .meaning = "what each pair's frequency is divided by in calls that fit the original context"}};
inline constexpr Key<std::vector<double>> long_factor{
    {.key = "long_factor",
     .meaning = "what each pair's frequency is divided by in calls longer than the original context"}};

} // namespace ropescope::key
