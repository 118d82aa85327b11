#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns another part of a head.
struct RotaryDim {
  std::int64_t measured = 0; ///< components that turn
  std::string part = {};     ///< "first" or "last" where it is as large as it should be and lies at the wrong end

  static constexpr std::string_view name = "rotary_dim";
  static constexpr FactKind fact = FactKind::rotary_dim;

  Parameters parameters() const {
    Parameters all{{"measured", measured}};
    if (!part.empty()) all.push_back({"part", part});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    const PairLayout& model = run.rope.layout.pairs;
    const std::int64_t expected = 2 * pair_count(run.rope);
    const std::string end = model.trailing ? "last" : "first";
    // Whole heads of some models begin with components that never turn.
    if (part.empty() && model.offset > 0 && !model.trailing)
      return fmt::format("turns components {0} … {1} of a head; the model expects {0} … {2}", model.offset,
                         model.offset + measured - 1, model.offset + expected - 1);
    return fmt::format("turns the {} {} components of a head; the model expects the {} {}", part.empty() ? end : part,
                       measured, end, expected);
  }
  std::string brief(const KernelRun& run) const {
    if (!part.empty()) return fmt::format("the {} part turned", part);
    return fmt::format("rotary dim {} instead of {}", short_words(measured), run.rope.layout.rotary_dim);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    RopeConfig other = model.rope();
    HeadLayout& layout = other.layout;
    if (other.scaling.rope_type != RopeType::standard || !other.scaling.freq_factors.empty())
      other = with_scheme(other, RopeType::standard, 1).value_or(other); // factors by pair fit their own number alone
    other.axes = {};
    const bool whole = layout.rotary_dim == layout.head_dim;
    layout.rotary_dim = whole ? layout.head_dim / 4 * 2 : layout.head_dim / 2 * 2;
    if (layout.rotary_dim < 2 || layout.pairs.blocks != 1) return no_example("its head has one part that can turn");
    return one_example(whole ? "half the head" : "whole head", "edges of a part", model.formula(other));
  }
};

} // namespace ropescope::cause
