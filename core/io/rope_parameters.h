#pragma once
#include <string_view>

#include "core/io/json_value-inl.h"
#include "core/rope/config.h"

namespace ropescope {

/// One key of a config.json's rope parameters, and what it does to a RopeConfig. `where` names the place for errors.
struct Parameter {
  std::string_view key;
  void (*set)(RopeConfig&, const Json&, std::string_view where);
};

/// Null where there is none of that name.
const Parameter* find_parameter(std::string_view key);

} // namespace ropescope
