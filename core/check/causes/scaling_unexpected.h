#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/scheme.h"

namespace ropescope::cause {

/// The kernel extends frequencies though the config does not ask for it.
struct ScalingUnexpected {
  std::string scheme = {}; ///< by its rope_type
  double factor = 1;
  double original = 0; ///< tokens, the context that it extends

  static constexpr std::string_view name = "scaling_unexpected";
  static constexpr FactKind fact = FactKind::scaling;

  Parameters parameters() const {
    return {{"scheme", scheme}, {"factor", factor}, {"original_max_position_embeddings", original}};
  }
  std::string sentence(const KernelRun&) const {
    return fmt::format("scales frequencies by {} with factor {} and an original context of {}; the config asks for no "
                       "scaling",
                       scheme, exact_words(factor), short_words(original));
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("{} × {} from {} tokens, not asked for", scheme, short_words(factor), short_words(original));
  }
  std::string decide_by() const { return "a run further out, where the schemes differ more"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    if (model.rope().scaling.rope_type != RopeType::standard) return no_example("this model asks for scaling");
    const auto scaled = with_scheme(model.rope(), RopeType::yarn, 8);
    if (!scaled) return no_example("its frequencies cannot be scaled");
    return one_example("scaling not asked for", "slow pairs alone", model.formula(*scaled));
  }
};

} // namespace ropescope::cause
