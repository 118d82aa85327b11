#include "core/check/search/axis_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/attention_factor.h"
#include "core/check/causes/axis_order.h"
#include "core/check/causes/axis_positions.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/rotary_dim.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/evidence/median.h"
#include "core/check/proof/score.h"
#include "core/check/search/axis_places.h"
#include "core/check/search/axis_rules.h"
#include "core/check/search/candidate.h"
#include "core/check/search/position_fit.h"
#include "core/rope/axis_plan.h"

namespace ropescope {

bool has_axes(const KernelRun& run) {
  return run.rope.rotates && (run.positions.axes > 1 || !run.positions.whole() || has_own_angles(run.rope));
}

namespace {

constexpr std::size_t most_causes = 3; ///< at once, a gain besides

/// Positions that a kernel takes, of every axis and token, before they are scaled.
using Taken = std::vector<std::vector<double>>;

struct FoundAxes {
  std::vector<Cause> causes;
  AxisRuleChoice rule;
  Taken taken;
  double gain = 1;
};

/// The units of a run under one layout, and what hypotheses make of them.
class AxisSearch {
public:
  AxisSearch(const KernelRun& run, const UnitSums& units, double direction, double expected_gain,
             std::span<const FrequencyFit> measured, const std::stop_token& stop, bool other_layout = false)
      : run_(run), units_(units), direction_(direction), expected_gain_(expected_gain), stop_(stop),
        other_layout_(other_layout), rules_(axis_rule_choices(run, units.mixed(), measured)), measured_(measured) {
    for (std::int64_t a = 0; a < run.positions.axes; ++a) {
      given_.emplace_back();
      for (std::int64_t t = 0; t < run.positions.tokens(); ++t) given_.back().push_back(run.positions.value(a, t));
    }
    for (const std::int64_t t : units_.tokens()) sample_.push_back(static_cast<std::size_t>(t));
    gain_ = measured_gain();
  }

  /// All with the fewest causes, at most `most`, beside `of_layout` of them.
  std::vector<FoundAxes> find(std::size_t most) {
    if (rules_.empty()) return {};
    if (!rules_.front().turns.learned.empty()) {
      try_sums();
    } else {
      try_rules();
      try_orders();
      if (best_.empty()) try_each_token();
    }
    std::erase_if(best_, [&](const FoundAxes& found) { return found.causes.size() > most; });
    return std::move(best_);
  }

private:
  /// What most units are multiplied by, where it is not what the model has.
  double measured_gain() const {
    if (units_.mixed()) return expected_gain_; // lengths change there
    std::vector<double> gains;
    for (std::size_t t = 0; t < sample_.size(); ++t)
      for (std::size_t u = 0; u < units_.units(); ++u) {
        const UnitSum& sum = units_.of(t, u);
        if (sum.xx > 0) gains.push_back(std::hypot(sum.ox, sum.oy) / sum.xx);
      }
    if (gains.empty()) return expected_gain_;
    const double gain = median(gains);
    const double unit = thresholds::other_gain_units * units_.noise().unit;
    for (const double likely : {expected_gain_, 1.0})
      if (std::abs(gain / likely - 1) <= unit) return likely;
    return gain;
  }

  double angle(const AxisRuleChoice& rule, std::size_t unit, double position) const {
    return direction_ * rule.turns.theta[unit] * (rule.scale * position + rule.shift);
  }
  double times(std::size_t token) const {
    const std::int64_t axis = run_.rope.axes.times_axis;
    return axis < 0 ? 1 : given_[static_cast<std::size_t>(axis)][token];
  }

  /// Whether the units of an axis are turned by these positions, at(token of the run), in every token of the sample.
  template <typename At>
  bool explains(const AxisRuleChoice& rule, std::size_t axis, const At& at) const {
    for (std::size_t u = 0; u < units_.units(); ++u) {
      if (rule.turns.axis[u] != axis) continue;
      double error = 0, allowed = 0, squares = 0, energy = 0;
      for (std::size_t t = 0; t < sample_.size(); ++t) {
        const UnitScore score = units_.score(t, u, angle(rule, u, at(sample_[t]) * times(sample_[t])), gain_);
        if (score.outlier) return false;
        error += score.error, allowed += score.allowed, energy += score.energy;
        squares += score.allowed * score.allowed;
      }
      if (error > allowed * thresholds::pair_excess + thresholds::of_few_parts * std::sqrt(squares) +
                      thresholds::sum_error * energy + thresholds::nothing)
        return false;
    }
    return true;
  }

  const std::vector<AxisPlace>& places(std::size_t axis) {
    if (places_.empty()) places_.resize(given_.size());
    auto& known = places_[axis];
    if (known.empty()) known = axis_places(run_, static_cast<std::int64_t>(axis), speed(axis));
    return known;
  }

  /// How many times faster an axis's pairs were measured to turn than they should.
  double speed(std::size_t axis) const {
    std::vector<double> ratios;
    const PairTurns& own = rules_.front().turns;
    for (std::size_t i = 0; i < measured_.size() && i < own.theta.size(); ++i)
      if (own.axis[i] == axis && own.theta[i] != 0 && std::abs(own.theta[i]) < thresholds::slow_enough &&
          measured_[i].sigma < thresholds::votes_on_speed * std::abs(measured_[i].theta))
        ratios.push_back(measured_[i].theta / (own.theta[i] * direction_));
    return ratios.empty() ? 0 : median(ratios);
  }

  void try_rules() {
    // Thousands of ways to cut a head come last; of them the first unit tells most apart.
    for (const AxisRuleChoice& rule : rules_) {
      throw_if_stopped(stop_);
      const bool alone = rule.causes.size() == 1 && rule.causes.front().is<cause::AxisOrder>() &&
                         rule.causes.front().as<cause::AxisOrder>()->form == cause::AxisOrder::Form::sections;
      const std::size_t fewest = best_.empty() ? most_causes + 1 : best_.front().causes.size();
      if (rule.causes.size() <= fewest) try_rule(rule, alone || rule.causes.size() == fewest);
    }
  }

  /// The simplest positions on each axis that explain its units.
  void try_rule(const AxisRuleChoice& rule, bool as_given_alone) {
    std::vector<const AxisPlace*> taken;
    for (std::size_t axis = 0; axis < given_.size(); ++axis) {
      const AxisPlace* found = nullptr;
      const auto& all = places(axis);
      for (std::size_t n = 0; n < (as_given_alone ? 1 : all.size()) && !found; ++n)
        if (explains(rule, axis, all[n].at)) found = &all[n];
      if (!found) return;
      taken.push_back(found);
    }
    FoundAxes found;
    found.rule = rule;
    found.causes = rule.causes;
    Taken positions;
    std::vector<std::pair<std::size_t, cause::AxisPositions>> places;
    for (std::size_t axis = 0; axis < taken.size(); ++axis) {
      positions.emplace_back();
      for (std::size_t t = 0; t < given_[axis].size(); ++t) positions.back().push_back(taken[axis]->at(t));
      if (!taken[axis]->given) places.emplace_back(axis, taken[axis]->cause);
    }
    name_places(places, rule, found.causes);
    found.taken = std::move(positions);
    keep(std::move(found));
  }

  /// What several axes do alike is said once; what all do that turn anything has a name without axes.
  void name_places(std::vector<std::pair<std::size_t, cause::AxisPositions>> places, const AxisRuleChoice& rule,
                   std::vector<Cause>& causes) const {
    std::size_t live = 0;
    for (std::size_t axis = 0; axis < given_.size(); ++axis) live += turns_anything(rule, axis);
    while (!places.empty()) {
      cause::AxisPositions cause = places.front().second;
      std::size_t alike = 0, of_live = 0;
      cause.axis.clear();
      for (auto place = places.begin(); place != places.end();) {
        if (place->second.parameters_without_axis() != cause.parameters_without_axis()) {
          ++place;
          continue;
        }
        cause.axis +=
            fmt::format("{}{}", alike++ == 0 ? "" : ",", axis_name(run_.rope, static_cast<std::int64_t>(place->first)));
        of_live += turns_anything(rule, place->first);
        place = places.erase(place);
      }
      causes.push_back(of_live >= live && live > 0 && places.empty() && rule.shift == 0 ? of_all(cause) : Cause(cause));
    }
  }

  /// Whether an axis has units that the given positions turn.
  bool turns_anything(const AxisRuleChoice& rule, std::size_t axis) const {
    const bool units =
        std::any_of(rule.turns.axis.begin(), rule.turns.axis.end(), [&](std::uint8_t a) { return a == axis; });
    return units && std::any_of(given_[axis].begin(), given_[axis].end(), [](double p) { return p != 0; });
  }

  /// What a cause is where every axis has it.
  static Cause of_all(const cause::AxisPositions& cause) {
    if (!cause.tokens.empty() || !cause.positions.empty()) return cause;
    if (cause.rule.empty() && cause.scale == 1 && cause.offset == std::round(cause.offset))
      return cause::PositionOffset{static_cast<std::int64_t>(cause.offset), {}};
    if (cause.scale == 0 && cause.offset == 0) return cause::NotRotated{};
    if (!cause.rule.empty() || cause.offset != 0) return cause;
    if (cause.scale == -1) return cause::InverseRotation{};
    if (cause.scale == 2) return cause::AppliedTwice{};
    return cause::PositionScale{cause.scale};
  }

  /// Where a pair turns by the sum of its axes' angles: one axis at other places, or the tokens in another order.
  void try_sums() {
    const AxisRuleChoice& rule = rules_.front();
    Taken taken = given_;
    const auto holds = [&] {
      for (std::size_t u = 0; u < units_.units(); ++u)
        for (std::size_t t = 0; t < sample_.size(); ++t) {
          double sum = 0;
          for (std::size_t axis = 0; axis < taken.size(); ++axis)
            sum += rule.turns.learned[axis * units_.units() + u] * taken[axis][sample_[t]];
          if (units_.score(t, u, direction_ * sum, gain_).outlier) return false;
        }
      return true;
    };
    const auto take = [&](cause::AxisPositions cause) {
      FoundAxes found;
      found.rule = rule;
      found.causes = {std::move(cause)};
      found.taken = taken;
      keep(std::move(found));
    };
    for (std::size_t axis = 0; axis < given_.size(); ++axis) {
      for (const AxisPlace& place : axis_places(run_, static_cast<std::int64_t>(axis), 0)) {
        throw_if_stopped(stop_);
        for (const std::size_t t : sample_) taken[axis][t] = place.at(t);
        if (place.given || !holds()) continue;
        for (std::size_t t = 0; t < taken[axis].size(); ++t) taken[axis][t] = place.at(t);
        cause::AxisPositions cause = place.cause;
        cause.axis = axis_name(run_.rope, static_cast<std::int64_t>(axis));
        take(std::move(cause));
        break;
      }
      taken[axis] = given_[axis];
    }
    for (TokenOrderChoice& order : token_order_choices(run_)) {
      taken = std::move(order.positions);
      if (holds()) take(std::move(order.cause));
    }
    for (std::size_t a = 0; a < given_.size(); ++a)
      for (std::size_t b = a + 1; b < given_.size(); ++b) {
        taken = given_;
        std::swap(taken[a], taken[b]);
        if (!holds()) continue;
        FoundAxes found;
        found.rule = rule;
        std::string names;
        for (std::size_t n = 0; n < given_.size(); ++n)
          names += fmt::format("{}{}", n == 0 ? "" : ",",
                               axis_name(run_.rope, static_cast<std::int64_t>(n == a   ? b
                                                                              : n == b ? a
                                                                                       : n)));
        found.causes = {cause::AxisOrder{cause::AxisOrder::Form::order, names}};
        found.taken = taken;
        keep(std::move(found));
      }
  }

  /// The tokens of the grid in another order, everything else as the model has it.
  void try_orders() {
    if (!best_.empty() && best_.front().causes.size() <= 1) return;
    for (TokenOrderChoice& order : token_order_choices(run_)) {
      throw_if_stopped(stop_);
      const AxisRuleChoice& rule = rules_.front();
      bool holds = true;
      for (std::size_t axis = 0; axis < given_.size() && holds; ++axis)
        holds = explains(rule, axis, [&](std::size_t t) { return order.positions[axis][t]; });
      if (!holds) continue;
      FoundAxes found;
      found.rule = rule;
      found.causes = {order.cause};
      found.taken = std::move(order.positions);
      keep(std::move(found));
    }
  }

  void keep(FoundAxes found) {
    found.gain = gain_;
    // As expected, which does not explain every row, unless the pairs lie otherwise: then that is all there is to say.
    if (found.causes.empty() && gain_ == expected_gain_ && !other_layout_) return;
    if (std::abs(gain_ / expected_gain_ - 1) > thresholds::common_gain_units * units_.noise().unit)
      found.causes.push_back(cause::AttentionFactor{gain_, expected_gain_});
    if (!best_.empty() && found.causes.size() > best_.front().causes.size()) return;
    if (!best_.empty() && found.causes.size() < best_.front().causes.size()) best_.clear();
    best_.push_back(std::move(found));
  }

  /// Each token at whatever whole place explains it, on the axes that are not as given.
  void try_each_token() {
    constexpr std::size_t most_tokens = 4096; // of more, whole stretches show in the sample
    constexpr std::size_t fewest_units = 3;   // two at one position by chance are no position
    if (sample_.size() < given_[0].size() || given_[0].size() > most_tokens) return;
    const AxisRuleChoice& rule = rules_.front();
    FoundAxes found;
    found.rule = rule;
    std::vector<std::pair<std::size_t, cause::AxisPositions>> places;
    std::vector<std::vector<std::size_t>> units(given_.size());
    for (std::size_t u = 0; u < units_.units(); ++u)
      if (rule.turns.theta[u] != 0) units[rule.turns.axis[u]].push_back(u);
    for (std::size_t axis = 0; axis < given_.size(); ++axis) {
      found.taken.push_back(given_[axis]);
      if (explains(rule, axis, [&](std::size_t t) { return given_[axis][t]; })) continue;
      if (units[axis].size() < fewest_units) return;
      for (std::size_t t = 0; t < sample_.size(); ++t) {
        throw_if_stopped(stop_);
        const auto place = place_of(rule, units[axis], axis, t);
        if (!place) return;
        found.taken[axis][sample_[t]] = *place;
      }
      places.emplace_back(axis, as_cause(axis, found.taken[axis]));
    }
    // A place for each token is as much as there is to be known of it: rows that stand still are that.
    if (std::all_of(places.begin(), places.end(),
                    [&](const auto& place) {
                      return place.second.scale == 0 && place.second.offset == 0 && !place.second.tokens.empty() &&
                             place.second.tokens == places.front().second.tokens;
                    }) &&
        !places.empty() && places.size() == given_.size())
      return;
    name_places(places, rule, found.causes);
    keep(std::move(found));
  }

  /// Where a token is on an axis: as given, near, at 0, at what another axis or token has.
  std::optional<double> place_of(const AxisRuleChoice& rule, const std::vector<std::size_t>& units, std::size_t axis,
                                 std::size_t t) const {
    const std::size_t token = sample_[t];
    const auto holds = [&](double position) {
      for (const std::size_t u : units)
        if (units_.score(t, u, angle(rule, u, position * times(token)), gain_).outlier) return false;
      return true;
    };
    const double p = given_[axis][token];
    if (holds(p)) return p;
    if (holds(0)) return 0.0;
    for (const auto& other : given_)
      if (holds(other[token])) return other[token];
    if (holds(static_cast<double>(token))) return static_cast<double>(token);
    constexpr int furthest = 512;
    for (int k = 1; k <= furthest; ++k)
      for (const double at : {p + k, p - k})
        if (holds(at)) return at;
    for (std::size_t other = 0; other < given_[axis].size(); ++other)
      if ((other == 0 || given_[axis][other] != given_[axis][other - 1]) && holds(given_[axis][other]))
        return given_[axis][other];
    return std::nullopt;
  }

  /// Other places in some tokens, by one rule where they have one.
  cause::AxisPositions as_cause(std::size_t axis, const std::vector<double>& taken) const {
    cause::AxisPositions cause;
    bool still = true, moved = true, other = true;
    double offset = 0;
    std::vector<double> of_other;
    for (std::size_t t = 0; t < taken.size(); ++t) {
      const double by = taken[t] - given_[axis][t];
      if (by == 0) continue;
      if (cause.tokens.empty()) offset = by;
      still &= taken[t] == 0;
      moved &= by == offset;
      cause.tokens.push_back(static_cast<std::int64_t>(t));
    }
    if (moved && !cause.tokens.empty()) {
      cause.offset = offset;
    } else if (still) {
      cause.rule = "position 0";
      cause.scale = 0;
    } else {
      for (std::size_t a = 0; a < given_.size(); ++a) {
        other = a != axis;
        for (const std::int64_t t : cause.tokens)
          other &= taken[static_cast<std::size_t>(t)] == given_[a][static_cast<std::size_t>(t)];
        if (!other) continue;
        cause.rule = fmt::format("the position on axis {}", axis_name(run_.rope, static_cast<std::int64_t>(a)));
        break;
      }
      if (cause.rule.empty()) {
        for (const double p : taken) cause.positions.push_back(static_cast<std::int64_t>(std::llround(p)));
        cause.tokens.clear();
      }
    }
    if (cause.tokens.size() == taken.size()) cause.tokens.clear();
    return cause;
  }

  const KernelRun& run_;
  const UnitSums& units_;
  double direction_, expected_gain_, gain_ = 1;
  const std::stop_token& stop_;
  bool other_layout_; // the units are of pairs that lie otherwise than the model's
  std::vector<AxisRuleChoice> rules_;
  std::span<const FrequencyFit> measured_;
  Taken given_;
  std::vector<std::size_t> sample_; ///< tokens of the units
  std::vector<std::vector<AxisPlace>> places_;
  std::vector<FoundAxes> best_;
};

/// What a kernel would write that takes such positions.
Prediction prediction_of(const FoundAxes& found, const KernelRun& run, double direction) {
  Prediction prediction{found.rule.turns, found.gain, Operation::rotate, as_given(run)};
  for (double& theta : prediction.turns.theta) theta *= direction;
  for (double& theta : prediction.turns.learned) theta *= direction;
  const std::size_t tokens = prediction.positions.tokens();
  const std::int64_t times = run.rope.axes.times_axis;
  for (std::size_t a = 0; a < found.taken.size(); ++a)
    for (std::size_t t = 0; t < tokens; ++t) {
      const double by = times < 0 ? 1 : run.positions.value(times, static_cast<std::int64_t>(t));
      prediction.positions.ids[a * tokens + t] = found.taken[a][t] * by * found.rule.scale + found.rule.shift;
    }
  return prediction;
}

/// Pairs (i, i + half) within the components of each axis, where they lie in blocks and the model pairs otherwise.
std::optional<LayoutChoice> within_axes(const KernelRun& run, const LayoutChoice& own) {
  const Axes& axes = run.rope.axes;
  if (axes.rule != AxisRule::listed || axes.order != PairSequence::blocks || axes.list.size() < 2) return std::nullopt;
  LayoutChoice choice = own;
  choice.causes = {cause::OtherPairing{Pairing::half, {}, false, 0, {}, true}};
  std::int64_t begin = run.rope.layout.pairs.offset + 2 * axes.leading_pairs;
  auto pair = static_cast<std::size_t>(axes.leading_pairs);
  for (const PositionAxis& axis : axes.list) {
    const std::int64_t half = axis.components / 2;
    for (std::int64_t j = 0; j < half; ++j, ++pair) {
      choice.at.in_first[pair] = choice.at.out_first[pair] = begin + j;
      choice.at.in_second[pair] = choice.at.out_second[pair] = begin + half + j;
    }
    begin += axis.components;
  }
  if (choice.at == own.at) return std::nullopt;
  return choice;
}

std::vector<std::int64_t> all_tokens(const KernelRun& run) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(run.shape.tokens));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

/// The expected layout, then those of one cause or two that leave as many pairs.
std::vector<LayoutChoice> layouts_of(const Evidence& evidence) {
  std::vector<LayoutChoice> layouts;
  const LayoutChoice& own = evidence.layouts.front();
  for (const LayoutChoice& layout : evidence.layouts)
    if (layout.at.pairs() == own.at.pairs() && layout.causes.size() <= 2) layouts.push_back(layout);
  if (auto inner = within_axes(evidence.run, own)) layouts.push_back(std::move(*inner));
  return layouts;
}

/// Of layouts of the evidence itself, which outlive the search.
const LayoutChoice* same_layout(const Evidence& evidence, const LayoutChoice& layout) {
  for (const LayoutChoice& known : evidence.layouts)
    if (known.at == layout.at && known.causes == layout.causes) return &known;
  return &evidence.layouts.front();
}

/// What else explains the rows as simply.
void add_alike(Explanation& found, const std::vector<FoundAxes>& all) {
  constexpr std::size_t listed = 6;
  for (std::size_t n = 1; n < all.size() && found.alike.size() < listed; ++n)
    if (all[n].causes.size() == 1 &&
        std::find(found.alike.begin(), found.alike.end(), all[n].causes.front()) == found.alike.end())
      found.alike.push_back(all[n].causes.front());
}

} // namespace

Explanation explain_axes(const Evidence& evidence) {
  const KernelRun& run = evidence.run;
  Explanation found;
  std::size_t fewest = most_causes + 1;
  constexpr std::int64_t sampled = 512;
  for (const LayoutChoice& layout : layouts_of(evidence)) {
    throw_if_stopped(evidence.stop);
    if (layout.causes.size() + 1 > fewest) continue;
    const Reduced few = reduce(run, layout.at, sample_tokens(run.shape.tokens, thresholds::screened_tokens));
    if (explained_by_any_angles(few, evidence.noise) < thresholds::nearly_all) continue;
    const Reduced sample = reduce(run, layout.at, sample_tokens(run.shape.tokens, sampled));
    const auto fits = fit_frequencies(sample, run, expected_candidate(run, layout).turns(), evidence.noise.unit);
    const UnitSums units(sample, evidence.noise);
    const double direction = layout.layout.direction;
    const auto all =
        AxisSearch(run, units, direction, evidence.expected.gain, fits, evidence.stop, !layout.causes.empty())
            .find(std::min(most_causes, fewest) - layout.causes.size());
    for (const FoundAxes& one : all) {
      if (layout.causes.size() + one.causes.size() >= fewest) continue;
      const auto whole = reduce(run, layout.at, all_tokens(run));
      const Score proved = score(whole, evidence.noise, prediction_of(one, run, direction));
      if (!proved.whole()) continue;
      fewest = layout.causes.size() + one.causes.size();
      found.causes = layout.causes;
      found.causes.insert(found.causes.end(), one.causes.begin(), one.causes.end());
      found.residual = residual_of_explained(proved);
      found.layout = same_layout(evidence, layout);
      found.alike.clear();
      add_alike(found, all);
    }
  }
  if (!found.causes.empty()) found.tried.push_back({found.causes, found.residual});
  return found;
}

Explanation explain_mixed_axes(const KernelRun& run, const Noise& noise, const LayoutChoice& expected,
                               const UnitSums& units, const std::stop_token& stop) {
  Explanation found;
  const double gain = make_spectrum(run.rope, run.length()).attention_factor;
  const auto own = axis_rule_of(run.rope, run, true);
  if (!own) return found;
  PairTurns near = own->turns;
  for (double& theta : near.theta) theta *= expected.layout.direction;
  const auto fits = fit_frequencies(units.as_turns(), run, near, noise.unit);
  const auto all = AxisSearch(run, units, expected.layout.direction, gain, fits, stop).find(most_causes);
  if (all.empty()) return found;
  found.causes = all.front().causes;
  found.residual = noise.rms; // every token is within rounding
  found.layout = &expected;
  add_alike(found, all);
  found.tried.push_back({found.causes, found.residual});
  return found;
}

} // namespace ropescope
