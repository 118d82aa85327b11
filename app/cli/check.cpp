#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/kernel_options.h"
#include "app/cli/model_options.h"
#include "app/cli/position_options.h"
#include "app/cli/say.h"
#include "app/cli/still.h"
#include "core/check/causes/unknown.h"
#include "core/check/checked_kernel.h"
#include "core/check/finding_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  KernelFiles files;
  std::string report;
  bool json = false;
};

/// read_kernel_run(). core/check knows no options; where it cannot tell which axis counts the tokens, the name of the
/// option that tells it is added here.
KernelRun read(const KernelFiles& files, const Model& model, const LayerRope& layer) {
  try {
    return read_kernel_run(files, model, layer);
  } catch (const AmbiguousTokenAxis& error) {
    throw Error(told_with_option(error.what(), error.axes));
  }
}

KernelRun read_run(const Options& options, const Model& model) {
  const LayerRope& layer = options.model.layer(model);
  // Called only to tell the person which layout is taken; read_kernel_run() finds the same one from `files.layout`.
  asked_layout(options.files.layout, model, layer.config);
  KernelFiles files = options.files;
  // The config may tell the axis of heads from that of tokens.
  if (!options.model.config.empty()) files.config = model.origin; // of a folder the file in it
  KernelRun run = read(files, model, layer);
  if (!options.files.positions.given()) say(fmt::format("Positions 0 … {}, as none are given.", run.shape.tokens - 1));
  return run;
}

/// What a person reads: nothing but the sentence where the kernel agrees.
void say_finding(const Finding& finding, const KernelRun& run, bool drawn) {
  say(finding.sentence);
  if (finding.verdict == Verdict::match) return;
  say(fmt::format("{} of {} rows differ from the expected rotation, by up to {:.3g}.", finding.rows_wrong, finding.rows,
                  finding.max_abs_error));
  say(fmt::format("Residual {:.2g}; rounding explains {:.2g} ({}).", finding.residual, finding.tolerance,
                  finding.tolerance_reason));
  // Where nothing explains the rows, what was measured is all that a person has.
  if (finding.causes.front().is<cause::Unknown>())
    for (const std::string& line : finding.observed) say(line);
  if (finding.verdict == Verdict::mismatch && !drawn)
    say("A picture of the errors, by pair and row: add --report FILE.png.");
  // The first of `tried` is the finding itself, which was just said; the next five are enough for a person. The JSON
  // has all of them.
  constexpr std::size_t shown = 6;
  for (std::size_t h = 1; h < std::min(shown, finding.tried.size()); ++h)
    say(fmt::format("  {:9.2e}  {}", finding.tried[h].residual, finding.tried[h].words));
  for (const Cause& cause : finding.indistinguishable)
    say(fmt::format("This file cannot tell it from: {}.", cause.brief(run)));
  if (!finding.decide_by.empty()) say(fmt::format("To decide: {}.", finding.decide_by));
}

/// The check view of the finding, as `render --picture check` draws it.
void draw_report(const Options& options, const Model& model, std::shared_ptr<const CheckedKernel> checked) {
  const std::string& layer = options.model.layer_type;
  Scene scene = scene_of(model, layer.empty() ? std::nullopt : std::optional(layer));
  scene.kernel.files = options.files;
  scene.view = "check";
  draw_still({.out = options.report}, scene, std::move(checked));
}

/// Exit status 1 is a kernel that does otherwise than the model; weaker arithmetic is no mismatch and gives 0.
int check_kernel(const Options& options, Output& out) {
  // File names that cannot be are refused before the files are read and judged, which may take seconds.
  const std::string report = std::filesystem::path(options.report).extension().string();
  if (!options.report.empty() && report != ".json" && report != ".png")
    throw Error(fmt::format("--report {}: expected a file name that ends in .json or .png", options.report));
  require_other_file(options.report, options.model.config, "the model's file");
  for (const std::string& file : {options.files.in, options.files.out})
    require_other_file(options.report, without_tensor_name(file), "a file of the kernel");
  const Model model = options.model.resolve();
  const std::shared_ptr<const CheckedKernel> checked = checked_kernel(read_run(options, model));
  const Finding& finding = checked->finding;
  const std::string json = finding_json(finding, checked->run);
  if (report == ".json") write_file(options.report, json);
  if (report == ".png") draw_report(options, model, checked);
  if (options.json)
    out.write(json);
  else
    say_finding(finding, checked->run, report == ".png");
  return finding.verdict == Verdict::mismatch ? 1 : 0;
}

} // namespace

void add_check(CLI::App& app, Command& command) {
  CLI::App* check_command =
      app.add_subcommand("check", "says what somebody's kernel did instead of the expected rotation");
  auto options = std::make_shared<Options>();
  options->model.add_to(*check_command);
  add_kernel_files(*check_command, options->files, "--in", "--out", true);
  check_command->add_flag("--json", options->json, "the finding as JSON on standard output");
  check_command->add_option("--report", options->report, "FILE.json or FILE.png: the finding in a file");
  check_command->callback(
      [options, &command] { command = [options](Output& out) { return check_kernel(*options, out); }; });
}

} // namespace ropescope::cli
