#include "app/canvas/theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <glm/glm.hpp>

namespace ropescope::canvas {

namespace {

/// An opaque colour from 0xRRGGBB; Dear ImGui has its own order of bytes.
constexpr ImU32 rgb(unsigned hex) { return IM_COL32((hex >> 16) & 255, (hex >> 8) & 255, hex & 255, 255); }

/// One shade of a colour for each ground.
struct Hue {
  unsigned dark, light;
};

/// The colours of schemes. Six are Okabe and Ito's palette, which is made for eyes without colour vision; lime, cyan
/// and brown were added where OKLab had most room between them and what is reserved for q and k.
constexpr Hue grey{0xa0a6af, 0x5a606a}, green{0x009e73, 0x00805c}, yellow{0xf0e442, 0x8f8200}, pink{0xcc79a7, 0xa8497e},
    violet{0xb9a3f0, 0x6b52c8}, vermilion{0xd55e00, 0xc24a00}, brown{0x987464, 0x6d2414}, lime{0x8bd450, 0x2f5a12},
    cyan{0x7df0ee, 0x00535f};

/// How a scheme's curves look. Dashes are pixels on, off, on, off at scale 1. No two schemes have dashes that look
/// alike and none is solid: solid is the one in force, so any two curves of a plot differ by more than colour.
struct SchemeLook {
  RopeType type;
  Hue hue;
  Dash dash = {};
};

constexpr SchemeLook scheme_looks[] = {
    {RopeType::standard, grey, {{24, 4, 24, 4}}},
    {RopeType::linear, pink, {{10, 5, 10, 5}}},
    {RopeType::ntk, yellow, {{10, 4, 2, 4}}},
    {RopeType::dynamic, lime, {{2, 3, 2, 9}}},
    {RopeType::yarn, green, {{18, 4, 6, 4}}},
    {RopeType::llama3, vermilion, {{4, 4, 4, 4}}},
    {RopeType::longrope, violet, {{2, 4, 2, 4}}},
    {RopeType::proportional, brown, {{6, 3, 6, 10}}},
    {RopeType::ntk_by_parts, cyan, {{4, 10, 4, 10}}},
    {RopeType::dynamic_yarn, green, {{18, 4, 2, 4}}},
    {RopeType::dynamic_ntk_by_parts, cyan, {{12, 10, 12, 10}}},
    {RopeType::ntk_mixed, yellow, {{20, 10, 4, 10}}},
    {RopeType::kobold, yellow, {{2, 10, 2, 10}}},
};

/// scheme_looks is read by the number of a RopeType, so its lines must stand in that order.
constexpr bool every_scheme_has_a_look() {
  for (const RopeType type : all_rope_types) {
    const auto place = static_cast<std::size_t>(type);
    if (place >= std::size(scheme_looks) || scheme_looks[place].type != type) return false;
  }
  return std::size(scheme_looks) == std::size(all_rope_types);
}
static_assert(every_scheme_has_a_look(),
              "a scheme of core/rope/scheme_list.h has no colour: give scheme_looks its line, in the list's order");

/// How the curve of each of shown_recipes looks, in that order. The colours are no scheme's: a recipe is arithmetic,
/// and beside the comparison of schemes green would be read as YaRN.
struct RecipeLook {
  Hue hue;
  Dash dash = {};
};
constexpr RecipeLook recipe_looks[] = {{{0xf6e7ff, 0x1d1500}},
                                       {{0xfc82f3, 0xc257d7}, {{24, 4, 24, 4}}},
                                       {{0xa24fdc, 0x7a1fa0}, {{10, 5, 10, 5}}},
                                       {{0xffb3a0, 0xd9587f}, {{4, 4, 4, 4}}},
                                       {{0x5b74f0, 0x2128aa}, {{10, 4, 2, 4}}},
                                       {{0xe03a5c, 0xc0123c}, {{18, 4, 6, 4}}},
                                       {{0x7f8a3c, 0x8a819b}, {{6, 3, 6, 10}}}};
static_assert(std::size(recipe_looks) == std::size(shown_recipes), "a recipe that is shown has no colour");

/// What a scheme did to pairs: three bands side by side, whose lightness alone tells them apart, for eyes without
/// colour vision and on a grey print.
constexpr Hue kept_hue{0x00865f, 0x00745a}, blended_hue{0xf0e442, 0xa09100}, interpolated_hue{0xe08fbd, 0x641148};

void set_hues(Theme& theme, unsigned Hue::*ground) {
  for (const SchemeLook& look : scheme_looks) theme.method[static_cast<std::size_t>(look.type)] = rgb(look.hue.*ground);
  theme.kept = rgb(kept_hue.*ground);
  theme.blended = rgb(blended_hue.*ground);
  theme.interpolated = rgb(interpolated_hue.*ground);
  theme.own_factor = rgb(violet.*ground);
  for (std::size_t i = 0; i < theme.recipe.size(); ++i) theme.recipe[i] = rgb(recipe_looks[i].hue.*ground);
}

// Hues that no scheme, no query and no key has: teal, gold, rose and slate.
constexpr Hue axis_hues[] = {{0x4fd1c5, 0x0b7a72}, {0xe8c468, 0x8a6400}, {0xf08fb3, 0xb03468}, {0x9fb3d9, 0x4a5f8f}};

void set_axes(Theme& theme, unsigned Hue::*ground) {
  for (std::size_t i = 0; i < std::size(axis_hues); ++i) theme.axis[i] = rgb(axis_hues[i].*ground);
}

Theme make_dark() {
  Theme t;
  t.dark = true;
  t.ground = rgb(0x0f1217);
  t.panel = rgb(0x171c24);
  t.raised = rgb(0x222a37);
  t.track = rgb(0x2f394a);
  t.text = rgb(0xe6e8eb);
  t.dim = rgb(0xa0a6af);
  t.faint = rgb(0x7d8694);
  t.grid = IM_COL32(230, 232, 235, 32);
  t.accent = rgb(0x7aa2f7);
  t.on_accent = rgb(0x0f1217);
  t.dial = rgb(0x0f1217);
  t.outline = rgb(0x2f394a);
  t.query = rgb(0x56b4e9);
  t.key = rgb(0xe69f00);
  t.seen = rgb(0x009e73);
  t.beyond = rgb(0xe0742e);
  t.beyond_fill = IM_COL32(213, 94, 0, 20);
  t.good = rgb(0x1fae84);
  t.bad = rgb(0xe0742e);
  t.below_zero = rgb(0x4aa3ff);
  t.above_zero = rgb(0xff8a4c);
  set_hues(t, &Hue::dark);
  set_axes(t, &Hue::dark);
  return t;
}

Theme make_light() {
  Theme t;
  t.dark = false;
  t.ground = rgb(0xf0f1f4);
  t.panel = rgb(0xffffff);
  t.raised = rgb(0xe9edf4);
  t.track = rgb(0xd0d6df);
  t.text = rgb(0x1a1c20);
  t.dim = rgb(0x5a606a);
  t.faint = rgb(0x737a86);
  t.grid = IM_COL32(26, 28, 32, 30);
  t.accent = rgb(0x2f5fd0);
  t.on_accent = rgb(0xffffff);
  t.dial = rgb(0xf4f5f7);
  t.outline = rgb(0xd0d6df);
  t.query = rgb(0x0072b2);
  t.key = rgb(0xc77700);
  t.seen = rgb(0x00805c);
  t.beyond = rgb(0xb84600);
  t.beyond_fill = IM_COL32(194, 74, 0, 18);
  t.good = rgb(0x00805c);
  t.bad = rgb(0xb84600);
  t.below_zero = rgb(0x0b4fb0);
  t.above_zero = rgb(0xa83a00);
  set_hues(t, &Hue::light);
  set_axes(t, &Hue::light);
  return t;
}

/// The light theme's colours on white, without panels.
Theme make_paper() {
  Theme t = make_light();
  t.panels = false;
  t.line_weight = 0.5f;
  t.ground = t.panel = t.dial = rgb(0xffffff);
  return t;
}

glm::vec4 unpack(ImU32 colour) {
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
  return {c.x, c.y, c.z, c.w};
}

ImU32 pack(const glm::vec4& c) { return ImGui::ColorConvertFloat4ToU32({c.x, c.y, c.z, c.w}); }

/// Linear light to sRGB (IEC 61966-2-1), 0 … 1; what a screen cannot show is clamped.
float encode_srgb(float linear) {
  linear = std::clamp(linear, 0.0f, 1.0f);
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1 / 2.4f) - 0.055f;
}

float decode_srgb(float c) { return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f); }

/// Relative luminance after WCAG 2: sRGB undone, then weighed by how bright each primary looks.
double luminance(ImU32 colour) {
  const glm::vec4 c = unpack(colour);
  return 0.2126 * decode_srgb(c.x) + 0.7152 * decode_srgb(c.y) + 0.0722 * decode_srgb(c.z);
}

} // namespace

const Theme& theme(ThemeName name) {
  static const Theme dark = make_dark(), light = make_light(), paper = make_paper();
  switch (name) {
  case ThemeName::light: return light;
  case ThemeName::paper: return paper;
  case ThemeName::dark: break;
  }
  return dark;
}

Dash recipe_dash(std::size_t recipe) { return recipe_looks[recipe].dash; }

Dash method_dash(RopeType type) { return scheme_looks[static_cast<std::size_t>(type)].dash; }

namespace {

// OKLab: Björn Ottosson 2020, bottosson.github.io/posts/oklab. In it equal steps of lightness or hue (rad) look equal,
// which is not so in RGB or HSV. The numbers are that page's two matrices, column by column as glm stores them. The
// result is linear light and may lie outside 0 … 1, where a screen cannot show the colour.
glm::vec3 linear_of_oklab(float lightness, float chroma, float hue) {
  const glm::vec3 lab{lightness, chroma * std::cos(hue), chroma * std::sin(hue)};
  const glm::mat3 to_lms{
      {1, 1, 1}, {0.3963377774f, -0.1055613458f, -0.0894841775f}, {0.2158037573f, -0.0638541728f, -1.2914855480f}};
  const glm::vec3 root = to_lms * lab, lms = root * root * root;
  const glm::mat3 to_rgb{{4.0767416621f, -1.2684380046f, -0.0041960863f},
                         {-3.3077115913f, 2.6097574011f, -0.7034186147f},
                         {0.2309699292f, -0.3413193965f, 1.7076147010f}};
  return to_rgb * lms;
}

/// The way back from a colour of a screen: lightness and the two axes of colour.
glm::vec3 oklab_of(ImU32 colour) {
  const glm::vec4 c = unpack(colour);
  const glm::vec3 linear{decode_srgb(c.x), decode_srgb(c.y), decode_srgb(c.z)};
  const glm::mat3 to_lms{{0.4122214708f, 0.2119034982f, 0.0883024619f},
                         {0.5363325363f, 0.6806995451f, 0.2817188376f},
                         {0.0514459929f, 0.1073969566f, 0.6299787005f}};
  const glm::vec3 lms = to_lms * linear, root{std::cbrt(lms.x), std::cbrt(lms.y), std::cbrt(lms.z)};
  const glm::mat3 to_lab{{0.2104542553f, 1.9779984951f, 0.0259040371f},
                         {0.7936177850f, -2.4285922050f, 0.7827717662f},
                         {-0.0040720468f, 0.4505937099f, -0.8086757660f}};
  return to_lab * root;
}

ImU32 from_oklab(float lightness, float chroma, float hue, float alpha) {
  const glm::vec3 linear = linear_of_oklab(lightness, chroma, hue);
  return pack({encode_srgb(linear.x), encode_srgb(linear.y), encode_srgb(linear.z), alpha});
}

/// The greatest chroma up to `wanted` that a screen can show.
float shown_chroma(float lightness, float wanted, float hue) {
  const auto shown = [&](float chroma) {
    const glm::vec3 c = linear_of_oklab(lightness, chroma, hue);
    return std::min({c.x, c.y, c.z}) >= 0 && std::max({c.x, c.y, c.z}) <= 1;
  };
  // The step is far below what an eye tells apart, and the search runs once, for 256 colours.
  while (wanted > 0 && !shown(wanted)) wanted -= 0.001f;
  return wanted;
}

std::array<ImU32, 256> make_error_colours() {
  constexpr float violet = 5.35f, yellow = 1.90f; // hues; between them lie blue and green
  std::array<ImU32, 256> colours{};
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const float t = static_cast<float>(i) / 255;
    // Lightness carries the order, so that the scale also reads in grey. The hue goes along for more steps to tell
    // apart. The dark end keeps 0.26 and the light end 0.91, so that both differ from the grounds of either theme.
    const float lightness = 0.26f + 0.65f * t, hue = violet + (yellow - violet) * t;
    colours[i] = from_oklab(lightness, shown_chroma(lightness, 0.105f + 0.045f * t, hue), hue, 1);
  }
  return colours;
}

} // namespace

// Chroma 0.11 stays within sRGB at every hue.
ImU32 phase_colour(double phase, float alpha) {
  constexpr float lightness = 0.70f, chroma = 0.11f;
  return from_oklab(lightness, chroma, static_cast<float>(phase), alpha);
}

ImU32 error_colour(double share) {
  // Made once: the search for the chroma is too slow for every cell of a map.
  static const std::array<ImU32, 256> colours = make_error_colours();
  return colours[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 255))];
}

ImU32 pair_colour(const Theme& theme, double place) {
  const double least = theme.dark ? 0.28 : 0.0, greatest = theme.dark ? 1.0 : 0.80;
  return error_colour(least + (greatest - least) * std::clamp(place, 0.0, 1.0));
}

ImU32 mix_oklab(ImU32 a, ImU32 b, float of_b) {
  const glm::vec3 lab = glm::mix(oklab_of(a), oklab_of(b), of_b);
  const glm::vec3 linear = linear_of_oklab(lab.x, std::hypot(lab.y, lab.z), std::atan2(lab.z, lab.y));
  return pack({encode_srgb(linear.x), encode_srgb(linear.y), encode_srgb(linear.z), 1});
}

ImU32 signed_colour(const Theme& theme, double x) {
  const ImU32 end = x < 0 ? theme.below_zero : theme.above_zero;
  return mix_oklab(theme.panel, end, static_cast<float>(std::pow(std::min(1.0, std::abs(x)), 0.7)));
}

ImU32 with_alpha(ImU32 colour, float alpha) {
  // + 0.5f: to the nearest of 256 steps.
  return (colour & ~IM_COL32_A_MASK) |
         (static_cast<ImU32>(std::clamp(alpha, 0.0f, 1.0f) * 255 + 0.5f) << IM_COL32_A_SHIFT);
}

ImU32 mix(ImU32 a, ImU32 b, float of_b) { return pack(glm::mix(unpack(a), unpack(b), of_b)); }

ImU32 over(ImU32 opaque, ImU32 colour) { return mix(opaque, colour | IM_COL32_A_MASK, unpack(colour).w); }

double contrast(ImU32 a, ImU32 b) {
  // WCAG 2 adds 0.05 to both for the light that a screen reflects. 1 is no contrast, 21 is black on white.
  const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
  return std::max(first, second) / std::min(first, second);
}

void apply_style(const Theme& t, float scale) {
  // A new style each time: ScaleAllSizes() multiplies what is there, and a second call would multiply it again.
  ImGuiStyle style;
  style.WindowPadding = {8, 7};
  style.FramePadding = {8, 6};
  style.ItemSpacing = {8, 6};
  style.WindowRounding = 6;
  style.PopupRounding = 6;
  style.FrameRounding = 4;
  style.GrabRounding = 4;
  style.ScrollbarSize = 13;
  style.WindowBorderSize = style.PopupBorderSize = 1;
  // Pixels that a curve's straight pieces may be off: half of Dear ImGui's own 1.25 and 0.30, for rounder circles.
  style.CurveTessellationTol = 0.6f;
  style.CircleTessellationMaxError = 0.15f;
  style.ScaleAllSizes(scale);
  const auto set = [&](ImGuiCol slot, ImU32 colour) { style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(colour); };
  const ImU32 hovered = mix(t.raised, t.text, 0.08f);
  set(ImGuiCol_Text, t.text);
  set(ImGuiCol_TextDisabled, t.faint);
  set(ImGuiCol_WindowBg, t.ground);
  set(ImGuiCol_ChildBg, with_alpha(t.panel, 0));
  set(ImGuiCol_PopupBg, t.panel);
  set(ImGuiCol_Border, t.outline);
  set(ImGuiCol_FrameBg, t.raised);
  set(ImGuiCol_FrameBgHovered, hovered);
  set(ImGuiCol_FrameBgActive, hovered);
  set(ImGuiCol_Button, t.raised);
  set(ImGuiCol_ButtonHovered, hovered);
  set(ImGuiCol_ButtonActive, mix(t.raised, t.accent, 0.4f));
  set(ImGuiCol_Header, mix(t.raised, t.accent, 0.25f));
  set(ImGuiCol_HeaderHovered, hovered);
  set(ImGuiCol_HeaderActive, mix(t.raised, t.accent, 0.4f));
  set(ImGuiCol_ScrollbarBg, with_alpha(t.panel, 0));
  set(ImGuiCol_ScrollbarGrab, t.track);
  set(ImGuiCol_TextSelectedBg, with_alpha(t.accent, 0.4f));
  set(ImGuiCol_ModalWindowDimBg, IM_COL32(0, 0, 0, 120));
  set(ImGuiCol_TitleBg, t.raised);
  set(ImGuiCol_TitleBgActive, t.raised);
  set(ImGuiCol_CheckMark, t.accent);
  ImGui::GetStyle() = style;
}

} // namespace ropescope::canvas
