#include "app/assets/assets.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

std::string_view asset(std::string_view name) {
  const auto found = std::find_if(assets().begin(), assets().end(), [&](const Asset& a) { return a.name == name; });
  if (found == assets().end()) throw Error(fmt::format("{} is not built into the program", name));
  return found->text;
}

} // namespace ropescope
