#include "app/shell/file_dialog.h"

#include <algorithm>
#include <cstdio>
#include <system_error>

#include <imgui.h>

namespace ropescope::shell {

namespace fs = std::filesystem;

void FileDialog::open() {
  std::error_code error;
  enter(folder_.empty() ? fs::current_path(error) : folder_);
  opening_ = open_ = true;
}

/// Lists the subfolders and the files that may describe a model. It never throws: where the folder cannot be read, the
/// dialog shows the reason in place of its entries.
void FileDialog::enter(const fs::path& folder) {
  folder_ = folder;
  folders_.clear();
  files_.clear();
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    const std::string name = path.filename().string();
    // Hidden entries are left out, as a home folder has many. A typed path still reaches them.
    if (name.starts_with(".")) continue;
    if (entry->is_directory(ignored))
      folders_.push_back({path, name + "/"});
    else if (path.extension() == ".json" || path.extension() == ".gguf")
      files_.push_back({path, name});
  }
  trouble_ = error ? error.message() : "";
  const auto by_path = [](const Entry& a, const Entry& b) { return a.path < b.path; };
  std::sort(folders_.begin(), folders_.end(), by_path);
  std::sort(files_.begin(), files_.end(), by_path);
  // The path ends with a slash, so that a person can type a file's name directly behind it.
  std::snprintf(typed_.data(), typed_.size(), "%s", (folder_ / "").string().c_str());
}

/// A line for each; the one that was clicked in this frame.
const FileDialog::Entry* FileDialog::choose(const std::vector<Entry>& entries) const {
  const Entry* clicked = nullptr;
  for (const Entry& entry : entries) {
    ImGui::PushID(&entry); // a name may be anything, "##" among it
    if (ImGui::Selectable(entry.words.c_str())) clicked = &entry;
    ImGui::PopID();
  }
  return clicked;
}

std::optional<fs::path> FileDialog::draw() {
  constexpr const char* name = "Open a config.json or GGUF file";
  // Dear ImGui names a popup relative to the window that is being drawn, so it is opened here and not in open().
  if (opening_) ImGui::OpenPopup(name);
  const float em = ImGui::GetFontSize();
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({display.x / 2, display.y / 2}, ImGuiCond_Appearing, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({em * 38, em * 26}, ImGuiCond_Appearing);
  open_ = ImGui::BeginPopupModal(name, nullptr, ImGuiWindowFlags_NoSavedSettings);
  if (!open_) return std::nullopt;

  std::optional<fs::path> chosen;
  if (opening_) ImGui::SetKeyboardFocusHere();
  opening_ = false;
  ImGui::SetNextItemWidth(-em * 8.5f);
  const bool entered = ImGui::InputText("##path", typed_.data(), typed_.size(),
                                        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  ImGui::SameLine();
  const bool pressed = ImGui::Button("Open");
  ImGui::SameLine();
  if (ImGui::Button("Cancel")) ImGui::CloseCurrentPopup();

  // Only remembered until all entries are drawn: enter() replaces the lists that the loops below walk through.
  std::optional<fs::path> folder;
  if (entered || pressed) {
    std::error_code error;
    const fs::path path(typed_.data());
    if (fs::is_directory(path, error))
      folder = path;
    else
      chosen = path;
  }
  ImGui::BeginChild("entries", {0, 0}, true);
  if (!trouble_.empty()) ImGui::TextUnformatted(trouble_.c_str());
  if (folder_.has_parent_path() && ImGui::Selectable("..")) folder = folder_.parent_path();
  if (const Entry* entry = choose(folders_)) folder = entry->path;
  if (const Entry* entry = choose(files_)) chosen = entry->path;
  ImGui::EndChild();
  if (folder) enter(*folder);
  // A popup can be closed only between its Begin and its End. close() therefore leaves a wish, which is met here.
  if (chosen || closing_) ImGui::CloseCurrentPopup();
  closing_ = false;
  ImGui::EndPopup();
  return chosen;
}

} // namespace ropescope::shell
