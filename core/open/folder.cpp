#include "core/open/folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/open/hub.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

/// Entries of a folder that are looked at. A model of a thousand parts has some thousand files; ten thousand entries
/// take some ten milliseconds on a disk, and what holds more is no model's folder.
constexpr std::size_t most_entries = 10'000;
/// Subfolders that are looked into for a config.json, each of which is a look at the disk.
constexpr std::size_t most_subfolders = 64;

/// Whether a file lies there. Throws Error where that cannot be told, or where it is a link to nothing: a download that
/// was cut off must not lead to another file of the folder.
bool holds(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::is_regular_file(status)) return true;
  const bool missing = status.type() == fs::file_type::not_found;
  if (error && !missing && error != std::errc::not_a_directory)
    throw Error(fmt::format("{}: cannot be read: {}", file.string(), error.message()));
  if (missing && fs::is_symlink(fs::symlink_status(file, error)))
    throw Error(fmt::format("{}: is a link to a file that is not there, expected a config.json: fetch the model again",
                            file.string()));
  return false;
}

/// The first of these that the folder holds.
std::optional<fs::path> first_of(const fs::path& folder, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (holds(folder / name)) return folder / name;
  return std::nullopt;
}

/// Calls `see` with the entries, `most_entries` at most. Returns whether these were all. Throws Error where the folder
/// cannot be read.
template <typename See>
bool each_entry(const fs::path& folder, See see) {
  std::error_code error;
  std::size_t seen = 0;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (++seen > most_entries) return false;
    see(*entry);
  }
  if (error) throw Error(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  return true;
}

/// What of a folder may be of use.
struct Listing {
  std::map<std::string, std::string> gguf; ///< first file of each, by its name without the number of a split
  std::vector<std::string> names;          ///< of whatever may describe a model or be one
  std::size_t entries = 0;
  bool whole = true; ///< whether all entries were looked at
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// "model" of "model-00002-of-00003.gguf", as llama.cpp names the parts of a split file; else all of the name.
std::string without_part(const std::string& name) {
  constexpr std::size_t tail = sizeof "-00001-of-00003.gguf" - 1;
  if (name.size() <= tail || name.compare(name.size() - tail + 6, 4, "-of-") != 0) return name;
  return name.substr(0, name.size() - tail);
}

Listing list(const fs::path& folder) {
  constexpr std::array<std::string_view, 11> endings = {".json", ".safetensors", ".bin", ".pt",   ".pth", ".ckpt",
                                                        ".yaml", ".yml",         ".py",  ".onnx", ".md"};
  Listing listing;
  std::size_t subfolders = 0;
  listing.whole = each_entry(folder, [&](const fs::directory_entry& entry) {
    ++listing.entries;
    std::error_code error;
    const std::string name = entry.path().filename().string(), ending = lower(entry.path().extension().string());
    if (entry.is_directory(error)) {
      if (++subfolders <= most_subfolders && fs::is_regular_file(entry.path() / "config.json", error))
        listing.names.push_back(name + "/config.json");
      else if (name.starts_with("models--"))
        listing.names.push_back(name);
    } else if (ending == ".gguf") {
      // The vision half of a model, and statistics of its weights: beside the model, never meant.
      if (name.starts_with("mmproj") || name.starts_with("imatrix")) return;
      std::string& first = listing.gguf[without_part(name)];
      if (first.empty() || name < first) first = name;
    } else if (std::find(endings.begin(), endings.end(), ending) != endings.end()) {
      listing.names.push_back(name);
    }
  });
  std::sort(listing.names.begin(), listing.names.end());
  return listing;
}

/// "a, b and 3 more": five at most.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 5;
  const std::vector<std::string> first(names.begin(), names.begin() + std::min(shown, names.size()));
  const std::string rest = names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "";
  return fmt::format("{}{}", fmt::join(first, ", "), rest);
}

[[noreturn]] void refuse(const fs::path& folder, const Listing& listing) {
  const std::string named = folder.string();
  if (listing.gguf.size() > 1) {
    std::vector<std::string> files;
    for (const auto& [base, first] : listing.gguf) files.push_back(first);
    throw Error(fmt::format("{}: holds several GGUF files ({}) and no config.json, expected one: give the file that is "
                            "meant",
                            named, some_of(files)));
  }
  if (!listing.whole)
    throw Error(fmt::format("{}: holds more than {} entries and no config.json, expected the folder of one model: give "
                            "the file that is meant",
                            named, most_entries));
  std::string has = listing.entries == 0 ? "is an empty folder" : "holds no config.json, params.json or GGUF file";
  if (!listing.names.empty()) has += fmt::format(" (it has {})", some_of(listing.names));
  throw Error(fmt::format("{}: {}, expected a model's folder: give the folder or the file that describes the model",
                          named, has));
}

/// The folder that refs/main of a cache folder names, in which the published library looks; nothing where the
/// reference is missing or leads away.
std::optional<fs::path> snapshot_in_use(const fs::path& cache) {
  const fs::path reference = cache / "refs" / "main";
  std::error_code error;
  if (!fs::is_regular_file(reference, error)) return std::nullopt;
  std::string name = read_file(reference, 256);
  name.erase(std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isspace(c); }), name.end());
  if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.')) return std::nullopt;
  const fs::path snapshot = cache / "snapshots" / name;
  return fs::is_directory(snapshot, error) ? std::optional(snapshot) : std::nullopt;
}

/// Those of a cache folder, that in use first, the others from the newest on.
std::vector<fs::path> snapshots(const fs::path& cache) {
  const fs::path folder = cache / "snapshots";
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  std::vector<std::pair<fs::file_time_type, fs::path>> dated;
  each_entry(folder, [&](const fs::directory_entry& entry) {
    std::error_code ignored;
    if (entry.is_directory(ignored)) dated.emplace_back(entry.last_write_time(ignored), entry.path());
  });
  if (const auto used = snapshot_in_use(cache)) dated.emplace_back(fs::file_time_type::max(), *used);
  std::sort(dated.rbegin(), dated.rend());
  std::vector<fs::path> found;
  for (auto& [time, path] : dated) found.push_back(std::move(path));
  return found;
}

/// What describes the model of a folder that holds it itself, and what else it has where nothing does.
std::optional<fs::path> describing(const fs::path& folder, Listing& listing) {
  if (auto file = first_of(folder, {"config.json", "params.json", "adapter_config.json", "model_index.json"}))
    return file;
  listing = list(folder);
  if (listing.whole && listing.gguf.size() == 1) return folder / listing.gguf.begin()->second;
  return std::nullopt;
}

/// The model that a file names, where it lies on this machine: a path from the folder of the file or beside it, or one
/// of the present folder, or a name in the cache.
std::optional<fs::path> named_by(const fs::path& file, const std::string& base) {
  if (base.empty()) return std::nullopt;
  const fs::path folder = file.parent_path();
  std::vector<fs::path> tries = {folder / base, folder / ".." / base, base};
  const char* home = std::getenv("HOME");
  if (home && base.starts_with("~/")) tries = {fs::path(home) / base.substr(2)};
  for (const fs::path& path : tries) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_regular_file(status) || fs::is_directory(status)) return path.lexically_normal();
  }
  const auto name = hub_name(base);
  return name ? hub_folder(*name) : hub_folder(base);
}

} // namespace

fs::path find_in_folder(const fs::path& folder) {
  Listing listing;
  if (auto file = describing(folder, listing)) return *file;
  const std::vector<fs::path> all = snapshots(folder);
  for (const fs::path& snapshot : all)
    if (auto file = describing(snapshot, listing)) return *file;
  if (all.empty()) refuse(folder, listing);
  describing(all.front(), listing); // what is missing in the one in use
  refuse(all.front(), listing);
}

std::optional<fs::path> find_beside(const fs::path& file, const OtherKind& kind) {
  const auto named = named_by(file, kind.base);
  if (named && kind.base_is_closer) return named;
  if (!kind.of_model) return named;
  const fs::path folder = file.parent_path();
  for (const char* name : {"config.json", "params.json"})
    if (file.filename() != name && holds(folder / name)) return folder / name;
  if (named) return named;
  // An adapter's weights know no base, the file beside them does.
  if (file.filename() != "adapter_config.json" && holds(folder / "adapter_config.json"))
    return folder / "adapter_config.json";
  if (kind.pipeline && holds(folder / "transformer" / "config.json")) return folder / "transformer" / "config.json";
  return std::nullopt;
}

std::string configs_below(const fs::path& folder) {
  std::vector<std::string> configs;
  for (std::string& name : list(folder).names)
    if (name.ends_with("/config.json")) configs.push_back(std::move(name));
  return some_of(configs);
}

} // namespace ropescope
