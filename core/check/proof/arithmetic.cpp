#include "core/check/proof/arithmetic.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/match.h"
#include "core/check/causes/precision.h"
#include "core/check/proof/angle_error.h"
#include "core/error.h"
#include "core/parallel.h"

namespace ropescope {

using Complex = std::complex<double>;

namespace {

/// Whether the angle is float32 and nothing else is weaker: what most models' own code does.
bool of_float32_angles(const Recipe& recipe) {
  return recipe.inv_freq == NumberFormat::float32 && recipe.positions == NumberFormat::float32 &&
         recipe.angles == NumberFormat::float32 && !recipe.fast_sincos && recipe.angle != AngleRule::turns &&
         (!recipe.tables || recipe.tables == NumberFormat::float32);
}

/// As the JSON names it: every way to have float32 angles is one.
std::string name_in_findings(const Recipe& recipe) {
  if (recipe.angle == AngleRule::turns) return "exact";
  if (recipe.angle == AngleRule::recurrence) return "ggml_recurrence";
  return of_float32_angles(recipe) ? "float32_angles" : std::string(recipe.name);
}

/// Whole chains in 16 bits, as under autocast; named by what costs most far out.
constexpr Recipe whole_chains[] = {
    {.name = "bf16_positions",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16},
    {.name = "bf16_positions",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16,
     .tables = NumberFormat::bfloat16},
    {.name = "bf16_positions",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::bfloat16,
     .positions = NumberFormat::bfloat16},
    {.name = "bf16_angles",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::bfloat16,
     .angles = NumberFormat::bfloat16},
    {.name = "bf16_inv_freq",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::bfloat16,
     .tables = NumberFormat::bfloat16},
    {.name = "fp16_positions",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::float16,
     .positions = NumberFormat::float16,
     .angles = NumberFormat::float16},
    {.name = "fp16_inv_freq",
     .line = cause::Precision::chain_line,
     .inv_freq = NumberFormat::float16,
     .tables = NumberFormat::float16},
};

/// No library's, but a kernel's that multiplies in the rows' format.
constexpr Recipe float16_angles{
    .name = "fp16_angles", .line = "position × frequency in float16", .angles = NumberFormat::float16};

using Table = Multipliers; // of the tokens of the sums

/// As model code computes it, for the tokens of the sums alone. Rows are predicted from their own numbers, so that what
/// remains of a recipe is its table.
Table code_table(const Recipe& recipe, const KernelRun& run, const Prediction& expected, const Reduced& reduced) {
  Table table;
  // Positions may be fractions, and sums of them: what turns by them exactly is known.
  if (recipe.angle == AngleRule::turns) {
    for (const std::int64_t token : reduced.tokens)
      for (std::size_t i = 0; i < expected.turns.theta.size(); ++i)
        table.push_back(expected.multiplier(static_cast<std::size_t>(token), i));
    return table;
  }
  if (!expected.turns.learned.empty()) throw Error("sums of angles have no recipe");
  const Positions positions = positions_of_tokens(run.positions, reduced.tokens);
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  // Code multiplies by the factor that it computes itself.
  const Rotation rotation{.turns = spectrum.turns,
                          .attention_factor = model_attention_factor(run.rope, run.length()),
                          .layout = run.rope.layout.pairs,
                          .pair_axis = expected.turns.axis,
                          .positions = positions};
  for (const auto& entry : recipe_table(recipe, run.rope, run.length(), rotation, format_held(run.out)))
    table.push_back({entry.cos, entry.sin});
  return table;
}

/// The same rounding of angles that are exact otherwise: not every kernel that rounds its tables has float32 angles.
Table double_table(const Recipe& recipe, const Prediction& expected, const Reduced& reduced) {
  const auto to = [](NumberFormat format, double x) {
    return format == NumberFormat::float32 ? x : static_cast<double>(rounded(format, static_cast<float>(x)));
  };
  const NumberFormat stored = recipe.tables.value_or(NumberFormat::float32);
  Table table;
  for (const std::int64_t token : reduced.tokens)
    for (std::size_t i = 0; i < expected.turns.theta.size(); ++i) {
      const double position =
          to(recipe.positions, expected.positions.at(expected.turns.axis[i], static_cast<std::size_t>(token)));
      const double angle = to(recipe.angles, position * to(recipe.inv_freq, expected.turns.theta[i]));
      table.push_back({to(stored, expected.gain * std::cos(angle)), to(stored, expected.gain * std::sin(angle))});
    }
  return table;
}

Table table_of(const TriedRecipe& tried, const KernelRun& run, const Prediction& expected, const Reduced& reduced) {
  return tried.in_double ? double_table(*tried.recipe, expected, reduced)
                         : code_table(*tried.recipe, run, expected, reduced);
}

Score score_table(const Table& table, const Prediction& expected, const Noise& noise, const Reduced& reduced) {
  return score(
      reduced, noise,
      [&](std::size_t t, std::size_t i) { return table[t * static_cast<std::size_t>(reduced.pairs) + i]; },
      [&](std::size_t t, std::size_t i) { return expected.angle(static_cast<std::size_t>(reduced.tokens[t]), i); });
}

/// Without float32's angles: a recipe says itself what its angles are.
Noise of_rows_alone(Noise noise) {
  std::fill(noise.angle.begin(), noise.angle.end(), 0);
  return noise;
}

/// What a recipe's rows may be off by. Where it takes float32 frequencies and rounds its tables alone, they are those
/// of any library, which differ by units of the last place.
Noise noise_of(const Recipe& recipe, const Noise& noise) {
  const bool float32 = recipe.inv_freq == NumberFormat::float32 && recipe.positions == NumberFormat::float32 &&
                       recipe.angles == NumberFormat::float32 && recipe.angle == AngleRule::product;
  return float32 && recipe.tables && *recipe.tables != NumberFormat::float32 ? noise : of_rows_alone(noise);
}

/// A float32 kernel whose sine and cosine lose what a float32 angle holds: errors that grow with the angle alone.
bool looks_like_fast_sincos(const Score& exact, const Prediction& expected, const Reduced& reduced,
                            const Noise& noise) {
  Noise fast = noise;
  for (double& share : fast.angle) share += thresholds::fast_sincos_angle;
  return exact.residual < thresholds::fast_sincos_residual && score(reduced, fast, expected).whole();
}

/// The better of the recipe as model code computes it, and of its one rounding in otherwise exact arithmetic.
TriedRecipe try_recipe(const Recipe& recipe, bool chain, const KernelRun& run, const Prediction& expected,
                       const Noise& all_noise, const Reduced& reduced) {
  const Noise noise = noise_of(recipe, all_noise);
  TriedRecipe tried{&recipe, chain, false,
                    score_table(code_table(recipe, run, expected, reduced), expected, noise, reduced)};
  if (of_float32_angles(recipe) || recipe.angle != AngleRule::product || recipe.fast_sincos) return tried;
  Score other = score_table(double_table(recipe, expected, reduced), expected, noise, reduced);
  if (other.residual < tried.score.residual) tried.score = std::move(other), tried.in_double = true;
  return tried;
}

/// How far a recipe turns the pairs of these tokens from where they should be.
AngleError angle_error(const Table& table, const KernelRun& run, const Prediction& expected, const Noise& noise,
                       const Reduced& reduced) {
  AngleError error;
  for (std::size_t t = 0, n = 0; t < reduced.tokens.size(); ++t)
    for (std::size_t i = 0; i < expected.turns.theta.size(); ++i, ++n) {
      const auto token = static_cast<std::size_t>(reduced.tokens[t]);
      error.add(run, noise, expected, token, i, std::arg(table[n] * std::conj(expected.multiplier(token, i))));
    }
  return error;
}

/// The same as measured.
AngleError measured_error(const KernelRun& run, const Prediction& expected, const Noise& noise,
                          const Reduced& reduced) {
  AngleError error;
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t)
    for (std::size_t i = 0; i < expected.turns.theta.size(); ++i) {
      const PairSums& sum = reduced.of(t)[i];
      const auto token = static_cast<std::size_t>(reduced.tokens[t]);
      error.add(run, noise, expected, token, i,
                std::arg(Complex(sum.cross_re, sum.cross_im) * std::conj(expected.multiplier(token, i))));
    }
  return error;
}

} // namespace

std::vector<TriedRecipe> try_recipes(const KernelRun& run, const Prediction& expected, const Noise& noise,
                                     const Reduced& sample, const std::stop_token& stop) {
  std::vector<TriedRecipe> tried;
  const Recipe* own = &recipe_of(run.rope);
  const auto consider = [&](const Recipe& recipe, bool chain) {
    throw_if_stopped(stop);
    // A recipe refuses by throwing what it cannot compute; there is one such call for each recipe, none in a loop.
    try {
      tried.push_back(try_recipe(recipe, chain, run, expected, noise, sample));
    } catch (const Error&) { // ggml has not every model's axes
    }
  };
  consider(recipes().front(), false);
  consider(*own, false);
  for (const Recipe& recipe : recipes())
    if (&recipe != own && recipe.angle != AngleRule::turns) consider(recipe, false);
  consider(float16_angles, false);
  for (const Recipe& recipe : whole_chains) consider(recipe, true);
  return tried;
}

ExactScores exact_scores(const Prediction& expected, const Noise& noise, const Reduced& all) {
  return {score(all, of_rows_alone(noise), expected), score(all, noise, expected)};
}

std::optional<PrecisionFit> explain_by_rows(const ExactScores& scores) {
  const Score& exact = scores.of_rows;
  if (!exact.whole()) return std::nullopt;
  PrecisionFit fit;
  fit.arithmetic.recipe = "exact";
  fit.match = true;
  fit.residual = exact.residual;
  fit.reason = "rounding of the rows explains it";
  return fit;
}

namespace {

/// The simplest that none is plainly better than. Exact arithmetic, which is tried first, gives way to whatever
/// explains every row.
const TriedRecipe& best_of(const std::vector<TriedRecipe>& tried) {
  const TriedRecipe* best = &tried.front();
  for (const TriedRecipe& other : tried)
    if (other.score.residual < thresholds::better_recipe * best->score.residual ||
        (best->recipe->angle == AngleRule::turns && other.score.whole()))
      best = &other;
  return *best;
}

} // namespace

std::optional<PrecisionFit> explain_by_precision(const KernelRun& run, const Prediction& expected, const Noise& noise,
                                                 const Reduced& all, const ExactScores& scores,
                                                 const std::vector<TriedRecipe>& tried) {
  // Angles are scored as float32 noise allows: rows far out may be off though the arithmetic is the model's own.
  const Score &exact = scores.of_rows, &loosely = scores.with_angles;
  const TriedRecipe& best = best_of(tried);
  const double share = best.score.residual / std::max(tried.front().score.residual, 1e-300);
  const auto good = [](double of_exact, double residual) {
    return of_exact < thresholds::recipe_share && residual < thresholds::recipe_residual;
  };
  bool named = best.recipe->angle != AngleRule::turns && (best.score.whole() || good(share, best.score.residual) ||
                                                          (loosely.whole() && share < thresholds::better_recipe));
  Table table;
  if (named && (!loosely.whole() || !of_float32_angles(*best.recipe))) table = table_of(best, run, expected, all);
  if (named && !loosely.whole()) { // what holds on a sample must hold on every row
    const Score proved = score_table(table, expected, noise_of(*best.recipe, noise), all);
    named = proved.whole() || good(proved.residual / exact.residual, proved.residual);
  }
  PrecisionFit fit;
  fit.arithmetic.recipe = named ? name_in_findings(*best.recipe) : "float32_angles";
  fit.residual = named ? best.score.residual : loosely.residual;
  const auto costing = [&fit](const AngleError& off) {
    fit.arithmetic.angle_off = off.most;
    fit.arithmetic.position = off.position;
    fit.arithmetic.explained = off.explained;
  };
  // Weaker than any model's own angles: the recipe is its name, and what it costs at these positions its verdict.
  if (named && !of_float32_angles(*best.recipe)) {
    fit.arithmetic.chain = best.chain;
    costing(angle_error(table, run, expected, noise, all));
    fit.reason = best.recipe->line;
    fit.table = std::move(table);
    fit.slack = unit_of(NumberFormat::bfloat16);
    return fit;
  }
  // Float32 angles, as nearly every model's code has them: a match where they cost nothing to speak of.
  if (loosely.whole() || (named && best.score.whole())) {
    // Image and video models have large positions by construction (a margin of 65536, frequencies that rise to 10⁴),
    // and all their published code forms angles in float32: that is what they ask for.
    const bool of_axes = run.positions.axes > 1 || !run.positions.whole() || has_own_angles(run.rope);
    const double noticeable = of_axes ? thresholds::explained_angle : thresholds::noticeable_angle;
    fit.match = exact.worst <= noticeable + noise.bound;
    fit.reason =
        fmt::format("{} are off by {} {:.1e} rad at these positions",
                    fit.match ? "float32 angles" : "angles in float32", fit.match ? "at most" : "up to", exact.worst);
    if (!loosely.whole()) fit.table = table_of(best, run, expected, all);
    return fit;
  }
  if (!looks_like_fast_sincos(exact, expected, all, noise)) return std::nullopt;
  costing(measured_error(run, expected, noise, all));
  fit.arithmetic.recipe = "fast_sincos";
  fit.reason = "errors grow with the angle alone";
  fit.slack = fit.arithmetic.angle_off;
  return fit;
}

namespace {

/// TF32: float32 with 10 bits behind the point, rounded to the nearest as cuBLAS converts, or cut off as the matrix
/// unit reads float32. Other formats to the nearest.
float to_operand(NumberFormat format, bool cut, float x) {
  if (format != NumberFormat::float32) return rounded(format, x);
  constexpr std::uint32_t below = (1u << 13) - 1; // float32 has 23 bits
  auto bits = std::bit_cast<std::uint32_t>(x);
  if (!cut) bits += (below >> 1) + ((bits >> 13) & 1);
  return std::bit_cast<float>(bits & ~below);
}

/// What a matrix unit takes its operands in; float32 stands for TF32.
struct Operands {
  NumberFormat format;
  bool cut;
  std::string_view name;
  double unit;
};
constexpr Operands all_operands[] = {{NumberFormat::float32, false, "tf32", 0x1p-11},
                                     {NumberFormat::float32, true, "tf32", 0x1p-10},
                                     {NumberFormat::bfloat16, false, "bf16_products", 0x1p-8},
                                     {NumberFormat::float16, false, "fp16_products", 0x1p-11}};

/// The rows of some tokens, as such a unit reads them.
KernelRun with_operands(const KernelRun& run, const PairComponents& at, std::span<const std::int64_t> tokens,
                        const Operands& operands) {
  std::vector<std::uint8_t> rest(static_cast<std::size_t>(run.shape.head_dim), 0);
  for (const std::int64_t component : at.rest) rest[static_cast<std::size_t>(component)] = 1;
  KernelRun part; // not a copy, of arrays that may be hundreds of megabytes
  part.rope = run.rope;
  part.shape = run.shape;
  part.heads = run.heads;
  part.in.shape = part.out.shape = run.in.shape;
  part.shape.tokens = static_cast<std::int64_t>(tokens.size());
  part.seq_len = run.length();
  part.positions = positions_of_tokens(run.positions, tokens);
  const auto width = static_cast<std::size_t>(run.shape.inner * run.shape.head_dim);
  part.in.floats.resize(static_cast<std::size_t>(part.shape.size()));
  part.out.floats.resize(part.in.floats.size());
  in_parallel(static_cast<std::size_t>(run.shape.outer), 0, [&](std::size_t outer) {
    std::size_t to = outer * tokens.size() * width;
    for (const std::int64_t token : tokens) {
      auto from = static_cast<std::size_t>(run.first_number(static_cast<std::int64_t>(outer), token, 0));
      for (std::size_t n = 0; n < width; ++n, ++from, ++to) {
        const float operand = to_operand(operands.format, operands.cut, run.in.floats[from]);
        part.out.floats[to] = run.out.floats[from];
        // What is not turned is multiplied by 1 or left alone.
        const bool alone = rest[n % rest.size()] && run.out.floats[from] != operand;
        part.in.floats[to] = alone ? run.in.floats[from] : operand;
      }
    }
  });
  return part;
}

/// The rotation of rounded rows, by cos and sin of exact angles or of the model's own float32 ones, rounded or not:
/// whichever fits.
Score score_products(const KernelRun& run, const PairComponents& at, std::span<const std::int64_t> tokens,
                     const Operands& operands, const Prediction& expected, const Noise& noise) {
  const KernelRun part = with_operands(run, at, tokens, operands);
  std::vector<std::int64_t> all(tokens.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const Reduced reduced = reduce(part, at, all);
  const auto operand = [&](double x) {
    return static_cast<double>(to_operand(operands.format, operands.cut, static_cast<float>(x)));
  };
  Prediction exact = expected;
  exact.positions = as_given(part);
  std::optional<Score> best;
  for (const std::string_view angles : {"exact", "once"}) {
    const Table table = code_table(*find_recipe(angles), part, exact, reduced);
    for (const bool rounds_table : {true, false}) {
      Table rounded_table = table;
      if (rounds_table)
        for (Complex& z : rounded_table) z = {operand(z.real()), operand(z.imag())};
      Score fit = score_table(rounded_table, exact, of_rows_alone(noise), reduced);
      if (!best || fit.residual < best->residual) best = std::move(fit);
    }
  }
  return std::move(*best);
}

} // namespace

std::optional<PrecisionFit> explain_by_products(const KernelRun& run, const PairComponents& at,
                                                const Prediction& expected, const Noise& noise,
                                                const ExactScores& scores, const std::stop_token& stop) {
  // Rows in 16 bits hide what such operands cost, and the rows are held in float32 then.
  const Score& exact = scores.of_rows;
  if (noise.rows.format != NumberFormat::float32 || noise.rows.of_8_bits() || run.in.dtype != NumberFormat::float32 ||
      run.out.dtype != NumberFormat::float32 || exact.residual > thresholds::products_residual)
    return std::nullopt;
  const auto sample = sample_tokens(run.shape.tokens, thresholds::screened_tokens);
  for (const Operands& operands : all_operands) {
    throw_if_stopped(stop);
    const auto explains = [&](std::span<const std::int64_t> tokens) {
      const Score fit = score_products(run, at, tokens, operands, expected, noise);
      return std::pair{fit.residual, fit.whole() || fit.residual < thresholds::recipe_share * exact.residual};
    };
    if (!explains(sample).second) continue;
    std::vector<std::int64_t> all(static_cast<std::size_t>(run.shape.tokens));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const auto [residual, holds] = explains(all);
    if (!holds) continue;
    PrecisionFit fit;
    fit.arithmetic.recipe = operands.name;
    fit.residual = residual;
    fit.reason = fmt::format("products of numbers that are rounded to {} bits",
                             operands.format == NumberFormat::bfloat16 ? 8 : 11);
    fit.slack = 2 * operands.unit;
    return fit;
  }
  return std::nullopt;
}

std::vector<Hypothesis> precision_hypotheses(const std::vector<TriedRecipe>& all) {
  std::vector<Hypothesis> result;
  // A recipe and its chain share a name; the list has one line for it, that which fits better.
  std::vector<std::string> names;
  for (const TriedRecipe& tried : all) {
    const std::string name = name_in_findings(*tried.recipe);
    const Cause cause =
        name == "exact" ? Cause(cause::Match{}) : Cause(cause::Precision{.recipe = name, .chain = tried.chain});
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      names.push_back(name);
      result.push_back({{cause}, tried.score.residual});
    } else if (Hypothesis& hypothesis = result[static_cast<std::size_t>(known - names.begin())];
               tried.score.residual < hypothesis.residual) {
      hypothesis = {{cause}, tried.score.residual};
    }
  }
  return result;
}

} // namespace ropescope
