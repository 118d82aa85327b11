#include "app/cli/say.h"

#include <cstdio>
#include <string>

#include <unistd.h>

#include "core/text.h"

namespace ropescope::cli {

namespace {

/// What was said since it was last printed. A global, because a process runs one command and all parts of it may say
/// something; they all run on one thread.
std::string said;

/// Writes to standard error and ignores failure. fmt::print would throw where nothing can be written, also while an
/// earlier error is being handled.
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
  // Errors of libraries end as they like; the full stop is added below.
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
  if (over) write("\r\033[K"); // to the start of the line, and clear it to its end
  write(words);
  if (!words.empty()) write(over ? " …" : " …\n");
}

} // namespace ropescope::cli
