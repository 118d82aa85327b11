#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "app/shell/shell.h"
#include "core/check/file_roles.h"
#include "core/error.h"
#include "core/io/file.h"

// Files that are opened, dropped and saved. Whatever is opened, by a dialog, a drop or the palette, goes through
// drop().

namespace ropescope::shell {

namespace {

std::string name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }

/// What became of arrays, where a person has to do more or may not see it: a kernel waits for its other array, or one
/// of two was replaced.
std::string words_of_arrays(const KernelFiles& before, const KernelFiles& now) {
  if (now.in.empty() && now.out.empty())
    return fmt::format("{} has the positions; now open or drop the kernel's input and output",
                       name_of(now.positions.file));
  if (now.out.empty())
    return fmt::format("{} is the kernel's input; now open or drop the array that the kernel made of it",
                       name_of(now.in));
  if (now.in.empty())
    return fmt::format("{} is the kernel's output; now open or drop the array that went into the kernel",
                       name_of(now.out));
  if (now.positions.file != before.positions.file)
    return fmt::format("{} has the positions of {} and {}", name_of(now.positions.file), name_of(now.in),
                       name_of(now.out));
  if (before.in.empty() || before.out.empty() || (now.in != before.in && now.out != before.out)) return {};
  return fmt::format("input {}, output {}", name_of(now.in), name_of(now.out));
}

/// A name without an ending gets this one, but where that would replace a file that nobody asked about: the desktop's
/// dialogs leave names as they are.
std::string with_ending(const std::string& path, const char* ending) {
  std::error_code error;
  const bool has_one = std::filesystem::path(path).has_extension() || std::filesystem::exists(path + ending, error);
  return has_one ? path : path + ending;
}

/// What is opened here, by the end of its name.
std::vector<std::string> opened_endings() {
  return {".json", ".gguf", ".png", ".svg", ".pdf", ".npy", ".npz", ".safetensors"};
}

} // namespace

void Shell::open(const std::filesystem::path& path) { drop({path.string()}); }

void Shell::drop(const std::vector<std::string>& paths) {
  // Arrays are read by the check, so that those which their names tell are taken at once.
  KernelArrays arrays;
  // Those that are still being read come again with the new ones: an input just before its output would be lost.
  std::vector<std::string> others = opening_.working() ? files_.opening : std::vector<std::string>();
  const std::size_t waiting = others.size();
  for (const std::string& path : paths) (is_array_by_name(path) ? arrays.paths : others).push_back(path);
  if (!arrays.paths.empty()) {
    std::vector<Opened> opened(1);
    opened.front().path = arrays.paths.back();
    opened.front().held = std::move(arrays);
    take_opened(std::move(opened));
  }
  if (others.size() == waiting) return;
  files_.opening = others;
  begin_opening([all = std::move(others)] { return read_all_opened(all); });
}

void Shell::open_part(const std::string& part) {
  begin_opening([origin = scene_.model.origin, asked = ReadOptions{part, scene_.model.asked.ignore}] {
    std::vector<Opened> opened(1);
    try {
      opened.front().held = open_model(origin, asked);
    } catch (const Error& error) {
      opened.front().held = Refused{error.what()};
    }
    return opened;
  });
}

/// A window does not wait for a file, which may lie on a network. Without one the file is waited for.
void Shell::begin_opening(std::function<std::vector<Opened>()> read) {
  if (live_) return opening_.begin(std::move(read));
  take_opened(read());
}

/// Takes each of them; why one was not taken is said. What was said of others before is over.
void Shell::take_opened(std::vector<Opened> all) {
  if (all.empty()) return;
  std::vector<std::string> said;
  bool trouble = false;
  for (Opened& opened : all) {
    try {
      const auto words = std::visit([&](auto& held) { return take(held, opened); }, opened.held);
      said.insert(said.end(), words.begin(), words.end());
      // Warnings of a model and what a kernel waits for are no trouble.
      const bool is_trouble =
          std::holds_alternative<Taken>(opened.held) || std::holds_alternative<Refused>(opened.held);
      trouble = trouble || (is_trouble && !words.empty());
      if (!opened.path.empty() && !std::holds_alternative<Refused>(opened.held)) files_.recent.add(opened.path);
    } catch (const Error& error) {
      said.emplace_back(error.what());
      trouble = true;
    }
  }
  message_ = {fmt::format("{}", fmt::join(said, "; ")), trouble, false};
}

void Shell::take_what_was_opened() {
  try {
    take_opened(opening_.take());
  } catch (const std::exception& error) {
    message_ = {fmt::format("the file was not read: {}", error.what()), true, false};
  }
}

/// Throws Error; the window then keeps its model.
std::vector<std::string> Shell::take(Model& model, const Opened&) {
  const Scene next = with_model(scene_, model);
  // Tried before it is taken: a file whose numbers cannot be used throws here. Before the first frame the width of the
  // pictures is not known; then that frame tries it.
  if (computed_) work_or_give_up_gpu([&] { derived_.update(next, engines_, columns_, patience()); });
  scene_ = next;
  scene_.kernel.files.config = next.model.origin; // of a folder the file in it
  return next.model.warnings;
}

/// What cannot be taken of a scene is said until it is read, the rest is taken. Throws Error where nothing can be.
std::vector<std::string> Shell::take(Taken& taken, const Opened& opened) {
  if (computed_) work_or_give_up_gpu([&] { derived_.update(taken.scene, engines_, columns_, patience()); });
  scene_ = std::move(taken.scene);
  files_.scene_file = opened.is_scene_file ? std::filesystem::absolute(opened.path).string() : "";
  files_.saved = opened.is_scene_file ? std::optional(scene_) : std::nullopt;
  return taken.refused;
}

std::vector<std::string> Shell::take(KernelArrays& arrays, const Opened&) {
  // On a picture of queries and keys they are those, unless their names say that a kernel wrote one of them.
  const Group group = shown_picture(scene_).group;
  const bool of_kernel = std::any_of(arrays.paths.begin(), arrays.paths.end(), [](const std::string& path) {
    const FileRole role = role_of(path);
    return role == FileRole::output || role == FileRole::positions;
  });
  if (!of_kernel && (group == Group::rotations || group == Group::score || group == Group::attention)) {
    Scene next = scene_;
    take_own_rows(next, arrays.paths);
    if (computed_) work_or_give_up_gpu([&] { derived_.update(next, engines_, columns_, patience()); });
    scene_ = std::move(next);
    notify("q and k are row 0 of head 0; the panel has their rows and heads");
    return {};
  }
  const KernelFiles before = scene_.kernel.files;
  take_kernel_files(scene_, arrays.paths);
  std::string words = words_of_arrays(before, scene_.kernel.files);
  return words.empty() ? std::vector<std::string>() : std::vector{std::move(words)};
}

std::vector<std::string> Shell::take(Refused& refused, const Opened&) { return {refused.sentence}; }

/// The desktop's dialog where there is one, else our own.
void Shell::ask_for_file(FileWish wish) {
  if (files_.desktop.is_open() || files_.dialog.is_open()) return;
  if (files_.desktop_program)
    files_.desktop.open(*files_.desktop_program, std::move(wish));
  else
    files_.dialog.open(std::move(wish), files_.recent);
}

void Shell::ask_what_to_open() {
  const auto folders = files_.recent.folders();
  ask_for_file({FileWish::Purpose::open,
                "Open a model, a scene, a picture or arrays",
                opened_endings(),
                folders.empty() ? std::filesystem::path() : folders.front(),
                {}});
}

/// Into the file that it came from, else where a person says.
void Shell::save_scene(bool asks) {
  if (!asks && !files_.scene_file.empty()) return write_scene(files_.scene_file);
  const std::filesystem::path before(files_.scene_file);
  ask_for_file({FileWish::Purpose::save_scene,
                "Save the scene",
                {".json"},
                !before.empty()               ? before.parent_path()
                : files_.scene_folder.empty() ? usual_folder()
                                              : files_.scene_folder,
                before.empty() ? "scene.json" : before.filename().string()});
}

void Shell::write_scene(const std::string& path) {
  try {
    write_file(path, scene_json(scene_));
    files_.scene_file = path;
    files_.scene_folder = std::filesystem::path(path).parent_path();
    files_.saved = scene_;
    files_.recent.add(path);
    message_ = {fmt::format("The scene is saved in {}", path), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

/// What a person chose in a dialog.
void Shell::take_chosen(const Chosen& chosen) {
  switch (chosen.purpose) {
  case FileWish::Purpose::open: drop(chosen.paths); break;
  case FileWish::Purpose::save_scene: write_scene(with_ending(chosen.paths.front(), ".json")); break;
  case FileWish::Purpose::add_step: write_step(with_ending(chosen.paths.front(), ".json")); break;
  case FileWish::Purpose::export_place:
    files_.export_dialog.take_place(chosen.paths.front());
    begin_export();
    break;
  }
}

/// The dialogs of files, ours and the desktop's.
void Shell::file_dialogs(const Canvas& c) {
  if (auto answer = files_.desktop.take()) {
    if (answer->failed) {
      files_.desktop_program.reset(); // and the next one too is our own
      files_.dialog.open(std::move(answer->wish), files_.recent);
    } else if (answer->chosen)
      take_chosen(*answer->chosen);
  }
  if (const auto chosen = files_.dialog.draw(c, !live_)) take_chosen(*chosen);
  const ExportDialog::Answer answer = files_.export_dialog.draw(c, scene_);
  if (answer.asks_for_place) ask_where_to_export();
  if (answer.exports) begin_export();
  draw_film_dialog(c);
  draw_take_home_dialog(c);
}

void Shell::restore(const Session& session) {
  files_.recent = session.recent;
  files_.scene_folder = session.scene_folder;
  files_.export_folder = session.export_folder;
  files_.export_dialog.choice = session.choice;
  files_.scene_file = session.scene_file;
  set_zoom(session.zoom);
}

Session Shell::session() const {
  return {.scene = lectern_ ? desk_ : scene_,
          .scene_file = files_.scene_file,
          .recent = files_.recent,
          .scene_folder = files_.scene_folder,
          .export_folder = files_.export_folder,
          .choice = files_.export_dialog.choice,
          .zoom = zoom_,
          .window = {}};
}

bool Shell::is_changed() const { return !lectern_ && files_.saved && *files_.saved != scene_; }

} // namespace ropescope::shell
