#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/engine.h"
#include "core/rope/recipe.h"

namespace ropescope {

/// How far (cos, sin) of a recipe is from the truth, measured on an engine: per position the greatest |Δcos| or |Δsin|
/// over all pairs, without the attention factor. The truth is double precision of the 64-bit phase. An engine takes
/// cos and sin of a float32 angle in its own way; the recurrence of ggml runs on the CPU alone.
/// Every axis of a token is at the same position. Positions within 0 … 2³¹.
std::vector<double> precision(Engine&, const Recipe&, const RopeConfig&, double seq_len,
                              std::span<const std::int64_t> positions);

/// The truth of it, a position's pairs after another's: for whoever measures several recipes at the same positions.
std::vector<CosSin<double>> true_cos_sin(const RopeConfig&, double seq_len, std::span<const std::int64_t> positions);

/// The same as above, with true_cos_sin() of the same config, length and positions.
std::vector<double> precision(Engine&, const Recipe&, const RopeConfig&, double seq_len,
                              std::span<const std::int64_t> positions, std::span<const CosSin<double>> truth);

/// Whether an engine can measure it: a recurrence is no work for a GPU, and ggml has not every model's axes.
bool measurable(const Engine&, const Recipe&, const RopeConfig&);

/// Distance from a position to the next that a format can hold: 1 up to 256 in bfloat16, 2048 in float16, 2²⁴ in
/// float32, then doubling; 0 where it holds none (float16 beyond 65504).
std::int64_t representable_step(NumberFormat, std::int64_t position);

/// The position that a format makes of another one: the nearest, ties to even. Infinite ones become −1.
std::int64_t represented(NumberFormat, std::int64_t position);

} // namespace ropescope
