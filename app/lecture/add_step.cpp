#include "app/lecture/add_step.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/lecture/lecture_scene.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/lecture/lecture.h"

namespace ropescope {

namespace {

using Json = nlohmann::ordered_json;

/// A scene as a lecture has it: without what belongs to the window or says which picture is seen.
Json lecture_json(const Scene& scene) {
  Json json = Json::parse(scene_json(scene));
  for (const char* of_window : {"ropescope", "view", "theme", "engine", "panel"}) json.erase(of_window);
  return json;
}

/// RFC 7396: what makes `after` of `before`. Keys that are not written any more go back to their defaults.
Json difference(const Json& before, const Json& after) {
  Json change = Json::object();
  for (const auto& [key, value] : after.items()) {
    const auto old = before.find(key);
    if (old == before.end())
      change[key] = value;
    else if (*old != value)
      change[key] = value.is_object() && old->is_object() && key != "model" ? difference(*old, value) : value;
  }
  for (const auto& [key, value] : before.items())
    if (!after.contains(key)) change[key] = nullptr;
  return change;
}

/// The pose of a scene over a whole scene as JSON. What follows from other keys is left out where the scene is the same
/// without it, so that the file has what a person changed.
Json pose_of(const std::string& before, const Scene& scene) {
  const Json wanted = lecture_json(scene);
  Json pose = difference(lecture_json(scene_of_step(before)), wanted);
  const auto gives = [&](const Json& change) { // as the file will be read
    Json whole = Json::parse(before);
    whole.merge_patch(change);
    return lecture_json(scene_of_step(whole.dump())) == wanted;
  };
  if (!gives(pose)) return wanted; // a change that cannot be told key by key: the whole scene
  std::vector<std::string> keys;
  for (const auto& [key, value] : pose.items()) keys.push_back(key);
  for (const std::string& key : keys) {
    Json fewer = pose;
    fewer.erase(key);
    if (gives(fewer)) pose = std::move(fewer);
  }
  return pose;
}

std::string words_of(const std::string& title, std::size_t most) {
  std::istringstream stream(title);
  std::string words, word;
  for (std::size_t n = 0; n < most && stream >> word; ++n) words += fmt::format("{}{}", n == 0 ? "" : " ", word);
  return words;
}

Json step_json(const NewStep& step, const std::string& before, std::string id) {
  const Picture& picture = shown_picture(step.scene);
  Json json;
  json["id"] = std::move(id);
  json["title"] = words_of(step.title.empty() ? std::string(picture.title) : step.title, 6);
  json["text"] = Json::array({"Say here in one sentence *what is seen*."});
  if (step.pictures.size() > 1)
    json["show"] = step.pictures;
  else
    json["show"] = step.pictures.empty() ? std::string(picture.name) : step.pictures.front();
  json["pose"] = pose_of(before, step.scene);
  return json;
}

/// One key a line, as the lectures of this program are written.
std::string step_text(const Json& step) {
  std::string text = "    {\n";
  for (auto at = step.begin(); at != step.end(); ++at) {
    text +=
        fmt::format("      {}: {}", Json(at.key()).dump(), at->dump(-1, ' ', false, Json::error_handler_t::replace));
    text += std::next(at) == step.end() ? "\n" : ",\n";
  }
  return text += "    }";
}

/// Walks over JSON with comments, and tells of each bracket outside of strings.
template <typename Bracket>
void for_each_bracket(std::string_view json, Bracket bracket) {
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') {
      const std::size_t begin = ++i;
      while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
      bracket('"', begin, std::min(i, json.size()));
    } else if (json.substr(i, 2) == "//")
      i = std::min(json.find('\n', i), json.size());
    else if (json.substr(i, 2) == "/*")
      i = std::min(json.find("*/", i), json.size() - 2) + 1;
    else if (std::string_view("[]{}").find(json[i]) != std::string_view::npos)
      bracket(json[i], i, i + 1);
  }
}

/// Where the list "steps" ends, at its bracket, and where its last step does.
struct StepsEnd {
  std::size_t bracket = 0, last = 0;
};
StepsEnd end_of_steps(std::string_view json) {
  StepsEnd end;
  int depth = 0;
  bool named = false, within = false;
  for_each_bracket(json, [&](char what, std::size_t from, std::size_t to) {
    if (end.bracket != 0) return;
    if (what == '"') {
      if (depth == 1) named = json.substr(from, to - from) == "steps";
      return;
    }
    const bool opens = what == '[' || what == '{';
    if (opens && depth == 1) within = what == '[' && named;
    depth += opens ? 1 : -1;
    if (within && what == '}' && depth == 2) end.last = to;
    if (within && what == ']' && depth == 1) end.bracket = from;
  });
  return end;
}

/// "view", "view-2" …: a name that no step has yet.
std::string free_id(const lecture::Lecture& lecture, std::string_view view) {
  std::string base(view);
  std::replace(base.begin(), base.end(), '_', '-');
  std::string id = base;
  for (int n = 2; lecture::find_step(lecture, id); ++n) id = fmt::format("{}-{}", base, n);
  return id;
}

} // namespace

std::string with_step(std::string_view file, const NewStep& step, const std::string& name) {
  const lecture::Lecture lecture = lecture::read_lecture(file, scene_rules());
  if (!lecture.readable)
    throw Error(lecture.troubles.empty() ? fmt::format("{}: no lecture", name)
                                         : lecture::sentence(lecture.troubles.front(), name));
  const StepsEnd end = end_of_steps(file);
  if (end.last == 0 || end.bracket < end.last)
    throw Error(fmt::format("{}: expected a list of steps to add one to", name));
  std::string text(file.substr(0, end.last));
  text += ",\n";
  text += step_text(step_json(step, lecture.steps.back().end, free_id(lecture, step.scene.view)));
  text += file.substr(end.last);
  return text;
}

std::string new_lecture(const NewStep& step) {
  std::string text = "{\n  \"lecture\": 1,\n  \"title\": \"A lecture of my own\",\n  \"steps\": [\n";
  std::string id(step.scene.view);
  std::replace(id.begin(), id.end(), '_', '-');
  text += step_text(step_json(step, "{}", std::move(id)));
  return text += "\n  ]\n}\n";
}

} // namespace ropescope
