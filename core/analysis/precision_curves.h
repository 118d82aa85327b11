#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/analysis/precision.h"

namespace ropescope {

/// A recipe whose cost is pictured, and how its curve is called.
struct ShownRecipe {
  std::string_view recipe; ///< core/rope/recipe.h
  std::string_view label;
};

inline constexpr ShownRecipe shown_recipes[] = {{"exact", "exact (turns)"},
                                                {"float32", "float32 angles"},
                                                {"ggml_recurrence", "ggml recurrence"},
                                                {"powf", "powf on the fly"},
                                                {"bf16_tables", "bfloat16 tables"},
                                                {"bf16_positions", "bfloat16 positions"},
                                                {"bf16_inv_freq", "bfloat16 inv_freq"}};

/// What one recipe costs on one engine (core/analysis/precision.h).
struct PrecisionCurve {
  std::size_t recipe = 0; ///< of shown_recipes
  bool on_gpu = false;
  std::vector<double> errors = {}; ///< at PrecisionCurves::positions, each with its neighbour
  std::vector<double> table = {};  ///< around PrecisionCurves::table_positions: the worst within 1/128 of each

  std::string_view label() const { return shown_recipes[recipe].label; }
};

struct PrecisionCurves {
  std::vector<std::int64_t> positions, table_positions; ///< tokens
  std::vector<PrecisionCurve> curves;                   ///< a recipe's on the CPU, then its on the GPU
};

/// An engine, and whether its curves are the GPU's.
struct PrecisionEngine {
  Engine* engine;
  bool is_gpu;
};

/// Coarse: at a tenth of the positions, for while something is dragged.
enum class PrecisionDetail : std::uint8_t { fine, coarse };

/// Every recipe that an engine can measure, at positions of every order of magnitude up to `length` tokens, and to a
/// million at least, as the cost of a number format is seen far out alone.
PrecisionCurves precision_curves(std::span<const PrecisionEngine>, const RopeConfig&, std::int64_t length,
                                 PrecisionDetail = PrecisionDetail::fine);

} // namespace ropescope
