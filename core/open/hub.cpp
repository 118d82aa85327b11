#include "core/open/hub.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace ropescope {

namespace fs = std::filesystem;

namespace {

bool is_letter_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/// An organisation's or a model's own name. Hugging Face allows 96 letters.
bool is_part_of_name(std::string_view text) {
  return !text.empty() && text.size() <= 96 && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), is_letter_of_name);
}

/// A file that is missing is called that, and no model: "configs/llama.json" has the form of a model's name too.
bool ends_as_files_do(std::string_view text) {
  constexpr std::array<std::string_view, 17> endings = {".json", ".jsonl", ".gguf", ".bin", ".pt",  ".pth",
                                                        ".ckpt", ".yaml",  ".yml",  ".txt", ".py",  ".safetensors",
                                                        ".md",   ".npy",   ".png",  ".svg", ".onnx"};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

/// Where the published library looks, in its order: huggingface_hub 0.36, constants.py.
std::vector<fs::path> caches() {
  std::vector<fs::path> all;
  const auto add = [&](const char* variable, const char* below) {
    const char* value = std::getenv(variable);
    if (value && *value) all.push_back(fs::path(value) / below);
  };
  add("HF_HUB_CACHE", "");
  add("HUGGINGFACE_HUB_CACHE", "");
  add("HF_HOME", "hub");
  add("XDG_CACHE_HOME", "huggingface/hub");
  add("HOME", ".cache/huggingface/hub");
  return all;
}

/// The cache's folder for it: "models--org--name".
std::string folder_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  std::string folder = "models--";
  folder += name.substr(0, slash);
  if (slash == std::string_view::npos) return folder;
  folder += "--";
  folder += name.substr(slash + 1);
  return folder;
}

} // namespace

std::optional<std::string> hub_name(std::string_view text) {
  const auto without = [&text](std::string_view beginning) {
    const bool begins = text.starts_with(beginning);
    if (begins) text.remove_prefix(beginning.size());
    return begins;
  };
  const bool web = without("https://") || without("http://");
  if (web) without("www.");
  const bool site = without("huggingface.co/") || without("hf.co/"), address = site || without("hf://");
  if (web && !site) return std::nullopt;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view organisation = text.substr(0, slash);
  std::string_view model = text.substr(slash + 1);
  // Behind the model an address has the place of a file, and a name at most a quantization.
  model = model.substr(0, model.find_first_of(address ? "/?#:" : ":"));
  if (!is_part_of_name(organisation) || !is_part_of_name(model) || ends_as_files_do(model)) return std::nullopt;
  return fmt::format("{}/{}", organisation, model);
}

std::optional<fs::path> hub_folder(std::string_view name) {
  const std::string folder = folder_name(name);
  for (const fs::path& cache : caches()) {
    std::error_code error;
    if (fs::is_directory(cache / folder, error)) return cache / folder;
  }
  return std::nullopt;
}

std::optional<fs::path> hub_cache() {
  for (const fs::path& cache : caches()) {
    std::error_code error;
    if (fs::is_directory(cache, error)) return cache;
  }
  return std::nullopt;
}

std::string not_in_hub_cache(std::string_view given, std::string_view name) {
  const std::vector<fs::path> all = caches();
  const fs::path cache = all.empty() ? fs::path("~/.cache/huggingface/hub") : all.front();
  return fmt::format("{}: no such file, and nothing is downloaded; expected a path, or a model that lies in the local "
                     "cache of Hugging Face, this one in {} (`hf download {} config.json` puts it there)",
                     given, (cache / folder_name(name)).string(), name);
}

} // namespace ropescope
