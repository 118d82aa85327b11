#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Of this folder alone: the line that each value of a JSON text stands on.

namespace ropescope::lecture {

/// What a JSON text has where. Lines count from 1.
struct JsonLines {
  std::map<std::string, int, std::less<>> at; ///< by JSON pointer; of an object's member the line of its key
  std::vector<std::string> twice;             ///< pointers of keys that stand twice in their object

  /// The line of the value, or of the nearest one around it.
  int line_of(std::string_view pointer) const;
};

/// Why a text is no JSON.
struct JsonFault {
  int line = 1;
  std::string words; ///< "expected ',' or '}' after "text""
};

/// A pointer one step further: '~' and '/' of a key are written as RFC 6901 says.
std::string pointer_to(std::string_view pointer, std::string_view key);

/// Reads the text, comments of both kinds allowed, and fills `lines`. Nothing where it is JSON. Deeper than 32 levels
/// or longer than 4 MiB is refused, so that no text can use up stack or memory.
std::optional<JsonFault> read_lines(std::string_view text, JsonLines& lines);

} // namespace ropescope::lecture
