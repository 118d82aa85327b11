#include "app/scene/recent.h"

#include <algorithm>
#include <system_error>

namespace ropescope {

void Recent::add(const std::filesystem::path& file) {
  constexpr std::size_t most = 12; // as many as a list shows without scrolling
  std::error_code error;
  std::filesystem::path whole = std::filesystem::absolute(file, error).lexically_normal();
  if (error || file.empty()) return;
  std::erase(files_, whole);
  files_.insert(files_.begin(), std::move(whole));
  if (files_.size() > most) files_.resize(most);
}

std::vector<std::filesystem::path> Recent::folders() const {
  constexpr std::size_t most = 5;
  std::vector<std::filesystem::path> found;
  for (const std::filesystem::path& file : files_) {
    const std::filesystem::path folder = file.parent_path();
    if (found.size() < most && std::find(found.begin(), found.end(), folder) == found.end()) found.push_back(folder);
  }
  return found;
}

} // namespace ropescope
