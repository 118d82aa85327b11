#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/command_line.h"
#include "app/cli/engines.h"
#include "app/cli/model_options.h"
#include "app/cli/position_options.h"
#include "core/error.h"
#include "core/io/tensor_file.h"
#include "core/rope/recipe.h"
#include "core/rope/xpos.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  PositionSource positions;
  std::string in, out, role, layout = "auto", recipe = "exact", engine = "cpu";
  std::optional<double> seq_len;
  std::int64_t token_axis = -2;
  bool inverse = false;

  Role as() const { return role == "key" ? Role::key : Role::query; }
};

/// The table that takes the place of exact angles: a recipe's, or xPos's with its gains. Empty where there is none.
std::vector<CosSin<double>> chosen_table(const Options& options, const Recipe& recipe, const RopeConfig& rope,
                                         double seq_len, const Rotation& rotation, NumberFormat dtype) {
  if (recipe.angle == AngleRule::turns && !rope.attention.xpos_scale_base) return {};
  if (recipe.angle != AngleRule::turns && dtype == NumberFormat::float64)
    throw Error(
        fmt::format("--recipe {}: its arithmetic is float32 or less, and {} holds float64", recipe.name, options.in));
  std::vector<CosSin<double>> table = recipe_table(recipe, rope, seq_len, rotation, dtype);
  if (!rope.attention.xpos_scale_base) return table;
  // What undoes a query's growth is a key's shrinking.
  const Role role = options.inverse == (options.as() == Role::key) ? Role::query : Role::key;
  apply_xpos(rope, rotation.positions, role, seq_len, table);
  say(fmt::format("xPos: rotated as {}.", options.as() == Role::key ? "keys" : "queries"));
  return table;
}

/// A model's own scale of queries beside the rotation: on request, since apply_rotary_pos_emb does not have it.
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
  PairLayout layout = asked_layout(options.layout, model, rope);
  if (layout.output != layout.pairing)
    say(fmt::format("The result is written {}, as the model's code does.", pairing_name(layout.output)));
  if (options.inverse) {
    std::swap(layout.pairing, layout.output);
    layout.direction = static_cast<std::int8_t>(-layout.direction);
  }
  return layout;
}

const Recipe& chosen_recipe(const Options& options, const RopeConfig& rope) {
  if (options.recipe == "model") return recipe_of(rope);
  if (const Recipe* recipe = find_recipe(options.recipe)) return *recipe;
  std::vector<std::string_view> names{"model"};
  for (const Recipe& recipe : recipes()) names.push_back(recipe.name);
  throw Error(fmt::format("--recipe {}: expected one of {}", options.recipe, fmt::join(names, ", ")));
}

int rotate(const Options& options) {
  const Model model = options.model.resolve();
  RopeConfig rope = options.model.layer(model).config;
  options.positions.set_grid(rope);
  const Recipe& recipe = chosen_recipe(options, rope);
  Array array = read_array(options.in);
  if (array.holds_integers())
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", options.in));
  const RowShape shape = row_shape(array, options.token_axis, rope, options.in);
  const Positions positions = options.positions.read(rope, shape.tokens, options.in);
  const double call_length = static_cast<double>(std::max<std::int64_t>(sequence_length(positions), 1)),
               seq_len = options.seq_len.value_or(call_length);
  const Spectrum spectrum = make_spectrum(rope, seq_len);
  if (!spectrum.rule.empty()) say(spectrum.rule);

  if (options.inverse && spectrum.attention_factor == 0) throw Error("an attention factor of 0 cannot be undone");
  const std::vector<std::uint8_t> axes = pair_axes(rope, positions.axes);
  const bool exact = recipe.angle == AngleRule::turns;
  const double gain = exact ? spectrum.attention_factor : model_attention_factor(rope, seq_len);
  Rotation rotation{.turns = spectrum.turns,
                    .attention_factor = options.inverse ? 1 / gain : gain,
                    .layout = chosen_layout(options, model, rope),
                    .pair_axis = axes,
                    .positions = positions};
  if (shape.head_dim != rope.layout.head_dim) rotation.layout.offset = rope.layout.nope_dim;
  validate(rotation, shape, spectrum.rotary_dim);
  const auto table = chosen_table(options, recipe, rope, seq_len, rotation, *array.dtype);
  rotation.table = table;
  rotation.fused = recipe.fused;
  if (recipe.each_step) rotation.step = *array.dtype;
  if (!exact) say(fmt::format("recipe {}: {}.", recipe.name, recipe.line));
  ChosenEngine engine(options.engine);
  if (array.dtype == NumberFormat::float64)
    (*engine).rotate(rotation, shape, std::span<const double>(array.doubles), array.doubles);
  else
    (*engine).rotate(rotation, shape, std::span<const float>(array.floats), array.floats);
  scale_if_asked(options, rope, positions, shape, array);
  write_array(options.out, array);
  return 0;
}

} // namespace

void add_rotate(CLI::App& app, Command& command) {
  CLI::App* rotate_command = app.add_subcommand("rotate", "applies a model's RoPE to an array of heads");
  auto options = std::make_shared<Options>();
  options->model.add_to(*rotate_command);
  rotate_command
      ->add_option("--in", options->in,
                   "X.npy or X.safetensors[:NAME], float64, float32, float16 or bfloat16; last axis: head_dim")
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
  rotate_command->callback([options, &command] { command = [options] { return rotate(*options); }; });
}

} // namespace ropescope::cli
