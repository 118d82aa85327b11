#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/checked_files.h"
#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/npy.h"
#include "tests/core/check/axial_kernels.h"
#include "tests/scratch.h"

using namespace ropescope;
using test::AxialKernel;

namespace {

AxialKernel model_named(const std::string& name) {
  for (const AxialKernel& model : test::axial_models(3))
    if (model.name == name) return model;
  throw Error("no such model");
}

/// Rows that `kernel` made of those of `model`, as files, with nothing said of their positions.
KernelFiles files_of(const test::Scratch& scratch, const AxialKernel& model, const AxialKernel& kernel) {
  const KernelRun run = test::axial_run(model, kernel, {});
  write_npy(scratch.path / "in.npy", run.in);
  write_npy(scratch.path / "out.npy", run.out);
  KernelFiles files;
  files.in = (scratch.path / "in.npy").string();
  files.out = (scratch.path / "out.npy").string();
  return files;
}

struct Said {
  std::string verdict, sentence; ///< "refused", and why
};

Said judged(const KernelFiles& files, const std::string& config) {
  try {
    const Model model = parse_model_config(config, "config.json");
    const auto kernel = check_files(files, model, model.layers.front());
    return {std::string(verdict_name(kernel->finding.verdict)), kernel->finding.sentence};
  } catch (const Error& error) {
    return {"refused", error.what()};
  }
}

const std::string wan = R"({"_class_name": "WanTransformer3DModel", "attention_head_dim": 128})",
                  flux = R"({"_class_name": "FluxTransformer2DModel", "attention_head_dim": 128})",
                  cosmos = R"({"_class_name": "CosmosTransformer3DModel", "attention_head_dim": 128})",
                  qwen = R"({"_class_name": "QwenImageTransformer2DModel", "attention_head_dim": 128})",
                  ernie = R"({"_class_name": "ErnieImageTransformer2DModel", "hidden_size": 4096,
                              "num_attention_heads": 32})";

/// "3x4x5" of the positions of frames, rows and columns; without frames "4x5".
std::string grid_of(const AxialKernel& model, bool frames) {
  const auto count = [&](std::size_t axis) {
    std::vector<double> values = model.positions[axis];
    std::sort(values.begin(), values.end());
    return std::unique(values.begin(), values.end()) - values.begin();
  };
  return frames ? fmt::format("{}x{}x{}", count(0), count(1), count(2)) : fmt::format("{}x{}", count(1), count(2));
}

} // namespace

TEST_CASE("files of an image or video model are judged at the positions of a grid, its text and its frame rate") {
  const test::Scratch scratch;
  const AxialKernel video = model_named("Wan 2");
  KernelFiles files = files_of(scratch, video, video);
  files.positions.grid = grid_of(video, true);
  CHECK_MESSAGE(judged(files, wan).verdict == "match", judged(files, wan).sentence);
  AxialKernel exchanged = video;
  std::swap(exchanged.positions[1], exchanged.positions[2]);
  files = files_of(scratch, video, exchanged);
  files.positions.grid = grid_of(video, true);
  CHECK(judged(files, wan).sentence ==
        "The kernel takes the axes of positions in the order t, w, h; the model expects t, h, w.");

  const AxialKernel image = model_named("Flux 1");
  files = files_of(scratch, image, image);
  files.positions.grid = grid_of(image, false);
  const auto rows = static_cast<std::int64_t>(image.positions[1].back()) + 1,
             columns = static_cast<std::int64_t>(image.positions[2].back()) + 1;
  files.positions.text = {static_cast<std::int64_t>(image.tokens()) - rows * columns};
  CHECK_MESSAGE(judged(files, flux).verdict == "match", judged(files, flux).sentence);
  files.positions.grid = fmt::format("{}x{}", columns, rows);
  CHECK(judged(files, flux).verdict == "mismatch");

  const AxialKernel clip = model_named("Cosmos");
  files = files_of(scratch, clip, clip);
  files.positions.grid = grid_of(clip, true);
  files.positions.fps = 16;
  CHECK_MESSAGE(judged(files, cosmos).verdict == "match", judged(files, cosmos).sentence);
  files.positions.fps = 24;
  const Said scaled = judged(files, cosmos);
  CHECK_MESSAGE(scaled.sentence == "The kernel multiplies the positions of axis t (frames) by 1.5.", scaled.sentence);
}

TEST_CASE("files of mixed code agree where the kernel mixes alike, with how far a shift moves a score, and a proper "
          "rotation is named") {
  const test::Scratch scratch;
  const AxialKernel model = model_named("ERNIE-Image");
  const auto with_positions = [&](KernelFiles files) {
    Array table;
    table.dtype = NumberFormat::float64;
    table.shape = {3, static_cast<std::int64_t>(model.tokens())};
    for (const auto& axis : model.positions) table.doubles.insert(table.doubles.end(), axis.begin(), axis.end());
    write_npy(scratch.path / "positions.npy", table);
    files.positions.file = (scratch.path / "positions.npy").string();
    return files;
  };
  const Said right = judged(with_positions(files_of(scratch, model, model)), ernie);
  CHECK_MESSAGE(right.verdict == "match", right.sentence);
  CHECK(right.sentence.find("this is no rotation") != std::string::npos);
  CHECK(right.sentence.find("moves the score of two unit vectors by up to") != std::string::npos);
  AxialKernel rotation = model;
  rotation.mixed = false;
  const Said proper = judged(with_positions(files_of(scratch, model, rotation)), ernie);
  CHECK_MESSAGE(proper.sentence.find("a proper rotation") != std::string::npos, proper.sentence);
  KernelFiles backward = with_positions(files_of(scratch, model, model));
  backward.inverse = true;
  CHECK(judged(backward, ernie).verdict == "refused");
}

TEST_CASE("a grid that does not fit the rows, an axis too many, a fraction of a whole position and one position for "
          "several axes are refused in a sentence") {
  const test::Scratch scratch;
  const AxialKernel video = model_named("Wan 2");
  const auto tokens = static_cast<std::int64_t>(video.tokens());
  const KernelFiles files = files_of(scratch, video, video);
  const auto refuses = [&](const KernelFiles& asked, const std::string& words) {
    const Said said = judged(asked, wan);
    CHECK(said.verdict == "refused");
    CHECK_MESSAGE(said.sentence.find(words) != std::string::npos, said.sentence);
    CHECK(said.sentence.find('\n') == std::string::npos);
  };
  KernelFiles other = files;
  other.positions.grid = "3x4x50";
  refuses(other, "no axis of the 600 tokens");
  const auto at = [&](std::vector<std::int64_t> shape, double position) {
    Array table;
    table.dtype = NumberFormat::float64;
    table.shape = std::move(shape);
    table.doubles.assign(static_cast<std::size_t>(table.size()), position);
    write_npy(scratch.path / "positions.npy", table);
    KernelFiles asked = files;
    asked.positions.file = (scratch.path / "positions.npy").string();
    return asked;
  };
  refuses(at({4, tokens}, 1), "the positions have 4 axes, expected 3 as the model has");
  refuses(at({3, tokens}, 0.5), "is no whole number");
  refuses(at({tokens}, 1), "one position for each token, and this model's tokens have 3");
}
