#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/json_number.h"
#include "app/scene/property.h"
#include "core/analysis/base_map.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::cli {

namespace {

// A length as people type it, "4096" or "4k", of up to 2²⁴ tokens, the furthest position that the program has.
constexpr Property length_row{.key = "--length",
                              .kind = Kind::whole,
                              .label = "length",
                              .help = "tokens",
                              .unit = "tokens",
                              .least = 1,
                              .greatest = 1 << 24};
constexpr std::int64_t greatest_head_dim = 1024; // of models it is 512 at most

struct Options {
  std::int64_t head_dim = 0;
  std::vector<std::string> lengths;
  bool json = false;
};

std::vector<std::int64_t> lengths_of(const Options& options) {
  std::vector<std::int64_t> lengths;
  for (const std::string& words : options.lengths) {
    const Value value = parse_value(length_row, words);
    const double* tokens = std::get_if<double>(&value);
    if (!tokens) throw Error(fmt::format("--length: {}: expected {}", printable(words), allowed_words(length_row)));
    lengths.push_back(static_cast<std::int64_t>(*tokens));
  }
  return lengths;
}

std::string json_of(const BaseBound& bound) {
  const auto base = [](std::optional<double> b) { return b ? json_number(*b, "a base") : std::string("null"); };
  std::string failing;
  for (const BaseBound::Stretch& stretch : bound.failing) {
    failing += failing.empty() ? "" : ", ";
    failing += fmt::format("[{}, {}]", base(stretch.least), base(stretch.greatest));
  }
  return fmt::format("{{\"length\": {}, \"smallest_feasible\": {}, \"largest_failing\": {}, \"sign_changes\": {}, "
                     "\"published_fit\": {},\n   \"failing_above\": [{}]}}",
                     bound.length, base(bound.smallest), base(bound.largest_failing), bound.sign_changes,
                     base(published_base_bound(static_cast<double>(bound.length))), failing);
}

std::string json_of(const Options& options, std::span<const BaseBound> bounds) {
  const BaseGrid& grid = whole_base_grid;
  std::string text = fmt::format(
      "{{\"head_dim\": {}, \"bases\": {{\"least\": {}, \"greatest\": {}, \"a_decade\": {}}},\n \"lengths\": [",
      options.head_dim, json_number(grid.base(grid.first), "a base"), json_number(grid.base(grid.last), "a base"),
      grid.steps);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    text += i == 0 ? "\n  " : ",\n  ";
    text += json_of(bounds[i]);
  }
  return text + "]}\n";
}

std::string words_of(const BaseBound& bound) {
  std::string text = fmt::format("{:>10} tokens: ", grouped(static_cast<double>(bound.length)));
  if (!bound.smallest) return text + "no base up to 10⁹ keeps the score at 0 or above\n";
  text += fmt::format("bases from {:.4g} on", *bound.smallest);
  if (bound.failing.empty()) return text + ", and every larger one\n";
  text += fmt::format(", but not these {}:", bound.failing.size() == 1 ? "" : "stretches");
  for (const BaseBound::Stretch& stretch : bound.failing)
    text += stretch.least == stretch.greatest ? fmt::format(" {:.4g}", stretch.least)
                                              : fmt::format(" {:.4g}…{:.4g}", stretch.least, stretch.greatest);
  return text + '\n';
}

int print(const Options& options, Output& out) {
  if (options.head_dim < 2 || options.head_dim > greatest_head_dim || options.head_dim % 2 != 0)
    throw Error(fmt::format("--head-dim {}: expected an even number, 2 … {}", options.head_dim, greatest_head_dim));
  const std::vector<std::int64_t> lengths = lengths_of(options);
  const std::vector<LeastScores> rows =
      bound_rows(options.head_dim, whole_base_grid, *std::max_element(lengths.begin(), lengths.end()));
  const std::vector<BaseBound> bounds = base_bounds(rows, lengths);
  if (options.json) {
    out.write(json_of(options, bounds));
    return 0;
  }
  out.print("Bases that keep the mean of cos(mθ) at 0 or above at every distance m, {} pairs, q = k; of {} bases from "
            "10³ to 10⁹:\n",
            options.head_dim / 2, rows.size());
  for (const BaseBound& bound : bounds) out.write(words_of(bound));
  return 0;
}

} // namespace

void add_bound(CLI::App& app, Command& command) {
  CLI::App* bound = app.add_subcommand("bound", "prints which bases carry which context length");
  auto options = std::make_shared<Options>();
  bound->add_option("--head-dim", options->head_dim, "components that turn")->required();
  bound->add_option("--length", options->lengths, "tokens; several: L,L,… with k for 1024")->delimiter(',')->required();
  bound->add_flag("--json", options->json);
  bound->callback([options, &command] { command = [options](Output& out) { return print(*options, out); }; });
}

} // namespace ropescope::cli
