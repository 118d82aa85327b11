#pragma once
#include <map>
#include <optional>
#include <string>

#include "app/scene/scene.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/markup.h"

namespace ropescope {

/// The numbers within a sentence, computed of the scene that is shown. Each is kept as long as the scene stays.
class LiveNumbers {
public:
  /// The words of a computed run; "?" where it cannot be computed. `whole`: the step's JSON.
  const std::string& words(const lecture::Run&, const Scene&, const std::string& whole);

private:
  std::optional<Scene> of_;
  std::optional<lecture::ClaimEngine> engine_;
  std::map<std::string, std::string> kept_; // by expression and decimals
};

} // namespace ropescope
