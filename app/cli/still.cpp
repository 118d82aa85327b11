#include "app/cli/still.h"

#include <fmt/format.h>

#include "app/bench/start.h"
#include "app/canvas/file_painters.h"
#include "app/canvas/png.h"
#include "app/cli/engines.h"
#include "app/cli/kernel_options.h"
#include "app/cli/say.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "app/shell/shell.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

int scaled(int pixels, double scale) { return static_cast<int>(pixels * scale); }

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

/// One frame of the scene's view, as it is drawn without a window.
void draw_frame(shell::Shell& shell, const Still& still, canvas::Painter* painter = nullptr) {
  const int width = scaled(still.width, still.scale), height = scaled(still.height, still.scale);
  if (shown_picture(shell.scene()).fills_window)
    shell.frame(width, height, 1 / 60.0f, false, painter);
  else
    shell.picture_frame(width, height, still.bare, painter);
}

void write_png(const Still& still, const gpu::Framebuffer& framebuffer, const std::string& json) {
  const canvas::CarriedText carried[] = {{canvas::scene_keyword, json}};
  canvas::write_png(still.out, scaled(still.width, still.scale), scaled(still.height, still.scale), framebuffer.read(),
                    carried);
}

/// The last frame once more, into another painter.
void write_drawn(const Still& still, shell::Shell& shell, const canvas::FileFormat& format, const std::string& json) {
  const std::unique_ptr<canvas::FilePainter> painter = format.make(shell.fonts());
  draw_frame(shell, still, painter.get());
  const ImVec2 size{static_cast<float>(scaled(still.width, still.scale)),
                    static_cast<float>(scaled(still.height, still.scale))};
  write_file(still.out, painter->document(size, canvas::theme(shell.scene().theme).ground, json));
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

void draw_still(const Still& still, const Scene& scene, std::shared_ptr<const CheckedKernel> checked) {
  const gpu::HeadlessContext context;
  gpu::Engines engines = make_engines(scene.engine);
  shell::Shell shell(scene, engines);
  shell.set_scale(static_cast<float>(still.scale)); // the size alone changes how much is shown, the scale how large
  // `check --report` has judged the kernel already; otherwise the shell judges it while it draws.
  if (checked) shell.show(std::move(checked));
  const gpu::Framebuffer framebuffer(scaled(still.width, still.scale), scaled(still.height, still.scale));
  // Dear ImGui knows the sizes of its own windows only from the frame before, and a window may depend on another one.
  constexpr int frames = 3;
  for (int i = 0; i < frames; ++i) {
    framebuffer.bind();
    draw_frame(shell, still);
    if (still.times) {
      gpu::finish();
      return bench::print_start_times();
    }
  }
  require_drawn(shell); // before the file is written, which an Error must not leave behind
  say_why_no_gpu(engines);
  const std::string json = scene_json(scene, {scene.view, still.width, still.height, still.scale, still.bare});
  if (const canvas::FileFormat* format = canvas::file_format_of(still.out))
    write_drawn(still, shell, *format, json);
  else
    write_png(still, framebuffer, json);
}

void write_numbers(const Still& still, const Scene& scene) {
  const gpu::HeadlessContext context;
  gpu::Engines engines = make_engines(scene.engine);
  Derived derived;
  // true: it is for a file. If the GPU was asked for by name, the file must not come from the CPU.
  engines.work_or_give_up_gpu([&] { derived.update(scene, engines, scaled(still.width, still.scale)); }, true);
  say_why_no_gpu(engines);
  const Picture& picture = shown_picture(scene);
  write_file(still.out, csv(picture, scene, picture.columns(scene, derived)));
}

} // namespace ropescope::cli
