#pragma once
#include <string>
#include <string_view>

#include "core/io/json_value-inl.h"

namespace ropescope::config {

/// Whether anything is known of a model_type. `older`: of one that transformers 4 had too.
bool is_known_type(std::string_view model_type, bool older);

/// The model_type whose class the `architectures` of a config.json name, of classes that turn something; empty: none.
std::string type_by_architecture(const Json& object);

} // namespace ropescope::config
