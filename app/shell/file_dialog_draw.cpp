#include <algorithm>

#include <imgui.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/shell/file_dialog.h"

// How the dialog looks.

namespace ropescope::shell {

namespace {

constexpr const char* popup = "##file dialog";

float line_height(const Canvas& c) { return compat::font_size(c.fonts.body) * 1.5f; }

/// A line of a list, with its words; 1: clicked, 2: clicked twice.
int line(const Canvas& c, int id, bool selected, std::string_view words, ImU32 colour) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = line_height(c);
  ImGui::PushID(id);
  const bool clicked = ImGui::Selectable(
      "##line", selected, ImGuiSelectableFlags_AllowDoubleClick | ImGuiSelectableFlags_DontClosePopups, {0, height});
  ImGui::PopID();
  const float y = at.y + (height - compat::font_size(c.fonts.body)) / 2;
  text(c, {at.x + c.px(6), y}, c.fonts.body, colour, shortened(c, c.fonts.body, words, width - c.px(12)));
  if (!clicked) return 0;
  return ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ? 2 : 1;
}

/// A switch: its box and its words. True where it was clicked.
bool flag(const Canvas& c, const char* id, std::string_view words, bool on) {
  const float side = c.px(14), height = line_height(c);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = side + c.px(8) + text_width(c.fonts.small, words);
  const bool clicked = hit(id, {at, {at.x + width, at.y + height}});
  c.note(id, {at, {at.x + width, at.y + height}});
  const float top = at.y + (height - side) / 2;
  const Rect box{{at.x, top}, {at.x + side, top + side}};
  c.paint.frame(box, c.theme.dim, c.stroke(1), c.px(3));
  if (on) c.paint.box(box.inset(c.px(3), c.px(3)), c.theme.accent, c.px(2));
  text(c, {at.x + side + c.px(8), at.y + (height - compat::font_size(c.fonts.small)) / 2}, c.fonts.small,
       ImGui::IsItemHovered() ? c.theme.text : c.theme.dim, words);
  ImGui::SetCursorScreenPos({at.x + width + c.px(22), at.y});
  return clicked;
}

/// As much of a path's end as fits, since that tells one folder from another.
std::string_view end_of(const Canvas& c, std::string_view words, float width) {
  if (text_width(c.fonts.small, words) <= width) return words;
  while (!words.empty() && text_width(c.fonts.small, c.words("…{}", words)) > width) {
    words.remove_prefix(1);
    while (!words.empty() && (static_cast<unsigned char>(words.front()) & 0xc0) == 0x80) words.remove_prefix(1);
  }
  return c.words("…{}", words);
}

} // namespace

std::optional<Chosen> FileDialog::draw(const Canvas& c, bool wait) {
  if (open_) take_seen(wait);
  // Dear ImGui names a popup relative to the window that is being drawn, so it is opened here and not in open().
  if (opening_) ImGui::OpenPopup(popup);
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(c.px(920), display.x * 0.94f), std::min(c.px(600), display.y * 0.92f)};
  ImGui::SetNextWindowPos({(display.x - size.x) / 2, (display.y - size.y) / 2});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(c.px(16), c.px(14)));
  const bool shown = ImGui::BeginPopupModal(popup, nullptr,
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoTitleBar |
                                                ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                                ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  if (!shown) {
    open_ = open_ && opening_; // something else has closed the popup
    return std::exchange(chosen_, std::nullopt);
  }
  // A popup can be closed only between its Begin and its End, so that close() is carried out here.
  if (!open_) {
    ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
    return std::exchange(chosen_, std::nullopt);
  }
  const ImVec2 least = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  text(c, least, c.fonts.title, c.theme.text, wish_.title);
  ImGui::SetCursorScreenPos({least.x, least.y + c.px(30)});
  draw_field(c, width);
  const float foot = line_height(c) + c.px(14), top = ImGui::GetCursorScreenPos().y;
  const float height = least.y + size.y - 2 * c.px(14) - top - foot, left = std::min(c.px(230), width * 0.32f);
  draw_places(c, {left, height});
  ImGui::SetCursorScreenPos({least.x + left + c.px(12), top});
  draw_list(c, {width - left - c.px(12), height});
  ImGui::SetCursorScreenPos({least.x, top + height + c.px(12)});
  if (asked_.empty())
    draw_foot(c);
  else
    draw_question(c);
  opening_ = false;
  if (!open_) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
  return std::exchange(chosen_, std::nullopt);
}

/// What is to be put into the field while it has the keyboard: Dear ImGui then has a text of its own.
int FileDialog::on_field(ImGuiInputTextCallbackData* data) {
  auto& dialog = *static_cast<FileDialog*>(data->UserData);
  if (data->EventFlag != ImGuiInputTextFlags_CallbackAlways || !dialog.replaces_typed_) return 0;
  const Replacement wanted = *std::exchange(dialog.replaces_typed_, std::nullopt);
  // Letters that were typed meanwhile stand behind it.
  const std::string present(data->Buf, static_cast<std::size_t>(data->BufTextLen));
  if (!present.starts_with(wanted.before)) return 0;
  data->DeleteChars(0, data->BufTextLen);
  data->InsertChars(0, (wanted.now + present.substr(wanted.before.size())).c_str());
  return 0;
}

void FileDialog::draw_field(const Canvas& c, float width) {
  // The field keeps the keyboard: what else is clicked gives it back at once.
  if (asked_.empty() && !ImGui::IsAnyItemActive() && !ImGui::IsMouseDown(ImGuiMouseButton_Left))
    ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(width);
  const std::string before = typed_.data();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const char* hint = wish_.saves() ? "a name, or a path" : "type a name or a path: ~ is your home folder";
  // CallbackCompletion keeps Tab from going to another control; complete() does the work.
  ImGui::InputTextWithHint("##path", hint, typed_.data(), typed_.size(),
                           ImGuiInputTextFlags_CallbackAlways | ImGuiInputTextFlags_CallbackCompletion |
                               (asked_.empty() ? 0 : ImGuiInputTextFlags_ReadOnly) |
                               (wish_.saves() ? ImGuiInputTextFlags_AutoSelectAll : 0), // typed over the proposed name
                           on_field, this);
  c.note("dialog.path", {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
  if (!ImGui::IsItemActive()) replaces_typed_.reset(); // the field took it from the buffer
  if (before != typed_.data()) typed_changed();
  for (const Key& pressed : std::exchange(keys_, {}))
    if (open_) do_key(pressed.key, pressed.modifiers);
  ImGui::SetCursorScreenPos({at.x, ImGui::GetItemRectMax().y + c.px(10)});
}

void FileDialog::draw_places(const Canvas& c, ImVec2 size) {
  ImGui::BeginChild("places", size, false, ImGuiWindowFlags_NoNav);
  std::optional<Place> clicked;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (place.begins_group) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      text(c, {at.x + c.px(6), at.y + c.px(8)}, c.fonts.heading, c.theme.dim,
           place.is_file ? "RECENT FILES" : "RECENT FOLDERS");
      ImGui::Dummy({1, c.px(24)});
    }
    const bool has_keyboard = focus_ == Focus::places && static_cast<int>(i) == selected_place_;
    if (line(c, static_cast<int>(i), has_keyboard || (!place.is_file && place.path == shown_), place.words,
             has_keyboard ? c.theme.accent : c.theme.text))
      clicked = place;
    c.note(c.words("dialog.place {}", place.words), {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    if (has_keyboard) ImGui::SetScrollHereY(0.5f);
    explain(c, c.words("{}", std::string_view(place.path.native())));
  }
  ImGui::EndChild();
  if (clicked) choose_place(*clicked);
}

void FileDialog::draw_list(const Canvas& c, ImVec2 size) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float head = line_height(c);
  // Kept while the folder is the same: a frame in which nothing changed allocates nothing.
  if (worded_ != shown_) worded_ = shown_, shown_words_ = abbreviated(shown_);
  text(c, {at.x, at.y + c.px(2)}, c.fonts.small, c.theme.dim, end_of(c, shown_words_, size.x - c.px(150)));
  const float up_width = c.px(64);
  if (button(c, "dialog.up", {{at.x + size.x - up_width, at.y - c.px(4)}, {at.x + size.x, at.y + head - c.px(8)}}, "Up",
             false, shown_.has_relative_path()))
    up();
  c.note("dialog.up", {{at.x + size.x - up_width, at.y - c.px(4)}, {at.x + size.x, at.y + head - c.px(8)}});
  ImGui::SetCursorScreenPos({at.x, at.y + head});
  ImGui::PushStyleColor(ImGuiCol_ChildBg, ImGui::ColorConvertU32ToFloat4(c.theme.ground));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::BeginChild("entries", {size.x, size.y - head}, true);
  if (!trouble_.empty() || visible_.empty()) {
    const std::string_view words = !trouble_.empty()                     ? std::string_view(trouble_)
                                   : reader_.working()                   ? "reading the folder …"
                                   : typed_[0] != '\0' && !wish_.saves() ? "nothing here is called so"
                                   : entries_.empty()                    ? "the folder is empty"
                                                      : "no such files here; \"all files\" shows the others";
    const ImVec2 begin = ImGui::GetCursorScreenPos();
    const float end = wrapped_text(c, {begin.x + c.px(6), begin.y}, ImGui::GetContentRegionAvail().x - c.px(12),
                                   c.fonts.body, trouble_.empty() ? c.theme.dim : c.theme.bad, words);
    ImGui::Dummy({1, end - begin.y});
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(visible_.size()), line_height(c));
  if (scrolls_ && selected_ >= 0) {
    const float y = static_cast<float>(selected_) * line_height(c), room = ImGui::GetWindowHeight() - c.px(20);
    if (y < ImGui::GetScrollY() || y + line_height(c) > ImGui::GetScrollY() + room) ImGui::SetScrollY(y - room / 2);
  }
  scrolls_ = false;
  const std::vector<int>* const rows = &visible_;
  std::size_t count = rows->size();
  while (clipper.Step())
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd && rows->size() == count; ++row) draw_entry(c, row);
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
}

void FileDialog::draw_entry(const Canvas& c, int row) {
  const FolderEntry& drawn = *entry(row);
  const bool marked = marked_.contains(drawn.name);
  const int clicks = line(c, row, marked || row == selected_, drawn.is_folder ? c.words("{}/", drawn.name) : drawn.name,
                          drawn.is_folder ? c.theme.accent : c.theme.text);
  c.note(c.words("dialog.entry {}", drawn.name), {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
  if (clicks == 0) return;
  const FolderEntry e = drawn; // a copy: what a click does may replace the list
  focus_ = Focus::list;
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyCtrl && !e.is_folder && !wish_.saves()) {
    // The first of several was selected by a plain click.
    if (marked_.empty() && selected_by_hand_) mark(selected_);
    if (!marked_.erase(e.name)) marked_.insert(e.name);
  } else if (io.KeyShift && selected_ >= 0 && !wish_.saves()) {
    for (int i = std::min(row, selected_); i <= std::max(row, selected_); ++i) mark(i);
  } else
    marked_.clear();
  selected_ = row;
  selected_by_hand_ = true;
  if (wish_.saves() && !e.is_folder) set_typed(e.name);
  if (clicks == 2) act_on(e);
}

void FileDialog::draw_foot(const Canvas& c) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float right = at.x + ImGui::GetContentRegionAvail().x, height = line_height(c), wide = c.px(92);
  if (flag(c, "dialog.hidden", "hidden (Ctrl+H)", hidden_)) hidden_ = !hidden_, filter();
  if (!wish_.endings.empty() && flag(c, "dialog.all", "all files", all_files_)) all_files_ = !all_files_, filter();
  const float room = right - 2 * wide - c.px(28) - ImGui::GetCursorScreenPos().x;
  const std::string_view keys = marked_.size() > 1 ? c.words("{} files", marked_.size())
                                                   : "↑ ↓  Enter  Backspace: up  Tab: completes  Shift+Tab: places";
  text(c, {ImGui::GetCursorScreenPos().x, at.y + (height - compat::font_size(c.fonts.small)) / 2}, c.fonts.small,
       c.theme.dim, shortened(c, c.fonts.small, keys, std::max(0.0f, room)));
  const Rect cancel{{right - 2 * wide - c.px(10), at.y}, {right - wide - c.px(10), at.y + height}},
      ok{{right - wide, at.y}, {right, at.y + height}};
  c.note("dialog.cancel", cancel);
  c.note("dialog.ok", ok);
  if (button(c, "dialog.cancel", cancel, "Cancel")) close();
  if (button(c, "dialog.ok", ok, wish_.button(), true)) confirm();
}

void FileDialog::draw_question(const Canvas& c) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float right = at.x + ImGui::GetContentRegionAvail().x, height = line_height(c), wide = c.px(92);
  const Rect keep{{right - 2 * wide - c.px(10), at.y}, {right - wide - c.px(10), at.y + height}},
      replace{{right - wide, at.y}, {right, at.y + height}};
  text(c, {at.x, at.y + (height - compat::font_size(c.fonts.body)) / 2}, c.fonts.body, c.theme.bad,
       shortened(c, c.fonts.body, c.words("{} is there already. Replace it?", asked_.filename().string()),
                 keep.least.x - at.x - c.px(12)));
  c.note("dialog.keep", keep);
  c.note("dialog.replace", replace);
  if (button(c, "dialog.keep", keep, "Keep", !answer_)) asked_.clear();
  if (button(c, "dialog.replace", replace, "Replace", answer_)) choose({std::exchange(asked_, {}).string()});
}

} // namespace ropescope::shell
