#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/scene/scene.h"

namespace ropescope {

/// What an action asks of whoever shows the scene.
enum class Request : std::uint8_t {
  none,
  open_file,
  save_scene,
  save_scene_as,
  export_dialog,
  film_dialog,
  export_png,
  export_svg,
  undo,
  redo,
  reload_shaders,
  help,
  lecture,
  lecture_1, ///< of those within the program
  lecture_2,
  lecture_3,
  add_step, ///< of what is seen, to a lecture's file
  full_screen,
  zoom_in,
  zoom_out,
  zoom_reset,
  fit, ///< every plot shows all there is
  back,
  quit,
  palette,
  models,
  copy,
  copy_json,
  copy_pytorch,
  copy_llama_cpp,
  copy_command,
  copy_scene,
  paste
};

enum class Group : std::uint8_t; // of views, app/scene/picture.h

/// A named command; a key of 0 means that it has none. Keys, buttons, the help overlay and the tests use the same
/// table.
struct Action {
  std::string_view name;      ///< "step.forward"
  std::string_view title;     ///< for people
  int key = 0, modifiers = 0; ///< GLFW's codes; key 0: none
  Request (*change)(Scene&) = nullptr;
  std::string_view view = {};      ///< the picture it shows, where it is a view's
  std::optional<Group> group = {}; ///< the views it goes through, where it is a group's
  std::string_view help = {};      ///< what it does, where the title does not say all

  /// Changes the scene, or asks for something.
  Request apply(Scene&) const;
};

std::span<const Action> actions();

/// By name; throws Error where there is none.
const Action& action(std::string_view name);

/// The key's code as actions have it, for the key at a place of the keyboard that types `typed` (UTF-8, of
/// glfwGetKeyName; null where it types nothing). A letter counts by what it types, wherever it lies: on a French
/// keyboard Ctrl+A is no Ctrl+Q. A key that types neither a letter nor a digit counts by its place, unless another key
/// is meant by the sign (+ − =): so [ ] and the digits of a French keyboard work as on an American one.
int key_by_letter(int key, const char* typed);

/// The same where these modifiers are down. A sign that is no action with them leaves the key to its place: a German
/// keyboard has + where an American one has ], so that there Ctrl+ + enlarges and + alone goes to the next pair.
int key_meant(int key, const char* typed, int modifiers);

/// The action of a key with exactly these modifiers, or null.
const Action* action_for_key(int key, int modifiers);

/// "Ctrl+O", "→", "Space"; empty where the action has no key.
std::string key_name(const Action&);

/// Moves what Play moves (m, or m and n) on by whole tokens. At the pictured length it begins again.
void advance_play(Scene&, std::int64_t tokens);

} // namespace ropescope
