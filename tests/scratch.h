#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace ropescope::test {

/// A folder of its own for one test.
struct Scratch {
  std::filesystem::path path;
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "ropescope-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

} // namespace ropescope::test
