#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/json_number.h"
#include "app/cli/model_options.h"
#include "app/cli/say.h"
#include "core/analysis/rivals/position_bias.h"
#include "core/analysis/score_curve.h"
#include "core/error.h"
#include "core/io/tensor_file.h"
#include "core/rope/scheme.h"

namespace ropescope::cli {

namespace {

// Tokens. Ten times the longest scan that `bench` measures; its text is about 3 GB.
constexpr std::int64_t greatest_distance = 100'000'000;
// Distances that are computed and printed at a time, so that memory does not grow with the range. A multiple of the
// GPU's blocks, so that pieces give the same numbers as one scan from 0.
constexpr std::int64_t points_at_a_time = std::int64_t{1} << 18;

struct Options {
  ModelOptions model;
  std::int64_t max_distance = 0;
  std::optional<double> seq_len;
  std::string q, k, format = "csv", engine = "cpu", bias;
  std::int64_t head = 0, heads = 1; ///< of the bias
};

/// The position bias that was asked for; null where none was.
const PositionBias* chosen_bias(const Options& options) {
  if (options.bias.empty()) return nullptr;
  if (const PositionBias* bias = find_position_bias(options.bias)) {
    if (options.head >= 0 && options.head < options.heads) return bias;
    throw Error(fmt::format("--head {} of --heads {}: expected a head from 0", options.head, options.heads));
  }
  std::vector<std::string_view> names;
  for (const PositionBias* bias : position_biases()) names.push_back(bias->name);
  throw Error(fmt::format("--bias {}: expected one of {}", options.bias, fmt::join(names, ", ")));
}

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

/// Throws Error for heads whose scores could be beyond `greatest`: no |score| is greater than the sum of all |weights|,
/// and half of the range is left for what rounding adds. Asked before the first line is printed, since an answer that
/// stops halfway looks like one.
void require_finite(std::span<const ScoreScan::Weight> weights, double greatest) {
  double sum = 0;
  for (const auto& [a, b] : weights) sum += std::abs(a) + std::abs(b);
  if (!(sum <= greatest / 2)) throw Error("--q and --k: their products are too large, a score would not be finite");
}

/// The scores from any distance on, by the engine that was asked for. The CPU computes them in double, since they leave
/// the program as numbers; the GPU's are float32.
class Scores {
public:
  Scores(const std::string& engine, const ScoreScan& scan) : scan_(scan) {
    if (engine != "cpu") engine_.emplace(engine);
  }

  std::vector<double> from(std::int64_t first, std::int64_t count) {
    scan_.first = first;
    if (!engine_) return exact_scores(scan_, count);
    std::vector<float> computed(static_cast<std::size_t>(count));
    (**engine_).scan(scan_, computed);
    return {computed.begin(), computed.end()};
  }

private:
  ScoreScan scan_;
  std::optional<ChosenEngine> engine_;
};

/// Lines of CSV, or a piece of a JSON list; commas join it to the piece before.
std::string as_text(std::span<const double> scores, std::int64_t first, bool csv) {
  std::string text;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::int64_t distance = first + static_cast<std::int64_t>(i);
    const std::string number = json_number(scores[i], "a score");
    text += csv ? fmt::format("{},{}\n", distance, number) : (distance > 0 ? ", " : "") + number;
  }
  return text;
}

std::string heading(bool csv, const Scheme& scheme, std::int64_t pairs) {
  if (csv) return "distance,score\n";
  return fmt::format("{{\"scheme\": \"{}\", \"rope_type\": \"{}\", \"pairs\": {}, \"scores\": [", scheme.choice(),
                     scheme.name, pairs);
}

int print(const Options& options, Output& out) {
  if (options.max_distance < 0 || options.max_distance > greatest_distance)
    throw Error(fmt::format("--max-distance {}: expected 0…{}", options.max_distance, greatest_distance));
  const Model model = options.model.resolve();
  const RopeConfig& rope = options.model.layer(model).config;
  const Spectrum spectrum =
      make_spectrum(rope, options.seq_len.value_or(static_cast<double>(options.max_distance + 1)));
  if (!spectrum.rule.empty()) say(spectrum.rule);
  // Scores are of the rotation alone: without a word about it they would be taken for the model's.
  if (const double factor = spectrum.attention_factor; factor != 1)
    say(fmt::format("The scores are without the attention factor {:.6g}: the model's are {:.6g} times as large, by its "
                    "square.",
                    factor, factor * factor));
  if (spectrum.softmax_factor != 1)
    say(fmt::format("The model's code also multiplies its softmax scale by {:.17g}.", spectrum.softmax_factor));

  std::vector<ScoreScan::Weight> weights = equal_weights(spectrum.pairs());
  if (options.q.empty() != options.k.empty())
    throw Error("--q and --k weigh the pairs together: expected both or neither");
  if (!options.q.empty()) {
    if (2 * spectrum.pairs() > spectrum.head_dim)
      throw Error(fmt::format("rotary_dim is {}, expected an even number within the head", spectrum.rotary_dim));
    weights = weights_of(rope.layout.pairs, spectrum.pairs(), read_head(options.q, spectrum.head_dim),
                         read_head(options.k, spectrum.head_dim));
  }
  require_finite(weights,
                 options.engine == "gpu" ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max());
  const bool csv = options.format == "csv";
  const PositionBias* bias = chosen_bias(options);
  if (bias) say(fmt::format("{} is added: {}.", bias->title, bias->idea));
  Scores scores(options.engine, {.turns = spectrum.turns, .weights = weights, .first = 0});
  for (std::int64_t first = 0; first <= options.max_distance; first += points_at_a_time) {
    const std::int64_t count = std::min(points_at_a_time, options.max_distance + 1 - first);
    std::vector<double> piece = scores.from(first, count);
    if (bias) add_bias(*bias, {options.head, options.heads}, first, piece);
    // Not before the first piece is there: an engine that cannot leaves nothing half-written.
    if (first == 0) out.write(heading(csv, scheme_of(rope), spectrum.pairs()));
    out.write(as_text(piece, first, csv));
  }
  if (!csv) out.write("]}\n");
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
  scores->add_option("--bias", options->bias, "a position bias that is added, e.g. alibi");
  scores->add_option("--head", options->head, "which head the bias is for")->capture_default_str();
  scores->add_option("--heads", options->heads, "of how many")->capture_default_str();
  scores->add_option("--format", options->format)->check(CLI::IsMember({"csv", "json"}))->capture_default_str();
  add_engine_option(*scores, options->engine, {"cpu", "gpu"});
  scores->callback([options, &command] { command = [options](Output& out) { return print(*options, out); }; });
}

} // namespace ropescope::cli
