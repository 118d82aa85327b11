#pragma once
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel writes the components of a pair in another order, which leaves scores as they are where q and k share
/// it: no wrong rotation.
struct OutputPermuted {
  std::optional<Pairing> written = {}; ///< how the result lies; nothing: the way that the model does not write
  static constexpr std::string_view name = "output_permuted";
  static constexpr FactKind fact = FactKind::output_order;
  static constexpr Verdict verdict = Verdict::match;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun& run) const {
    const Pairing model = run.rope.layout.pairs.output;
    const Pairing lies = written.value_or(model == Pairing::half ? Pairing::interleaved : Pairing::half);
    const auto places = [&](Pairing pairing) {
      return pairing == Pairing::interleaved ? "2i and 2i+1" : fmt::format("i and i+{}", pair_count(run.rope));
    };
    if (lies == model)
      return fmt::format("writes pair i to {}, and not where it reads it; scores stay the same if q and k are both "
                         "written so",
                         places(lies));
    return fmt::format(
        "writes pair i to {} where the model has {}; scores stay the same if q and k are both written so", places(lies),
        places(model));
  }
  std::string brief(const KernelRun&) const { return "output in another order"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    PairLayout layout = model.rope().layout.pairs;
    layout.output = layout.output == Pairing::half ? Pairing::interleaved : Pairing::half;
    return one_example("output order", "flat, row 0 too", model.formula(model.rope(), layout));
  }
};

} // namespace ropescope::cause
