#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/canvas/range.h"
#include "app/canvas/theme_name.h"
#include "app/gpu/engine_choice.h"
#include "app/scene/property.h"
#include "app/scene/value.h"
#include "core/analysis/head_source.h"
#include "core/check/run_files.h"
#include "core/model/model.h"

namespace ropescope {

/// What Play moves.
enum class Play : std::uint8_t { off, query, both };

/// Axes of positions that a scene keeps places on; a model has no more (validate_axis_list).
inline constexpr std::size_t most_axes = 8;

/// Where the query and the key are on the axes of a grid. On Scene::axis m and n say it, and these are 0 there; so that
/// whatever moves m or n moves the token along that axis, and the others stay.
struct GridPlaces {
  std::array<double, most_axes> query{}, key{};
  bool operator==(const GridPlaces&) const = default;
};

/// A kernel to be checked, and which part of its errors is looked at.
struct KernelView {
  KernelFiles files;
  bool guessed = false;   ///< which file is the input and which the output
  std::int64_t head = -1; ///< −1: all heads together
  std::int64_t row = -1;  ///< −1: the middle one
  bool gallery = false;   ///< signatures of bugs take the place of the pictures at the right

  bool operator==(const KernelView&) const = default;
};

/// What a person has chosen of the properties that no member of the scene holds, by their rows; what has its default is
/// not kept, so that two scenes which show the same are equal.
class Options {
public:
  /// The default where nothing was chosen.
  Value operator[](const Property&) const;
  void set(const Property&, Value);

  bool flag(const Property& property) const { return std::get<bool>((*this)[property]); }
  double number(const Property& property) const { return std::get<double>((*this)[property]); }
  bool is(const Property& choice, std::string_view word) const;
  std::optional<canvas::Range> range(const Property&) const; ///< nothing where it is null
  std::span<const std::string> texts(const Property&) const; ///< empty where it is null
  std::span<const double> numbers(const Property&) const;    ///< empty where it is null
  std::string_view words(const Property&) const;             ///< of a text or a choice; empty where it is null

  bool operator==(const Options&) const = default;

private:
  const Value* find(const Property&) const;
  std::vector<std::pair<const Property*, Value>> chosen_; // in the order of keys
};

/// Everything a person has chosen. A plain value: copyable, comparable; to JSON and back by scene_json.h. What can be
/// chosen has a Property, so that nothing here is changed but by its key.
struct Scene {
  Model model;                          ///< as opened; untouched by the controls
  std::vector<std::string> assignments; ///< "key=value" of rope parameters, applied to the model's (`--set`)
  std::string layer_type;               ///< which of the model's embeddings
  RopeConfig rope;                      ///< that one, with every change made by hand
  double factor = 16;                   ///< s of every scheme that is tried on; the rope's own where it has one
  std::optional<double> target;         ///< tokens that the pictures reach to; nothing: as pictured_length() says
  std::optional<double> seq_len;        ///< tokens that the schemes which go by the length see; nothing: the target
  std::int64_t m = 137, n = 100;        ///< positions of query and key, tokens
  std::int64_t pair = 20;               ///< selected everywhere; within the pairs there are
  std::vector<std::int64_t> pairs;      ///< those that pictures of all pairs show; empty: all
  HeadSource q, k;                      ///< what the query and the key are before the rotation
  std::int64_t axis = -1;           ///< of positions with several: along which m and n lie apart; −1: along all alike
  std::optional<GridPlaces> places; ///< on the other axes; nothing: along them both are at n. Only where axis >= 0
  bool other_layers = true;         ///< the model's other layer types are drawn beside this one
  std::array<bool, std::size(all_rope_types)> compared{}; ///< by RopeType: drawn beside the scheme in force
  bool baseline = true;                                   ///< and so is no extension
  gpu::EngineChoice engine = gpu::EngineChoice::automatic;
  std::string view = "overview"; ///< the picture that fills the stage
  KernelView kernel;
  Play play = Play::off;
  bool play_both = true; ///< what the play button starts
  canvas::ThemeName theme = canvas::ThemeName::dark;
  bool panel = true; ///< the left panel is open
  Options options;   ///< of pictures, and of each row that has no member above

  bool operator==(const Scene&) const = default;
};

/// A scene of a model as it is. A model that names no context length gets 2048.
Scene scene_of(const Model&, const std::optional<std::string>& layer_type = std::nullopt);

/// Every key at its default, and what the program opens with where nothing is asked for: Llama 2 7B as it is, with the
/// schemes compared that are at first.
Scene first_scene();

/// The same under YaRN ×16, where every part of the window has something to show: what is measured and tested.
Scene default_scene();

/// The same scene with another model in it: positions, theme and view stay.
Scene with_model(const Scene&, const Model&);

/// The same scene with other rope parameters, "key=value" of each, assigned to the model's. Throws Error.
Scene with_assignments(const Scene&, const std::vector<std::string>& assignments);

/// The same scene with another of the model's layer types.
Scene with_layer_type(const Scene&, const std::string& layer_type);

/// The position of the scene's query, and of its key, on an axis; of a model whose positions have one, on that.
double query_on(const Scene&, std::int64_t axis);
double key_on(const Scene&, std::int64_t axis);

/// Moves the query, or the key, along an axis alone: m or n where they count along it, else a place. m and n become
/// whole and not negative.
void move_on_axis(Scene&, bool query, std::int64_t axis, double position);

/// Makes m and n the positions on another axis; where the tokens have places in a grid, these stay. −1: m and n on
/// all axes alike, and no places. Throws Error where a place on the axis is no whole number from 0 on, as m and n are.
void choose_axis(Scene&, std::int64_t axis);

/// Puts the query, or the key, at a place: a position for each axis. The other one stays where it is. Where the scene
/// has no axis, it takes the first one that m and n can count along. Throws Error as choose_axis(), and where the model
/// has another number of axes.
void place_query(Scene&, std::span<const double>);
void place_key(Scene&, std::span<const double>);

/// Changes the scheme in force. Back at the model's own scheme its own parameters count again.
void choose_scheme(Scene&, RopeType);

/// The model's rope under a scheme with the scene's factor; nothing where it cannot be. Throws Error where the scheme
/// is the one in force and the scene's rope is not valid.
std::optional<ValidRope> tried_on(const Scene&, RopeType);

/// Sets the factor of the scheme in force and of all that are tried on.
void set_factor(Scene&, double);

/// The embedding as the model's file has it.
RopeConfig original_rope(const Scene&);

/// "sliding" of "sliding_attention".
std::string_view short_layer_name(std::string_view layer_type);

/// Brings pair, m and n back into their ranges, where a control has moved them out of it.
void settle(Scene&);

/// Throws Error where nothing could be drawn of the scene's rope: it is not valid, its frequencies at the scene's
/// length leave the range of floats, or its axes do not share its pairs.
void require_computable(const Scene&);

/// The furthest position that m and n may take, whatever the pictures show: 2²⁴ − 1. Beyond, float32 has not every
/// integer.
inline constexpr std::int64_t furthest_position = (std::int64_t{1} << 24) - 1;

/// Sets head_dim; the part of the head that turns stays the same part: half of 128 becomes half of 64.
void set_head_dim(Scene&, std::int64_t head_dim);

/// Whether the model's own file extends it: then it was trained beyond its original context, to what length no file
/// says, and the trained context is called the original one.
bool trained_beyond(const Scene&);

/// Takes files dropped on the view: arrays of a kernel's input and output, and of positions.
void take_kernel_files(Scene&, const std::vector<std::string>& paths);

/// Takes arrays dropped on a picture of queries and keys: the first is the query's, the second, else the same, the
/// key's; row 0 of head 0 of each.
void take_own_rows(Scene&, const std::vector<std::string>& paths);

/// The length (tokens) the pictures reach to: the scene's target, else the extension's or, without one, that of the
/// schemes compared, else the trained context.
std::int64_t pictured_length(const Scene&);

/// The length (tokens) that the frequencies are computed for.
double sequence_length(const Scene&);

} // namespace ropescope
