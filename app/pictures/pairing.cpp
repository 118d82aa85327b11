#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/canvas/hot_areas.h"
#include "app/pictures/lecture_parts.h"
#include "core/analysis/pairing.h"
#include "core/word_vector.h"

namespace ropescope::pictures {

namespace {

constexpr std::string_view layouts[] = {"interleaved", "half"};

constexpr Property layout_row(std::string_view key, std::string_view label, std::string_view help,
                              std::string_view fallback) {
  Property row;
  row.key = key;
  row.kind = Kind::choice;
  row.label = label;
  row.help = help;
  row.fallback = fallback;
  row.choices = [] { return std::span<const std::string_view>(layouts); };
  return row;
}

constexpr Property options[] = {
    layout_row("pairing_view.q", "q is paired", "which two numbers of the example's q make a pair", "interleaved"),
    layout_row("pairing_view.k", "k is paired", "which two numbers of the example's k make a pair", "half"),
};

/// The same distance at three places.
constexpr std::array<std::array<std::int64_t, 2>, 3> places{{{3, 1}, {13, 11}, {103, 101}}};
using Scores = std::array<double, places.size()>;

/// An example head: the scene's own where it is small enough to be seen whole, else one of 16 numbers with its base.
struct Example {
  std::vector<double> inv_freq, q, k;
  bool own = false;
  Scores interleaved{}, half{}, mixed{}; ///< mixed: q interleaved and k half, or the other way round
};

struct Inputs {
  std::uint64_t version;
  bool q_is_half;
  bool operator==(const Inputs&) const = default;
};

Scores scores_of(const Example& example, HeadPairing q, HeadPairing k) {
  Scores scores;
  for (std::size_t i = 0; i < places.size(); ++i)
    scores[i] = pairing_score(example.q, example.k, example.inv_freq, q, k, places[i][0], places[i][1]);
  return scores;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  const bool q_is_half = scene.options.is(options[0], "half");
  derived.numbers<Example>(Inputs{derived.version(), q_is_half}, [&] {
    constexpr std::size_t most_pairs = 12, usual_pairs = 8;
    Example example;
    const std::vector<double>& own = derived.current().spectrum.inv_freq;
    example.own = !own.empty() && own.size() <= most_pairs;
    if (example.own)
      example.inv_freq = own;
    else
      for (std::size_t i = 0; i < usual_pairs; ++i)
        example.inv_freq.push_back(
            std::pow(derived.current().spectrum.base, -static_cast<double>(i) / static_cast<double>(usual_pairs)));
    const auto vector_of = [&](const HeadSource& source, const char* other) {
      return word_vector(source.kind == HeadSource::Kind::word ? source.word : other,
                         2 * static_cast<std::int64_t>(example.inv_freq.size()));
    };
    example.q = vector_of(scene.q, "q"), example.k = vector_of(scene.k, "k");
    const HeadPairing one = q_is_half ? HeadPairing::half : HeadPairing::interleaved,
                      other = q_is_half ? HeadPairing::interleaved : HeadPairing::half;
    example.interleaved = scores_of(example, HeadPairing::interleaved, HeadPairing::interleaved);
    example.half = scores_of(example, HeadPairing::half, HeadPairing::half);
    example.mixed = scores_of(example, one, other);
    return example;
  });
}

/// The numbers of one vector as cells in the colours of their pairs, partners joined by an arc; its name is a switch.
void draw_strip(const Canvas& c, Rect room, std::string_view vector, const Property& row, std::size_t pairs,
                const Scene& scene, Scene& next) {
  const bool half = scene.options.is(row, "half");
  const std::string_view name = c.words("{}: {}", vector, half ? "half-split" : "interleaved");
  const Rect line{room.least, {room.least.x + text_width(c.fonts.title, name) + c.px(12), room.least.y + c.px(28)}};
  if (press(c, c.id("pairing of {}", vector), line, "Click to take the numbers as pairs in the other way.",
            vector == "k" ? std::string_view("pairing layout") : std::string_view("pairing layout q")))
    next.options.set(row, std::string(half ? "interleaved" : "half"));
  const bool lit = ImGui::IsItemHovered() && line.contains(c.mouse);
  put(c, room, {line.least.x, line.least.y + c.px(2)}, c.fonts.title, lit ? c.theme.accent : c.theme.text, name);
  put(c, room, {line.greatest.x + c.px(8), line.least.y + c.px(6)}, c.fonts.small, c.theme.dim,
      half ? "Hugging Face Llama, Mistral, Qwen, GPT-NeoX" : "Meta’s Llama code, GPT-J, Cohere, GLM-4");
  const auto count = static_cast<float>(2 * pairs);
  const float pitch = std::min(room.width() / count, c.px(60)), side = std::min(pitch * 0.88f, room.height() * 0.34f);
  const float top = room.greatest.y - side, most = top - line.greatest.y - c.px(6);
  if (most < c.px(4)) return;
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto place = static_cast<std::int64_t>(i), n = static_cast<std::int64_t>(pairs);
    const ImU32 colour =
        pair_colour(c.theme, pairs > 1 ? static_cast<double>(i) / static_cast<double>(pairs - 1) : 0.5);
    const HeadPairing pairing = half ? HeadPairing::half : HeadPairing::interleaved;
    const auto centre = [&](bool second) {
      const auto component = static_cast<float>(component_of_pair(pairing, n, place, second));
      return room.least.x + (component + 0.5f) * pitch;
    };
    const float from = centre(false), to = centre(true), middle = (from + to) / 2, wide = (to - from) / 2,
                high = std::min(most, half ? std::max(wide * 0.45f, c.px(14)) : wide);
    ImVec2 arc[33];
    for (int k = 0; k < 33; ++k) {
      const float angle = std::numbers::pi_v<float> * static_cast<float>(k) / 32;
      arc[k] = {middle - wide * std::cos(angle), top - high * std::sin(angle)};
    }
    c.paint.polyline(arc, colour, c.stroke(2.5f));
    for (const bool second : {false, true}) {
      const float x = centre(second);
      const Rect cell{{x - side / 2, top}, {x + side / 2, room.greatest.y}};
      c.paint.box(cell, colour, c.px(4));
      put(c, cell, {x, cell.centre().y - line_of(c.fonts.bold) * 0.56f}, c.fonts.bold, ink_on(colour),
          c.words("{}", component_of_pair(pairing, n, place, second)), Align::centre);
    }
  }
}

/// Three scores at one distance, and whether they are the same.
void draw_card(const Canvas& c, Rect card, std::string_view title, const Scores& scores, bool in_force, bool filled) {
  const auto [least, greatest] = std::minmax_element(scores.begin(), scores.end());
  const bool same = *greatest - *least < 1e-9;
  const ImU32 ink = same ? c.theme.good : c.theme.bad;
  tile(c, card, c.theme.raised, ink, in_force ? 3.0f : 0.0f);
  const Rect inner = card.inset(c.px(14), c.px(6));
  const float step = std::min(inner.height() / 3, c.px(34));
  float y = inner.centre().y - 1.5f * step;
  put(c, inner, {inner.least.x, y}, c.fonts.bold, in_force ? c.theme.text : c.theme.dim, title);
  y += step;
  for (std::size_t i = 0; i < scores.size(); ++i)
    put(c, inner, {inner.least.x + inner.width() * (static_cast<float>(i) + 1) / 3, y}, c.fonts.mono,
        filled ? ink : c.theme.dim, filled ? with_sign(scores[i], 4) : std::string_view("?"), Align::right);
  y += step;
  if (filled)
    put(c, inner, {inner.least.x, y}, c.fonts.bold, ink, same ? "✓ same Δ, same score" : "✗ same Δ, three scores");
}

void draw_cards(const Canvas& c, Rect room, const Scene& scene, const Example& example) {
  const bool q_half = scene.options.is(options[0], "half"), k_half = scene.options.is(options[1], "half"),
             mixed = q_half != k_half;
  float top = room.least.y;
  const Rect inner = room.inset(c.px(14), 0);
  if (room.height() > c.px(200)) {
    if (put(c, inner, {inner.least.x, top}, c.fonts.body, c.theme.dim, "score of q and k at positions"))
      top += c.px(24);
    for (std::size_t i = 0; i < places.size(); ++i)
      put(c, inner, {inner.least.x + inner.width() * (static_cast<float>(i) + 1) / 3, top}, c.fonts.small, c.theme.dim,
          c.words("{}, {}", places[i][0], places[i][1]), Align::right);
    top += c.px(24);
  }
  const float gap = c.px(10), height = std::min((room.greatest.y - top - 2 * gap) / 3, c.px(112));
  if (height < c.px(20)) return;
  const auto card = [&](int i) {
    const float y = top + static_cast<float>(i) * (height + gap);
    return Rect{{room.least.x, y}, {room.greatest.x, y + height}};
  };
  draw_card(c, card(0), "both interleaved", example.interleaved, !mixed && !q_half, true);
  draw_card(c, card(1), "both half-split", example.half, !mixed && q_half, true);
  draw_card(c, card(2), "q one, k the other", example.mixed, mixed, mixed);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Example& example = *derived.numbers<Example>();
  Rect room = heading(c, panel, "Which two numbers make a pair?", "");
  if (room.width() < c.px(200) || room.height() < c.px(90)) return;
  hot_areas().push_back(room);
  Rect cards = room;
  if (room.width() > c.px(620)) {
    room.greatest.x = room.least.x + room.width() * 0.63f;
    cards.least.x = room.greatest.x + c.px(26);
  } else {
    const float split = room.least.y + room.height() * 0.55f;
    room.greatest.y = split - c.px(10), cards.least.y = split + c.px(10);
  }
  draw_cards(c, cards, scene, example);
  const std::size_t pairs = example.inv_freq.size();
  const float foot = room.height() > c.px(250) ? c.px(34) : 0;
  const float gap = std::min(c.px(34), room.height() * 0.08f),
              half = std::min((room.height() - foot - gap) / 2, c.px(190));
  draw_strip(c, {room.least, {room.greatest.x, room.least.y + half}}, "q", options[0], pairs, scene, next);
  const float second = room.least.y + half + gap;
  draw_strip(c, {{room.least.x, second}, {room.greatest.x, second + half}}, "k", options[1], pairs, scene, next);
  if (foot > 0)
    put(c, room, {room.least.x, second + half + c.px(12)}, c.fonts.small, c.theme.dim,
        c.words("{} of {} numbers: {} pair{}, same colour = same pair = same angle",
                example.own ? "one head" : "an example", 2 * pairs, pairs, pairs == 1 ? "" : "s"));
}

Table columns(const Scene&, const Derived& derived) {
  const Example& example = *derived.numbers<Example>();
  constexpr std::int64_t places_shown = 128;
  std::vector<double> m, n, interleaved, half, mixed;
  for (std::int64_t key = 0; key < places_shown; ++key) {
    const auto at = [&](HeadPairing q, HeadPairing k) {
      return pairing_score(example.q, example.k, example.inv_freq, q, k, key + 2, key);
    };
    m.push_back(static_cast<double>(key + 2)), n.push_back(static_cast<double>(key));
    interleaved.push_back(at(HeadPairing::interleaved, HeadPairing::interleaved));
    half.push_back(at(HeadPairing::half, HeadPairing::half));
    mixed.push_back(at(HeadPairing::interleaved, HeadPairing::half));
  }
  Table table;
  table.formula = "R(m)q . R(n)k of an example head; mixed: q interleaved, k half-split";
  table.add("m", std::move(m));
  table.add("n", std::move(n));
  table.add("interleaved", std::move(interleaved));
  table.add("half", std::move(half));
  table.add("mixed", std::move(mixed));
  return table;
}

} // namespace

const Picture pairing_picture{.name = "pairing",
                              .title = "Pairing",
                              .line = "which two numbers make a pair, and what mixing the two ways does to a score",
                              .group = Group::rotations,
                              .update = update,
                              .draw = draw,
                              .columns = columns,
                              .options = options};

} // namespace ropescope::pictures
