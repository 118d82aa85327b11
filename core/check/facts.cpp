#include "core/check/facts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/check/basics/words.h"
#include "core/check/evidence/median.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

/// What to say of a fact that agrees; nothing where there is nothing to it on this model.
std::optional<std::string> agreeing_words(FactKind kind, const KernelRun& run, double gain) {
  const RopeConfig& rope = run.rope;
  switch (kind) {
  case FactKind::pairing: return pairing_title(rope.layout.pairs.pairing) + " pairing";
  case FactKind::rotary_dim:
    if (rope.layout.rotary_dim == run.shape.head_dim) return std::nullopt;
    return fmt::format("rotary dim {}", rope.layout.rotary_dim);
  case FactKind::base: return "base " + short_words(rope.base);
  case FactKind::scaling:
    if (rope.scaling.rope_type != RopeType::standard)
      return fmt::format("{} scaling", rope_type_name(rope.scaling.rope_type));
    if (!rope.scaling.freq_factors.empty()) return "freq_factors scaling";
    return std::nullopt;
  case FactKind::sign: return "sign";
  case FactKind::amplitude: return fmt::format("amplitude {:.3f}", gain);
  case FactKind::positions: return "positions";
  // Of these people hear where they are otherwise.
  case FactKind::heads_and_rows:
  case FactKind::output_order:
  case FactKind::finite:
  case FactKind::arithmetic:
  case FactKind::rotation: break;
  }
  return std::nullopt;
}

double median_of_finite(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  return values.empty() ? std::nan("") : median(std::move(values));
}

/// The causes that speak against a fact, in one.
std::optional<Fact> crossed_out(FactKind kind, const std::vector<Cause>& causes, const KernelRun& run) {
  std::vector<Cause> against;
  // A cause without harm (another order, a weaker arithmetic) marks its fact as weaker, beside others not at all.
  bool harmless = true;
  for (const Cause& cause : causes) {
    if (cause.fact() != kind || (kind == FactKind::rotation && cause.verdict() == Verdict::match)) continue;
    against.push_back(cause);
    harmless &= cause.verdict() != Verdict::mismatch;
  }
  if (against.empty()) return std::nullopt;
  return Fact{kind, brief_of(against, run), harmless ? Fact::State::weaker : Fact::State::differs};
}

} // namespace

std::vector<Fact> facts_of(const std::vector<Cause>& causes, const std::vector<double>& gains, const KernelRun& run) {
  const bool hidden = std::any_of(causes.begin(), causes.end(), [](const Cause& c) { return c.hides_the_rest(); });
  const double gain = median_of_finite(gains), asked = make_spectrum(run.rope, run.length()).attention_factor;
  const bool no_amplitude =
      hidden || std::any_of(causes.begin(), causes.end(), [](const Cause& c) { return c.hides_amplitude(); });
  std::vector<Fact> facts;
  // Every kind is asked whether a cause speaks against it: none agrees for want of somebody who thought of it.
  for (const FactKind kind : all_fact_kinds) {
    if (auto crossed = crossed_out(kind, causes, run)) {
      facts.push_back(std::move(*crossed));
    } else if (kind == FactKind::amplitude && no_amplitude) {
      facts.push_back({kind, "amplitude", Fact::State::unseen});
    } else if (kind == FactKind::amplitude && std::abs(gain - asked) > thresholds::other_amplitude * asked) {
      // What comes with ignored scaling is no cause of its own, and still not as the model asks.
      facts.push_back({kind, fmt::format("amplitude {:.3f} instead of {:.3f}", gain, asked), Fact::State::differs});
    } else if (auto words = agreeing_words(kind, run, gain)) {
      facts.push_back({kind, std::move(*words), hidden ? Fact::State::unseen : Fact::State::agrees});
    }
  }
  return facts;
}

} // namespace ropescope
