#pragma once
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The output holds NaN or infinity.
struct NotFinite {
  std::int64_t first = 0; ///< index of the first such number, in row-major order

  static constexpr std::string_view name = "not_finite";
  static constexpr FactKind fact = FactKind::finite;
  static constexpr bool hides_the_rest = true;

  Parameters parameters() const { return {{"first", first}}; }
  std::string sentence(const KernelRun& run) const {
    const RowPlace place = run.place_of(first);
    return fmt::format("yields a number that is not finite, first in head {}, token {}, component {} (index {})",
                       run.first_head + place.head, place.token, first % run.shape.head_dim, first);
  }
  std::string brief(const KernelRun&) const { return "not finite"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [from = model.length() * 3 / 4](double p, std::span<double> out) {
      if (p >= from) std::fill_n(out.begin(), out.size() / 4, std::numeric_limits<double>::quiet_NaN());
    };
    return one_example("NaN", "no number at all", bug);
  }
};

} // namespace ropescope::cause
