#include <cmath>
#include <limits>

#include "core/check/basics/cancelled.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/search/parts.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

/// What a token is turned by under a scheme that looks at a length, as its kernel may take it for each token anew.
class Lengths {
public:
  explicit Lengths(const PartContext& context) : context_(context), run_(context.evidence.run) {}

  std::optional<PartFound> find() const {
    const Scheme& scheme = scheme_of(run_.rope);
    if (scheme.memory == CallMemory::fixed || run_.positions.axes > 1) return std::nullopt;
    const std::string name(scheme.name);
    SampleTurns by_token = context_.turns;
    for (std::size_t t = 0; t < context_.sample.tokens.size(); ++t)
      write(by_token, t, static_cast<double>(position(t)) + 1);
    if (const auto residual = context_.whole(by_token))
      return PartFound{{cause::ScalingParameters{name, "length_of_token", true}}, *residual};
    return scheme.memory == CallMemory::chooses ? of_two_lists(name) : std::nullopt;
  }

private:
  std::int64_t position(std::size_t t) const { return run_.positions.at(0, context_.sample.tokens[t]); }

  void write(SampleTurns& turns, std::size_t t, double length) const {
    throw_if_stopped(context_.evidence.stop);
    const Spectrum spectrum = make_spectrum(run_.rope, std::max(1.0, length));
    const std::size_t pairs = spectrum.inv_freq.size();
    const double p = static_cast<double>(position(t)) * run_.rope.layout.pairs.direction;
    for (std::size_t i = 0; i < pairs; ++i)
      turns.multiplier[t * pairs + i] = std::polar(spectrum.attention_factor, p * spectrum.inv_freq[i]);
  }

  /// Each token by the one of LongRoPE's two lists that fits it better.
  std::optional<PartFound> of_two_lists(const std::string& scheme) const {
    constexpr double shortest = 1, longest = 1e9; // tokens: one list each
    SampleTurns turns[2] = {context_.turns, context_.turns};
    std::vector<double> rows[2];
    for (const std::size_t list : {0, 1}) {
      for (std::size_t t = 0; t < context_.sample.tokens.size(); ++t)
        write(turns[list], t, list == 0 ? shortest : longest);
      rows[list] = predicted_rows(context_.sample, context_.layout.at, turns[list]);
    }
    const std::size_t pairs = context_.layout.at.in_first.size();
    std::vector<std::int64_t> of_long;
    for (std::size_t t = 0; t < context_.sample.tokens.size(); ++t) {
      if (error(rows[1], t) >= error(rows[0], t)) continue;
      of_long.push_back(context_.sample.tokens[t]);
      for (std::size_t i = t * pairs; i < (t + 1) * pairs; ++i) turns[0].multiplier[i] = turns[1].multiplier[i];
    }
    if (of_long.empty() || of_long.size() == context_.sample.tokens.size()) return std::nullopt;
    const auto residual = context_.whole(turns[0]);
    if (!residual) return std::nullopt;
    return PartFound{{cause::ScalingParameters{scheme, "long_factors_in", std::move(of_long)}}, *residual};
  }

  double error(const std::vector<double>& predicted, std::size_t t) const {
    double sum = 0;
    for (std::size_t n = context_.sample.row(t, 0); n < context_.sample.row(t + 1, 0); ++n)
      sum += (predicted[n] - context_.sample.out[n]) * (predicted[n] - context_.sample.out[n]);
    return sum;
  }

  const PartContext& context_;
  const KernelRun& run_;
};

} // namespace

std::optional<PartFound> other_lengths(const PartContext& context) {
  return context.as_expected() ? Lengths(context).find() : std::nullopt;
}

} // namespace ropescope
