#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/distance.h"
#include "app/pictures/extension_parts.h"
#include "app/pictures/handles.h"
#include "app/pictures/lecture_parts.h"
#include "app/pictures/score_views.h"
#include "app/pictures/stale_cache.h"
#include "core/analysis/fading.h"
#include "core/analysis/rivals/position_schemes.h"

namespace ropescope::pictures {

namespace {

constexpr std::int64_t buckets = 32, heads_of_alibi = 8, last_bucket_from = 113;

std::string position_of(const Scene& scene) { return std::get<std::string>(get(scene, *find_property("position"))); }

/// A list that the scene keeps, where it has as many numbers.
std::optional<std::vector<double>> chosen_list(const Scene& scene, const Property& row, std::size_t count) {
  const Value value = scene.options[row];
  const auto* const list = std::get_if<std::vector<double>>(&value);
  return list && list->size() == count ? std::optional(*list) : std::nullopt;
}

struct FadingNumbers {
  Fading fading;
};

// --- T5
// ---------------------------------------------------------------------------------------------------------------

/// The first distance of each bucket, and where the axis ends.
std::vector<double> bucket_edges() {
  std::vector<double> first(static_cast<std::size_t>(buckets), 0);
  for (std::int64_t d = 128; d >= 0; --d)
    first[static_cast<std::size_t>(rivals::t5_bucket(d))] = static_cast<double>(d);
  return first;
}

/// In the last bucket, where it is large enough, else beside its edge: that all these distances are one.
void name_last_bucket(const Canvas& c, const Plot& p, Rect bucket) {
  const std::string_view name = "bucket 31", why = "every distance from 113 on";
  const float high = compat::font_size(c.fonts.huge), wide = text_width(c.fonts.huge, name);
  if (bucket.height() < 2.4f * high || bucket.width() < wide + c.px(40))
    return label_rule_x(c, p, last_bucket_from, "from 113 on: bucket 31, whatever the distance", c.theme.text,
                        p.area.least.y + c.px(6));
  const ImU32 ink = ink_on(error_colour(1));
  const ImVec2 middle{bucket.centre().x, bucket.centre().y - high};
  text(c, middle, c.fonts.huge, ink, name, Align::centre);
  if (text_width(c.fonts.title, why) < bucket.width())
    text(c, {middle.x, middle.y + high * 1.3f}, c.fonts.title, ink, why, Align::centre);
}

void draw_buckets(const Canvas& c, Rect room, AxisSpec x, const RivalOptions& options, const Scene& scene,
                  Scene& next) {
  static const std::vector<double> first = bucket_edges();
  std::vector<double> heights;
  for (std::int64_t b = 0; b < buckets; ++b) heights.push_back(static_cast<double>(b));
  const auto learned = chosen_list(scene, options.heights, heights.size());
  if (learned) heights = *learned;
  const auto [least, greatest] = std::minmax_element(heights.begin(), heights.end());
  Plot p(c, "score", room, x,
         {.all = {std::min(0.0, *least) - 0.5, *greatest + 2},
          .title = learned ? "what a bucket adds (learned)" : "bucket number (what each adds is learned)",
          .view = scene.options.range(options.y)});
  p.draw_axes();
  p.begin();
  const float foot = p.y.pixel(0);
  for (std::int64_t b = 0; b < buckets; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const double from = b == 0 && p.x.scale == Scale::log ? p.x.least : first[i],
                 to = b + 1 < buckets ? first[i + 1] : p.x.greatest;
    if (to <= p.x.least || from >= p.x.greatest) continue;
    const float left = p.x.pixel(std::max(from, p.x.least)), right = p.x.pixel(std::min(to, p.x.greatest)),
                top = p.y.pixel(heights[i]);
    const float gap = right - left > c.px(5) ? c.px(1) : 0;
    c.paint.box({{left, std::min(top, foot)}, {right - gap, std::max(std::max(top, foot), std::min(top, foot) + 2)}},
                error_colour(static_cast<double>(b) / (buckets - 1)));
  }
  p.rule_x(last_bucket_from, c.theme.text, 2, 8, 0);
  p.end();
  if (p.x.greatest > 4 * last_bucket_from)
    name_last_bucket(c, p, {{p.x.pixel(last_bucket_from), p.y.pixel(heights.back())}, {p.area.greatest.x, foot}});
  // A step is taken at its top, in the middle of it.
  for (std::int64_t b = 0; b < buckets && !c.bare; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const double to = b + 1 < buckets ? first[i + 1] : p.x.greatest;
    const float left = p.x.pixel(std::clamp(first[i], p.x.least, p.x.greatest)),
                right = p.x.pixel(std::clamp(to, p.x.least, p.x.greatest));
    if (right - left < c.px(12)) continue;
    const ImVec2 at{(left + right) / 2, p.y.pixel(heights[i])};
    ImGui::PushID(static_cast<int>(b));
    const auto moved = drag_point(c, "score heights", at, "Drag a step: that is what is learned.");
    ImGui::PopID();
    if (!moved) continue;
    heights[i] = std::clamp(p.y.value(moved->y), -64.0, 64.0);
    next.options.set(options.heights, heights);
  }
  p.take_input();
  keep_view(next, options.x, options.y, p);
  if (!p.hovered()) return;
  const auto distance = std::max<std::int64_t>(0, std::llround(p.x.value(c.mouse.x)));
  ReadOut table(c, c.words("Δ = {}", grouped(c, static_cast<double>(distance))));
  table.add(0, "bucket", c.words("{}", rivals::t5_bucket(distance)));
  table.draw(c.mouse, p.area);
}

// --- ALiBi
// ------------------------------------------------------------------------------------------------------------

std::vector<double> slopes_of(const Scene& scene, const Property& row) {
  if (const auto own = chosen_list(scene, row, static_cast<std::size_t>(heads_of_alibi))) return *own;
  std::vector<double> slopes;
  for (std::int64_t h = 1; h <= heads_of_alibi; ++h) slopes.push_back(std::exp2(-static_cast<double>(h)));
  return slopes;
}

/// "1/256", or a plain number where it is none.
std::string_view slope_words(const Canvas& c, double slope) {
  const double inverse = 1 / slope;
  return std::abs(inverse - std::round(inverse)) < 1e-9 * inverse ? c.words("1/{}", std::round(inverse))
                                                                  : c.words("{:.3g}", slope);
}

std::vector<std::int64_t> heads_of(const Scene& scene, const Property& row) {
  const Value value = scene.options[row];
  std::vector<std::int64_t> shown;
  if (const auto* const list = std::get_if<std::vector<double>>(&value))
    for (const double head : *list) shown.push_back(std::clamp<std::int64_t>(std::llround(head), 1, heads_of_alibi));
  if (shown.empty())
    for (std::int64_t h = 1; h <= heads_of_alibi; ++h) shown.push_back(h);
  return shown;
}

void draw_reaches(const Canvas& c, Rect room, AxisSpec x, const RivalOptions& options, const Scene& scene,
                  Scene& next) {
  x.title = "distance within which 99 % of the attention lies, at equal content (tokens)";
  Plot p(c, "score", room, x,
         {.all = {0.4, heads_of_alibi + 0.6}, .labels = Labels::none, .margin = 70, .downwards = true});
  p.draw_axes();
  std::vector<double> slopes = slopes_of(scene, options.slopes);
  const float high = std::abs(p.y.pixel(1) - p.y.pixel(0)) * 0.68f;
  double furthest = 0;
  p.begin();
  for (const std::int64_t head : heads_of(scene, options.heads)) {
    const double slope = slopes[static_cast<std::size_t>(head - 1)];
    const auto reach = static_cast<double>(reach_of_slope(slope));
    furthest = std::max(furthest, reach);
    const float y = p.y.pixel(static_cast<double>(head));
    c.paint.box({{p.area.least.x, y - high / 2}, {p.x.pixel(std::clamp(reach, p.x.least, p.x.greatest)), y + high / 2}},
                error_colour(0.1 + 0.55 * static_cast<double>(head - 1) / (heads_of_alibi - 1)), c.px(3));
  }
  const bool all = heads_of(scene, options.heads).size() == static_cast<std::size_t>(heads_of_alibi);
  if (all && furthest < p.x.greatest) {
    const Rect empty{{p.x.pixel(std::max(furthest, p.x.least)), p.area.least.y}, p.area.greatest};
    p.ground(empty, over(c.theme.panel, c.theme.beyond_fill));
    hatch_lines(c, empty, mix(c.theme.panel, c.theme.beyond, 0.4f), c.px(12), c.hairline());
  }
  p.end();
  for (const std::int64_t head : heads_of(scene, options.heads)) {
    const double slope = slopes[static_cast<std::size_t>(head - 1)];
    const auto reach = static_cast<double>(reach_of_slope(slope));
    const float y = p.y.pixel(static_cast<double>(head)), half = compat::font_size(c.fonts.mono) / 2;
    text(c, {p.area.least.x - c.px(10), y - half}, c.fonts.mono, c.theme.text, slope_words(c, slope), Align::right);
    const float end = p.x.pixel(std::clamp(reach, p.x.least, p.x.greatest));
    label_on(c, {end + c.px(18), y - half}, c.theme.text, grouped(c, reach));
    if (c.bare) continue;
    ImGui::PushID(static_cast<int>(head));
    const auto moved = drag_point(c, "score slope", {end, y}, "Drag the end of a bar: a slope, and how far it sees.");
    ImGui::PopID();
    if (!moved) continue;
    slopes[static_cast<std::size_t>(head - 1)] =
        std::clamp(std::log(100.0) / std::max(1.0, p.x.value(moved->x)), 1e-5, 4.6);
    next.options.set(options.slopes, slopes);
  }
  const std::string_view none = "no head looks here";
  const float left = p.x.pixel(std::max(furthest, p.x.least)), empty = p.area.greatest.x - left;
  if (all && text_width(c.fonts.title, none) + c.px(20) < empty)
    text(c, {left + empty / 2, p.area.least.y + p.area.height() * 0.2f}, c.fonts.title, c.theme.beyond, none,
         Align::centre);
  else if (all && empty > c.px(130))
    label_on(c, {left + c.px(12), p.area.least.y + c.px(8)}, c.theme.beyond, none);
  p.take_input();
}

/// What each head takes off a score: a straight line.
void draw_biases(const Canvas& c, Rect room, AxisSpec x, const RivalOptions& options, const Scene& scene, Scene& next) {
  Plot p(c, "score", room, x,
         {.all = {-12, 0.5}, .title = "what a head adds to a score", .view = scene.options.range(options.y)});
  p.draw_axes();
  const std::vector<double> slopes = slopes_of(scene, options.slopes);
  p.begin();
  constexpr std::size_t points = 200;
  for (const std::int64_t head : heads_of(scene, options.heads)) {
    auto xs = c.list_of<double>(points + 1), ys = c.list_of<double>(points + 1);
    for (std::size_t i = 0; i <= points; ++i) {
      const double distance = p.x.value_at(static_cast<double>(i) / points);
      xs.push_back(distance), ys.push_back(-slopes[static_cast<std::size_t>(head - 1)] * std::max(0.0, distance));
    }
    p.line(xs, ys, error_colour(0.1 + 0.55 * static_cast<double>(head - 1) / (heads_of_alibi - 1)), 2.2f);
  }
  p.end();
  p.take_input();
  keep_view(next, options.x, options.y, p);
}

// --- xPos
// -------------------------------------------------------------------------------------------------------------

void draw_fading(const Canvas& c, Rect room, AxisSpec x, const RivalOptions& options, const Scene& scene,
                 const Derived& derived, Scene& next) {
  const double gamma = scene.options.number(options.gamma);
  if (!c.bare && room.height() > c.px(220)) {
    const float handle = handle_height(c);
    room.greatest.y -= handle;
    draw_handle(c, "score gamma",
                {{room.least.x, room.greatest.y},
                 {std::min(room.greatest.x, room.least.x + c.px(420)), room.greatest.y + handle}},
                options.gamma, 0.05, 2, scene, next);
  }
  const float facts = room.width() > c.px(640) ? c.px(210) : 0;
  Plot p(c, "score", {room.least, {room.greatest.x - facts, room.greatest.y}}, x,
         {.all = {-0.35, 1.05}, .view = scene.options.range(options.y)});
  p.draw_axes();
  const ScoreCurve& rope = derived.current().curve;
  const Fading& fading = derived.numbers<FadingNumbers>()->fading;
  const ImU32 pale = c.theme.dim, bright = c.theme.accent;
  auto of_rope = c.list_of<Span>(rope.bins.size()), of_xpos = c.list_of<Span>(fading.mean.size());
  auto line = c.list_of<ImVec2>(fading.mean.size()), ceiling = c.list_of<ImVec2>(fading.mean.size());
  for (std::size_t b = 0; b < rope.bins.size() && b < fading.mean.size(); ++b) {
    const double at = bin_distance(rope, b);
    of_rope.push_back({p.x.pixel(at), p.y.pixel(static_cast<double>(rope.bins[b].greatest)),
                       p.y.pixel(static_cast<double>(rope.bins[b].least))});
    of_xpos.push_back({p.x.pixel(at), p.y.pixel(fading.greatest[b]), p.y.pixel(fading.least[b])});
    line.push_back(p.at(at, fading.mean[b]));
    ceiling.push_back(p.at(static_cast<double>(rope.edges[b]), fading.ceiling[b]));
  }
  p.begin();
  c.paint.band(of_rope, with_alpha(pale, 0.35f));
  c.paint.band(of_xpos, with_alpha(bright, 0.4f));
  p.line(ceiling, bright, 1.4f, Dash{{6, 4, 6, 4}});
  p.line(line, bright, 3);
  p.end();
  const auto name = [&](std::span<const ImVec2> curve, double share, float by, ImU32 colour, std::string_view words) {
    if (curve.empty()) return;
    const ImVec2 at = curve[static_cast<std::size_t>(share * static_cast<double>(curve.size() - 1))];
    label_on(c, {at.x, at.y + c.px(by)}, colour, words);
  };
  name(ceiling, 0.6, -24, bright, "ceiling");
  name(line, 0.35, 14, bright, "xPos");
  p.take_input();
  keep_view(next, options.x, options.y, p);
  if (facts == 0) return;
  float y = room.least.y + c.px(8);
  const float left = room.greatest.x - facts + c.px(24);
  const auto fact = [&](std::string_view above, std::string_view number, ImU32 colour, std::string_view below) {
    if (y + c.px(120) > room.greatest.y) return;
    text(c, {left, y}, c.fonts.small, c.theme.dim, above);
    text(c, {left, y + c.px(22)}, c.fonts.large, colour, number);
    y = wrapped_text(c, {left, y + c.px(56)}, room.greatest.x - left, c.fonts.small, c.theme.dim, below) + c.px(22);
  };
  const std::int64_t pairs = derived.current().spectrum.pairs();
  fact("ceiling at 8 192", c.words("{:.4f}", fading_ceiling(pairs, gamma, 8192)), bright,
       c.words("the score there: {}", with_sign(fading_score(derived.trained().turns, gamma, 8192), 4)));
  fact("the key grows:", grouped(c, static_cast<double>(fading_end_of_float16(gamma))), c.theme.beyond,
       "tokens, and a key of size 1 passes float16’s greatest number in pair 0");
}

// --- pairs that stand still ------------------------------------------------------------------------------------------

/// What a pair that never turns leaves of a score: of all components.
struct Share {
  double turning, still;
  double of(double score) const { return (still + turning * score) / (still + turning); }
};

/// The curve in force, and below it what no distance takes away.
void draw_whole_head(const Canvas& c, Rect room, const AxisSpec& x, const RivalOptions& options, const Scene& scene,
                     const Derived& derived, Scene& next) {
  const Series& series = derived.current();
  const auto turning = static_cast<double>(series.spectrum.pairs());
  const Share share{turning, std::max(0.0, static_cast<double>(series.spectrum.head_dim) / 2 - turning)};
  const double floor = share.of(-1);
  if (!c.bare && room.height() > c.px(200)) {
    const float handle = handle_height(c);
    room.greatest.y -= handle;
    draw_handle(c, "score rotary_dim", {{room.least.x, room.greatest.y}, {room.greatest.x, room.greatest.y + handle}},
                *find_property("rotary_dim"), 2, static_cast<double>(series.spectrum.head_dim), scene, next);
    note_as(c, "score rotary", "score rotary_dim");
    note_as(c, "score rotary knob", "score rotary_dim knob");
  }
  Plot p(c, "score", room, x, {.all = {std::min(0.0, floor) - 0.03, 1.05}, .view = scene.options.range(options.y)});
  p.draw_axes();
  auto band = c.list_of<Span>(series.curve.bins.size());
  auto line = c.list_of<ImVec2>(series.curve.bins.size());
  for (std::size_t b = 0; b < series.curve.bins.size(); ++b) {
    const double at = bin_distance(series.curve, b);
    const ScoreBin& bin = series.curve.bins[b];
    band.push_back({p.x.pixel(at), p.y.pixel(share.of(static_cast<double>(bin.greatest))),
                    p.y.pixel(share.of(static_cast<double>(bin.least)))});
    line.push_back(p.at(at, share.of(static_cast<double>(series.curve.local_mean[b]))));
  }
  p.begin();
  const Rect never{{p.area.least.x, p.y.pixel(std::max(0.0, floor))}, {p.area.greatest.x, p.y.pixel(0)}};
  if (floor > 0) {
    p.ground(never, over(c.theme.panel, with_alpha(c.theme.good, 0.22f)));
    p.rule_y(floor, c.theme.good, 2.5f, 8, 0);
  }
  c.paint.band(band, with_alpha(scheme_colour(c, series), 0.35f));
  p.line(line, scheme_colour(c, series), 3);
  p.end();
  p.take_input();
  keep_view(next, options.x, options.y, p);
  const std::string_view words = c.words("never below {:.3g}", floor);
  ImFont* const font = largest_font(c, words, never.width() - c.px(20), never.height() * 0.5f);
  if (floor > 0 && font)
    text(c, {never.centre().x, never.centre().y - line_of(font) * 0.6f}, font, c.theme.good, words, Align::centre);
  if (const auto clicked = p.clicked()) take_distance(next, std::llround(p.x.value(clicked->x)));
}

std::string_view title_of(std::string_view position) {
  return position == "t5"      ? "T5 sees buckets of distance"
         : position == "alibi" ? "ALiBi takes slope × distance off each score"
         : position == "xpos"  ? "xPos is RoPE with a fade"
                               : "No score of the distance alone";
}

} // namespace

void take_score_foot(const Canvas& c, Rect& room, const Scene& scene, Scene& next) {
  // Beside a picture that has the slider one is enough: both follow it.
  const auto is_beside = [](const Control& noted) { return noted.key == "wavelengths seq_len"; };
  const bool beside = c.controls && std::any_of(c.controls->begin(), c.controls->end(), is_beside);
  const bool length = scene.seq_len && goes_by_length(scene.rope) && !beside,
             part = !scene.panel && scene.rope.layout.rotary_dim < scene.rope.layout.head_dim;
  if (c.bare || !c.title.empty() || room.height() < c.px(260) || !(length || part)) return;
  const float handle = handle_height(c);
  room.greatest.y -= handle;
  const Rect line{{room.least.x, room.greatest.y}, {room.greatest.x, room.greatest.y + handle}};
  if (length)
    draw_handle(c, "score seq_len", line, *find_property("seq_len"), 1024, static_cast<double>(pictured_length(scene)),
                scene, next);
  else
    draw_handle(c, "score rotary", line, *find_property("rotary_dim"), 2,
                static_cast<double>(scene.rope.layout.head_dim), scene, next);
}

bool shows_rival_score(const Scene& scene) { return position_of(scene) != "rope"; }

void update_rival_score(const Scene& scene, Derived& derived) {
  if (position_of(scene) != "xpos") return;
  struct Inputs {
    std::uint64_t version;
    double gamma;
    std::vector<std::int64_t> edges;
    bool operator==(const Inputs&) const = default;
  };
  const double gamma = scene.options.number(*find_property("score.gamma"));
  derived.numbers<FadingNumbers>(Inputs{derived.version(), gamma, derived.current().curve.edges}, [&] {
    return FadingNumbers{fading_scores(derived.trained().turns, gamma, derived.current().curve.edges)};
  });
}

void draw_still_score(const Canvas& c, Rect panel, const AxisSpec& x, const RivalOptions& options, const Scene& scene,
                      const Derived& derived, Scene& next) {
  const std::int64_t pairs = derived.current().spectrum.pairs(), all = derived.current().spectrum.head_dim / 2;
  const Rect room = heading(c, panel, "Score of the same word",
                            c.words("{} of {} pairs turn, {} stand still", pairs, all, all - pairs));
  if (room.width() < c.px(160) || room.height() < c.px(90)) return;
  draw_whole_head(c, room, x, options, scene, derived, next);
}

void draw_rival_score(const Canvas& c, Rect panel, const AxisSpec& x, const RivalOptions& options, const Scene& scene,
                      const Derived& derived, Scene& next) {
  const std::string position = position_of(scene);
  const PositionScheme& scheme = *find_position_scheme(position);
  const Rect room = heading(c, panel, title_of(position), scheme.idea);
  if (room.width() < c.px(160) || room.height() < c.px(90)) return;
  if (position == "t5") return draw_buckets(c, room, x, options, scene, next);
  if (position == "xpos") return draw_fading(c, room, x, options, scene, derived, next);
  if (position == "alibi")
    return (scene.options.flag(options.reach) ? draw_reaches : draw_biases)(c, room, x, options, scene, next);
  wrapped_text(c, room.least, std::min(room.width(), c.px(640)), c.fonts.body, c.theme.text,
               position == "none"
                   ? "Without positions the score is the same at every distance: only what the words are counts."
                   : "The score depends on both positions, not on their distance alone: see the picture “attention”, "
                     "which shows it for every query and key.");
}

} // namespace ropescope::pictures
