#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/kernel_options.h"
#include "app/cli/model_options.h"
#include "app/cli/position_options.h"
#include "app/cli/say.h"
#include "app/cli/still.h"
#include "core/check/causes/inverse_rotation.h"
#include "core/check/causes/layer_of_another_type.h"
#include "core/check/causes/unknown.h"
#include "core/check/checked_files.h"
#include "core/check/finding_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::cli {

namespace {

struct Options {
  ModelOptions model;
  KernelFiles files;
  std::string cos, sin; ///< tables, instead of a kernel's input and output
  std::string report;
  bool json = false;
};

/// check_files(). core/check knows no options; where it cannot tell which axis counts the tokens, the name of the
/// option that tells it is added here.
std::shared_ptr<const CheckedKernel> check_named(const Options& options, const Model& model) {
  const LayerRope& layer = options.model.layer(model);
  // Called only to tell the person which layout is taken; check_files() finds the same one from `files.layout`.
  asked_layout(options.files.layout, model, layer.config);
  try {
    return check_files(options.files, model, layer);
  } catch (const UnknownPosition& error) {
    throw Error(std::string(error.what()) + ". Give --offset, or --token-axis where another axis counts the tokens");
  } catch (const AmbiguousTokenAxis& error) {
    throw Error(told_with_option(error.what(), error.axes));
  }
}

/// The files of a kernel, or tables in their place.
void choose_files(Options& options) {
  KernelFiles& files = options.files;
  files.tables = !options.cos.empty();
  if (files.tables) files.in = options.cos, files.out = options.sin;
  if (files.in.empty() || files.out.empty())
    throw Error("which kernel? Expected --in and --out, or tables: --cos and --sin");
}

/// How the files were read, where there was a choice.
void say_reading(const Options& options, const KernelRun& run) {
  for (const std::string& note : run.notes) say(note);
  if (run.token_axis && run.token_axis_reason != "only one")
    say(fmt::format("Axis {} counts the tokens ({}).", *run.token_axis, run.token_axis_reason));
  if (!options.files.positions.given()) say(fmt::format("Positions 0 … {}, as none are given.", run.shape.tokens - 1));
}

/// How many tokens differ, and what remains beside what rounding allows. An output that is not finite has no size.
void say_errors(const Finding& finding) {
  const bool finite = std::isfinite(finding.max_abs_error);
  if (finding.rows_wrong > 0)
    say(fmt::format("{} of {} tokens {} from the expected rotation{}.", finding.rows_wrong, finding.rows,
                    finding.rows_wrong == 1 ? "differs" : "differ",
                    finite ? fmt::format(", by up to {:.3g}", finding.max_abs_error) : ""));
  else if (finding.verdict == Verdict::mismatch)
    say(finding.evidence);
  if (!finite) return;
  if (finding.causes.front().is<cause::Unknown>())
    say(fmt::format("The output is {:.2g} off, relative to its size; rounding allows {:.2g}.", finding.residual,
                    finding.tolerance));
  else
    say(fmt::format("With this {} in the reference, {:.2g} of the output remains unexplained; rounding allows {:.2g}.",
                    finding.verdict == Verdict::mismatch ? "mistake" : "arithmetic", finding.residual,
                    finding.tolerance));
}

/// What a person can do about it, by the options that there are.
void say_next_step(const Options& options, const Finding& finding) {
  const Cause& first = finding.causes.front();
  if (const auto* layer = first.as<cause::LayerOfAnotherType>())
    say(fmt::format("If this is such a layer: --layer-type {}.", layer->layer_type));
  if (first.is<cause::Unknown>())
    say("First check --layout, --layer-type, --positions and --token-axis: a wrong one looks like this.");
  if (finding.verdict == Verdict::precision)
    say(fmt::format("It passes: weaker arithmetic, within {}.", options.files.budget ? "--budget" : "what is allowed"));
}

/// What a person reads: nothing but the sentence where the kernel agrees.
void say_finding(const Options& options, const Finding& finding, const KernelRun& run, bool drawn) {
  say(finding.sentence);
  if (finding.verdict == Verdict::match) return;
  const bool opposite = std::any_of(finding.causes.begin(), finding.causes.end(),
                                    [](const Cause& cause) { return cause.is<cause::InverseRotation>(); });
  if (opposite && !options.files.inverse && !options.files.tables)
    say("A backward kernel (dq from dout) is right to do so: --inverse checks it as one.");
  say_errors(finding);
  // Where nothing explains the rows, what was measured is all that a person has.
  if (finding.causes.front().is<cause::Unknown>())
    for (const std::string& line : finding.observed) say(line);
  if (finding.verdict == Verdict::mismatch && !drawn)
    say("A picture of the errors, by pair and token: add --report FILE.png.");
  // The first of `tried` is the finding itself, which was just said; the next five are enough for a person. The JSON
  // has all of them.
  constexpr std::size_t shown = 6;
  const bool finite = std::isfinite(finding.max_abs_error); // else the list is of the finite rows alone
  if (finite && finding.tried.size() > 1) say("Also tried, and what each leaves unexplained:");
  for (std::size_t h = 1; finite && h < std::min(shown, finding.tried.size()); ++h)
    say(fmt::format("  {:9.2e}  {}", finding.tried[h].residual, finding.tried[h].words));
  for (const Cause& cause : finding.indistinguishable)
    say(fmt::format("This file cannot tell it from: {}.", cause.brief(run)));
  if (!finding.decide_by.empty()) say(fmt::format("To decide: {}.", finding.decide_by));
  say_next_step(options, finding);
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
int check_kernel(Options options, Output& out) {
  choose_files(options);
  // File names that cannot be are refused before the files are read and judged, which may take seconds.
  const std::string report = std::filesystem::path(options.report).extension().string();
  if (!options.report.empty() && report != ".json" && report != ".png")
    throw Error(fmt::format("--report {}: expected a file name that ends in .json or .png", options.report));
  require_other_file(options.report, options.model.config, "the model's file");
  for (const std::string& file : {options.files.in, options.files.out})
    require_other_file(options.report, without_tensor_name(file), "a file of the kernel");
  const Model model = options.model.resolve();
  const std::shared_ptr<const CheckedKernel> checked = check_named(options, model);
  say_reading(options, checked->run);
  const Finding& finding = checked->finding;
  const std::string json = finding_json(finding, checked->run);
  if (report == ".json") write_file(options.report, json);
  if (report == ".png") draw_report(options, model, checked);
  if (options.json)
    out.write(json);
  else
    say_finding(options, finding, checked->run, report == ".png");
  return finding.verdict == Verdict::mismatch ? 1 : 0;
}

} // namespace

void add_check(CLI::App& app, Command& command) {
  CLI::App* check_command =
      app.add_subcommand("check", "says what somebody's kernel did instead of the expected rotation");
  auto options = std::make_shared<Options>();
  options->model.add_to(*check_command);
  add_kernel_files(*check_command, options->files, "--in", "--out", true);
  auto* cos = check_command->add_option("--cos", options->cos,
                                        "instead of a kernel: a table of cos, [tokens, pairs] or "
                                        "[tokens, rotary_dim]");
  auto* sin = check_command->add_option("--sin", options->sin, "and of sin, of the same shape");
  cos->needs(sin);
  sin->needs(cos);
  for (const char* of_kernel : {"--in", "--out", "--dtype", "--inverse"})
    cos->excludes(check_command->get_option(of_kernel));
  check_command
      ->add_option("--budget", options->files.budget,
                   "rad: weaker arithmetic passes while its angles are off by no more (default: by what the rows' "
                   "format or the model's own code explains)")
      ->check(CLI::Range(0.0, 3.2));
  check_command->add_flag("--json", options->json, "the finding as JSON on standard output");
  check_command->add_option("--report", options->report, "FILE.json or FILE.png: the finding in a file");
  check_command->callback(
      [options, &command] { command = [options](Output& out) { return check_kernel(*options, out); }; });
}

} // namespace ropescope::cli
