#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/model_options.h"
#include "app/cli/position_options.h"
#include "core/check/check.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/raw.h"
#include "core/io/tensor_file.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  PositionOptions positions;
  std::string in, out, layout = "auto", report, dtype;
  std::vector<std::int64_t> shape;
  std::optional<std::int64_t> token_axis;
  std::optional<double> seq_len;
  bool json = false;
};

Array read_rows(const std::string& file, const Options& options) {
  Array array = options.dtype.empty() ? read_array(file) : read_raw(file, options.dtype, options.shape);
  if (array.dtype == DType::integer)
    throw Error(fmt::format("{}: holds integers, expected float64, float32, float16 or bfloat16", file));
  return array;
}

/// Heads of queries and of keys, where the model's file says; to tell heads from tokens.
std::vector<std::int64_t> head_counts(const Options& options) {
  std::vector<std::int64_t> counts;
  if (options.model.config.empty()) return counts;
  constexpr std::uintmax_t greatest = std::uintmax_t{1} << 26;
  try {
    const auto json = nlohmann::json::parse(read_file(options.model.config, greatest), nullptr, false);
    for (const char* part : {"", "text_config"}) {
      const auto& config = *part && json.is_object() && json.contains(part) ? json[part] : json;
      if (!config.is_object()) continue;
      for (const char* key : {"num_attention_heads", "num_key_value_heads", "n_head"})
        if (config.contains(key) && config[key].is_number_integer()) counts.push_back(config[key]);
    }
  } catch (const Error&) { // a GGUF file beyond that
  }
  return counts;
}

/// Which axis counts the tokens: that asked for, or the only one that can.
std::int64_t find_token_axis(const Array& array, const Options& options) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (options.token_axis) return *options.token_axis;
  if (rank <= 2) return 0;
  const auto extent = [&](std::int64_t axis) { return array.shape[static_cast<std::size_t>(axis)]; };
  std::vector<std::int64_t> possible;
  const auto keep = [&](auto holds) {
    std::vector<std::int64_t> kept;
    std::copy_if(possible.begin(), possible.end(), std::back_inserter(kept), holds);
    if (!kept.empty()) possible = kept;
  };
  const auto known = options.positions.count();
  for (std::int64_t axis = 0; axis < rank - 1; ++axis)
    if (known ? extent(axis) == *known : axis >= rank - 3) possible.push_back(axis);
  if (known && possible.empty())
    throw Error(fmt::format("{}: shape ({}) has no axis of the {} tokens that there are positions for", options.in,
                            fmt::join(array.shape, ", "), *known));
  if (possible.size() > 1) keep([&](std::int64_t axis) { return extent(axis) > 1; });
  const std::vector<std::int64_t> heads = head_counts(options);
  const auto counts_heads = [&](std::int64_t axis) {
    return std::find(heads.begin(), heads.end(), extent(axis)) != heads.end();
  };
  if (possible.size() > 1) keep([&](std::int64_t axis) { return !counts_heads(axis); });
  constexpr std::int64_t most_heads = 128;
  if (possible.size() > 1) keep([&](std::int64_t axis) { return extent(axis) > most_heads; });
  if (possible.size() == 1) return possible.front();
  throw Error(fmt::format("{}: shape ({}), and axes {} may each count the tokens: expected --token-axis", options.in,
                          fmt::join(array.shape, ", "), fmt::join(possible, " and ")));
}

std::int64_t count_heads(const Array& array, std::int64_t token_axis) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (rank < 3) return 1;
  const std::int64_t axis = token_axis < 0 ? rank + token_axis : token_axis;
  // The axis next to the last, unless that counts tokens: then the one before it.
  return array.shape[static_cast<std::size_t>(axis == rank - 2 ? rank - 3 : rank - 2)];
}

KernelRun read_run(const Options& options) {
  const ModelConfig model = options.model.resolve();
  const LayerRope& layer = options.model.layer(model);
  KernelRun run;
  run.rope = layer.config;
  options.positions.set_grid(run.rope);
  for (const LayerRope& other : model.layers)
    if (&other != &layer) run.other_layers.push_back(other);
  run.in = read_rows(options.in, options);
  run.out = read_rows(options.out, options);
  if (run.in.shape != run.out.shape)
    throw Error(fmt::format("{} has shape ({}) and {} has ({}), expected the same", options.in,
                            fmt::join(run.in.shape, ", "), options.out, fmt::join(run.out.shape, ", ")));
  const std::int64_t token_axis = find_token_axis(run.in, options);
  run.shape = row_shape(run.in, token_axis, run.rope, options.in);
  run.heads = count_heads(run.in, token_axis);
  run.positions = options.positions.read(run.rope, run.shape.tokens, options.in);
  run.seq_len = options.seq_len;
  run.rope.layout = asked_layout(options.layout, run.rope);
  if (run.shape.head_dim != run.rope.head_dim) run.rope.layout.offset = run.rope.nope_dim;
  const Spectrum spectrum = make_spectrum(run.rope, run.length());
  const auto axes = pair_axes(run.rope, run.positions.axes);
  validate({.turns = spectrum.turns, .layout = run.rope.layout, .pair_axis = axes, .positions = run.positions},
           run.shape, spectrum.rotary_dim);
  if (!options.positions.given()) say(fmt::format("Positions 0 … {}, as none are given.", run.shape.tokens - 1));
  return run;
}

std::string words_of(const Cause& cause) {
  std::string words = cause.name;
  for (const auto& [name, value] : cause.parameters)
    std::visit(
        [&, key = name](const auto& v) {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
            words += fmt::format(" {} {}", key,
                                 v.size() > 8 ? fmt::format("({} of them)", v.size())
                                              : fmt::format("{}", fmt::join(v, ",")));
          else if constexpr (std::is_same_v<T, double>)
            words += fmt::format(" {} {:.7g}", key, v);
          else
            words += fmt::format(" {} {}", key, v);
        },
        value);
  return words;
}

/// What a person reads: nothing but the sentence where the kernel agrees.
void say_finding(const Finding& finding) {
  say(finding.sentence);
  if (finding.verdict == Verdict::match) return;
  say(fmt::format("{} of {} rows differ from the expected rotation, by up to {:.3g}.", finding.rows_wrong, finding.rows,
                  finding.max_abs_error));
  say(fmt::format("Residual {:.2g}; rounding explains {:.2g} ({}).", finding.residual, finding.tolerance,
                  finding.tolerance_reason));
  constexpr std::size_t shown = 6;
  for (std::size_t h = 1; h < std::min(shown, finding.hypotheses.size()); ++h) {
    std::string causes;
    for (const Cause& cause : finding.hypotheses[h].causes) causes += (causes.empty() ? "" : ", ") + words_of(cause);
    say(fmt::format("  {:9.2e}  {}", finding.hypotheses[h].residual, causes));
  }
  for (const Cause& cause : finding.indistinguishable)
    say(fmt::format("This file cannot tell it from: {}.", words_of(cause)));
  if (!finding.decide_by.empty()) say(fmt::format("To decide: {}.", finding.decide_by));
}

int check_kernel(const Options& options) {
  if (!options.report.empty() && std::filesystem::path(options.report).extension() != ".json")
    throw Error(fmt::format("--report {}: expected a file name that ends in .json", options.report));
  const KernelRun run = read_run(options);
  const Finding finding = check(run);
  const std::string json = finding_json(finding, run);
  if (!options.report.empty()) write_file(options.report, json);
  if (options.json)
    fmt::print("{}", json);
  else
    say_finding(finding);
  return finding.verdict == Verdict::mismatch ? 1 : 0;
}

} // namespace

void add_check(CLI::App& app, Command& command) {
  CLI::App* check_command =
      app.add_subcommand("check", "says what somebody's kernel did instead of the expected rotation");
  auto options = std::make_shared<Options>();
  options->model.add_to(*check_command);
  check_command->add_option("--in", options->in, "the kernel's input: .npy, .safetensors[:NAME], or raw with --dtype")
      ->required();
  check_command->add_option("--out", options->out, "its output, of the same shape")->required();
  auto* dtype = check_command->add_option("--dtype", options->dtype, "of raw files, little-endian");
  dtype->check(CLI::IsMember({"float64", "float32", "float16", "bfloat16"}));
  auto* shape = check_command->add_option("--shape", options->shape, "N,N,… of raw files, the last axis is head_dim");
  shape->delimiter(',')->needs(dtype);
  dtype->needs(shape);
  options->positions.add_to(*check_command);
  check_command->add_option("--token-axis", options->token_axis,
                            "which axis counts the tokens, where the shape does not tell");
  check_command->add_option("--layout", options->layout, "how the model pairs components")
      ->check(CLI::IsMember({"auto", "half", "interleaved"}))
      ->capture_default_str();
  check_command->add_option("--seq-len", options->seq_len, "tokens of the call; by default the greatest position + 1");
  check_command->add_flag("--json", options->json, "the finding as JSON on standard output");
  check_command->add_option("--report", options->report, "FILE.json: the finding in a file");
  check_command->callback([options, &command] { command = [options] { return check_kernel(*options); }; });
}

} // namespace ropescope::cli
