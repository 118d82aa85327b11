#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/number_format.h"
#include "core/rope/config.h"
#include "core/rope/engine.h"

namespace ropescope {

/// How an angle comes from a position and a pair.
enum class AngleRule : std::uint8_t {
  turns,      ///< 64-bit fractions of a turn: exact (core/rope/phase.h)
  product,    ///< position × inv_freq, in float32
  recurrence, ///< ggml: the position times base^(−2/d) again and again, in float32
  power       ///< position × powf(base^(−2/d), i), in float32: the GPU kernels of llama.cpp
};

/// The arithmetic of a rotation: where a piece of code rounds, and to what.
struct Recipe {
  std::string_view name; ///< as `--recipe` takes it
  std::string_view line; ///< for people
  AngleRule angle = AngleRule::product;
  NumberFormat inv_freq = NumberFormat::float32;
  NumberFormat positions = NumberFormat::float32;
  NumberFormat angles = NumberFormat::float32;
  std::optional<NumberFormat> tables = NumberFormat::float32; ///< nothing: that of the rows
  bool each_step = false;        ///< products and their sum are rounded to the rows' format each
  bool fused = false;            ///< Rotation::fused
  bool by_polar = false;         ///< cos and sin of the C library, as torch.polar, instead of SLEEF
  bool fast_sincos = false;      ///< the GPU's special-function unit instead of a library
  bool scaled_positions = false; ///< PI divides the positions, not the frequencies
};

/// exact first. Sources: the modeling files of transformers @ decba1d2, and ggml @ d99724f2, src/ggml-cpu/ops.cpp.
std::span<const Recipe> recipes();

/// By name or alias ("hf", "ggml", "float32_angles" …), null where there is none.
const Recipe* find_recipe(std::string_view name);

/// How the model's own code does it, by its `rounding`.
const Recipe& recipe_of(const RopeConfig&);

/// The float32 frequencies of a model's code, to the bit as PyTorch on a CPU with AVX2 computes them in a forward
/// pass of `seq_len` tokens. DINOv3's lack the factor that its positions carry (2π over the side of the grid).
std::vector<float> model_inv_freq(const RopeConfig&, std::optional<double> seq_len = std::nullopt);

/// What that code multiplies cos and sin by, in double as Python does.
double model_attention_factor(const RopeConfig&, std::optional<double> seq_len = std::nullopt);

/// cos and sin of every [token][pair] as a recipe's code holds them, times the rotation's attention factor, sin with
/// its direction; for Rotation::table. `row`: the format of the rows. Positions within ±2⁵³.
std::vector<CosSin<double>> recipe_table(const Recipe&, const RopeConfig&, std::optional<double> seq_len,
                                         const Rotation&, NumberFormat row);

} // namespace ropescope
