#pragma once
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ropescope::cli {

/// Standard output: what a command answers. Each throws Error where it cannot be written.
class Output {
public:
  void write(std::string_view);

  template <typename... Arguments>
  void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  /// Sees to it that everything has been taken by whoever reads it.
  void finish();
};

/// Gives standard input, output and error a place where the program was started without: else the next file that is
/// opened takes their number, and words for people end in it. Output that was closed still cannot be written.
void keep_standard_streams();

} // namespace ropescope::cli
