#include "app/lecture/live_numbers.h"

#include <fmt/format.h>

#include "app/lecture/lecture_scene.h"
#include "core/error.h"
#include "core/lecture/expression.h"

namespace ropescope {

const std::string& LiveNumbers::words(const lecture::Run& run, const Scene& scene, const std::string& whole) {
  if (!of_ || *of_ != scene) {
    of_ = scene;
    engine_.emplace(claim_scene(scene, whole));
    kept_.clear();
  }
  const std::string key = fmt::format("{}:{}", run.words, run.decimals);
  if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
  std::string words = "?";
  try {
    words = lecture::shown_number(lecture::evaluate(run.words, *engine_), run.decimals);
  } catch (const Error&) { // told when the lecture was read
  }
  return kept_.emplace(key, std::move(words)).first->second;
}

} // namespace ropescope
