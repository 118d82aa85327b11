#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace fs = std::filesystem;

namespace {

/// By folder, which folders it includes, and one line that says how. A folder within another is one of its own.
using Includes = std::map<std::string, std::map<std::string, std::string>>;

/// The path between quotes, where the line includes one; else nothing.
std::string included_by(const std::string& line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return {};
  const std::size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return {};
  const std::size_t open = line.find('"', word), close = line.find('"', open + 1);
  return open == std::string::npos || close == std::string::npos ? "" : line.substr(open + 1, close - open - 1);
}

void read_includes(const fs::path& root, const fs::path& file, Includes& includes) {
  const std::string folder = fs::relative(file.parent_path(), root).generic_string();
  includes[folder];
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::string path = included_by(line);
    if (path.empty()) continue;
    // As a compiler looks: beside the file, then from the root of the checkout. What lies elsewhere is no folder of
    // ours.
    const fs::path beside = file.parent_path() / path, header = fs::exists(beside) ? beside : root / path;
    if (!fs::exists(header)) continue;
    const std::string to = fs::relative(header.parent_path(), root).generic_string();
    if (to != folder) includes[folder].emplace(to, fs::relative(file, root).generic_string() + " includes " + path);
  }
}

Includes includes_of(const fs::path& root) {
  Includes includes;
  for (const char* top : {"core", "app"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top))
      if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
        read_includes(root, entry.path(), includes);
  return includes;
}

/// Folders each of which includes the next, from one back to itself; empty where there are none.
std::vector<std::string> cycle_of(Includes includes) {
  // A folder that includes none of those that are left is on no cycle. What remains in the end leads to one.
  const auto leads_nowhere = [&](const auto& folder) {
    return std::none_of(folder.second.begin(), folder.second.end(),
                        [&](const auto& to) { return includes.contains(to.first); });
  };
  while (std::erase_if(includes, leads_nowhere) > 0) {
  }
  std::vector<std::string> way;
  if (includes.empty()) return way;
  std::string at = includes.begin()->first;
  while (std::find(way.begin(), way.end(), at) == way.end()) {
    way.push_back(at);
    for (const auto& [to, how] : includes[at])
      if (includes.contains(to)) {
        at = to;
        break;
      }
  }
  way.erase(way.begin(), std::find(way.begin(), way.end(), at));
  way.push_back(at);
  return way;
}

} // namespace

TEST_CASE("no folder of the house includes a folder that includes it") {
  const Includes includes = includes_of(ROPESCOPE_TEST_SOURCES);
  // It must not pass for want of looking: each scheme includes what a scheme is, and the scene holds what check found.
  REQUIRE(includes.at("core/rope/schemes").contains("core/rope"));
  REQUIRE(includes.at("app/scene").contains("core/check"));
  const std::vector<std::string> cycle = cycle_of(includes);
  std::string words;
  for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
    words += "\n  " + cycle[i];
    words += " → " + cycle[i + 1];
    words += ": " + includes.at(cycle[i]).at(cycle[i + 1]);
  }
  CHECK_MESSAGE(cycle.empty(), "these folders include each other:", words);
}

TEST_CASE("a cycle of folders is found however long it is, and nothing else is taken for one") {
  CHECK(cycle_of({{"a", {{"b", ""}, {"c", ""}}}, {"b", {{"c", ""}}}, {"c", {{"shaders", ""}}}}).empty());
  CHECK(cycle_of({{"a", {{"b", ""}}}, {"b", {{"a", ""}}}}) == std::vector<std::string>{"a", "b", "a"});
  // One that includes the cycle, and one that it includes, are not on it.
  CHECK(cycle_of({{"a", {{"b", ""}}},
                  {"b", {{"a0", ""}, {"c", ""}}},
                  {"c", {{"d", ""}}},
                  {"d", {{"a0", ""}, {"b", ""}}},
                  {"a0", {}}}) == std::vector<std::string>{"b", "c", "d", "b"});
  CHECK(included_by("  # include \"core/text.h\" // why") == "core/text.h");
  CHECK(included_by("#include <string>").empty());
  CHECK(included_by("// #include \"core/text.h\"").empty());
}
