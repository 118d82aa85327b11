#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/command_line.h"
#include "app/cli/engines.h"
#include "app/cli/model_options.h"
#include "core/error.h"
#include "core/io/npy.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  std::string in, out, positions, layout = "auto", recipe = "exact", engine = "cpu";
  std::optional<std::int64_t> offset;
  std::optional<double> seq_len;
  std::int64_t token_axis = -2;
  bool inverse = false;
};

RowShape row_shape(const Array& array, std::int64_t token_axis, std::int64_t head_dim, const std::string& file) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (array.size() == 0)
    throw Error(fmt::format("{}: shape ({}) holds no numbers", file, fmt::join(array.shape, ", ")));
  if (rank == 0)
    throw Error(fmt::format("{}: a single number, expected an array whose last axis is the head dimension", file));
  if (array.shape.back() != head_dim)
    throw Error(fmt::format("{}: shape ({}), expected a last axis of {} (the model's head_dim)", file,
                            fmt::join(array.shape, ", "), head_dim));
  RowShape shape{1, 1, 1, head_dim};
  if (rank == 1) return shape;
  const std::int64_t axis = token_axis < 0 ? rank + token_axis : token_axis;
  if (axis < 0 || axis >= rank - 1)
    throw Error(fmt::format("--token-axis {}: shape ({}) of {} has no such axis before its last", token_axis,
                            fmt::join(array.shape, ", "), file));
  for (std::int64_t a = 0; a < rank - 1; ++a) {
    const std::int64_t extent = array.shape[static_cast<std::size_t>(a)];
    (a < axis ? shape.outer : a == axis ? shape.tokens : shape.inner) *= extent;
  }
  return shape;
}

Positions read_positions(const Options& options, std::int64_t tokens) {
  if (options.positions.empty()) return consecutive_positions(tokens, options.offset.value_or(0));
  const Array array = read_npy(options.positions);
  if (array.dtype != DType::integer)
    throw Error(fmt::format("{}: positions are floating point, expected integers", options.positions));
  if (array.shape.empty() || array.shape.size() > 2)
    throw Error(fmt::format("{}: shape ({}), expected [tokens] or [axes, tokens]", options.positions,
                            fmt::join(array.shape, ", ")));
  return {array.shape.size() == 2 ? array.shape[0] : 1, array.integers};
}

/// The layout asked for, with what else the model's code does: part of the head, order of the output, sign.
PairLayout chosen_layout(const Options& options, const RopeConfig& rope) {
  PairLayout layout = rope.layout;
  if (const auto pairing = pairing_from_name(options.layout)) {
    if (layout.output == layout.pairing) layout.output = *pairing;
    layout.pairing = *pairing;
    say(fmt::format("layout {}, as asked.", options.layout));
  } else {
    say(fmt::format("layout {}, {}.", pairing_name(layout.pairing), rope.layout_reason));
  }
  if (layout.output != layout.pairing)
    say(fmt::format("The result is written {}, as the model's code does.", pairing_name(layout.output)));
  if (options.inverse) {
    std::swap(layout.pairing, layout.output);
    layout.direction = static_cast<std::int8_t>(-layout.direction);
  }
  return layout;
}

int rotate(const Options& options) {
  const ModelConfig model = options.model.resolve();
  const RopeConfig& rope = options.model.layer(model).config;
  Array array = read_npy(options.in);
  if (array.dtype == DType::integer)
    throw Error(fmt::format("{}: holds integers, expected float64, float32 or float16", options.in));
  const RowShape shape = row_shape(array, options.token_axis, rope.head_dim, options.in);
  const Positions positions = read_positions(options, shape.tokens);
  const std::int64_t call_length = std::max<std::int64_t>(sequence_length(positions), 1);
  const Spectrum spectrum = make_spectrum(rope, options.seq_len.value_or(static_cast<double>(call_length)));
  if (!spectrum.rule.empty()) say(spectrum.rule);

  if (options.inverse && spectrum.attention_factor == 0) throw Error("an attention factor of 0 cannot be undone");
  const std::vector<std::uint8_t> axes = pair_axes(rope, positions.axes);
  const Rotation rotation{.turns = spectrum.turns,
                          .attention_factor =
                              options.inverse ? 1 / spectrum.attention_factor : spectrum.attention_factor,
                          .layout = chosen_layout(options, rope),
                          .pair_axis = axes,
                          .positions = positions};
  validate(rotation, shape, spectrum.rotary_dim);
  ChosenEngine engine(options.engine);
  if (array.dtype == DType::float64)
    (*engine).rotate(rotation, shape, std::span<const double>(array.doubles), array.doubles);
  else
    (*engine).rotate(rotation, shape, std::span<const float>(array.floats), array.floats);
  write_npy(options.out, array);
  return 0;
}

} // namespace

void add_rotate(CLI::App& app, Command& command) {
  CLI::App* rotate_command = app.add_subcommand("rotate", "applies a model's RoPE to an array of heads");
  auto options = std::make_shared<Options>();
  options->model.add_to(*rotate_command);
  rotate_command->add_option("--in", options->in, "X.npy, float64, float32 or float16; last axis: head_dim")
      ->required();
  rotate_command->add_option("--out", options->out, "Y.npy, of the same dtype and shape")->required();
  rotate_command->add_option("--positions", options->positions, "P.npy, integers [tokens] or [axes, tokens]");
  rotate_command->add_option("--offset", options->offset, "position of the first token, the others follow")
      ->excludes("--positions");
  rotate_command->add_option("--token-axis", options->token_axis, "which axis of X counts the tokens")
      ->capture_default_str();
  rotate_command->add_option("--layout", options->layout, "how components pair")
      ->check(CLI::IsMember({"auto", "half", "interleaved"}))
      ->capture_default_str();
  rotate_command->add_option("--seq-len", options->seq_len, "tokens of the call; by default the greatest position + 1");
  rotate_command->add_option("--recipe", options->recipe, "the arithmetic")
      ->check(CLI::IsMember({"exact"}))
      ->capture_default_str();
  rotate_command->add_flag("--inverse", options->inverse, "undoes the rotation and its attention factor");
  add_engine_option(*rotate_command, options->engine, {"cpu", "gpu"});
  rotate_command->callback([options, &command] { command = [options] { return rotate(*options); }; });
}

} // namespace ropescope::cli
