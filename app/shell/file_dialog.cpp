#include "app/shell/file_dialog.h"

#include <algorithm>
#include <cctype>
#include <system_error>

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "core/open/hub.h"

// What the dialog knows and what keys do; how it looks lies in file_dialog_draw.cpp.

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
  return small;
}

bool is_enter(int key) { return key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER; }

} // namespace

bool FileWish::expects(std::string_view file) const {
  const std::string name = lower(file);
  return endings.empty() ||
         std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) { return name.ends_with(ending); });
}

void FileDialog::open(FileWish wish, const Recent& recent) {
  if (wish.folder.empty()) wish.folder = folder_;
  std::error_code error;
  if (wish.folder.empty()) wish.folder = fs::current_path(error);
  wish_ = std::move(wish);
  open_ = opening_ = true;
  asked_.clear();
  chosen_.reset();
  keys_.clear();
  replaces_typed_.reset();
  focus_ = Focus::list;
  find_places(recent);
  set_typed({});
  enter(wish_.folder);
  set_typed(wish_.name);
}

void FileDialog::close() {
  open_ = false;
  reader_.abandon();
}

/// Where models are, and what was opened last.
void FileDialog::find_places(const Recent& recent) {
  places_.clear();
  selected_place_ = 0;
  std::error_code error;
  if (const auto home = home_folder()) places_.push_back({"Home", *home});
  if (const fs::path here = fs::current_path(error); !error) places_.push_back({"Current folder", here});
  if (const auto cache = hub_cache()) places_.push_back({"Hugging Face cache", *cache});
  bool first = true;
  for (const fs::path& folder : recent.folders()) {
    places_.push_back({abbreviated(folder), folder, false, first});
    first = false;
  }
  if (wish_.saves()) return;
  first = true;
  for (const fs::path& file : recent.files()) {
    // Every model's file is called so: its folder tells which it is.
    const bool is_usual = file.filename() == "config.json" || file.filename() == "params.json";
    const fs::path words = is_usual ? file.parent_path().filename() / file.filename() : file.filename();
    places_.push_back({words.string(), file, true, first});
    first = false;
  }
}

/// Goes into a folder, in which names are typed from now on.
void FileDialog::enter(const fs::path& folder, std::string select) {
  folder_ = folder;
  shown_.clear();
  select_ = std::move(select);
  show(folder);
}

/// Begins to read a folder, where it is another one than before.
void FileDialog::show(const fs::path& folder) {
  if (folder == shown_) return;
  shown_ = folder;
  entries_.clear();
  visible_.clear();
  marked_.clear();
  trouble_.clear();
  selected_ = -1;
  selected_by_hand_ = looks_up_ = false;
  reader_.begin({folder});
}

void FileDialog::take_seen(bool wait) {
  // working() before take(): what is given between the two then comes with the next call.
  for (bool working = true; working;) {
    working = wait && reader_.working();
    for (Seen& seen : reader_.take()) take(std::move(seen));
  }
}

void FileDialog::take(Seen seen) {
  if (seen.kind == Seen::Kind::file || (seen.kind == Seen::Kind::nothing && wish_.saves() && seen.trouble.empty())) {
    if (seen.kind == Seen::Kind::nothing || !wish_.saves()) return choose({seen.path.string()});
    asked_ = std::move(seen.path);
    answer_ = false;
    return;
  }
  if (seen.kind == Seen::Kind::nothing) { // the list was abandoned for this look, and comes again
    const fs::path listed = std::exchange(shown_, {});
    show(listed);
    trouble_ = seen.trouble.empty() ? fmt::format("there is no file {}", abbreviated(seen.path)) : seen.trouble;
    return;
  }
  if (seen.is_typed && std::exchange(looks_up_, false)) { // the path that was typed is a folder
    folder_ = shown_ = seen.path;
    entries_.clear();
    marked_.clear();
    set_typed({});
  }
  if (!seen.trouble.empty()) trouble_ = fmt::format("{} cannot be read: {}", abbreviated(seen.path), seen.trouble);
  const auto before = static_cast<std::ptrdiff_t>(entries_.size());
  entries_.insert(entries_.end(), seen.entries.begin(), seen.entries.end());
  std::sort(entries_.begin() + before, entries_.end(), comes_before);
  std::inplace_merge(entries_.begin(), entries_.begin() + before, entries_.end(), comes_before);
  filter();
}

bool FileDialog::is_visible(const FolderEntry& e, std::string_view name) const {
  if (e.is_hidden() && !hidden_ && !name.starts_with(".")) return false;
  if (!e.is_folder && !all_files_ && !wish_.expects(e.name)) return false;
  return wish_.saves() || name.empty() || lower(e.name).find(lower(name)) != std::string::npos;
}

/// Which entries the list shows, and which of them is selected: the one before, else the first that begins as what is
/// typed.
void FileDialog::filter() {
  const std::string_view name = typed_path(typed_.data()).name;
  const FolderEntry* before = entry(selected_);
  const std::string kept = !select_.empty() ? select_ : selected_by_hand_ && before ? before->name : "";
  visible_.clear();
  selected_ = -1;
  int begins = -1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!is_visible(entries_[i], name)) continue;
    const int row = static_cast<int>(visible_.size());
    visible_.push_back(static_cast<int>(i));
    if (!kept.empty() && entries_[i].name == kept) selected_ = row;
    if (begins < 0 && !name.empty() && lower(entries_[i].name).starts_with(lower(name))) begins = row;
  }
  if (selected_ >= 0) {
    selected_by_hand_ = true;
    scrolls_ = scrolls_ || !select_.empty();
    select_.clear();
    return;
  }
  selected_by_hand_ = false;
  if (wish_.saves() || visible_.empty()) return; // there the typed name counts
  selected_ = std::max(begins, 0);
}

const FolderEntry* FileDialog::entry(int row) const {
  if (row < 0 || row >= static_cast<int>(visible_.size())) return nullptr;
  return &entries_[static_cast<std::size_t>(visible_[static_cast<std::size_t>(row)])];
}

void FileDialog::typed_changed() {
  focus_ = Focus::list;
  selected_by_hand_ = false;
  trouble_.clear();
  scrolls_ = true;
  const TypedPath typed = typed_path(typed_.data());
  show(typed.folder.empty() ? folder_ : expanded(typed.folder, folder_));
  filter();
}

void FileDialog::set_typed(std::string text) {
  text.resize(std::min(text.size(), typed_.size() - 1));
  replaces_typed_ = Replacement{replaces_typed_ ? replaces_typed_->before : typed_.data(), text};
  std::copy_n(text.c_str(), text.size() + 1, typed_.begin());
}

std::string FileDialog::whole(const FolderEntry& e) const { return (shown_ / e.name).string(); }

bool FileDialog::key(int key, int modifiers) {
  if (!open_) return false;
  if (key == GLFW_KEY_ESCAPE) {
    if (asked_.empty())
      close();
    else
      asked_.clear();
    return true;
  }
  const bool control = modifiers & GLFW_MOD_CONTROL;
  // Ctrl+O, which opened the dialog, does nothing in it.
  if (key == GLFW_KEY_O && control) return true;
  const bool in_list = key == GLFW_KEY_UP || key == GLFW_KEY_DOWN || key == GLFW_KEY_PAGE_UP ||
                       key == GLFW_KEY_PAGE_DOWN || key == GLFW_KEY_TAB || is_enter(key) ||
                       (key == GLFW_KEY_H && control) || (key == GLFW_KEY_BACKSPACE && typed_[0] == '\0');
  const bool sideways = key == GLFW_KEY_LEFT || key == GLFW_KEY_RIGHT;
  if (!in_list && !(sideways && (!asked_.empty() || focus_ == Focus::places))) return false;
  keys_.push_back({key, modifiers});
  return true;
}

void FileDialog::do_key(int key, int modifiers) {
  if (!asked_.empty()) return question_key(key);
  if (key == GLFW_KEY_TAB) {
    if (modifiers & GLFW_MOD_SHIFT || focus_ == Focus::places)
      focus_ = focus_ == Focus::list && !places_.empty() ? Focus::places : Focus::list;
    else
      complete();
  } else if (key == GLFW_KEY_H) {
    hidden_ = !hidden_;
    filter();
  } else if (focus_ == Focus::places)
    place_key(key);
  else
    list_key(key, modifiers);
}

void FileDialog::list_key(int key, int modifiers) {
  constexpr int rows_a_page = 10;
  const bool marks = modifiers & GLFW_MOD_SHIFT;
  if (key == GLFW_KEY_BACKSPACE || (key == GLFW_KEY_UP && modifiers & GLFW_MOD_ALT))
    up();
  else if (key == GLFW_KEY_UP || key == GLFW_KEY_DOWN)
    move_selection(key == GLFW_KEY_UP ? -1 : 1, marks);
  else if (key == GLFW_KEY_PAGE_UP || key == GLFW_KEY_PAGE_DOWN)
    move_selection(key == GLFW_KEY_PAGE_UP ? -rows_a_page : rows_a_page, false);
  else if (is_enter(key))
    confirm();
}

void FileDialog::place_key(int key) {
  const int last = static_cast<int>(places_.size()) - 1;
  if (key == GLFW_KEY_UP)
    selected_place_ = std::max(0, selected_place_ - 1);
  else if (key == GLFW_KEY_DOWN)
    selected_place_ = std::min(last, selected_place_ + 1);
  else if (key == GLFW_KEY_RIGHT)
    focus_ = Focus::list;
  else if (is_enter(key))
    choose_place(Place(places_[static_cast<std::size_t>(selected_place_)]));
}

void FileDialog::question_key(int key) {
  if (key == GLFW_KEY_LEFT || key == GLFW_KEY_RIGHT || key == GLFW_KEY_TAB)
    answer_ = !answer_;
  else if (is_enter(key)) {
    const fs::path file = std::exchange(asked_, {});
    if (answer_) choose({file.string()});
  }
}

void FileDialog::move_selection(int rows, bool marks) {
  if (visible_.empty()) return;
  if (marks) mark(selected_);
  selected_ = selected_ < 0 ? (rows > 0 ? 0 : static_cast<int>(visible_.size()) - 1)
                            : std::clamp(selected_ + rows, 0, static_cast<int>(visible_.size()) - 1);
  if (marks) mark(selected_);
  selected_by_hand_ = scrolls_ = true;
  if (const FolderEntry* e = entry(selected_); wish_.saves() && e && !e->is_folder) set_typed(e->name);
}

/// Among the files that are opened together.
void FileDialog::mark(int row) {
  const FolderEntry* e = entry(row);
  if (e && !e->is_folder && !wish_.saves()) marked_.insert(e->name);
}

void FileDialog::up() {
  const fs::path folder = shown_;
  if (folder.has_relative_path()) enter(folder.parent_path(), folder.filename().string());
}

void FileDialog::complete() {
  const TypedPath typed = typed_path(typed_.data());
  std::string text(typed.folder);
  // "~" becomes "~/", so that a name can follow.
  if (typed.name.empty() && !text.empty() && !text.ends_with('/')) {
    set_typed(text + '/');
    return typed_changed();
  }
  std::vector<FolderEntry> shown;
  for (const FolderEntry& e : entries_)
    if (e.is_folder || all_files_ || wish_.expects(e.name)) shown.push_back(e);
  if (typed.name.empty()) return;
  text += completed(typed.name, shown);
  set_typed(std::move(text));
  typed_changed();
}

/// Enter, or the button: what is marked, selected, or typed.
void FileDialog::confirm() {
  if (!marked_.empty() && typed_[0] == '\0') {
    std::vector<std::string> paths;
    for (const std::string& name : marked_) paths.push_back((shown_ / name).string());
    return choose(std::move(paths));
  }
  const FolderEntry* selected = entry(selected_);
  if (selected && selected_by_hand_ && (selected->is_folder || !wish_.saves())) return act_on(FolderEntry(*selected));
  if (typed_[0] != '\0') return act_on_typed();
  if (selected) act_on(FolderEntry(*selected));
}

void FileDialog::act_on(const FolderEntry& e) {
  const fs::path path = shown_ / e.name;
  if (!e.is_folder) return wish_.saves() ? look_up(path) : choose({path.string()});
  const std::string name(typed_path(typed_.data()).name);
  set_typed(wish_.saves() ? name : std::string());
  enter(path);
}

/// A name of the list is known; of any other path it is looked up what it is.
void FileDialog::act_on_typed() {
  const TypedPath typed = typed_path(typed_.data());
  const bool is_in_list = typed.folder.empty() || expanded(typed.folder, folder_) == shown_;
  if (!wish_.saves() && is_in_list && !typed.name.empty()) {
    for (const FolderEntry& e : entries_)
      if (e.name == typed.name) return act_on(FolderEntry(e));
    if (const FolderEntry* e = entry(selected_)) return act_on(FolderEntry(*e));
  }
  std::string text = typed_.data();
  // A scene is called .json; of a picture the ending says what is written.
  if (wish_.saves() && !typed.name.empty() && !wish_.endings.empty() && !wish_.expects(text))
    text += wish_.endings.front();
  look_up(expanded(text, folder_));
}

/// Asks what a path is, before anything is done with it.
void FileDialog::look_up(fs::path path) {
  trouble_.clear();
  looks_up_ = true;
  reader_.begin({std::move(path), true});
}

void FileDialog::choose_place(const Place& place) {
  focus_ = Focus::list;
  if (place.is_file) return choose({place.path.string()});
  if (!wish_.saves()) set_typed({});
  enter(place.path);
}

void FileDialog::choose(std::vector<std::string> paths) {
  chosen_ = Chosen{wish_.purpose, std::move(paths)};
  close();
}

} // namespace ropescope::shell
