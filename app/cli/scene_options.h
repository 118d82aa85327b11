#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/cli/model_options.h"
#include "app/scene/scene.h"
#include "app/scene/scene_json.h"

namespace ropescope::cli {

/// The options that make a scene: a model's, `--scene`, `--pose` and `--theme`.
struct SceneOptions {
  ModelOptions model;
  std::string scene, theme, file; ///< `file`: of a scene, a picture that carries one, or a model
  std::vector<std::string> pose;

  /// Adds all options. This object must live, at the same address, until they have been read.
  void add_to(CLI::App&);

  /// The scene: a file's, or the model's, or every key at its default where a pose is given, or what the program opens
  /// with; then the model's options where there is a file too, then the pose, as one patch. Throws Error.
  Scene resolve() const;

  /// Adds FILE without an option's name, for the window.
  void add_file_to(CLI::App&);

  /// How the picture was drawn whose file `--scene` is; nothing where it is no picture's.
  std::optional<DrawnAs> drawn_as() const;

private:
  std::string scene_text() const;
};

} // namespace ropescope::cli
