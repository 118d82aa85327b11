#pragma once
#include <string_view>

namespace ropescope::cli {

// Words for people, on standard error. None of them fails where that is closed or full: they are lost then, and the
// exit status stays what it is. What comes from arguments or files reaches the terminal as core/text.h's `printable`.

/// A sentence about what was assumed. It waits until the command has succeeded: where one fails, its error is the only
/// sentence.
void say(std::string_view sentence);

/// Prints what was said so far, a line each.
void print_said() noexcept;

/// Prints "ropescope: …." as one line, whatever the text ends with; `before` begins it. Returns the exit status of a
/// refusal, 2.
int refuse(std::string_view sentence, std::string_view before = {}) noexcept;

/// Tells what a long command does now. On a terminal in one line that is written over, and empty words clear it;
/// elsewhere, as in a log, each time on a line of its own.
void show_progress(std::string_view words) noexcept;

} // namespace ropescope::cli
