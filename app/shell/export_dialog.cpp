#include "app/shell/export_dialog.h"

#include <algorithm>
#include <system_error>

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>

#include "app/canvas/file_painters.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/shell/folder_listing.h"
#include "core/error.h"

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

constexpr const char* popup = "##export";
constexpr std::string_view themes[] = {"dark", "light", "paper"};
constexpr std::string_view sizes[] = {"1600x1000", "1920x1080", "85x60mm", "170x100mm"};
constexpr int scales[] = {1, 2, 4};
// The rows, in their order; the last two are typed fields.
enum Row : std::size_t { what_row, format_row, theme_row, size_row, scale_row, marks_row, path_row };

bool is_enter(int key) { return key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER; }

float line_height(const Canvas& c) { return compat::font_size(c.fonts.body) * 1.6f; }

} // namespace

void ExportDialog::open(const Scene& scene, std::array<int, 2> picture, std::array<int, 2> window,
                        const fs::path& folder) {
  open_ = opening_ = true;
  asks_ = wants_export_ = false;
  trouble_.clear();
  turned_ = 0;
  row_ = 0;
  picture_ = picture, window_ = window;
  folder_ = folder;
  is_proposed_ = true;
  const auto endings = export_endings(shown_picture(scene));
  if (std::find(endings.begin(), endings.end(), choice.ending) == endings.end()) choice.ending = ".png";
  propose(scene);
}

void ExportDialog::set_path(const std::string& path) {
  const std::size_t size = std::min(path.size(), path_.size() - 1);
  std::copy_n(path.data(), size, path_.begin());
  path_[size] = '\0';
}

/// A name that says what it is, where no person has given one; of a given name the ending alone follows the format.
void ExportDialog::propose(const Scene& scene) {
  if (!is_proposed_) return set_path(fs::path(path_.data()).replace_extension(choice.ending).string());
  ExportAs as;
  as.window = choice.window;
  set_path(free_name((folder_ / proposed_name(scene, as)).string() + choice.ending));
}

void ExportDialog::take_place(const std::string& path) {
  is_proposed_ = false;
  const std::string ending = fs::path(path).extension().string();
  // The ending says what is written, whatever was chosen before.
  if (ending == ".png" || ending == ".csv" || file_format_of(ending)) choice.ending = ending;
  set_path(ending == choice.ending ? path : path + choice.ending);
}

ExportAs ExportDialog::chosen() const {
  const std::array<int, 2>& here = choice.window ? window_ : picture_;
  ExportAs as{choice.ending,
              {static_cast<double>(here[0]), static_cast<double>(here[1])},
              static_cast<double>(choice.scale),
              choice.bare,
              choice.window};
  if (!choice.size.empty()) as.size = parse_size(choice.size);
  sheet_of(as.size, as.scale, usual_dpi, file_format_of(as.ending)); // throws where it is too large
  return as;
}

std::vector<ExportDialog::Choices> ExportDialog::rows(const Scene& scene) const {
  const auto place = [](const auto& list, const auto& value) {
    const auto at = std::find(std::begin(list), std::end(list), value);
    return static_cast<std::size_t>(at - std::begin(list));
  };
  const auto endings = export_endings(shown_picture(scene));
  std::vector<Choices> all(path_row);
  all[what_row] = {"What", {"the picture", "the whole window"}, choice.window ? 1u : 0u};
  all[format_row] = {"Format", {}, place(endings, choice.ending)};
  for (const std::string_view ending : endings) all[format_row].choices.emplace_back(ending.substr(1));
  all[theme_row] = {"Theme", {"as here", "dark", "light", "paper"}, 0};
  if (choice.theme) all[theme_row].chosen = 1 + static_cast<std::size_t>(*choice.theme);
  const std::array<int, 2> here = choice.window ? window_ : picture_;
  all[size_row] = {
      "Size",
      {fmt::format("as here, {}×{}", here[0], here[1]), "1600×1000", "1920×1080", "85×60 mm", "170×100 mm"},
      choice.size.empty() ? 0 : 1 + place(sizes, choice.size)};
  all[scale_row] = {"Scale", {"×1", "×2", "×4"}, place(scales, choice.scale)};
  all[marks_row] = {"Marks", {"with read-outs and marks", "bare"}, choice.bare ? 1u : 0u};
  return all;
}

void ExportDialog::choose(std::size_t row, std::size_t chosen, const Scene& scene) {
  trouble_.clear();
  asks_ = false;
  if (row == what_row) choice.window = chosen == 1;
  if (row == format_row) choice.ending = export_endings(shown_picture(scene))[chosen];
  if (row == theme_row) choice.theme = chosen == 0 ? std::nullopt : std::optional(static_cast<ThemeName>(chosen - 1));
  if (row == size_row) choice.size = chosen == 0 ? "" : sizes[chosen - 1];
  if (row == scale_row) choice.scale = scales[chosen];
  if (row == marks_row) choice.bare = chosen == 1;
  propose(scene);
}

bool ExportDialog::key(int key, int) {
  if (!open_) return false;
  if (key == GLFW_KEY_ESCAPE) {
    if (asks_)
      asks_ = false;
    else
      close();
    return true;
  }
  if (is_enter(key)) {
    wants_export_ = !asks_ || answer_;
    if (asks_ && !answer_) asks_ = false;
    return true;
  }
  const bool sideways = key == GLFW_KEY_LEFT || key == GLFW_KEY_RIGHT;
  if (asks_) {
    if (sideways || key == GLFW_KEY_TAB) answer_ = !answer_;
    return true;
  }
  if (key == GLFW_KEY_UP && row_ > 0) --row_;
  if ((key == GLFW_KEY_DOWN || key == GLFW_KEY_TAB) && row_ < path_row) ++row_;
  if (row_ == path_row) return key == GLFW_KEY_UP || key == GLFW_KEY_DOWN || key == GLFW_KEY_TAB;
  if (sideways) turned_ += key == GLFW_KEY_RIGHT ? 1 : -1;
  return true;
}

/// Where a file of the name is there already a person is asked first.
void ExportDialog::try_to_export() {
  if (!std::exchange(wants_export_, false)) return;
  const bool may_replace = std::exchange(answer_, false);
  std::error_code error;
  try {
    chosen();
    if (path_[0] == '\0') throw Error("the file has no name");
    const fs::path whole = expanded(path_.data(), folder_);
    set_path(whole.string());
    if (whole.extension() != choice.ending)
      throw Error(fmt::format("{}: expected a name that ends in {}", whole.filename().string(), choice.ending));
    if (!fs::is_directory(whole.parent_path(), error))
      throw Error(fmt::format("there is no folder {}", abbreviated(whole.parent_path())));
    asks_ = !may_replace && fs::exists(whole, error);
    if (asks_) return;
    open_ = false;
    exports_ = true;
  } catch (const Error& refused) {
    trouble_ = refused.what();
    asks_ = false;
  }
}

ExportDialog::Answer ExportDialog::draw(const Canvas& c, const Scene& scene) {
  Answer answer;
  const bool opens = std::exchange(opening_, false);
  if (opens) ImGui::OpenPopup(popup);
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float row_height = line_height(c) + c.px(8);
  const ImVec2 size{std::min(c.px(760), display.x * 0.96f),
                    std::min(c.px(150) + row_height * static_cast<float>(path_row + 1), display.y * 0.96f)};
  ImGui::SetNextWindowPos({(display.x - size.x) / 2, (display.y - size.y) / 2});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(c.px(18), c.px(14)));
  const bool shown = ImGui::BeginPopupModal(popup, nullptr,
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoTitleBar |
                                                ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove);
  ImGui::PopStyleVar();
  if (!shown) {
    open_ = open_ && opens; // something else has closed the popup
    return answer;
  }
  const ImVec2 least = ImGui::GetCursorScreenPos();
  text(c, least, c.fonts.title, c.theme.text, "Export");
  ImGui::SetCursorScreenPos({least.x, least.y + c.px(34)});
  const std::vector<Choices> all = rows(scene);
  for (std::size_t i = 0; i < all.size(); ++i) draw_row(c, i, all[i], scene);
  draw_path(c, answer);
  draw_foot(c);
  try_to_export();
  answer.exports = std::exchange(exports_, false);
  if (!open_) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
  return answer;
}

/// A row of buttons, of which one is lit. The keyboard's row has a bar at its left.
void ExportDialog::draw_row(const Canvas& c, std::size_t index, const Choices& row, const Scene& scene) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = line_height(c), left = c.px(78), right = at.x + ImGui::GetContentRegionAvail().x;
  const bool has_keyboard = index == row_;
  if (has_keyboard) c.paint.box({{at.x - c.px(9), at.y}, {at.x - c.px(6), at.y + height}}, c.theme.accent);
  text(c, {at.x, at.y + (height - compat::font_size(c.fonts.body)) / 2}, c.fonts.body,
       has_keyboard ? c.theme.text : c.theme.dim, row.words);
  const int turned = has_keyboard ? std::exchange(turned_, 0) : 0;
  const auto last = static_cast<int>(row.choices.size()) - 1;
  if (turned)
    choose(index, static_cast<std::size_t>(std::clamp(static_cast<int>(row.chosen) + turned, 0, last)), scene);
  // As wide as their words, or closer where all of them would not fit.
  float wanted = 0;
  for (const std::string& words : row.choices) wanted += text_width(c.fonts.body, words) + c.px(30);
  const float squeeze = std::min(1.0f, (right - at.x - left) / wanted);
  float x = at.x + left;
  for (std::size_t i = 0; i < row.choices.size(); ++i) {
    const float width = (text_width(c.fonts.body, row.choices[i]) + c.px(30)) * squeeze;
    const Rect area{{x, at.y}, {x + width - c.px(6), at.y + height}};
    const char* id = c.id("export.{} {}", row.words, row.choices[i]);
    c.note(id, area);
    if (button(c, id, area, row.choices[i], i == row.chosen)) {
      row_ = index;
      choose(index, i, scene);
    }
    x += width;
  }
  ImGui::SetCursorScreenPos({at.x, at.y + height + c.px(8)});
}

void ExportDialog::draw_path(const Canvas& c, Answer& answer) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = line_height(c), left = c.px(78), wide = c.px(92);
  const float right = at.x + ImGui::GetContentRegionAvail().x;
  const bool has_keyboard = row_ == path_row;
  if (has_keyboard) c.paint.box({{at.x - c.px(9), at.y}, {at.x - c.px(6), at.y + height}}, c.theme.accent);
  text(c, {at.x, at.y + (height - compat::font_size(c.fonts.body)) / 2}, c.fonts.body,
       has_keyboard ? c.theme.text : c.theme.dim, "File");
  ImGui::SetCursorScreenPos({at.x + left, at.y});
  ImGui::SetNextItemWidth(right - at.x - left - wide - c.px(10));
  if (has_keyboard && !asks_ && !ImGui::IsAnyItemActive() && !ImGui::IsMouseDown(ImGuiMouseButton_Left))
    ImGui::SetKeyboardFocusHere();
  const std::string before = path_.data();
  ImGui::InputText("##path", path_.data(), path_.size(),
                   ImGuiInputTextFlags_AutoSelectAll | (asks_ ? ImGuiInputTextFlags_ReadOnly : 0));
  if (ImGui::IsItemClicked()) row_ = path_row;
  c.note("export.path", {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
  if (before != path_.data()) is_proposed_ = asks_ = false, trouble_.clear();
  const Rect place{{right - wide, at.y}, {right, at.y + height}};
  c.note("export.place", place);
  if (button(c, "export.place", place, "Place …")) {
    answer.asks_for_place = true;
    close();
  }
  ImGui::SetCursorScreenPos({at.x, at.y + height + c.px(16)});
}

void ExportDialog::draw_foot(const Canvas& c) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = line_height(c), wide = c.px(92), right = at.x + ImGui::GetContentRegionAvail().x;
  const Rect no{{right - 2 * wide - c.px(10), at.y}, {right - wide - c.px(10), at.y + height}},
      yes{{right - wide, at.y}, {right, at.y + height}};
  const std::string_view words =
      !trouble_.empty() ? std::string_view(trouble_)
      : asks_           ? c.words("{} is there already. Replace it?", fs::path(path_.data()).filename().string())
                        : "↑ ↓ ← → choose  Enter exports";
  text(c, {at.x, at.y + (height - compat::font_size(c.fonts.small)) / 2}, c.fonts.small,
       trouble_.empty() && !asks_ ? c.theme.dim : c.theme.bad,
       shortened(c, c.fonts.small, words, no.least.x - at.x - c.px(12)));
  c.note(asks_ ? "export.keep" : "export.cancel", no);
  c.note(asks_ ? "export.replace" : "export.ok", yes);
  if (button(c, "export.no", no, asks_ ? "Keep" : "Cancel", asks_ && !answer_)) {
    if (!asks_) close();
    asks_ = false;
  }
  if (button(c, "export.yes", yes, asks_ ? "Replace" : "Export", !asks_ || answer_)) {
    wants_export_ = true;
    answer_ = asks_;
  }
}

} // namespace ropescope::shell
