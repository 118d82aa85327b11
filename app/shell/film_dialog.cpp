#include "app/shell/film_dialog.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/shell/folder_listing.h"
#include "app/shell/job_dialog.h"
#include "app/shell/picture_file.h"
#include "core/error.h"

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

constexpr JobDialogWords dialog{.popup = "##film",
                                .asks = "Film of one property that moves",
                                .works = "A film is being made",
                                .write = "Make the film",
                                .of_control = "film.",
                                .closes = true};

/// What can move: the numbers that the panel has a control for.
std::vector<const Property*> moving() {
  std::vector<const Property*> rows;
  for (const Property* row : all_properties())
    if (row->section != Section::none && (row->kind == Kind::whole || row->kind == Kind::number)) rows.push_back(row);
  return rows;
}

template <std::size_t size>
void fill(std::array<char, size>& field, std::string_view words) {
  const std::size_t count = std::min(words.size(), size - 1);
  std::copy_n(words.data(), count, field.begin());
  field[count] = '\0';
}

/// A label and a field as wide as the rest of the line.
template <std::size_t size>
void typed(const Canvas& c, const char* label, std::array<char, size>& field) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(label);
  ImGui::SameLine(c.px(90));
  ImGui::SetNextItemWidth(-1);
  ImGui::InputText(c.id("##film.{}", label), field.data(), size);
  c.note(c.words("film.{}", label), {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
}

} // namespace

void FilmDialog::open(const Scene& scene, PictureSize size, const fs::path& folder) {
  open_ = opening_ = true;
  makes_ = false;
  trouble_.clear();
  size_ = size, folder_ = folder;
  if (!row_) {
    choose(*find_property("m"), scene);
    fill(seconds_, "5");
  }
  ExportAs as;
  // Where there is no ffmpeg, a folder of PNG files is what can be had.
  const std::string ending = is_installed("ffmpeg") ? ".mp4" : "";
  fill(path_, free_name((folder_ / (proposed_name(scene, as) + "_film")).string() + ending));
}

/// From where it stands to the end of its slider.
void FilmDialog::choose(const Property& row, const Scene& scene) {
  row_ = &row;
  const Value now = get(scene, row);
  const double* standing = std::get_if<double>(&now);
  const double from = standing ? *standing : row.slider_least;
  const double end = row.slider_to ? row.slider_to(scene) : row.slider_end != 0 ? row.slider_end : row.greatest;
  fill(from_, value_words(row, from));
  fill(to_, value_words(row, row.kind == Kind::whole ? std::round(end) : end));
}

bool FilmDialog::key(int key) {
  if (!open_) return false;
  if (key == GLFW_KEY_ESCAPE) close();
  if (key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER) makes_ = true;
  return key == GLFW_KEY_ESCAPE || key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER;
}

void FilmDialog::draw_fields(const Canvas& c, const Scene& scene) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted("Moves");
  ImGui::SameLine(c.px(90));
  ImGui::SetNextItemWidth(-1);
  if (ImGui::BeginCombo("##film.moves", c.id("{} ({})", row_->label, row_->key))) {
    for (const Property* row : moving())
      if (ImGui::Selectable(c.id("{} ({})", row->label, row->key), row == row_)) choose(*row, scene);
    ImGui::EndCombo();
  }
  c.note("film.Moves", {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
  typed(c, "From", from_);
  typed(c, "To", to_);
  typed(c, "Seconds", seconds_);
  typed(c, "File", path_);
  ImGui::TextUnformatted(is_installed("ffmpeg") ? ".mp4, .gif, or a folder for PNG files"
                                                : "a folder for PNG files; with ffmpeg also .mp4 and .gif");
}

std::optional<FilmWish> FilmDialog::wanted() {
  try {
    FilmWish wish;
    wish.size = size_;
    const std::string_view seconds = seconds_.data();
    const auto read = std::from_chars(seconds.data(), seconds.data() + seconds.size(), wish.seconds);
    if (read.ec != std::errc{} || read.ptr != seconds.data() + seconds.size() || !(wish.seconds > 0))
      throw Error("Seconds: expected a number greater than 0");
    for (const char* words : {from_.data(), to_.data()}) (void)parse_value(*row_, words); // throws
    wish.animate = fmt::format("{}={}..{}", row_->key, from_.data(), to_.data());
    const fs::path whole = expanded(path_.data(), folder_);
    if (path_[0] == '\0' || !fs::is_directory(whole.parent_path()))
      throw Error(fmt::format("there is no folder {}", abbreviated(whole.parent_path())));
    std::error_code error;
    if (fs::is_regular_file(whole, error))
      throw Error(fmt::format("{} is there already: choose another name", whole.filename().string()));
    wish.out = whole.string();
    return wish;
  } catch (const Error& refused) {
    trouble_ = refused.what();
    return std::nullopt;
  }
}

FilmDialog::Answer FilmDialog::draw(const Canvas& c, const Scene& scene, const std::string& progress) {
  Answer answer;
  const bool opens = std::exchange(opening_, false), writes = std::exchange(makes_, false);
  answer.stops = job_dialog(
      c, dialog, opens, writes, open_, progress, trouble_, [&] { draw_fields(c, scene); },
      [&] {
        answer.wish = wanted();
        return answer.wish.has_value();
      });
  return answer;
}

} // namespace ropescope::shell
