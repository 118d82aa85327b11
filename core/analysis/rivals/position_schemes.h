#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/analysis/rivals/position_bias.h"

namespace ropescope {

/// What placing a row needs to know.
struct PlaceContext {
  std::span<const std::uint64_t> turns; ///< per pair, of the embedding in force: RoPE turns by it
  std::span<const std::uint64_t> plain; ///< the same before any extension: what the others use
  bool query = true;                    ///< the row is a query's, else a key's
};

/// One row for each way in which a model may know where a token is: something done to a query and a key at their
/// positions (tokens), a number added to their score, both, or nothing. A score is then Re Σ qᵢ·conj(kᵢ) + bias.
/// Rows [pairs] come with Σ|x|² = 1.
struct PositionScheme {
  std::string_view name;   ///< as the scene's `position` has it
  std::string_view title;  ///< as people call it
  std::string_view idea;   ///< one line
  std::string_view source; ///< paper

  void (*place)(std::span<std::complex<float>> row, std::int64_t position, const PlaceContext&) = nullptr;
  const PositionBias* bias = nullptr; ///< null: none
};

/// None, sinusoidal, learned, ALiBi, T5, xPos, RoPE.
std::span<const PositionScheme> position_schemes();

/// By name; null where there is none.
const PositionScheme* find_position_scheme(std::string_view name);

} // namespace ropescope
