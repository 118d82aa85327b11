#include "app/scene/actions.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "app/scene/picture.h"
#include "app/scene/property.h"
#include "core/error.h"

namespace ropescope {

namespace {

// Actions hold plain function pointers, so that their table is a constant. What differs between two actions of one kind
// is therefore a template's argument. settle() brings a step too far back into the range.
template <std::int64_t tokens>
Request step(Scene& scene) {
  scene.m += tokens;
  settle(scene);
  return Request::none;
}

template <std::int64_t pairs>
Request select(Scene& scene) {
  scene.pair += pairs;
  settle(scene);
  return Request::none;
}

template <std::int64_t tokens>
Request step_key(Scene& scene) {
  scene.n += tokens;
  settle(scene);
  return Request::none;
}

/// The next of the ways in which what is seen lies along its axis: of a picture with a scale of its own that one's,
/// else of the score's distances.
Request next_scale(Scene& scene) {
  const Property* const own = find_property(fmt::format("{}.x_scale", scene.view));
  const Property& row = own ? *own : *find_property("score.x_scale");
  const std::span<const std::string_view> words = row.choices();
  const std::string present = std::get<std::string>(get(scene, row));
  const auto at = std::find(words.begin(), words.end(), present);
  set(scene, row, std::string(at == words.end() || at + 1 == words.end() ? words.front() : *(at + 1)));
  return Request::none;
}

/// Seen from its end the helix is the dials; and back home. Another view has nothing to turn.
Request turn_helix(Scene& scene) {
  if (scene.view != "helix") return Request::none;
  const Property &yaw = *find_property("helix.yaw"), &pitch = *find_property("helix.pitch");
  const bool from_end = scene.options.number(yaw) == yaw.greatest;
  for (const Property* row : {&yaw, &pitch})
    if (from_end)
      reset(scene, *row);
    else
      set(scene, *row, row == &yaw ? yaw.greatest : 0.0);
  return Request::none;
}

/// The scheme beside in the place of the one in force, where there is room for one of the two maps.
Request turn_carpet(Scene& scene) {
  if (scene.view != "carpet") return Request::none;
  const Property& without = *find_property("carpet.without");
  set(scene, without, !scene.options.flag(without));
  return Request::none;
}

/// The peak in the place of the strips, where there is room for one of the two.
Request turn_neighbours(Scene& scene) {
  if (scene.view != "neighbours") return Request::none;
  const Property& curve = *find_property("neighbours.curve");
  set(scene, curve, !scene.options.flag(curve));
  return Request::none;
}

template <Request request>
Request ask(Scene&) {
  return request;
}

Request toggle_play(Scene& scene) {
  scene.play = scene.play != Play::off ? Play::off : scene.play_both ? Play::both : Play::query;
  return Request::none;
}

Request toggle_theme(Scene& scene) {
  // Paper is for files; whoever works on it goes back to the dark.
  scene.theme = scene.theme == canvas::ThemeName::dark ? canvas::ThemeName::light : canvas::ThemeName::dark;
  return Request::none;
}

Request toggle_panel(Scene& scene) {
  scene.panel = !scene.panel;
  return Request::none;
}

Request back_to_overview(Scene& scene) {
  scene.view = all_pictures().front()->name;
  return Request::none;
}

/// A row with words beside its title.
constexpr Action explained(Action action, std::string_view help) {
  action.help = help;
  return action;
}

// The title is what the help overlay shows. Groups and views, which come first, are made from the rows of pictures.
constexpr Action table[] = {
    {"view.grid", "Back to the overview", GLFW_KEY_0, 0, back_to_overview},
    {"play", "Play and pause", GLFW_KEY_SPACE, 0, toggle_play},
    {"step.forward", "m + 1", GLFW_KEY_RIGHT, 0, step<1>},
    {"step.back", "m − 1", GLFW_KEY_LEFT, 0, step<-1>},
    {"step.forward.16", "m + 16", GLFW_KEY_RIGHT, GLFW_MOD_SHIFT, step<16>},
    {"step.back.16", "m − 16", GLFW_KEY_LEFT, GLFW_MOD_SHIFT, step<-16>},
    {"step.forward.1024", "m + 1 024", GLFW_KEY_RIGHT, GLFW_MOD_CONTROL, step<1024>},
    {"step.back.1024", "m − 1 024", GLFW_KEY_LEFT, GLFW_MOD_CONTROL, step<-1024>},
    {"key.forward", "n + 1", GLFW_KEY_UP, 0, step_key<1>},
    {"key.back", "n − 1", GLFW_KEY_DOWN, 0, step_key<-1>},
    {"key.forward.16", "n + 16", GLFW_KEY_UP, GLFW_MOD_SHIFT, step_key<16>},
    {"key.back.16", "n − 16", GLFW_KEY_DOWN, GLFW_MOD_SHIFT, step_key<-16>},
    {"key.forward.1024", "n + 1 024", GLFW_KEY_UP, GLFW_MOD_CONTROL, step_key<1024>},
    {"key.back.1024", "n − 1 024", GLFW_KEY_DOWN, GLFW_MOD_CONTROL, step_key<-1024>},
    {"scale", "Distances: log, linear, symlog", GLFW_KEY_L, 0, next_scale},
    explained({"helix.end", "Helix from its end, and home", GLFW_KEY_E, 0, turn_helix},
              "Seen along the ropes the helix is the wall of dials."),
    explained({"neighbours.curve", "Neighbours: strips, curve", GLFW_KEY_V, 0, turn_neighbours},
              "In a small window there is room for one of the two."),
    explained({"carpet.without", "The other carpet", GLFW_KEY_C, 0, turn_carpet},
              "In a small window there is room for one of the two maps."),
    {"fit", "All plots show all there is", GLFW_KEY_HOME, 0, ask<Request::fit>},
    {"pair.next", "Next pair", GLFW_KEY_RIGHT_BRACKET, 0, select<1>},
    {"pair.previous", "Previous pair", GLFW_KEY_LEFT_BRACKET, 0, select<-1>},
    // Brackets need AltGr on many keyboards; letters are on all.
    {"pair.next.letter", "Next pair, on every keyboard", GLFW_KEY_K, 0, select<1>},
    {"pair.previous.letter", "Previous pair, on every keyboard", GLFW_KEY_J, 0, select<-1>},
    {"theme", "Light and dark", GLFW_KEY_T, 0, toggle_theme},
    {"panel", "Show and hide the panel", GLFW_KEY_F9, 0, toggle_panel},
    explained({"palette", "Find an action, a model or a value", GLFW_KEY_P, GLFW_MOD_CONTROL, ask<Request::palette>},
              "A list of all that can be done and set, searched as you type: \"base 500k\" sets the base."),
    explained({"models", "Choose a model", GLFW_KEY_M, GLFW_MOD_CONTROL, ask<Request::models>},
              "The list of models, searched as you type."),
    {"open", "Open a model, a scene, a picture or arrays", GLFW_KEY_O, GLFW_MOD_CONTROL, ask<Request::open_file>},
    {"save", "Save the scene", GLFW_KEY_S, GLFW_MOD_CONTROL, ask<Request::save_scene>},
    {"save.as", "Save the scene as", GLFW_KEY_S, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT, ask<Request::save_scene_as>},
    {"export.dialog", "Export: choose what, how large, and where", GLFW_KEY_E, GLFW_MOD_CONTROL,
     ask<Request::export_dialog>},
    {"film", "Film of one property that moves", GLFW_KEY_E, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT,
     ask<Request::film_dialog>},
    explained({"export", "Export the picture as PNG", GLFW_KEY_S, 0, ask<Request::export_png>},
              "The PNG carries the scene: dropped on the window it is this scene again."),
    {"export.svg", "Export the picture as SVG", GLFW_KEY_S, GLFW_MOD_SHIFT, ask<Request::export_svg>},
    explained({"copy", "Copy the value under the mouse", GLFW_KEY_C, GLFW_MOD_CONTROL, ask<Request::copy>},
              "What a control or a read-out under the mouse shows; elsewhere the configuration as text."),
    explained({"copy.json", "Copy as Hugging Face JSON", 0, 0, ask<Request::copy_json>},
              "The part of a config.json that gives these frequencies in transformers. Ctrl+V takes it back."),
    explained({"copy.pytorch", "Copy as PyTorch", 0, 0, ask<Request::copy_pytorch>},
              "A few lines of Python that make inv_freq and attention_factor."),
    explained({"copy.llama.cpp", "Copy as llama.cpp flags", 0, 0, ask<Request::copy_llama_cpp>},
              "--rope-scaling and what belongs to it, where llama.cpp has flags for the scheme."),
    explained({"copy.command", "Copy as command line", 0, 0, ask<Request::copy_command>},
              "The command that opens this scene again."),
    explained({"copy.scene", "Copy as scene JSON", 0, 0, ask<Request::copy_scene>},
              "All that was chosen. Ctrl+V in this or another window takes it back."),
    explained({"paste", "Take what was copied", GLFW_KEY_V, GLFW_MOD_CONTROL, ask<Request::paste>},
              "A config.json, a scene or a file's path that was copied becomes what is shown."),
    {"undo", "Undo", GLFW_KEY_Z, GLFW_MOD_CONTROL, ask<Request::undo>},
    {"redo", "Redo", GLFW_KEY_Z, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT, ask<Request::redo>},
    explained({"reload", "Read the shaders again", GLFW_KEY_R, 0, ask<Request::reload_shaders>},
              "For who changes them: from the folder that ROPESCOPE_SHADERS names."),
    {"zoom.in", "Larger", GLFW_KEY_EQUAL, GLFW_MOD_CONTROL, ask<Request::zoom_in>},
    {"zoom.out", "Smaller", GLFW_KEY_MINUS, GLFW_MOD_CONTROL, ask<Request::zoom_out>},
    {"zoom.reset", "The usual size", GLFW_KEY_0, GLFW_MOD_CONTROL, ask<Request::zoom_reset>},
    {"back", "Close what is open, leave full screen", GLFW_KEY_ESCAPE, 0, ask<Request::back>},
    explained({"help", "Keys and gestures", GLFW_KEY_F1, 0, ask<Request::help>},
              "Every key, and what wheel, drag and clicks do."),
    explained({"lecture", "Begin and end a lecture", GLFW_KEY_F5, 0, ask<Request::lecture>},
              "The one that was opened last, else \"RoPE in twelve minutes\"."),
    {"lecture.1", "Lecture 1: RoPE in twelve minutes", 0, 0, ask<Request::lecture_1>},
    {"lecture.2", "Lecture 2: Stretching the context", 0, 0, ask<Request::lecture_2>},
    {"lecture.3", "Lecture 3: RoPE among its rivals", 0, 0, ask<Request::lecture_3>},
    explained({"lecture.add", "Add this view as a step of a lecture", 0, 0, ask<Request::add_step>},
              "Writes what differs from its last step to the lecture's file, or to a new one."),
    {"fullscreen", "Full screen", GLFW_KEY_F11, 0, ask<Request::full_screen>},
    {"quit", "Quit", GLFW_KEY_Q, GLFW_MOD_CONTROL, ask<Request::quit>},
};

std::vector<Action> all_actions() {
  std::vector<Action> all;
  // A group keeps its key, whichever groups have no picture yet.
  for (std::size_t g = 0; g < std::size(group_rows); ++g)
    if (view_count(static_cast<Group>(g)) > 0)
      all.push_back({group_rows[g].name,
                     group_rows[g].title,
                     GLFW_KEY_1 + static_cast<int>(g),
                     0,
                     nullptr,
                     {},
                     static_cast<Group>(g)});
  for (const Picture* picture : all_pictures())
    if (!picture->tab.empty()) all.push_back({picture->name, picture->title, 0, 0, nullptr, picture->name, {}});
  all.insert(all.end(), std::begin(table), std::end(table));
  return all;
}

} // namespace

std::span<const Action> actions() {
  static const std::vector<Action> all = all_actions();
  return all;
}

Request Action::apply(Scene& scene) const {
  if (view.empty() && !group) return change(scene);
  scene.view = group ? next_view(*group, shown_picture(scene))->name : view;
  return Request::none;
}

const Action& action(std::string_view name) {
  for (const Action& a : actions())
    if (a.name == name) return a;
  throw Error(fmt::format("there is no action \"{}\"", name));
}

int key_by_letter(int key, const char* typed) {
  switch (key) { // keys of the number block type signs too
  case GLFW_KEY_KP_ADD: return GLFW_KEY_EQUAL;
  case GLFW_KEY_KP_SUBTRACT: return GLFW_KEY_MINUS;
  default: break;
  }
  if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9) return GLFW_KEY_0 + (key - GLFW_KEY_KP_0);
  const bool prints = key > GLFW_KEY_SPACE && key <= GLFW_KEY_GRAVE_ACCENT;
  if (!prints || !typed || typed[0] == 0 || typed[1] != 0) return key;
  const char sign = typed[0];
  if (sign >= 'a' && sign <= 'z') return sign - 'a' + GLFW_KEY_A;
  if ((sign >= 'A' && sign <= 'Z') || (sign >= '0' && sign <= '9')) return sign;
  if (sign == '+' || sign == '=') return GLFW_KEY_EQUAL;
  // A French keyboard has − on the 6: there the digit is meant.
  if (sign == '-' && !(key >= GLFW_KEY_0 && key <= GLFW_KEY_9)) return GLFW_KEY_MINUS;
  return key;
}

int key_meant(int key, const char* typed, int modifiers) {
  const int meant = key_by_letter(key, typed);
  const bool sign = meant == GLFW_KEY_EQUAL || meant == GLFW_KEY_MINUS;
  return sign && !action_for_key(meant, modifiers) ? key : meant;
}

const Action* action_for_key(int key, int modifiers) {
  // Caps Lock and Num Lock, which GLFW may report among the modifiers, do not count.
  int counted = modifiers & (GLFW_MOD_SHIFT | GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER);
  if (key == 0) return nullptr; // GLFW's code of no key, as actions without one have it
  // "+" is typed with Shift on many keyboards: Ctrl++ is Ctrl+=.
  if (key == GLFW_KEY_EQUAL || key == GLFW_KEY_MINUS) counted &= ~GLFW_MOD_SHIFT;
  // As digits are on a French one.
  if (key >= GLFW_KEY_0 && key <= GLFW_KEY_9) counted &= ~GLFW_MOD_SHIFT;
  for (const Action& a : actions())
    if (a.key == key && a.modifiers == counted) return &a;
  // Windows' habit, beside the one of Linux and the Mac.
  if (key == GLFW_KEY_Y && counted == GLFW_MOD_CONTROL) return &action("redo");
  return nullptr;
}

std::string key_name(const Action& action) {
  std::string name;
  if (action.key == 0) return name;
  if (action.modifiers & GLFW_MOD_CONTROL) name += "Ctrl+";
  if (action.modifiers & GLFW_MOD_SHIFT) name += "Shift+";
  switch (action.key) {
  case GLFW_KEY_SPACE: return name + "Space";
  case GLFW_KEY_LEFT: return name + "←";
  case GLFW_KEY_RIGHT: return name + "→";
  case GLFW_KEY_UP: return name + "↑";
  case GLFW_KEY_DOWN: return name + "↓";
  case GLFW_KEY_HOME: return name + "Home";
  case GLFW_KEY_ESCAPE: return name + "Esc";
  case GLFW_KEY_F1: return name + "F1";
  case GLFW_KEY_F5: return name + "F5";
  case GLFW_KEY_F9: return name + "F9";
  case GLFW_KEY_F11: return name + "F11";
  default: return name + static_cast<char>(action.key); // GLFW's codes of printable keys are ASCII
  }
}

void advance_play(Scene& scene, std::int64_t tokens) {
  const std::int64_t length = pictured_length(scene);
  if (scene.play == Play::off || tokens == 0) return;
  if (scene.play == Play::query) {
    scene.m = (scene.m + tokens) % length;
    return;
  }
  // Both keep their distance: they go round together before either leaves the context.
  const std::int64_t least = std::min(scene.m, scene.n), greatest = std::max(scene.m, scene.n);
  // At the end both go back by as much as puts the nearer one on position 0.
  const std::int64_t moved = greatest + tokens < length ? tokens : -least;
  scene.m += moved;
  scene.n += moved;
}

} // namespace ropescope
