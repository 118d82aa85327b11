#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/pictures/helix_parts.h"

// Strands, spokes and planes, painted from far to near.

namespace ropescope::pictures {

namespace {

using Seen = HelixCamera::Seen;

// In units of the world, so that all grows with the picture: how thick a strand is, and the ground around it that makes
// crossings readable.
constexpr float strand_width = 9.2f / 48, casing = 4.6f / 48, plane_over = 0.35f;
constexpr int together = 2; ///< segments of a strand that are painted at once

/// A part of a strand, or a spoke: what is sorted by its distance.
struct Piece {
  float depth;
  std::uint32_t rope;
  std::uint32_t first, last; ///< points of the strand; of a spoke both are 0
  bool query, spoke, ends;   ///< `ends`: the last part of its strand
  double position;           ///< of a spoke
  bool rung = false;         ///< a spoke that goes from strand to strand
};

/// Points of one strand within a stretch of positions.
struct Strand {
  std::uint32_t first, count;
};

struct Point {
  Seen seen;
  ImU32 colour;
};

struct Scene3 {
  const Canvas& c;
  const HelixCamera& camera;
  const TokenWindow& window;
  std::span<const Rope> ropes;
  ImU32 ground;
};

/// Towards the ground with the distance, and darker where the light does not come.
ImU32 shaded(const Scene3& s, ImU32 base, glm::vec3 normal, float scale) {
  static const glm::vec3 light = glm::normalize(glm::vec3(-0.25f, 0.80f, 0.55f));
  const float lit = std::clamp(0.30f + 0.95f * glm::dot(s.camera.turned(normal), light), 0.0f, 1.0f);
  const float shade = 0.42f + 0.58f * lit;
  ImU32 colour = mix(IM_COL32_BLACK, base, s.c.theme.dark ? shade : 0.35f + 0.65f * shade);
  if (shade > 0.72f) colour = mix(colour, IM_COL32_WHITE, (shade - 0.72f) * (s.c.theme.dark ? 0.55f : 0.9f));
  const float fog = std::clamp((1.15f - scale) * 0.9f, 0.0f, 0.45f);
  return mix(colour, s.ground, fog);
}

ImU32 strand_colour(const Scene3& s, const Rope& rope, bool query) {
  const Canvas& c = s.c;
  return rope.one ? mix(s.ground, c.theme.text, 0.75f) : query ? c.theme.query : c.theme.key;
}

/// Tokens from point to point of a strand: at most a token or 12°, so that it looks round; but no more points than
/// pixels.
double step_of(const Scene3& s, const Rope& rope) {
  const double theta = static_cast<double>(rope.turns) * (2 * std::numbers::pi / 18446744073709551616.0);
  const double folded = std::min(theta, 2 * std::numbers::pi - theta);
  const double pixel = s.window.length / static_cast<double>(s.camera.unit() * rope_length);
  return std::max({pixel, std::min({0.21 / std::max(folded, 1e-12), s.window.length / 80})});
}

/// Whether a strand turns by more than half a turn in a column of pixels, so that its turns cannot be seen.
bool is_tube(const Scene3& s, const Rope& rope) {
  const double theta = static_cast<double>(rope.turns) * (2 * std::numbers::pi / 18446744073709551616.0);
  const double pixel = s.window.length / static_cast<double>(s.camera.unit() * rope_length);
  return std::min(theta, 2 * std::numbers::pi - theta) * pixel > std::numbers::pi;
}

void add_strand(const Scene3& s, std::uint32_t r, bool query, double from, double to, std::pmr::vector<Point>& points,
                std::pmr::vector<Piece>& pieces) {
  const Rope& rope = s.ropes[r];
  const ImU32 base = strand_colour(s, rope, query);
  const auto count = static_cast<std::uint32_t>(std::clamp(std::ceil((to - from) / step_of(s, rope)), 1.0, 6000.0));
  const auto first = static_cast<std::uint32_t>(points.size());
  for (std::uint32_t i = 0; i <= count; ++i) {
    const double position = from + (to - from) * i / count;
    const glm::vec3 place = rope.strand(s.window, query, position);
    const Seen seen = s.camera.see(place);
    const glm::vec3 normal{0, place.y - rope.y, place.z};
    const float length = glm::length(normal);
    points.push_back({seen, shaded(s, base, length > 0 ? normal / length : glm::vec3(0, 1, 0), seen.scale)});
  }
  for (std::uint32_t i = 0; i < count; i += together) {
    const std::uint32_t last = std::min(i + together, count);
    const float depth = (points[first + i].seen.depth + points[first + last].seen.depth) / 2;
    pieces.push_back({depth, r, first + i, first + last, query, false, last == count, 0, false});
  }
}

/// One spoke for each token: what is computed; the strands between tokens are a guide. Where tokens lie closer than
/// pixels allow, each second, fourth … has one.
void add_spokes(const Scene3& s, std::uint32_t r, bool query, double from, double to, std::pmr::vector<Piece>& pieces) {
  const double pixels = static_cast<double>(s.camera.unit() * rope_length) / s.window.length;
  double stride = 1;
  while (stride * pixels < static_cast<double>(s.c.px(3.4f))) stride *= 2;
  for (double position = std::ceil(from / stride) * stride; position <= to; position += stride) {
    // Before the strand that it ends at, on whichever side of the rope that is.
    const float depth = std::min(s.camera.see(s.ropes[r].strand(s.window, query, position, 0.5f)).depth,
                                 s.camera.see(s.ropes[r].strand(s.window, query, position)).depth) -
                        0.3f;
    pieces.push_back({depth, r, 0, 0, query, true, false, position, false});
  }
}

void add_rungs(const Scene3& s, std::uint32_t r, double from, double to, std::pmr::vector<Piece>& pieces) {
  const double step = rung_step(s.window);
  for (double position = std::ceil(from / step) * step; position <= to; position += step) {
    const float depth = std::min(s.camera.see(s.ropes[r].strand(s.window, true, position)).depth,
                                 s.camera.see(s.ropes[r].strand(s.window, false, position)).depth);
    pieces.push_back({depth - 0.3f, r, 0, 0, true, true, false, position, true});
  }
}

void draw_rung(const Scene3& s, const Rope& rope, double position) {
  const Seen query = s.camera.see(rope.strand(s.window, true, position)),
             key = s.camera.see(rope.strand(s.window, false, position));
  const float fog = std::clamp(0.9f - (1.15f - query.scale) * 0.8f, 0.3f, 0.9f);
  s.c.paint.line(query.at, key.at, mix(s.ground, s.c.theme.text, fog),
                 std::max(1.0f, 0.07f * s.camera.unit() * s.c.theme.line_weight * query.scale));
}

void draw_piece(const Scene3& s, const Piece& piece, std::span<const Point> points) {
  const Rope& rope = s.ropes[piece.rope];
  const float unit = s.camera.unit() * s.c.theme.line_weight;
  if (piece.rung) return draw_rung(s, rope, piece.position);
  if (piece.spoke) {
    const Seen middle = s.camera.see(rope.strand(s.window, piece.query, piece.position, 0));
    const Seen end = s.camera.see(rope.strand(s.window, piece.query, piece.position));
    const float fog = std::clamp(0.62f - (1.15f - end.scale) * 0.6f, 0.2f, 0.62f);
    s.c.paint.line(middle.at, end.at, mix(s.ground, strand_colour(s, rope, piece.query), fog),
                   std::max(1.0f, 0.03f * unit * end.scale));
    return;
  }
  std::array<ImVec2, together + 1> line{};
  const std::size_t count = piece.last - piece.first + 1;
  float scale = 0;
  for (std::size_t i = 0; i < count; ++i) {
    line[i] = points[piece.first + i].seen.at;
    scale += points[piece.first + i].seen.scale / static_cast<float>(count);
  }
  const float width = strand_width * unit * scale * (rope.lit ? 1.25f : 1);
  const ImU32 colour = points[(piece.first + piece.last) / 2].colour;
  // Lines of their own with round joints: the joints of a polyline are pointed, and long where a strand turns back.
  for (std::size_t i = 0; i + 1 < count; ++i) s.c.paint.line(line[i], line[i + 1], s.ground, width + casing * unit);
  const float round = whole_stroke(width);
  for (std::size_t i = 0; i < count; ++i) {
    if (i + 1 < count || piece.ends) s.c.paint.disc(line[i], round / 2, colour);
    if (i + 1 < count) s.c.paint.line(line[i], line[i + 1], colour, round);
  }
}

/// A rope that turns too fast to be seen turning: the tube that its strands fill.
void draw_tube(const Scene3& s, const Rope& rope, double from, double to) {
  const float radius = std::max(rope.query_radius, rope.key_radius);
  constexpr int strips = 14;
  const ImU32 base = rope.one ? strand_colour(s, rope, true) : mix(s.c.theme.query, s.c.theme.key, 0.5f);
  for (int i = 0; i < strips; ++i) {
    // Upright strips of the half that is seen, from its top to its foot.
    const auto edge = [&](double position, int at) {
      const float angle = std::numbers::pi_v<float> * (0.5f - static_cast<float>(at) / strips);
      return s.camera.pixel({s.window.x(position), rope.y + radius * std::sin(angle), radius * std::cos(angle)});
    };
    const float middle = std::numbers::pi_v<float> * (0.5f - (static_cast<float>(i) + 0.5f) / strips);
    const ImU32 colour = mix(s.ground, shaded(s, base, {0, std::sin(middle), std::cos(middle)}, 1.1f), 0.7f);
    const ImVec2 corners[] = {edge(from, i), edge(to, i), edge(to, i + 1), edge(from, i + 1)};
    s.c.paint.polygon(corners, colour);
  }
}

/// Everything between two planes.
void draw_stretch(const Scene3& s, double from, double to) {
  if (!(to > from)) return;
  std::pmr::vector<Point> points(&s.c.memory);
  std::pmr::vector<Piece> pieces(&s.c.memory);
  points.reserve(4096);
  pieces.reserve(4096);
  for (std::uint32_t r = 0; r < s.ropes.size(); ++r) {
    if (is_tube(s, s.ropes[r])) {
      draw_tube(s, s.ropes[r], from, to);
      continue;
    }
    for (const bool query : {true, false}) {
      if (s.ropes[r].one && !query) continue;
      if (!s.ropes[r].rungs) add_spokes(s, r, query, from, to, pieces);
      add_strand(s, r, query, from, to, points, pieces);
    }
    if (s.ropes[r].rungs) add_rungs(s, r, from, to, pieces);
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.depth < b.depth; });
  for (const Piece& piece : pieces) draw_piece(s, piece, points);
}

/// The pane at a position, and in it the rim that the hand goes round.
void draw_plane(const Scene3& s, double position, bool query) {
  const ImU32 colour = query ? s.c.theme.query : s.c.theme.key;
  const auto corners = plane_corners(s.camera, s.window, s.ropes, position);
  s.c.paint.polygon(corners, with_alpha(colour, s.c.theme.dark ? 0.12f : 0.10f));
  for (std::size_t i = 0; i < corners.size(); ++i)
    s.c.paint.line(corners[i], corners[(i + 1) % corners.size()], with_alpha(colour, 0.75f), s.c.stroke(1.2f));
  for (const Rope& rope : s.ropes) {
    constexpr int sides = 48;
    std::array<ImVec2, sides + 1> rim{};
    const float radius = query ? rope.query_radius : rope.key_radius, x = s.window.x(position);
    for (int i = 0; i <= sides; ++i) {
      const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / sides;
      rim[static_cast<std::size_t>(i)] =
          s.camera.pixel({x, rope.y + radius * std::sin(angle), radius * std::cos(angle)});
    }
    s.c.paint.polyline(rim, with_alpha(colour, 0.9f), s.c.stroke(1.6f), {});
    const ImVec2 middle = s.camera.pixel({x, rope.y, 0});
    s.c.paint.line(middle, s.camera.pixel(rope.strand(s.window, query, position)), colour, s.c.stroke(4));
    s.c.paint.disc(middle, s.c.px(2.6f), s.c.theme.text);
  }
}

/// Where the hand at a position ends, on top of all.
void draw_bead(const Scene3& s, const Rope& rope, double position, bool query) {
  const Seen seen = s.camera.see(rope.strand(s.window, query, position));
  const ImU32 colour = query ? s.c.theme.query : s.c.theme.key;
  const float radius = std::max(s.c.px(5), 0.21f * s.camera.unit() * seen.scale);
  for (int ring = 5; ring > 0; --ring)
    s.c.paint.disc(seen.at, radius * (1 + 0.22f * static_cast<float>(ring)), with_alpha(colour, 0.07f));
  s.c.paint.disc(seen.at, radius, s.c.theme.text);
  s.c.paint.disc(seen.at, radius - s.c.stroke(1.6f), colour);
  for (int ring = 0; ring < 4; ++ring) // a light in its middle
    s.c.paint.disc(seen.at, radius * (0.62f - 0.14f * static_cast<float>(ring)),
                   mix(colour, IM_COL32_WHITE, 0.18f + 0.16f * static_cast<float>(ring)));
}

} // namespace

double rung_step(const TokenWindow& window) {
  constexpr double most = 16; // more would be a ladder without steps
  return std::max(4.0, std::exp2(std::ceil(std::log2(window.length / most))));
}

std::array<ImVec2, 4> plane_corners(const HelixCamera& camera, const TokenWindow& window, std::span<const Rope> ropes,
                                    double position) {
  const float x = window.x(position), top = ropes.front().y + rope_radius + plane_over,
              foot = ropes.back().y - rope_radius - plane_over, side = rope_radius * 1.06f;
  return {camera.pixel({x, top, -side}), camera.pixel({x, top, side}), camera.pixel({x, foot, side}),
          camera.pixel({x, foot, -side})};
}

void draw_ropes(const Canvas& c, const HelixCamera& camera, const TokenWindow& window, std::span<const Rope> ropes,
                double m, double n, bool planes, ImU32 ground) {
  const Scene3 s{c, camera, window, ropes, ground};
  // Planes part all that there is to paint: what lies on the eye's side of one is painted after it. From both ends
  // towards the eye, whichever stretch that is over.
  struct Cut {
    double position;
    bool query;
  };
  std::array<Cut, 2> cuts{{{std::min(m, n), m < n}, {std::max(m, n), m >= n}}};
  std::size_t count = 0;
  for (const Cut& cut : cuts)
    if (planes && window.holds(cut.position)) cuts[count++] = cut;
  const auto edge = [&](std::size_t i) {
    return i == 0 ? window.start : i > count ? window.end() : cuts[i - 1].position;
  };
  std::size_t near = 0; // the stretch that the eye is over
  while (near < count && camera.eye_x() > window.x(cuts[near].position)) ++near;
  for (std::size_t i = 0; i < near; ++i) {
    draw_stretch(s, edge(i), edge(i + 1));
    draw_plane(s, cuts[i].position, cuts[i].query);
  }
  for (std::size_t i = count; i > near; --i) {
    draw_stretch(s, edge(i), edge(i + 1));
    draw_plane(s, cuts[i - 1].position, cuts[i - 1].query);
  }
  draw_stretch(s, edge(near), edge(near + 1));
  for (const Rope& rope : ropes)
    if (rope.rungs && window.holds(m)) { // the rung of the query's own place
      draw_rung(s, rope, m);
      for (const bool query : {false, true}) draw_bead(s, rope, m, query);
    }
  if (!planes) return;
  for (const Rope& rope : ropes)
    for (const bool query : {false, true})
      if (const double position = query ? m : n; window.holds(position)) draw_bead(s, rope, position, query);
}

} // namespace ropescope::pictures
