#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/causes/own_frequencies.h"
#include "core/check/causes/pair_matrix.h"
#include "core/check/causes/pairs_wrong.h"
#include "core/check/search/parts.h"

namespace ropescope {

namespace {

/// The angle of each pair as frequency × position + offset, measured.
struct PairFits {
  std::vector<double> theta, offset; ///< rad/token and rad, per pair
  std::vector<double> rows;          ///< as they write the sample
};

PairFits measure_pairs(const PartContext& context) {
  const KernelRun& run = context.evidence.run;
  const auto tokens = sample_tokens(run.shape.tokens, thresholds::fitted_tokens);
  const Reduced reduced = reduce(run, context.layout.at, tokens);
  const std::vector<FrequencyFit> fits =
      fit_frequencies(reduced, run, context.expected.turns, context.evidence.noise.unit);
  PairFits result;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    result.theta.push_back(std::isfinite(fits[i].theta) ? fits[i].theta : 0);
    const auto angle = [&](std::int64_t token) {
      return result.theta[i] * run.position(context.expected.turns.axis[i], token);
    };
    std::complex<double> left = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t)
      left += std::complex<double>(reduced.of(t)[i].cross_re, reduced.of(t)[i].cross_im) *
              std::polar(1.0, -angle(tokens[t]));
    result.offset.push_back(std::arg(left));
  }
  return result;
}

/// The rows as those fits write them; offsets that rounding explains are none.
void predict(const PartContext& context, PairFits& fits, bool with_offsets) {
  Prediction prediction = context.expected;
  prediction.turns.theta = fits.theta;
  SampleTurns turns = sample_turns(context.sample, prediction, context.evidence.noise);
  const std::size_t pairs = fits.theta.size();
  if (with_offsets)
    for (std::size_t n = 0; n < turns.multiplier.size(); ++n)
      turns.multiplier[n] *= std::polar(1.0, fits.offset[n % pairs]);
  fits.rows = predicted_rows(context.sample, context.layout.at, turns);
}

/// base^(−2i), where every pair that is seen to turn does by that.
std::string rule_of(const KernelRun& run, const std::vector<double>& theta) {
  constexpr double near = 1e-3, seen = 1e-7; // relative; rad/token below which pairs hardly turn
  bool undivided = theta.size() > 1;
  for (std::size_t i = 0; i < theta.size() && undivided; ++i) {
    const double expected = std::pow(run.rope.base, -2 * static_cast<double>(i));
    undivided = expected < seen ? std::abs(theta[i]) < 1e-4 : std::abs(theta[i] / expected - 1) < near;
  }
  return undivided ? "base^(−2i), with no division by the head's dimension," : "";
}

class Pairs {
public:
  explicit Pairs(const PartContext& context) : context_(context), off_(context.pairs_off()) {
    for (std::size_t i = 0; i < off_.size(); ++i)
      if (off_[i] > thresholds::part_off) wrong_.push_back(static_cast<std::int64_t>(i));
  }

  std::optional<PartFound> find() const {
    if (wrong_.empty() || (wrong_.size() == off_.size() && !zero()) ||
        scattered(context_.sample, context_.proof, context_.layout.at))
      return std::nullopt;
    cause::PairsWrong cause{wrong_, axis(), {}, {}, {}};
    // Most pairs, and not those of an axis: a table of its own is likelier than a few right ones beside it.
    const bool most = 2 * wrong_.size() > off_.size() && !of_one_axis();
    double residual = residual_of_others();
    if (zero()) {
      cause.like = "zero";
    } else if (const auto matrix = matrix_of_pairs(context_, wrong_)) {
      cause.like = *matrix == "1, 0; 0, 1" ? "not_rotated" : name_or_matrix(*matrix);
      if (most && cause.like == "not_rotated") return std::nullopt;
    } else if (std::string axes = other_axes(); !axes.empty()) {
      cause.like = axes;
    } else if (one_position(context_.evidence.run.positions)) { // any angle is one of its own, and no frequency
      if (most) return std::nullopt;
    } else if (auto frequencies = turning()) {
      cause.frequency = std::move(frequencies->first);
      cause.offset = std::move(frequencies->second);
    } else if (!stand_out()) {
      return std::nullopt;
    }
    if (most && !cause.frequency.empty() && cause.offset.empty()) return std::nullopt;
    PartFound found{{cause}, residual, nullptr};
    const std::vector<std::uint8_t> named = components();
    if (const auto rows =
            context_.tokens_off([&](std::int64_t, std::int64_t j) { return named[static_cast<std::size_t>(j)] != 0; }))
      found.causes.push_back(*rows);
    return found;
  }

private:
  bool of_one_axis() const {
    const std::vector<std::uint8_t>& axes = context_.expected.turns.axis;
    return context_.evidence.run.positions.axes > 1 && std::all_of(wrong_.begin(), wrong_.end(), [&](std::int64_t i) {
             return axes[static_cast<std::size_t>(i)] == axes[static_cast<std::size_t>(wrong_.front())];
           });
  }

  /// The axis whose pairs, and no others, are wrong: all of them that these positions turn by more than rounding.
  std::string axis() const {
    if (!of_one_axis()) return {};
    const KernelRun& run = context_.evidence.run;
    const PairTurns& turns = context_.expected.turns;
    const std::uint8_t a = turns.axis[static_cast<std::size_t>(wrong_.front())];
    double furthest = 0;
    for (std::int64_t t = 0; t < run.shape.tokens; ++t) furthest = std::max(furthest, std::abs(run.position(a, t)));
    for (std::size_t i = 0; i < off_.size(); ++i)
      if (turns.axis[i] == a && off_[i] == 0 &&
          std::abs(turns.theta[i]) * furthest > thresholds::angle_bound * context_.evidence.noise.bound)
        return {};
    return std::string(axis_name(run.rope, a));
  }

  /// The name of a mistake that has one matrix alone; else the matrix, which says which of several it is.
  static std::string name_or_matrix(const std::string& matrix) {
    const auto& known = cause::PairMatrix::known;
    const cause::PairMatrix::Known* found = cause::PairMatrix::find_known(matrix);
    const auto same = [&](const cause::PairMatrix::Known& k) { return found && k.like == found->like; };
    return std::count_if(known.begin(), known.end(), same) == 1 ? std::string(found->like) : matrix;
  }

  std::vector<std::uint8_t> components() const { return context_.components_of(wrong_); }

  bool zero() const {
    const std::vector<std::uint8_t> of = components();
    for (std::size_t n = 0; n < context_.sample.out.size(); ++n)
      if (of[n % of.size()] && context_.sample.out[n] != 0) return false;
    return true;
  }

  /// "axis t" where each wrong pair turns by another axis than it should, or "axes t, h …" where those differ.
  std::string other_axes() const {
    const KernelRun& run = context_.evidence.run;
    if (run.positions.axes < 2) return {};
    std::vector<std::string> names;
    for (const std::int64_t i : wrong_) {
      const std::vector<std::uint8_t> of = context_.components_of({i});
      std::string name;
      for (std::int64_t a = 0; a < run.positions.axes && name.empty(); ++a) {
        Prediction prediction = context_.expected;
        prediction.turns.axis[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(a);
        const SampleTurns turns = sample_turns(context_.sample, prediction, context_.evidence.noise);
        if (context_.prove(predicted_rows(context_.sample, context_.layout.at, turns), of).whole)
          name = axis_name(run.rope, a);
      }
      if (name.empty()) return {};
      names.push_back(std::move(name));
    }
    if (std::all_of(names.begin(), names.end(), [&](const std::string& n) { return n == names.front(); }))
      return "axis " + names.front();
    std::string list;
    for (const std::string& n : names) list += (list.empty() ? "axes " : ", ") + n;
    return list;
  }

  /// Frequencies and offsets, where those are all there is.
  std::optional<std::pair<std::vector<double>, std::vector<double>>> turning() const {
    PairFits fits = measure_pairs(context_);
    for (const bool with_offsets : {false, true}) {
      predict(context_, fits, with_offsets);
      if (!context_.prove(fits.rows, components()).whole) continue;
      std::vector<double> theta, offset;
      for (const std::int64_t i : wrong_) {
        theta.push_back(fits.theta[static_cast<std::size_t>(i)]);
        if (with_offsets) offset.push_back(fits.offset[static_cast<std::size_t>(i)]);
      }
      return std::pair{theta, offset};
    }
    return std::nullopt;
  }

  /// Whether a faster pair than the slowest wrong one is right: where only the slow ones are right, that may be for
  /// want of turning.
  bool stand_out() const {
    const std::vector<double>& theta = context_.expected.turns.theta;
    double slowest = std::abs(theta[static_cast<std::size_t>(wrong_.front())]);
    for (const std::int64_t i : wrong_) slowest = std::min(slowest, std::abs(theta[static_cast<std::size_t>(i)]));
    for (std::size_t i = 0; i < theta.size(); ++i)
      if (off_[i] == 0 && std::abs(theta[i]) > slowest) return true;
    return false;
  }

  double residual_of_others() const {
    std::vector<std::uint8_t> others = components();
    for (std::uint8_t& of : others) of = !of;
    return context_.prove(context_.rows, others).residual;
  }

  const PartContext& context_;
  std::vector<double> off_;
  std::vector<std::int64_t> wrong_;
};

} // namespace

std::optional<PartFound> own_frequencies(const PartContext& context) {
  if (one_position(context.evidence.run.positions)) return std::nullopt; // as many numbers as pairs explain any angles
  PairFits fits = measure_pairs(context);
  predict(context, fits, false);
  const RowProof proof = context.prove(fits.rows);
  if (!proof.whole) return std::nullopt;
  cause::OwnFrequencies cause{fits.theta, {}, rule_of(context.evidence.run, fits.theta)};
  const RopeConfig& rope = context.evidence.run.rope;
  for (std::size_t i = 0; i < fits.theta.size(); ++i)
    cause.factor.push_back(std::pow(rope.base, -static_cast<double>(i) / static_cast<double>(fits.theta.size())) /
                           std::abs(fits.theta[i]));
  return PartFound{{std::move(cause)}, proof.residual, nullptr};
}

std::optional<PartFound> named_pairs(const PartContext& context) {
  auto found = Pairs(context).find();
  if (!found) return std::nullopt;
  const auto* pairs = found->causes.front().as<cause::PairsWrong>();
  return pairs && (!pairs->like.empty() || !pairs->frequency.empty()) ? found : std::nullopt;
}

std::optional<PartFound> wrong_pairs(const PartContext& context) { return Pairs(context).find(); }

} // namespace ropescope
