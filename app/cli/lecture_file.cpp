#include "app/cli/lecture_file.h"

#include <filesystem>

#include <fmt/format.h>

#include "app/cli/say.h"
#include "app/lecture/lecture_scene.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::cli {

LectureFile read_lecture_file(const std::string& file_or_name) {
  LectureFile file;
  const std::string text = lecture_text(file_or_name, file.name);
  std::error_code error;
  if (std::filesystem::exists(file_or_name, error)) file.path = std::filesystem::absolute(file_or_name).string();
  file.lecture = lecture::read_lecture(text, scene_rules());
  if (!file.lecture.readable) throw Error(lecture::sentence(file.lecture.troubles.front(), file.name));
  for (const lecture::Trouble& trouble : file.lecture.troubles) say(lecture::sentence(trouble, file.name));
  return file;
}

std::optional<std::size_t> step_asked(const LectureFile& file, const std::string& step) {
  if (step.empty()) return std::nullopt;
  const auto found = lecture::find_step(file.lecture, step);
  if (!found)
    throw Error(fmt::format("--step {}: {} has steps 1 … {}, by number or by id", in_quotes(step), file.name,
                            file.lecture.steps.size()));
  return found;
}

} // namespace ropescope::cli
