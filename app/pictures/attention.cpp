#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/attention_parts.h"
#include "app/pictures/attention_places.h"
#include "core/analysis/head_source.h"
#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::pictures {

namespace {

constexpr std::string_view contents[] = {"same", "rows", "random", "needle"};
constexpr std::string_view shown_as[] = {"score", "softmax"};

/// Every scheme and every rival.
std::span<const std::string_view> seconds() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Scheme* scheme : all_schemes()) all.push_back(scheme->choice());
    for (const PositionScheme& rival : position_schemes()) all.push_back(option_of(rival));
    return all;
  }();
  return names;
}

// Tokens: two pixels each in a window of usual size; so many at most, and of random tokens, whose scores cost their
// square.
constexpr std::int64_t large_screen = 1700; // columns of Derived, each two pixels wide
constexpr std::int64_t usual_tokens = 180, large_tokens = 512, most_tokens = 4096, most_random = 512,
                       most_softmax = 1024;

constexpr Property options[] = {
    {.key = "attention.content",
     .kind = Kind::text,
     .label = "tokens",
     .help = "which queries and keys the tokens have: same (one for all), word:W (that word's for all), rows (your own "
             "for all), random, or needle",
     .nullable = true,
     .default_words = "rows where q or k was chosen, else same"},
    {.key = "attention.tokens",
     .kind = Kind::whole,
     .label = "tokens",
     .help = "how many tokens; random ones 512 at most, and 1024 for softmax",
     .unit = "tokens",
     .least = 2,
     .greatest = static_cast<double>(most_tokens),
     .nullable = true,
     .default_words = "180, or 512 on a large screen"},
    {.key = "attention.show",
     .kind = Kind::choice,
     .label = "show",
     .help = "scores, or softmax over the keys before each query",
     .fallback = "score",
     .choices = [] { return std::span<const std::string_view>(shown_as); }},
    {.key = "attention.second",
     .kind = Kind::choice,
     .label = "second map",
     .help = "the scheme, or the rival, of the second map",
     .nullable = true,
     .default_words = "the first scheme compared",
     .choices = seconds},
    {.key = "attention.rivals",
     .kind = Kind::flag,
     .label = "rivals",
     .help = "small maps of other ways to know where a token is",
     .fallback = true},
    view_row("attention.x", "tokens", "keys that are seen"),
    view_row("attention.y", "tokens", "queries that are seen"),
    view_row("attention.row_x", "tokens", "keys that are seen of one query's row"),
    view_row("attention.row_y", "", "scores that are seen of one query's row"),
    flag_row("attention.mask", "causal mask", "a query sees the keys before it alone", true),
    flag_row("attention.toeplitz", "spread along diagonals",
             "how far scores of one distance lie apart is said as a number, with one diagonal as a curve"),
};
constexpr const Property &content_row = options[0], &tokens_row = options[1], &show_row = options[2],
                         &second_row = options[3], &rivals_row = options[4], &view_x = options[5], &view_y = options[6],
                         &row_x = options[7], &row_y = options[8], &mask = options[9], &toeplitz = options[10];

constexpr std::string_view word_prefix = "word:";

/// The word of "word:W"; empty where the option is none.
std::string word_of(const Scene& scene) {
  const Value chosen = scene.options[content_row];
  const std::string* const text = std::get_if<std::string>(&chosen);
  return text && text->starts_with(word_prefix) ? text->substr(word_prefix.size()) : std::string();
}

Content content_of(const Scene& scene, const Derived& derived) {
  const Value chosen = scene.options[content_row];
  if (is_null(chosen)) return derived.head().ones ? Content::same : Content::rows;
  const std::string& text = std::get<std::string>(chosen);
  const auto found = std::find(std::begin(contents), std::end(contents), text);
  if (found != std::end(contents)) return static_cast<Content>(found - std::begin(contents));
  if (!word_of(scene).empty()) return Content::word;
  throw Error(
      fmt::format("attention.content: \"{}\": expected same, word:W with a word W, rows, random or needle", text));
}

std::int64_t tokens_of(const Scene& scene, const Derived& derived) {
  const Content content = content_of(scene, derived);
  const Value chosen = scene.options[tokens_row];
  const std::int64_t usual = derived.columns() > large_screen ? large_tokens : usual_tokens;
  std::int64_t tokens = is_null(chosen) ? usual : static_cast<std::int64_t>(std::get<double>(chosen));
  if (content == Content::random || content == Content::needle) tokens = std::min(tokens, most_random);
  if (scene.options.is(show_row, "softmax")) tokens = std::min(tokens, most_softmax);
  return tokens;
}

PlaceContext context_of(const Derived& derived, const Series& series) {
  const std::vector<std::uint64_t>& plain = derived.trained().turns;
  return {series.turns, plain.size() == series.turns.size() ? std::span(plain) : std::span(series.turns), true};
}

/// One word as query and as key. What is added to a row, such as waves, lies as the row's numbers do, side by side,
/// whichever of them RoPE turns together.
HeadPair head_of_word(const Derived& derived, const std::string& word, bool side_by_side) {
  HeadSource source;
  source.kind = HeadSource::Kind::word;
  source.word = word;
  const RopeConfig& rope = derived.current().config;
  PairLayout pairs = rope.layout.pairs;
  if (side_by_side) pairs.pairing = pairs.output = Pairing::interleaved;
  return head_pair(source, source, pairs, rope.layout.head_dim, derived.current().turns);
}

TokenRows rows_of(Content content, const std::string& word, const Derived& derived, std::int64_t tokens,
                  std::int64_t needle) {
  const std::int64_t pairs = derived.current().spectrum.pairs();
  switch (content) {
  case Content::same: return tokens_alike(head_of_ones(pairs), tokens);
  case Content::rows: return tokens_alike(derived.head(), tokens);
  case Content::random: return random_tokens(pairs, tokens);
  case Content::word: return tokens_alike(head_of_word(derived, word, false), tokens);
  case Content::needle: break;
  }
  return one_needle(pairs, tokens, needle);
}

/// The second map: the chosen rival or series, else the first series beside the one in force.
struct Second {
  const PositionScheme* rival = nullptr;
  std::size_t series = 0; ///< 0: there is none
};
Second second_of(const Derived& derived, std::string_view chosen) {
  if (const PositionScheme* rival = find_position_scheme(chosen == "no positions" ? "none" : chosen);
      rival && chosen != "none")
    return {rival};
  Second found;
  for (std::size_t s = derived.series().size(); s-- > 1;) {
    const Series& series = derived.series()[s];
    if (series.turns.size() != derived.current().turns.size()) continue;
    if (column_name(series) == chosen) return {nullptr, s};
    found.series = s;
  }
  return found;
}

/// What logits are of scores: queries and keys of length √d, or as long as they are in a file; times the attention
/// factor, which the model has on both.
double logits_of(Content content, const Derived& derived, const Series& series) {
  const double d = 2 * static_cast<double>(derived.current().spectrum.pairs()),
               factor = series.spectrum.attention_factor;
  double length = std::sqrt(d);
  if (content == Content::rows) {
    double query = 0, key = 0;
    for (const std::complex<double> x : derived.head().query) query += std::norm(x);
    for (const std::complex<double> x : derived.head().key) key += std::norm(x);
    length = std::sqrt(query * key / d);
  }
  return length * factor * factor;
}

ShownMap shown_map(const Derived& derived, const AttentionNumbers& numbers, const TokenRows& rows, const Second& which,
                   bool softmax) {
  const Series& series = derived.series()[which.series];
  const PositionScheme& rope = *find_position_scheme("rope");
  const PlaceContext context = context_of(derived, series);
  ShownMap shown;
  shown.series = which.series;
  shown.rival = which.rival;
  shown.name = which.rival ? which.rival->name : column_name(series);
  shown.label = which.rival ? std::string(which.rival->title) : series.label;
  shown.map = which.rival ? AttentionMap(rows, *which.rival, context) : AttentionMap(rows, series.turns);
  const PositionScheme& scheme = which.rival ? *which.rival : rope;
  // Sliding costs the square of the tokens, and a part of them tells as much.
  constexpr std::int64_t slid = 128;
  if (rows.alike)
    shown.off = diagonal_spread(rows, scheme, context);
  else
    shown.off =
        slide_change(rows_of(numbers.content, {}, derived, std::min(slid, rows.tokens), 0), scheme, context, 1000);
  if (softmax) shown.weights = AttentionWeights(shown.map, logits_of(numbers.content, derived, series));
  return shown;
}

/// The range of each map's colours: of both schemes from the least score, where that is below what the usual ones have,
/// to 1; of a rival its own, as the order of its scores is compared and not their size.
void set_ranges(AttentionNumbers& numbers) {
  double common = -0.05;
  for (ShownMap& shown : numbers.maps) {
    double least = 1, greatest = -1;
    for (std::int64_t m = 0; m < shown.map.tokens(); ++m)
      for (std::int64_t n = 0; n <= (shown.map.by_distance() ? 0 : m); ++n) {
        least = std::min(least, shown.map.at(m, n));
        greatest = std::max(greatest, shown.map.at(m, n));
      }
    // To the next 0.05, so that the numbers beside the colours are short.
    shown.least = std::floor(least * 20 + 1e-9) / 20;
    shown.greatest = std::max(shown.least + 0.05, std::ceil(greatest * 20 - 1e-9) / 20);
    if (!shown.rival) common = std::min(common, shown.least);
  }
  for (ShownMap& shown : numbers.maps)
    if (!shown.rival) shown.least = common, shown.greatest = 1;
}

/// A number that stands for the frequencies before any extension and for q and k: FNV-1a over their bits.
std::uint64_t fingerprint(const Derived& derived) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](std::uint64_t bits) { hash = (hash ^ bits) * 0x100000001b3u; };
  for (const std::uint64_t turns : derived.trained().turns) add(turns);
  for (const auto* row : {&derived.head().query, &derived.head().key})
    for (const std::complex<double> x : *row)
      add(std::bit_cast<std::uint64_t>(x.real())), add(std::bit_cast<std::uint64_t>(x.imag()));
  return hash;
}

/// While a scheme's slider is dragged only RoPE's own map is made anew.
void update_rivals(Derived& derived) {
  constexpr std::int64_t tokens = 64;
  const PlaceContext context = context_of(derived, derived.current());
  derived.numbers<RivalNumbers>(fingerprint(derived), [&] {
    RivalNumbers numbers;
    for (const PositionScheme& scheme : position_schemes())
      if (scheme.name != "rope") numbers.maps.push_back(rival_map(scheme, derived.head(), tokens, context));
    return numbers;
  });
  derived.numbers<RopeAmongRivals>(derived.version(), [&] {
    return RopeAmongRivals{rival_map(*find_position_scheme("rope"), derived.head(), tokens, context)};
  });
}

/// Which way to know where a token is.
std::string position_of(const Scene& scene) { return std::get<std::string>(get(scene, *find_property("position"))); }

/// Whether the map is one of position_schemes() by itself, in place of the schemes of the scene.
bool shows_places(const Scene& scene) {
  return position_of(scene) != "rope" || !scene.options.flag(mask) || scene.options.flag(toeplitz);
}

/// Scores of every two rows of a learned table: they stay while a hand, or a motion, takes more or fewer tokens.
struct TableScores {
  std::vector<float> square;
};

void update_places(const Scene& scene, Derived& derived) {
  // As many as a square of scores can be made of within a frame or two; a table's end lies at 1024.
  constexpr std::int64_t most_places = 2048;
  const Content content = content_of(scene, derived);
  PlaceWish wish{.version = derived.version(),
                 .position = position_of(scene),
                 .word = word_of(scene),
                 .content = content,
                 .tokens = std::min(tokens_of(scene, derived), most_places),
                 .distance = scene.m == scene.n ? 2 : scene.m - scene.n,
                 .masked = scene.options.flag(mask),
                 .softmax = scene.options.is(show_row, "softmax")};
  const bool added = wish.position == "sinusoidal" || wish.position == "learned";
  const PlaceContext context = context_of(derived, derived.current());
  const auto rows_for = [&](std::int64_t tokens) {
    return content == Content::word ? tokens_alike(head_of_word(derived, wish.word, added), tokens)
                                    : rows_of(content, wish.word, derived, tokens, 0);
  };
  std::span<const float> table;
  if (wish.position == "learned" && is_alike(content) && wish.tokens > table_rows / 2) {
    PlaceWish of_table{.version = wish.version, .position = wish.position, .word = wish.word, .content = content};
    table = derived
                .numbers<TableScores>(of_table,
                                      [&] {
                                        return TableScores{square_of_scores(
                                            rows_for(table_rows), *find_position_scheme(wish.position), context)};
                                      })
                .square;
  }
  derived.numbers<PlaceNumbers>(wish, [&] {
    return place_numbers(wish, rows_for(wish.tokens), context, logits_of(content, derived, derived.current()), table);
  });
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  if (shows_places(scene)) update_places(scene, derived);
  struct Inputs {
    std::uint64_t version;
    Content content;
    std::string word;
    std::int64_t tokens, needle;
    bool softmax;
    Second second;
    bool operator==(const Inputs& other) const {
      return version == other.version && content == other.content && word == other.word && tokens == other.tokens &&
             needle == other.needle && softmax == other.softmax && second.rival == other.second.rival &&
             second.series == other.second.series;
    }
  };
  const Value chosen = scene.options[second_row];
  const Content content = content_of(scene, derived);
  Inputs inputs{derived.version(),
                content,
                word_of(scene),
                tokens_of(scene, derived),
                content == Content::needle ? scene.n : 0,
                scene.options.is(show_row, "softmax"),
                second_of(derived, is_null(chosen) ? std::string_view() : std::get<std::string>(chosen))};
  if (inputs.second.rival) inputs.tokens = std::min(inputs.tokens, most_random);
  derived.numbers<AttentionNumbers>(inputs, [&] {
    AttentionNumbers numbers{.content = inputs.content, .word = inputs.word, .tokens = inputs.tokens, .maps = {}};
    const TokenRows rows = rows_of(inputs.content, inputs.word, derived, inputs.tokens, inputs.needle);
    numbers.maps.push_back(shown_map(derived, numbers, rows, {}, inputs.softmax));
    if (inputs.second.rival || inputs.second.series > 0)
      numbers.maps.push_back(shown_map(derived, numbers, rows, inputs.second, inputs.softmax));
    set_ranges(numbers);
    return numbers;
  });
  if (scene.options.flag(rivals_row)) update_rivals(derived);
}

/// Which tokens these are, in words.
std::string_view remark(const Canvas& c, const AttentionNumbers& numbers) {
  switch (numbers.content) {
  case Content::same:
    return c.words("only m − n counts; the same token at {} positions, each query against every key before it",
                   numbers.tokens);
  case Content::rows:
    return c.words("only m − n counts; your q and your k at {} positions, each query against every key before it",
                   numbers.tokens);
  case Content::word:
    return c.words("only m − n counts; the word “{}” at {} positions, each query against every key before it",
                   numbers.word, numbers.tokens);
  case Content::random:
    return c.words("{} random tokens: a score still stays when both positions slide", numbers.tokens);
  case Content::needle: break;
  }
  return c.words("{} random tokens, and every query looks for the one at key n", numbers.tokens);
}

std::string_view title_of(const AttentionNumbers& numbers) {
  return is_alike(numbers.content)            ? "Every diagonal is one colour"
         : numbers.content == Content::random ? "Different tokens: no two scores are alike"
                                              : "One needle: its column is seen from afar";
}

constexpr std::string_view content_words[] = {"same token", "your rows", "random", "one needle"};

/// The kinds of tokens and of numbers, as words that can be clicked.
void draw_switches(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, Scene& next) {
  float x = room.least.x;
  const auto put = [&](const char* id, std::string_view words, bool on, const char* help) {
    const float width = text_width(c.fonts.small, words) + c.px(20);
    if (x + width > room.greatest.x) return false;
    const Rect area{{x, room.least.y}, {x + width, room.least.y + c.px(24)}};
    x += width + c.px(6);
    return button(c, id, area, words, on, true, help) && !on;
  };
  static constexpr const char* help[] = {"The same query and key at every position: q = k = 1.",
                                         "The q and k that were chosen, at every position: files, or words.",
                                         "Every token has a query and a key of its own, at random.",
                                         "Random keys, and every query is the key at n."};
  const Content now = content_of(scene, derived);
  for (std::size_t i = 0; i < std::size(contents); ++i)
    if (put(c.id("attention {}", contents[i]), content_words[i], static_cast<std::size_t>(now) == i, help[i]))
      next.options.set(content_row, std::string(contents[i]));
  x += c.px(14);
  const bool softmax = scene.options.is(show_row, "softmax");
  if (put("attention score", "score", !softmax, "The scores themselves, q·k/(|q||k|)."))
    next.options.set(show_row, std::string("score"));
  if (put("attention softmax", "softmax", softmax,
          "What softmax makes of each query's row; colours are of the logarithm."))
    next.options.set(show_row, std::string("softmax"));
}

/// The row of the present query as curves: the score with every key before it.
void draw_row(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const AttentionNumbers& numbers = *derived.numbers<AttentionNumbers>();
  const std::int64_t m = std::min(scene.m, numbers.tokens - 1);
  const Rect room = heading(c, panel, c.words("Row m = {}", m), "the score of this query with every key before it");
  if (room.height() < c.px(70) || room.width() < c.px(160)) return;
  const auto value = [&](const ShownMap& shown, std::int64_t n) {
    return scene.options.is(show_row, "softmax") ? shown.weights.at(shown.map, m, n) : shown.map.at(m, n);
  };
  double least = 1, greatest = 0;
  for (const ShownMap& shown : numbers.maps)
    for (std::int64_t n = 0; n <= m; ++n) {
      least = std::min(least, value(shown, n));
      greatest = std::max(greatest, value(shown, n));
    }
  const double margin = std::max(1e-6, 0.06 * (greatest - least));
  Plot plot(c, "attention row", room,
            {.all = {0, static_cast<double>(std::max<std::int64_t>(m, 1))},
             .title = "key n",
             .view = scene.options.range(row_x),
             .fewest = 4,
             .end_labelled = true},
            {.all = {least - margin, greatest + margin}, .view = scene.options.range(row_y), .least_gap = 32});
  plot.draw_axes();
  plot.begin();
  for (std::size_t i = numbers.maps.size(); i-- > 0;) {
    const ShownMap& shown = numbers.maps[i];
    auto keys = c.list_of<double>(static_cast<std::size_t>(m + 1)),
         values = c.list_of<double>(static_cast<std::size_t>(m + 1));
    for (std::int64_t n = 0; n <= m; ++n) keys.push_back(static_cast<double>(n)), values.push_back(value(shown, n));
    plot.line(keys, values, colour_of(c, derived, shown), i == 0 ? 3.0f : 2.0f, i == 0 ? Dash() : Dash{{8, 5, 8, 5}});
  }
  plot.end();
  if (!c.bare && scene.n <= m) {
    plot.rule_x(static_cast<double>(scene.n), c.theme.key, 1.5f, 3, 3);
    label_rule_x(c, plot, static_cast<double>(scene.n), c.words("n = {}", scene.n), c.theme.key,
                 plot.area.least.y + c.px(2));
    for (const ShownMap& shown : numbers.maps) {
      const ImVec2 at = plot.at(static_cast<double>(scene.n), value(shown, scene.n));
      if (plot.area.contains(at)) read_out_dot(c, at, colour_of(c, derived, shown));
    }
    if (const Grip grip = plot.grip_x("n", static_cast<double>(scene.n), true); grip.value)
      next.n = std::clamp<std::int64_t>(std::llround(*grip.value), 0, m);
  }
  for (std::size_t i = 0; i < numbers.maps.size(); ++i) {
    // The view may begin behind the last key.
    const auto seen = static_cast<std::int64_t>(std::ceil(std::clamp(plot.x.least, 0.0, static_cast<double>(m))));
    const double first = value(numbers.maps[i], seen);
    label_on(c, {plot.area.least.x + c.px(8), plot.y.pixel(first) - c.px(i == 0 ? 26.0f : 22.0f)},
             colour_of(c, derived, numbers.maps[i]), numbers.maps[i].label);
  }
  plot.take_input();
  keep_view(next, row_x, row_y, plot);
  if (const auto clicked = plot.clicked())
    next.n = std::clamp<std::int64_t>(std::llround(plot.x.value(clicked->x)), 0, m);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  if (shows_places(scene)) return draw_places(c, stage, scene.options.flag(toeplitz), tokens_row, scene, derived, next);
  const AttentionNumbers& numbers = *derived.numbers<AttentionNumbers>();
  const bool rivals = scene.options.flag(rivals_row);
  const float space = c.px(12);
  Rect maps = stage, below = stage;
  const bool two_rows = stage.height() > c.px(420);
  if (two_rows) {
    maps.greatest.y = std::round(stage.least.y + stage.height() * 0.575f);
    below.least.y = maps.greatest.y + space;
  }
  Rect room = heading(c, maps, title_of(numbers), remark(c, numbers));
  if (room.height() > c.px(180) && room.width() > c.px(420)) {
    draw_switches(c, {{room.least.x, room.greatest.y - c.px(24)}, room.greatest}, scene, derived, next);
    room.greatest.y -= c.px(30);
  }
  const std::int64_t block =
      draw_maps(c, room, scene, derived, {view_x, view_y, second_row, scene.options.is(show_row, "softmax")}, next);
  if (block > 1) {
    const std::string_view words = c.words("a cell is the mean of {} × {}", block, block);
    const float width = text_width(c.fonts.small, words);
    const ImVec2 at{room.greatest.x - width, room.greatest.y + c.px(10)};
    if (is_free(c, {at, {at.x + width, at.y + c.px(18)}}) && at.y + c.px(18) < maps.greatest.y)
      text(c, at, c.fonts.small, c.theme.dim, words);
  }
  if (!two_rows) return;
  Rect row = below;
  if (rivals && stage.width() > c.px(640)) {
    row.greatest.x = std::round(below.least.x + below.width() * 0.46f);
    draw_rivals(c, {{row.greatest.x + space, below.least.y}, below.greatest}, derived, second_row, next);
  }
  draw_row(c, row, scene, derived, next);
}

Table columns(const Scene& scene, const Derived& derived) {
  Table table;
  table.formula = "score = sum over pairs of Re(q conj(k) e^(j (m - n) inv_freq)) / (|q||k|)";
  const AttentionNumbers& numbers = *derived.numbers<AttentionNumbers>();
  std::vector<double> queries, keys;
  for (std::int64_t m = 0; m < numbers.tokens; ++m)
    for (std::int64_t n = 0; n <= m; ++n) {
      queries.push_back(static_cast<double>(m));
      keys.push_back(static_cast<double>(n));
    }
  const TokenRows rows = rows_of(numbers.content, numbers.word, derived, numbers.tokens, scene.n);
  std::vector<Table::Column> scores;
  for (const Series& series : derived.series()) {
    if (static_cast<std::int64_t>(series.turns.size()) != rows.pairs) continue;
    const AttentionMap map(rows, series.turns);
    std::vector<double> values;
    for (std::int64_t m = 0; m < numbers.tokens; ++m)
      for (std::int64_t n = 0; n <= m; ++n) values.push_back(map.at(m, n));
    scores.push_back({std::string(column_name(series)), std::move(values)});
  }
  table.add("m", std::move(queries));
  table.add("n", std::move(keys));
  for (Table::Column& column : scores) table.columns.push_back(std::move(column));
  return table;
}

} // namespace

const Picture attention_picture{.name = "attention",
                                .title = "Attention",
                                .line = "the score of every query with every key: every diagonal is one colour",
                                .group = Group::attention,
                                .tab = "attention",
                                .update = update,
                                .draw = draw,
                                .columns = columns,
                                .options = options,
                                .compares = true};

} // namespace ropescope::pictures
