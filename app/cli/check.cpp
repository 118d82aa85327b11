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
#include "core/check/basics/words.h"
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

/// What is assumed of positions that no file gives.
std::string positions_words(const KernelRun& run) {
  const std::vector<std::int64_t>& ids = run.positions.ids;
  bool rising = run.positions.axes == 1;
  for (std::size_t t = 0; t < ids.size() && rising; ++t) rising = ids[t] == static_cast<std::int64_t>(t);
  if (rising) return fmt::format("Positions 0 … {} are assumed, as none are given.", run.shape.tokens - 1);
  return fmt::format("Positions {} are assumed, as none are given.", exact_words(ids));
}

/// How the files were read, where there was a choice.
void say_reading(const Options& options, const KernelRun& run) {
  for (const std::string& note : run.notes) say(note);
  if (run.token_axis && run.token_axis_reason != "only one")
    say(fmt::format("Axis {} counts the tokens ({}).", *run.token_axis, run.token_axis_reason));
  if (!options.files.positions.given()) say(positions_words(run));
}

/// Whether it passes, in the first word.
std::string verdict_words(const Finding& finding) {
  switch (finding.verdict) {
  case Verdict::match: return "MATCH. ";
  case Verdict::precision: return "PASSES, in weaker arithmetic. ";
  case Verdict::mismatch: break;
  }
  const bool guess = !finding.explains_all && !finding.causes.front().is<cause::Unknown>();
  return guess ? "MISMATCH; the best guess: " : "MISMATCH. ";
}

/// How many tokens differ, by how much and where, and whether that is explained.
void say_errors(const Finding& finding, const KernelRun& run) {
  // An output that is not finite has no size.
  const bool finite = std::isfinite(finding.max_abs_error);
  const std::string size = run.tables ? "" : fmt::format("; the input's numbers are about {:.2g}", finding.rms);
  if (finding.rows_wrong > 0)
    say(fmt::format("{} of {} tokens {} from the expected rotation{}.", finding.rows_wrong, finding.rows,
                    finding.rows_wrong == 1 ? "differs" : "differ",
                    finite ? fmt::format(", by up to {:.3g}{}", finding.max_abs_error, size) : ""));
  else if (finding.verdict == Verdict::mismatch)
    say(finding.evidence);
  if (finite && finding.verdict == Verdict::mismatch && !finding.worst.empty()) say(finding.worst);
  if (!finding.explained.empty()) say(finding.explained);
}

/// What a person can do about it, by the options that there are.
void say_next_step(const Options& options, const Finding& finding) {
  const Cause& first = finding.causes.front();
  if (const auto* layer = first.as<cause::LayerOfAnotherType>())
    say(fmt::format("If this is such a layer: --layer-type {}.", layer->layer_type));
  // Whatever is read otherwise than it was meant is off by more.
  constexpr double nearly_right = 0.1;
  if (first.is<cause::Unknown>() && finding.expected_residual > nearly_right)
    say("First check --layout, --layer-type, --positions and --token-axis: a wrong one looks like this.");
  if (finding.verdict == Verdict::precision)
    say(fmt::format("It passes: weaker arithmetic, within {}.", options.files.budget ? "--budget" : "what is allowed"));
}

/// What leaves plainly less than the rotation that is expected: the rest explains nothing, and stands in the JSON.
void say_tried(const Finding& finding) {
  if (!std::isfinite(finding.max_abs_error)) return; // the list is of the finite rows alone
  constexpr std::size_t shown = 5;
  constexpr double plainly = 0.5;
  std::size_t said = 0;
  // The first of them is the finding itself, which was just said.
  for (std::size_t h = 1; h < finding.tried.size() && said < shown; ++h) {
    const Tried& tried = finding.tried[h];
    if (!(tried.residual < plainly * finding.expected_residual)) continue;
    if (said++ == 0) say("Also tried, and what each leaves unexplained:");
    say(fmt::format("  {:9.2e}  {}{}", tried.residual, tried.words,
                    tried.residual <= finding.tolerance ? " (within rounding too)" : ""));
  }
}

/// What a person reads: little where the kernel agrees.
void say_finding(const Options& options, const Finding& finding, const KernelRun& run, bool drawn) {
  say(verdict_words(finding) + finding.sentence);
  if (finding.verdict == Verdict::match) return say(finding.evidence);
  const bool opposite = finding.causes.size() == 1 && finding.causes.front().is<cause::InverseRotation>();
  if (opposite && !options.files.tables)
    say(options.files.inverse
            ? "It turns as a forward kernel does, and --inverse expects a backward one (dq from dout)."
            : "A backward kernel (dq from dout) is right to do so: --inverse checks it as one. It looks the same where "
              "--in and --out are exchanged.");
  say_errors(finding, run);
  // Where nothing explains the rows, what was measured is all that a person has.
  if (finding.causes.front().is<cause::Unknown>())
    for (const std::string& line : finding.observed)
      if (line != finding.worst) say(line);
  for (const Cause& cause : finding.indistinguishable)
    say(fmt::format("This file cannot tell it from: {}.", cause.brief(run)));
  if (!finding.decide_by.empty()) say(fmt::format("To decide: {}.", finding.decide_by));
  if (finding.verdict == Verdict::mismatch && !drawn)
    say("A picture of the errors, by pair and token: add --report FILE.png.");
  say_tried(finding);
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
