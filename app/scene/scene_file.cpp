#include "app/scene/scene_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/canvas/carried.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope {

namespace {

/// A picture of 16 384 pixels a side may have this many bytes; a file of more is no scene.
constexpr std::uintmax_t greatest_file = std::uintmax_t{1} << 30;

} // namespace

bool is_scene(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false, true);
  return json.is_object() && json.contains("ropescope");
}

std::optional<std::string> read_scene_file(const std::filesystem::path& path) {
  InputFile file(path);
  constexpr std::uintmax_t beginning = 4096;
  std::string begin(static_cast<std::size_t>(std::min(beginning, file.size())), '\0');
  file.read(0, begin);
  const bool is_picture =
      begin.starts_with("\x89PNG") || begin.starts_with("%PDF-") || begin.find("<svg") != std::string::npos;
  const bool is_json = begin.find_first_not_of(" \t\r\n") != std::string::npos &&
                       (begin[begin.find_first_not_of(" \t\r\n")] == '{' || begin.starts_with("//"));
  constexpr std::uintmax_t greatest_json = 4u << 20;
  if (!is_picture && (!is_json || file.size() > greatest_json)) return std::nullopt;
  if (file.size() > greatest_file)
    throw Error(
        fmt::format("{}: has {} bytes, expected a picture of at most {}", path.string(), file.size(), greatest_file));
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, bytes);
  if (!is_picture && is_scene(bytes)) return bytes;
  if (!is_picture) {
    // No model's file has these keys: without a word it would be read as one, and refused as one.
    const auto json = nlohmann::json::parse(bytes, nullptr, false, true);
    for (const char* key : {"m", "n", "compare", "view", "pair_view"})
      if (json.is_object() && json.contains(key))
        throw Error(fmt::format("{}: has the key \"{}\" of a scene, but not the one by which a scene is known: add "
                                "\"ropescope\": 1",
                                path.string(), key));
    return std::nullopt;
  }
  auto scene = canvas::read_carried_scene(bytes, path.string());
  if (!scene) throw Error(fmt::format("{}: carries no scene, expected a picture that Ropescope wrote", path.string()));
  return scene;
}

std::optional<std::string> scene_or_model(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) ? read_scene_file(path) : std::nullopt;
}

} // namespace ropescope
