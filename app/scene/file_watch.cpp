#include "app/scene/file_watch.h"

namespace ropescope {

FileStamps stamps_of(const WatchedPaths& paths) {
  FileStamps stamps;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty()) continue;
    std::error_code error;
    stamps[i].time = std::filesystem::last_write_time(paths[i], error);
    stamps[i].size = error ? 0 : std::filesystem::file_size(paths[i], error);
    if (error) stamps[i] = {};
  }
  return stamps;
}

void FileWatch::watch(const WatchedPaths& paths, const FileStamps& seen) {
  worker_.abandon();
  paths_ = std::make_shared<WatchedPaths>(paths);
  seen_ = seen;
  last_look_ = {};
}

const FileStamps& FileWatch::look_and_wait() {
  worker_.abandon();
  return seen_ = stamps_of(*paths_);
}

const FileStamps& FileWatch::look() {
  // A person does not see a tenth of a second; looking more often would keep a processor busy for nothing.
  constexpr std::chrono::milliseconds between_looks{100};
  const bool working = worker_.working(); // before take(): a look that ends between the two is taken next time
  for (const FileStamps& stamps : worker_.take()) seen_ = stamps;
  const auto now = std::chrono::steady_clock::now();
  if (working || now - last_look_ < between_looks) return seen_;
  last_look_ = now;
  worker_.begin(paths_);
  return seen_;
}

} // namespace ropescope
