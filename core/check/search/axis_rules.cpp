#include "core/check/search/axis_rules.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/causes/applied_twice.h"
#include "core/check/causes/axis_frequencies.h"
#include "core/check/causes/axis_order.h"
#include "core/check/causes/axis_positions.h"
#include "core/check/causes/base.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/evidence/median.h"
#include "core/error.h"
#include "core/rope/axis_plan.h"

namespace ropescope {

std::optional<AxisRuleChoice> axis_rule_of(const RopeConfig& config, const KernelRun& run, bool mixed) {
  // core/rope refuses by throwing what cannot be; a kernel that would need it cannot be either.
  try {
    const Spectrum spectrum = make_spectrum(config, run.length());
    const auto first = pair_axes(config, run.positions.axes), second = second_axes(config, run.positions.axes);
    AxisRuleChoice choice;
    choice.gain = spectrum.attention_factor;
    choice.scale = config.axes.scale;
    choice.shift = config.axes.shift;
    if (!mixed) {
      choice.turns = {spectrum.inv_freq, first, config.axes.learned};
      return choice;
    }
    const std::vector<double>& of_second =
        spectrum.second_inv_freq.empty() ? spectrum.inv_freq : spectrum.second_inv_freq;
    for (std::size_t i = 0; i < first.size(); ++i) {
      choice.turns.theta.insert(choice.turns.theta.end(), {spectrum.inv_freq[i], of_second[i]});
      choice.turns.axis.insert(choice.turns.axis.end(), {first[i], second[i]});
    }
    return choice;
  } catch (const Error&) {
    return std::nullopt;
  }
}

namespace {

using Form = cause::AxisOrder::Form;

/// Bases that models have.
constexpr double known_bases[] = {1e4, 256, 100, 500, 1e3, 2e3, 5e3, 2e4, 5e4, 1e5, 5e5, 1e6, 5e6, 1e7, 1e8};

class Choices {
public:
  Choices(const KernelRun& run, bool mixed, std::span<const FrequencyFit> measured)
      : run_(run), mixed_(mixed), measured_(measured), axes_(run.positions.axes), config_(run.rope) {}

  std::vector<AxisRuleChoice> all() {
    add({}, config_);
    if (choices_.empty()) return {};
    if (!config_.axes.learned.empty()) return std::move(choices_);
    add_orders();
    add_speeds();
    add_rules();
    add_schemes(); // before the counts: what a count without schemes gives is called the scheme that is missing
    add_counts();
    add_bases();
    add_sections();
    return std::move(choices_);
  }

private:
  std::string name(std::int64_t axis) const { return std::string(axis_name(config_, axis)); }
  bool listed() const { return config_.axes.rule == AxisRule::listed; }

  void add(std::vector<Cause> causes, const RopeConfig& config) {
    auto choice = axis_rule_of(config, run_, mixed_);
    if (choice) keep(std::move(causes), std::move(*choice));
  }

  /// The same but for the last bits of a power that was formed in another way.
  static bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return std::abs(x - y) <= 1e-12 * std::abs(x); });
  }

  /// Each once: what comes to the same is named by the first.
  void keep(std::vector<Cause> causes, AxisRuleChoice choice) {
    if (!choices_.empty() && choice.turns.theta.size() != choices_.front().turns.theta.size()) return;
    for (const AxisRuleChoice& known : choices_)
      if (same(known.turns.theta, choice.turns.theta) && known.turns.axis == choice.turns.axis &&
          known.scale == choice.scale && known.shift == choice.shift)
        return;
    choice.causes = std::move(causes);
    choices_.push_back(std::move(choice));
  }

  /// The axes exchanged, or one for every pair.
  void add_orders() {
    if (axes_ < 2) return;
    const AxisRuleChoice own = choices_.front();
    std::vector<std::uint8_t> order(static_cast<std::size_t>(axes_));
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    while (std::next_permutation(order.begin(), order.end())) {
      AxisRuleChoice other = own;
      for (std::uint8_t& axis : other.turns.axis) axis = order[axis];
      std::vector<std::string> names;
      for (const std::uint8_t a : order) names.push_back(name(a));
      keep({cause::AxisOrder{Form::order, fmt::format("{}", fmt::join(names, ","))}}, std::move(other));
    }
    for (std::uint8_t a = 0; a < axes_; ++a) {
      AxisRuleChoice other = own;
      std::fill(other.turns.axis.begin(), other.turns.axis.end(), a);
      keep({cause::AxisOrder{Form::only, name(a)}}, std::move(other));
    }
  }

  /// The other way, and twice: what is no position's.
  void add_speeds() {
    const AxisRuleChoice own = choices_.front();
    for (const double speed : {-1.0, 2.0}) {
      AxisRuleChoice other = own;
      for (double& theta : other.turns.theta) theta *= speed;
      keep({speed < 0 ? Cause(cause::InverseRotation{}) : Cause(cause::AppliedTwice{})}, std::move(other));
    }
  }

  void add_rule(AxisRule rule, const char* words) {
    RopeConfig other = config_;
    other.axes.rule = rule;
    add({cause::AxisOrder{Form::rule, words}}, other);
  }

  /// Other rules that there are for as many axes; blocks in another order.
  void add_rules() {
    if (listed()) {
      if (axes_ > 1) add_lists();
    } else if (of_patches(config_.axes.rule) && axes_ == 2) {
      for (const auto& [rule, words] :
           {std::pair{AxisRule::halves, "halves"}, std::pair{AxisRule::halves_xy, "halves"},
            std::pair{AxisRule::alternating, "alternating"}, std::pair{AxisRule::alternating_xy, "alternating"},
            std::pair{AxisRule::even_odd, "even_odd"}})
        add_rule(rule, words);
    } else if (axes_ > 2) {
      for (const auto& [rule, words] :
           {std::pair{AxisRule::sections, "sections"}, std::pair{AxisRule::sections_interleaved, "interleaved"},
            std::pair{AxisRule::sections_ernie, "ernie"}})
        add_rule(rule, words);
      add_section_orders();
    }
  }

  /// Sections that lie in another order, each with its axis.
  void add_section_orders() {
    if (config_.axes.rule != AxisRule::sections) return;
    const std::vector<std::int64_t>& sections = config_.axes.mrope_section;
    std::vector<std::size_t> order(sections.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    while (std::next_permutation(order.begin(), order.end())) {
      AxisRuleChoice other = choices_.front();
      std::size_t pair = 0;
      std::vector<std::string> names;
      for (const std::size_t a : order) {
        for (std::int64_t n = 0; n < sections[a] && pair < other.turns.axis.size(); ++n)
          other.turns.axis[pair++] = static_cast<std::uint8_t>(a);
        names.push_back(name(static_cast<std::int64_t>(a)));
      }
      keep({cause::AxisOrder{Form::blocks, fmt::format("{}", fmt::join(names, ", "))}}, std::move(other));
    }
  }

  /// The same of a list of axes; its pairs in blocks or dealt out.
  void add_lists() {
    std::vector<std::size_t> order(config_.axes.list.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    while (std::next_permutation(order.begin(), order.end())) {
      RopeConfig other = config_;
      other.axes.list.clear();
      std::vector<std::string> names;
      for (const std::size_t a : order) {
        other.axes.list.push_back(config_.axes.list[a]);
        names.push_back(config_.axes.list[a].name);
      }
      auto choice = axis_rule_of(other, run_, mixed_);
      if (!choice) continue;
      for (std::uint8_t& axis : choice->turns.axis) axis = static_cast<std::uint8_t>(order[axis]);
      keep({cause::AxisOrder{Form::blocks, fmt::format("{}", fmt::join(names, ", "))}}, std::move(*choice));
    }
    RopeConfig other = config_;
    const bool blocks = config_.axes.order == PairSequence::blocks;
    other.axes.order = blocks ? PairSequence::dealt : PairSequence::blocks;
    add({cause::AxisOrder{Form::rule, blocks ? "dealt" : "blocks"}}, other);
  }

  /// Frequencies that begin anew, run on or are dealt out.
  void add_counts() {
    if (listed()) {
      const FrequencyCount own = config_.axes.count;
      for (const auto& [count, words] :
           {std::pair{FrequencyCount::run_on, "run_on"}, std::pair{FrequencyCount::restart, "restart"},
            std::pair{FrequencyCount::shared, "shared"}, std::pair{FrequencyCount::rising, "rising"}}) {
        RopeConfig other = config_;
        other.axes.count = count;
        if (own == FrequencyCount::rising && count == FrequencyCount::restart)
          add({cause::AxisFrequencies{"falling", {}}}, other);
        else
          add({cause::AxisFrequencies{words, {}}}, other);
      }
    } else {
      AxisRuleChoice run_on = choices_.front();
      RopeConfig one = config_;
      one.axes = {};
      if (const auto list = plain(one); list && !mixed_) {
        run_on.turns.theta = *list;
        keep({cause::AxisFrequencies{"run_on", {}}}, std::move(run_on));
      }
    }
    add_own_counts();
  }

  std::optional<std::vector<double>> plain(const RopeConfig& config) const {
    try {
      return make_spectrum(config, run_.length()).inv_freq;
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  /// Each axis's pairs counted from 0, whichever frequencies they have: base^(−2j/d), d of the axis or of the head.
  void add_own_counts() {
    if (mixed_) return;
    const AxisRuleChoice own = choices_.front();
    for (const bool whole : {false, true}) {
      AxisRuleChoice other = own;
      std::vector<std::int64_t> next(static_cast<std::size_t>(axes_)), all(next);
      for (const std::uint8_t axis : own.turns.axis) ++all[axis];
      for (std::size_t i = 0; i < own.turns.theta.size(); ++i) {
        const std::size_t a = own.turns.axis[i];
        const double pairs = whole ? static_cast<double>(own.turns.theta.size()) : static_cast<double>(all[a]),
                     base = listed() ? config_.axes.list[a].base.value_or(config_.base) : config_.base;
        if (own.turns.theta[i] == 0) continue; // leads: it never turns
        other.turns.theta[i] = std::pow(base, -static_cast<double>(next[a]++) / pairs);
      }
      keep({cause::AxisFrequencies{whole ? "whole_head" : "restart", {}}}, std::move(other));
    }
  }

  /// What an axis has of its own, or all together, left out.
  void add_schemes() {
    for (std::size_t a = 0; a < config_.axes.list.size() && listed(); ++a) {
      const PositionAxis& axis = config_.axes.list[a];
      RopeConfig other = config_;
      if (axis.rope_type != RopeType::standard) {
        other.axes.list[a].rope_type = RopeType::standard;
        other.axes.list[a].factor = 1;
        add({cause::AxisFrequencies{"unscaled", axis.name}}, other);
      }
      if (axis.held_pair >= 0) {
        other = config_;
        other.axes.list[a].held_pair = -1;
        add({cause::AxisFrequencies{"not_held", axis.name}}, other);
      }
    }
    RopeConfig other = config_;
    for (PositionAxis& axis : other.axes.list) axis.rope_type = RopeType::standard, axis.factor = 1;
    add({cause::AxisFrequencies{"unscaled", {}}}, other);
    if (config_.scaling.rope_type != RopeType::standard) {
      other = config_;
      other.scaling.rope_type = RopeType::standard;
      add({cause::ScalingIgnored{std::string(rope_type_name(config_.scaling.rope_type)), {}}}, other);
    }
    if (config_.axes.gain != 1) {
      other = config_;
      other.axes.gain = 1;
      add({cause::AxisFrequencies{"no_gain", {}}}, other);
    }
    if (config_.axes.scale != 1 || config_.axes.shift != 0) {
      other = config_;
      other.axes.scale = 1, other.axes.shift = 0;
      cause::AxisPositions taken;
      taken.axis.clear();
      for (std::int64_t a = 0; a < axes_; ++a) taken.axis += fmt::format("{}{}", a == 0 ? "" : ",", name(a));
      taken.rule = fmt::format("p, where the model's own code takes {}·p {} {}", config_.axes.scale,
                               config_.axes.shift < 0 ? "−" : "+", std::abs(config_.axes.shift));
      add({taken}, other);
    }
  }

  /// The base that the measured frequencies of an axis tell, of all axes for −1; as people write one.
  std::vector<double> measured_bases(std::int64_t axis) const {
    std::vector<double> bases;
    const AxisRuleChoice& own = choices_.front();
    if (measured_.size() != own.turns.theta.size()) return bases;
    // Its pairs are counted from their own frequencies: log θ is j/pairs of the log of the base.
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      const double theta = std::abs(measured_[i].theta), expected = own.turns.theta[i];
      if ((axis >= 0 && own.turns.axis[i] != axis) || !(theta > 0) || expected <= 0 || expected >= 0.9 ||
          theta >= 0.95 || measured_[i].sigma > 0.02 * theta)
        continue;
      const double base = axis >= 0 && listed()
                              ? config_.axes.list[static_cast<std::size_t>(axis)].base.value_or(config_.base)
                              : config_.base;
      bases.push_back(std::pow(base, std::log(theta) / std::log(expected)));
    }
    if (bases.empty()) return bases;
    const double middle = median(bases);
    if (!std::isfinite(middle) || middle < 2 || middle > 1e12) return {};
    std::vector<double> written;
    for (const int digits : {1, 2, 3, 4, 6}) {
      const double unit = std::pow(10, std::floor(std::log10(middle)) - digits + 1);
      written.push_back(std::round(middle / unit) * unit);
    }
    return written;
  }

  void add_bases() {
    const auto of_all = [&](double base) {
      if (base == config_.base) return;
      RopeConfig other = config_;
      other.base = base;
      add({cause::Base{base, {}, {}, 0}}, other);
    };
    for (const double base : known_bases) of_all(base);
    for (const double base : measured_bases(-1)) of_all(base);
    if (!listed() || axes_ < 2) return;
    for (std::size_t a = 0; a < config_.axes.list.size(); ++a) {
      const PositionAxis& axis = config_.axes.list[a];
      const auto of_axis = [&](double base) {
        RopeConfig other = config_;
        other.axes.list[a].base = base;
        other.axes.list[a].rope_type = RopeType::standard;
        other.axes.list[a].factor = 1;
        add({cause::Base{base, {}, axis.name, base_in_force(axis)}}, other);
      };
      for (const double base : known_bases) of_axis(base);
      for (const double base : measured_bases(static_cast<std::int64_t>(a))) of_axis(base);
    }
  }

  double base_in_force(const PositionAxis& axis) const {
    const double base = axis.base.value_or(config_.base), d = static_cast<double>(axis.components);
    return axis.rope_type == RopeType::ntk && d > 2 ? base * std::pow(axis.factor, d / (d - 2)) : base;
  }

  /// Other numbers of components for each axis, in blocks: every way to cut the head.
  void add_sections() {
    const bool restarts = listed() && axes_ >= 2 && axes_ <= 3 && config_.axes.count == FrequencyCount::restart &&
                          config_.axes.table == AngleTable::of_pairs;
    // Of M-RoPE, whose sections share one list, the pairs that turn by another axis are named (pairs_wrong): where rows
    // are coarse, several cuts would explain them.
    if (mixed_ || !restarts) return;
    const std::int64_t pairs =
        static_cast<std::int64_t>(choices_.front().turns.theta.size()) - (listed() ? config_.axes.leading_pairs : 0);
    for (std::int64_t first = 1; first < pairs; ++first)
      for (std::int64_t second = axes_ == 2 ? pairs - first : 1; first + second <= pairs - (axes_ == 2 ? 0 : 1);
           ++second) {
        const std::int64_t sizes[] = {first, second, pairs - first - second};
        cut(std::span(sizes, static_cast<std::size_t>(axes_)), restarts);
      }
  }

  void cut(std::span<const std::int64_t> sizes, bool restarts) {
    AxisRuleChoice other = choices_.front();
    std::size_t i = restarts ? static_cast<std::size_t>(config_.axes.leading_pairs) : 0;
    std::vector<std::int64_t> components, next(sizes.size(), 0);
    for (const std::int64_t size : sizes) components.push_back(2 * size);
    const bool dealt = restarts && config_.axes.order == PairSequence::dealt;
    for (std::size_t a = 0; i < other.turns.axis.size(); ++i) {
      while (next[a] == sizes[a]) a = (a + 1) % sizes.size();
      other.turns.axis[i] = static_cast<std::uint8_t>(a);
      if (restarts)
        other.turns.theta[i] =
            config_.axes.gain / slower(a) *
            std::pow(base_of(a, sizes[a]), -static_cast<double>(next[a]) / static_cast<double>(sizes[a]));
      ++next[a];
      if (dealt) a = (a + 1) % sizes.size();
    }
    // Some two thousand: compared with all that are known each would take seconds.
    other.causes = {cause::AxisOrder{Form::sections, fmt::format("{}", fmt::join(components, "/"))}};
    const AxisRuleChoice& own = choices_.front();
    if (other.turns.axis != own.turns.axis) choices_.push_back(std::move(other));
  }

  double base_of(std::size_t a, std::int64_t pairs) const {
    PositionAxis axis = config_.axes.list[a];
    axis.components = 2 * pairs;
    return base_in_force(axis);
  }
  double slower(std::size_t a) const {
    const PositionAxis& axis = config_.axes.list[a];
    return axis.rope_type == RopeType::linear ? axis.factor : 1;
  }

  const KernelRun& run_;
  bool mixed_;
  std::span<const FrequencyFit> measured_;
  std::int64_t axes_;
  const RopeConfig& config_;
  std::vector<AxisRuleChoice> choices_;
};

} // namespace

std::vector<AxisRuleChoice> axis_rule_choices(const KernelRun& run, bool mixed,
                                              std::span<const FrequencyFit> measured) {
  return Choices(run, mixed, measured).all();
}

} // namespace ropescope
