#include "app/lecture/said.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"

namespace ropescope {

namespace {

enum class Shift { none, below, above };

/// Words that look alike, without a space at which a line could break.
struct Piece {
  std::string_view words;
  Shift shift;
  bool spaced; ///< a space, or a line's beginning, stands before it
};

/// As lecture::read_said(), of which it is the drawn half: without memory of its own.
std::pmr::vector<Piece> pieces_of(const Canvas& c, std::string_view words) {
  auto pieces = c.list_of<Piece>(static_cast<std::size_t>(std::count(words.begin(), words.end(), ' ') +
                                                          2 * std::count(words.begin(), words.end(), '{') + 1));
  bool spaced = true;
  std::size_t at = 0;
  while (at < words.size()) {
    if (words[at] == ' ') {
      spaced = true, ++at;
      continue;
    }
    Shift shift = Shift::none;
    std::size_t end = at;
    const auto opens = [&](std::size_t i) {
      return i + 1 < words.size() && words[i + 1] == '{' && (words[i] == '_' || words[i] == '^') &&
             words.find('}', i) != std::string_view::npos;
    };
    if (opens(at)) {
      shift = words[at] == '_' ? Shift::below : Shift::above;
      end = words.find('}', at);
      pieces.push_back({words.substr(at + 2, end - at - 2), shift, spaced});
      at = end + 1;
    } else {
      while (end < words.size() && words[end] != ' ' && !opens(end)) ++end;
      pieces.push_back({words.substr(at, end - at), shift, spaced});
      at = end;
    }
    spaced = false;
  }
  return pieces;
}

/// Of the typefaces that there are and are as heavy, the one that is next to 0.7 of a size.
ImFont* small_of(const Canvas& c, ImFont* font) {
  if (font == c.fonts.body || font == c.fonts.small) return c.fonts.small;
  const float wanted = compat::font_size(font) * 0.7f;
  const auto away = [&](ImFont* each) { return std::abs(compat::font_size(each) - wanted); };
  ImFont* nearest = c.fonts.heading;
  for (ImFont* each : {c.fonts.title, c.fonts.large})
    if (away(each) < away(nearest)) nearest = each;
  return nearest;
}

/// Calls `draw` for each piece with its font and place; returns where the next line begins.
template <typename Draw>
float lay_out(const Canvas& c, ImVec2 at, float width, ImFont* font, std::string_view words, Draw draw) {
  const auto pieces = pieces_of(c, words);
  const float size = compat::font_size(font), line = size * 1.25f, space = text_width(font, " ");
  ImFont* small = small_of(c, font);
  const auto font_of = [&](const Piece& piece) { return piece.shift == Shift::none ? font : small; };
  float x = 0, y = at.y;
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t end = i + 1; // of what no space parts
    while (end < pieces.size() && !pieces[end].spaced) ++end;
    float together = 0;
    for (std::size_t k = i; k < end; ++k) together += text_width(font_of(pieces[k]), pieces[k].words);
    if (x > 0) x += space;
    if (x > 0 && x + together > width) x = 0, y += line;
    for (; i < end; ++i) {
      ImFont* own = font_of(pieces[i]);
      const float low = size * 0.98f - compat::font_size(own) * 0.72f, high = -compat::font_size(own) * 0.22f;
      const float drop = pieces[i].shift == Shift::below ? low : pieces[i].shift == Shift::above ? high : 0;
      draw(ImVec2{at.x + x, y + drop}, own, pieces[i].words);
      x += text_width(own, pieces[i].words);
    }
  }
  return pieces.empty() ? y : y + line;
}

} // namespace

float draw_said(const Canvas& c, ImVec2 at, float width, ImFont* font, ImU32 colour, std::string_view words) {
  // Lines without indices and powers stay whole, so that a PDF's text is found as it is read.
  if (words.find("_{") == std::string_view::npos && words.find("^{") == std::string_view::npos)
    return wrapped_text(c, at, width, font, colour, words);
  return lay_out(c, at, width, font, words,
                 [&](ImVec2 place, ImFont* own, std::string_view part) { text(c, place, own, colour, part); });
}

float said_height(const Canvas& c, float width, ImFont* font, std::string_view words) {
  return lay_out(c, {0, 0}, width, font, words, [](ImVec2, ImFont*, std::string_view) {});
}

} // namespace ropescope
