#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/scene/presets.h"
#include "app/shell/shell.h"
#include "core/error.h"

// Files that are opened and dropped.

namespace ropescope::shell {

void Shell::open(const std::filesystem::path& path) {
  begin_opening([path] { return read_opened(path); });
}

void Shell::open_part(const std::string& part) {
  begin_opening([origin = scene_.model.origin, asked = ReadOptions{part, scene_.model.asked.ignore}] {
    return Opened{open_model(origin, asked)};
  });
}

/// A window does not wait for a file, which may lie on a network. Without one the file is waited for.
void Shell::begin_opening(std::function<Opened()> read) {
  if (live_) return opening_.begin(std::move(read));
  take_opened([&] { return std::vector<Opened>{read()}; });
}

/// Takes what `read` gives; what it throws becomes a message.
template <typename Read>
void Shell::take_opened(Read read) {
  try {
    for (Opened& opened : read()) std::visit([&](auto& held) { take(held); }, opened.held);
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  } catch (const std::exception& error) {
    message_ = {fmt::format("the file was not read: {}", error.what()), true, false};
  }
}

void Shell::take_what_was_opened() {
  take_opened([&] { return opening_.take(); });
}

/// Throws Error; the window then keeps its model.
void Shell::take(Model& model) {
  const Scene next = with_model(scene_, model);
  // Tried before it is taken: a file whose numbers cannot be used throws here. Before the first frame the width of the
  // pictures is not known; then that frame tries it.
  if (computed_) work_or_give_up_gpu([&] { derived_.update(next, engines_, columns_, patience()); });
  scene_ = next;
  constexpr std::size_t most_recent = 8; // as many as stand above the groups without hiding them
  if (const std::string& path = next.model.origin; path.find('/') != std::string::npos && !path.starts_with("{")) {
    std::erase(recent_files_, path);
    recent_files_.insert(recent_files_.begin(), path);
    if (recent_files_.size() > most_recent) recent_files_.resize(most_recent);
  }
  scene_.kernel.files.config = next.model.origin; // of a folder the file in it
  message_ = {};
  if (!next.model.warnings.empty()) message_ = {fmt::format("{}", fmt::join(next.model.warnings, "; ")), false, false};
}

/// What cannot be taken of a scene is said until it is read, the rest is taken. Throws Error where nothing can be.
void Shell::take(Taken& taken) {
  if (computed_) work_or_give_up_gpu([&] { derived_.update(taken.scene, engines_, columns_, patience()); });
  scene_ = std::move(taken.scene);
  message_ = {};
  if (!taken.refused.empty()) message_ = {fmt::format("{}", fmt::join(taken.refused, "; ")), true, false};
}

void Shell::drop(const std::vector<std::string>& paths) {
  std::vector<std::string> arrays;
  for (const std::string& path : paths) {
    const std::string extension = std::filesystem::path(path).extension().string();
    // These hold arrays. Whatever else is dropped is read as a model's file, and the message says where it is none.
    if (extension == ".npy" || extension == ".safetensors")
      arrays.push_back(path);
    else
      open(path);
  }
  if (!arrays.empty()) take_kernel_files(scene_, arrays);
}

} // namespace ropescope::shell
