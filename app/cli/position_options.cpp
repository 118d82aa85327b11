#include "app/cli/position_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/say.h"

namespace ropescope::cli {

void add_positions(CLI::App& app, PositionSource& source, const std::string& grid_prefix) {
  // `excludes`: positions come from one source alone. Everything about the values is checked where they are read
  // (core/io/position_source.h), for the window too.
  const char *where = "Positions", *of_ranks = "Packed sequences";
  auto* by_file =
      app.add_option("--positions", source.file, "P.npy, numbers [tokens] or [axes, tokens]; or a list, 0,1,5");
  by_file->group(where);
  auto* by_offset = app.add_option("--offset", source.offset, "position of the first token, others follow");
  by_offset->group(where)->excludes(by_file);
  auto* by_grid = app.add_option("--grid", source.grid,
                                 "[FRAMESx]ROWSxCOLUMNS of an image's or clip's tokens: positions as the model's own "
                                 "code makes them");
  by_grid->group(where)->excludes(by_file)->excludes(by_offset);
  app.add_option(grid_prefix + "text", source.text,
                 "of --grid: text tokens; of a stream N,N,… before each image and behind all")
      ->delimiter(',')
      ->group(where)
      ->needs(by_grid);
  app.add_option(grid_prefix + "images", source.images, "of --grid: further images RxC,RxC,…: references, conditions")
      ->delimiter(',')
      ->group(where)
      ->needs(by_grid);
  app.add_option(grid_prefix + "frames", source.frames,
                 "of --grid: N,N,… which frames they are, where their numbers have gaps (FramePack)")
      ->delimiter(',')
      ->group(where)
      ->needs(by_grid);
  app.add_option(grid_prefix + "fps", source.fps, "of --grid: frames a second, for models that count time")
      ->group(where)
      ->needs(by_grid);
  app.add_option(grid_prefix + "seconds", source.seconds,
                 "of --grid: seconds of one frame of a video, for models that stream it")
      ->group(where)
      ->needs(by_grid);
  app.add_option(grid_prefix + "picture", source.picture,
                 "of --grid: HEIGHTxWIDTH in pixels, where angles depend on them")
      ->group(where)
      ->needs(by_grid);
  app.add_option("--merge", source.merge, "of --grid: patches in blocks of so many a side (Qwen)")
      ->group(where)
      ->needs(by_grid);
  app.add_option("--prefix", source.prefix, "of --grid: tokens before the patches that do not turn")
      ->group(where)
      ->needs(by_grid);
  auto* packed = app.add_option("--cu-seqlens", source.cu_seqlens,
                                "0,END,END…: sequences packed one behind the other, each from 0");
  packed->delimiter(',')->group(of_ranks)->excludes(by_file)->excludes(by_offset)->excludes(by_grid);
  app.add_option("--start-positions", source.start_positions, "first position of each sequence")
      ->delimiter(',')
      ->group(of_ranks)
      ->excludes(by_file)
      ->excludes(by_offset)
      ->excludes(by_grid);
  auto* ranks = app.add_option("--cp-size", source.cp_size, "context-parallel ranks");
  ranks->group(of_ranks)->excludes(by_file)->excludes(by_grid);
  app.add_option("--cp-rank", source.cp_rank, "which of them X belongs to")->group(of_ranks)->needs(ranks);
}

PairLayout asked_layout(const std::string& name, const Model& model, const RopeConfig& rope) {
  const PairLayout layout = layout_named(name, rope.layout.pairs);
  if (pairing_from_name(name))
    say(fmt::format("layout {}, as asked.", name));
  else
    say(fmt::format("layout {}, {}.", pairing_name(layout.pairing), layout_reason(model)));
  return layout;
}

} // namespace ropescope::cli
