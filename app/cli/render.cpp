#include <charconv>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/bench/start.h"
#include "app/canvas/png.h"
#include "app/canvas/svg_painter.h"
#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/kernel_options.h"
#include "app/cli/model_options.h"
#include "app/cli/say.h"
#include "app/cli/still.h"
#include "app/gpu/framebuffer.h"
#include "app/pictures/pictures.h"
#include "app/shell/shell.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

// Pixels. Below 320 a picture has no room for its axes and words. 16 384 a side are 1 GiB of colour, and many drivers
// draw no more.
constexpr int least_side = 320, greatest_side = 16384;

struct Options {
  ModelOptions model;
  KernelView kernel;
  std::string picture, out, size = fmt::format("{}x{}", usual_width, usual_height), theme = "dark", engine = "auto";
  float scale = 1;
  std::int64_t m = Scene().m, n = Scene().n, pair = Scene().pair;
  bool list = false, times = false;
};

/// Width and height, pixels, of "1600x1000"; any whole numbers. Throws Error where the text is anything else.
std::pair<int, int> read_size(const std::string& text) {
  int width = 0, height = 0;
  const char* const last = text.data() + text.size();
  const auto across = std::from_chars(text.data(), last, width);
  const bool by = across.ec == std::errc{} && across.ptr != last && *across.ptr == 'x';
  const auto down = by ? std::from_chars(across.ptr + 1, last, height) : across;
  if (!by || down.ec != std::errc{} || down.ptr != last)
    throw Error(fmt::format("--size {}: expected width x height in pixels, as in 1600x1000", text));
  return {width, height};
}

int print_list(Output& out) {
  out.print("{:<12} {}\n", "overview", "the whole window: dials, one pair, wavelengths, score");
  for (const pictures::Picture& picture : pictures::all()) out.print("{:<12} {}\n", picture.name, picture.line);
  return 0;
}

/// Where the CPU stands in for a GPU that failed or is missing, a person is told: never a silent change of engine.
void say_why_no_gpu(const gpu::Engines& engines) {
  if (!engines.has_gpu()) say(fmt::format("{}.", engines.gpu->why_not()));
}

/// Writes the numbers of a picture as CSV: as many points as a picture of that width (pixels) would draw.
int write_numbers(const pictures::Picture& picture, const Options& options, const Scene& scene, int width) {
  const gpu::HeadlessContext context;
  gpu::Engines engines = make_engines(engine_choice(options.engine));
  Derived derived;
  // true: it is for a file. If the GPU was asked for by name, the file must not come from the CPU.
  engines.work_or_give_up_gpu([&] { derived.update(scene, engines, width); }, true);
  say_why_no_gpu(engines);
  write_file(options.out, picture.csv(derived));
  return 0;
}

int render(const Options& options, Output& out) {
  if (options.list) return print_list(out);
  if (options.picture.empty() || options.out.empty())
    throw Error("render needs --picture and --out (--list names the pictures)");
  if (options.picture != "overview" && !pictures::find(options.picture))
    throw Error(fmt::format("there is no picture \"{}\" (render --list names them)", options.picture));
  const pictures::Picture* picture = pictures::find(options.picture);
  const bool as_numbers = options.out.ends_with(".csv");
  if (!as_numbers && !options.out.ends_with(".png") && !options.out.ends_with(".svg"))
    throw Error(fmt::format("{}: expected a name that ends in .png, .svg or .csv", options.out));
  if (as_numbers && !(picture && picture->csv))
    throw Error(fmt::format("{}: the picture \"{}\" has no curves to write as .csv", options.out, options.picture));

  require_other_file(options.out, options.model.config, "the model's file");

  // Compared as doubles: the scale may be anything, and its product may not fit into an int.
  const auto [width, height] = read_size(options.size);
  const double scaled_width = width * static_cast<double>(options.scale),
               scaled_height = height * static_cast<double>(options.scale);
  if (width < 1 || height < 1 ||
      !(std::min(scaled_width, scaled_height) >= least_side && std::max(scaled_width, scaled_height) <= greatest_side))
    throw Error(fmt::format("a picture of {:.0f}x{:.0f}, expected {}…{} pixels a side", scaled_width, scaled_height,
                            least_side, greatest_side));

  Scene scene = options.model.scene();
  scene.dark = options.theme == "dark";
  scene.m = options.m;
  scene.n = options.n;
  scene.pair = options.pair;
  // Before settle(): the view of precision allows positions beyond the context, which settle() would push back.
  if (picture) scene.view = picture->view;
  scene.kernel = options.kernel;
  scene.kernel.files.config = options.model.config;
  settle(scene);
  if (as_numbers) return write_numbers(*picture, options, scene, static_cast<int>(scaled_width));
  draw_still({.picture = options.picture,
              .out = options.out,
              .width = static_cast<int>(scaled_width),
              .height = static_cast<int>(scaled_height),
              .engine = engine_choice(options.engine),
              .times = options.times},
             scene);
  return 0;
}

/// Throws Error where the check view of the scene's files could not be drawn.
void require_drawn(const shell::Shell& shell) {
  const KernelCheck& check = shell.derived().kernel();
  if (shell.scene().view != View::check) return;
  if (!check.trouble().empty()) throw Error(told_with_option(check.trouble().sentence, check.trouble().axes));
  const std::int64_t head = shell.scene().kernel.head;
  if (check.checked() && (head < -1 || head >= check.checked()->run.heads))
    throw Error(fmt::format("--head {}: {} has heads 0 … {}", head, shell.scene().kernel.files.out,
                            check.checked()->run.heads - 1));
}

} // namespace

void draw_still(const Still& still, const Scene& scene, std::shared_ptr<const CheckedKernel> checked) {
  const gpu::HeadlessContext context;
  gpu::Engines engines = make_engines(still.engine);
  shell::Shell shell(scene, engines);
  // `check --report` has judged the kernel already; otherwise the shell judges it while it draws.
  if (checked) shell.show(std::move(checked));
  const gpu::Framebuffer framebuffer(still.width, still.height);
  // Dear ImGui knows the sizes of its own windows only from the frame before, and a window may depend on another one.
  constexpr int frames = 3;
  canvas::SvgPainter svg(shell.fonts());
  for (int i = 0; i < frames; ++i) {
    framebuffer.bind();
    canvas::Painter* const outside = i + 1 == frames && still.out.ends_with(".svg") ? &svg : nullptr;
    if (still.picture == "overview")
      shell.frame(still.width, still.height, 1 / 60.0f, false, outside);
    else
      shell.picture_frame(still.picture, still.width, still.height, outside);
    if (still.times) {
      gpu::finish();
      return bench::print_start_times();
    }
  }
  require_drawn(shell); // before the file is written, which an Error must not leave behind
  say_why_no_gpu(engines);
  const std::string carried =
      fmt::format(R"({{"picture": "{}", "size": [{}, {}]}})", still.picture, still.width, still.height);
  if (still.out.ends_with(".svg")) {
    const canvas::Theme& colours = canvas::theme(scene.dark ? canvas::ThemeName::dark : canvas::ThemeName::light);
    const ImVec2 size(static_cast<float>(still.width), static_cast<float>(still.height));
    return write_file(still.out, svg.document(size, colours.ground, carried));
  }
  const canvas::CarriedText text{canvas::scene_keyword, carried};
  canvas::write_png(still.out, still.width, still.height, framebuffer.read(), {&text, 1});
}

void add_render(CLI::App& app, Command& command) {
  CLI::App* render_command = app.add_subcommand("render", "draws a picture without a window or a display");
  auto options = std::make_shared<Options>();
  options->model.add_to(*render_command);
  render_command->add_option("--picture", options->picture, "overview, or one of --list");
  render_command->add_option("--out", options->out, "FILE.png, or FILE.csv for a picture of curves");
  render_command->add_option("--size", options->size, "WxH, pixels")->capture_default_str();
  render_command->add_option("--scale", options->scale, "multiplies the size")->capture_default_str();
  render_command->add_option("--theme", options->theme)->check(CLI::IsMember({"dark", "light"}))->capture_default_str();
  render_command->add_option("--m", options->m, "position of the query")->capture_default_str();
  render_command->add_option("--n", options->n, "position of the key")->capture_default_str();
  render_command->add_option("--pair", options->pair, "the pair that is selected")->capture_default_str();
  add_kernel_files(*render_command, options->kernel.files, "--kernel-in", "--kernel-out", false);
  render_command->add_option("--head", options->kernel.head, "of check: whose errors; −1: of all")
      ->capture_default_str()
      ->group("Kernel");
  render_command->add_option("--row", options->kernel.row, "of check: the row that is selected; −1: the middle one")
      ->capture_default_str()
      ->group("Kernel");
  render_command->add_flag("--signatures", options->kernel.gallery, "of check: what bugs leave behind, below")
      ->group("Kernel");
  render_command->add_flag("--list", options->list, "names the pictures");
  render_command->add_flag("--times", options->times)->group(""); // for bench
  add_engine_option(*render_command, options->engine, {"auto", "cpu", "gpu"});
  render_command->callback([options, &command] { command = [options](Output& out) { return render(*options, out); }; });
}

} // namespace ropescope::cli
