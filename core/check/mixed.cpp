#include "core/check/mixed.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/match.h"
#include "core/check/causes/not_rotated.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/rotation_unmixed.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/unknown.h"
#include "core/check/check.h"
#include "core/check/choices/layouts.h"
#include "core/check/evidence/whole_sums.h"
#include "core/check/finding_words.h"
#include "core/check/measurement.h"
#include "core/check/search/axis_rules.h"
#include "core/check/search/axis_search.h"
#include "core/config/placed.h"
#include "core/error.h"
#include "core/number_format.h"

namespace ropescope {

namespace {

class MixedChecker {
public:
  MixedChecker(const KernelRun& run, const std::stop_token& stop)
      : run_(run), stop_(stop), noise_(row_noise(run, make_spectrum(run.rope, run.length()))), layout_(own_layout(run)),
        rule_(*axis_rule_of(run.rope, run, true)), all_(static_cast<std::size_t>(run.shape.tokens)), sums_(run) {
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
    for (double& theta : rule_.turns.theta) theta *= layout_.layout.direction;
  }

  Finding run() {
    const UnitSums units(run_, layout_.at, all_, noise_);
    throw_if_stopped(stop_);
    compare(units);
    if (finding_.rows_wrong == 0) {
      finding_.causes = {
          cause::Match{noise_.rows.of_8_bits() ? noise_.rows.words() : "", config::mixed_sentence(run_.rope)}};
      finding_.recipe = "exact";
      finding_.residual = finding_.expected_residual;
    } else {
      explain(units);
    }
    for (const Cause& cause : finding_.causes) finding_.verdict = std::max(finding_.verdict, cause.verdict());
    finding_.measured = measure(run_, layout_, noise_, sums_, finding_.tolerance);
    finding_.hypotheses.insert(finding_.hypotheses.begin(), {finding_.causes, finding_.residual});
    finding_.decide_by = decide_by(finding_.causes, finding_.indistinguishable);
    finding_.tolerance_reason = noise_.reason;
    put_into_words(finding_, run_);
    return std::move(finding_);
  }

private:
  static LayoutChoice own_layout(const KernelRun& run) {
    LayoutChoices choices(run);
    choices.add({}, run.rope.layout.pairs, choices.rotary_dim());
    return choices.take().front();
  }

  double angle(std::size_t unit, std::int64_t token) const {
    return rule_.turns.theta[unit] * run_.position(rule_.turns.axis[unit], token);
  }

  /// Every token against the model's own code, with cos and sin as `table` has them.
  template <typename Table>
  std::vector<std::int64_t> tokens_off(const UnitSums& units, Table table, double* residual, double* allowed) const {
    std::vector<std::int64_t> off;
    double error = 0, energy = 0, allowed_in_all = 0;
    for (std::size_t t = 0; t < all_.size(); ++t) {
      const RestSums& rest = units.rest()[t];
      const double floor = noise_.rest_floor(&layout_.at, all_[t]);
      double of_token = rest.error, of_energy = rest.in, most = rest.in * noise_.rms * noise_.rms + floor, squares = 0;
      bool outlier = rest.error > rest.in * noise_.bound * noise_.bound + thresholds::floor_bound * floor;
      for (std::size_t u = 0; u < units.units(); ++u) {
        const double turned = angle(u, all_[t]);
        const UnitScore score =
            units.score(t, u, turned, table(rule_.gain * std::cos(turned)), table(rule_.gain * std::sin(turned)));
        of_token += score.error, of_energy += score.energy, most += score.allowed;
        squares += score.allowed * score.allowed;
        outlier |= score.outlier;
      }
      error += of_token, energy += of_energy, allowed_in_all += most;
      most += thresholds::of_few_parts * std::sqrt(squares) + thresholds::sum_error * of_energy + thresholds::nothing;
      if (outlier || of_token > most) off.push_back(all_[t]);
    }
    if (residual) *residual = std::sqrt(error / std::max(energy, 1e-300));
    if (allowed) *allowed = std::sqrt(allowed_in_all / std::max(energy, 1e-300));
    return off;
  }

  void compare(const UnitSums& units) {
    off_ = tokens_off(
        units, [](double x) { return x; }, &finding_.expected_residual, &finding_.tolerance);
    finding_.rows = run_.shape.tokens;
    finding_.rows_wrong = static_cast<std::int64_t>(off_.size());
    finding_.rms = rms_of(run_.in);
    ExpectedRotation& expected = finding_.expected;
    for (std::size_t u = 0; u < units.units(); ++u) {
      PairTurns& turns = u % 2 == 0 ? expected.turns : expected.second;
      turns.theta.push_back(rule_.turns.theta[u]);
      turns.axis.push_back(rule_.turns.axis[u]);
    }
    expected.gain = rule_.gain;
    expected.at = layout_.at;
    read_errors();
    const double size = finding_.rms * expected.gain;
    finding_.rounding = finding_.tolerance * size;
    finding_.scale.greatest =
        std::max({static_cast<double>(finding_.errors.greatest()), thresholds::greatest_error * size, 1e-12});
    finding_.scale.least =
        std::max(unit_of(format_held(run_.out)) * size, finding_.scale.greatest * thresholds::decades_shown);
  }

  /// Number by number, for the map.
  void read_errors() {
    const auto pairs = static_cast<std::size_t>(layout_.at.pairs()), tokens = all_.size();
    std::vector<double> squares(tokens * pairs), heads(static_cast<std::size_t>(run_.heads));
    const RowShape& shape = run_.shape;
    const auto rows = static_cast<double>(shape.outer * shape.inner);
    for (std::size_t t = 0; t < tokens; ++t)
      for (std::size_t i = 0; i < pairs; ++i) {
        const std::complex<double> z = std::polar(rule_.gain, angle(2 * i, all_[t])),
                                   w = std::polar(rule_.gain, angle(2 * i + 1, all_[t]));
        for (std::int64_t outer = 0; outer < shape.outer; ++outer)
          for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
            const std::int64_t row = run_.first_number(outer, all_[t], inner);
            const std::complex<double> x(run_.in.number(row + layout_.at.in_first[i]),
                                         run_.in.number(row + layout_.at.in_second[i]));
            const double first = run_.out.number(row + layout_.at.out_first[i]) - (z * x).real(),
                         second = run_.out.number(row + layout_.at.out_second[i]) - (w * x).imag();
            squares[t * pairs + i] += first * first + second * second;
            heads[static_cast<std::size_t>(run_.head_of(outer, inner))] += first * first + second * second;
            finding_.max_abs_error = std::max({finding_.max_abs_error, std::abs(first), std::abs(second)});
          }
      }
    std::vector<float> errors;
    for (const double square : squares) errors.push_back(static_cast<float>(std::sqrt(square / (2 * rows))));
    finding_.errors = ErrorMap(std::move(errors), static_cast<std::int64_t>(pairs));
    for (const double square : heads)
      finding_.head_error.push_back(
          static_cast<float>(std::sqrt(square * static_cast<double>(run_.heads) / static_cast<double>(shape.size()))));
  }

  void take(std::vector<Cause> causes, double residual) {
    finding_.causes = std::move(causes);
    finding_.residual = residual;
  }

  void explain(const UnitSums& units) {
    if (weaker_tables(units)) return;
    Explanation found = explain_mixed_axes(run_, noise_, layout_, units, stop_);
    if (!found.causes.empty()) {
      finding_.indistinguishable = std::move(found.alike);
      return take(std::move(found.causes), found.residual);
    }
    if (as_rotation()) return;
    // Most tokens right: the others are what is wrong.
    if (off_.size() < (all_.size() + 1) / 2)
      return take({cause::RowsWrong{off_, {}, {}, false}}, finding_.expected_residual);
    take({cause::Unknown{}}, finding_.expected_residual);
  }

  /// cos and sin in 16 bits, where the rows tell them.
  bool weaker_tables(const UnitSums& units) {
    for (const auto& [format, recipe] :
         {std::pair{NumberFormat::bfloat16, "bf16_tables"}, std::pair{NumberFormat::float16, "fp16_tables"}}) {
      double residual = 0;
      const auto rounding = [format = format](double x) {
        return static_cast<double>(rounded(format, static_cast<float>(x)));
      };
      if (!tokens_off(units, rounding, &residual, nullptr).empty()) continue;
      cause::Precision precision;
      precision.recipe = recipe;
      take({precision}, residual);
      return true;
    }
    return false;
  }

  /// What a check against the rotation says that the model's frequencies would make.
  bool as_rotation() {
    KernelRun plain = run_;
    plain.rope.axes.table = AngleTable::of_pairs;
    const Finding found = check(plain, stop_);
    std::vector<Cause> causes = found.causes;
    const auto* pairing = causes.front().as<cause::OtherPairing>();
    if (causes.front().is<cause::Unknown>() || causes.front().is<cause::RowsWrong>()) return false;
    if (causes.front().is<cause::NotRotated>()) {
      take({cause::NotRotated{}}, found.residual);
      return true;
    }
    const Pairing own = run_.rope.layout.pairs.pairing;
    const cause::RotationUnmixed unmixed{pairing ? pairing->measured : own};
    if (found.verdict != Verdict::mismatch || (pairing && pairing->partners.empty() && !pairing->distance))
      causes.front() = unmixed;
    else if (found.residual < thresholds::recipe_residual) // a rotation, and something else besides
      causes.insert(causes.begin(), unmixed);
    else
      return false;
    take(std::move(causes), found.residual);
    return true;
  }

  const KernelRun& run_;
  const std::stop_token& stop_;
  Noise noise_;
  LayoutChoice layout_;
  AxisRuleChoice rule_;
  std::vector<std::int64_t> all_, off_;
  WholeSums sums_;
  Finding finding_;
};

} // namespace

Finding check_mixed(const KernelRun& run, const std::stop_token& stop) {
  if (const auto first = first_not_finite(run))
    throw Error(fmt::format("the output holds a number at index {} that is not finite, and of a model whose code is no "
                            "rotation finite rows alone are checked",
                            *first));
  return MixedChecker(run, stop).run();
}

} // namespace ropescope
