#include <algorithm>
#include <cctype>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/canvas/png.h"
#include "app/gpu/framebuffer.h"
#include "app/shell/shell.h"
#include "core/check/finding_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::shell {

namespace {

/// "ropescope_Llama-2-7B_yarn_20260131-120000.png", in the current folder. What may trouble a file system or a shell in
/// the model's name becomes "-"; the time keeps one export from replacing another.
std::string export_name(const Scene& scene) {
  std::string model = scene.model.name;
  std::replace_if(
      model.begin(), model.end(), [](unsigned char ch) { return !std::isalnum(ch) && ch != '.' && ch != '-'; }, '-');
  return fmt::format("ropescope_{}_{}_{:%Y%m%d-%H%M%S}.png", model, rope_type_name(scene.rope.scaling.rope_type),
                     fmt::localtime(std::time(nullptr)));
}

} // namespace

/// Beside the picture of a kernel: the finding as `check --json` prints it.
std::string Shell::export_finding(const std::string& png) const {
  const CheckedKernel* checked = derived_.kernel().checked();
  if (scene_.view != View::check || !checked) return "";
  const std::string name = std::filesystem::path(png).replace_extension(".json").string();
  write_file(name, finding_json(checked->finding, checked->run));
  return " and " + name;
}

/// Reads back the frame that was just drawn, before it is shown. Whatever goes wrong becomes a message in the window.
void Shell::export_png(int width, int height) {
  export_wanted_ = false;
  const std::string name = export_name(scene_);
  try {
    write_png(name, width, height, gpu::read_pixels(width, height));
    message_ = {"Exported to " + name + export_finding(name), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

} // namespace ropescope::shell
