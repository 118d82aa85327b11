#include "app/canvas/fonts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/stage_fonts.h"

namespace ropescope::canvas {

namespace {

namespace fs = std::filesystem;

/// What our pictures write besides Latin letters; used before ImGui 1.92 alone.
constexpr ImWchar ranges[] = {0x0020, 0x00ff,                                 // Latin
                              0x0370, 0x03ff,                                 // Greek
                              0x2009, 0x2009, 0x2010, 0x2027, 0x202f, 0x2033, // dashes, quotes, ellipsis
                              0x2070, 0x209c,                                 // superscripts, subscripts
                              0x2190, 0x2195,                                 // arrows
                              0x2200, 0x221e, 0x2248, 0x2265,                 // ∑ − √ ∞ ≈ ≠ ≤ ≥
                              0x25a0, 0x25d0,                                 // ■ ▲ ▶ ▾ ●
                              0x2713, 0x2718,                                 // ✓ ✗
                              0x27e8, 0x27e9,                                 // ⟨ ⟩
                              0};

/// Of headlines: large letters take room in the texture, so that those are left out which no headline has.
constexpr ImWchar headline_ranges[] = {0x0020, 0x007e, 0x00d7, 0x00f7, 0x0394, 0x0394, 0x2009, 0x2009,
                                       0x202f, 0x202f, 0x2212, 0x2212, 0x2026, 0x2026, 0};

/// The first folder that has all three files, or "". A folder with a part of them does not count, because Dear ImGui
/// asserts that every font file it is asked for is there.
std::string folder_of_fonts() {
  std::vector<std::string> folders;
  if (const char* asked = std::getenv("ROPESCOPE_FONTS")) folders.emplace_back(asked);
  // Where distributions (Debian, Fedora, Arch) and installations by hand keep DejaVu.
  for (const char* folder : {"/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF",
                             "/usr/share/fonts/dejavu-sans-fonts", "/usr/local/share/fonts/dejavu"})
    folders.emplace_back(folder);
  std::error_code error;
  for (const std::string& folder : folders)
    if (fs::exists(fs::path(folder) / "DejaVuSans.ttf", error) &&
        fs::exists(fs::path(folder) / "DejaVuSansMono.ttf", error) &&
        fs::exists(fs::path(folder) / "DejaVuSans-Bold.ttf", error))
      return folder;
  return {};
}

ImFont* add(const std::string& folder, const char* file, float pixels, const ImWchar* letters = ranges) {
  ImFontConfig config;
  // Letters keep their true width and may begin between two pixels, so that spacing stays even. They are rasterised
  // with two samples across: Dear ImGui's header calls the difference from its usual three minimal, and the texture is
  // smaller.
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = false;
  const std::string path = (fs::path(folder) / file).string();
  return ImGui::GetIO().Fonts->AddFontFromFileTTF(path.c_str(), pixels, &config,
                                                  compat::dynamic_fonts ? nullptr : letters);
}

} // namespace

Fonts Fonts::load(float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  Fonts fonts;
  const std::string folder = folder_of_fonts();
  if (folder.empty()) {
    ImFontConfig config;
    // Dear ImGui's own bitmap letters are drawn for 13 pixels. They hold Latin alone: θ, Δ and subscripts become "?".
    config.SizePixels = std::round(13 * scale);
    ImFont* own = atlas.AddFontDefault(&config);
    fonts.body = fonts.small = fonts.heading = fonts.bold = fonts.title = fonts.large = fonts.huge = fonts.mono =
        fonts.mono_small = own;
    fonts.notice = "DejaVu Sans is not installed (Debian: fonts-dejavu-core): letters are a bitmap, some are missing";
  } else {
    const auto pixels = [scale](float size) { return std::round(size * scale); };
    fonts.body = add(folder, "DejaVuSans.ttf", pixels(16));
    fonts.small = add(folder, "DejaVuSans.ttf", pixels(14));
    fonts.heading = add(folder, "DejaVuSans-Bold.ttf", pixels(13));
    fonts.bold = add(folder, "DejaVuSans-Bold.ttf", pixels(15));
    fonts.title = add(folder, "DejaVuSans-Bold.ttf", pixels(18));
    fonts.large = add(folder, "DejaVuSans-Bold.ttf", pixels(24));
    fonts.huge = add(folder, "DejaVuSans-Bold.ttf", pixels(44), headline_ranges);
    fonts.mono = add(folder, "DejaVuSansMono.ttf", pixels(16));
    fonts.mono_small = add(folder, "DejaVuSansMono.ttf", pixels(14));
  }
  ImGui::GetIO().FontDefault = fonts.body;
  // The texture on the GPU still holds the letters of the scale before.
  compat::rebuild_font_texture();
  return fonts;
}

StageFonts StageFonts::load(float scale, const Fonts& fonts) {
  const std::string folder = folder_of_fonts();
  if (folder.empty()) return {fonts.title, fonts.body, fonts.bold, fonts.huge};
  const auto pixels = [scale](float size) { return std::round(size * scale); };
  const StageFonts stage{add(folder, "DejaVuSans-Bold.ttf", pixels(40)), add(folder, "DejaVuSans.ttf", pixels(24)),
                         add(folder, "DejaVuSans-Bold.ttf", pixels(24)),
                         add(folder, "DejaVuSansMono.ttf", pixels(58), headline_ranges)};
  compat::rebuild_font_texture();
  return stage;
}

PresenterFonts PresenterFonts::load(float scale, float unit, const Fonts& fonts) {
  const StageFonts stage = StageFonts::load(scale, fonts);
  const std::string folder = folder_of_fonts();
  if (folder.empty()) return {stage, fonts.body, fonts.huge};
  // From the top of the highest letter to the bottom of the lowest, which is how Dear ImGui counts, DejaVu has 1.164
  // em.
  constexpr float of_em = 1.164f;
  const PresenterFonts presenter{stage, add(folder, "DejaVuSans.ttf", std::max(13.0f, std::round(30 * of_em * unit))),
                                 add(folder, "DejaVuSansMono.ttf", std::round(100 * of_em * unit), headline_ranges)};
  compat::rebuild_font_texture();
  return presenter;
}

} // namespace ropescope::canvas
