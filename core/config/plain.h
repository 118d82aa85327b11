#pragma once
#include <map>
#include <string>
#include <string_view>

#include "core/io/json_value-inl.h"

namespace ropescope::config {

/// A part of a config.json with its rope keys as Hugging Face spells them today. Older families and other people's
/// files have names of their own for the same numbers.
struct Plain {
  Json json;
  std::map<std::string, std::string, std::less<>> spelt; ///< key of today → as the file has it

  /// Sets a key of today where the file has none.
  void set(std::string_view key, Json value, std::string_view as_spelt);
};

/// Throws Error where a value cannot be honoured.
Plain plain(const Json& part);

/// Keys of other spellings that plain() reads.
bool is_other_spelling(std::string_view key);

} // namespace ropescope::config
