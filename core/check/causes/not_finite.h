#pragma once
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/text.h"

namespace ropescope::cause {

/// The output holds NaN or infinity.
struct NotFinite {
  std::int64_t first = 0; ///< index of the first such number, in row-major order
  std::int64_t count = 1; ///< of such numbers
  std::string rest = {};  ///< a sentence on the rows that are finite; empty: causes beside it say what those do

  static constexpr std::string_view name = "not_finite";
  static constexpr FactKind fact = FactKind::finite;
  static constexpr bool hides_the_rest = true;

  Parameters parameters() const { return {{"first", first}}; }
  std::string sentence(const KernelRun& run) const {
    const RowPlace place = run.place_of(first);
    std::string words =
        fmt::format("writes NaN or infinity to {} number{}, first at batch row {}, {}, token {}, "
                    "component {}",
                    grouped(static_cast<double>(count)), count == 1 ? "" : "s", place.batch,
                    head_words({run.first_head + place.head}, run), place.token, first % run.shape.head_dim);
    return rest.empty() ? words : words + ". " + rest;
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
