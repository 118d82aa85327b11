#include "app/cli/kernel_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/position_options.h"
#include "app/cli/say.h"
#include "app/scene/property.h"

namespace ropescope::cli {

void add_kernel_files(CLI::App& app, KernelFiles& files, const std::string& in, const std::string& out, bool required) {
  auto* input = app.add_option(
      in, files.in, "the kernel's input: .npy, .npz[:NAME], .safetensors[:NAME], or raw with --dtype and --shape");
  auto* output = app.add_option(out, files.out, "its output, of the same shape or with two axes exchanged");
  // One file without the other is a mistake; that there is a kernel at all, `check` asks itself.
  input->needs(output);
  output->needs(input);
  auto* dtype =
      app.add_option("--dtype", files.dtype,
                     "of raw files, little-endian; without --shape of arrays that hold it as integers or bytes");
  dtype->check(
      CLI::IsMember({"float64", "float32", "float16", "bfloat16", "float8_e4m3", "float8_e4m3fn", "float8_e5m2"}));
  auto* shape = app.add_option("--shape", files.shape, "N,N,… of raw files, the last axis is head_dim");
  shape->delimiter(',')->needs(dtype);
  auto* axis =
      app.add_option("--token-axis", files.token_axis, "which axis counts the tokens, where the data do not tell");
  auto* layout = app.add_option("--layout", files.layout, "how the model pairs components");
  layout->check(CLI::IsMember({"auto", "half", "interleaved"}))->capture_default_str();
  auto* length = app.add_option("--seq-len", files.seq_len, "tokens of the call; by default the greatest position + 1");
  auto* inverse =
      app.add_flag("--inverse", files.inverse, "a backward kernel, which should turn by the opposite angle");
  auto* heads = app.add_option("--heads", files.heads, "A-B: only these heads are compared, from 0");
  // In --help of such commands they stand apart from the model's options, which all share.
  if (!required)
    for (CLI::Option* option : {input, output, dtype, shape, axis, layout, length, inverse, heads})
      option->group("Kernel");
  // A command that draws has a picture, frames and seconds of its own.
  add_positions(app, files.positions, required ? "--" : "--grid-");
}

void show_grid(Scene& scene, const PositionSource& source) {
  const Property& sides = *find_property("positions.grid");
  if (source.grid.empty() || !scene.options.words(sides).empty()) return;
  set(scene, sides, source.grid);
  if (!source.frames.empty())
    say("Pictures count the frames of a grid from 0: numbers of frames are of kernels alone.");
  if (!source.text.empty())
    set(scene, *find_property("positions.text"), fmt::format("{}", fmt::join(source.text, ",")));
  if (source.fps) set(scene, *find_property("positions.fps"), *source.fps);
}

std::string told_with_option(const std::string& sentence, const std::vector<std::int64_t>& axes) {
  std::string words = sentence;
  for (std::size_t a = 0; a < axes.size(); ++a)
    words += (a == 0 ? ". Give --token-axis " : " or --token-axis ") + std::to_string(axes[a]);
  return words;
}

} // namespace ropescope::cli
