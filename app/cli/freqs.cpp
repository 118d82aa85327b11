#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/model_options.h"
#include "core/rope/spectrum.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  std::optional<double> seq_len;
  std::string format = "json";
};

int print(const Options& options) {
  const ModelConfig model = options.model.resolve();
  const RopeConfig& rope = options.model.layer(model).config;
  const Spectrum spectrum = make_spectrum(rope, options.seq_len);
  if (!spectrum.rule.empty()) say(spectrum.rule);

  std::string text;
  const auto out = std::back_inserter(text);
  if (options.format == "csv") {
    text = "pair,inv_freq,wavelength\n";
    for (std::int64_t i = 0; i < spectrum.pairs(); ++i) {
      const double theta = spectrum.inv_freq[static_cast<std::size_t>(i)];
      fmt::format_to(out, "{},{:.17g},{:.17g}\n", i, theta, wavelength(theta));
    }
  } else {
    fmt::format_to(
        out, "{{\"rope_type\": \"{}\", \"head_dim\": {}, \"rotary_dim\": {}, \"layout\": \"{}\",\n \"inv_freq\": [",
        rope_type_name(rope.rope_type), spectrum.head_dim, spectrum.rotary_dim, pairing_name(rope.layout.pairing));
    for (std::int64_t i = 0; i < spectrum.pairs(); ++i)
      fmt::format_to(out, "{}{:.17g}", i ? ", " : "", spectrum.inv_freq[static_cast<std::size_t>(i)]);
    fmt::format_to(out, "],\n \"attention_factor\": {:.17g}}}\n", spectrum.attention_factor);
  }
  fmt::print("{}", text);
  return 0;
}

} // namespace

void add_freqs(CLI::App& app, Command& command) {
  CLI::App* freqs = app.add_subcommand("freqs", "prints a model's frequencies and attention factor");
  auto options = std::make_shared<Options>();
  options->model.add_to(*freqs);
  freqs->add_option("--seq-len", options->seq_len, "tokens of the call, for schemes that depend on it");
  freqs->add_option("--format", options->format)->check(CLI::IsMember({"json", "csv"}))->capture_default_str();
  freqs->callback([options, &command] { command = [options] { return print(*options); }; });
}

} // namespace ropescope::cli
