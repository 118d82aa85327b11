#include "app/scene/scene.h"

#include <algorithm>
#include <cmath>

#include "app/scene/presets.h"
#include "core/check/file_roles.h"
#include "core/error.h"
#include "core/rope/schemes/scheme.h"

namespace ropescope {

namespace {

constexpr double what_if_factor = 16, unknown_length = 2048;
constexpr double greatest_pictured_length = 16.0 * 1024 * 1024;

void take_rope(Scene& scene, const LayerRope& layer) {
  scene.layer_type = layer.layer_type;
  scene.axis = -1;
  scene.rope = layer.config;
  scene.factor = extension_factor(scene.rope) > 1 ? extension_factor(scene.rope) : what_if_factor;
  if (!(trained_length(scene.rope) >= 1)) set_trained_length(scene.rope, unknown_length);
  if (scene.rope.scaling.max_position_embeddings < 1)
    scene.rope.scaling.max_position_embeddings = trained_length(scene.rope);
}

/// Whether a scheme's frequencies grow with the sequence, which it counts from the context's length.
bool grows(RopeType type) {
  const CallMemory memory = scheme_of(type).memory;
  return memory == CallMemory::grows || memory == CallMemory::grows_returns;
}

bool& compared(Scene& scene, RopeType type) { return scene.compared[static_cast<std::size_t>(type)]; }

} // namespace

Scene scene_of(const Model& model, const std::optional<std::string>& layer_type) {
  Scene scene;
  scene.model = model;
  take_rope(scene, layer_rope(model, layer_type));
  for (const Scheme* scheme : all_schemes()) compared(scene, scheme->type) = scheme->compared_at_first;
  settle(scene);
  return scene;
}

Scene default_scene() {
  Scene scene = scene_of(find_preset("llama-2-7b").model);
  choose_scheme(scene, RopeType::yarn);
  return scene;
}

Scene with_model(const Scene& scene, const Model& model) {
  Scene next = scene;
  next.model = model;
  next.kernel.files.config.clear();
  take_rope(next, layer_rope(model, std::nullopt));
  settle(next);
  return next;
}

Scene with_layer_type(const Scene& scene, const std::string& layer_type) {
  Scene next = scene;
  take_rope(next, layer_rope(scene.model, layer_type));
  settle(next);
  return next;
}

std::string short_layer_name(const std::string& layer_type) {
  return layer_type.substr(0, layer_type.find("_attention"));
}

const RopeConfig& original_rope(const Scene& scene) {
  return layer_rope(scene.model, scene.layer_type.empty() ? std::nullopt : std::optional(scene.layer_type)).config;
}

std::optional<ValidRope> tried_on(const Scene& scene, RopeType type) {
  if (type == scene.rope.scaling.rope_type) return ValidRope(scene.rope);
  auto rope = with_scheme(scene.rope, type, scene.factor);
  if (!rope) return std::nullopt;
  // What only the scheme before needed otherwise comes back from the file.
  const RopeConfig& original = original_rope(scene);
  const bool was_whole = scheme_of(scene.rope).spans_whole_head && !scheme_of(original).spans_whole_head;
  if (was_whole && rope->layout.head_dim == original.layout.head_dim && !scheme_of(type).spans_whole_head)
    rope->layout.rotary_dim = original.layout.rotary_dim;
  if (!grows(type) && original.scaling.original_max_position_embeddings)
    rope->scaling.max_position_embeddings = original.scaling.max_position_embeddings;
  try {
    return ValidRope(*std::move(rope));
  } catch (const Error&) {
    return std::nullopt; // some schemes are not for every head: NTK-aware divides by rotary_dim − 2
  }
}

void choose_scheme(Scene& scene, RopeType type) {
  if (type == scene.rope.scaling.rope_type) return;
  const auto changed = tried_on(scene, type);
  if (!changed) return;
  const RopeConfig& original = original_rope(scene);
  scene.rope = *changed;
  if (type == original.scaling.rope_type) {
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
  scene.rope.scaling.parameters.erase(key::alpha);
}

void settle(Scene& scene) {
  const std::int64_t pairs = pair_count(scene.rope);
  scene.pair = std::clamp<std::int64_t>(scene.pair, 0, std::max<std::int64_t>(pairs - 1, 0));
  if (scene.axis >= axis_count(scene.rope) || axis_count(scene.rope) == 1) scene.axis = -1;
  const std::int64_t greatest = furthest_position(scene);
  scene.m = std::clamp<std::int64_t>(scene.m, 0, greatest);
  scene.n = std::clamp<std::int64_t>(scene.n, 0, greatest);
}

void take_kernel_files(Scene& scene, const std::vector<std::string>& paths) {
  KernelView& kernel = scene.kernel;
  kernel.guessed = !take_files(kernel.files, paths);
  kernel.files.dtype.clear();
  kernel.files.token_axis.reset();
  kernel.head = -1;
  kernel.row = -1;
  kernel.top = kernel.left = 0;
  kernel.bottom = kernel.right = 1;
  scene.view = View::check;
}

std::int64_t furthest_position(const Scene& scene) {
  const std::int64_t pictured = std::max<std::int64_t>(pictured_length(scene) - 1, 1);
  return scene.view == View::precision ? std::max<std::int64_t>(pictured, 1'000'000) : pictured;
}

std::int64_t pictured_length(const Scene& scene) {
  return static_cast<std::int64_t>(std::clamp(std::round(target_length(scene.rope)), 2.0, greatest_pictured_length));
}

} // namespace ropescope
