#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/scene.h"
#include "app/scene/scene_json.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/lecture.h"

// A lecture's scenes as the program's own.

namespace ropescope {

/// What this program's pictures and keys allow in a lecture's file.
lecture::SceneRules scene_rules();

/// The scene of a step, Step::pose or Step::end. What cannot be taken is left out: the lecture's troubles say so.
Scene scene_of_step(const std::string& whole);

/// A change of a scene, as a lecture's file has it, without the keys that this program does not know.
Patch read_patch_leniently(const std::string& change);

/// What expressions see of a scene. `whole`: the step's JSON, for what belongs to pictures ("words").
lecture::ClaimScene claim_scene(const Scene&, const std::string& whole);

/// The same of a step's scene as it is written.
lecture::ClaimScene written_claim_scene(const std::string& whole);

/// One of the lectures within the program: "1", "2", "3", or a part of its name ("1-rope-in-twelve-minutes",
/// "stretching"). Empty where there is none.
struct EmbeddedLecture {
  std::string_view name, text;
};
EmbeddedLecture embedded_lecture(std::string_view name);
std::vector<EmbeddedLecture> embedded_lectures();

/// A lecture's text by its file, or the embedded one of that name; `name` becomes what sentences call it. Throws Error
/// where neither can be read.
std::string lecture_text(const std::string& file_or_name, std::string& name);

} // namespace ropescope
