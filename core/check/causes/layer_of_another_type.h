#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns as another layer type of the same model does.
struct LayerOfAnotherType {
  std::string layer_type = {};

  static constexpr std::string_view name = "layer_of_another_type";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const { return {{"layer_type", layer_type}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("rotates as the model's {} layers do, not as this layer", layer_type);
  }
  std::string brief(const KernelRun&) const { return "as a layer of type " + layer_type; }
  std::string decide_by() const { return "a run under the other layer type of this config"; }

  /// Where layers differ it is by their base mostly, and local ones are not extended.
  static std::vector<Example> examples(const ExampleModel& model) {
    RopeConfig other = model.rope();
    other.scaling = {};
    other.base = model.rope().base == 10000 ? 1000000 : 10000;
    return one_example("another layer type", "as a model with two kinds of layers", model.formula(other));
  }
};

} // namespace ropescope::cause
