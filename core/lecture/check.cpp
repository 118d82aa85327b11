#include "core/lecture/check.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/error.h"
#include "core/lecture/expression.h"

namespace ropescope::lecture {

namespace {

constexpr std::size_t most_line_letters = 60;

/// Both scenes of a step, each read when it is asked for first.
class StepEngines {
public:
  StepEngines(const Step& step, const SceneReader& read) : step_(step), read_(read) {}
  ClaimEngine& of(bool pose) {
    std::optional<ClaimEngine>& engine = pose ? pose_ : end_;
    if (!engine) engine.emplace(read_(pose ? step_.pose : step_.end));
    return *engine;
  }

private:
  const Step& step_;
  const SceneReader& read_;
  std::optional<ClaimEngine> pose_, end_;
};

std::string number_words(const Run& run, ClaimEngine& engine) {
  return shown_number(evaluate(run.words, engine), run.decimals);
}

/// As many decimals as were written, and more where that would look the same.
std::string computed_words(const Claim& claim, double value) {
  if (claim.comparison != Comparison::about || claim.half_unit > 0.5) return fmt::format("{:.9g}", value);
  const int decimals = static_cast<int>(std::lround(-std::log10(2 * claim.half_unit)));
  if (decimals > 12) return fmt::format("{:.9g}", value);
  std::string words = fmt::format("{:.{}f}", value, decimals);
  return words == claim.right ? fmt::format("{:.{}f}", value, decimals + 3) : words;
}

} // namespace

std::vector<ClaimResult> judge_claims(const Lecture& lecture, const SceneReader& read) {
  std::vector<ClaimResult> results;
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    const Step& step = lecture.steps[i];
    StepEngines engines(step, read);
    for (std::size_t j = 0; j < step.claims.size(); ++j) {
      ClaimResult result{i, j, {}, {}};
      try {
        result.judged = judge(step.claims[j].claim, engines.of(step.claims[j].claim.at_pose));
      } catch (const Error& error) {
        result.fault = error.what();
      }
      results.push_back(std::move(result));
    }
  }
  return results;
}

std::string false_words(const WrittenClaim& claim, const ClaimResult& result) {
  if (!result.fault.empty()) return fmt::format("claim cannot be computed: {}: {}", claim.words, result.fault);
  return fmt::format("claim is false: {}, computed {}", claim.words, computed_words(claim.claim, result.judged.left));
}

std::vector<Trouble> computed_troubles(const Lecture& lecture, const std::vector<ClaimResult>& results,
                                       const SceneReader& read) {
  std::vector<Trouble> troubles;
  for (const ClaimResult& result : results) {
    const WrittenClaim& claim = lecture.steps[result.step].claims[result.claim];
    if (!result.holds())
      troubles.push_back({claim.line, lecture.steps[result.step].id, false_words(claim, result), false});
  }
  for (const Step& step : lecture.steps) {
    StepEngines engines(step, read);
    for (std::size_t i = 0; i < step.text.size(); ++i) {
      const std::vector<Run>& line = step.text[i];
      if (std::none_of(line.begin(), line.end(), [](const Run& run) { return run.computed; })) continue;
      for (const bool pose : {true, false}) try {
          const std::string words =
              plain_words(line, [&](const Run& run) { return number_words(run, engines.of(pose)); });
          const std::size_t letters = character_count(words);
          if (letters <= most_line_letters) continue;
          troubles.push_back({step.text_lines[i], step.id,
                              fmt::format("line {} has {} characters; {} at most", i + 1, letters, most_line_letters)});
          break;
        } catch (const Error& error) {
          troubles.push_back({step.text_lines[i], step.id, fmt::format("line {}: {}", i + 1, error.what())});
          break;
        }
    }
  }
  std::stable_sort(troubles.begin(), troubles.end(),
                   [](const Trouble& a, const Trouble& b) { return a.line < b.line; });
  return troubles;
}

} // namespace ropescope::lecture
