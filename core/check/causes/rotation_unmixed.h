#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns the two components of each pair by one angle, as a rotation does; the model's own code takes two.
struct RotationUnmixed {
  Pairing rotates = Pairing::half;

  static constexpr std::string_view name = "rotation_unmixed";
  static constexpr FactKind fact = FactKind::pairing;

  Parameters parameters() const { return {{"rotates", std::string(pairing_name(rotates))}}; }
  std::string sentence(const KernelRun& run) const {
    return fmt::format("turns pairs {} by one angle each, a proper rotation; the model's own code turns the two "
                       "components of a pair by different angles, and its weights were trained so",
                       rotates == Pairing::interleaved
                           ? std::string("2i with 2i+1")
                           : fmt::format("i with i+{}", pair_count(run.rope) / run.rope.layout.pairs.blocks));
  }
  std::string brief(const KernelRun&) const { return "a rotation where the model mixes conventions"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    if (!is_mixed(model.rope())) return no_example("its own code is a rotation");
    if (model.rope().axes.table != AngleTable::repeated) return no_example("its mixed code is not drawn");
    RopeConfig plain = model.rope();
    plain.axes.table = AngleTable::of_pairs;
    const Formula kernel = model.formula(plain);
    Formula right = kernel;
    right.angle_of = [](std::int64_t component) { return component / 2; };
    return {{"a proper rotation", "where the two angles differ", kernel, right, {}}};
  }
};

} // namespace ropescope::cause
