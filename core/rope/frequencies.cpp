#include "core/rope/frequencies.h"

#include <algorithm>
#include <numbers>
#include <type_traits>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/axis_plan.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::schemes {

namespace {

/// A row has one function for each arithmetic; a pointer cannot be a template, so the choice is made here.
template <typename A>
Frequencies<A> of_scheme(const RopeConfig& config, std::optional<double> seq_len) {
  if constexpr (std::is_same_v<A, Exact>)
    return scheme_of(config).exact(config, seq_len);
  else
    return scheme_of(config).pytorch(config, seq_len);
}

/// LTX: from 1 up to the base in equal steps of its logarithm, times a quarter turn.
template <typename A>
Frequencies<A> rising_frequencies(const RopeConfig& config) {
  using Real = typename A::Real;
  Frequencies<A> result;
  const std::int64_t count = config.layout.rotary_dim / 2;
  for (std::int64_t j = 0; j < count; ++j) {
    const Real step = count > 1 ? static_cast<Real>(j) / static_cast<Real>(count - 1) : Real(0);
    result.theta.push_back(std::pow(static_cast<Real>(config.base), step) * (std::numbers::pi_v<Real> / 2));
  }
  result.base = static_cast<typename A::Scalar>(config.base);
  return result;
}

/// DINOv3's positions are odd integers 2i + 1 − side: the patch centre over −1 … 1 is that over the side, times 2π.
template <typename A>
void divide_by_side(Frequencies<A>& frequencies, const Axes& axes) {
  using Real = typename A::Real;
  const std::size_t half = frequencies.theta.size() / 2;
  for (std::size_t i = 0; i < frequencies.theta.size(); ++i)
    frequencies.theta[i] *=
        2 * std::numbers::pi_v<Real> / static_cast<Real>(i < half ? axes.grid_height : axes.grid_width);
}

/// What a list of axes says beyond schemes: a gain, a pair that RIFLEx holds, frequencies that were learned.
template <typename A>
void apply_own_frequencies(std::vector<typename A::Real>& theta, const std::vector<FrequencySource>& sources,
                           const Axes& axes) {
  using Real = typename A::Real;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const PositionAxis& axis = axes.list[sources[i].axis];
    if (sources[i].list >= 0 && axis.held_pair >= 0 && sources[i].index == axis.held_pair)
      theta[i] = 2 * std::numbers::pi_v<Real> / static_cast<Real>(axis.held_wavelength);
    theta[i] *= static_cast<Real>(axes.gain);
    if (!axes.learned.empty()) theta[i] = static_cast<Real>(axes.learned[i]); // of the first axis
  }
}

/// The entries of the plan's lists that the pairs take.
template <typename A>
std::vector<typename A::Real> taken(const std::vector<FrequencySource>& sources,
                                    const std::vector<Frequencies<A>>& lists, const Axes& axes) {
  std::vector<typename A::Real> theta;
  for (const FrequencySource& source : sources)
    theta.push_back(source.list < 0
                        ? typename A::Real(0)
                        : lists[static_cast<std::size_t>(source.list)].theta[static_cast<std::size_t>(source.index)]);
  if (axes.rule == AxisRule::listed) apply_own_frequencies<A>(theta, sources, axes);
  return theta;
}

/// The frequencies spread over the axes of positions.
template <typename A>
Frequencies<A> of_all_axes(const RopeConfig& config, std::optional<double> seq_len) {
  const AxisPlan plan = axis_plan(config);
  std::vector<Frequencies<A>> lists;
  for (const RopeConfig& list : plan.lists)
    lists.push_back(list.axes.count == FrequencyCount::rising ? rising_frequencies<A>(list)
                                                              : of_scheme<A>(list, seq_len));
  Frequencies<A> result = lists.front();
  // Elsewhere the one list is the result as it is: p-RoPE's is as wide as the head, wider than what turns.
  if (of_patches(config.axes.rule)) result.theta = taken<A>(plan.pairs, lists, config.axes);
  if (!plan.second.empty()) result.second = taken<A>(plan.second, lists, config.axes);
  // PyTorch has the factor of the side in the position (core/rope/recipe.cpp).
  if (config.axes.rule == AxisRule::centred_grid && std::is_same_v<A, Exact>) divide_by_side(result, config.axes);
  return result;
}

/// By the factors of a file, one for each pair.
template <typename A>
void divide_by_file(Frequencies<A>& frequencies, const std::vector<double>& factors) {
  double greatest = 1;
  for (std::size_t i = 0; i < frequencies.theta.size(); ++i) {
    frequencies.theta[i] /= static_cast<typename A::Real>(factors[i]);
    greatest = std::max(greatest, factors[i]);
  }
  // A scheme that divides has its own divisor already; here the greatest factor counts as "in full".
  if (frequencies.divisor == 1) frequencies.divisor = greatest;
}

/// Pairs of the whole rotary part, however wide the scheme's table is.
std::size_t all_pairs(const RopeConfig& config) {
  const std::int64_t width = scheme_of(config).spans_whole_head ? config.layout.head_dim : config.layout.rotary_dim;
  return static_cast<std::size_t>((width + 1) / 2);
}

std::string factors_sentence(const RopeConfig& config) {
  const std::vector<double>& factors = config.scaling.freq_factors;
  const std::size_t pairs = std::min(all_pairs(config), factors.size());
  std::size_t divided = 0;
  double greatest = 1;
  for (std::size_t i = 0; i < pairs; ++i) {
    divided += factors[i] != 1;
    greatest = std::max(greatest, factors[i]);
  }
  return fmt::format("The file's factors divide {} of {} pairs, by up to {:.4g}.", divided, pairs, greatest);
}

void append(std::string& sentences, const std::string& sentence) {
  if (!sentence.empty()) sentences += (sentences.empty() ? "" : " ") + sentence;
}

} // namespace

std::optional<RopeConfig> grown(const RopeConfig& config, std::optional<double> seq_len, const Growth& growth) {
  // A model that was finetuned under the scheme expects scaled angles at every length, so a short call is scaled too.
  const bool grows = seq_len.value_or(0) > growth.length;
  if (!grows && !config.scaling[key::finetuned]) return std::nullopt;
  RopeConfig result = config;
  result.scaling.factor = grows ? *seq_len / growth.original : growth.stated;
  return result;
}

std::string growth_sentence(std::string_view title, const RopeConfig& config, std::optional<double> seq_len,
                            const Growth& growth, std::string (*sentence)(const RopeConfig&)) {
  const auto scaled = grown(config, seq_len, growth);
  if (!scaled) return fmt::format("{}: nothing is scaled up to {} tokens.", title, grouped(growth.length));
  if (!(seq_len.value_or(0) > growth.length)) return sentence(*scaled);
  return fmt::format("{}: factor {:.4g} = {} / {} tokens.", title, *scaled->scaling.factor, grouped(*seq_len),
                     grouped(growth.original));
}

bool count_from_trained_length(RopeConfig& config) {
  config.scaling.max_position_embeddings = trained_length(config);
  return true;
}

void require_positive_extension(const RopeConfig& config) {
  const double s = extension_factor(config);
  if (!(s > 0) || !std::isfinite(s)) throw Error(fmt::format("factor is {}, expected a positive number", s));
}

void require_factor(const RopeConfig& config) {
  if (!config.scaling.factor)
    throw Error(fmt::format("rope_type \"{}\" needs a \"factor\", and none is given", scheme_of(config).name));
  require_positive_extension(config);
}

void require_trained_length(const RopeConfig& config) {
  if (!(trained_length(config) > 0))
    throw Error(
        fmt::format("{} needs original_max_position_embeddings or max_position_embeddings", scheme_of(config).name));
}

void require_room_for_ntk(const RopeConfig& config, std::string_view title) {
  if (config.layout.rotary_dim <= 2)
    throw Error(fmt::format("{} divides by rotary_dim − 2, and rotary_dim is {}", title, config.layout.rotary_dim));
}

void require_logarithm_of_base(const RopeConfig& config, std::string_view title) {
  if (config.base == 1.0) throw Error(fmt::format("{} divides by the logarithm of the base, and the base is 1", title));
}

template <typename A>
Frequencies<A> frequencies_in_force(const RopeConfig& config, std::optional<double> seq_len) {
  Frequencies<A> result = of_all_axes<A>(config, seq_len);
  if (!config.scaling.freq_factors.empty()) divide_by_file<A>(result, config.scaling.freq_factors);
  if (!config.rotates) {
    result.theta.assign(result.theta.size(), 0);
    result.second.assign(result.second.size(), 0);
    // All frequencies 0 make every rotation the identity; an attention factor would still scale the rows.
    result.attention_factor = 1;
  }
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(frequencies_in_force, const RopeConfig&, std::optional<double>)

std::string rule_in_force(const RopeConfig& config, std::optional<double> seq_len) {
  std::string rule;
  if (!config.rotates)
    rule = "No RoPE: in these layers nothing turns.";
  else {
    if (const auto sentence = scheme_of(config).sentence)
      append(rule, sentence(axis_plan(config).lists.front(), seq_len));
    if (!config.scaling.freq_factors.empty()) append(rule, factors_sentence(config));
  }
  if (config.attention.query_scale != QueryScale::none)
    // 131 072 tokens are an example, far enough out for the scale to show.
    append(rule, fmt::format("Beside it queries grow with their position: ×{:.4g} at {} tokens.",
                             query_scale(config, 131072), grouped(131072)));
  return rule;
}

} // namespace ropescope::schemes
