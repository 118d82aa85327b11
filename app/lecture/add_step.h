#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/scene.h"

namespace ropescope {

/// What a step that is written from a view begins with; its words are for its author to change.
struct NewStep {
  Scene scene;
  std::vector<std::string> pictures; ///< side by side; empty: the scene's view
  std::string title;                 ///< six words at most are kept; empty: the picture's own title
};

/// A lecture's file with one more step at its end, whose pose is exactly what differs from the end of the step before
/// (JSON Merge Patch: null is a default). All else in the file stays as it is, its comments too. Throws Error where
/// `file` is no lecture.
std::string with_step(std::string_view file, const NewStep&, const std::string& name);

/// The same of a lecture without a step yet.
std::string new_lecture(const NewStep&);

} // namespace ropescope
