#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/canvas/attention.h"
#include "app/canvas/hot_areas.h"
#include "app/pictures/lecture_parts.h"
#include "app/scene/copy_as.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::pictures {

namespace {

using Json = nlohmann::ordered_json;

constexpr Property options[] = {
    {.key = "config.open",
     .kind = Kind::text,
     .label = "open value",
     .help = "a key of the config whose value is shown as “?” until a hand changes it",
     .nullable = true,
     .default_words = "none"},
};
constexpr const Property& open_row = options[0];

struct Line {
  int depth = 0;
  std::string key, value; ///< a line without a key is a bracket
  bool comma = false;
};

/// The part of a config.json that says the scene's embedding, for a text as long as the target.
struct Config {
  std::vector<Line> lines;
  std::string text;  ///< the same as a file has it
  std::string error; ///< or why there is none
};

void add_lines(const Json& object, int depth, std::vector<Line>& lines) {
  std::size_t left = object.size();
  for (const auto& [key, value] : object.items()) {
    --left;
    if (value.is_object()) {
      lines.push_back({depth, printable(key), "{", false});
      add_lines(value, depth + 1, lines);
      lines.push_back({depth, {}, "}", left > 0});
    } else
      lines.push_back(
          {depth, printable(key), printable(value.dump(-1, ' ', false, Json::error_handler_t::replace)), left > 0});
  }
}

Config config_of(const Scene& scene, std::int64_t length) {
  Config config;
  try {
    Json json = Json::parse(as_hugging_face_json(scene).text);
    // A text of the target's length: transformers cuts at this, and some versions make the factor of it.
    json["max_position_embeddings"] = length;
    config.lines.push_back({0, {}, "{", false});
    add_lines(json, 1, config.lines);
    config.lines.push_back({0, {}, "}", false});
    config.text = json.dump(2) + '\n';
  } catch (const Error& error) {
    config.error = error.what();
  }
  return config;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  derived.numbers<Config>(std::pair(derived.version(), derived.length()),
                          [&] { return config_of(scene, derived.length()); });
}

/// A value that a hand takes: its box, and "?" as long as it is open. Returns its right end.
float draw_factor(const Canvas& c, Rect room, ImVec2 at, float pitch, std::string_view value, bool open,
                  const Scene& scene, Scene& next) {
  const std::string_view shown = open ? std::string_view("?") : value;
  const float width = std::max(text_width(c.fonts.title, shown) + c.px(24), c.px(72));
  const Rect box{{at.x, at.y - c.px(4)}, {at.x + width, at.y + pitch - c.px(2)}};
  if (box.greatest.x > room.greatest.x) return at.x;
  const float per_unit = c.px(60);
  const Held held =
      hold(c, "config factor", "config factor", box, static_cast<float>(scene.factor) * per_unit, true,
           "Drag: the factor follows, and the config with it. A double click takes it back to the model’s.");
  tile(c, box, mix(c.theme.panel, open ? c.theme.beyond : c.theme.accent, held.lit ? 0.2f : 0.08f),
       open ? c.theme.beyond : c.theme.accent, 2.5f);
  put(c, box, {box.centre().x, box.centre().y - line_of(c.fonts.title) * 0.54f}, c.fonts.title,
      open ? c.theme.beyond : c.theme.text, shown, Align::centre);
  Grip grip;
  grip.reset = held.reset;
  if (held.to) grip.value = std::clamp(static_cast<double>(*held.to / per_unit), 1.0, 128.0);
  take_grip(next, "factor", grip);
  return box.greatest.x;
}

void draw_lines(const Canvas& c, Rect room, const Config& config, std::string_view open, const Scene& scene,
                Scene& next) {
  const auto count = static_cast<float>(config.lines.size());
  const float pitch = std::min(c.px(34), room.height() / count);
  ImFont* const font = pitch >= line_of(c.fonts.mono) * 1.05f ? c.fonts.mono : c.fonts.mono_small;
  if (pitch < line_of(font) * 0.9f) return;
  float y = room.least.y;
  for (const Line& line : config.lines) {
    float x = room.least.x + static_cast<float>(line.depth) * text_width(font, "  ");
    const bool is_open = !line.key.empty() && line.key == open,
               is_factor = line.key == "factor" && line.value != "null";
    const float top = y + (pitch - line_of(font)) / 2;
    if (!line.key.empty()) {
      const std::string_view key = c.words("\"{}\":", line.key);
      put(c, room, {x, top}, font, is_open ? c.theme.text : c.theme.dim, shortened(c, font, key, room.greatest.x - x));
      x += text_width(font, key) + text_width(font, " ");
    }
    const ImU32 ink = line.key.empty() || line.value == "{" ? c.theme.dim : c.theme.text;
    if (is_factor)
      x = draw_factor(c, room, {x, y + c.px(1)}, pitch, line.value, is_open, scene, next);
    else if (is_open) {
      put(c, room, {x, top}, font, c.theme.beyond, "?");
      x += text_width(font, "?");
    } else {
      const std::string_view value = shortened(c, font, line.value, std::max(0.0f, room.greatest.x - x - c.px(10)));
      put(c, room, {x, top}, font, ink, value);
      x += text_width(font, value);
    }
    if (line.comma) put(c, room, {std::ceil(x) + 1, top}, font, c.theme.dim, ","); // letters stand on whole pixels
    y += pitch;
  }
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Config& config = *derived.numbers<Config>();
  Rect room =
      heading(c, panel, "config.json", c.words("for {} tokens", grouped(c, static_cast<double>(derived.length()))));
  if (room.width() < c.px(150) || room.height() < c.px(60)) return;
  hot_areas().push_back(room);
  if (!config.error.empty()) {
    if (wrapped_height(room.width(), c.fonts.body, config.error) < room.height())
      wrapped_text(c, room.least, room.width(), c.fonts.body, c.theme.dim, config.error);
    return;
  }
  const std::string_view open = scene.options.words(open_row);
  if (room.height() > c.px(140) && !c.bare && c.attention) {
    const Rect copy{{room.greatest.x - c.px(84), room.greatest.y - c.px(30)}, room.greatest};
    if (button(c, "config.copy", copy, "copy", false, open.empty(),
               open.empty() ? "Puts this config on the clipboard." : "One value is still open: change it first."))
      ImGui::SetClipboardText(config.text.c_str());
    room.greatest.y = copy.least.y - c.px(6);
  }
  tile(c, room, c.theme.raised);
  draw_lines(c, room.inset(c.px(16), c.px(10)), config, open, scene, next);
}

} // namespace

const Picture config_picture{.name = "config",
                             .title = "Config",
                             .line = "the config.json of what is shown, with one value left open",
                             .group = Group::extension,
                             .update = update,
                             .draw = draw,
                             .options = options};

} // namespace ropescope::pictures
