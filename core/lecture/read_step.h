#pragma once
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/lecture/json_lines.h"
#include "core/lecture/keys.h"
#include "core/lecture/lecture.h"

// Of this folder alone: a lecture while it is read.

namespace ropescope::lecture {

struct FileReader {
  explicit FileReader(const SceneRules& scene_rules) : rules(scene_rules) {}

  const SceneRules& rules;
  JsonLines lines;
  Lecture lecture;
  std::string step; ///< the one that is read, as troubles name it

  void trouble(std::string_view pointer, std::string words, bool warning = false);

  /// The words of a key; empty, and told where that is wrong, where there are none.
  std::string text(const nlohmann::ordered_json& object, std::string_view pointer, const char* key, bool required);

  /// What is not known is a typing mistake, but for keys that begin with "x-".
  void check_keys(const nlohmann::ordered_json& object, std::string_view pointer, std::span<const Key> keys);
};

/// All steps, with the scenes that each begins and ends with.
void read_steps(FileReader&, const nlohmann::ordered_json& file, const nlohmann::ordered_json& steps);

} // namespace ropescope::lecture
