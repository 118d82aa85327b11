#pragma once
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/check/choices/layouts.h"
#include "core/check/choices/rows.h"

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
      return fmt::format(
          "pairs component i of an axis with the one half the axis's components further on; the model pairs {}",
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

  /// Pairs that no layout has: i with the one as far from the end, or halves of a head that is padded to a power of
  /// two.
  static void suggest_rows(RowPredictions& predictions) {
    const KernelRun& run = predictions.run();
    const auto pairs = static_cast<std::int64_t>(predictions.expected().turns.theta.size()), head = run.shape.head_dim;
    const auto add = [&](std::int64_t second, std::int64_t step, const std::string& words, bool unturned) {
      predictions.add(OtherPairing{.partners = words},
                      [=, &expected = predictions.expected()](const RowPlace& row, std::span<const double> in,
                                                              std::span<double> out) {
                        for (std::int64_t i = 0; i < std::max(pairs, step > 0 ? second : 0); ++i) {
                          const std::int64_t b = second + step * i;
                          std::complex<double> z = unturned ? 1 : 0; // of angles that were padded too
                          if (i < pairs)
                            z = expected.multiplier(static_cast<std::size_t>(row.token), static_cast<std::size_t>(i));
                          const double x = in[static_cast<std::size_t>(i)],
                                       y = b < head ? in[static_cast<std::size_t>(b)] : 0;
                          out[static_cast<std::size_t>(i)] = x * z.real() - y * z.imag();
                          if (b < head) out[static_cast<std::size_t>(b)] = y * z.real() + x * z.imag();
                        }
                      });
    };
    if (pairs < 2 || run.rope.layout.pairs.offset != 0) return;
    add(2 * pairs - 1, -1, fmt::format("component i with {} − i", 2 * pairs - 1), true);
    std::int64_t padded = 2;
    while (padded < head) padded *= 2;
    if (padded == head || 2 * pairs != head) return;
    for (const bool unturned : {false, true})
      add(padded / 2, 1,
          fmt::format("component i with i + {}, as in a head of {} that {} is padded to", padded / 2, padded, head),
          unturned);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    const bool half = model.rope().layout.pairs.pairing == Pairing::half;
    PairLayout other = model.rope().layout.pairs;
    other.pairing = other.output = half ? Pairing::interleaved : Pairing::half;
    return one_example(half ? "interleaved" : "half-split", "all but row 0", model.formula(model.rope(), other));
  }
};

} // namespace ropescope::cause
