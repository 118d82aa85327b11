#include "app/cli/still.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/bench/start.h"
#include "app/canvas/file_painters.h"
#include "app/canvas/png.h"
#include "app/cli/engines.h"
#include "app/cli/kernel_options.h"
#include "app/cli/say.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

/// Where the CPU stands in for a GPU that failed or is missing, a person is told: never a silent change of engine.
void say_why_no_gpu(const gpu::Engines& engines) {
  if (!engines.has_gpu()) say(fmt::format("{}.", engines.gpu->why_not()));
}

/// Throws Error where the check view of the scene's files could not be drawn.
void require_drawn(const shell::Shell& shell) {
  const KernelCheck& check = shell.derived().kernel();
  if (shell.scene().view != "check") return;
  if (!check.trouble().empty()) throw Error(told_with_option(check.trouble().sentence, check.trouble().axes));
  const std::int64_t head = shell.scene().kernel.head;
  if (check.checked() && (head < -1 || head >= check.checked()->run.heads))
    throw Error(fmt::format("--head {}: {} has heads 0 … {}", head, shell.scene().kernel.files.out,
                            check.checked()->run.heads - 1));
}

std::vector<PictureFormat> all_formats() {
  std::vector<PictureFormat> all{{".png", draw_still}};
  for (const canvas::FileFormat& format : canvas::file_formats()) all.push_back({format.ending, draw_still});
  all.push_back({".csv",
                 [](const Still& still, const Scene& scene, std::shared_ptr<const CheckedKernel>) {
                   write_numbers(still, scene);
                 },
                 true});
  return all;
}

} // namespace

std::span<const PictureFormat> picture_formats() {
  static const std::vector<PictureFormat> all = all_formats();
  return all;
}

Drawing::Drawing(Still still, const Scene& scene, std::shared_ptr<const CheckedKernel> checked)
    : still_(std::move(still)), scene_(scene), sheet_(still_.sheet()), engines_(make_engines(scene.engine)),
      shell_(scene, engines_), framebuffer_(sheet_.width, sheet_.height) {
  // `check --report` has judged the kernel already; otherwise the shell judges it while it draws.
  if (checked) shell_.show(std::move(checked));
  shell::fit(shell_, sheet_, fills_window(scene));
}

/// One frame of the scene's view, as it is drawn without a window.
void Drawing::frame() {
  framebuffer_.bind();
  shell::draw_on(shell_, sheet_, fills_window(shell_.scene()), still_.bare);
}

void Drawing::draw() {
  // Dear ImGui knows the sizes of its own windows only from the frame before, and a window may depend on another one.
  for (int left = drawn_ ? 1 : 3; left > 0; --left) frame();
  require_drawn(shell_);
  if (!drawn_) say_why_no_gpu(engines_);
  drawn_ = true;
}

void Drawing::time_first_frame() {
  frame();
  gpu::finish();
  bench::print_start_times();
}

void Drawing::show(const Scene& scene) {
  scene_ = scene;
  shell_.show(scene);
}

std::string Drawing::file() {
  const std::string json = scene_json(scene_, {scene_.view, still_.size, still_.scale, still_.bare, still_.dpi});
  const canvas::FileFormat* format = canvas::file_format_of(still_.out);
  if (!format) {
    const canvas::CarriedText carried[] = {{canvas::scene_keyword, json}};
    return canvas::png_file(sheet_.width, sheet_.height, pixels(), still_.out, carried, sheet_.dots_per_inch);
  }
  framebuffer_.bind(); // the last frame once more
  return shell::document_of(*format, shell_, sheet_, fills_window(scene_), still_.bare, json);
}

void draw_still(const Still& still, const Scene& scene, std::shared_ptr<const CheckedKernel> checked) {
  Drawing drawing(still, scene, std::move(checked));
  if (still.times) return drawing.time_first_frame();
  drawing.draw();
  write_file(still.out, drawing.file());
}

void write_numbers(const Still& still, const Scene& scene) {
  const gpu::HeadlessContext context;
  gpu::Engines engines = make_engines(scene.engine);
  Derived derived;
  // true: it is for a file. If the GPU was asked for by name, the file must not come from the CPU.
  engines.work_or_give_up_gpu([&] { derived.update(scene, engines, still.sheet().width); }, true);
  say_why_no_gpu(engines);
  const Picture& picture = shown_picture(scene);
  write_file(still.out, csv(picture, scene, picture.columns(scene, derived)));
}

} // namespace ropescope::cli
