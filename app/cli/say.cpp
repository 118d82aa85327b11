#include "app/cli/say.h"

#include <cstdio>
#include <string>

#include <unistd.h>

#include "core/text.h"

namespace ropescope::cli {

namespace {

/// What was said since it was last printed: one command a process, and its sentences come from all its parts.
std::string said;

/// fmt::print would throw where nothing can be written, also within the handler of an earlier error.
void write(std::string_view words) noexcept {
  std::fwrite(words.data(), 1, words.size(), stderr);
  std::fflush(stderr);
}

} // namespace

void say(std::string_view sentence) { said += printable(sentence) + '\n'; }

void print_said() noexcept {
  write(said);
  said.clear();
}

int refuse(std::string_view sentence, std::string_view before) noexcept {
  while (!sentence.empty() && (sentence.back() == '\n' || sentence.back() == '.')) sentence.remove_suffix(1);
  try {
    write("ropescope: " + std::string(before) + printable(sentence) + ".\n");
  } catch (...) { // no memory for a sentence of any length
    write("ropescope: not enough memory for this input.\n");
  }
  return 2;
}

void show_progress(std::string_view words) noexcept {
  const bool over = isatty(STDERR_FILENO) != 0;
  if (over) write("\r\033[K");
  write(words);
  if (!words.empty()) write(over ? " …" : " …\n");
}

} // namespace ropescope::cli
