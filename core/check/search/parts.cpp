#include "core/check/search/parts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/first_found.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/attention_factor.h"
#include "core/check/causes/components_wrong.h"
#include "core/check/causes/constant_added.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/causes/row_gain.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/search/search.h"

namespace ropescope {

bool is_turned(const KernelRun& run, std::int64_t token) {
  for (std::int64_t axis = 0; axis < run.positions.axes; ++axis)
    if (run.position(axis, token) != 0) return true;
  return false;
}

namespace {

Prediction with_gain(const Evidence& about, const LayoutChoice& choice, std::optional<double> gain) {
  Prediction prediction = expected_candidate(about.run, choice).prediction(as_given(about.run));
  if (gain) prediction.gain = *gain;
  return prediction;
}

} // namespace

PartContext::PartContext(const Evidence& about, const RowSample& rows_of, const LayoutChoice& choice,
                         std::optional<double> gain)
    : PartContext(about, rows_of, choice, with_gain(about, choice, gain),
                  choice.causes.empty() && (!gain || *gain == about.expected.gain)) {}

PartContext::PartContext(const Evidence& about, const RowSample& rows_of, const LayoutChoice& choice,
                         Prediction prediction, bool as_model)
    : evidence(about), sample(rows_of), layout(choice), expected(std::move(prediction)), as_expected_(as_model) {
  turns = sample_turns(sample, expected, about.noise);
  rows = predicted_rows(sample, choice.at, turns);
  proof = prove(rows);
}

RowProof PartContext::prove(const std::vector<double>& predicted) const { return prove(predicted, {}); }

RowProof PartContext::prove(const std::vector<double>& predicted, const std::vector<std::uint8_t>& of) const {
  throw_if_stopped(evidence.stop);
  return prove_rows(sample, predicted, layout.at, turns, evidence.noise, of);
}

std::optional<double> PartContext::whole(const std::vector<double>& predicted,
                                         const std::vector<std::uint8_t>& of) const {
  const auto count = static_cast<std::ptrdiff_t>(sample.rows * sample.width);
  return whole_by_token(
      [&](std::size_t t, double* to) {
        std::copy_n(predicted.begin() + static_cast<std::ptrdiff_t>(sample.row(t, 0)), count, to);
      },
      of);
}

std::optional<double> PartContext::whole(const SampleTurns& turned) const {
  return whole_by_token([&](std::size_t t, double* to) { predict_token(sample, layout.at, turned, t, to); });
}

std::optional<double> PartContext::whole_by_token(const PredictToken& predict,
                                                  const std::vector<std::uint8_t>& of) const {
  throw_if_stopped(evidence.stop);
  return prove_whole(sample, predict, layout.at, turns, evidence.noise, of);
}

namespace {

/// Share of the tokens in which one of a group's numbers is off. `group`: of a row and component.
template <typename Group>
std::vector<double> shares(const RowSample& sample, const RowProof& proof, std::size_t groups, Group group) {
  std::vector<double> share(groups);
  std::vector<std::uint8_t> off(groups);
  for (std::size_t t = 0; t < sample.tokens.size(); ++t) {
    std::fill(off.begin(), off.end(), 0);
    for (std::size_t r = 0; r < static_cast<std::size_t>(sample.rows); ++r)
      for (std::size_t j = 0; j < static_cast<std::size_t>(sample.width); ++j)
        if (proof.off[sample.row(t, r) + j]) off[group(r, j)] = 1;
    for (std::size_t g = 0; g < groups; ++g) share[g] += off[g] / static_cast<double>(sample.tokens.size());
  }
  return share;
}

} // namespace

std::vector<double> PartContext::components_off() const {
  return shares(sample, proof, static_cast<std::size_t>(sample.width), [](std::size_t, std::size_t j) { return j; });
}

std::vector<double> PartContext::rows_off() const {
  return shares(sample, proof, static_cast<std::size_t>(sample.rows), [](std::size_t r, std::size_t) { return r; });
}

std::vector<double> PartContext::pairs_off() const {
  const std::vector<double> of = components_off();
  std::vector<double> result;
  for (std::size_t i = 0; i < layout.at.out_first.size(); ++i)
    result.push_back(std::max(of[static_cast<std::size_t>(layout.at.out_first[i])],
                              of[static_cast<std::size_t>(layout.at.out_second[i])]));
  return result;
}

std::optional<Cause>
PartContext::tokens_off(const std::function<bool(std::int64_t row, std::int64_t component)>& left_out) const {
  cause::RowsWrong wrong;
  for (std::size_t t = 0; t < sample.tokens.size(); ++t) {
    bool off = false;
    for (std::int64_t r = 0; r < sample.rows && !off; ++r)
      for (std::int64_t j = 0; j < sample.width && !off; ++j)
        off = proof.off[sample.row(t, static_cast<std::size_t>(r)) + static_cast<std::size_t>(j)] && !left_out(r, j);
    if (off) wrong.rows.push_back(sample.tokens[t]);
  }
  if (wrong.rows.empty()) return std::nullopt;
  return Cause(std::move(wrong));
}

std::vector<std::uint8_t> PartContext::components_of(const std::vector<std::int64_t>& pairs) const {
  std::vector<std::uint8_t> of(static_cast<std::size_t>(sample.width), 0);
  for (const std::int64_t i : pairs)
    for (const std::int64_t j :
         {layout.at.out_first[static_cast<std::size_t>(i)], layout.at.out_second[static_cast<std::size_t>(i)]})
      of[static_cast<std::size_t>(j)] = 1;
  return of;
}

namespace {

using Finder = std::optional<PartFound> (*)(const PartContext&);
/// Finders that are asked side by side; the first of them that finds something is believed. What searches anew, on
/// every processor, has a group of its own.
using Group = std::span<const Finder>;

constexpr Finder of_whole_rows[] = {&misplaced_rows, &zero_rows};
constexpr Finder of_heads[] = {&wrong_heads};
constexpr Finder of_numbers[] = {&other_matrix,        &row_gain,        &other_lengths,      &other_positions,
                                 &rows_from_elsewhere, &constants_added, &function_of_values, &unwritten_elements,
                                 &other_order};
/// Simplest first: what says all in a word, then what needs a number for each row.
constexpr Group simple[] = {of_whole_rows, of_heads, of_numbers};
/// What may be seen under another layout too.
constexpr Finder of_layouts[] = {&other_matrix, &row_gain, &other_positions};
constexpr Finder of_pairs[] = {&named_pairs, &function_of_angle};
constexpr Finder of_tokens[] = {&wrong_tokens};
constexpr Finder of_the_rest[] = {&wrong_pairs, &own_frequencies, &other_table_entries, &wrong_elements, &wrong_rows};
/// What needs a number for each pair or component, and at last what names wrong numbers alone.
constexpr Group detailed[] = {of_pairs, of_tokens, of_the_rest};

/// A run whose components behind the rotated part pass, whatever the kernel did to them.
KernelRun healed(const KernelRun& run, const PairComponents& at) {
  KernelRun copy = run;
  for (std::int64_t row = 0; row < run.shape.rows(); ++row)
    for (const std::int64_t j : at.rest) {
      const auto n = static_cast<std::size_t>(row * run.shape.head_dim + j);
      copy.out.dtype == NumberFormat::float64
          ? copy.out.doubles[n] = copy.in.number(static_cast<std::int64_t>(n))
          : copy.out.floats[n] = static_cast<float>(copy.in.number(static_cast<std::int64_t>(n)));
    }
  return copy;
}

/// Components that should pass and do not; and, where they are not all, what else is wrong.
std::optional<PartFound> beside_components(const PartContext& context) {
  const auto components = wrong_components(context);
  if (!components) return std::nullopt;
  const auto pairs = context.pairs_off();
  std::vector<std::int64_t> all(pairs.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  if (std::all_of(pairs.begin(), pairs.end(), [](double share) { return share == 0; }))
    return PartFound{{*components}, context.prove(context.rows, context.components_of(all)).residual, nullptr};
  // Under a layout that is not the model's there is enough to say.
  const Evidence& evidence = context.evidence;
  if (!context.layout.causes.empty()) return std::nullopt;
  const KernelRun run = healed(evidence.run, context.layout.at);
  WholeSums sums(run);
  const Explanation rest =
      explain({run, evidence.expected, evidence.layouts, evidence.noise, evidence.changes, sums, evidence.stop});
  // A constant is added to them too, and is told of all components.
  if (std::any_of(rest.causes.begin(), rest.causes.end(), [](const Cause& c) { return c.is<cause::ConstantAdded>(); }))
    return std::nullopt;
  // A wider layout is looked for on the rows as they are.
  if (rest.causes.empty() || (rest.layout && rest.layout->rotary_dim > context.layout.rotary_dim)) return std::nullopt;
  PartFound found{rest.causes, rest.residual, rest.layout};
  found.causes.push_back(*components);
  return found;
}

/// Weights that were measured without the model's gain have it in them. Returns whether they do.
bool take_gain_out(PartFound& found, double gain) {
  for (Cause& cause : found.causes) {
    const auto* measured = cause.as<cause::RowGain>();
    if (!measured || measured->weight.empty()) continue;
    cause::RowGain row = *measured;
    const auto has = [&](double weight) { return std::abs(weight / gain - 1) < 1e-2; };
    if (std::none_of(row.weight.begin(), row.weight.end(), has)) continue;
    for (double& weight : row.weight) weight /= gain;
    cause = std::move(row);
    return true;
  }
  return false;
}

/// Whether what was measured has the model's gain in it, so that nothing tells whether that is missing.
bool holds_gain(const std::vector<Cause>& causes) {
  return std::any_of(causes.begin(), causes.end(), [](const Cause& cause) {
    const auto* matrix = cause.as<cause::PairMatrix>();
    return matrix && (matrix->like == "other_function" || matrix->like == "cos_sin_gains");
  });
}

/// Components that pass under the model's layout and turn under another, which is wider.
std::optional<Cause> turned_too(const Evidence& evidence, const LayoutChoice& wider) {
  if (wider.rotary_dim <= evidence.layouts.front().rotary_dim) return std::nullopt;
  return Cause(cause::ComponentsWrong{evidence.layouts.front().at.rest, "rotated", {}, 0});
}

/// Whether so many rows that turn are right that no mistake is in all of them.
bool some_rows_right(const PartContext& context) {
  const RowSample& sample = context.sample;
  std::size_t right = 0, all = 0;
  for (std::size_t t = 0; t < sample.tokens.size(); ++t) {
    const bool turns = is_turned(context.evidence.run, sample.tokens[t]);
    for (std::size_t r = 0; turns && r < static_cast<std::size_t>(sample.rows); ++r, ++all) {
      const auto first = context.proof.off.begin() + static_cast<std::ptrdiff_t>(sample.row(t, r));
      right += std::find(first, first + sample.width, 1) == first + sample.width;
    }
  }
  constexpr std::size_t least = 4; // one in so many
  return all > 0 && least * right > all;
}

/// What some finders see under each of the other layouts, those of one cause.
std::optional<PartFound> under_other_layouts(const Evidence& evidence, const RowSample& sample,
                                             std::span<const Finder> finders) {
  return first_found(evidence.layouts.size(), [&](std::size_t n) -> std::optional<PartFound> {
    const LayoutChoice& other = evidence.layouts[n];
    if (other.causes.size() != 1) return std::nullopt;
    const PartContext context(evidence, sample, other);
    auto found = beside_components(context);
    for (const Finder find : finders)
      if (!found) found = find(context);
    if (!found) return std::nullopt;
    const auto wider = turned_too(evidence, other);
    found->causes.insert(found->causes.begin(), wider ? *wider : other.causes.front());
    found->layout = &other;
    return found;
  });
}

} // namespace

std::optional<PartFound> explain_parts(const Evidence& evidence) {
  const RowSample sample = read_rows(evidence.run, thresholds::sampled_tokens);
  const double gain = evidence.expected.gain;
  const std::vector<double> gains = gain == 1 ? std::vector<double>{1} : std::vector<double>{gain, 1};
  std::vector<PartContext> contexts; // under the model's gain, then under none
  for (const double g : gains) contexts.emplace_back(evidence, sample, evidence.layouts.front(), g);
  const auto under_gains = [&](std::span<const Group> groups, bool components) -> std::optional<PartFound> {
    for (const PartContext& context : contexts) {
      std::optional<PartFound> found;
      for (const Group finders : groups)
        if (!found) found = first_found(finders.size(), [&](std::size_t n) { return finders[n](context); });
      // Last: what zeroes or exchanges whole heads does so to their rest too.
      if (!found && components) found = beside_components(context);
      if (!found) continue;
      if (context.expected.gain == gain || take_gain_out(*found, gain)) return found;
      if (!holds_gain(found->causes)) {
        found->causes.push_back(cause::AttentionFactor{context.expected.gain, gain});
        return found;
      }
    }
    return std::nullopt;
  };
  if (auto found = small_errors(contexts.front())) return found;
  auto simplest = under_gains(simple, true);
  // A matrix that has no name is often one that has, under other angles.
  const auto* matrix = simplest ? simplest->causes.front().as<cause::PairMatrix>() : nullptr;
  const bool in_all = !evidence.brief && !some_rows_right(contexts.front());
  if (matrix && matrix->like == "other" && in_all)
    if (auto found = beside_mistakes(contexts.front())) return found;
  if (simplest) return simplest;
  if (auto found = under_other_layouts(evidence, sample, of_layouts)) return found;
  if (in_all) {
    if (auto found = beside_mistakes(contexts.front())) return found;
    if (auto found = beside_rows(contexts.front())) return found;
  }
  if (auto found = under_gains(detailed, false)) return found;
  constexpr Finder tables[] = {&own_frequencies, &other_table_entries};
  return under_other_layouts(evidence, sample, tables);
}

} // namespace ropescope
