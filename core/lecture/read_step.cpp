#include "core/lecture/read_step.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/lecture/show.h"
#include "core/lecture/similar.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

using Json = nlohmann::ordered_json;

// FORMAT: what a person in the back row can read, and what fits on the presenter's view.
constexpr std::size_t most_title_words = 6, most_title_letters = 48, most_lines = 2, most_line_letters = 60,
                      most_notes = 4;
constexpr double least_motion = 200, most_motion = 400, least_seconds = 5; // ms, ms, s
// A scene's keys whose value may be an object of its own.
constexpr std::string_view object_values[] = {"model", "q", "k"};

class StepReader {
public:
  StepReader(FileReader& reader, const Json& json, std::string pointer)
      : reader_(reader), json_(json), pointer_(std::move(pointer)) {}

  Step step;

  /// Everything but the scenes.
  void read_words() {
    step.line = reader_.lines.line_of(pointer_);
    step.pose_line = reader_.lines.line_of(at("pose"));
    step.motion_line = reader_.lines.line_of(at("then"));
    read_id();
    reader_.check_keys(json_, pointer_, step_keys());
    read_title();
    read_text();
    read_show_key();
    step.ask = reader_.text(json_, pointer_, "ask", false);
    step.answer = reader_.text(json_, pointer_, "answer", false);
    step.notes = texts("notes");
    if (step.notes.size() > most_notes)
      trouble(at("notes"), fmt::format("{} notes; {} at most", step.notes.size(), most_notes));
    read_grabs();
    read_claims();
    read_seconds();
  }

  /// The scenes: `before` is the one that the step before ends with, and becomes this one's.
  void read_scenes(Json& before) {
    Json pose = before, change = changes("pose"), motion = changes("then");
    pose.merge_patch(change);
    step.change = change.dump();
    Json end = pose;
    if (json_.contains("then") && json_["then"].is_object()) {
      read_milliseconds();
      end.merge_patch(motion);
      step.motion = motion.dump();
    }
    step.pose = pose.dump();
    step.end = end.dump();
    const std::string refused = refused_scene("pose", step.pose), refused_end = refused_scene("then", step.end);
    if (!refused.empty() || !refused_end.empty()) { // the step before it stays as it is
      step.pose = step.end = before.dump();
      return;
    }
    before = std::move(end);
  }

private:
  std::string at(std::string_view key) const { return pointer_to(pointer_, key); }
  void trouble(const std::string& pointer, std::string words) { reader_.trouble(pointer, std::move(words)); }

  /// The same, and the step cannot be shown.
  void block(const std::string& pointer, std::string words) {
    if (step.cannot.empty()) step.cannot = words;
    trouble(pointer, std::move(words));
  }

  void read_id() {
    const auto id = json_.find("id");
    if (id != json_.end() && id->is_string()) step.id = id->get<std::string>();
    if (!step.id.empty()) reader_.step = step.id;
    const bool good = std::all_of(step.id.begin(), step.id.end(),
                                  [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    if (step.id.empty() || !good)
      trouble(at("id"), "\"id\": expected lower-case letters, digits and \"-\", as in \"two-clocks\"");
  }

  void read_title() {
    step.title = reader_.text(json_, pointer_, "title", true);
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
    std::size_t words = 0;
    for (std::size_t i = 0; i < step.title.size(); ++i)
      words += !is_space(step.title[i]) && (i == 0 || is_space(step.title[i - 1]));
    if (words > most_title_words)
      trouble(at("title"), fmt::format("the title has {} words; {} at most", words, most_title_words));
    else if (const std::size_t letters = character_count(step.title); letters > most_title_letters)
      trouble(at("title"), fmt::format("the title has {} characters; {} at most", letters, most_title_letters));
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> result;
    const auto found = json_.find(key);
    if (found == json_.end()) return result;
    if (!found->is_array()) {
      trouble(at(key), fmt::format("\"{}\": expected a list of words in quotes", key));
      return result;
    }
    for (std::size_t i = 0; i < found->size(); ++i)
      if ((*found)[i].is_string())
        result.push_back((*found)[i].get<std::string>());
      else
        trouble(pointer_to(at(key), std::to_string(i)), fmt::format("\"{}\": expected words in quotes", key));
    return result;
  }

  void read_text() {
    const std::vector<std::string> written = texts("text");
    if (!json_.contains("text"))
      trouble(pointer_, "\"text\" is missing");
    else if (written.empty() || written.size() > most_lines)
      trouble(at("text"), fmt::format("\"text\": {} lines; 1 or {} are shown", written.size(), most_lines));
    for (std::size_t i = 0; i < std::min(written.size(), most_lines); ++i) {
      const std::string place = pointer_to(at("text"), std::to_string(i));
      try {
        std::vector<Run> runs = read_markup(written[i]);
        const bool computed = std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.computed; });
        // A computed number has as many characters as it has: such a line is measured when claims are judged.
        if (const std::size_t letters = computed ? 0 : character_count(plain_words(runs, nullptr));
            letters > most_line_letters)
          trouble(place, fmt::format("line {} has {} characters; {} at most", i + 1, letters, most_line_letters));
        step.text.push_back(std::move(runs));
        step.text_lines.push_back(reader_.lines.line_of(place));
      } catch (const Error& error) {
        trouble(place, fmt::format("line {}: {}", i + 1, error.what()));
      }
    }
  }

  void read_show_key() {
    const auto show = json_.find("show");
    if (show == json_.end()) return block(pointer_, "\"show\" is missing: which pictures are shown");
    try {
      step.show = read_show(*show);
    } catch (const Error& error) {
      return block(at("show"), error.what());
    }
    const auto& known = reader_.rules.pictures;
    const std::vector<std::string_view> names(known.begin(), known.end());
    for (const Column& column : step.show)
      for (const ShownPicture& picture : column.rows)
        if (!known.empty() && std::find(known.begin(), known.end(), picture.name) == known.end()) {
          block(at("show"), fmt::format("unknown picture {} in \"show\"{}", in_quotes(picture.name),
                                        suggestion(picture.name, names)));
        }
  }

  void read_grabs() {
    const auto grab = json_.find("grab");
    if (grab == json_.end()) return;
    if (!grab->is_object()) return trouble(at("grab"), "\"grab\": expected {\"handle\": \"what happens\"}");
    std::vector<std::string> handles;
    bool known = reader_.rules.handles != nullptr;
    for (const Column& column : step.show)
      for (const ShownPicture& picture : column.rows)
        if (known)
          for (std::string& handle : reader_.rules.handles(picture.name)) handles.push_back(std::move(handle));
    known = known && !handles.empty();
    const std::vector<std::string_view> names(handles.begin(), handles.end());
    for (const auto& [handle, hint] : grab->items()) {
      if (!hint.is_string()) {
        trouble(pointer_to(at("grab"), handle), "\"grab\": expected words in quotes: what happens");
        continue;
      }
      if (known && std::find(handles.begin(), handles.end(), handle) == handles.end()) {
        trouble(pointer_to(at("grab"), handle),
                fmt::format("no shown picture has a handle {}{}", in_quotes(handle), suggestion(handle, names)));
      }
      step.grabs.push_back({handle, hint.get<std::string>()});
    }
  }

  void read_claims() {
    const auto claims = json_.find("claims");
    if (claims == json_.end()) return;
    if (!claims->is_array()) return trouble(at("claims"), "\"claims\": expected a list of words in quotes");
    for (std::size_t i = 0; i < claims->size(); ++i) {
      const std::string place = pointer_to(at("claims"), std::to_string(i));
      if (!(*claims)[i].is_string()) {
        trouble(place, "\"claims\": expected words in quotes");
        continue;
      }
      WrittenClaim claim{(*claims)[i].get<std::string>(), reader_.lines.line_of(place), {}};
      try {
        claim.claim = read_claim(claim.words);
        step.claims.push_back(std::move(claim));
      } catch (const Error& error) {
        trouble(place, fmt::format("claim: {}", error.what()));
      }
    }
  }

  void read_seconds() {
    const auto seconds = json_.find("seconds");
    if (seconds == json_.end()) return;
    if (seconds->is_number_integer() && seconds->get<double>() >= least_seconds && seconds->get<double>() < 1e6)
      step.seconds = seconds->get<double>();
    else
      trouble(at("seconds"), fmt::format("\"seconds\": expected a whole number from {}", least_seconds));
  }

  void read_milliseconds() {
    const auto milliseconds = json_["then"].find("ms");
    const std::string place = pointer_to(at("then"), "ms");
    step.milliseconds = least_motion;
    if (milliseconds == json_["then"].end())
      return trouble(at("then"), "\"then\": \"ms\" is missing: a motion lasts 200 to 400");
    if (!milliseconds->is_number()) return trouble(place, "\"ms\": expected a number: a motion lasts 200 to 400");
    const double asked = milliseconds->get<double>();
    step.milliseconds = std::clamp(asked, least_motion, most_motion);
    if (step.milliseconds != asked) trouble(place, fmt::format("\"ms\" is {:g}; a motion lasts 200 to 400", asked));
  }

  /// What "pose" or "then" changes, without what cannot be. A key that nobody knows does no harm and stays in it, so
  /// that a picture that is not there yet finds its options.
  Json changes(const char* key) {
    const auto found = json_.find(key);
    if (found == json_.end()) return Json::object();
    if (!found->is_object()) {
      block(at(key), fmt::format("\"{}\": expected a part of a scene, as in {{\"m\": 137}}", key));
      return Json::object();
    }
    Json change = *found;
    if (std::string_view(key) == "then") change.erase("ms");
    return taken(change, key, [&](const std::string& place, std::string words) { block(place, std::move(words)); });
  }

public:
  /// The keys of a change that the rules take.
  template <typename Refuse>
  Json taken(const Json& change, const std::string& key, Refuse refuse) {
    Json result = Json::object();
    for (const auto& [name, value] : change.items()) {
      const bool is_group = value.is_object() && std::find(std::begin(object_values), std::end(object_values), name) ==
                                                     std::end(object_values);
      const std::string place = pointer_to(at(key), name);
      if (!is_group) {
        if (is_taken(Json{{name, value}}, place, key, refuse)) result[name] = value;
        continue;
      }
      Json group = Json::object();
      for (const auto& [inner, inner_value] : value.items())
        if (is_taken(Json{{name, {{inner, inner_value}}}}, pointer_to(place, inner), key, refuse))
          group[inner] = inner_value;
      result[name] = std::move(group);
    }
    return result;
  }

private:
  template <typename Refuse>
  bool is_taken(const Json& change, const std::string& place, const std::string& key, Refuse refuse) {
    if (!reader_.rules.refuse_change) return true;
    const std::string words = reader_.rules.refuse_change(change.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (words.empty()) return true;
    const bool unknown = words.starts_with("unknown key");
    refuse(place, unknown ? fmt::format("{}: {}", key, words)
                          : fmt::format("{}: {}; the step before it stays as it is", key, words));
    return unknown;
  }

  std::string refused_scene(const char* key, const std::string& scene) {
    if (!reader_.rules.refuse_scene || !step.cannot.empty()) return {};
    const std::string words = reader_.rules.refuse_scene(scene);
    if (words.empty()) return {};
    // The sentence begins with the key that is at fault, where there is one.
    const std::string named = pointer_to(at(key), words.substr(0, words.find(':')));
    block(reader_.lines.at.contains(named) ? named
          : json_.contains(key)            ? at(key)
                                           : pointer_,
          fmt::format("{}: {}; the step before it stays as it is", key, words));
    return words;
  }

  FileReader& reader_;
  const Json& json_;
  std::string pointer_;
};

} // namespace

void read_steps(FileReader& reader, const Json& file, const Json& steps) {
  Json scene = Json::object(), taken = Json::object();
  if (const auto start = file.find("start"); start != file.end()) {
    if (start->is_object())
      taken = StepReader(reader, file, "").taken(*start, "start", [&](const std::string& place, std::string words) {
        reader.trouble(place, std::move(words));
      });
    else
      reader.trouble("/start", "\"start\": expected a part of a scene, as in {\"model\": \"llama-2-7b\"}");
  }
  scene.merge_patch(taken); // a null is the default, and no part of the scene
  std::set<std::string> ids;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string pointer = pointer_to("/steps", std::to_string(i));
    reader.step = std::to_string(i + 1);
    if (!steps[i].is_object()) {
      reader.trouble(pointer, "expected a step, {\"id\": …, \"title\": …, \"text\": …, \"show\": …}");
      continue;
    }
    StepReader step(reader, steps[i], pointer);
    step.read_words();
    step.read_scenes(scene);
    if (!step.step.id.empty() && !ids.insert(step.step.id).second)
      reader.trouble(pointer_to(pointer, "id"), fmt::format("another step has the id {}", in_quotes(step.step.id)));
    reader.lecture.steps.push_back(std::move(step.step));
  }
  reader.step.clear();
}

} // namespace ropescope::lecture
