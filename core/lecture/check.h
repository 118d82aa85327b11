#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/lecture/claim_engine.h"
#include "core/lecture/lecture.h"

namespace ropescope::lecture {

/// What a claim of a step came to, with its place in the lecture.
struct ClaimResult {
  std::size_t step = 0, claim = 0;
  Judged judged;
  std::string fault; ///< why it could not be computed; empty: it was
  bool holds() const { return fault.empty() && judged.holds; }
};

/// What expressions see of a whole scene, one of Step::pose and Step::end. May throw Error.
using SceneReader = std::function<ClaimScene(const std::string& scene)>;

/// Every claim of every step, each in the scene of its step.
std::vector<ClaimResult> judge_claims(const Lecture&, const SceneReader&);

/// The sentence of a claim that does not hold: "claim is false: score(37) ~ 0.5533, computed 0.5532".
std::string false_words(const WrittenClaim&, const ClaimResult&);

/// Troubles that only computing shows: false claims, and lines that are too long with their numbers in them. In the
/// order of their lines.
std::vector<Trouble> computed_troubles(const Lecture&, const std::vector<ClaimResult>&, const SceneReader&);

} // namespace ropescope::lecture
