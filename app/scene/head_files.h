#pragma once
#include <deque>
#include <filesystem>
#include <string>

#include "core/array.h"

namespace ropescope {

/// The arrays that a scene's q and k are rows of, read once and kept while their files stay as they are.
class HeadFiles {
public:
  /// The last two that were asked for stay. Throws Error where it cannot be read.
  const Array& array(const std::string& path);

private:
  struct Kept {
    std::string path;
    std::filesystem::file_time_type written;
    Array array;
  };
  std::deque<Kept> kept_;
};

} // namespace ropescope
