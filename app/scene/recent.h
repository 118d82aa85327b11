#pragma once
#include <filesystem>
#include <vector>

namespace ropescope {

/// The files that were opened last, the newest first.
class Recent {
public:
  /// Puts a file first; one that is there already moves. What is more than 12 is forgotten.
  void add(const std::filesystem::path&);

  const std::vector<std::filesystem::path>& files() const { return files_; } ///< whole paths
  std::vector<std::filesystem::path> folders() const;                        ///< theirs, each once, at most 5

  bool operator==(const Recent&) const = default;

private:
  std::vector<std::filesystem::path> files_;
};

} // namespace ropescope
