#pragma once
#include <span>
#include <string_view>

namespace ropescope::lecture {

/// A key of a lecture's file and what stands under it, a few words. The reader knows these and no others.
struct Key {
  std::string_view name, says;
};

std::span<const Key> file_keys();
std::span<const Key> step_keys();

} // namespace ropescope::lecture
