#include "core/check/precision_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/recipe.h"

namespace ropescope {

using Complex = std::complex<double>;

namespace {

/// Where float32 angles cost more than this the rotation is right in weaker arithmetic only: a quarter of what one
/// rounding to bfloat16 costs.
constexpr double noticeable = 0x1p-10;

bool of_float32_angles(const Recipe& recipe) {
  return recipe.inv_freq == NumberFormat::float32 && recipe.positions == NumberFormat::float32 &&
         recipe.angles == NumberFormat::float32 && !recipe.fast_sincos && recipe.angle != AngleRule::turns &&
         (!recipe.tables || recipe.tables == NumberFormat::float32);
}

std::string name_in_findings(const Recipe& recipe) {
  if (recipe.angle == AngleRule::turns) return "exact";
  if (recipe.angle == AngleRule::recurrence) return "ggml_recurrence";
  return of_float32_angles(recipe) ? "float32_angles" : std::string(recipe.name);
}

/// Whole chains in 16 bits, as under autocast; named by what costs most far out.
constexpr Recipe chains[] = {
    {.name = "bf16_positions",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16},
    {.name = "bf16_positions",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16,
     .tables = NumberFormat::bfloat16},
    {.name = "bf16_positions",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16},
    {.name = "bf16_angles",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16},
    {.name = "bf16_inv_freq",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::bfloat16,
     .tables = NumberFormat::bfloat16},
    {.name = "fp16_positions",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::float16,
     .positions = NumberFormat::float16,
     .angles = NumberFormat::float16},
    {.name = "fp16_inv_freq",
     .line = "the whole chain of angles in 16 bits",
     .inv_freq = NumberFormat::float16,
     .tables = NumberFormat::float16},
};

/// Rows are predicted from their own numbers, so that what remains of a recipe is its table.
Score score_recipe(const Recipe& recipe, const KernelRun& run, const Kernel& expected, const Noise& noise,
                   const Reduced& reduced) {
  Positions positions{run.positions.axes, {}};
  for (std::int64_t axis = 0; axis < positions.axes; ++axis)
    for (const std::int64_t token : reduced.tokens) positions.ids.push_back(run.positions.at(axis, token));
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  const bool exact = recipe.angle == AngleRule::turns;
  const Rotation rotation{.turns = spectrum.turns,
                          .attention_factor =
                              exact ? spectrum.attention_factor : model_attention_factor(run.rope, run.length()),
                          .layout = run.rope.layout.pairs,
                          .pair_axis = expected.turns.axis,
                          .positions = positions};
  const auto table = recipe_table(recipe, run.rope, run.length(), rotation, format_held(run.out));
  return score(
      reduced, noise,
      [&](std::size_t t, std::size_t i) {
        const auto& entry = table[t * static_cast<std::size_t>(reduced.pairs) + i];
        return Complex(entry.cos, entry.sin);
      },
      [](std::size_t, std::size_t) { return 0.0; });
}

/// A float32 kernel whose sine and cosine lose what a float32 angle holds: errors that grow with the angle alone.
bool looks_like_fast_sincos(const Score& exact, const Kernel& expected, const Reduced& reduced, const Noise& noise) {
  Noise fast = noise;
  for (double& share : fast.angle) share += 6e-7;
  return exact.residual < 0.2 && score(reduced, fast, expected).whole();
}

/// The same rounding of angles that are exact otherwise: not every kernel that rounds its tables has float32 angles.
Score score_in_double(const Recipe& recipe, const Kernel& expected, const Noise& noise, const Reduced& reduced) {
  const auto to = [](NumberFormat format, double x) {
    return format == NumberFormat::float32 ? x : static_cast<double>(rounded(format, static_cast<float>(x)));
  };
  const auto position = [&](std::size_t t, std::size_t i) {
    return to(recipe.positions,
              expected.positions.at(expected.turns.axis[i], static_cast<std::size_t>(reduced.tokens[t])));
  };
  return score(
      reduced, noise,
      [&](std::size_t t, std::size_t i) {
        const double angle = to(recipe.angles, position(t, i) * to(recipe.inv_freq, expected.turns.theta[i]));
        return Complex(to(recipe.tables.value_or(NumberFormat::float32), expected.gain * std::cos(angle)),
                       to(recipe.tables.value_or(NumberFormat::float32), expected.gain * std::sin(angle)));
      },
      [](std::size_t, std::size_t) { return 0.0; });
}

Score best_score(const Recipe& recipe, const KernelRun& run, const Kernel& expected, const Noise& noise,
                 const Reduced& reduced) {
  Score score = score_recipe(recipe, run, expected, noise, reduced);
  if (of_float32_angles(recipe) || recipe.angle != AngleRule::product || recipe.fast_sincos) return score;
  Score other = score_in_double(recipe, expected, noise, reduced);
  return other.residual < score.residual ? other : score;
}

Noise of_rows_alone(Noise noise) {
  std::fill(noise.angle.begin(), noise.angle.end(), 0);
  return noise;
}

} // namespace

std::vector<TriedRecipe> try_recipes(const KernelRun& run, const Kernel& expected, const Noise& all_noise,
                                     const Reduced& sample) {
  const Noise noise = of_rows_alone(all_noise);
  std::vector<TriedRecipe> tried;
  const Recipe* own = &recipe_of(run.rope);
  const auto consider = [&](const Recipe& recipe) {
    try {
      tried.push_back({&recipe, best_score(recipe, run, expected, noise, sample)});
    } catch (const Error&) { // ggml has not every model's axes
    }
  };
  consider(recipes().front());
  consider(*own);
  for (const Recipe& recipe : recipes())
    if (&recipe != own && recipe.angle != AngleRule::turns) consider(recipe);
  for (const Recipe& recipe : chains) consider(recipe);
  return tried;
}

std::optional<PrecisionFit> explain_by_rows(const Kernel& expected, const Noise& noise, const Reduced& all) {
  const Score exact = score(all, of_rows_alone(noise), expected);
  if (!exact.whole()) return std::nullopt;
  return PrecisionFit{"exact", Verdict::match, exact.residual, "rounding of the rows explains it"};
}

std::optional<PrecisionFit> explain_by_precision(const KernelRun& run, const Kernel& expected, const Noise& noise,
                                                 const Reduced& all, const std::vector<TriedRecipe>& tried) {
  const Score exact = score(all, of_rows_alone(noise), expected);
  // Angles are scored as float32 noise allows: rows far out may be off though the arithmetic is the model's own.
  const Score loosely = score(all, noise, expected);
  const TriedRecipe* best = &tried.front();
  for (const TriedRecipe& other : tried)
    if (other.score.residual < 0.6 * best->score.residual ||
        (best->recipe->angle == AngleRule::turns && other.score.whole()))
      best = &other;
  const double of_exact = tried.front().score.residual, share = best->score.residual / std::max(of_exact, 1e-300);
  bool named =
      best->recipe->angle != AngleRule::turns &&
      (best->score.whole() || (share < 0.25 && best->score.residual < 0.02) || (loosely.whole() && share < 0.6));
  if (named && !loosely.whole()) { // what holds on a sample must hold on every row
    const Score proved = best_score(*best->recipe, run, expected, of_rows_alone(noise), all);
    // A number halfway between two of 16 bits may be rounded either way, here and there.
    named = proved.whole() || (proved.residual < 0.25 * exact.residual && proved.residual < 0.02);
  }
  if (named && !of_float32_angles(*best->recipe))
    return PrecisionFit{name_in_findings(*best->recipe), Verdict::precision, best->score.residual,
                        fmt::format("{}", best->recipe->line)};
  if (loosely.whole() || (named && best->score.whole())) {
    const std::string name = named ? name_in_findings(*best->recipe) : "float32_angles";
    const double residual = named ? best->score.residual : loosely.residual;
    if (exact.worst <= noticeable + noise.bound)
      return PrecisionFit{name, Verdict::match, residual,
                          fmt::format("float32 angles are off by at most {:.1e} rad at these positions", exact.worst)};
    return PrecisionFit{name, Verdict::precision, residual,
                        fmt::format("angles in float32 are off by up to {:.1e} rad at these positions", exact.worst)};
  }
  if (looks_like_fast_sincos(exact, expected, all, noise))
    return PrecisionFit{"fast_sincos", Verdict::precision, loosely.residual, "errors grow with the angle alone"};
  return std::nullopt;
}

std::vector<Hypothesis> precision_hypotheses(const std::vector<TriedRecipe>& all) {
  std::vector<Hypothesis> result;
  for (const TriedRecipe& tried : all) {
    const std::string name = name_in_findings(*tried.recipe);
    const auto same = [&](const Hypothesis& h) {
      const ParameterValue* recipe = h.causes[0].find("recipe");
      return recipe && std::get<std::string>(*recipe) == name;
    };
    const auto known = std::find_if(result.begin(), result.end(), same);
    if (known != result.end())
      known->residual = std::min(known->residual, tried.score.residual);
    else if (name == "exact")
      result.push_back({{{"match", {}}}, tried.score.residual});
    else
      result.push_back({{{"precision", {{"recipe", name}}}}, tried.score.residual});
  }
  return result;
}

} // namespace ropescope
