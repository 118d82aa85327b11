#include "app/scene/scene.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/scene/presets.h"
#include "core/check/file_roles.h"
#include "core/config/config_json.h"
#include "core/error.h"
#include "core/rope/positions.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"
#include "core/text.h"

namespace ropescope {

namespace {

// The factor s of schemes that are tried on, where the model itself has none; the context (tokens) of a model that
// names none, which is also the default of Hugging Face's Llama; and how far pictures reach at most (tokens). The
// longest context of the sliders times their greatest factor would be eight times that: too many distances to scan.
constexpr double what_if_factor = 16, unknown_length = 2048;
constexpr double greatest_pictured_length = 16.0 * 1024 * 1024;

void assign(RopeConfig& rope, const std::vector<std::string>& assignments) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw Error(fmt::format("set: {}: expected key=value", in_quotes(assignment)));
    set_parameter(rope, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
}

/// Puts a layer type's rope into the scene, with a context length and a factor where the file has none. The condition
/// is written with "not", so that a length that is no number is replaced too.
void take_rope(Scene& scene, const LayerRope& layer) {
  scene.layer_type = layer.layer_type;
  scene.axis = -1;
  scene.places.reset();
  scene.rope = layer.config;
  assign(scene.rope, scene.assignments);
  scene.factor = extension_factor(scene.rope) > 1 ? extension_factor(scene.rope) : what_if_factor;
  if (!(trained_length(scene.rope) >= 1)) set_trained_length(scene.rope, unknown_length);
  if (scene.rope.scaling.max_position_embeddings < 1)
    scene.rope.scaling.max_position_embeddings = trained_length(scene.rope);
}

/// Whether m and n can be a position.
bool is_countable(double position) {
  return position == std::floor(position) && position >= 0 && position <= static_cast<double>(furthest_position);
}

using OfAxes = std::array<double, most_axes>;

void put(Scene& scene, bool query, std::span<const double> at) {
  const std::string_view key = query ? "positions.m" : "positions.n";
  const std::int64_t axes = axis_count(scene.rope);
  if (axes == 1) throw Error(fmt::format("{}: this model's positions have one axis; expected null, and m and n", key));
  if (static_cast<std::int64_t>(at.size()) != axes)
    throw Error(fmt::format("{}: {} numbers; expected {}, one for each axis of the model", key, at.size(), axes));
  OfAxes other{}; // of the one that stays
  for (std::int64_t a = 0; a < axes; ++a)
    other[static_cast<std::size_t>(a)] = query ? key_on(scene, a) : query_on(scene, a);
  const auto counts = [&](std::int64_t axis) {
    const auto i = static_cast<std::size_t>(axis);
    return is_countable(at[i]) && is_countable(other[i]);
  };
  std::int64_t axis = scene.axis;
  for (std::int64_t a = 0; axis < 0 && a < axes; ++a)
    if (counts(a)) axis = a;
  if (axis < 0 || !counts(axis))
    throw Error(
        fmt::format("{}: on axis {}, which m and n count along, {} is no whole number from 0 on; choose another "
                    "one by axis",
                    key, axis_name(scene.rope, std::max<std::int64_t>(axis, 0)),
                    at[static_cast<std::size_t>(std::max<std::int64_t>(axis, 0))]));
  GridPlaces places;
  OfAxes& moved = query ? places.query : places.key;
  (query ? places.key : places.query) = other;
  std::copy(at.begin(), at.end(), moved.begin());
  const auto i = static_cast<std::size_t>(axis);
  scene.axis = axis;
  scene.m = std::llround(places.query[i]);
  scene.n = std::llround(places.key[i]);
  places.query[i] = places.key[i] = 0;
  scene.places = places;
}

/// Whether a scheme's frequencies grow with the sequence, which it counts from the context's length.
bool grows(RopeType type) {
  const CallMemory memory = scheme_of(type).memory;
  return memory == CallMemory::grows || memory == CallMemory::grows_returns;
}

/// What is drawn beside the scheme in force from the start; no extension is, as the baseline.
bool is_compared_at_first(const Scheme& scheme) {
  return scheme.compared_at_first && scheme.type != RopeType::standard;
}

bool& compared(Scene& scene, RopeType type) { return scene.compared[static_cast<std::size_t>(type)]; }

} // namespace

Scene scene_of(const Model& model, const std::optional<std::string>& layer_type) {
  Scene scene;
  scene.model = model;
  take_rope(scene, layer_rope(model, layer_type));
  for (const Scheme* scheme : all_schemes()) compared(scene, scheme->type) = is_compared_at_first(*scheme);
  settle(scene);
  return scene;
}

Scene first_scene() { return scene_of(find_preset("llama-2-7b").model); }

Scene default_scene() {
  Scene scene = first_scene();
  choose_scheme(scene, RopeType::yarn);
  return scene;
}

Scene with_model(const Scene& scene, const Model& model) {
  Scene next = scene;
  next.model = model;
  next.assignments.clear();
  // The config of the model before must not tell heads from tokens for this one (see KernelFiles).
  next.kernel.files.config.clear();
  take_rope(next, layer_rope(model, std::nullopt));
  settle(next);
  return next;
}

Scene with_assignments(const Scene& scene, const std::vector<std::string>& assignments) {
  Scene next = scene;
  next.assignments = assignments;
  take_rope(next, layer_rope(scene.model, scene.layer_type.empty() ? std::nullopt : std::optional(scene.layer_type)));
  settle(next);
  return next;
}

Scene with_layer_type(const Scene& scene, const std::string& layer_type) {
  Scene next = scene;
  take_rope(next, layer_rope(scene.model, layer_type));
  settle(next);
  return next;
}

std::string_view short_layer_name(std::string_view layer_type) {
  return layer_type.substr(0, layer_type.find("_attention"));
}

RopeConfig original_rope(const Scene& scene) {
  RopeConfig rope =
      layer_rope(scene.model, scene.layer_type.empty() ? std::nullopt : std::optional(scene.layer_type)).config;
  assign(rope, scene.assignments);
  return rope;
}

std::optional<ValidRope> tried_on(const Scene& scene, RopeType type) {
  if (type == scene.rope.scaling.rope_type) return ValidRope(scene.rope);
  auto rope = with_scheme(scene.rope, type, scene.factor);
  if (!rope) return std::nullopt;
  // with_scheme() changes what the new scheme needs; what the old one had changed for itself is undone here. A scheme
  // that spans the whole head (p-RoPE) has set rotary_dim to head_dim, and a dynamic scheme counts from
  // max_position_embeddings, which it has set to the trained length.
  const RopeConfig original = original_rope(scene);
  const bool was_whole = scheme_of(scene.rope).spans_whole_head && !scheme_of(original).spans_whole_head;
  if (was_whole && !scheme_of(type).spans_whole_head) {
    if (rope->layout.head_dim == original.layout.head_dim) rope->layout.rotary_dim = original.layout.rotary_dim;
    rope->layout.partial_rotary_factor = original.layout.partial_rotary_factor;
  }
  if (!grows(type) && original.scaling.original_max_position_embeddings)
    rope->scaling.max_position_embeddings = original.scaling.max_position_embeddings;
  try {
    return ValidRope(*std::move(rope));
  } catch (const Error&) {
    return std::nullopt; // some schemes are not for every head: NTK-aware divides by rotary_dim − 2
  }
}

double query_on(const Scene& scene, std::int64_t axis) {
  if (scene.axis < 0 || axis == scene.axis) return static_cast<double>(scene.m);
  return scene.places ? scene.places->query[static_cast<std::size_t>(axis)] : static_cast<double>(scene.n);
}

double key_on(const Scene& scene, std::int64_t axis) {
  if (scene.axis < 0 || axis == scene.axis || !scene.places) return static_cast<double>(scene.n);
  return scene.places->key[static_cast<std::size_t>(axis)];
}

void move_on_axis(Scene& scene, bool query, std::int64_t axis, double position) {
  if (scene.axis < 0 || axis == scene.axis) {
    (query ? scene.m : scene.n) = std::llround(std::clamp(position, 0.0, static_cast<double>(furthest_position)));
    return;
  }
  if (!scene.places) {
    scene.places.emplace();
    for (std::int64_t a = 0; a < axis_count(scene.rope); ++a)
      if (a != scene.axis)
        scene.places->query[static_cast<std::size_t>(a)] = scene.places->key[static_cast<std::size_t>(a)] =
            static_cast<double>(scene.n);
  }
  (query ? scene.places->query : scene.places->key)[static_cast<std::size_t>(axis)] = position;
}

void choose_axis(Scene& scene, std::int64_t axis) {
  if (axis == scene.axis) return;
  if (scene.places && axis >= 0) {
    const auto from = static_cast<std::size_t>(scene.axis), to = static_cast<std::size_t>(axis);
    GridPlaces& places = *scene.places;
    if (!is_countable(places.query[to]) || !is_countable(places.key[to]))
      throw Error(fmt::format("axis: on {} the query is at {} and the key at {}; m and n, which count along the axis, "
                              "are whole numbers from 0 on: move them first",
                              axis_name(scene.rope, axis), places.query[to], places.key[to]));
    places.query[from] = static_cast<double>(scene.m);
    places.key[from] = static_cast<double>(scene.n);
    scene.m = std::llround(places.query[to]);
    scene.n = std::llround(places.key[to]);
    places.query[to] = places.key[to] = 0;
  }
  if (axis < 0) scene.places.reset();
  scene.axis = axis;
}

void place_query(Scene& scene, std::span<const double> at) { put(scene, true, at); }
void place_key(Scene& scene, std::span<const double> at) { put(scene, false, at); }

void choose_scheme(Scene& scene, RopeType type) {
  if (type == scene.rope.scaling.rope_type) return;
  const auto changed = tried_on(scene, type);
  if (!changed) return;
  const RopeConfig original = original_rope(scene);
  scene.rope = *changed;
  if (type == original.scaling.rope_type) {
    // with_scheme() drops what belongs to one scheme alone. Back at the model's own scheme the file's values count
    // again. The factor stays the scene's, unless the file has none or has `alpha`, which takes its place.
    scene.rope.scaling.set(key::alpha, original.scaling[key::alpha]);
    scene.rope.scaling.freq_factors = original.scaling.freq_factors;
    scene.rope.attention.attention_factor = original.attention.attention_factor;
    if (original.scaling[key::alpha] || !original.scaling.factor) scene.rope.scaling.factor = original.scaling.factor;
  }
  settle(scene);
}

void set_factor(Scene& scene, double factor) {
  scene.factor = factor;
  if (!scheme_of(scene.rope).takes_factor) return;
  scene.rope.scaling.factor = factor;
  // `alpha` would win over the factor that was just set (see extension_factor()).
  scene.rope.scaling.parameters.erase(key::alpha);
}

void settle(Scene& scene) {
  // std::clamp requires a range that is not empty, hence the max() of the last pair.
  const std::int64_t pairs = pair_count(scene.rope);
  scene.pair = std::clamp<std::int64_t>(scene.pair, 0, std::max<std::int64_t>(pairs - 1, 0));
  if (scene.axis >= axis_count(scene.rope) || axis_count(scene.rope) == 1) scene.axis = -1;
  if (scene.axis < 0) scene.places.reset();
  scene.m = std::clamp<std::int64_t>(scene.m, 0, furthest_position);
  scene.n = std::clamp<std::int64_t>(scene.n, 0, furthest_position);
}

void require_computable(const Scene& scene) {
  make_spectrum(scene.rope, sequence_length(scene)); // validates it first
  if (const std::int64_t axes = axis_count(scene.rope); axes > 1) pair_axes(scene.rope, axes);
}

void set_head_dim(Scene& scene, std::int64_t head_dim) {
  // Both dimensions stay even, as a pair takes two components, and at least one pair is left.
  HeadLayout& layout = scene.rope.layout;
  head_dim = std::max<std::int64_t>(2, head_dim / 2 * 2);
  const double part = static_cast<double>(layout.rotary_dim) / static_cast<double>(layout.head_dim);
  layout.rotary_dim =
      std::max<std::int64_t>(2, static_cast<std::int64_t>(std::lround(part * static_cast<double>(head_dim))) / 2 * 2);
  layout.head_dim = head_dim;
}

bool trained_beyond(const Scene& scene) {
  const RopeType present = scene.rope.scaling.rope_type;
  // Asked first: original_rope() copies lists of a model whose positions have axes, in every frame.
  return present != RopeType::standard && original_rope(scene).scaling.rope_type == present;
}

void take_kernel_files(Scene& scene, const std::vector<std::string>& paths) {
  KernelView& kernel = scene.kernel;
  kernel.guessed = !take_files(kernel.files, paths);
  // All that was chosen for the files before: new ones may have another shape.
  kernel.files.dtype.clear();
  kernel.files.token_axis.reset();
  kernel.head = -1;
  kernel.row = -1;
  for (const char* key : {"check.x", "check.y", "check.row_measured", "check.position"})
    if (const Property* view = find_property(key)) reset(scene, *view);
  scene.view = "check";
}

void take_own_rows(Scene& scene, const std::vector<std::string>& paths) {
  const auto source = [](const std::string& path) {
    HeadSource made;
    made.kind = HeadSource::Kind::file;
    made.word = path;
    return made;
  };
  scene.q = source(paths.front());
  scene.k = source(paths.size() > 1 ? paths[1] : paths.front());
}

std::int64_t pictured_length(const Scene& scene) {
  double length = scene.target.value_or(target_length(scene.rope));
  // Plain RoPE, and p-RoPE, is seen as far as the schemes beside it reach: what it does beyond its training is what
  // they are for.
  if (!scene.target && target_length(scene.rope) <= trained_length(scene.rope) && scene.rope.rotates &&
      std::any_of(std::begin(all_rope_types), std::end(all_rope_types), [&](RopeType type) {
        return scene.compared[static_cast<std::size_t>(type)] && scheme_of(type).takes_factor;
      }))
    length = std::max(length, scene.factor * trained_length(scene.rope));
  return static_cast<std::int64_t>(std::clamp(std::round(length), 2.0, greatest_pictured_length));
}

double sequence_length(const Scene& scene) {
  return scene.seq_len.value_or(static_cast<double>(pictured_length(scene)));
}

} // namespace ropescope
