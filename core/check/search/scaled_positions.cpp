#include "core/check/search/scaled_positions.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "core/check/basics/thresholds.h"
#include "core/check/causes/applied_twice.h"
#include "core/check/causes/exponent.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/evidence/median.h"
#include "core/check/search/exponent_choices.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"

namespace ropescope {

double as_ratio(double ratio, double slack) {
  const double inverse = 1 / ratio;
  std::vector<double> tries{std::round(ratio), 1 / std::round(inverse)};
  for (const double scale : {10.0, 100.0, 1000.0}) {
    tries.push_back(std::round(ratio * scale) / scale);
    tries.push_back(scale / std::round(inverse * scale));
  }
  for (const double number : tries)
    if (std::isfinite(number) && number != 0 && std::abs(number - ratio) <= slack) return number;
  return ratio;
}

namespace {

/// What makes every pair turn so many times faster, and what else would.
struct Speed {
  std::vector<Cause> causes, alike;
};

/// How many times slower one pair turns than the one before it, where that is the same for all.
double step_between_pairs(const KernelRun& run) {
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  // NTK-aware scaling is another base; all other schemes keep the steps of the unscaled frequencies.
  const bool by_base = scheme_of(run.rope).acts_on == ActsOn::base;
  const std::vector<double>& theta = by_base ? spectrum.inv_freq : spectrum.unscaled;
  return theta.size() > 1 && theta[0] != 0 ? theta[1] / theta[0] : 1;
}

std::optional<Cause> shifted_exponent(double scale, double slack, const KernelRun& run) {
  const double step = step_between_pairs(run);
  for (const double shift : exponent_shifts)
    if (std::abs(std::pow(step, shift) - scale) <= slack) return cause::Exponent{.shift = shift};
  return std::nullopt;
}

/// The simplest cause first; the others are alike.
Speed speed_causes(double scale, double slack, const KernelRun& run) {
  const cause::PositionScale by_scale{scale};
  if (scale == -1) return {{cause::InverseRotation{}}, {}};
  // Backwards is a cause of its own beside the speed, where that has one.
  if (scale < 0) {
    Speed forward = speed_causes(-scale, slack, run);
    if (forward.causes[0].is<cause::PositionScale>()) return {{by_scale}, {}};
    forward.causes.push_back(cause::InverseRotation{});
    return {std::move(forward.causes), {by_scale}};
  }
  Speed speed;
  if (scheme_of(run.rope).acts_on == ActsOn::every_pair) { // which is a speed of its own
    const std::string scheme(scheme_of(run.rope).name);
    const double factor = extension_factor(run.rope);
    if (std::abs(scale - factor) <= slack) return {{cause::ScalingIgnored{scheme, {}}}, {by_scale}};
    speed.causes.push_back(cause::ScalingParameters{scheme, "factor", as_ratio(factor / scale, slack)});
  }
  // Twice as far is one mistake, "times two" is a number.
  if (scale == 2) speed.causes.insert(speed.causes.begin(), cause::AppliedTwice{});
  if (const auto exponent = shifted_exponent(scale, slack, run)) speed.causes.insert(speed.causes.begin(), *exponent);
  speed.causes.push_back(by_scale);
  speed.alike.assign(speed.causes.begin() + 1, speed.causes.end());
  speed.causes.erase(speed.causes.begin() + 1, speed.causes.end());
  return speed;
}

void add_speed(PositionAccounts& accounts, double scale, double slack) {
  if (scale == 1 || std::abs(scale) < thresholds::no_speed) return;
  const Speed speed = speed_causes(scale, slack, accounts.run());
  accounts.add(speed.causes, [scale](double p, std::size_t) { return scale * p; }).alike = speed.alike;
}

/// Whether it is a number of times, or a part, as factors of contexts are.
bool plain(double scale) {
  constexpr double most = 64; // the greatest factor in use
  const double times = std::max(std::abs(scale), 1 / std::abs(scale));
  return times == std::round(times) && times <= most;
}

/// seen = slope · (position + offset), or slope · position + offset.
void add_scale_and_offset(PositionAccounts& accounts) {
  const std::vector<double>&given = accounts.position(), &seen = accounts.seen();
  const std::vector<std::size_t>& order = accounts.by_position();
  std::vector<double> slopes, rests;
  const std::size_t half = order.size() / 2;
  for (std::size_t o = 0; o + half < order.size(); ++o) { // the median of slopes does not mind a few rows (Theil, Sen)
    const double run = given[order[o + half]] - given[order[o]];
    if (run != 0) slopes.push_back((seen[order[o + half]] - seen[order[o]]) / run);
  }
  if (slopes.empty()) return;
  const double span = std::max(1.0, given[order.back()] - given[order.front()]);
  const double slack = thresholds::scaled_and_moved / span, slope = as_ratio(median(slopes), slack);
  if (slope == 1 || std::abs(slope) < thresholds::no_speed) return;
  for (const std::size_t t : order) rests.push_back(seen[t] - slope * given[t]);
  const double rest = median(rests), before = std::round(rest / slope), after = std::round(rest);
  // The offset comes before the scale where that makes it whole.
  const double offset = std::abs(before * slope - rest) <= std::abs(after - rest) + 1e-3 ? before : after;
  const double shift = offset == before ? before * slope : after;
  if (shift == 0) return;
  Speed speed = speed_causes(slope, slack, accounts.run());
  cause::PositionOffset moved{static_cast<std::int64_t>(offset), {}, false};
  if (const auto* multiplied = speed.causes[0].as<cause::PositionScale>(); multiplied && speed.causes.size() == 1) {
    speed.causes[0] = cause::PositionScale{multiplied->scale, offset, offset == before};
    moved.said_with_scale = true;
  }
  speed.causes.push_back(moved);
  accounts.add(speed.causes, [slope, shift](double p, std::size_t) { return slope * p + shift; });
}

} // namespace

void add_plain_speed(PositionAccounts& accounts) {
  const double p = accounts.position().front(), slack = thresholds::scaled_and_moved / std::abs(p),
               scale = as_ratio(median(accounts.seen()) / p, slack);
  if (plain(scale)) add_speed(accounts, scale, slack);
}

void add_scaled(PositionAccounts& accounts) {
  const std::vector<double>& given = accounts.position();
  double furthest = 0;
  for (const double p : given) furthest = std::max(furthest, std::abs(p));
  std::vector<double> ratios; // of tokens far enough out to tell them well
  for (const std::size_t t : accounts.by_position())
    if (std::abs(given[t]) >= furthest / 4 && given[t] != 0) ratios.push_back(accounts.seen()[t] / given[t]);
  const double measured = median(ratios), slack = thresholds::scaled_position / furthest,
               written = as_ratio(measured, slack);
  if (written != measured) add_speed(accounts, written, slack);
  add_scale_and_offset(accounts);
  add_speed(accounts, measured, slack); // what is written so is not always what was meant
}

} // namespace ropescope
