#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/commands.h"
#include "app/cli/json_number.h"
#include "app/cli/model_options.h"
#include "app/cli/say.h"
#include "core/error.h"
#include "core/rope/call_sequence.h"
#include "core/rope/positions.h"
#include "core/rope/recipe.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  std::optional<double> seq_len;
  std::vector<double> calls;
  std::string format = "json", recipe = "exact";
};

struct Frequencies {
  std::vector<double> inv_freq;
  double attention_factor;
};

/// The frequencies (rad/token) of a call of `seq_len` tokens: in exact arithmetic, or to the bit as the model's own
/// code holds them in float32, according to --recipe.
Frequencies frequencies(const Options& options, const RopeConfig& rope, std::optional<double> seq_len) {
  if (options.recipe == "exact") {
    Spectrum spectrum = make_spectrum(rope, seq_len);
    return {std::move(spectrum.inv_freq), spectrum.attention_factor};
  }
  const std::vector<float> inv_freq = model_inv_freq(rope, seq_len);
  return {{inv_freq.begin(), inv_freq.end()}, model_attention_factor(rope, seq_len)};
}

/// Prints what one model computes when it is called with the lengths of --calls, one after the other. Some schemes keep
/// frequencies of an earlier, longer call: this shows which.
int print_calls(const Options& options, const RopeConfig& rope, Output& out) {
  CallSequence sequence(rope);
  // Collected and not printed piece by piece: an Error in a later call must leave nothing on standard output.
  std::string text = fmt::format("{{\"scheme\": \"{}\", \"rope_type\": \"{}\", \"calls\": [", scheme_of(rope).choice(),
                                 rope_type_name(rope.scaling.rope_type));
  for (std::size_t n = 0; n < options.calls.size(); ++n) {
    if (!(options.calls[n] >= 1 && options.calls[n] <= static_cast<double>(greatest_position)))
      throw Error(fmt::format("--calls: {} is no number of tokens", options.calls[n]));
    // The length that this call's frequencies belong to, which may be that of an earlier call.
    const std::optional<double> in_force = sequence.call(options.calls[n]);
    const auto [inv_freq, attention_factor] = frequencies(options, rope, in_force);
    fmt::format_to(
        std::back_inserter(text),
        "{}\n {{\"seq_len\": {}, \"max_seq_len_cached\": {}, \"attention_factor\": {},\n  \"inv_freq\": {}}}",
        n ? "," : "", json_number(options.calls[n], "a length"), json_number(sequence.max_seq_len_cached(), "a length"),
        json_number(attention_factor, "an attention factor"), json_list(inv_freq, "a frequency"));
    if (const Spectrum spectrum = make_spectrum(rope, in_force); !spectrum.rule.empty())
      say(fmt::format("{:.0f} tokens: {}", options.calls[n], spectrum.rule));
  }
  out.print("{}]}}\n", text);
  return 0;
}

/// The axis of each pair by name, "-" of a pair that never turns; empty where there is one axis alone.
std::vector<std::string> axes_of_pairs(const RopeConfig& rope) {
  const std::int64_t count = axis_count(rope);
  if (count == 1) return {};
  const Spectrum spectrum = make_spectrum(rope);
  const std::vector<std::uint8_t> first = pair_axes(rope, count), second = second_axes(rope, count);
  std::vector<std::string> names;
  if (first.size() != spectrum.inv_freq.size()) return names; // p-RoPE: more frequencies than pairs that turn
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::string name(axis_name(rope, first[i]));
    if (second[i] != first[i]) name += fmt::format("/{}", axis_name(rope, second[i])); // a mixed convention
    names.push_back(spectrum.inv_freq[i] == 0 && !is_mixed(rope) ? "-" : name);
  }
  return names;
}

int print(const Options& options, Output& out) {
  const Model model = options.model.resolve();
  const LayerRope& layer = options.model.layer(model);
  const RopeConfig& rope = layer.config;
  if (!rope.rotates)
    throw Error(fmt::format("{}: layer type \"{}\" does not rotate: these layers have no rotary embedding", model.name,
                            layer.layer_type));
  if (!options.calls.empty() && options.format != "json")
    throw Error(fmt::format("--calls: there is no {} of several calls, expected --format json", options.format));
  if (!options.calls.empty()) return print_calls(options, rope, out);
  const Spectrum spectrum = make_spectrum(rope, options.seq_len);
  const auto [inv_freq, attention_factor] = frequencies(options, rope, options.seq_len);
  if (!spectrum.rule.empty()) say(spectrum.rule);
  // Part of the model's attention, not of its rotation: without a word about it the numbers below would be used alone.
  if (spectrum.softmax_factor != 1)
    say(fmt::format("The model's code also multiplies its softmax scale by {:.17g}.", spectrum.softmax_factor));

  const std::vector<std::string> axes = axes_of_pairs(rope);
  if (options.format == "csv") {
    out.print("pair,{}inv_freq,wavelength\n", axes.empty() ? "" : "axis,");
    for (std::size_t i = 0; i < inv_freq.size(); ++i)
      out.print("{},{}{:.17g},{:.17g}\n", i, axes.empty() ? "" : axes[i] + ",", inv_freq[i], wavelength(inv_freq[i]));
    return 0;
  }
  std::string text =
      fmt::format("{{\"scheme\": \"{}\", \"rope_type\": \"{}\",\n \"head_dim\": {}, \"rotary_dim\": {}, \"layout\": "
                  "\"{}\",\n \"inv_freq\": {},\n "
                  "\"attention_factor\": {}",
                  scheme_of(rope).choice(), rope_type_name(rope.scaling.rope_type), spectrum.head_dim,
                  spectrum.rotary_dim, pairing_name(rope.layout.pairs.pairing), json_list(inv_freq, "a frequency"),
                  json_number(attention_factor, "an attention factor"));
  if (!axes.empty()) text += fmt::format(",\n \"axis\": [\"{}\"]", fmt::join(axes, "\", \""));
  if (spectrum.softmax_factor != 1)
    text += fmt::format(",\n \"softmax_factor\": {}", json_number(spectrum.softmax_factor, "a softmax factor"));
  out.write(text + "}\n");
  return 0;
}

} // namespace

void add_freqs(CLI::App& app, Command& command) {
  CLI::App* freqs = app.add_subcommand("freqs", "prints a model's frequencies and attention factor");
  auto options = std::make_shared<Options>();
  options->model.add_to(*freqs);
  freqs->add_option("--seq-len", options->seq_len, "tokens of the call, for schemes that depend on it");
  freqs->add_option("--calls", options->calls, "sequence lengths N,N,… of one model's calls: what it keeps from each")
      ->delimiter(',')
      ->excludes("--seq-len");
  freqs->add_option("--recipe", options->recipe, "exact, or float32: to the bit as the model's own code in PyTorch")
      ->check(CLI::IsMember({"exact", "float32"}))
      ->capture_default_str();
  freqs->add_option("--format", options->format)->check(CLI::IsMember({"json", "csv"}))->capture_default_str();
  freqs->callback([options, &command] { command = [options](Output& out) { return print(*options, out); }; });
}

} // namespace ropescope::cli
