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
  std::int64_t rotary_dim = 0;               ///< what turns, where that is not what the model turns; else 0
  std::string partners = {}; ///< cos and sin are the model's, and each component meets another than it should: which,
                             ///< in words after "combines "
  bool within_axes = false;  ///< it pairs within the components of each axis, and the model does not

  static constexpr std::string_view name = "pairing";
  static constexpr FactKind fact = FactKind::pairing;

  Parameters parameters() const {
    if (!partners.empty()) return {{"partners", partners}};
    Parameters all{{"measured", std::string(pairing_name(measured))}};
    if (distance) all.push_back({"distance", *distance});
    if (across_blocks) all.push_back({"blocks", std::int64_t{1}});
    if (within_axes) all.push_back({"within", std::string("axes")});
    return all;
  }

  std::string sentence(const KernelRun& run) const {
    const PairLayout& model = run.rope.layout.pairs;
    const std::int64_t expected = 2 * pair_count(run.rope), turned = rotary_dim > 0 ? rotary_dim : expected;
    const auto partner = [](Pairing pairing, std::int64_t dim, std::int64_t blocks) {
      return pairing == Pairing::interleaved ? "2i with 2i+1" : fmt::format("i with i+{}", dim / 2 / blocks);
    };
    if (!partners.empty())
      return fmt::format("combines {}; the model pairs {}", partners, partner(model.pairing, expected, model.blocks));
    if (within_axes)
      return fmt::format("pairs i with i + half of it within the components of each axis; the model pairs {}",
                         partner(model.pairing, expected, model.blocks));
    if (distance)
      return fmt::format("pairs i with i+{}{}; the model expects {}", *distance,
                         2 * *distance == run.shape.head_dim ? ", half a head apart" : "",
                         partner(model.pairing, expected, model.blocks));
    if (across_blocks)
      return fmt::format("pairs {} across the whole rotary part; the model pairs {} within each of its {} blocks",
                         partner(measured, turned, 1), partner(model.pairing, expected, model.blocks), model.blocks);
    // Nobody can tell from rows alone which order the weights are in.
    const auto order = [](Pairing pairing) { return pairing == Pairing::half ? "Hugging Face's" : "Meta's"; };
    return fmt::format("pairs {}, which is right only for weights in {} order; the model expects {} ({} order)",
                       partner(measured, turned, model.blocks), order(measured),
                       partner(model.pairing, expected, model.blocks), order(model.pairing));
  }

  std::string brief(const KernelRun& run) const {
    if (!partners.empty()) return "other components combined";
    if (distance) return fmt::format("pairs i with i+{}", *distance);
    if (across_blocks) return "pairs across blocks";
    if (within_axes) return "pairs within each axis";
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
      choices.add({OtherPairing{layout.pairing, head_dim / 2, false, 0}}, layout, rotary_dim, index);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    const bool half = model.rope().layout.pairs.pairing == Pairing::half;
    PairLayout other = model.rope().layout.pairs;
    other.pairing = other.output = half ? Pairing::interleaved : Pairing::half;
    return one_example(half ? "interleaved" : "half-split", "all but row 0", model.formula(model.rope(), other));
  }
};

} // namespace ropescope::cause
