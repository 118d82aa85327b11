#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "app/scene/latest.h"

namespace ropescope {

/// Time and size of a file as it was looked at. A file that is gone has zeros, so that its return is a change.
struct FileStamp {
  std::filesystem::file_time_type time{};
  std::uintmax_t size = 0;
  bool operator==(const FileStamp&) const = default;
};

/// The files of one kernel: input, output, positions. An empty path is none.
using WatchedPaths = std::array<std::filesystem::path, 3>;
using FileStamps = std::array<FileStamp, 3>;

/// Of each path; zeros of an empty one. Waits for the file system, which may be a network.
FileStamps stamps_of(const WatchedPaths&);

/// Looks at files beside the frame, so that nothing that draws waits for a file system.
class FileWatch {
public:
  /// Other files from now on, last seen like this.
  void watch(const WatchedPaths&, const FileStamps& seen);

  /// Takes what the last look found and begins another where it is due. Returns the newest stamps.
  const FileStamps& look();

  /// Looks now, and waits for it.
  const FileStamps& look_and_wait();

  const FileStamps& seen() const { return seen_; }

private:
  using Paths = std::shared_ptr<const WatchedPaths>; // handed to the worker without a copy
  Paths paths_ = std::make_shared<WatchedPaths>();
  FileStamps seen_;
  std::chrono::steady_clock::time_point last_look_;
  Latest<Paths, FileStamps> worker_{[](Paths& paths, auto& run) { run.give(stamps_of(*paths), 1); }};
};

} // namespace ropescope
