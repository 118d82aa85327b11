#include "app/shell/folder_listing.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

char small(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Less than 0, 0, or greater, as the first comes before the second, at the same place, or behind.
int natural_order(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      while (i < a.size() && a[i] == '0') ++i;
      while (j < b.size() && b[j] == '0') ++j;
      std::size_t of_a = i, of_b = j;
      while (of_a < a.size() && is_digit(a[of_a])) ++of_a;
      while (of_b < b.size() && is_digit(b[of_b])) ++of_b;
      if (of_a - i != of_b - j) return of_a - i < of_b - j ? -1 : 1;
      if (const int order = a.substr(i, of_a - i).compare(b.substr(j, of_b - j))) return order;
      i = of_a, j = of_b;
    } else {
      if (small(a[i]) != small(b[j])) return small(a[i]) < small(b[j]) ? -1 : 1;
      ++i, ++j;
    }
  }
  if (i < a.size() || j < b.size()) return i < a.size() ? 1 : -1;
  return a.compare(b); // names that differ in capitals or zeros alone
}

/// Gives a folder's entries, and the reason where not all can be read.
void read_entries(const Look& wish, FolderReader::Run& run) {
  // Enough that giving costs nothing, few enough that the first come at once.
  constexpr std::size_t entries_a_piece = 2000;
  constexpr auto between_pieces = std::chrono::milliseconds(50);
  Seen seen{wish.path, wish.is_typed, Seen::Kind::folder, {}, {}};
  auto given = std::chrono::steady_clock::now();
  std::error_code error;
  for (auto at = fs::directory_iterator(wish.path, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (run.stopped()) return;
    std::error_code ignored; // a link that leads nowhere is shown as a file
    seen.entries.push_back({at->path().filename().string(), at->is_directory(ignored)});
    const auto now = std::chrono::steady_clock::now();
    if (seen.entries.size() < entries_a_piece && now - given < between_pieces) continue;
    given = now;
    run.give(seen, 0);
    seen.entries.clear();
  }
  if (error) seen.trouble = error.message();
  run.give(std::move(seen), 1);
}

} // namespace

void look(const Look& wish, FolderReader::Run& run) {
  std::error_code error;
  const fs::file_status status = fs::status(wish.path, error);
  if (!wish.is_typed || fs::is_directory(status)) return read_entries(wish, run);
  if (fs::exists(status)) return run.give({wish.path, true, Seen::Kind::file, {}, {}}, 1);
  Seen seen{wish.path, true, Seen::Kind::nothing, {}, {}};
  std::error_code of_folder;
  const fs::path folder = wish.path.parent_path();
  if (status.type() != fs::file_type::not_found)
    seen.trouble = abbreviated(wish.path) + " cannot be read: " + error.message();
  else if (!fs::is_directory(folder, of_folder))
    seen.trouble = "there is no folder " + abbreviated(folder);
  run.give(std::move(seen), 1);
}

bool comes_before(const FolderEntry& a, const FolderEntry& b) {
  return a.is_folder != b.is_folder ? a.is_folder : natural_order(a.name, b.name) < 0;
}

std::optional<fs::path> home_folder() {
  const char* home = std::getenv("HOME");
  return home && *home ? std::optional<fs::path>(home) : std::nullopt;
}

fs::path usual_folder() {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (!error && access(here.c_str(), W_OK) == 0 && here.has_relative_path()) return here;
  return home_folder().value_or(here);
}

fs::path expanded(std::string_view typed, const fs::path& folder) {
  fs::path path(typed);
  if (typed == "~" || typed.starts_with("~/"))
    if (const auto home = home_folder()) path = *home / typed.substr(std::min<std::size_t>(2, typed.size()));
  path = (folder / path).lexically_normal(); // of a whole path, that one alone
  // "a/b/" is the folder "a/b".
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

std::string abbreviated(const fs::path& path) {
  const auto home = home_folder();
  const std::string whole = path.string();
  if (!home || *home == "/") return whole;
  const std::string begin = home->string();
  if (whole == begin) return "~";
  if (!whole.starts_with(begin + "/")) return whole;
  std::string shorter = "~";
  return shorter.append(whole, begin.size());
}

TypedPath typed_path(std::string_view typed) {
  const std::size_t slash = typed.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  // "~" and ".." name folders, though no "/" ends them.
  if (typed.substr(name) == ".." || typed == "~") return {typed, {}};
  return {typed.substr(0, name), typed.substr(name)};
}

std::string completed(std::string_view name, const std::vector<FolderEntry>& entries) {
  std::optional<std::string> common;
  std::size_t count = 0;
  bool is_folder = false;
  for (const FolderEntry& entry : entries) {
    if (!entry.name.starts_with(name) || (entry.is_hidden() && !name.starts_with("."))) continue;
    ++count;
    is_folder = entry.is_folder;
    if (!common)
      common = entry.name;
    else
      common->resize(static_cast<std::size_t>(
          std::mismatch(common->begin(), common->end(), entry.name.begin(), entry.name.end()).first - common->begin()));
  }
  if (!common) return std::string(name);
  // Names may part within a letter of several bytes, of which half is none.
  const auto is_inner = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; };
  if (count > 1) {
    const std::size_t kept = common->size();
    for (const FolderEntry& entry : entries)
      if (entry.name.starts_with(*common) && entry.name.size() > kept && is_inner(entry.name[kept])) {
        while (!common->empty() && is_inner(common->back())) common->pop_back();
        if (!common->empty()) common->pop_back();
        break;
      }
  }
  if (count == 1 && is_folder) *common += '/';
  return *common;
}

} // namespace ropescope::shell
