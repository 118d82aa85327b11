#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/lecture_words.h"
#include "app/cli/say.h"
#include "app/lecture/lecture_scene.h"
#include "core/error.h"
#include "core/lecture/check.h"

namespace ropescope::cli {

namespace {

struct Options {
  std::string file;
  bool explain = false, check = false;
};

void print_scenes(const lecture::Lecture& lecture, Output& out) {
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    const lecture::Step& step = lecture.steps[i];
    out.print("{} {}: {}\n  pose {}\n", i + 1, step.id, step.title, step.pose);
    if (step.has_motion()) out.print("  then {} ({:g} ms)\n", step.end, step.milliseconds);
  }
}

void print_claims(const lecture::Lecture& lecture, const std::vector<lecture::ClaimResult>& results, Output& out) {
  for (const lecture::ClaimResult& result : results) {
    const lecture::Step& step = lecture.steps[result.step];
    const std::string value = result.fault.empty() ? fmt::format("{:.9g}", result.judged.left) : result.fault;
    out.print("{} {}: {}: {}\n", result.holds() ? "true " : "false", step.id, step.claims[result.claim].words, value);
  }
}

/// One line: how many steps, claims and seconds.
void print_summary(const lecture::Lecture& lecture, const std::vector<lecture::ClaimResult>& results, Output& out) {
  double seconds = 0;
  for (const lecture::Step& step : lecture.steps) seconds += step.seconds;
  const auto held = std::count_if(results.begin(), results.end(), [](const auto& each) { return each.holds(); });
  out.print("{}: {} steps, {:g} s; {} of {} claims hold\n", lecture.title, lecture.steps.size(), seconds, held,
            results.size());
}

int explain_or_check(const Options& options, Output& out) {
  if (options.file.empty()) {
    if (!options.explain) throw Error("lecture needs FILE; `ropescope lecture --explain` prints what a file may have");
    print_lecture_words(out);
    return 0;
  }
  std::string name;
  const std::string text = lecture_text(options.file, name);
  const lecture::Lecture lecture = lecture::read_lecture(text, scene_rules());
  for (const lecture::Trouble& trouble : lecture.troubles)
    say(fmt::format("{}{}", trouble.warning ? "warning: " : "", lecture::sentence(trouble, name)));
  if (!lecture.readable) return 2;
  if (options.explain) {
    print_scenes(lecture, out);
    return lecture.has_errors() ? 2 : 0;
  }
  const auto results = lecture::judge_claims(lecture, written_claim_scene);
  if (options.check) print_claims(lecture, results, out);
  print_summary(lecture, results, out);
  const auto computed = lecture::computed_troubles(lecture, results, written_claim_scene);
  for (const lecture::Trouble& trouble : computed) say(lecture::sentence(trouble, name));
  return lecture.has_errors() ? 2 : computed.empty() ? 0 : 1;
}

} // namespace

void add_lecture(CLI::App& app, Command& command) {
  CLI::App* lecture_command =
      app.add_subcommand("lecture", "checks a lecture's file: its steps, and all that it claims");
  auto options = std::make_shared<Options>();
  lecture_command->add_option("FILE", options->file,
                              "a lecture's file, or one within the program: 1, 2, 3, or a part of its name");
  CLI::Option* explain =
      lecture_command->add_flag("--explain", options->explain,
                                "prints the whole scene of each step; without FILE all that a file may have: keys, "
                                "pictures with their handles and options, functions of claims");
  lecture_command->add_flag("--check", options->check, "prints every claim with what was computed")->excludes(explain);
  lecture_command->callback(
      [options, &command] { command = [options](Output& out) { return explain_or_check(*options, out); }; });
}

} // namespace ropescope::cli
