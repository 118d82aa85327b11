#include "app/shell/session.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/scene_json.h"
#include "app/shell/folder_listing.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;
constexpr const char* file_name = "session.json";
// A scene may hold a model's config, of at most 4 MiB.
constexpr std::uintmax_t greatest_file = 16u << 20;
constexpr const char* themes[] = {"dark", "light", "paper"};

/// The parts of a window that must lie on a screen, so that a hand can move it: a bit of its upper edge.
constexpr int grip_width = 96, grip_height = 32;

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json json_of(const WindowPlace& place) {
  return {
      {"x", place.x}, {"y", place.y}, {"width", place.width}, {"height", place.height}, {"maximised", place.maximised}};
}

Json json_of(const ExportChoice& choice) {
  Json json = {{"window", choice.window}, {"bare", choice.bare},   {"ending", choice.ending},
               {"size", choice.size},     {"scale", choice.scale}, {"theme", nullptr}};
  if (choice.theme) json["theme"] = themes[static_cast<std::size_t>(*choice.theme)];
  return json;
}

/// What has another type, or is none that a dialog offers, stays at its default.
ExportChoice choice_of(const Json& json) {
  ExportChoice choice;
  choice.window = json.value("window", false);
  choice.bare = json.value("bare", false);
  choice.ending = json.value("ending", ".png");
  const int scale = json.value("scale", 1);
  if (scale == 2 || scale == 4) choice.scale = scale;
  const std::string size = json.value("size", "");
  try {
    if (!size.empty()) sheet_of(parse_size(size), 1);
    choice.size = size;
  } catch (const Error&) { // the size as it stands
  }
  if (const auto theme = json.find("theme"); theme != json.end() && theme->is_string())
    for (std::size_t i = 0; i < std::size(themes); ++i)
      if (*theme == themes[i]) choice.theme = static_cast<ThemeName>(i);
  return choice;
}

WindowPlace place_of(const Json& json) {
  WindowPlace place{json.value("x", 0), json.value("y", 0), json.value("width", 0), json.value("height", 0),
                    json.value("maximised", false)};
  constexpr int greatest = 1 << 16;
  const bool possible = place.width > 0 && place.height > 0 && place.width < greatest && place.height < greatest &&
                        std::abs(place.x) < greatest && std::abs(place.y) < greatest;
  return possible ? place : WindowPlace{};
}

std::optional<Scene> scene_of(const Json& json, std::vector<std::string>& said) {
  try {
    Taken taken = take_json(json.dump(-1, ' ', false, Json::error_handler_t::replace), "last session");
    said.insert(said.end(), taken.refused.begin(), taken.refused.end());
    return std::move(taken.scene);
  } catch (const Error& error) {
    said.emplace_back(error.what());
    return std::nullopt;
  }
}

Session session_of(const Json& json, std::vector<std::string>& said) {
  Session session;
  if (const auto scene = json.find("scene"); scene != json.end() && !scene->is_null())
    session.scene = scene_of(*scene, said);
  session.scene_file = json.value("scene_file", "");
  session.scene_folder = json.value("scene_folder", "");
  session.export_folder = json.value("export_folder", "");
  session.zoom = json.value("zoom", 1.0f);
  const std::vector<std::string> recent = json.value("recent", std::vector<std::string>());
  for (auto file = recent.rbegin(); file != recent.rend(); ++file) session.recent.add(*file); // the newest comes last
  if (const auto choice = json.find("export"); choice != json.end()) session.choice = choice_of(*choice);
  if (const auto window = json.find("window"); window != json.end()) session.window = place_of(*window);
  return session;
}

/// Under another name, so that nothing is lost and the next session can be written.
std::string keep_aside(const fs::path& file, const std::string& why) {
  const fs::path beside = file.string() + ".broken";
  std::error_code error;
  fs::rename(file, beside, error);
  std::string sentence = fmt::format("the last session cannot be taken up: {}", why);
  if (!error) sentence += fmt::format("; its file is now {}", beside.string());
  return sentence;
}

} // namespace

WindowPlace placed_on(std::span<const WindowPlace> screens, WindowPlace place) {
  if (screens.empty() || place.width <= 0) return place;
  for (const WindowPlace& screen : screens) {
    WindowPlace placed = place;
    placed.width = std::min(place.width, screen.width);
    placed.height = std::min(place.height, screen.height);
    const int across = std::min(placed.x + placed.width, screen.x + screen.width) - std::max(placed.x, screen.x);
    const int below = screen.y + screen.height - placed.y;
    if (across >= std::min(grip_width, placed.width) && placed.y >= screen.y && below >= grip_height) return placed;
  }
  const WindowPlace& screen = screens.front();
  place.width = std::min(place.width, screen.width);
  place.height = std::min(place.height, screen.height);
  place.x = screen.x + (screen.width - place.width) / 2;
  place.y = screen.y + (screen.height - place.height) / 2;
  return place;
}

std::optional<fs::path> session_folder() {
  // A path that is not whole is to be passed over, as the XDG base directory specification says.
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && fs::path(state).is_absolute())
    return fs::path(state) / "ropescope";
  const auto home = home_folder();
  return home ? std::optional(*home / ".local" / "state" / "ropescope") : std::nullopt;
}

Session read_session(const fs::path& folder, std::vector<std::string>& said) {
  const fs::path file = folder / file_name;
  std::error_code error;
  if (!fs::exists(file, error)) return {}; // the first start
  try {
    const Json json = Json::parse(read_file(file, greatest_file));
    if (!json.is_object() || json.value("session", 0) != version)
      throw Error(fmt::format("{}: expected a session of version {}", file.string(), version));
    return session_of(json, said);
  } catch (const Error& refused) {
    said.push_back(keep_aside(file, refused.what()));
  } catch (const Json::exception& broken) {
    said.push_back(keep_aside(file, fmt::format("{}: {}", file.string(), printable(broken.what()))));
  }
  return {};
}

void write_session(const fs::path& folder, const Session& session) {
  Json json;
  json["session"] = version;
  json["scene"] = session.scene ? Json::parse(scene_json(*session.scene)) : Json();
  json["scene_file"] = session.scene_file;
  json["scene_folder"] = session.scene_folder.string();
  json["export_folder"] = session.export_folder.string();
  json["zoom"] = session.zoom;
  json["recent"] = Json::array();
  for (const fs::path& path : session.recent.files()) json["recent"].push_back(path.string());
  json["export"] = json_of(session.choice);
  json["window"] = json_of(session.window);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: the folder cannot be made: {}", folder.string(), error.message()));
  write_file(folder / file_name, dumped(json));
}

} // namespace ropescope::shell
