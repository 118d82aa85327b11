#include "core/config/diffusers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config/placed.h"
#include "core/model/axial_classes.h"
#include "core/rope/scheme_keys.h"
#include "core/text.h"

namespace ropescope::config {

namespace {

std::string class_of(const Json& root) {
  const Json* name = present(root, "_class_name");
  return name && name->is_string() ? name->get<std::string>() : std::string();
}

/// Whether a row's switch fits the file: a key that must be there and not false, or, with "!", be false.
bool fits(const AxialClass& row, const Json& file) {
  if (row.switch_key.empty()) return true;
  const bool wants_unset = row.switch_key.front() == '!';
  const Json* value = present(file, row.switch_key.substr(wants_unset));
  const bool is_false = value && value->is_boolean() && !value->get<bool>();
  return wants_unset ? is_false : value && !is_false;
}

/// The rows that a file is read by: one for each of its layers.
std::vector<const AxialClass*> rows_of(const Json& root) {
  std::vector<const AxialClass*> rows;
  for (const AxialClass& row : axial_classes()) {
    const bool other_layer = rows.empty() || rows.back()->layer != row.layer;
    if (row.name == class_of(root) && fits(row, root) && other_layer) rows.push_back(&row);
  }
  return rows;
}

/// Reads the file of one row. What it takes from the class it says.
class Reader {
public:
  Reader(const Json& file, const AxialClass& row, Model& model) : file_(file), row_(row), model_(model) {}

  RopeConfig read() {
    rope_.axes.rule = row_.rule;
    rope_.axes.order = row_.order;
    rope_.axes.count = row_.count;
    rope_.axes.table = row_.table;
    rope_.axes.positions = row_.positions;
    rope_.arithmetic.rounding = Rounding::once;
    rope_.layout.pairs.pairing = rope_.layout.pairs.output = row_.pairing;
    for (const std::string& name : axis_words(row_.axes)) rope_.axes.list.push_back({.name = name});
    set_base();
    set_dimensions();
    set_factors();
    set_positions();
    set_longrope();
    say(fmt::format("axes {}", axes_in_words()));
    return rope_;
  }

private:
  std::optional<double> number(std::string_view key) const {
    const Json* value = key.empty() ? nullptr : present(file_, key);
    return value ? std::optional(as_number(*value, std::string(key))) : std::nullopt;
  }
  std::optional<std::int64_t> integer(std::string_view key) const {
    const Json* value = key.empty() ? nullptr : present(file_, key);
    return value ? std::optional(as_integer(*value, std::string(key))) : std::nullopt;
  }
  std::int64_t whole(std::string_view key, std::int64_t otherwise) const {
    if (const auto given = integer(key)) return *given;
    say(fmt::format("{} {}", key, otherwise));
    return otherwise;
  }
  void say(std::string sentence) const {
    if (std::find(model_.from_class.begin(), model_.from_class.end(), sentence) == model_.from_class.end())
      model_.from_class.push_back(std::move(sentence));
  }
  std::string axes_in_words() const {
    std::vector<std::string> parts;
    for (const PositionAxis& axis : rope_.axes.list) parts.push_back(fmt::format("{} {}", axis.name, axis.components));
    return fmt::format("{}", fmt::join(parts, ", "));
  }

  void set_base() {
    const auto given = number(row_.theta_key);
    rope_.base = given.value_or(row_.theta);
    if (!given) say(fmt::format("theta {:g}", row_.theta));
    if (!row_.base_factor_key.empty()) rope_.base *= number(row_.base_factor_key).value_or(1);
  }

  /// Components of one head: as the file says it, in one of the ways of diffusers' classes, else the class's.
  std::int64_t head_dim() const {
    for (const char* key : {"attention_head_dim", "head_dim"}) {
      const std::string own = row_.layer == "audio" ? fmt::format("audio_{}", key) : std::string(key);
      if (const auto given = integer(own)) return *given;
      if (const auto given = integer(key)) return *given;
    }
    constexpr std::pair<const char*, const char*> divided[] = {{"hidden_size", "num_attention_heads"},
                                                               {"hidden_size", "num_heads"},
                                                               {"dim", "n_heads"},
                                                               {"embed_dim", "num_heads"}};
    for (const auto& [width, heads] : divided)
      if (const auto all = integer(width), count = integer(heads); all && count) {
        if (*count < 1) throw Error(fmt::format("{} is {}, expected at least 1", heads, *count));
        return *all / *count;
      }
    if (const auto dim = integer("dim")) return *dim;
    if (const auto stated = dims(); !stated.empty() && row_.split == AxisSplit::stated)
      return std::accumulate(stated.begin(), stated.end(), std::int64_t{0});
    if (const Json* factors = long_factors()) return 2 * static_cast<std::int64_t>(factors->size());
    say(fmt::format("head_dim {}", row_.head_dim));
    return row_.head_dim;
  }

  std::int64_t heads() const {
    const std::string own = row_.layer == "audio" ? "audio_num_attention_heads" : "num_attention_heads";
    if (const auto given = integer(own)) return *given;
    return whole("num_attention_heads", row_.heads);
  }

  /// The file's components an axis; empty where it has none.
  std::vector<std::int64_t> dims() const {
    const Json* value = row_.dims_key.empty() ? nullptr : present(file_, row_.dims_key);
    if (!value) return {};
    if (value->is_number_integer()) return {as_integer(*value, std::string(row_.dims_key))}; // of one axis alone
    if (!value->is_array()) throw Error(fmt::format("{} is {}, expected a list", row_.dims_key, excerpt(*value)));
    return as_list<std::int64_t>(*value, std::string(row_.dims_key), as_integer);
  }

  void set_dimensions() {
    const std::int64_t head = head_dim();
    if (head < 1) throw Error(fmt::format("a head has {} components, expected at least 1", head));
    rope_.layout.head_dim = head;
    std::vector<PositionAxis>& axes = rope_.axes.list;
    switch (row_.split) {
    case AxisSplit::stated: set_stated(); break;
    case AxisSplit::sixths:
      axes[1].components = axes[2].components = 2 * (head / 6);
      axes[0].components = head - 4 * (head / 6);
      break;
    case AxisSplit::eighths:
      axes[0].components = head / 4;
      axes[1].components = axes[2].components = head / 8 * 3;
      break;
    case AxisSplit::equal: share(head); break;
    case AxisSplit::half_head: share(head / 2); break;
    case AxisSplit::listed_pairs:
      for (PositionAxis& axis : axes) axis.components = 2 * whole(row_.dims_key, row_.dims[0]);
      break;
    case AxisSplit::all_heads: span_heads(head); break;
    case AxisSplit::sections: set_sections(head); break;
    case AxisSplit::added:
      span(head * heads());
      axes[0].components = rope_.layout.head_dim;
      set_learned();
      break;
    }
    rope_.layout.rotary_dim = 2 * rope_.axes.leading_pairs;
    for (const PositionAxis& axis : axes) rope_.layout.rotary_dim += axis.components;
    if (row_.split == AxisSplit::sections) rope_.layout.rotary_dim = head;
    if (row_.block_of_axis) rope_.layout.pairs.blocks = static_cast<std::int64_t>(axes.size());
  }

  void set_stated() {
    std::vector<std::int64_t> given = dims();
    std::vector<PositionAxis>& axes = rope_.axes.list;
    if (given.empty()) given.assign(row_.dims.begin(), row_.dims.begin() + static_cast<std::ptrdiff_t>(axes.size()));
    if (given.size() != axes.size())
      throw Error(fmt::format("{} has {} entries, expected one for each of the axes {}", row_.dims_key, given.size(),
                              row_.axes));
    for (std::size_t a = 0; a < axes.size(); ++a) axes[a].components = given[a];
    // The part of a wider head that the axes have turns, the rest passes (HiDream).
    const std::int64_t sum = std::accumulate(given.begin(), given.end(), std::int64_t{0});
    const bool says_head = present(file_, "attention_head_dim") || present(file_, "head_dim");
    if (says_head && sum > rope_.layout.head_dim)
      throw Error(fmt::format("{} {} has {} components together, and a head has {}",
                              row_.dims_key.empty() ? "the axes" : row_.dims_key, fmt::join(given, ", "), sum,
                              rope_.layout.head_dim));
    rope_.layout.head_dim = std::max(rope_.layout.head_dim, sum);
  }

  /// As many whole pairs for each axis.
  void share(std::int64_t components) {
    const auto count = static_cast<std::int64_t>(rope_.axes.list.size());
    for (PositionAxis& axis : rope_.axes.list) axis.components = components / (2 * count) * 2;
  }

  void span(std::int64_t components) {
    rope_.layout.spanned_heads = heads();
    rope_.layout.head_dim = components;
  }

  void span_heads(std::int64_t head) {
    span(head * heads());
    share(rope_.layout.head_dim);
    std::int64_t sum = 0;
    for (const PositionAxis& axis : rope_.axes.list) sum += axis.components;
    rope_.axes.leading_pairs = (rope_.layout.head_dim - sum) / 2;
    // The same angles in half pairs of each head, where the file says "split".
    const Json* type = present(file_, "rope_type");
    if (type && *type == "split") {
      rope_.layout.pairs.pairing = rope_.layout.pairs.output = Pairing::half;
      rope_.layout.pairs.blocks = rope_.layout.spanned_heads;
    }
  }

  void set_sections(std::int64_t head) {
    std::vector<std::int64_t> sections(row_.dims.begin(), row_.dims.begin() + 3);
    const Json* scaling = present(file_, "rope_scaling");
    for (const Json* place : {&file_, scaling})
      for (const char* key : {"mrope_section", "rope_axes_dim"})
        if (const Json* value = place && place->is_object() ? present(*place, key) : nullptr)
          sections = as_list<std::int64_t>(*value, key, as_integer);
    // Its code gives h and w what they are due, and t all else: Ideogram 4's sections do not sum to its pairs.
    if (sections.size() == 3) sections[0] = head / 2 - sections[1] - sections[2];
    rope_.axes.mrope_section = sections;
    rope_.axes.list.clear(); // the rule has the names
    rope_.layout.rotary_dim = head;
  }

  /// The learned matrix lies in the weights; a file that was written by hand may hold it.
  void set_learned() {
    const Json* value = present(file_, "pos_frequencies");
    if (!value)
      throw Error("the frequencies of this class are learned and lie in its weights (tensor pos_frequencies): expected "
                  "them in the file, as \"pos_frequencies\": [axis][head][pair]");
    collect(*value);
  }
  void collect(const Json& value) {
    if (!value.is_array()) return rope_.axes.learned.push_back(as_number(value, "pos_frequencies"));
    for (const Json& part : value) collect(part);
  }

  void set_factors() {
    std::vector<PositionAxis>& axes = rope_.axes.list;
    if (row_.scheme == RopeType::standard || row_.scheme == RopeType::longrope) return;
    const Json* list = present(file_, row_.factors_key);
    std::vector<double> factors(row_.factors.begin(), row_.factors.end());
    if (list && list->is_array()) factors = as_list<double>(*list, std::string(row_.factors_key), as_number);
    if (factors.size() < axes.size())
      throw Error(fmt::format("{} has {} entries, expected {}", row_.factors_key, factors.size(), axes.size()));
    for (std::size_t a = 0; a < axes.size(); ++a) {
      axes[a].rope_type = row_.scheme;
      axes[a].factor = number(fmt::format("{}{}", row_.factors_key, axes[a].name)).value_or(factors[a]);
    }
  }

  void set_positions() {
    PlaceRule& rule = rope_.axes.positions;
    if (const auto first = number(row_.side_first_key)) rule.side_first = *first;
    if (const auto first = number(row_.time_first_key)) rule.time_first = *first + rule.text_first;
    if (const auto factor = number(row_.linear_key); factor && *factor != 1)
      for (PositionAxis& axis : rope_.axes.list) {
        axis.rope_type = RopeType::linear;
        axis.factor = *factor;
      }
    if (!row_.base_grid_keys[0].empty()) {
      const double patch = static_cast<double>(std::max<std::int64_t>(1, integer("patch_size").value_or(2)));
      if (const auto rows = number(row_.base_grid_keys[0])) rule.side_rows = std::floor(*rows / patch);
      if (const auto columns = number(row_.base_grid_keys[1])) rule.side_columns = std::floor(*columns / patch);
    }
    if (rule.sides == SideRule::area || rule.sides == SideRule::fitted) set_reference();
    if (row_.count == FrequencyCount::rising) {
      rope_.axes.scale = 2;
      rope_.axes.shift = -1;
      if (const auto span = number(row_.layer == "audio" ? "audio_pos_embed_max_pos" : "pos_embed_max_pos"))
        rule.time_span = *span;
      if (const auto rows = number("base_height")) rule.side_rows = *rows;
      if (const auto columns = number("base_width")) rule.side_columns = *columns;
      if (rule.time == TimeRule::causal) set_causal();
    }
  }

  /// LTX-2: what a latent holds (transformer_ltx2.py, LTX2AudioVideoRotaryPosEmbed).
  void set_causal() {
    PlaceRule& rule = rope_.axes.positions;
    if (const auto offset = number("causal_offset")) rule.time_offset = *offset;
    const std::string audio = row_.layer == "audio" ? "audio_" : "";
    if (const auto patch = integer(audio + "patch_size_t"); patch && *patch != 1)
      throw Error(fmt::format("{}patch_size_t is {}, expected 1: how tokens of several latents lie is not known here",
                              audio, *patch));
    if (!audio.empty()) {
      if (const auto factor = number("audio_scale_factor")) rule.time_rate = *factor;
      const double rate = number("audio_sampling_rate").value_or(16000), hop = number("audio_hop_length").value_or(160);
      if (!(rate > 0 && hop > 0)) throw Error("audio_sampling_rate and audio_hop_length are expected to be positive");
      rule.fps = rate / hop;
      return;
    }
    if (const Json* value = present(file_, "vae_scale_factors")) {
      const auto factors = as_list<double>(*value, "vae_scale_factors", as_number);
      if (factors.size() != 3 || factors[1] != factors[2])
        throw Error("vae_scale_factors: expected three, of frames, rows and columns, the last two alike");
      rule.time_rate = factors[0];
      rule.pixels = factors[1];
    }
    if (const auto patch = number("patch_size")) rule.pixels *= *patch;
  }

  void set_reference() {
    PlaceRule& rule = rope_.axes.positions;
    const Json* reference = present(file_, "ref_feat_shape");
    if (!reference || !reference->is_array()) return;
    const auto sides = as_list<double>(*reference, "ref_feat_shape", as_number);
    if (sides.size() != 2) throw Error("ref_feat_shape: expected rows and columns");
    rule.side_rows = sides[0];
    rule.side_columns = sides[1];
  }

  const Json* long_factors() const {
    const Json* scaling = row_.scheme == RopeType::longrope ? present(file_, "rope_scaling") : nullptr;
    return scaling && scaling->is_object() ? present(*scaling, "short_factor") : nullptr;
  }

  /// OmniGen: Phi-3's factors over text and images in one row.
  void set_longrope() {
    if (!long_factors()) return;
    const Json& scaling = *present(file_, "rope_scaling");
    rope_.axes.rule = AxisRule::single;
    rope_.axes.list.clear();
    rope_.scaling.rope_type = RopeType::longrope;
    rope_.scaling.max_position_embeddings = number("max_position_embeddings").value_or(131072);
    rope_.scaling.original_max_position_embeddings = number("original_max_position_embeddings").value_or(4096);
    for (const auto& key : {key::short_factor, key::long_factor}) {
      const Json* value = present(scaling, key.key);
      if (!value) throw Error(fmt::format("rope_scaling has no {}, expected a list of factors", key.key));
      rope_.scaling.set(key, as_list<double>(*value, std::string(key.key), as_number));
    }
  }

  const Json& file_;
  const AxialClass& row_;
  Model& model_;
  RopeConfig rope_;
};

} // namespace

bool is_diffusers(const Json& root) { return !rows_of(root).empty(); }

void refuse_unknown_class(const Json& root, const ReadOptions& options) {
  const std::string name = class_of(root);
  // A stray name alone says little; its models are called so, and its own save_pretrained writes the version.
  const bool is_its_own =
      !present(root, "model_type") && (name.ends_with("Model") || present(root, "_diffusers_version"));
  if (!is_its_own || std::find(options.ignore.begin(), options.ignore.end(), "_class_name") != options.ignore.end())
    return;
  throw Error(fmt::format("the class \"{}\" is not known, and a file of diffusers does not say how its axes turn: "
                          "expected an object rope_axes with axes [{{\"name\", \"components\"}} …]",
                          printable(name)));
}

void read_diffusers(const Json& root, const ReadOptions& options, Model& model) {
  Json file = root;
  for (const std::string& key : options.ignore) file.erase(key);
  model.model_type = printable(class_of(root));
  model.layout_source = LayoutSource::model_type;
  if (const Json* rotary = present(file, "use_rotary_positional_embeddings"); rotary && *rotary == false)
    throw Error("the model has no rotary embedding (use_rotary_positional_embeddings is false)");
  for (const AxialClass* row : rows_of(file)) {
    LayerRope layer;
    layer.layer_type = row->layer;
    layer.config = Reader(file, *row, model).read();
    model.layers.push_back(std::move(layer));
  }
  if (const std::string mixed = mixed_sentence(model.layers.front().config); !mixed.empty())
    model.warnings.push_back(mixed);
}

} // namespace ropescope::config
