#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/film.h"
#include "app/cli/film_frames.h"
#include "app/cli/kernel_options.h"
#include "app/cli/lecture_render.h"
#include "app/cli/scene_options.h"
#include "app/cli/still.h"
#include "app/scene/picture.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/text.h"

namespace ropescope::cli {

namespace {

struct Options {
  SceneOptions scene;
  KernelView kernel;
  std::string picture, out, size, engine, lecture, step;
  std::optional<double> scale, dpi;
  std::optional<std::int64_t> m, n, pair;
  std::vector<std::string> animate;
  std::optional<double> seconds, fps;
  bool notes = false;
  bool bare = false, marks = false, list = false, list_keys = false, times = false;
};

int print_list(Output& out) {
  for (const Picture* picture : all_pictures()) out.print("{:<12} {}\n", picture->name, picture->line);
  return 0;
}

/// One line for each key: type and range, default, what it is.
int print_keys(Output& out) {
  for (const Property* row : all_properties())
    out.print("{:<32} {}; default {}. {}\n", row->key, allowed_words(*row), default_words(*row), sentence(row->help));
  return 0;
}

std::vector<std::string_view> endings() {
  std::vector<std::string_view> all;
  for (const PictureFormat& format : picture_formats()) all.push_back(format.ending);
  return all;
}

const PictureFormat& format_of(const std::string& file) {
  for (const PictureFormat& format : picture_formats())
    if (file.ends_with(format.ending)) return format;
  if (is_film(file)) throw Error(fmt::format("{}: a film needs --animate key=FROM..TO", file));
  throw Error(fmt::format("{}: expected a name that ends in {}", file, fmt::join(endings(), ", ")));
}

/// Whether read-outs and marks are left out: as asked for, else as the scene's file was drawn, else on paper.
bool is_bare(const Options& options, const std::optional<DrawnAs>& drawn, canvas::ThemeName theme) {
  if (options.bare || options.marks) return options.bare;
  const bool of_file = drawn && drawn->bare, on_paper = theme == canvas::ThemeName::paper;
  return of_file || (on_paper && (!drawn || !options.scene.theme.empty()));
}

/// How large: as asked for, else as the scene's file was drawn.
Still still_of(const Options& options, const std::optional<DrawnAs>& drawn, canvas::ThemeName theme) {
  Still still{.out = options.out, .bare = is_bare(options, drawn, theme), .times = options.times};
  if (drawn) still.size = drawn->size, still.scale = drawn->scale, still.dpi = drawn->dpi;
  try {
    if (!options.size.empty()) still.size = parse_size(options.size);
  } catch (const Error& error) {
    throw Error(fmt::format("--size {}", error.what()));
  }
  if (options.scale) still.scale = *options.scale;
  if (options.dpi) still.dpi = *options.dpi;
  if (options.dpi && !still.size.on_paper())
    throw Error("--dpi: expected a --size in mm, cm, in or pt beside it, as in 85x60mm");
  (void)still.sheet(); // throws where it cannot be
  return still;
}

/// The scene with what this command has options of its own for.
Scene scene_of(const Options& options, const std::string& picture) {
  Scene scene = options.scene.resolve();
  scene.view = picture;
  if (options.m) scene.m = *options.m;
  if (options.n) scene.n = *options.n;
  if (options.pair) scene.pair = *options.pair;
  if (!options.engine.empty()) scene.engine = engine_choice(options.engine);
  show_grid(scene, options.kernel.files.positions);
  if (!options.kernel.files.in.empty() || !options.kernel.files.out.empty()) {
    scene.kernel.files = options.kernel.files;
    if (!options.scene.model.config.empty()) scene.kernel.files.config = scene.model.origin;
  }
  if (options.kernel.head >= -1) scene.kernel.head = options.kernel.head;
  if (options.kernel.row >= -1) scene.kernel.row = options.kernel.row;
  scene.kernel.gallery = scene.kernel.gallery || options.kernel.gallery;
  settle(scene);
  return scene;
}

/// A film has a name of its own: never that of a picture, which would be a folder of that name.
void render_film(Options options, const std::string& name, const std::optional<DrawnAs>& drawn) {
  for (const PictureFormat& format : picture_formats())
    if (options.out.ends_with(format.ending))
      throw Error(
          fmt::format("{}: --animate makes a film: expected .mp4, .gif, or a folder for PNG files", options.out));
  for (const auto& [row, value] : first_values(options.animate)) options.scene.model.supply(*row, value);
  const Scene scene = scene_of(options, name);
  Film film{.still = still_of(options, drawn, scene.theme), .animate = options.animate};
  if (options.seconds) film.seconds = *options.seconds;
  if (options.fps) film.fps = *options.fps;
  write_film(film, scene);
}

/// Steps of a lecture: as large as a projector where nobody says.
void render_lecture(const Options& options) {
  if (!options.picture.empty()) throw Error("--lecture shows its own pictures: leave --picture out");
  if (!options.animate.empty()) throw Error("--animate moves a picture of its own: leave it out beside --lecture");
  if (options.out.empty())
    throw Error("render --lecture needs --out: FILE.pdf, FILE.html, FILE.mp4, a folder, or FILE.png with --step");
  require_other_file(options.out, options.lecture, "the lecture's file");
  LectureWish wish{read_lecture_file(options.lecture), options.step, options.notes, options.seconds, options.fps};
  Scene like = options.scene.resolve();
  if (options.scene.theme.empty() && wish.file.lecture.theme == "light") like.theme = canvas::ThemeName::light;
  if (!options.scene.theme.empty()) wish.file.lecture.theme.clear();
  if (!options.engine.empty()) like.engine = engine_choice(options.engine);
  Still still = still_of(options, std::nullopt, like.theme);
  // As large as a projector; a GIF grows with every pixel.
  if (options.size.empty())
    still.size = options.out.ends_with(".gif") ? PictureSize{960, 540} : PictureSize{1920, 1080};
  write_lecture(wish, still, like);
}

int render(const Options& options, Output& out) {
  if (options.list) return print_list(out);
  if (options.list_keys) return print_keys(out);
  if (!options.lecture.empty()) {
    render_lecture(options);
    return 0;
  }
  if (!options.step.empty()) throw Error("--step is of a lecture: expected --lecture beside it");
  const std::optional<DrawnAs> drawn = options.scene.drawn_as();
  const std::string name = !options.picture.empty() ? options.picture : drawn ? drawn->picture : "";
  if (name.empty() || options.out.empty()) throw Error("render needs --picture and --out (--list names the pictures)");
  const Picture* picture = find_picture(name);
  if (!picture) throw Error(fmt::format("there is no picture {} (render --list names them)", in_quotes(name)));
  require_other_file(options.out, options.scene.model.config, "the model's file");
  require_other_file(options.out, options.scene.scene, "the scene's file");
  if (!options.animate.empty()) {
    render_film(options, name, drawn);
    return 0;
  }
  if (options.seconds || options.fps) throw Error("--seconds and --fps are of a film: expected --animate beside them");
  const PictureFormat& format = format_of(options.out);
  if (format.needs_numbers && !picture->columns)
    throw Error(fmt::format("{}: the picture \"{}\" has no numbers to write as {}", options.out, name, format.ending));
  const Scene scene = scene_of(options, name);
  format.write(still_of(options, drawn, scene.theme), scene, nullptr);
  return 0;
}

} // namespace

void add_render(CLI::App& app, Command& command) {
  CLI::App* render_command = app.add_subcommand("render", "draws a picture without a window or a display");
  auto options = std::make_shared<Options>();
  options->kernel.head = options->kernel.row = -2; // not asked for
  options->scene.add_to(*render_command);
  render_command->add_option("--picture", options->picture, "one of --list; of a picture's file: as that was drawn");
  render_command->add_option("--out", options->out, fmt::format("FILE with one of {}", fmt::join(endings(), ", ")));
  render_command->add_option(
      "--size", options->size,
      fmt::format("WxH in pixels (default {}x{}), or on paper: 85x60mm, 8.5x6cm, 3x2in, 240x170pt", usual_width,
                  usual_height));
  render_command->add_option("--scale", options->scale, "multiplies the pixels (default 1)");
  render_command->add_option("--dpi", options->dpi,
                             fmt::format("dots an inch, of a size on paper (default {})", usual_dpi));
  render_command
      ->add_option("--animate", options->animate,
                   "key=FROM..TO: a film, into FILE.mp4 or FILE.gif (by ffmpeg) or a folder of PNG files")
      ->expected(1)
      ->take_all();
  render_command->add_option(
      "--seconds", options->seconds,
      "how long the film is (default 5); of a lecture: how long each press rests (default: as long as "
      "its words take to read)");
  render_command->add_option("--fps", options->fps, "frames a second of the film (default 25)");
  render_command->add_option(
      "--lecture", options->lecture,
      "a lecture's file, or 1, 2, 3: into FILE.pdf, FILE.html, a folder of PNG and SVG files, FILE.mp4 or "
      "FILE.gif (a film of its presses and motions, by ffmpeg), or with --step one picture");
  render_command->add_option("--step", options->step, "of a lecture: number or id of a step");
  render_command->add_flag("--notes", options->notes, "of a lecture as PDF: what to say stands below each page");
  CLI::Option* bare =
      render_command->add_flag("--bare", options->bare, "without read-outs and marks of the present m and n");
  render_command->add_flag("--marks", options->marks, "with them, which --theme paper leaves out else")->excludes(bare);
  render_command->add_option("--m", options->m, "position of the query");
  render_command->add_option("--n", options->n, "position of the key");
  render_command->add_option("--pair", options->pair, "the pair that is selected");
  add_kernel_files(*render_command, options->kernel.files, "--kernel-in", "--kernel-out", false);
  render_command->add_option("--head", options->kernel.head, "of check: whose errors; −1: of all")->group("Kernel");
  render_command->add_option("--row", options->kernel.row, "of check: the row that is selected; −1: the middle one")
      ->group("Kernel");
  render_command->add_flag("--signatures", options->kernel.gallery, "of check: what bugs leave behind, below")
      ->group("Kernel");
  render_command->add_flag("--list", options->list, "names the pictures");
  render_command->add_flag("--list-keys", options->list_keys, "names what can be chosen, with type, range and default");
  render_command->add_flag("--times", options->times)->group(""); // for bench
  add_engine_option(*render_command, options->engine, {"auto", "cpu", "gpu"});
  render_command->callback([options, &command] { command = [options](Output& out) { return render(*options, out); }; });
}

} // namespace ropescope::cli
