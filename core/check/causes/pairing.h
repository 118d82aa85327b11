#pragma once
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/choices/layouts.h"

namespace ropescope::cause {

/// The kernel takes other components for a pair than the model does.
struct OtherPairing {
  Pairing measured = Pairing::half;
  std::optional<std::int64_t> distance = {}; ///< components between the two, where that is not what the model has
  bool across_blocks = false;                ///< the model pairs within blocks, the kernel does not

  static constexpr std::string_view name = "pairing";
  static constexpr FactKind fact = FactKind::pairing;

  Parameters parameters() const {
    Parameters all{{"measured", std::string(pairing_name(measured))}};
    if (distance) all.push_back({"distance", *distance});
    if (across_blocks) all.push_back({"blocks", std::int64_t{1}});
    return all;
  }

  std::string sentence(const KernelRun& run) const {
    const std::int64_t half = run.rope.layout.rotary_dim / 2;
    if (distance)
      return fmt::format("pairs i with i+{}{}; the model expects i with i+{}", *distance,
                         2 * *distance == run.shape.head_dim ? ", half a head apart" : "", half);
    if (across_blocks) return "pairs across the whole rotary part; the model pairs within blocks";
    const auto partner = [&](Pairing pairing) {
      return pairing == Pairing::interleaved ? "2i with 2i+1" : fmt::format("i with i+{}", half);
    };
    // Nobody can tell from rows alone which order the weights are in.
    const std::string_view order = measured == Pairing::interleaved ? " (right for weights in Meta's order)"
                                                                    : " (right for weights in Hugging Face's order)";
    return fmt::format("pairs {}; the model expects {}{}", partner(measured), partner(run.rope.layout.pairs.pairing),
                       order);
  }

  std::string brief(const KernelRun& run) const {
    if (distance) return fmt::format("pairs i with i+{}", *distance);
    if (across_blocks) return "pairs across blocks";
    return fmt::format("{} instead of {}", pairing_title(measured), pairing_title(run.rope.layout.pairs.pairing));
  }

  /// Pairs half a head apart, though a part of the head turns.
  static void suggest_layouts(LayoutChoices& choices) {
    const PairLayout& layout = choices.run().rope.layout.pairs;
    const std::int64_t rotary_dim = choices.rotary_dim(), head_dim = choices.run().shape.head_dim;
    if (rotary_dim >= head_dim || layout.pairing != Pairing::half || layout.blocks != 1 || layout.trailing ||
        head_dim % 2 != 0)
      return;
    PairIndex index = pair_index(layout, head_dim, rotary_dim / 2);
    index.in_gap = index.out_gap = head_dim / 2;
    if (index.in_second(rotary_dim / 2 - 1) < head_dim)
      choices.add({OtherPairing{layout.pairing, head_dim / 2}}, layout, rotary_dim, index);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    const bool half = model.rope().layout.pairs.pairing == Pairing::half;
    PairLayout other = model.rope().layout.pairs;
    other.pairing = other.output = half ? Pairing::interleaved : Pairing::half;
    return one_example(half ? "interleaved" : "half-split", "all but row 0", model.formula(model.rope(), other));
  }
};

} // namespace ropescope::cause
