#include "app/cli/scene_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/scene/presets.h"
#include "app/scene/scene_file.h"
#include "core/error.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::cli {

void SceneOptions::add_to(CLI::App& app) {
  model.add_to(app);
  app.add_option("--scene", scene, "a scene's file, or a PNG, SVG or PDF that carries one");
  app.add_option("--pose", pose, "key=value of the scene; `ropescope render --list-keys` prints the keys")
      ->expected(1)
      ->take_all();
  app.add_option("--theme", theme, "dark (the default), light, or paper for print")
      ->check(CLI::IsMember({"dark", "light", "paper"}));
}

void SceneOptions::add_file_to(CLI::App& app) {
  app.add_option("FILE", file, "a model's file or folder, a scene, or a PNG, SVG or PDF that carries one");
}

namespace {

/// What a word in the place of a file may have been meant as; empty where nobody knows.
std::string meant_by(const std::string& word) {
  if (const Scheme* scheme = find_scheme(word)) return fmt::format("; did you mean --scheme {}", scheme->choice());
  const auto preset = preset_named(word);
  const auto name = preset ? std::optional(preset->id) : nearest_preset(word);
  return name ? fmt::format("; did you mean --model {}", *name) : "";
}

/// Throws Error where a plain word names no file: it was meant as a command, a scheme or a model.
void require_file(const std::string& word) {
  std::error_code error;
  if (word.find_first_of("/.") != std::string::npos || std::filesystem::exists(word, error)) return;
  std::string commands;
#define ROPESCOPE_NAME(name) commands += std::string_view(#name) == "window" ? "" : ", " #name;
  ROPESCOPE_COMMANDS(ROPESCOPE_NAME)
#undef ROPESCOPE_NAME
  throw Error(
      fmt::format("{} is neither a file nor a command ({}){}", in_quotes(word), commands.substr(2), meant_by(word)));
}

} // namespace

std::string SceneOptions::scene_text() const {
  const auto text = read_scene_file(scene);
  if (!text)
    throw Error(fmt::format("--scene {}: expected a scene's JSON with the key \"ropescope\", or a picture that carries "
                            "one",
                            scene));
  return *text;
}

Scene SceneOptions::resolve() const {
  if (!file.empty()) {
    if (!scene.empty() || !model.model.empty() || !model.config.empty())
      throw Error(fmt::format("{}: expected no other file and no model beside it", file));
    require_file(file);
    SceneOptions named = *this;
    named.file.clear();
    (scene_or_model(file) ? named.scene : named.model.config) = file;
    return named.resolve();
  }
  const bool asked = model.given() || model.changes();
  Scene result = !scene.empty() ? scene_from_json(scene_text(), "--scene " + scene)
                 : asked        ? model.scene()
                                : first_scene();
  if (!scene.empty() && asked) result = model.applied_to(result);
  if (!pose.empty()) result = with_patch(result, read_assignments(pose, "--pose"));
  if (!theme.empty()) set(result, *find_property("theme"), theme);
  return result;
}

std::optional<DrawnAs> SceneOptions::drawn_as() const {
  if (scene.empty()) return std::nullopt;
  return read_drawn_as(scene_text(), "--scene " + scene);
}

} // namespace ropescope::cli
