#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "core/rope/config.h"
#include "core/rope/engine.h"

namespace ropescope {

/// What is being rotated. Plain RoPE turns both alike; xPos and a QueryScale do not.
enum class Role : std::uint8_t { query, key };

/// xPos: pair i of the token at position p grows (query) or shrinks (key) by ζᵢ^((p − ⌈n/2⌉)/scale_base), where
/// ζᵢ = (2i + 0.4·head_dim)/(1.4·head_dim) and n is the call's length in tokens. Multiplies a table of cos and sin.
/// Source: Sun et al. 2022, arXiv 2212.10554; code: microsoft/torchscale @ 4d1e0e8, xpos_relative_position.py.
void apply_xpos(const RopeConfig&, const Positions&, Role, double call_length, std::span<CosSin<double>> table);

/// Multiplies every row by its token's query_scale(); rows as shape has them.
void scale_queries(const RopeConfig&, const Positions&, const RowShape&, std::span<float> rows);
void scale_queries(const RopeConfig&, const Positions&, const RowShape&, std::span<double> rows);

} // namespace ropescope
