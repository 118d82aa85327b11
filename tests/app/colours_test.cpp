// What one colour means: no two curves that can stand in one plot look alike, to whatever eye.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <glm/glm.hpp>

#include "app/canvas/theme.h"
#include "core/analysis/precision_curves.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

constexpr ThemeName themes[] = {ThemeName::dark, ThemeName::light, ThemeName::paper};

glm::dvec3 linear_of(ImU32 colour) {
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
  const auto undo = [](float v) {
    const auto value = static_cast<double>(v);
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return {undo(c.x), undo(c.y), undo(c.z)};
}

/// OKLab (Ottosson 2020): in it equal distances look equal. Black and white are 1 apart; 0.02 is seen side by side.
glm::dvec3 oklab(glm::dvec3 rgb) {
  rgb = glm::clamp(rgb, 0.0, 1.0);
  const glm::dvec3 lms{0.4122214708 * rgb.x + 0.5363325363 * rgb.y + 0.0514459929 * rgb.z,
                       0.2119034982 * rgb.x + 0.6806995451 * rgb.y + 0.1073969566 * rgb.z,
                       0.0883024619 * rgb.x + 0.2817188376 * rgb.y + 0.6299787005 * rgb.z};
  const glm::dvec3 root{std::cbrt(lms.x), std::cbrt(lms.y), std::cbrt(lms.z)};
  return {0.2104542553 * root.x + 0.7936177850 * root.y - 0.0040720468 * root.z,
          1.9779984951 * root.x - 2.4285922050 * root.y + 0.4505937099 * root.z,
          0.0259040371 * root.x + 0.7827717662 * root.y - 0.8086757660 * root.z};
}

/// Eyes: all colours, none of three kinds of cones (Machado, Oliveira and Fernandes 2009, severity 1.0: rows of their
/// tables), and a grey print.
std::array<glm::dvec3, 5> seen(ImU32 colour) {
  const glm::dvec3 rgb = linear_of(colour);
  const auto times = [&](const std::array<double, 9>& m) {
    return glm::dvec3{m[0] * rgb.x + m[1] * rgb.y + m[2] * rgb.z, m[3] * rgb.x + m[4] * rgb.y + m[5] * rgb.z,
                      m[6] * rgb.x + m[7] * rgb.y + m[8] * rgb.z};
  };
  const double grey = 0.2126 * rgb.x + 0.7152 * rgb.y + 0.0722 * rgb.z;
  return {oklab(rgb),
          oklab(times({0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998})),
          oklab(times({0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881})),
          oklab(times({1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900})),
          oklab({grey, grey, grey})};
}

double distance(ImU32 a, ImU32 b) { return glm::distance(seen(a)[0], seen(b)[0]); }

/// Of the eye to which they are most alike.
double least_distance(ImU32 a, ImU32 b) {
  const auto first = seen(a), second = seen(b);
  double least = 1e9;
  for (std::size_t eye = 0; eye < first.size(); ++eye) least = std::min(least, glm::distance(first[eye], second[eye]));
  return least;
}

/// Whether dashes are told apart at a glance: one is solid, or some length of them (the longest and the shortest piece,
/// the widest gap, a whole period) differs by half or more.
bool dashes_differ(const Dash& a, const Dash& b) {
  if (a.solid() || b.solid()) return a.solid() != b.solid();
  const auto lengths = [](const Dash& d) {
    const auto& l = d.length;
    return std::array{std::max(l[0], l[2]), std::min(l[0], l[2]), std::max(l[1], l[3]), l[0] + l[1] + l[2] + l[3]};
  };
  const auto first = lengths(a), second = lengths(b);
  for (std::size_t i = 0; i < first.size(); ++i)
    if (std::max(first[i], second[i]) >= 1.5f * std::min(first[i], second[i])) return true;
  return false;
}

/// A curve as it can stand in a plot.
struct Look {
  ImU32 colour;
  Dash dash;
};

void require_told_apart(const std::vector<Look>& looks) {
  for (std::size_t a = 0; a < looks.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      CAPTURE(a);
      CAPTURE(b);
      // 0.1 is what lies between neighbours of Okabe and Ito's palette.
      CHECK((dashes_differ(looks[a].dash, looks[b].dash) || least_distance(looks[a].colour, looks[b].colour) > 0.1));
    }
}

} // namespace

TEST_CASE("two curves of one plot differ by dashes or for every eye by colour, whichever scheme is in force") {
  for (const ThemeName name : themes) {
    const Theme& t = theme(name);
    for (const RopeType current : all_rope_types) {
      std::vector<Look> looks{{t.of(current), {}}, {t.text, layer_dash}};
      for (const RopeType other : all_rope_types)
        if (other != current) looks.push_back({t.of(other), method_dash(other)});
      require_told_apart(looks);
    }
    std::vector<Look> recipes;
    for (std::size_t r = 0; r < std::size(shown_recipes); ++r) recipes.push_back({t.recipe[r], recipe_dash(r)});
    require_told_apart(recipes);
  }
}

TEST_CASE("the bands of what a scheme keeps, blends and interpolates are told apart by every eye, and in grey") {
  for (const ThemeName name : themes) {
    const Theme& t = theme(name);
    const ImU32 bands[] = {t.kept, t.blended, t.interpolated};
    for (const ImU32 a : bands) {
      CHECK(contrast(a, t.panel) >= 3);
      for (const ImU32 b : bands)
        if (a != b) CHECK(least_distance(a, b) > 0.1);
    }
  }
}

TEST_CASE("schemes that are offered have colours of their own, and none is the query's or the key's") {
  const RopeType offered[] = {RopeType::standard, RopeType::linear,       RopeType::ntk,
                              RopeType::dynamic,  RopeType::yarn,         RopeType::llama3,
                              RopeType::longrope, RopeType::proportional, RopeType::ntk_by_parts};
  for (const ThemeName name : themes) {
    const Theme& t = theme(name);
    for (const RopeType a : offered) {
      CAPTURE(static_cast<int>(a));
      for (const RopeType b : offered)
        if (a != b) CHECK(distance(t.of(a), t.of(b)) > 0.09);
      CHECK(distance(t.of(a), t.query) > 0.09);
      CHECK(distance(t.of(a), t.key) > 0.09);
    }
  }
}

TEST_CASE("a recipe's colour is no scheme's, nor the query's or the key's") {
  for (const ThemeName name : themes) {
    const Theme& t = theme(name);
    for (const ImU32 recipe : t.recipe) {
      CAPTURE(recipe);
      for (const RopeType type : all_rope_types) CHECK(distance(recipe, t.of(type)) > 0.07);
      CHECK(distance(recipe, t.query) > 0.09);
      CHECK(distance(recipe, t.key) > 0.09);
      for (const ImU32 other : t.recipe)
        if (other != recipe) CHECK(distance(recipe, other) > 0.09);
    }
  }
}

TEST_CASE("every curve stands out from its ground in every theme") {
  for (const ThemeName name : themes) {
    const Theme& t = theme(name);
    for (const RopeType type : all_rope_types) CHECK(contrast(t.of(type), t.panel) >= 3);
    for (const ImU32 recipe : t.recipe) CHECK(contrast(recipe, t.panel) >= 3);
    CHECK(contrast(t.query, t.panel) >= 3);
    CHECK(contrast(t.key, t.panel) >= 3);
  }
}
