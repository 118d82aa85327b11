#pragma once
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/choices/positions.h"
#include "core/number_format.h"
#include "core/text.h"

namespace ropescope::cause {

/// The right rotation in other arithmetic than exact: the model's own float32 angles, or weaker.
struct Precision {
  std::string recipe = "float32_angles"; ///< what is rounded, as COMMAND_LINE names it: "bf16_positions"
  bool chain = false;        ///< not that alone: every step of the angle is rounded to that format, as under autocast
  double angle_off = 0;      ///< rad, how far its angles are off at most; 0 where that was not asked
  std::int64_t position = 0; ///< where they are
  std::int64_t steps = 0;    ///< of own_arithmetic: its angles come in so many steps a turn; 0: in none that is seen
  std::int64_t levels = 0;   ///< of own_arithmetic: its cos and sin come in so many steps from 0 to 1; 0: in none
  double length_off = 0;     ///< of own_arithmetic: by how much a pair's length is off at most, relative
  bool explained = true;     ///< by the rows' format, the model's own code or the budget: what makes the verdict

  static constexpr std::string_view name = "precision";
  static constexpr FactKind fact = FactKind::arithmetic;
  static constexpr std::string_view own_arithmetic = "own_arithmetic"; ///< no recipe, but within the budget
  static constexpr std::string_view chain_line = "the whole chain of angles in 16 bits";

  Verdict verdict() const { return explained ? Verdict::precision : Verdict::mismatch; }

  Parameters parameters() const {
    Parameters all{{"recipe", recipe}};
    if (chain) all.push_back({"chain", true});
    if (steps > 0) all.push_back({"steps", steps});
    if (levels > 0) all.push_back({"levels", levels});
    return all;
  }

  std::string sentence(const KernelRun& run) const {
    std::string words = what();
    if (angle_off > 0)
      words += fmt::format("{} at position {} its angles are off by up to {:.2g} rad", explained ? ";" : ":",
                           grouped(static_cast<double>(position)), angle_off);
    // Of what has a name the length follows from it.
    if (length_off > 0) words += fmt::format(" and lengths by up to {:.2g} %", 100 * length_off);
    if (explained && (angle_off > thresholds::explained_angle || recipe == own_arithmetic) && run.budget)
      words += fmt::format(", within the budget of {:.7g} rad", *run.budget);
    return words;
  }

  std::string brief(const KernelRun&) const {
    if (chain)
      return fmt::format("whole chain in {} ({})", recipe.starts_with("fp16") ? "float16" : "bfloat16", recipe);
    if (recipe == own_arithmetic && !explained) return "nearly right angles";
    const Words* found = find_words();
    return found ? std::string(found->brief) : recipe;
  }

  /// Positions in 16 bits, where the rows are too far from right for arithmetic to be tried first.
  static void suggest_positions(PositionAccounts& accounts) {
    for (const auto& [format, recipe] :
         {std::pair{NumberFormat::bfloat16, "bf16_positions"}, {NumberFormat::float16, "fp16_positions"}})
      accounts.add({Precision{recipe}}, [f = format](double p, std::size_t) {
        return static_cast<double>(rounded(f, static_cast<float>(p)));
      });
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    const auto to_bfloat16 = [](double x) {
      return static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(x)));
    };
    Formula positions = model.right(), frequencies = model.right();
    positions.position = [=](double p, std::int64_t, std::int64_t) { return to_bfloat16(p); };
    for (double& theta : frequencies.theta) theta = to_bfloat16(theta);
    return {{"bfloat16 m", "right to 256", positions, {}, {}}, {"bfloat16 θ", "pairs at random", frequencies, {}, {}}};
  }

private:
  struct Words {
    std::string_view recipe, brief, sentence;
  };
  static constexpr Words known[] = {
      {"float32_angles", "angles in float32", "rotates as the model's own code: float32 angles"},
      {"float32", "all in float32", "rotates as the model's own code: float32 angles"},
      {"ggml_recurrence", "ggml's recurrence",
       "rotates as ggml does: each pair's angle from the one before, in float32"},
      {"bf16_tables", "cos and sin stored in bfloat16", "rotates correctly, with cos and sin stored in bfloat16"},
      {"fp16_tables", "cos and sin stored in float16", "rotates correctly, with cos and sin stored in float16"},
      {"bf16_positions", "positions in bfloat16", "computes positions in bfloat16, which is exact up to 256"},
      {"fp16_positions", "positions in float16", "computes positions in float16, which is exact up to 2048"},
      {"bf16_inv_freq", "frequencies in bfloat16", "computes frequencies in bfloat16"},
      {"fp16_inv_freq", "frequencies in float16", "computes frequencies in float16"},
      {"bf16_angles", "angles in bfloat16", "computes position × frequency in bfloat16"},
      {"fp16_angles", "angles in float16", "computes position × frequency in float16"},
      {"tf32", "products in TF32", "rotates correctly, by products of TF32 numbers"},
      {"bf16_products", "products of bfloat16", "rotates correctly, by products of bfloat16 numbers"},
      {"fp16_products", "products of float16", "rotates correctly, by products of float16 numbers"},
      {"fast_sincos", "fast sine and cosine", "takes the GPU's fast sine and cosine"},
      {own_arithmetic, "arithmetic within the budget", "rotates correctly, in arithmetic that has no name here"}};

  const Words* find_words() const {
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const Words& k) { return k.recipe == recipe; });
    return found != std::end(known) ? found : nullptr;
  }

  /// What is rounded, after "The kernel".
  std::string what() const {
    if (chain) return fmt::format("computes {} ({})", chain_line, recipe.starts_with("fp16") ? "float16" : "bfloat16");
    if (recipe == own_arithmetic && !explained) {
      const std::string coarse = "turns all pairs by nearly the right angles, in arithmetic coarser than the rows";
      if (steps > 0) return coarse + fmt::format(" ({} steps a turn)", steps);
      if (levels > 0) return coarse + fmt::format(" (cos and sin in steps of 1/{})", levels);
      return coarse;
    }
    const Words* found = find_words();
    return found ? std::string(found->sentence) : "rotates correctly, with 16 bits in between (" + recipe + ")";
  }
};

} // namespace ropescope::cause
