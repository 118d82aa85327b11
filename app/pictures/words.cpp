#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/canvas/hot_areas.h"
#include "app/pictures/lecture_parts.h"
#include "core/analysis/words.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::pictures {

namespace {

constexpr std::size_t most_words = 64;

Value order_in(const Scene&);
void take_order(Scene&, const Value&);

constexpr Property options[] = {
    {.key = "words.text",
     .kind = Kind::text,
     .label = "text",
     .help = "the words of the example, parted by spaces",
     .fallback = "the dog met a dog and it barked"},
    {.key = "words.query",
     .kind = Kind::whole,
     .label = "asking word",
     .help = "which word looks for another one, counted from 0 as the text is written",
     .greatest = most_words - 1,
     .fallback = 6.0},
    {.key = "words.looks_for",
     .kind = Kind::text,
     .label = "it looks for",
     .help = "the word whose vector is the query",
     .fallback = "dog"},
    {.key = "words.order",
     .kind = Kind::numbers,
     .label = "order",
     .help = "the words in another order: for each place the word that stands there, counted from 0",
     .greatest = most_words - 1,
     .nullable = true,
     .default_words = "as they are written",
     .get = order_in,
     .set = take_order},
    {.key = "words.moved",
     .kind = Kind::number,
     .label = "moved",
     .help = "how far the words have gone to the places of that order, 0 … 1",
     .greatest = 1,
     .fallback = 1.0},
};
constexpr const Property &text_row = options[0], &query_row = options[1], &looks_for = options[2],
                         &order_row = options[3], &moved_row = options[4];

Value order_in(const Scene& scene) { return scene.options[order_row]; }

void take_order(Scene& scene, const Value& value) {
  const auto* order = std::get_if<std::vector<double>>(&value);
  if (order && !is_permutation(*order))
    throw Error(fmt::format("words.order: {}: expected each of 0 … {} once", value_words(order_row, value),
                            std::max<std::size_t>(order->size(), 1) - 1));
  scene.options.set(order_row, value);
}

/// What each word of the text scores, with what that was computed of.
struct WordScores {
  std::string text, wanted, shown_wanted, position;
  std::vector<double> order;
  std::int64_t query = 0;
  std::uint64_t version = 0, made = 0;

  std::vector<std::string> words, shown; ///< as they score, and as they can be drawn
  std::vector<std::size_t> place;        ///< of each word, in the order that is chosen
  std::vector<double> written, scores;   ///< of each word at the place where it is written, and at its new one
};

const PositionScheme& position_of(const Scene& scene) {
  static const Property& row = *find_property("position");
  const PositionScheme* scheme = find_position_scheme(scene.options.words(row));
  return scheme ? *scheme : *find_position_scheme("rope");
}

WordScores scores_of(const Scene& scene, const Derived& derived) {
  WordScores s;
  s.text = scene.options.words(text_row), s.wanted = scene.options.words(looks_for),
  s.shown_wanted = printable(s.wanted);
  s.position = position_of(scene).name;
  const auto order = scene.options.numbers(order_row);
  s.order.assign(order.begin(), order.end());
  s.query = static_cast<std::int64_t>(scene.options.number(query_row));
  s.version = derived.version();
  s.words = words_of(s.text);
  if (s.words.size() > most_words) s.words.resize(most_words);
  for (const std::string& word : s.words) s.shown.push_back(printable(word));
  const bool moved = s.order.size() == s.words.size() && is_permutation(s.order);
  s.place.resize(s.words.size());
  for (std::size_t j = 0; j < s.words.size(); ++j) s.place[moved ? static_cast<std::size_t>(s.order[j]) : j] = j;
  const auto asking = static_cast<std::size_t>(s.query);
  const WordHead head{derived.current().turns, derived.trained().turns};
  for (std::size_t j = 0; j < s.words.size(); ++j) {
    const auto score = [&](std::size_t m, std::size_t n) {
      return word_score(s.wanted, s.words[j], static_cast<std::int64_t>(m), static_cast<std::int64_t>(n), head,
                        position_of(scene));
    };
    const bool asks = asking < s.words.size();
    s.written.push_back(asks ? score(asking, j) : 0);
    s.scores.push_back(asks ? score(s.place[asking], s.place[j]) : 0);
  }
  return s;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  // Compared where they lie: a copy of the text in each frame would ask for memory.
  const WordScores* kept = derived.numbers<WordScores>();
  const auto order = scene.options.numbers(order_row);
  const bool same = kept && kept->version == derived.version() && kept->text == scene.options.words(text_row) &&
                    kept->wanted == scene.options.words(looks_for) && kept->position == position_of(scene).name &&
                    kept->query == static_cast<std::int64_t>(scene.options.number(query_row)) &&
                    std::equal(kept->order.begin(), kept->order.end(), order.begin(), order.end());
  if (same) return;
  const std::uint64_t next = kept ? kept->made + 1 : 0;
  derived.numbers<WordScores>(next, [&] {
    WordScores made = scores_of(scene, derived);
    made.made = next;
    return made;
  });
}

/// One line of tiles with bars: where each word stands, in slots from the left.
struct Row {
  Rect room;
  std::span<const double> scores;
  std::pmr::vector<float> slot;
  float width = 0; ///< of a slot, pixels

  float centre(std::size_t word) const { return room.least.x + (slot[word] + 0.5f) * width; }
};

/// "=" where the two scores are the same number, else "≠": by strokes, as large as it likes.
void draw_equals(const Canvas& c, ImVec2 at, float side, bool equal) {
  const ImU32 ink = c.theme.text;
  for (const float y : {-0.2f, 0.2f})
    c.paint.box({{at.x - side / 2, at.y + (y - 0.07f) * side}, {at.x + side / 2, at.y + (y + 0.07f) * side}}, ink);
  if (!equal)
    c.paint.line({at.x - side * 0.3f, at.y + side * 0.5f}, {at.x + side * 0.3f, at.y - side * 0.5f}, ink,
                 whole_stroke(side * 0.13f));
}

constexpr float tile_height = 36, index_height = 22; // pixels at scale 1

/// Draws it; returns where the baseline of its bars lies.
void draw_row(const Canvas& c, const Row& row, const WordScores& s) {
  const Rect& room = row.room;
  double lowest = 0;
  for (const double score : row.scores) lowest = std::min(lowest, score);
  const bool indices = room.height() > c.px(110);
  const float foot = room.greatest.y - (indices ? c.px(index_height) : 0), tiles = foot - c.px(tile_height);
  const float label = line_of(c.fonts.title) * 1.25f;
  // Above the baseline is 1, below it what the lowest score needs: one scale for both.
  const float bars = tiles - c.px(6) - room.least.y - label;
  const float unit = bars / static_cast<float>(1 - lowest),
              baseline = tiles - c.px(6) + static_cast<float>(lowest) * unit;
  const bool shows_bars = bars > c.px(24);
  if (shows_bars) c.paint.line({room.least.x, baseline}, {room.greatest.x, baseline}, c.theme.outline, c.stroke(1));
  std::size_t wanted[2] = {}, found = 0;
  for (std::size_t j = 0; j < s.words.size(); ++j) {
    if (row.slot[j] > room.width() / row.width - 0.9f) continue; // has no room
    const bool is_wanted = s.words[j] == s.wanted, asks = static_cast<std::int64_t>(j) == s.query;
    const float x = row.centre(j), half = row.width * 0.4f;
    const Rect box{{x - half, tiles}, {x + half, foot}};
    tile(c, box, asks ? c.theme.query : c.theme.raised, c.theme.key, is_wanted ? 2.0f : 0.0f);
    ImFont* const font = is_wanted || asks ? c.fonts.bold : c.fonts.body;
    put(c, box, {x, box.centre().y - line_of(font) * 0.56f}, font, asks ? ink_on(c.theme.query) : c.theme.text,
        shortened(c, font, s.shown[j], box.width() - c.px(6)), Align::centre);
    if (indices)
      put(c, room, {x, foot + c.px(3)}, c.fonts.small, asks ? c.theme.query : c.theme.dim,
          c.words("{}", static_cast<int>(std::round(row.slot[j]))), Align::centre);
    if (!shows_bars || asks) continue;
    const float height = static_cast<float>(row.scores[j]) * unit, wide = half * 0.7f;
    const Rect bar{{x - wide, std::min(baseline, baseline - height)},
                   {x + wide, std::max(baseline, baseline - height)}};
    if (bar.height() > 0.5f)
      c.paint.box(bar, is_wanted ? c.theme.key : c.theme.faint, std::min(c.px(3), bar.height() / 3));
    if (is_wanted) {
      put(c, room, {x, bar.least.y - label}, c.fonts.title, c.theme.key, grouped(c, row.scores[j], 4), Align::centre);
      if (found < 2) wanted[found] = j;
      ++found;
    }
  }
  if (found != 2 || !shows_bars) return;
  const float middle = (row.centre(wanted[0]) + row.centre(wanted[1])) / 2, side = std::min(c.px(44), unit * 0.45f);
  if (std::abs(row.slot[wanted[0]] - row.slot[wanted[1]]) > 1.2f)
    draw_equals(c, {middle, baseline - unit * 0.5f}, side, row.scores[wanted[0]] == row.scores[wanted[1]]);
}

/// Moves a word to another place; the others make room.
void move_word(const WordScores& s, std::size_t word, std::size_t to, Scene& next) {
  std::vector<double> order(s.words.size());
  for (std::size_t j = 0; j < s.words.size(); ++j) order[s.place[j]] = static_cast<double>(j);
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(s.place[word]));
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), static_cast<double>(word));
  next.options.set(order_row, std::is_sorted(order.begin(), order.end()) ? Value() : Value(order));
  next.options.set(moved_row, 1.0);
}

void take_words(const Canvas& c, const Row& row, const WordScores& s, Scene& next) {
  bool noted = false;
  for (std::size_t j = 0; j < s.words.size(); ++j) {
    if (row.slot[j] > row.room.width() / row.width - 0.9f) continue;
    const float x = row.centre(j), half = row.width * 0.45f;
    const Rect area{{x - half, row.room.least.y}, {x + half, row.room.greatest.y}};
    const Held held = hold(c, c.id("words word {}", j), c.words("words word {}", j), area, x, true,
                           "Drag the word to another place. A double click puts all words back.");
    if (!noted && s.words[j] == s.wanted && !c.bare)
      c.note("words word", area, "Drag the word to another place."), noted = true;
    if (held.lit) c.paint.frame(area, with_alpha(c.theme.accent, 0.5f), c.stroke(1.5f), c.px(6));
    if (held.reset) next.options.set(order_row, {});
    if (!held.to) continue;
    const float slot = std::floor((*held.to - row.room.least.x) / row.width);
    const auto to = static_cast<std::size_t>(std::clamp(slot, 0.0f, static_cast<float>(s.words.size() - 1)));
    if (to != s.place[j]) move_word(s, j, to, next);
  }
}

/// Two ways of telling places, side by side. Returns where they begin.
float draw_positions(const Canvas& c, Rect line, const Scene& scene, Scene& next) {
  float right = line.greatest.x;
  const std::string_view present = position_of(scene).name;
  constexpr std::string_view names[] = {"rope", "none"}, labels[] = {"RoPE", "no positions"};
  const float left =
      right - c.px(16) - text_width(c.fonts.body, labels[0]) - text_width(c.fonts.body, labels[1]) - c.px(40);
  if (left < line.least.x || c.bare) return right;
  for (int i = 0; i < 2; ++i) {
    const float width = text_width(c.fonts.body, labels[i]) + c.px(20);
    const Rect area{{right - width, line.least.y}, {right, line.greatest.y}};
    if (button(c, c.id("words position {}", names[i]), area, labels[i], present == names[i], true,
               "Whether the vectors are turned by their places before they are multiplied."))
      set_by_hand(next, "position", std::string(names[i]));
    right -= width + c.px(6);
  }
  c.note("words position", {{right, line.least.y}, line.greatest}, "Whether the vectors are turned by their places.");
  return right;
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const WordScores& s = *derived.numbers<WordScores>();
  const auto asking = static_cast<std::size_t>(s.query);
  const std::string_view title = asking < s.words.size()
                                     ? c.words("“{}” looks for “{}”", s.shown[asking], s.shown_wanted)
                                     : std::string_view("Words");
  Rect room = heading(c, panel, title, "");
  if (room.width() < c.px(120) || room.height() < c.px(40) || s.words.empty()) return;
  hot_areas().push_back(room);
  // Beside the title, so that the bars have the height; below it where both have no room in one line.
  const Rect beside{{room.least.x + text_width(c.fonts.title, title) + c.px(40), panel.least.y + c.px(10)},
                    {room.greatest.x, panel.least.y + c.px(38)}};
  if (room.width() > c.px(640))
    draw_positions(c, beside, scene, next);
  else if (room.height() > c.px(150)) {
    draw_positions(c, {room.least, {room.greatest.x, room.least.y + c.px(28)}}, scene, next);
    room.least.y += c.px(36);
  }
  const float fewest = c.px(46);
  const auto slots =
      std::min<float>(static_cast<float>(s.words.size()), std::max(1.0f, std::floor(room.width() / fewest)));
  const auto moved = static_cast<float>(scene.options.number(moved_row));
  Row live{room, s.scores, c.list_of<float>(s.words.size()), room.width() / slots};
  for (std::size_t j = 0; j < s.words.size(); ++j)
    live.slot.push_back(static_cast<float>(j) + moved * (static_cast<float>(s.place[j]) - static_cast<float>(j)));
  // In print both orders, one above the other: nothing moves there.
  if (!c.attention && !s.order.empty() && moved == 1 && room.height() > c.px(270)) {
    const float between = c.px(34), half = (room.height() - between) / 2;
    Row before{
        {room.least, {room.greatest.x, room.least.y + half}}, s.written, c.list_of<float>(s.words.size()), live.width};
    for (std::size_t j = 0; j < s.words.size(); ++j) before.slot.push_back(static_cast<float>(j));
    live.room.least.y = room.greatest.y - half;
    draw_row(c, before, s);
    draw_row(c, live, s);
    for (std::size_t j = 0; j < s.words.size(); ++j) {
      if (s.words[j] != s.wanted) continue;
      ImVec2 curve[25];
      for (int k = 0; k < 25; ++k) {
        const float t = static_cast<float>(k) / 24, ease = t * t * (3 - 2 * t);
        curve[k] = {before.centre(j) + ease * (live.centre(j) - before.centre(j)),
                    before.room.greatest.y + t * between};
      }
      c.paint.polyline(curve, c.theme.key, c.stroke(2), c.dashes({{6, 4, 6, 4}}));
    }
    return;
  }
  draw_row(c, live, s);
  take_words(c, live, s, next);
}

Table columns(const Scene& scene, const Derived& derived) {
  const WordScores& s = *derived.numbers<WordScores>();
  const WordHead head{derived.current().turns, derived.trained().turns};
  std::vector<double> ms, ns, scores;
  const std::vector<std::string> words = in_order(s.words, s.order);
  for (std::size_t m = 0; m < words.size(); ++m)
    for (std::size_t n = 0; n < words.size(); ++n) {
      ms.push_back(static_cast<double>(m)), ns.push_back(static_cast<double>(n));
      scores.push_back(word_score(s.wanted, words[n], static_cast<std::int64_t>(m), static_cast<std::int64_t>(n), head,
                                  position_of(scene)));
    }
  Table table;
  table.formula = "score = R(m)q . R(n)k of unit vectors: q of the word that is looked for, k of the word at n";
  table.add("m", std::move(ms));
  table.add("n", std::move(ns));
  table.add("score", std::move(scores));
  return table;
}

} // namespace

const Picture words_picture{.name = "words",
                            .title = "Words",
                            .line = "words of a text and what each scores, with and without positions",
                            .group = Group::attention,
                            .update = update,
                            .draw = draw,
                            .columns = columns,
                            .options = options};

} // namespace ropescope::pictures
