#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/scene/picture_size.h"
#include "app/scene/property.h"
#include "app/scene/scene.h"

namespace ropescope {

/// A change of a scene by keys: what `--pose`, a scene's file and a lecture's step are. A null means standing() of
/// the property.
using Patch = std::vector<std::pair<const Property*, Value>>;

/// How a picture was drawn beside its scene, so that the file alone draws it again.
struct DrawnAs {
  std::string picture; ///< a picture's name
  PictureSize size;
  double scale = 1; ///< of pixels or of dots an inch
  bool bare = false;
  double dpi = usual_dpi; ///< counts where the size is a length on paper
  bool operator==(const DrawnAs&) const = default;
};

/// A scene as one JSON object, two spaces a level, every key in the rows' order; a scheme's parameters where they count
/// or the model has others. Reading it gives the scene again, and writing that the same bytes.
std::string scene_json(const Scene&);

/// The same with how it was drawn, under "render", which a scene's readers pass over.
std::string scene_json(const Scene&, const DrawnAs&);

/// What is under "render"; nothing where there is none. Throws Error where it is not what this program writes.
std::optional<DrawnAs> read_drawn_as(std::string_view json, const std::string& name);

/// The keys of a JSON object, nested or with points. `name` stands before each sentence. Keys that begin with "x-" are
/// for others, and "render" is how a picture was drawn. Throws Error: no JSON object, a newer version, an unknown key
/// (and which may be meant), a wrong type.
Patch read_patch(std::string_view json, const std::string& name);

/// The same of "key=value" as it is typed.
Patch read_assignments(const std::vector<std::string>& assignments, const std::string& name);

/// All of it or nothing: a scene with the patch, whose rope is valid. Throws Error naming key, value and range.
Scene with_patch(const Scene&, const Patch&);

/// A scene's file: the patch over every default. Throws Error.
Scene scene_from_json(std::string_view json, const std::string& name);

/// The same for a window: what cannot be taken is left out and `refused` says why, the rest is taken.
struct Taken {
  Scene scene;
  std::vector<std::string> refused; ///< sentences
};
Taken take_json(std::string_view json, const std::string& name);

} // namespace ropescope
