#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/scene/actions.h"
#include "app/scene/grid.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "app/scene/property_rows.h"
#include "app/scene/scene.h"
#include "core/error.h"
#include "core/rope/scheme.h"

// The rows of what the scene itself holds. Each says how a value comes out of the scene and goes into it; what a value
// may be is in the row, and has been checked before `set` is called.

namespace ropescope {

namespace {

using namespace rows;

// Choices whose words belong to an enumeration, in its order.
constexpr std::string_view pairings[] = {"half", "interleaved"}, engines[] = {"auto", "cpu", "gpu"},
                           themes[] = {"dark", "light", "paper"}, plays[] = {"off", "m", "both"},
                           moved[] = {"m", "both"};
// As core/analysis/rivals/position_schemes.h names them; a test holds the two together.
constexpr std::string_view position_names[] = {"rope", "none", "sinusoidal", "learned", "alibi", "t5", "xpos"};

Words schemes() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Scheme* scheme : all_schemes()) all.push_back(scheme->choice());
    return all;
  }();
  return names;
}

Words views() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Picture* picture : all_pictures()) all.push_back(picture->name);
    return all;
  }();
  return names;
}

void choose_named_scheme(Scene& scene, const Value& value) {
  const Scheme& chosen = *find_scheme(word(value));
  choose_scheme(scene, chosen.type);
  if (scene.rope.scaling.rope_type == chosen.type) return;
  throw Error(fmt::format("scheme: \"{}\": {}", word(value),
                          chosen.cannot_adopt.empty() ? "this scheme has no meaning for this head and base"
                                                      : std::string(chosen.cannot_adopt)));
}

void choose_layer_type(Scene& scene, const Value& value) {
  scene = with_layer_type(
      scene, layer_rope(scene.model, is_null(value) ? std::nullopt : std::optional(word(value))).layer_type);
}

HeadSource head_source(std::string_view key, const Value& value) {
  if (is_null(value)) return {};
  try {
    return parse_head_source(word(value));
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", key, error.what()));
  }
}

/// Row or head of a source that is an array; null of others, which have none.
Value part_of(const HeadSource& source, std::int64_t HeadSource::*part) {
  return source.kind == HeadSource::Kind::file ? Value(static_cast<double>(source.*part)) : Value();
}

void set_part(std::string_view key, HeadSource& source, std::int64_t HeadSource::*part, const Value& value) {
  if (source.kind != HeadSource::Kind::file) {
    if (is_null(value)) return;
    throw Error(
        fmt::format("{}: {} is no row of an array; set that first, as {{\"file\": \"q.npy\"}}", key, key.front()));
  }
  source.*part = whole_or_nothing(value).value_or(0);
}

constexpr Property part_of_head(std::string_view key, std::string_view label, std::string_view help, double slider_end,
                                Value (*get)(const Scene&), void (*set)(Scene&, const Value&)) {
  Property row;
  row.key = key;
  row.kind = Kind::whole;
  row.label = label;
  row.help = help;
  row.greatest = 0x1p31;
  row.slider_end = slider_end;
  row.nullable = true;
  row.default_words = "null";
  row.section = Section::positions;
  row.get = get;
  row.set = set;
  return row;
}

/// The axis's number from its name ("t", "h"), for people; −1 is null.
void choose_named_axis(Scene& scene, const Value& value) {
  const std::int64_t axis = whole_or_nothing(value).value_or(-1), axes = axis_count(scene.rope);
  if (axis >= 0 && (axes == 1 || axis >= axes))
    throw Error(fmt::format("axis: {}: expected {}", axis,
                            axes == 1 ? "null: this model's positions have one axis"
                                      : fmt::format("0 … {}, or null for all alike", axes - 1)));
  choose_axis(scene, axis);
}

Value compared_schemes(const Scene& scene) {
  std::vector<std::string> names;
  for (const Scheme* scheme : all_schemes())
    if (scene.compared[static_cast<std::size_t>(scheme->type)]) names.emplace_back(scheme->choice());
  return names;
}

void compare_schemes(Scene& scene, const Value& value) {
  scene.compared = {};
  if (is_null(value)) return;
  for (const std::string& name : std::get<std::vector<std::string>>(value))
    scene.compared[static_cast<std::size_t>(find_scheme(name)->type)] = true;
}

/// "64 of 128", where a part of the head turns.
std::string head_words(const Scene& scene) {
  const HeadLayout& layout = scene.rope.layout;
  return layout.rotary_dim == layout.head_dim ? fmt::format("{}", layout.head_dim)
                                              : fmt::format("{} of {}", layout.rotary_dim, layout.head_dim);
}

/// As far as the grid's axis goes that m and n count along. As far as the pictures reach, and to a million tokens where
/// precision is looked at.
double pictured_end(const Scene& scene) {
  if (const std::int64_t side = side_along(scene, scene.axis); side > 1) return static_cast<double>(side - 1);
  const auto pictured = static_cast<double>(pictured_length(scene) - 1);
  return scene.view == "precision" ? std::max(pictured, 1e6) : pictured;
}

/// Schemes that grow with the call count from max_position_embeddings: for them the two lengths are one.
void train_to(RopeConfig& rope, double tokens) {
  if (tokens == trained_length(rope)) return;
  set_trained_length(rope, tokens);
  const CallMemory memory = scheme_of(rope).memory;
  if (memory == CallMemory::grows || memory == CallMemory::grows_returns) rope.scaling.max_position_embeddings = tokens;
}

/// The scene's model with another word beside its file.
template <typename T>
void open_again(Scene& scene, T ReadOptions::*word, const T& value) {
  ReadOptions asked = scene.model.asked;
  if (asked.*word == value) return;
  asked.*word = value;
  scene = with_model(scene, open_model(scene.model.origin, asked));
}

/// Contexts are multiples of 1024 tokens, or of 64 up to 4096.
double snapped_context(double tokens) {
  const double step = tokens > 4096 ? 1024 : 64;
  return std::max(1.0, std::round(tokens / step)) * step;
}

constexpr double greatest_length = 16.0 * 1024 * 1024, greatest_position = static_cast<double>(furthest_position);

// In this order they are applied: what others follow from comes first.
constexpr Property table[] = {
    {.key = "model",
     .kind = Kind::text,
     .label = "model",
     .help = "a preset, a model's file, or a config object; all that follows from it goes back to its own",
     .default_words = "llama-2-7b",
     .get = [](const Scene& s) { return Value(s.model.origin); },
     .set = [](Scene& s, const Value& v) { s = with_model(s, open_model(is_null(v) ? "llama-2-7b" : word(v))); }},
    {.key = "part",
     .kind = Kind::text,
     .label = "part",
     .help = "which part of a file that has several is shown: text, vision",
     .nullable = true,
     .default_words = "the language model",
     .get = [](const Scene& s) { return text_or_null(s.model.asked.part); },
     .set =
         [](Scene& s, const Value& v) {
           open_again(s, &ReadOptions::part, is_null(v) ? std::string() : std::string(word(v)));
         }},
    {.key = "ignore",
     .kind = Kind::texts,
     .label = "ignored keys",
     .help = "keys of the model's file that are left out, though they change the numbers",
     .nullable = true,
     .get = [](const Scene& s) { return s.model.asked.ignore.empty() ? Value() : Value(s.model.asked.ignore); },
     .set =
         [](Scene& s, const Value& v) {
           open_again(s, &ReadOptions::ignore,
                      is_null(v) ? std::vector<std::string>() : std::get<std::vector<std::string>>(v));
         }},
    {.key = "set",
     .kind = Kind::texts,
     .label = "rope parameters",
     .help = "key=value of any rope parameter, as in the model's config.json",
     .nullable = true,
     .get = [](const Scene& s) { return s.assignments.empty() ? Value() : Value(s.assignments); },
     .set =
         [](Scene& s, const Value& v) {
           s = with_assignments(s, is_null(v) ? std::vector<std::string>() : std::get<std::vector<std::string>>(v));
         }},
    {.key = "layer_type",
     .kind = Kind::text,
     .label = "layer type",
     .help = "which of the model's rotary embeddings, where its layers differ",
     .nullable = true,
     .default_words = "the full-attention one",
     .get = [](const Scene& s) { return text_or_null(s.layer_type); },
     .set = choose_layer_type},
    {.key = "head_dim",
     .kind = Kind::whole,
     .label = "head dim d",
     .help = "how many components a query or key of one head has; every two of them that turn are a pair",
     .least = 2,
     .greatest = 65536,
     .slider_least = 16,
     .slider_end = 512,
     .logarithmic = true,
     .section = Section::model,
     .default_words = "the model's",
     .get = [](const Scene& s) { return Value(static_cast<double>(s.rope.layout.head_dim)); },
     .set =
         [](Scene& s, const Value& v) {
           if (whole(v) % 2 != 0)
             throw Error(
                 fmt::format("head_dim: {}: expected an even number, as every pair takes two components", whole(v)));
           set_head_dim(s, whole(v));
         },
     .shown = head_words,
     .snapped = [](double v) { return std::max(2.0, std::round(v / 2) * 2); }},
    {.key = "rotary_dim",
     .kind = Kind::whole,
     .label = "rotary dim",
     .help = "how many components of a head turn, two for each frequency; the others stay as they are",
     .least = 1,
     .greatest = 65536,
     .default_words = "the model's share of head_dim",
     .get = [](const Scene& s) { return Value(static_cast<double>(s.rope.layout.rotary_dim)); },
     .set = [](Scene& s, const Value& v) { s.rope.layout.rotary_dim = whole(v); }},
    {.key = "base",
     .kind = Kind::number,
     .label = "base b",
     .help = "rope_theta in a config.json: the larger it is, the slower the slow pairs turn; the slowest needs about "
             "2π times this many tokens for a turn",
     .least = 1e-3,
     .greatest = 1e15,
     .slider_least = 100,
     .slider_end = 1e9,
     .logarithmic = true,
     .section = Section::model,
     .default_words = "the model's",
     .get = [](const Scene& s) { return Value(s.rope.base); },
     .set = [](Scene& s, const Value& v) { s.rope.base = std::get<double>(v); }},
    {.key = "pairing",
     .kind = Kind::choice,
     .label = "pairing",
     .help = "which two components turn as a pair: half has i and i + d/2 (0 with 64, where d is 128), interleaved has "
             "2i and 2i + 1 (0 with 1)",
     .section = Section::model,
     .default_words = "the model's",
     .choices = [] { return Words(pairings); },
     .get = [](const Scene& s) { return Value(std::string(pairing_name(s.rope.layout.pairs.pairing))); },
     // Input and output alike: a kernel that reads one pairing and writes the other is a fault that `check` looks for,
     // no choice of a model.
     .set =
         [](Scene& s, const Value& v) {
           s.rope.layout.pairs.pairing = s.rope.layout.pairs.output = *pairing_from_name(word(v));
         }},
    {.key = "scheme",
     .kind = Kind::choice,
     .label = "scheme",
     .help = "how the frequencies are extended to longer contexts",
     .default_words = "the model's; none of llama-2-7b",
     .choices = schemes,
     .get = [](const Scene& s) { return Value(std::string(scheme_of(s.rope).choice())); },
     .set = choose_named_scheme},
    {.key = "proportional.p",
     .kind = Kind::number,
     .label = "share p that turns",
     .help = "how much of the head turns, under p-RoPE alone; the slowest pairs are those that do not",
     .greatest = 1,
     .default_words = "the model's, else 1",
     .get = [](const Scene& s) { return Value(s.rope.layout.partial_rotary_factor); },
     .set = [](Scene& s, const Value& v) { s.rope.layout.partial_rotary_factor = std::get<double>(v); },
     .snapped = [](double v) { return std::round(v * 64) / 64; }},
    {.key = "factor",
     .kind = Kind::number,
     .label = "factor s",
     .help = "how many times longer the context becomes; every scheme that is drawn has the same factor",
     .least = 1.0 / 64,
     .greatest = 4096,
     .slider_least = 1,
     .slider_end = 128,
     .logarithmic = true,
     .section = Section::extension,
     .default_words = "the model's, else 16",
     .get = [](const Scene& s) { return Value(s.factor); },
     .set = [](Scene& s, const Value& v) { set_factor(s, std::get<double>(v)); },
     .snapped = [](double v) { return v < 4 ? std::round(v * 20) / 20 : std::round(v * 2) / 2; }},
    {.key = "trained",
     .kind = Kind::number,
     .label = "trained context L",
     .help = "how many tokens the model was trained with, before any extension",
     .unit = "tokens",
     .least = 1,
     .greatest = greatest_length,
     .slider_least = 256,
     .slider_end = 1 << 20,
     .logarithmic = true,
     .section = Section::extension,
     .default_words = "the model's, else 2048",
     .get = [](const Scene& s) { return Value(trained_length(s.rope)); },
     .set = [](Scene& s, const Value& v) { train_to(s.rope, std::get<double>(v)); },
     .snapped = snapped_context},
    {.key = "attention_factor",
     .kind = Kind::number,
     .label = "attention factor",
     .help = "cos and sin are multiplied by it, and scores by its square; null: as the scheme derives it",
     .least = 1e-3,
     .greatest = 1e3,
     .logarithmic = true,
     .nullable = true,
     .default_words = "the model's",
     .get = [](const Scene& s) { return optional_number(s.rope.attention.attention_factor); },
     .set = [](Scene& s, const Value& v) { s.rope.attention.attention_factor = number_or_nothing(v); }},
    {.key = "target",
     .kind = Kind::number,
     .label = "target",
     .help = "how many tokens the pictures reach to; null: factor × trained context",
     .unit = "tokens",
     .least = 2,
     .greatest = greatest_length,
     .logarithmic = true,
     .nullable = true,
     .default_words = "factor × trained under a scheme or beside one, else trained",
     .get = [](const Scene& s) { return optional_number(s.target); },
     .set = [](Scene& s, const Value& v) { s.target = number_or_nothing(v); },
     .snapped = snapped_context},
    {.key = "seq_len",
     .kind = Kind::number,
     .label = "sequence length",
     .help = "how long a call dynamic NTK and LongRoPE see, whose frequencies follow from that, in tokens",
     .unit = "tokens",
     .least = 1,
     .greatest = greatest_length,
     .logarithmic = true,
     .nullable = true,
     .default_words = "the target",
     .get = [](const Scene& s) { return optional_number(s.seq_len); },
     .set = [](Scene& s, const Value& v) { s.seq_len = number_or_nothing(v); }},
    {.key = "m",
     .kind = Kind::whole,
     .label = "query m",
     .help = "position of the token that asks: its query q is turned by m times each frequency",
     .unit = "tokens",
     .greatest = greatest_position,
     .logarithmic = true,
     .section = Section::positions,
     .get = [](const Scene& s) { return Value(static_cast<double>(s.m)); },
     .set = [](Scene& s, const Value& v) { s.m = whole(v); },
     .slider_to = pictured_end,
     .colour = &canvas::Theme::query},
    {.key = "n",
     .kind = Kind::whole,
     .label = "key n",
     .help = "position of the token that answers: its key k is turned by n times each frequency",
     .unit = "tokens",
     .greatest = greatest_position,
     .logarithmic = true,
     .section = Section::positions,
     .get = [](const Scene& s) { return Value(static_cast<double>(s.n)); },
     .set = [](Scene& s, const Value& v) { s.n = whole(v); },
     .slider_to = pictured_end,
     .colour = &canvas::Theme::key},
    {.key = "pair",
     .kind = Kind::whole,
     .label = "pair",
     .help = "the pair that is selected in every picture, from the fastest; within those there are",
     .greatest = 32767,
     .get = [](const Scene& s) { return Value(static_cast<double>(s.pair)); },
     .set = [](Scene& s, const Value& v) { s.pair = whole(v); }},
    {.key = "pairs",
     .kind = Kind::numbers,
     .label = "pairs",
     .help = "those that the wall of dials shows: two rising numbers are first and last, else the pairs themselves",
     .greatest = 32767,
     .nullable = true,
     .default_words = "all",
     .get = [](const Scene& s) { return numbers(s.pairs); },
     .set = [](Scene& s, const Value& v) { s.pairs = wholes(v); }},
    {.key = "axis",
     .kind = Kind::whole,
     .label = "along",
     .help = "along which axis m and n lie apart, where positions have several",
     .greatest = 3,
     .nullable = true,
     .default_words = "all alike",
     .get = [](const Scene& s) { return s.axis < 0 ? Value() : Value(static_cast<double>(s.axis)); },
     .set = choose_named_axis},
    {.key = "q",
     .kind = Kind::text,
     .label = "q",
     .help = "the query before the rotation: ones, word:W, random:N, same:C, or a row of an array",
     .get = [](const Scene& s) { return Value(head_source_text(s.q)); },
     .set = [](Scene& s, const Value& v) { s.q = head_source("q", v); }},
    {.key = "k",
     .kind = Kind::text,
     .label = "k",
     .help = "the key before the rotation, as q",
     .get = [](const Scene& s) { return Value(head_source_text(s.k)); },
     .set = [](Scene& s, const Value& v) { s.k = head_source("k", v); }},
    part_of_head(
        "q_row", "q row", "which token of the array is the query; null: q is no array's", 127,
        [](const Scene& s) { return part_of(s.q, &HeadSource::row); },
        [](Scene& s, const Value& v) { set_part("q_row", s.q, &HeadSource::row, v); }),
    part_of_head(
        "q_head", "q head", "which head of the array is the query, over all axes before the tokens", 63,
        [](const Scene& s) { return part_of(s.q, &HeadSource::head); },
        [](Scene& s, const Value& v) { set_part("q_head", s.q, &HeadSource::head, v); }),
    part_of_head(
        "k_row", "k row", "which token of the array is the key; null: k is no array's", 127,
        [](const Scene& s) { return part_of(s.k, &HeadSource::row); },
        [](Scene& s, const Value& v) { set_part("k_row", s.k, &HeadSource::row, v); }),
    part_of_head(
        "k_head", "k head", "which head of the array is the key, over all axes before the tokens", 63,
        [](const Scene& s) { return part_of(s.k, &HeadSource::head); },
        [](Scene& s, const Value& v) { set_part("k_head", s.k, &HeadSource::head, v); }),
    {.key = "position",
     .kind = Kind::choice,
     .label = "position",
     .help = "how a model knows where a token is: attention and score show what becomes of it; all else is about rope",
     .fallback = "rope",
     .choices = [] { return Words(position_names); }},
    {.key = "engine",
     .kind = Kind::choice,
     .label = "engine",
     .help = "what computes the pictures",
     .steps = false,
     .choices = [] { return Words(engines); },
     .get = [](const Scene& s) { return Value(std::string(engines[static_cast<std::size_t>(s.engine)])); },
     .set = [](Scene& s, const Value& v) { s.engine = enumerator<gpu::EngineChoice>(engines, v); }},
    {.key = "compare",
     .kind = Kind::texts,
     .label = "compare",
     .help = "schemes that are drawn beside the one in force",
     .choices = schemes,
     .get = compared_schemes,
     .set = compare_schemes},
    {.key = "baseline",
     .kind = Kind::flag,
     .label = "no extension",
     .help = "whether the curve without an extension is drawn beside the others",
     .get = [](const Scene& s) { return Value(s.baseline); },
     .set = [](Scene& s, const Value& v) { s.baseline = std::get<bool>(v); }},
    {.key = "other_layers",
     .kind = Kind::flag,
     .label = "other layers",
     .help = "the model's other layer types are drawn beside this one",
     .get = [](const Scene& s) { return Value(s.other_layers); },
     .set = [](Scene& s, const Value& v) { s.other_layers = std::get<bool>(v); }},
    {.key = "view",
     .kind = Kind::choice,
     .label = "view",
     .help = "the picture that fills the window",
     .steps = false,
     .choices = views,
     .get = [](const Scene& s) { return Value(s.view); },
     .set = [](Scene& s, const Value& v) { s.view = word(v); }},
    {.key = "theme",
     .kind = Kind::choice,
     .label = "theme",
     .help = "dark, light, or for print: a white ground, no panels, hairlines",
     .steps = false,
     .choices = [] { return Words(themes); },
     .get = [](const Scene& s) { return Value(std::string(themes[static_cast<std::size_t>(s.theme)])); },
     .set = [](Scene& s, const Value& v) { s.theme = enumerator<canvas::ThemeName>(themes, v); }},
    {.key = "panel",
     .kind = Kind::flag,
     .label = "panel",
     .help = "the controls at the left are open",
     .steps = false,
     .get = [](const Scene& s) { return Value(s.panel); },
     .set = [](Scene& s, const Value& v) { s.panel = std::get<bool>(v); }},
    {.key = "play",
     .kind = Kind::choice,
     .label = "play",
     .help = "positions move by themselves: m alone, or both together",
     .steps = false,
     .choices = [] { return Words(plays); },
     .get = [](const Scene& s) { return Value(std::string(plays[static_cast<std::size_t>(s.play)])); },
     .set = [](Scene& s, const Value& v) { s.play = enumerator<Play>(plays, v); }},
    {.key = "play_moves",
     .kind = Kind::choice,
     .label = "play moves",
     .help =
         "what the play button moves: m alone, or both, which keeps their distance and every angle between two hands",
     .steps = false,
     .choices = [] { return Words(moved); },
     .get = [](const Scene& s) { return Value(std::string(s.play_both ? "both" : "m")); },
     .set = [](Scene& s, const Value& v) { s.play_both = word(v) == "both"; }},
    {.key = "play_speed",
     .kind = Kind::number,
     .label = "play speed",
     .help = "how fast play moves: slow pairs need thousands of tokens a second to be seen turning",
     .unit = "tokens/s",
     .least = 1,
     .greatest = 1e5,
     .logarithmic = true,
     .section = Section::positions,
     .fallback = 24.0, // as many positions as a film has frames, which looks like movement
     .shown = [](const Scene& s) { return fmt::format("{} tok/s", s.options.number(*find_property("play_speed"))); },
     .snapped = [](double v) { return std::max(1.0, std::round(v)); }},
};

} // namespace

std::span<const Property> scene_rows() { return table; }

} // namespace ropescope
