#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/command_line.h"
#include "app/cli/engines.h"
#include "app/cli/model_options.h"
#include "core/error.h"
#include "core/io/tensor_file.h"
#include "core/rope/recipe.h"
#include "core/rope/xpos.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  std::string in, out, positions, grid, role, layout = "auto", recipe = "exact", engine = "cpu";
  std::optional<std::int64_t> offset;
  std::optional<double> seq_len;
  std::vector<std::int64_t> cu_seqlens, start_positions;
  std::int64_t token_axis = -2, cp_size = 1, cp_rank = 0, merge = 1, prefix = 0;
  bool inverse = false;

  Role as() const { return role == "key" ? Role::key : Role::query; }
};

RowShape row_shape(const Array& array, std::int64_t token_axis, const RopeConfig& rope, const std::string& file) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (array.size() == 0)
    throw Error(fmt::format("{}: shape ({}) holds no numbers", file, fmt::join(array.shape, ", ")));
  if (rank == 0)
    throw Error(fmt::format("{}: a single number, expected an array whose last axis is the head dimension", file));
  const std::int64_t width = array.shape.back();
  if (width != rope.head_dim && width != rope.head_dim + rope.nope_dim) {
    const std::string with_nope =
        rope.nope_dim > 0 ? fmt::format(", or {} with the part that does not turn", rope.head_dim + rope.nope_dim) : "";
    throw Error(fmt::format("{}: shape ({}), expected a last axis of {} (the model's head_dim{})", file,
                            fmt::join(array.shape, ", "), rope.head_dim, with_nope));
  }
  RowShape shape{1, 1, 1, width};
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

struct Grid {
  std::int64_t rows = 0, columns = 0;
};

/// "14x14", or "14" for a square.
Grid read_grid(const std::string& words) {
  Grid grid;
  const char *text = words.data(), *end = text + words.size();
  const auto first = std::from_chars(text, end, grid.rows);
  auto last = first;
  grid.columns = grid.rows;
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == 'x')
    last = std::from_chars(first.ptr + 1, end, grid.columns);
  constexpr std::int64_t greatest = 65536;
  if (first.ec != std::errc{} || last.ec != std::errc{} || last.ptr != end || grid.rows < 1 || grid.columns < 1 ||
      grid.rows > greatest || grid.columns > greatest)
    throw Error(fmt::format("--grid {}: expected rows x columns of patches, as in 14x14", words));
  return grid;
}

Positions positions_of_grid(const Options& options, const RopeConfig& rope, std::int64_t tokens) {
  const auto [rows, columns] = read_grid(options.grid);
  if (rows * columns != tokens - options.prefix)
    throw Error(fmt::format("--grid {} with --prefix {}: {} tokens, and {} has {}", options.grid, options.prefix,
                            rows * columns + options.prefix, options.in, tokens));
  return grid_positions(rope, rows, columns, options.merge, options.prefix);
}

/// Of packed sequences, which hold as many tokens as all ranks together.
Positions positions_of_packed(const Options& options, std::int64_t tokens) {
  if (options.cu_seqlens.back() != tokens * options.cp_size)
    throw Error(fmt::format("--cu-seqlens ends at {}, expected {} as {} has tokens{}", options.cu_seqlens.back(),
                            tokens * options.cp_size, options.in,
                            options.cp_size > 1 ? ", times the number of ranks" : ""));
  return packed_positions(options.cu_seqlens, options.start_positions, options.cp_size, options.cp_rank);
}

Positions positions_of_file(const Options& options) {
  const Array array = read_array(options.positions);
  if (array.dtype != DType::integer)
    throw Error(fmt::format("{}: positions are floating point, expected integers", options.positions));
  if (array.shape.empty() || array.shape.size() > 2)
    throw Error(fmt::format("{}: shape ({}), expected [tokens] or [axes, tokens]", options.positions,
                            fmt::join(array.shape, ", ")));
  return {array.shape.size() == 2 ? array.shape[0] : 1, array.integers};
}

Positions read_positions(const Options& options, const RopeConfig& rope, std::int64_t tokens) {
  constexpr std::int64_t greatest_ranks = 1 << 20;
  if (options.cp_size < 1 || options.cp_size > greatest_ranks || options.cp_rank < 0 ||
      options.cp_rank >= options.cp_size)
    throw Error(fmt::format("--cp-rank {} of --cp-size {}: expected a rank from 0", options.cp_rank, options.cp_size));
  if (!options.grid.empty()) return positions_of_grid(options, rope, tokens);
  Positions positions;
  if (!options.positions.empty())
    positions = positions_of_file(options);
  else if (!options.cu_seqlens.empty())
    positions = positions_of_packed(options, tokens);
  else {
    const std::int64_t offset = options.offset.value_or(0), whole[] = {0, tokens * options.cp_size};
    if (offset < -greatest_position || offset > greatest_position)
      throw Error(fmt::format("--offset {}: expected a position within ±2^31", offset));
    positions = packed_positions(whole, options.start_positions, options.cp_size, options.cp_rank);
    for (std::int64_t& id : positions.ids) id += offset;
  }
  if (rope.rotates && of_patches(rope.axis_rule) && positions.axes == 1)
    throw Error("this model's positions are rows and columns: expected --grid, or --positions of [2, tokens]");
  return positions;
}

Format format_of(DType dtype) {
  return dtype == DType::bfloat16 ? Format::bfloat16 : dtype == DType::float16 ? Format::float16 : Format::float32;
}

/// The table that takes the place of exact angles: a recipe's, or xPos's with its gains. Empty where there is none.
std::vector<CosSin<double>> chosen_table(const Options& options, const Recipe& recipe, const RopeConfig& rope,
                                         double seq_len, const Rotation& rotation, DType dtype) {
  if (recipe.angle == AngleRule::turns && !rope.xpos_scale_base) return {};
  if (recipe.angle != AngleRule::turns && dtype == DType::float64)
    throw Error(
        fmt::format("--recipe {}: its arithmetic is float32 or less, and {} holds float64", recipe.name, options.in));
  std::vector<CosSin<double>> table = recipe_table(recipe, rope, seq_len, rotation, format_of(dtype));
  if (!rope.xpos_scale_base) return table;
  // What undoes a query's growth is a key's shrinking.
  const Role role = options.inverse == (options.as() == Role::key) ? Role::query : Role::key;
  apply_xpos(rope, rotation.positions, role, seq_len, table);
  say(fmt::format("xPos: rotated as {}.", options.as() == Role::key ? "keys" : "queries"));
  return table;
}

/// A model's own scale of queries beside the rotation: on request, since apply_rotary_pos_emb does not have it.
void scale_if_asked(const Options& options, const RopeConfig& rope, const Positions& positions, const RowShape& shape,
                    Array& array) {
  if (rope.query_scale == QueryScale::none) return;
  if (options.role == "query" && options.inverse) throw Error("--inverse does not undo the scale of --role query");
  if (options.role != "query") {
    say("This model multiplies queries by a number that grows with the position; --role query does so too.");
    return;
  }
  array.dtype == DType::float64 ? scale_queries(rope, positions, shape, std::span(array.doubles))
                                : scale_queries(rope, positions, shape, std::span(array.floats));
  say("Queries were multiplied by the model's scale of their positions.");
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

const Recipe& chosen_recipe(const Options& options, const RopeConfig& rope) {
  if (options.recipe == "model") return recipe_of(rope);
  if (const Recipe* recipe = find_recipe(options.recipe)) return *recipe;
  std::vector<std::string_view> names{"model"};
  for (const Recipe& recipe : recipes()) names.push_back(recipe.name);
  throw Error(fmt::format("--recipe {}: expected one of {}", options.recipe, fmt::join(names, ", ")));
}

int rotate(const Options& options) {
  const ModelConfig model = options.model.resolve();
  RopeConfig rope = options.model.layer(model).config;
  if (rope.axis_rule == AxisRule::centred_grid && !options.grid.empty()) {
    const auto [rows, columns] = read_grid(options.grid);
    rope.grid_height = rows;
    rope.grid_width = columns;
  }
  const Recipe& recipe = chosen_recipe(options, rope);
  Array array = read_array(options.in);
  if (array.dtype == DType::integer)
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", options.in));
  const RowShape shape = row_shape(array, options.token_axis, rope, options.in);
  const Positions positions = read_positions(options, rope, shape.tokens);
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
                    .layout = chosen_layout(options, rope),
                    .pair_axis = axes,
                    .positions = positions};
  if (shape.head_dim != rope.head_dim) rotation.layout.offset = rope.nope_dim;
  validate(rotation, shape, spectrum.rotary_dim);
  const auto table = chosen_table(options, recipe, rope, seq_len, rotation, array.dtype);
  rotation.table = table;
  rotation.fused = recipe.fused;
  if (recipe.each_step) rotation.step = format_of(array.dtype);
  if (!exact) say(fmt::format("recipe {}: {}.", recipe.name, recipe.line));
  ChosenEngine engine(options.engine);
  if (array.dtype == DType::float64)
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
  const char *where = "Positions", *of_ranks = "Packed sequences";
  rotate_command
      ->add_option("--in", options->in,
                   "X.npy or X.safetensors[:NAME], float64, float32, float16 or bfloat16; last axis: head_dim")
      ->required();
  rotate_command->add_option("--out", options->out, "Y.npy or Y.safetensors, of the same dtype and shape")->required();
  auto* positions =
      rotate_command->add_option("--positions", options->positions, "P.npy, integers [tokens] or [axes, tokens]");
  positions->group(where);
  auto* offset = rotate_command->add_option("--offset", options->offset, "position of the first token, others follow");
  offset->group(where)->excludes(positions);
  auto* grid = rotate_command->add_option("--grid", options->grid, "ROWSxCOLUMNS of an image's patches, row by row");
  grid->group(where)->excludes(positions)->excludes(offset);
  rotate_command->add_option("--merge", options->merge, "of --grid: patches in blocks of so many a side (Qwen)")
      ->group(where)
      ->needs(grid);
  rotate_command->add_option("--prefix", options->prefix, "of --grid: tokens before the patches that do not turn")
      ->group(where)
      ->needs(grid);
  auto* packed = rotate_command->add_option("--cu-seqlens", options->cu_seqlens,
                                            "0,END,END…: sequences packed one behind the other, each from 0");
  packed->delimiter(',')->group(of_ranks)->excludes(positions)->excludes(offset)->excludes(grid);
  rotate_command->add_option("--start-positions", options->start_positions, "first position of each sequence")
      ->delimiter(',')
      ->group(of_ranks)
      ->excludes(positions)
      ->excludes(offset)
      ->excludes(grid);
  auto* cp_size = rotate_command->add_option("--cp-size", options->cp_size, "context-parallel ranks");
  cp_size->group(of_ranks)->excludes(positions)->excludes(grid);
  rotate_command->add_option("--cp-rank", options->cp_rank, "which of them X belongs to")
      ->group(of_ranks)
      ->needs(cp_size);
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
