#include "app/shell/take_home_dialog.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>

#include "app/canvas/widgets.h"
#include "app/lecture/lecture_scene.h"
#include "app/scene/property.h"
#include "app/shell/folder_listing.h"
#include "app/shell/job_dialog.h"
#include "app/shell/picture_file.h"
#include "core/error.h"

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

constexpr JobDialogWords dialog{.popup = "##take home",
                                .asks = "Take this lecture home",
                                .works = "The lecture is being written",
                                .write = "Write it",
                                .of_control = "take home "};

/// What a lecture can be written as.
struct Kind {
  std::string_view words, help, ending;
  bool notes = false, film = false;
};
constexpr Kind kinds[] = {
    {"PDF", "a page for each step, as it ends", ".pdf"},
    {"PDF with notes", "a handout: what is said stands below each step", ".pdf", true},
    {"HTML page", "one file that any browser steps through", ".html"},
    {"Pictures", "a folder with a PNG and an SVG of each step", ""},
    {"MP4", "a film of its presses and motions", ".mp4", false, true},
    {"GIF", "a film of its presses and motions, 960 pixels wide", ".gif", false, true},
};

bool can_be_had(const Kind& kind) { return !kind.film || is_installed("ffmpeg"); }

/// The lecture within the program that has this title: such a one has no file.
std::string embedded_name(const lecture::Lecture& lecture) {
  for (const EmbeddedLecture& each : embedded_lectures())
    if (lecture::read_lecture(each.text).title == lecture.title) return std::string(each.name);
  return {};
}

} // namespace

void TakeHomeDialog::open(const Lectern& lectern, const fs::path& folder) {
  open_ = opening_ = true;
  writes_ = false;
  trouble_.clear();
  folder_ = folder;
  lecture_ = lectern.file.empty() ? embedded_name(lectern.player.lecture()) : lectern.file;
  name_ = fs::path(lecture_).stem().string();
  choose(can_be_had(kinds[kind_]) ? kind_ : 0);
}

void TakeHomeDialog::choose(std::size_t kind) {
  kind_ = kind;
  const std::string proposed = free_name((folder_ / name_).string() + std::string(kinds[kind].ending));
  const std::size_t count = std::min(proposed.size(), path_.size() - 1);
  std::copy_n(proposed.data(), count, path_.begin());
  path_[count] = '\0';
}

bool TakeHomeDialog::key(int key) {
  if (!open_) return false;
  if (key == GLFW_KEY_ESCAPE) close();
  if (key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER) writes_ = true;
  const int by = key == GLFW_KEY_DOWN ? 1 : key == GLFW_KEY_UP ? -1 : 0;
  const int next = static_cast<int>(kind_) + by;
  if (by != 0 && next >= 0 && next < static_cast<int>(std::size(kinds)) &&
      can_be_had(kinds[static_cast<std::size_t>(next)]))
    choose(static_cast<std::size_t>(next));
  return key == GLFW_KEY_ESCAPE || key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER || by != 0;
}

void TakeHomeDialog::draw_kinds(const Canvas& c) {
  for (std::size_t i = 0; i < std::size(kinds); ++i) {
    const bool can = can_be_had(kinds[i]);
    ImGui::BeginDisabled(!can);
    if (ImGui::RadioButton(c.id("{}: {}{}", kinds[i].words, kinds[i].help, can ? "" : " (needs ffmpeg)"), i == kind_))
      choose(i);
    ImGui::EndDisabled();
    c.note(c.words("take home {}", kinds[i].words), {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
  }
  ImGui::Spacing();
  ImGui::SetNextItemWidth(-1);
  ImGui::InputText("##take home path", path_.data(), path_.size());
  c.note("take home path", {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
}

std::optional<TakeHomeWish> TakeHomeDialog::wanted(const Scene& scene) {
  try {
    const Kind& kind = kinds[kind_];
    const fs::path whole = expanded(path_.data(), folder_);
    if (path_[0] == '\0' || !fs::is_directory(whole.parent_path()))
      throw Error(fmt::format("there is no folder {}", abbreviated(whole.parent_path())));
    std::error_code error;
    if (fs::exists(whole, error))
      throw Error(fmt::format("{} is there already: choose another name", whole.filename().string()));
    if (whole.extension().string() != kind.ending)
      throw Error(fmt::format("{}: expected a name that ends in {}", whole.filename().string(),
                              kind.ending.empty() ? "no dot and letters" : kind.ending));
    if (lecture_.empty()) throw Error("this lecture has no file to be written from");
    return TakeHomeWish{.lecture = lecture_,
                        .theme = std::get<std::string>(get(scene, *find_property("theme"))),
                        .notes = kind.notes,
                        .out = whole.string()};
  } catch (const Error& refused) {
    trouble_ = refused.what();
    return std::nullopt;
  }
}

TakeHomeDialog::Answer TakeHomeDialog::draw(const Canvas& c, const Scene& scene, const std::string& progress) {
  Answer answer;
  const bool opens = std::exchange(opening_, false), writes = std::exchange(writes_, false);
  answer.stops = job_dialog(
      c, dialog, opens, writes, open_, progress, trouble_, [&] { draw_kinds(c); },
      [&] {
        answer.wish = wanted(scene);
        return answer.wish.has_value();
      });
  return answer;
}

} // namespace ropescope::shell
