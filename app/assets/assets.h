#pragma once
#include <string_view>
#include <vector>

namespace ropescope {

/// A file of `shaders/` or `assets/`, built into the program.
struct Asset {
  std::string_view name; ///< path below the repository, "shaders/rotate.comp"
  std::string_view text;
};

const std::vector<Asset>& assets();

/// The text of one asset. Throws Error where there is none of that name.
std::string_view asset(std::string_view name);

} // namespace ropescope
