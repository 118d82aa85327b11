#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// Vectors of things that have a `name`, kept sorted by it.
namespace ropescope {

/// Sorts; the first name that is there twice, or null.
template <typename Named>
const std::string* sort_by_name(std::vector<Named>& all) {
  std::sort(all.begin(), all.end(), [](const Named& a, const Named& b) { return a.name < b.name; });
  const auto twice =
      std::adjacent_find(all.begin(), all.end(), [](const Named& a, const Named& b) { return a.name == b.name; });
  return twice == all.end() ? nullptr : &twice->name;
}

/// Null where none has that name.
template <typename Named>
const Named* find_by_name(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::lower_bound(all.begin(), all.end(), name,
                                      [](const Named& one, std::string_view wanted) { return one.name < wanted; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

/// The names that have `part` in them, in order.
template <typename Named>
std::vector<std::string> names_with(const std::vector<Named>& all, std::string_view part) {
  std::vector<std::string> names;
  for (const Named& one : all)
    if (one.name.find(part) != std::string::npos) names.push_back(one.name);
  return names;
}

} // namespace ropescope
