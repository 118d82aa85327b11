#include "core/config/code.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config/placed.h"
#include "core/model/axial_classes.h"

namespace ropescope::config {

namespace {

/// How many pairs turn by each position where the class itself says so and the file does not: [16, 24, 24] of Qwen2-VL.
/// Empty where it is not known, or where that is of another number of pairs, which the class's own code refuses.
std::vector<std::int64_t> sections_of_class(const Object& config, std::int64_t pairs) {
  const Json* axes = config.values() ? config.values()->axes() : nullptr;
  const Json* of_pair = axes ? present(*axes, "of_pair") : nullptr;
  if (!of_pair || !of_pair->is_string() || present(*axes, "restarts")) return {};
  const std::string& digits = of_pair->get_ref<const std::string&>();
  if (static_cast<std::int64_t>(digits.size()) != pairs || !std::is_sorted(digits.begin(), digits.end())) return {};
  std::vector<std::int64_t> sections;
  for (const char axis : {'0', '1', '2'}) sections.push_back(std::count(digits.begin(), digits.end(), axis));
  return sections.back() == 0 ? std::vector<std::int64_t>() : sections;
}

/// How many patches of a side lie together in the rows of a vision tower: those whose code passes spatial_merge_size to
/// get_vision_position_ids (transformers 5.24.0).
std::int64_t merge_of_tower(const Object& config) {
  const PlacedType* placed = find_placed_type(config.model_type());
  const auto of_class = config.class_number("spatial_merge_size");
  if (placed ? placed->keeps_rows || (!of_class && !placed->merges) : !of_class) return 1;
  return config.integer("spatial_merge_size").value_or(static_cast<std::int64_t>(of_class.value_or(1)));
}

/// Whether the file's rope parameters are of the type that Tencent's own code has.
bool says_xdrope(const Object& config) {
  for (const char* key : {"rope_scaling", "rope_parameters"})
    if (const Json* parameters = config.find(key); parameters && parameters->is_object())
      for (const char* type : {"rope_type", "type"})
        if (const Json* name = present(*parameters, type); name && *name == "xdrope") return true;
  return false;
}

/// Which positions turn which pairs. The file may have set mrope_section before; a class that is known overrules it.
void set_axes(RopeConfig& rope, const Object& config) {
  rope.axes.first_patch = config.code().first_patch;
  if (config.is_known()) {
    if (config.code().axis_rule != AxisRule::single)
      rope.axes.rule = config.code().axis_rule; // whatever mrope_section says
    if (rope.axes.mrope_section.empty()) rope.axes.mrope_section = default_sections(rope.axes.rule, pair_count(rope));
    const bool in_order = rope.axes.rule == AxisRule::single || rope.axes.rule == AxisRule::sections;
    if (in_order && rope.axes.mrope_section.empty()) {
      rope.axes.mrope_section = sections_of_class(config, pair_count(rope));
      if (!rope.axes.mrope_section.empty()) {
        rope.axes.rule = AxisRule::sections;
        config.say_from_class(fmt::format("mrope_section [{}]", fmt::join(rope.axes.mrope_section, ", ")));
      }
    }
  }
  set_placed_axes(rope, config.model_type(), config.json());
  if (of_patches(rope.axes.rule)) rope.axes.spatial_merge_size = merge_of_tower(config);
  // transformers 5.24 doubles each section of a HunYuan-VL file in its own words; Tencent's files say xdrope, and their
  // code repeats the list, which is a rotation.
  if (config.model_type() == "hunyuan_vl_text" && rope.axes.mrope_section.size() == 4 && !says_xdrope(config))
    rope.axes.table = AngleTable::doubled_sections;
  // DINOv3's angles depend on the size of the image. The file knows that of its training; people may state another.
  if (rope.axes.rule == AxisRule::centred_grid) {
    const auto size = [&](const char* key, double otherwise) {
      const auto stated = config.number(key);
      return stated ? *stated : config.class_number(key).value_or(otherwise);
    };
    const double side = size("image_size", 0) / std::max(1.0, size("patch_size", 1));
    rope.axes.grid_height =
        config.integer("grid_h").value_or(static_cast<std::int64_t>(std::clamp(side, 0.0, 65536.0)));
    rope.axes.grid_width = config.integer("grid_w").value_or(rope.axes.grid_height);
  }
}

} // namespace

void set_code(RopeConfig& rope, const Object& config) {
  const ModelType& code = config.code();
  // DeepSeek-V3 asks the file whether pairs lie interleaved; where it says false, they are halves.
  rope.layout.pairs = code.layout;
  // Without multi-head latent attention the DeepSeek-V2 models have Llama's.
  if (!config.flag("use_mla", true)) rope.layout.pairs = {};
  const bool asks = config.code().layout.output != config.code().layout.pairing;
  if (asks && !config.flag("rope_interleave", true)) rope.layout.pairs = {};
  // What the file itself says of its pairs: nomic and executorch; of a class that is not known rope_interleave too,
  // which means the same wherever it is known.
  if (config.find("rotary_interleaved"))
    rope.layout.pairs.pairing = rope.layout.pairs.output =
        config.flag("rotary_interleaved", false) ? Pairing::interleaved : Pairing::half;
  if (!config.is_known() && config.flag("rope_interleave", false))
    rope.layout.pairs = {Pairing::interleaved, Pairing::half};
  rope.arithmetic.rounding = code.rounding;
  // After the dimensions, as default sections follow from the number of pairs.
  set_axes(rope, config);
  rope.attention.scales_softmax = code.scales_softmax;
  // Ministral's formula divides by the length of the training: 0 where no length is stated would give infinity.
  if (rope.attention.query_scale == QueryScale::ministral3)
    rope.attention.query_scale_floor = std::max(1.0, trained_length(rope));
  if (config.flag("xpos_rel_pos", false))
    rope.attention.xpos_scale_base = config.number("xpos_scale_base").value_or(512);
}

void require_rotation(const Object& config) {
  const PlacedType* placed = find_placed_type(config.model_type());
  const bool is_computed = placed && placed->table != AngleTable::of_pairs; // and said to be none (mixed_sentence)
  if (config.values() && config.values()->is_no_rotation() && !is_computed)
    throw Error(
        fmt::format("what model_type \"{}\" does with positions is no rotation: the components of a pair turn by "
                    "angles of two kinds",
                    config.model_type()));
  if (config.code().other_axes)
    throw Error(
        fmt::format("which position turns which pair of model_type \"{}\" cannot be said here: it has axes in an "
                    "order of its own",
                    config.model_type()));
}

LayoutSource layout_source(const Object& config) {
  if (config.is_known()) return LayoutSource::model_type;
  if (config.find("rotary_interleaved") || config.find("rope_interleave")) return LayoutSource::stated;
  return config.model_type().empty() ? LayoutSource::no_model_type : LayoutSource::unknown_model_type;
}

RopeConfig without_rope(RopeConfig rope, const Object& config) {
  rope.rotates = false;
  // Defaults of Llama4TextConfig.
  if (config.code().nope_scales_queries) {
    if (config.flag("attn_temperature_tuning", true)) rope.attention.query_scale = QueryScale::llama4;
    rope.attention.query_scale_floor = config.number("floor_scale").value_or(8192);
    rope.attention.query_scale_coefficient = config.number("attn_scale").value_or(0.1);
  }
  return rope;
}

} // namespace ropescope::config
