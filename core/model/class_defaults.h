#pragma once
#include <span>
#include <string_view>

namespace ropescope {

/// What the configuration class of a model_type says where its file has no key, as JSON.
struct ClassDefaults {
  std::string_view model_type, json;
};

/// Sorted by model_type.
std::span<const ClassDefaults> class_defaults();

/// The row of a model_type, or null.
const ClassDefaults* find_class_defaults(std::string_view model_type);

} // namespace ropescope
