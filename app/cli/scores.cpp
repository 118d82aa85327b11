#include <algorithm>
#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/command_line.h"
#include "app/cli/engines.h"
#include "app/cli/model_options.h"
#include "core/analysis/score_curve.h"
#include "core/error.h"
#include "core/io/tensor_file.h"

namespace ropescope::cli {

namespace {

constexpr std::int64_t greatest_distance = 100'000'000;

struct Options {
  ModelOptions model;
  std::int64_t max_distance = 0;
  std::optional<double> seq_len;
  std::string q, k, format = "csv", engine = "cpu";
};

/// One head: an array of head_dim numbers, whatever axes of one entry are before.
std::vector<double> read_head(const std::string& file, std::int64_t head_dim) {
  const Array array = read_array(file);
  if (array.size() != head_dim || array.holds_integers())
    throw Error(fmt::format("{}: shape ({}), expected one head of {} floating-point numbers", file,
                            fmt::join(array.shape, ", "), head_dim));
  const auto finite = [](auto x) { return std::isfinite(x); };
  if (!std::all_of(array.doubles.begin(), array.doubles.end(), finite) ||
      !std::all_of(array.floats.begin(), array.floats.end(), finite))
    throw Error(fmt::format("{}: holds a number that is not finite", file));
  return array.dtype == NumberFormat::float64 ? array.doubles
                                              : std::vector<double>(array.floats.begin(), array.floats.end());
}

int print(const Options& options) {
  if (options.max_distance < 0 || options.max_distance > greatest_distance)
    throw Error(fmt::format("--max-distance {}: expected 0…{}", options.max_distance, greatest_distance));
  const Model model = options.model.resolve();
  const RopeConfig& rope = options.model.layer(model).config;
  const Spectrum spectrum =
      make_spectrum(rope, options.seq_len.value_or(static_cast<double>(options.max_distance + 1)));
  if (!spectrum.rule.empty()) say(spectrum.rule);

  std::vector<ScoreScan::Weight> weights = equal_weights(spectrum.pairs());
  if (options.q.empty() != options.k.empty())
    throw Error("--q and --k weigh the pairs together: expected both or neither");
  if (!options.q.empty()) {
    if (2 * spectrum.pairs() > spectrum.head_dim)
      throw Error(fmt::format("rotary_dim is {}, expected an even number within the head", spectrum.rotary_dim));
    weights = weights_of(rope.layout.pairs, spectrum.pairs(), read_head(options.q, spectrum.head_dim),
                         read_head(options.k, spectrum.head_dim));
  }
  const ScoreScan scan{.turns = spectrum.turns, .weights = weights, .first = 0};

  std::vector<double> scores;
  if (options.engine == "cpu")
    scores = exact_scores(scan, options.max_distance + 1);
  else {
    std::vector<float> computed(static_cast<std::size_t>(options.max_distance + 1));
    ChosenEngine engine(options.engine);
    (*engine).scan(scan, computed);
    scores.assign(computed.begin(), computed.end());
  }

  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  if (options.format == "csv") {
    fmt::format_to(out, "distance,score\n");
    for (std::size_t i = 0; i < scores.size(); ++i) fmt::format_to(out, "{},{:.17g}\n", i, scores[i]);
  } else {
    fmt::format_to(out, "{{\"rope_type\": \"{}\", \"pairs\": {}, \"scores\": [", rope_type_name(rope.scaling.rope_type),
                   spectrum.pairs());
    for (std::size_t i = 0; i < scores.size(); ++i) fmt::format_to(out, "{}{:.17g}", i ? ", " : "", scores[i]);
    fmt::format_to(out, "]}}\n");
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

} // namespace

void add_scores(CLI::App& app, Command& command) {
  CLI::App* scores = app.add_subcommand("scores", "prints the score at every distance");
  auto options = std::make_shared<Options>();
  options->model.add_to(*scores);
  scores->add_option("--max-distance", options->max_distance, "tokens")->required();
  scores->add_option("--seq-len", options->seq_len, "tokens of the call; by default the greatest distance + 1");
  scores->add_option("--q", options->q, "one query head (.npy), weighs the pairs");
  scores->add_option("--k", options->k, "one key head (.npy)");
  scores->add_option("--format", options->format)->check(CLI::IsMember({"csv", "json"}))->capture_default_str();
  add_engine_option(*scores, options->engine, {"cpu", "gpu"});
  scores->callback([options, &command] { command = [options] { return print(*options); }; });
}

} // namespace ropescope::cli
