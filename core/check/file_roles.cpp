#include "core/check/file_roles.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <string_view>

namespace ropescope {

FileRole role_of(const std::string& path) {
  struct Known {
    std::string_view word;
    FileRole role;
  };
  // The first that is found counts: "q_out" and "kernel_output_q" are outputs.
  constexpr Known known[] = {{"positions", FileRole::positions},
                             {"position", FileRole::positions},
                             {"pos", FileRole::positions},
                             {"ids", FileRole::positions},
                             {"out", FileRole::output},
                             {"output", FileRole::output},
                             {"outputs", FileRole::output},
                             {"kernel", FileRole::output},
                             {"result", FileRole::output},
                             {"rotated", FileRole::output},
                             {"roped", FileRole::output},
                             {"actual", FileRole::output},
                             {"after", FileRole::output},
                             {"y", FileRole::output},
                             {"in", FileRole::input},
                             {"input", FileRole::input},
                             {"inputs", FileRole::input},
                             {"before", FileRole::input},
                             {"q", FileRole::input},
                             {"k", FileRole::input},
                             {"x", FileRole::input},
                             {"query", FileRole::input},
                             {"key", FileRole::input}};
  // Words are runs of letters: "q_proj.2" is "q", "proj".
  std::vector<std::string> words(1);
  for (const char letter : std::filesystem::path(path).stem().string()) {
    if (std::isalpha(static_cast<unsigned char>(letter)))
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    else if (!words.back().empty())
      words.emplace_back();
  }
  for (const Known& k : known)
    if (std::find(words.begin(), words.end(), k.word) != words.end()) return k.role;
  return FileRole::unknown;
}

bool take_files(KernelFiles& files, const std::vector<std::string>& paths) {
  std::vector<std::string> rest;
  std::vector<std::string> inputs, outputs;
  for (const std::string& path : paths) {
    const FileRole role = role_of(path);
    if (role == FileRole::positions) {
      files.positions = {};
      files.positions.file = path;
    } else
      (role == FileRole::input ? inputs : role == FileRole::output ? outputs : rest).push_back(path);
  }
  // Names decide where they say one input and one output at most; else the order in which files were dropped does.
  bool sure = true;
  if (rest.empty() && inputs.size() <= 1 && outputs.size() <= 1) {
    if (!inputs.empty()) files.in = inputs.front();
    if (!outputs.empty()) files.out = outputs.front();
  } else {
    // A name for one of two tells the other too.
    const bool two = inputs.size() + outputs.size() + rest.size() > 1;
    sure = !two || (rest.size() == 1 && inputs.size() + outputs.size() == 1);
    inputs.insert(inputs.end(), rest.begin(), rest.end());
    inputs.insert(inputs.end(), outputs.begin(), outputs.end());
    // Two new files replace both; one fills the place that is free, or begins anew where none is.
    if (two || (!files.in.empty() && !files.out.empty())) files.in.clear(), files.out.clear();
    for (const std::string& path : inputs) (files.in.empty() ? files.in : files.out) = path;
  }
  return sure;
}

} // namespace ropescope
