#include "core/config/stated_axes.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"

namespace ropescope::config {

namespace {

template <typename T>
using Words = std::span<const std::pair<const char*, T>>;

/// An object of the file, each of whose keys must be asked for.
class Stated {
public:
  Stated(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw Error(fmt::format("{} is {}, expected an object", where_, excerpt(object)));
  }

  void number(const char* key, double& value) {
    if (const Json* given = find(key)) value = as_number(*given, place(key));
  }
  void integer(const char* key, std::int64_t& value) {
    if (const Json* given = find(key)) value = as_integer(*given, place(key));
  }
  void flag(const char* key, bool& value) {
    if (const Json* given = find(key)) value = as_bool(*given, place(key));
  }
  template <typename T>
  void word(const char* key, T& value, Words<T> words) {
    const Json* given = find(key);
    if (!given) return;
    for (const auto& [name, meant] : words)
      if (*given == name) {
        value = meant;
        return;
      }
    std::string all;
    for (const auto& [name, meant] : words) all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", name);
    throw Error(fmt::format("{} is {}, expected one of {}", place(key), excerpt(*given), all));
  }
  const Json* find(const char* key) {
    asked_.emplace_back(key);
    return present(object_, key);
  }
  std::string place(const char* key) const { return fmt::format("{}.{}", where_, key); }

  /// After all keys were asked for.
  bool knows(const std::string& key) const { return std::find(asked_.begin(), asked_.end(), key) != asked_.end(); }
  void refuse_others() const {
    for (const auto& [key, value] : object_.items())
      if (!knows(key))
        throw Error(fmt::format("{} has the key \"{}\", which is not known there", where_, printable(key)));
  }

private:
  const Json& object_;
  std::string where_;
  std::vector<std::string> asked_;
};

// What an axis counts, as a grid gives it: frames, rows, columns, and what is left to text or to the image's number.
constexpr std::pair<const char*, const char*> names[] = {{"t", "t"}, {"h", "h"}, {"w", "w"}, {"l", "l"},
                                                         {"y", "y"}, {"x", "x"}, {"r", "r"}, {"c", "c"}};
constexpr std::pair<const char*, RopeType> schemes[] = {
    {"none", RopeType::standard}, {"linear", RopeType::linear}, {"ntk", RopeType::ntk}};
constexpr std::pair<const char*, PairSequence> orders[] = {{"blocks", PairSequence::blocks},
                                                           {"dealt", PairSequence::dealt}};
constexpr std::pair<const char*, FrequencyCount> counts[] = {{"restart", FrequencyCount::restart},
                                                             {"run_on", FrequencyCount::run_on},
                                                             {"shared", FrequencyCount::shared},
                                                             {"rising", FrequencyCount::rising}};
constexpr std::pair<const char*, Pairing> pairings[] = {{"interleaved", Pairing::interleaved}, {"half", Pairing::half}};
constexpr std::pair<const char*, bool> within[] = {{"head", false}, {"axis", true}};
constexpr std::pair<const char*, TextPlace> text_places[] = {
    {"unrotated", TextPlace::unrotated}, {"origin", TextPlace::origin},     {"first_axis", TextPlace::first_axis},
    {"last_axis", TextPlace::last_axis}, {"all_axes", TextPlace::all_axes}, {"side_axes", TextPlace::side_axes}};
constexpr std::pair<const char*, TextStart> text_starts[] = {{"number", TextStart::number},
                                                             {"behind_image", TextStart::behind_image},
                                                             {"sides", TextStart::sides},
                                                             {"half_sides", TextStart::half_sides},
                                                             {"layers", TextStart::layers}};
constexpr std::pair<const char*, TimeStart> time_starts[] = {
    {"number", TimeStart::number}, {"behind_text", TimeStart::behind_text}, {"layer", TimeStart::layer}};
constexpr std::pair<const char*, SideRule> sides[] = {
    {"index", SideRule::index},         {"centred", SideRule::centred},     {"crop", SideRule::crop},
    {"stretched", SideRule::stretched}, {"fitted", SideRule::fitted},       {"area", SideRule::area},
    {"fractions", SideRule::fractions}, {"midpoints", SideRule::midpoints}, {"normalised", SideRule::normalised}};
constexpr std::pair<const char*, TimeRule> times[] = {
    {"index", TimeRule::index}, {"fps", TimeRule::fps}, {"seconds", TimeRule::seconds}, {"causal", TimeRule::causal}};
constexpr std::pair<const char*, TokenOrder> token_orders[] = {{"text_first", TokenOrder::text_first},
                                                               {"image_first", TokenOrder::image_first}};
constexpr std::pair<const char*, StreamRule> streams[] = {{"none", StreamRule::none},
                                                          {"blocks", StreamRule::blocks},
                                                          {"behind_all", StreamRule::behind_all},
                                                          {"absolute", StreamRule::absolute},
                                                          {"centred_images", StreamRule::centred_images}};

/// What an axis has beside its name and its components.
void read_values(Stated& axis, PositionAxis& read) {
  if (double base = 0; axis.find("base")) {
    axis.number("base", base);
    read.base = base;
  }
  axis.word<RopeType>("scheme", read.rope_type, schemes);
  axis.number("factor", read.factor);
  axis.integer("held_pair", read.held_pair);
  axis.number("held_wavelength", read.held_wavelength);
  if (read.factor != 1 && read.rope_type == RopeType::standard)
    throw Error(
        fmt::format("{} has a factor and no scheme: expected \"scheme\": \"linear\" or \"ntk\"", axis.place("factor")));
}

PositionAxis read_axis(const Json& value, std::size_t number) {
  Stated axis(value, fmt::format("rope_axes.axes[{}]", number));
  const char* name = "";
  PositionAxis read;
  axis.word<const char*>("name", name, names);
  read.name = name;
  for (const char* key : {"name", "components"})
    if (!axis.find(key)) throw Error(fmt::format("{} is missing", axis.place(key)));
  axis.integer("components", read.components);
  read_values(axis, read);
  axis.refuse_others();
  return read;
}

PlaceRule read_places(const Json& value) {
  Stated places(value, "rope_axes.positions");
  PlaceRule rule;
  places.word<TextPlace>("text", rule.text, text_places);
  places.word<TextStart>("text_start", rule.text_start, text_starts);
  places.number("text_first", rule.text_first);
  places.integer("text_multiple", rule.text_multiple);
  places.word<TimeStart>("time_start", rule.time_start, time_starts);
  places.number("time_first", rule.time_first);
  places.word<TimeRule>("time", rule.time, times);
  for (const auto& [key, member] : {std::pair{"time_rate", &rule.time_rate},
                                    {"time_span", &rule.time_span},
                                    {"fps", &rule.fps},
                                    {"side_first", &rule.side_first},
                                    {"side_rows", &rule.side_rows},
                                    {"side_columns", &rule.side_columns},
                                    {"pixels", &rule.pixels},
                                    {"reference_step", &rule.reference_step},
                                    {"rate", &rule.rate}})
    places.number(key, *member);
  places.integer("time_patch", rule.time_patch);
  places.word<SideRule>("sides", rule.sides, sides);
  places.flag("sides_behind_text", rule.sides_behind_text);
  places.word<TokenOrder>("order", rule.order, token_orders);
  places.word<StreamRule>("stream", rule.stream, streams);
  places.flag("keeps_fractions", rule.keeps_fractions);
  places.flag("frame_by_frame", rule.frame_by_frame);
  places.flag("class_token_last", rule.class_token_last);
  places.refuse_others();
  if (rule.time_patch < 1 || rule.text_multiple < 1)
    throw Error("rope_axes.positions: time_patch and text_multiple are counts, expected at least 1");
  if (!(rule.time_rate > 0) || !(rule.time_span > 0))
    throw Error("rope_axes.positions: time_rate and time_span divide or count seconds, expected positive numbers");
  const bool wants_sides = rule.sides == SideRule::crop || rule.sides == SideRule::stretched ||
                           rule.sides == SideRule::fitted || rule.sides == SideRule::area ||
                           rule.sides == SideRule::fractions || rule.sides == SideRule::midpoints;
  if (wants_sides && !(rule.side_rows > 0 && rule.side_columns > 0))
    throw Error("rope_axes.positions: this rule of sides wants side_rows and side_columns, expected positive numbers");
  return rule;
}

} // namespace

bool states_axes(const Json& root) { return present(root, "rope_axes") != nullptr; }

bool set_axis_value(RopeConfig& rope, std::string_view key, const Json& value) {
  constexpr std::string_view prefix = "rope_axes.";
  if (!key.starts_with(prefix)) return false;
  if (rope.axes.rule != AxisRule::listed || rope.axes.list.empty())
    throw Error(fmt::format("\"{}\": this model has no list of axes, expected one that has (Wan, Flux, LTX …)", key));
  const std::string_view rest = key.substr(prefix.size());
  const std::size_t dot = rest.find('.');
  const auto named = std::find_if(rope.axes.list.begin(), rope.axes.list.end(),
                                  [&](const PositionAxis& axis) { return axis.name == rest.substr(0, dot); });
  constexpr std::string_view keys = "base, scheme, factor, held_pair, held_wavelength";
  if (named == rope.axes.list.end() || dot == std::string_view::npos) {
    std::string all;
    for (const PositionAxis& axis : rope.axes.list) all += fmt::format("{}{}", all.empty() ? "" : ", ", axis.name);
    throw Error(
        fmt::format("\"{}\": expected rope_axes.AXIS.KEY, the axis one of {}, the key one of {}", key, all, keys));
  }
  const Json object{{std::string(rest.substr(dot + 1)), value}};
  Stated stated(object, fmt::format("rope_axes.{}", named->name));
  PositionAxis axis = *named;
  read_values(stated, axis);
  if (!stated.knows(object.begin().key()))
    throw Error(fmt::format("\"{}\" is no value of an axis, expected one of {}", key, keys));
  *named = axis;
  return true;
}

void read_stated_axes(const Json& root, const ReadOptions& options, Model& model) {
  Json file = root;
  for (const std::string& key : options.ignore) file.erase(key);
  LayerRope layer;
  RopeConfig& rope = layer.config;
  rope.axes.rule = AxisRule::listed;
  rope.arithmetic.rounding = Rounding::once;
  Stated stated(*present(root, "rope_axes"), "rope_axes");
  const Json* list = stated.find("axes");
  if (!list || !list->is_array() || list->empty())
    throw Error("rope_axes.axes is missing or empty, expected a list of objects with \"name\" and \"components\"");
  for (const Json& axis : *list) rope.axes.list.push_back(read_axis(axis, rope.axes.list.size()));
  stated.word<PairSequence>("order", rope.axes.order, orders);
  stated.word<FrequencyCount>("frequencies", rope.axes.count, counts);
  Pairing pairing = Pairing::interleaved;
  stated.word<Pairing>("pairing", pairing, pairings);
  rope.layout.pairs.pairing = rope.layout.pairs.output = pairing;
  bool by_axis = false;
  stated.word<bool>("pairs_within", by_axis, within);
  if (by_axis) rope.layout.pairs.blocks = static_cast<std::int64_t>(rope.axes.list.size());
  stated.integer("leading_pairs", rope.axes.leading_pairs);
  stated.number("gain", rope.axes.gain);
  stated.number("scale", rope.axes.scale);
  stated.number("shift", rope.axes.shift);
  if (const Json* places = stated.find("positions")) rope.axes.positions = read_places(*places);
  stated.refuse_others();

  std::int64_t turning = 2 * rope.axes.leading_pairs;
  for (const PositionAxis& axis : rope.axes.list) {
    if (axis.components > (1 << 20))
      throw Error(fmt::format("axis {} has {} components, expected at most {}", axis.name, axis.components, 1 << 20));
    if (by_axis && axis.components != rope.axes.list.front().components)
      throw Error("rope_axes.pairs_within \"axis\" wants axes of as many components each");
    turning += axis.components;
  }
  rope.layout.rotary_dim = rope.layout.head_dim = turning;
  for (const char* key : {"head_dim", "attention_head_dim"})
    if (const Json* head = present(file, key)) rope.layout.head_dim = as_integer(*head, key);
  if (rope.layout.head_dim < turning)
    throw Error(fmt::format("the axes have {} components together, and head_dim is {}", turning, rope.layout.head_dim));
  for (const char* key : {"theta", "rope_theta"})
    if (const Json* theta = present(file, key)) rope.base = as_number(*theta, key);
  const Json* name = present(file, "_class_name");
  model.model_type = name && name->is_string() ? printable(name->get<std::string>()) : std::string();
  model.layout_source = LayoutSource::stated;
  model.layers.push_back(std::move(layer));
}

} // namespace ropescope::config
