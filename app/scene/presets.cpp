#include "app/scene/presets.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/assets/assets.h"
#include "core/error.h"
#include "core/open/hub.h"
#include "core/open/model_file.h"
#include "core/text.h"

namespace ropescope {

namespace {

constexpr std::string_view folder = "assets/models/", suffix = ".json";

bool is_preset(const Asset& file) { return file.name.starts_with(folder); }

std::string_view id_of(const Asset& file) {
  return file.name.substr(folder.size(), file.name.size() - folder.size() - suffix.size());
}

Preset read_preset(const Asset& file, const ReadOptions& options = {}) {
  const std::string id(id_of(file));
  Preset preset{id, parse_model_config(file.text, id, options)};
  preset.model.origin = id;
  return preset;
}

std::vector<Preset> read_presets() {
  std::vector<Preset> all;
  for (const Asset& file : assets())
    if (is_preset(file)) all.push_back(read_preset(file));
  std::sort(all.begin(), all.end(), [](const Preset& a, const Preset& b) { return a.id < b.id; });
  return all;
}

/// Upper and lower case count as equal, for ASCII.
bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A name for comparing: small letters, with "-" for what else stands between words.
std::string comparable(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    const auto letter = static_cast<unsigned char>(c);
    c = letter == '_' || letter == ' ' ? '-' : static_cast<char>(std::tolower(letter));
  }
  return text;
}

/// Whether `words` stand in a name, and not in the middle of other words: "llama-2-7b" is not in "llama-2-7b0".
bool has_words(std::string_view name, std::string_view words) {
  for (std::size_t at = name.find(words); at != std::string_view::npos; at = name.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    if ((at == 0 || name[at - 1] == '-') && (end == name.size() || name[end] == '-')) return true;
  }
  return false;
}

constexpr std::size_t longest_compared = 200; // letters: the work below grows with their square

/// The letters and digits of a name alone: "llama27b".
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c))) letters += c;
  return letters;
}

/// How many letters must be put in, left out or replaced to make one name of the other.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t before = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = before + (a[i] != b[j]);
      before = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, before + 1});
    }
  }
  return row.back();
}

} // namespace

const std::vector<Preset>& presets() {
  // Read when first asked for: a start with one model, found by its id below, reads that one file alone.
  static const std::vector<Preset> all = read_presets();
  return all;
}

std::optional<Preset> preset_named(std::string_view name, const ReadOptions& options) {
  for (const Asset& file : assets())
    if (is_preset(file) && same_letters(id_of(file), name)) return read_preset(file, options);
  for (const Preset& preset : presets())
    if (same_letters(preset.model.name, name))
      return options == ReadOptions() ? preset : preset_named(preset.id, options);
  return std::nullopt;
}

std::optional<std::string> nearest_preset(std::string_view name) {
  const std::string asked = comparable(name.substr(name.rfind('/') + 1)); // from 0 on where there is no slash
  if (asked.empty() || asked.size() > longest_compared) return std::nullopt;
  const std::string letters = letters_of(asked);
  std::string_view nearest, longest, shortest;
  std::size_t least = asked.size() / 3 + 1; // of the letters two in three are right, else it is another name
  for (const Asset& file : assets()) {
    if (!is_preset(file)) continue;
    const std::string_view id = id_of(file);
    const std::string known = comparable(id);
    // "Meta-Llama-3.1-8B-Instruct": whatever stands before and behind, the model is the one in it.
    if (has_words(asked, known) && id.size() > longest.size()) longest = id;
    const bool begins = has_words(known, asked) || (letters.size() >= 3 && letters_of(known).starts_with(letters));
    if (begins && (shortest.empty() || id.size() < shortest.size())) shortest = id;
    if (const std::size_t distance = edits(asked, known); distance < least) least = distance, nearest = id;
  }
  if (!shortest.empty()) nearest = shortest; // "qwen3", "llama2": the beginning of several
  if (!longest.empty()) nearest = longest;
  return nearest.empty() ? std::nullopt : std::optional(std::string(nearest));
}

Preset find_preset(std::string_view name, const ReadOptions& options) {
  if (auto preset = preset_named(name, options)) return *std::move(preset);
  const auto nearest = nearest_preset(name);
  throw Error(fmt::format("no model {}: expected {}one of those that `ropescope models` lists", in_quotes(name),
                          nearest ? fmt::format("{}, which is nearest, or ", *nearest) : ""));
}

Model open_model(const std::string& origin, const ReadOptions& options) {
  if (origin.starts_with("{")) {
    Model model = parse_model_config(origin, "config", options);
    // One text for one object, however it was laid out; what Python writes and JSON does not know stays as it is.
    const auto json = nlohmann::ordered_json::parse(origin, nullptr, false);
    model.origin = json.is_discarded() ? origin : json.dump();
    return model;
  }
  std::error_code error;
  const bool is_path = origin.find('/') != std::string::npos || std::filesystem::exists(origin, error);
  if (!is_path) return find_preset(origin, options).model;
  const auto name = hub_name(origin);
  const auto nearest = name ? nearest_preset(*name) : std::nullopt;
  if (!nearest || std::filesystem::exists(origin, error) || hub_folder(*name)) return read_model(origin, options);
  throw Error(fmt::format("{}; the nearest preset is {}", not_in_hub_cache(origin, *name), *nearest));
}

} // namespace ropescope
