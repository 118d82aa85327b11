#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ropescope::shell {

/// A window to choose a file by typing its path or by walking the folders. Its owner keeps it from frame to frame.
class FileDialog {
public:
  void open();
  void close() { closing_ = open_; }
  bool is_open() const { return open_; }

  /// Draws it where it is open; returns the file chosen, once.
  std::optional<std::filesystem::path> draw();

private:
  void enter(const std::filesystem::path& folder);

  bool opening_ = false, open_ = false, closing_ = false;
  std::string trouble_; // why the folder's entries cannot be listed
  std::array<char, 4096> typed_{};
  std::filesystem::path folder_;
  struct Entry {
    std::filesystem::path path;
    std::string words; ///< as it is listed
  };
  const Entry* choose(const std::vector<Entry>&) const;

  std::vector<Entry> folders_, files_;
};

} // namespace ropescope::shell
