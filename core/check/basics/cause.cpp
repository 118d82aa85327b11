#include "core/check/basics/cause.h"

namespace ropescope {

std::string_view verdict_name(Verdict verdict) {
  // The words of the JSON, and of exit statuses: a mismatch alone is a failure.
  switch (verdict) {
  case Verdict::match: return "match";
  case Verdict::precision: return "precision";
  case Verdict::mismatch: break;
  }
  return "mismatch";
}

std::optional<ParameterValue> find_parameter(const Cause& cause, std::string_view name) {
  // Made when asked for: a cause holds typed members, and few ask by name.
  const Parameters parameters = cause.parameters();
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return std::nullopt;
}

} // namespace ropescope
