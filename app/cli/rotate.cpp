#include <algorithm>
#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/model_options.h"
#include "app/cli/position_options.h"
#include "app/cli/say.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/row_shape.h"
#include "core/io/tensor_file.h"
#include "core/rope/embedding.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  PositionSource positions;
  std::string in, out, role, layout = "auto", recipe = "exact", engine = "cpu";
  std::optional<double> seq_len;
  std::int64_t token_axis = -2; ///< from the end: the axis before head_dim
  bool inverse = false;

  Role as() const { return role == "key" ? Role::key : Role::query; }
};

/// Some models multiply queries by a number that depends on the position, beside the rotation. Done only on request,
/// since apply_rotary_pos_emb of Hugging Face's code does not do it; otherwise a person is told of it.
void scale_if_asked(const Options& options, const RopeConfig& rope, const Positions& positions, const RowShape& shape,
                    Array& array) {
  if (rope.attention.query_scale == QueryScale::none) return;
  if (options.role == "query" && options.inverse) throw Error("--inverse does not undo the scale of --role query");
  if (options.role != "query") {
    say("This model multiplies queries by a number that grows with the position; --role query does so too.");
    return;
  }
  array.dtype == NumberFormat::float64 ? scale_queries(rope, positions, shape, std::span(array.doubles))
                                       : scale_queries(rope, positions, shape, std::span(array.floats));
  say("Queries were multiplied by the model's scale of their positions.");
}

/// The layout asked for, with what else the model's code does: part of the head, order of the output, sign.
PairLayout chosen_layout(const Options& options, const Model& model, const RopeConfig& rope) {
  const PairLayout layout = asked_layout(options.layout, model, rope);
  if (layout.output != layout.pairing)
    say(fmt::format("The result is written {}, as the model's code does.", pairing_name(layout.output)));
  return layout;
}

/// The arithmetic of --recipe. "model" is the recipe of the model's own code. Throws Error where there is none so
/// named.
const Recipe& chosen_recipe(const Options& options, const RopeConfig& rope) {
  if (options.recipe == "model") return recipe_of(rope);
  if (const Recipe* recipe = find_recipe(options.recipe)) return *recipe;
  std::vector<std::string_view> names{"model"};
  for (const Recipe& recipe : recipes()) names.push_back(recipe.name);
  throw Error(fmt::format("--recipe {}: expected one of {}", options.recipe, fmt::join(names, ", ")));
}

/// Throws Error where no code does this arithmetic on rows of that format: recipes imitate kernels, and there are none
/// of float32 arithmetic on float64 rows, nor any that multiply in float8.
void require_rows(const Recipe& recipe, NumberFormat rows, const std::string& file) {
  if (recipe.angle != AngleRule::turns && rows == NumberFormat::float64)
    throw Error(fmt::format("--recipe {}: its arithmetic is float32 or less, and {} holds float64", recipe.name, file));
  // A recipe without a format for its tables, or that rounds each step, takes the format of the rows.
  const bool rounds_to_rows = recipe.each_step || !recipe.tables;
  if (rounds_to_rows && properties_of(rows).bytes == 1)
    throw Error(fmt::format("--recipe {}: it computes in the rows' format, and nothing computes in the {} of {}: "
                            "expected exact, or a recipe whose tables are float32 or 16 bits",
                            recipe.name, number_format_name(rows), file));
}

/// Says how many numbers became infinity or NaN because they no longer fit. A rotation may make a component √2 times as
/// large, which with the small range of float8 is soon beyond its greatest number.
void say_overflow(const Array& array) {
  if (array.holds_integers() || properties_of(*array.dtype).bytes != 1) return;
  const auto lost = std::count_if(array.floats.begin(), array.floats.end(), [&](float x) {
    return std::isfinite(x) && !std::isfinite(rounded(*array.dtype, x));
  });
  if (lost > 0)
    say(fmt::format("{} numbers are beyond the {} that {} holds, and are written as {}.", lost,
                    properties_of(*array.dtype).greatest, number_format_name(*array.dtype),
                    array.dtype == NumberFormat::float8_e4m3 ? "NaN" : "infinity"));
}

int rotate(const Options& options) {
  require_other_file(options.out, options.model.config, "the model's file");
  const Model model = options.model.resolve();
  RopeConfig rope = options.model.layer(model).config;
  // Before anything is derived from the config: DINOv3's frequencies depend on the sides of the grid.
  options.positions.set_grid(rope);
  const Recipe& recipe = chosen_recipe(options, rope);
  Array array = read_array(options.in);
  if (array.holds_integers()) throw Error(fmt::format("{}: holds integers, expected floating point", options.in));
  require_rows(recipe, *array.dtype, options.in);
  const RowShape shape = row_shape(array, options.token_axis, rope, options.in);
  const Positions positions = options.positions.read(rope, shape.tokens, options.in);
  const double call_length = static_cast<double>(std::max<std::int64_t>(sequence_length(positions), 1)),
               seq_len = options.seq_len.value_or(call_length);
  rope.layout.pairs = chosen_layout(options, model, rope);
  const Embedding forward(ValidRope(rope), seq_len, recipe);
  if (const std::string& rule = forward.spectrum().rule; !rule.empty()) say(rule);
  if (rope.attention.xpos_scale_base)
    say(fmt::format("xPos: rotated as {}.", options.role == "key" ? "keys" : "queries"));
  if (recipe.angle != AngleRule::turns) say(fmt::format("recipe {}: {}.", recipe.name, recipe.line));
  ChosenEngine engine(options.engine);
  // In place, in the array that was read. It is written at the end, when nothing can be refused any more.
  (options.inverse ? forward.inverse() : forward).rotate(*engine, shape, positions, array, options.as());
  scale_if_asked(options, rope, positions, shape, array);
  say_overflow(array);
  write_array(options.out, array);
  return 0;
}

} // namespace

void add_rotate(CLI::App& app, Command& command) {
  CLI::App* rotate_command = app.add_subcommand("rotate", "applies a model's RoPE to an array of heads");
  auto options = std::make_shared<Options>();
  options->model.add_to(*rotate_command);
  rotate_command->add_option("--in", options->in, "X.npy or X.safetensors[:NAME], floating point; last axis: head_dim")
      ->required();
  rotate_command->add_option("--out", options->out, "Y.npy or Y.safetensors, of the same dtype and shape")->required();
  add_positions(*rotate_command, options->positions);
  rotate_command->add_option("--token-axis", options->token_axis, "which axis of X counts the tokens")
      ->capture_default_str();
  rotate_command->add_option("--layout", options->layout, "how components pair")
      ->check(CLI::IsMember({"auto", "half", "interleaved"}))
      ->capture_default_str();
  rotate_command->add_option("--seq-len", options->seq_len, "tokens of the call; by default the greatest position + 1");
  rotate_command
      ->add_option("--recipe", options->recipe,
                   "the arithmetic: exact, model (as the model's own code), float32, ggml_recurrence, powf, "
                   "bf16_tables, bf16_positions …")
      ->capture_default_str();
  rotate_command->add_option("--role", options->role, "what X is: xPos and some models turn queries and keys apart")
      ->check(CLI::IsMember({"query", "key"}));
  rotate_command->add_flag("--inverse", options->inverse, "undoes the rotation and its attention factor");
  add_engine_option(*rotate_command, options->engine, {"cpu", "gpu"});
  rotate_command->callback([options, &command] { command = [options](Output&) { return rotate(*options); }; });
}

} // namespace ropescope::cli
