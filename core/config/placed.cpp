#include "core/config/placed.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "core/model/axial_classes.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/embedding.h"

namespace ropescope::config {

namespace {

std::optional<double> number_at(const Json& object, std::string_view key) {
  const Json* value = present(object, key);
  return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

} // namespace

std::vector<std::string> axis_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void set_placed_axes(RopeConfig& rope, std::string_view model_type, const Json& file) {
  const PlacedType* row = find_placed_type(model_type);
  if (!row) return;
  rope.axes.positions = row->positions;
  const auto number = [&](const char* key) { return number_at(file, key); };
  PlaceRule& rule = rope.axes.positions;
  if (const auto rate = number("position_id_per_seconds")) rule.rate = *rate;
  if (const auto rate = number("tokens_per_second")) rule.rate = *rate;
  if (const auto seconds = number("seconds_per_chunk"); seconds && rule.chunk_seconds > 0)
    rule.chunk_seconds = *seconds;
  if (const auto window = number("window_size"); window && rule.sides == SideRule::fitted)
    rule.side_rows = rule.side_columns = *window;
  if (const auto step = number("audio_frame_step"); step && row->times_axis >= 0) rule.time_rate = 4 * *step;
  if (row->axes.empty()) return;
  rope.axes.rule = AxisRule::listed;
  rope.axes.order = row->order;
  rope.axes.count = row->count;
  rope.axes.table = row->table;
  rope.axes.times_axis = row->times_axis;
  rope.axes.list.clear();
  rope.axes.mrope_section.clear();
  for (const std::string& name : axis_words(row->axes)) rope.axes.list.push_back({.name = name});
  rope.layout.pairs.direction = static_cast<std::int8_t>(row->direction);
  const auto axes = static_cast<std::int64_t>(rope.axes.list.size());
  if (row->table == AngleTable::tiled) { // V-JEPA 2: what is left over passes
    rope.layout.pairs.pairing = rope.layout.pairs.output = Pairing::interleaved;
    for (PositionAxis& axis : rope.axes.list) axis.components = 2 * (rope.layout.head_dim / 3 / 2);
    rope.layout.rotary_dim = 6 * (rope.layout.head_dim / 3 / 2);
  } else if (row->times_axis >= 0) {
    // MusicFlamingo: positions over the greatest one; those of the step are parts of a turn, as are the seconds.
    const double turn = 2 * std::numbers::pi, greatest = number("max_position_embeddings").value_or(1200);
    // An odd part of the head has a pair more than its half, by its own divisor: base^(−2j/d) over d + 1 components.
    const std::int64_t part = rope.layout.rotary_dim;
    rope.layout.rotary_dim += part % 2;
    for (std::size_t a = 0; a < 2; ++a) {
      rope.axes.list[a].components = rope.layout.rotary_dim;
      if (part % 2 != 0)
        rope.axes.list[a].base = std::pow(rope.base, static_cast<double>(part + 1) / static_cast<double>(part));
      rope.axes.list[a].rope_type = RopeType::linear;
      rope.axes.list[a].factor = greatest / (a == 0 ? turn : turn * turn);
    }
    rope.layout.rotary_dim *= 2;
  } else
    for (PositionAxis& axis : rope.axes.list) axis.components = rope.layout.rotary_dim / axes;
}

void take_stream_rates(const Json& root, const Part& part, Model& model) {
  // The objects around the part, from the file itself inwards: thinker_config of thinker_config.text_config.
  std::vector<const Json*> around{&root};
  for (std::string_view path = part.path; !path.empty();) {
    const std::size_t end = std::min(path.find('.'), path.size());
    const Json* inner = present(*around.back(), path.substr(0, end));
    if (!inner || !inner->is_object() || inner == part.json) break;
    around.push_back(inner);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  for (LayerRope& layer : model.layers) {
    PlaceRule& rule = layer.config.axes.positions;
    if (rule.stream == StreamRule::none || rule.rate == 0 || part.path.empty()) continue;
    // A whole that is silent has the defaults of its class, which differ from what published files say.
    const bool omni = rule.stream == StreamRule::behind_all;
    double rate = omni ? 25 : 4;
    for (const Json* object : around) {
      const Json* vision = present(*object, "vision_config");
      for (const Json* place : {object, vision && vision->is_object() ? vision : object}) {
        rate = number_at(*place, omni ? "position_id_per_seconds" : "tokens_per_second").value_or(rate);
        if (rule.chunk_seconds > 0)
          rule.chunk_seconds = number_at(*place, "seconds_per_chunk").value_or(rule.chunk_seconds);
      }
    }
    rule.rate = rate;
  }
}

std::string mixed_sentence(const RopeConfig& rope) {
  if (!is_mixed(rope)) return {};
  // Two vectors of ones at one place and at the next, and the same two both one further: a rotation's scores agree.
  const std::int64_t axes = axis_count(rope), dim = rope.layout.head_dim;
  const std::vector<double> ones(static_cast<std::size_t>(2 * dim), 1 / std::sqrt(static_cast<double>(dim)));
  const Embedding embedding{ValidRope(rope)};
  CpuEngine engine(1);
  const auto score = [&](double shift) {
    std::vector<double> values, rows(ones);
    for (std::int64_t a = 0; a < axes; ++a) // each axis at another place, as a token of an image is
      for (const double at : {shift + static_cast<double>(a), shift + 1 + 2 * static_cast<double>(a)})
        values.push_back(at);
    embedding.rotate(engine, {1, 2, 1, dim}, positions_of(axes, values), std::span<const double>(ones),
                     std::span(rows));
    return std::inner_product(rows.begin(), rows.begin() + dim, rows.begin() + dim, 0.0);
  };
  const double before = score(0);
  double moved = 0;
  for (int shift = 1; shift <= 64; ++shift) moved = std::max(moved, std::abs(score(shift) - before));
  return fmt::format(
      "this is no rotation: the two components of a pair turn by different angles, so that a common shift "
      "of up to 64 tokens moves the score of two unit vectors by up to {:.2g}",
      moved);
}

} // namespace ropescope::config
