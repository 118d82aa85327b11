#include "app/canvas/canvas.h"

#include <array>
#include <cfloat>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "core/text.h"

namespace ropescope::canvas {

std::string_view grouped(const Canvas& c, double value, int decimals) {
  std::array<char, grouped_room> room;
  return c.words("{}", ropescope::grouped(value, decimals, room));
}

float text_width(ImFont* font, std::string_view words) {
  return font->CalcTextSizeA(compat::font_size(font), FLT_MAX, 0, words.data(), words.data() + words.size()).x;
}

float text(const Canvas& c, ImVec2 at, ImFont* font, ImU32 colour, std::string_view words, Align align) {
  const float width = text_width(font, words);
  if (align == Align::centre) at.x -= width / 2;
  if (align == Align::right) at.x -= width;
  // A text begins on a whole pixel, so that the same words look the same wherever they stand.
  c.paint.text({std::round(at.x), std::round(at.y)}, font, colour, words);
  return width;
}

std::string_view shortened(const Canvas& c, ImFont* font, std::string_view words, float width) {
  if (text_width(font, words) <= width) return words;
  std::string_view begin = words;
  while (!begin.empty() && text_width(font, c.words("{}…", begin)) > width) {
    // UTF-8: every byte of a character but its first has the form 10xxxxxx. A cut within a character would leave bytes
    // that are no letter.
    while (!begin.empty() && (begin.back() & 0xc0) == 0x80) begin.remove_suffix(1); // the rest of one character
    if (!begin.empty()) begin.remove_suffix(1);
  }
  return c.words("{}…", begin);
}

std::string_view shortened_before(const Canvas& c, ImFont* font, std::string_view words, float width) {
  if (text_width(font, words) <= width) return words;
  std::string_view end = words;
  while (!end.empty() && text_width(font, c.words("…{}", end)) > width) {
    end.remove_prefix(1);
    while (!end.empty() && (end.front() & 0xc0) == 0x80) end.remove_prefix(1); // the rest of one character
  }
  return c.words("…{}", end);
}

namespace {

/// Calls `line` for each line of words that is no wider than `width`.
template <typename Line>
void in_lines(float width, ImFont* font, std::string_view words, Line line) {
  std::size_t begin = 0;
  while (begin < words.size()) {
    std::size_t end = words.size();
    while (text_width(font, words.substr(begin, end - begin)) > width) {
      // Breaks at the last space that is not tried yet. A single word that is too long stays whole.
      const std::size_t space = words.find_last_of(' ', end - 1);
      if (space == std::string_view::npos || space <= begin) break;
      end = space;
    }
    line(words.substr(begin, end - begin));
    begin = end + (end < words.size() && words[end] == ' ' ? 1 : 0);
  }
}

float line_height(ImFont* font) { return compat::font_size(font) * 1.25f; }

} // namespace

float wrapped_text(const Canvas& c, ImVec2 at, float width, ImFont* font, ImU32 colour, std::string_view words) {
  in_lines(width, font, words, [&](std::string_view line) {
    text(c, at, font, colour, line);
    at.y += line_height(font);
  });
  return at.y;
}

float wrapped_height(float width, ImFont* font, std::string_view words) {
  float height = 0;
  in_lines(width, font, words, [&](std::string_view) { height += line_height(font); });
  return height;
}

void label_on(const Canvas& c, ImVec2 at, ImU32 colour, std::string_view words) {
  const float width = text_width(c.fonts.small, words), height = compat::font_size(c.fonts.small);
  c.paint.box({{at.x - c.px(3), at.y}, {at.x + width + c.px(3), at.y + height * 1.15f}},
              with_alpha(c.theme.panel, 0.86f), c.px(3));
  text(c, at, c.fonts.small, colour, words);
}

void panel(const Canvas& c, Rect r) {
  if (c.theme.panels) c.paint.ground(r, c.theme.panel, c.px(6));
}

} // namespace ropescope::canvas
