#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/lecture/json_lines.h"
#include "core/lecture/lecture.h"
#include "core/lecture/read_step.h"
#include "core/lecture/similar.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

using Json = nlohmann::ordered_json;

/// "lecture" and its version: what is newer, or no lecture, is not read at all.
std::optional<Trouble> refused_version(const Json& file, const JsonLines& lines) {
  const auto version = file.find("lecture");
  if (version == file.end())
    return Trouble{1, "",
                   "no lecture: expected \"lecture\": 1, the version of the format, beside \"title\" and \"steps\""};
  const int line = lines.line_of("/lecture");
  if (version->is_number_integer() && version->get<std::int64_t>() > format_version)
    return Trouble{
        line, "",
        fmt::format("this lecture is of format {}, and this program reads format {}: a newer Ropescope opens it",
                    version->get<std::int64_t>(), format_version)};
  if (!version->is_number_integer() || version->get<std::int64_t>() != format_version)
    return Trouble{line, "", fmt::format("\"lecture\": expected {}, the version of the format", format_version)};
  return std::nullopt;
}

void read_head(FileReader& reader, const Json& file) {
  Lecture& lecture = reader.lecture;
  lecture.title = reader.text(file, "", "title", true);
  if (const auto minutes = file.find("minutes"); minutes != file.end()) {
    if (minutes->is_number() && minutes->get<double>() > 0 && minutes->get<double>() < 1e6)
      lecture.minutes = minutes->get<double>();
    else
      reader.trouble("/minutes", "\"minutes\": expected a number above 0");
  }
  if (file.contains("theme")) {
    lecture.theme = reader.text(file, "", "theme", false);
    if (lecture.theme != "light" && lecture.theme != "dark") {
      reader.trouble("/theme", "\"theme\": expected \"light\" or \"dark\"");
      lecture.theme.clear();
    }
  }
}

/// The steps' seconds and the lecture's minutes, where both are there.
void check_pace(FileReader& reader) {
  double seconds = 0;
  for (const Step& step : reader.lecture.steps) {
    if (step.seconds == 0) return;
    seconds += step.seconds;
  }
  const double planned = reader.lecture.minutes * 60;
  if (planned > 0 && std::abs(seconds - planned) > 0.1 * planned)
    reader.trouble("/minutes",
                   fmt::format("the steps take {} s together, and \"minutes\" is {:g}, which is {} s", grouped(seconds),
                               reader.lecture.minutes, grouped(planned)),
                   true);
}

} // namespace

void FileReader::trouble(std::string_view pointer, std::string words, bool warning) {
  lecture.troubles.push_back({lines.line_of(pointer), step, std::move(words), warning});
}

std::string FileReader::text(const Json& object, std::string_view pointer, const char* key, bool required) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) return found->get<std::string>();
  if (found != object.end())
    trouble(pointer_to(pointer, key), fmt::format("\"{}\": expected words in quotes", key));
  else if (required)
    trouble(pointer, fmt::format("\"{}\" is missing", key));
  return {};
}

void FileReader::check_keys(const Json& object, std::string_view pointer, std::span<const Key> keys) {
  std::vector<std::string_view> known;
  for (const Key& key : keys) known.push_back(key.name);
  for (const auto& [key, value] : object.items()) {
    if (key.starts_with("x-") || std::find(known.begin(), known.end(), key) != known.end()) continue;
    trouble(pointer_to(pointer, key), fmt::format("unknown key {}{}", in_quotes(key), suggestion(key, known)));
  }
}

std::string sentence(const Trouble& trouble, std::string_view file) {
  std::string words = fmt::format("{}:{}: ", file, trouble.line);
  if (!trouble.step.empty()) words += fmt::format("step {}: ", in_quotes(trouble.step));
  return words + printable(trouble.words);
}

bool Lecture::has_errors() const {
  return std::any_of(troubles.begin(), troubles.end(), [](const Trouble& each) { return !each.warning; });
}

std::optional<std::size_t> find_step(const Lecture& lecture, std::string_view wanted) {
  for (std::size_t i = 0; i < lecture.steps.size(); ++i)
    if (lecture.steps[i].id == wanted) return i;
  std::size_t number = 0;
  if (wanted.empty() || wanted.size() > 4) return std::nullopt;
  for (const char c : wanted) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number >= 1 && number <= lecture.steps.size() ? std::optional(number - 1) : std::nullopt;
}

Lecture read_lecture(std::string_view text, const SceneRules& rules) {
  FileReader reader(rules);
  Lecture& lecture = reader.lecture;
  const auto refuse = [&](Trouble trouble) {
    lecture.troubles = {std::move(trouble)};
    lecture.steps.clear();
    return lecture;
  };
  if (const auto fault = read_lines(text, reader.lines)) return refuse({fault->line, "", fault->words});
  const Json file = Json::parse(text, nullptr, false, true);
  if (!file.is_object()) return refuse({1, "", "expected one JSON object, {\"lecture\": 1, …}"});
  if (auto refused = refused_version(file, reader.lines)) return refuse(*std::move(refused));
  reader.check_keys(file, "", file_keys());
  for (const std::string& pointer : reader.lines.twice)
    reader.trouble(pointer, fmt::format("{} stands twice; the last counts",
                                        in_quotes(std::string_view(pointer).substr(pointer.rfind('/') + 1))));
  read_head(reader, file);
  const auto steps = file.find("steps");
  if (steps == file.end() || !steps->is_array() || steps->empty())
    return refuse({reader.lines.line_of("/steps"), "", "\"steps\": expected a list of one step or more"});
  read_steps(reader, file, *steps);
  check_pace(reader);
  std::stable_sort(lecture.troubles.begin(), lecture.troubles.end(),
                   [](const Trouble& a, const Trouble& b) { return a.line < b.line; });
  lecture.readable = true;
  return lecture;
}

} // namespace ropescope::lecture
