#pragma once
#include <memory>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/choices/rows.h"
#include "core/check/evidence/pair_components.h"

namespace ropescope::cause {

/// The kernel pairs components one way and lays out its table of angles for the other: [θ0, θ0, θ1, θ1 …] with
/// rotate_half, or [θ0, θ1 …, θ0, θ1 …] with pairs of neighbours.
struct PairingMixed {
  Pairing rotates = Pairing::half; ///< how it pairs; the table is the other's

  static constexpr std::string_view name = "pairing_mixed";
  static constexpr FactKind fact = FactKind::pairing;

  static Pairing other(Pairing pairing) { return pairing == Pairing::half ? Pairing::interleaved : Pairing::half; }

  Parameters parameters() const {
    return {{"rotates", std::string(pairing_name(rotates))}, {"table", std::string(pairing_name(other(rotates)))}};
  }
  std::string sentence(const KernelRun& run) const {
    if (rotates == Pairing::interleaved)
      return "pairs 2i with 2i+1, but its table is laid out θ0, θ1 …, θ0, θ1 …: lay it out θ0, θ0, θ1, θ1 … "
             "(repeat_interleave, not cat)";
    return fmt::format("pairs i with i+{}, but its table is laid out θ0, θ0, θ1, θ1 …: lay it out θ0, θ1 …, θ0, θ1 … "
                       "(cat, not repeat_interleave)",
                       pair_count(run.rope));
  }
  std::string brief(const KernelRun&) const { return "one pairing, the other's angle table"; }

  /// Each component of a pair takes the angle that the other pairing lays at its place, so that no pair is turned
  /// by one angle: only a prediction of whole rows can see it.
  static void suggest_rows(RowPredictions& predictions) {
    const KernelRun& run = predictions.run();
    const auto pairs = static_cast<std::int64_t>(predictions.expected().turns.theta.size());
    for (const Pairing rotates : {Pairing::half, Pairing::interleaved}) {
      const auto components = [&](Pairing pairing) {
        PairLayout layout = run.rope.layout.pairs;
        layout.pairing = layout.output = pairing;
        return pair_components(pair_index(layout, run.shape.head_dim, pairs), run.shape.head_dim, pairs);
      };
      const PairComponents at = components(rotates), table = components(other(rotates));
      std::vector<std::size_t> angle_of(static_cast<std::size_t>(run.shape.head_dim));
      std::vector<std::int64_t> turned;
      for (std::size_t i = 0; i < at.in_first.size(); ++i) {
        angle_of[static_cast<std::size_t>(table.in_first[i])] = i;
        angle_of[static_cast<std::size_t>(table.in_second[i])] = i;
        turned.insert(turned.end(), {at.in_first[i], at.in_second[i]});
      }
      const auto write = [at, angle_of, &expected = predictions.expected()](
                             const RowPlace& row, std::span<const double> in, std::span<double> out) {
        for (std::size_t i = 0; i < at.in_first.size(); ++i) {
          const auto a = static_cast<std::size_t>(at.in_first[i]), b = static_cast<std::size_t>(at.in_second[i]);
          const auto token = static_cast<std::size_t>(row.token);
          const std::complex<double> z = expected.multiplier(token, angle_of[a]),
                                     w = expected.multiplier(token, angle_of[b]);
          out[a] = in[a] * z.real() - in[b] * z.imag();
          out[b] = in[b] * w.real() + in[a] * w.imag();
        }
      };
      predictions.add(PairingMixed{rotates}, write, std::move(turned));
    }
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula mixed = model.right();
    const bool half = model.rope().layout.pairs.pairing == Pairing::half;
    const auto pairs = static_cast<std::int64_t>(mixed.theta.size());
    mixed.angle_of = [half, pairs](std::int64_t j) { return half ? j / 2 % pairs : j % pairs; };
    return one_example("table mixed up", "slow pairs too", mixed);
  }
};

} // namespace ropescope::cause
