#pragma once
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/choices/positions.h"
#include "core/number_format.h"
#include "core/rope/recipe.h"

namespace ropescope::cause {

/// The right rotation, in arithmetic weaker than the model's own code has.
struct Precision {
  std::string recipe = "float32_angles"; ///< what is rounded, as COMMAND_LINE names it: "bf16_positions"
  bool chain = false; ///< not that alone: every step of the angle is rounded to that format, as under autocast

  static constexpr std::string_view name = "precision";
  static constexpr FactKind fact = FactKind::arithmetic;
  static constexpr Verdict verdict = Verdict::precision;
  static constexpr std::string_view chain_line = "the whole chain of angles in 16 bits";

  Parameters parameters() const {
    Parameters all{{"recipe", recipe}};
    if (chain) all.push_back({"chain", true});
    return all;
  }

  std::string sentence(const KernelRun&) const {
    const Recipe* known = find_recipe(recipe);
    const std::string_view line = chain ? chain_line : known ? known->line : "16 bits in between";
    return fmt::format("rotates rightly in weaker arithmetic: {} ({})", line, recipe);
  }

  std::string brief(const KernelRun&) const {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"float32_angles", "angles in float32"},          {"float32", "angles in float32"},
        {"ggml_recurrence", "ggml's recurrence"},         {"bf16_tables", "cos and sin stored in bfloat16"},
        {"fp16_tables", "cos and sin stored in float16"}, {"bf16_positions", "positions in bfloat16"},
        {"fp16_positions", "positions in float16"},       {"bf16_inv_freq", "frequencies in bfloat16"},
        {"fp16_inv_freq", "frequencies in float16"},      {"bf16_angles", "angles in bfloat16"},
        {"fast_sincos", "fast sine and cosine"}};
    if (chain) return recipe.starts_with("fp16") ? "angles wholly in float16" : "angles wholly in bfloat16";
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const auto& k) { return k.first == recipe; });
    return found != std::end(known) ? std::string(found->second) : recipe;
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
};

} // namespace ropescope::cause
