#pragma once
#include <cmath>
#include <cstdlib>
#include <vector>

#include "tests/app/sheet.h"
#include "tests/app/xml.h"

namespace ropescope::test {

/// Points one after the other, of a stroke or around a filled area.
using Stretch = std::vector<ImVec2>;

inline float squared(ImVec2 v) { return v.x * v.x + v.y * v.y; }

/// Points of a circle's arc of at most half a turn, as SVG defines it by its ends; `sweep`: clockwise as it is seen.
inline void add_arc(Stretch& to, ImVec2 end, float radius, bool sweep) {
  const ImVec2 begin = to.back(), chord{end.x - begin.x, end.y - begin.y};
  const float length = std::sqrt(squared(chord)),
              away = std::sqrt(std::max(0.0f, radius * radius - length * length / 4));
  if (length == 0) return;
  // The centre lies to the side of the chord that the arc turns to.
  const float side = (sweep ? 1.0f : -1.0f) * away / length;
  const ImVec2 centre{(begin.x + end.x) / 2 - chord.y * side, (begin.y + end.y) / 2 + chord.x * side};
  const double from = std::atan2(begin.y - centre.y, begin.x - centre.x);
  const double angle = std::remainder(std::atan2(end.y - centre.y, end.x - centre.x) - from, 2 * M_PI);
  for (int i = 1; i <= 32; ++i) to.push_back(canvas::on_circle(centre, radius, -(from + angle * i / 32)));
}

/// The stretches of a path of the commands M, L, A and Z.
inline std::vector<Stretch> path_stretches(const std::string& d) {
  std::vector<Stretch> stretches;
  const char* at = d.c_str();
  const auto number = [&] {
    char* end = nullptr;
    const float value = std::strtof(at, &end);
    if (end == at) throw std::runtime_error("expected a number at " + std::string(at));
    at = end;
    return value;
  };
  for (char command = 0;;) {
    while (*at == ' ') ++at;
    if (*at == 0) return stretches;
    if (std::isalpha(static_cast<unsigned char>(*at))) command = *at++;
    if (command == 'M') stretches.emplace_back();
    float radius = 0;
    bool sweep = false;
    if (command == 'A') {
      radius = number();
      if (number() != radius || number() != 0 || number() != 0) throw std::runtime_error("an arc of another kind");
      sweep = number() == 1;
    }
    if (command == 'Z') {
      stretches.back().push_back(stretches.back().front());
      continue;
    }
    const float x = number(), y = number();
    if (command == 'A')
      add_arc(stretches.back(), {x, y}, radius, sweep);
    else
      stretches.back().push_back({x, y});
    if (command == 'M') command = 'L';
  }
}

inline Stretch circle_stretch(ImVec2 centre, float radius) {
  Stretch around;
  for (int i = 0; i <= 128; ++i) around.push_back(canvas::on_circle(centre, radius, 2 * M_PI * i / 128));
  return around;
}

inline Stretch rectangle_stretch(const Element& e) {
  const auto x = static_cast<float>(e.number("x")), y = static_cast<float>(e.number("y"));
  const float right = x + static_cast<float>(e.number("width")), foot = y + static_cast<float>(e.number("height"));
  const float r = e.attributes.count("rx") ? static_cast<float>(e.number("rx")) : 0;
  Stretch around{{x + r, y}, {right - r, y}};
  const auto corner = [&](float to_x, float to_y, float next_x, float next_y) {
    if (r > 0) add_arc(around, {to_x, to_y}, r, true);
    around.push_back({next_x, next_y});
  };
  corner(right, y + r, right, foot - r);
  corner(right - r, foot, x + r, foot);
  corner(x, foot - r, x, y + r);
  corner(x + r, y, x + r, y);
  return around;
}

inline std::vector<Stretch> stretches_of(const Element& e) {
  const auto number = [&](const char* name) { return static_cast<float>(e.number(name)); };
  if (e.name == "line") return {{{number("x1"), number("y1")}, {number("x2"), number("y2")}}};
  if (e.name == "circle") return {circle_stretch({number("cx"), number("cy")}, number("r"))};
  if (e.name == "rect") return {rectangle_stretch(e)};
  if (e.name == "polygon") return path_stretches("M" + e.at("points") + "Z");
  if (e.name == "path") return path_stretches(e.at("d"));
  return {};
}

/// The parts of a stretch that its dashes leave.
inline std::vector<Stretch> dashed(const Stretch& whole, const std::vector<float>& pattern) {
  std::vector<Stretch> parts{{whole.front()}};
  std::size_t part = 0;
  float left = pattern[0];
  for (std::size_t i = 1; i < whole.size(); ++i) {
    ImVec2 from = whole[i - 1];
    const ImVec2 to = whole[i];
    for (;;) {
      const float length = std::sqrt(squared({to.x - from.x, to.y - from.y}));
      if (length < left) {
        left -= length;
        break;
      }
      from = {from.x + (to.x - from.x) * left / length, from.y + (to.y - from.y) * left / length};
      parts.back().push_back(from);
      part = (part + 1) % pattern.size();
      left = pattern[part];
      if (part % 2 == 1)
        parts.emplace_back(); // a gap: its points are taken away below
      else
        parts.back() = {from};
    }
    parts.back().push_back(to);
  }
  if (part % 2 == 1) parts.pop_back();
  return parts;
}

/// Whether a point lies in a stroke with flat ends and round joins.
inline bool in_stroke(ImVec2 p, const Stretch& stretch, float width) {
  const float reach = width * width / 4;
  for (std::size_t i = 0; i + 1 < stretch.size(); ++i) {
    const ImVec2 a = stretch[i], d{stretch[i + 1].x - a.x, stretch[i + 1].y - a.y}, v{p.x - a.x, p.y - a.y};
    if (i > 0 && squared(v) <= reach) return true;
    const float along = squared(d) > 0 ? (v.x * d.x + v.y * d.y) / squared(d) : -1;
    if (along >= 0 && along <= 1 && squared({v.x - d.x * along, v.y - d.y * along}) <= reach) return true;
  }
  return false;
}

/// Whether a point lies within closed stretches: a ray to the left crosses their edges an odd number of times.
inline bool within(ImVec2 p, const Stretch& edge) {
  bool inside = false;
  for (std::size_t i = 0; i + 1 < edge.size(); ++i) {
    const ImVec2 a = edge[i], b = edge[i + 1];
    if ((a.y > p.y) != (b.y > p.y) && p.x > a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y)) inside = !inside;
  }
  return inside;
}

/// One shape of an SVG file drawn by the plain meaning of the standard, white: the share of 8 × 8 samples of each pixel
/// that lie in it. What Dear ImGui draws is judged by it.
inline Light raster(const Element& shape, int width, int height) {
  const bool stroke = shape.at("fill") == "none";
  const float stroke_width = stroke ? static_cast<float>(shape.number("stroke-width")) : 0;
  std::vector<Stretch> stretches = stretches_of(shape);
  if (const auto dash = shape.attributes.find("stroke-dasharray"); dash != shape.attributes.end()) {
    const Stretch pairs = path_stretches("M" + dash->second)[0]; // four numbers read as two points
    std::vector<Stretch> parts;
    for (const Stretch& whole : stretches)
      for (Stretch& part : dashed(whole, {pairs[0].x, pairs[0].y, pairs[1].x, pairs[1].y}))
        parts.push_back(std::move(part));
    stretches = std::move(parts);
  }
  constexpr int samples = 8;
  Light light{width, height, std::vector<float>(static_cast<std::size_t>(width * height))};
  for (int y = 0; y < height * samples; ++y)
    for (int x = 0; x < width * samples; ++x) {
      const ImVec2 p{(static_cast<float>(x) + 0.5f) / samples, (static_cast<float>(y) + 0.5f) / samples};
      for (const Stretch& s : stretches)
        if (stroke ? in_stroke(p, s, stroke_width) : within(p, s)) {
          light.at(x / samples, y / samples) += 1.0f / (samples * samples);
          break;
        }
    }
  return light;
}

} // namespace ropescope::test
