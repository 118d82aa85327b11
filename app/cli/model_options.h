#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/scene.h"
#include "core/config/config_json.h"

namespace CLI {
class App;
}

namespace ropescope {
struct Property;
}

namespace ropescope::cli {

/// The options that name a model and change its rope parameters.
struct ModelOptions {
  std::string model, config, layer_type, scheme;
  ReadOptions read; ///< --part, --ignore
  std::optional<double> factor, original_length, base, attention_factor;
  std::map<std::string_view, std::optional<double>> parameters; ///< of schemes, by key
  std::optional<std::int64_t> head_dim, rotary_dim;
  std::vector<std::string> set; ///< "key=value"

  /// Adds all options. This object must live, at the same address, until they have been read.
  void add_to(CLI::App&);

  /// Gives an option that is not there the value with which a film begins that moves it, so that a film needs no
  /// --factor beside --animate factor=1..32. Nothing happens where no option names or changes a model, or where the
  /// property has no option.
  void supply(const Property&, double value);

  /// Whether a model or enough numbers to make one were given.
  bool given() const;

  /// The model with everything applied to the layer type chosen, and words for a person about what was assumed.
  /// Throws Error.
  Model resolve() const;
  const LayerRope& layer(const Model&) const;

  /// Whether an option changes something of a model.
  bool changes() const;

  /// The scene of the model named; without one that which the program opens with, changed.
  Scene scene() const;

  /// Another scene with the model and every change of it that is given here. Throws Error.
  Scene applied_to(const Scene&) const;

private:
  // The model as it is, before any option changes it.
  Model named() const;
  Model open_preset() const;
  Model open_config() const;
  void choose_scheme(RopeConfig&) const;
  // Changes a config by the options; it may be invalid then.
  void apply(RopeConfig&) const;

  mutable std::optional<Model> read_; ///< a command asks several times, and a pipe gives its text once
};

} // namespace ropescope::cli
