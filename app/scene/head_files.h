#pragma once
#include <deque>
#include <exception>
#include <filesystem>
#include <string>

#include "app/scene/latest.h"
#include "core/array.h"

namespace ropescope {

/// The arrays that a scene's q and k are rows of, read once and kept while their files stay as they are. Large ones are
/// read beside the frame, one after the other.
class HeadFiles {
public:
  /// The array, where it is there; null while it is being read, which begins here unless another file is under way.
  /// `wait`: it is read here. The last two that were asked for stay. Throws Error where it cannot be read, every time
  /// until its file changes.
  const Array* array(const std::string& path, bool wait);

  /// The file that is being read, as it was asked for; empty: none.
  const std::string& reading() const { return reading_; }

private:
  struct Kept {
    std::string path;
    std::filesystem::file_time_type written;
    Array array;
    std::exception_ptr failure; ///< in place of the array
  };
  struct Wanted {
    std::string path;
    std::filesystem::file_time_type written;
  };
  static Kept read(const Wanted&);
  const Kept* find(const Wanted&) const;
  void keep(Kept);
  void take();

  std::deque<Kept> kept_;
  std::string reading_;
  Latest<Wanted, Kept> worker_{[](Wanted& wanted, auto& run) { run.give(read(wanted), 1); }};
};

} // namespace ropescope
