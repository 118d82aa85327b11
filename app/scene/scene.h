#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/check/run_files.h"
#include "core/io/config_json.h"

namespace ropescope {

/// What fills the stage.
enum class View : std::uint8_t { overview, rotations, wavelengths, score, precision, check };

/// What Play moves.
enum class Play : std::uint8_t { off, query, both };

/// A kernel to be checked, and which part of its errors is looked at.
struct KernelView {
  KernelFiles files;
  bool guessed = false;                            ///< which file is the input and which the output
  std::int64_t head = -1;                          ///< −1: all heads together
  std::int64_t row = -1;                           ///< −1: the middle one
  double top = 0, bottom = 1, left = 0, right = 1; ///< what is seen of rows and pairs, as shares
  bool gallery = false;                            ///< signatures of bugs take the place of the pictures at the right

  bool operator==(const KernelView&) const = default;
};

/// Everything a person has chosen. A plain value: copyable, comparable.
struct Scene {
  Model model;                   ///< as opened; untouched by the controls
  std::string layer_type;        ///< which of the model's embeddings
  RopeConfig rope;               ///< that one, with every change made by hand
  double factor = 16;            ///< s of every scheme that is tried on; the rope's own where it has one
  std::int64_t m = 137, n = 100; ///< positions of query and key, tokens
  std::int64_t pair = 20;        ///< selected everywhere; within the pairs there are
  std::int64_t axis = -1;        ///< of positions with several: along which m and n lie apart; −1: along all alike
  bool other_layers = true;      ///< the model's other layer types are drawn beside this one
  std::array<bool, std::size(all_rope_types)> compared{}; ///< by RopeType: drawn beside the scheme in force
  View view = View::overview;
  KernelView kernel;
  Play play = Play::off;
  bool play_both = true; ///< what the play button starts
  bool dark = true;
  bool panel = true; ///< the left panel is open

  bool operator==(const Scene&) const = default;
};

/// A scene of a model as it is. A model that names no context length gets 2048.
Scene scene_of(const Model&, const std::optional<std::string>& layer_type = std::nullopt);

/// The scene the program opens with: Llama 2 7B, YaRN ×16.
Scene default_scene();

/// The same scene with another model in it: positions, theme and view stay.
Scene with_model(const Scene&, const Model&);

/// The same scene with another of the model's layer types.
Scene with_layer_type(const Scene&, const std::string& layer_type);

/// Changes the scheme in force. Back at the model's own scheme its own parameters count again.
void choose_scheme(Scene&, RopeType);

/// The model's rope under a scheme with the scene's factor; nothing where it cannot be. Throws Error where the scheme
/// is the one in force and the scene's rope is not valid.
std::optional<ValidRope> tried_on(const Scene&, RopeType);

/// Sets the factor of the scheme in force and of all that are tried on.
void set_factor(Scene&, double);

/// The embedding as the model's file has it.
const RopeConfig& original_rope(const Scene&);

/// "sliding" of "sliding_attention".
std::string short_layer_name(const std::string& layer_type);

/// Brings what a control may have pushed too far back within the model: pair, m, n.
void settle(Scene&);

/// The furthest position that m and n may take: within the pictured length, and to a million where precision is seen.
std::int64_t furthest_position(const Scene&);

/// Takes files dropped on the view: arrays of a kernel's input and output, and of positions.
void take_kernel_files(Scene&, const std::vector<std::string>& paths);

/// The length (tokens) the pictures reach to: the extension's target, at least the trained context.
std::int64_t pictured_length(const Scene&);

} // namespace ropescope
