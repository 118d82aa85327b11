#include "app/canvas/canvas.h"

#include <algorithm>
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
  if (words.empty()) return 0; // Dear ImGui reads on from where it begins, which may be nowhere
  return font->CalcTextSizeA(compat::font_size(font), FLT_MAX, 0, words.data(), words.data() + words.size()).x;
}

float text(const Canvas& c, ImVec2 at, ImFont* font, ImU32 colour, std::string_view words, Align align) {
  if (words.empty()) return 0; // painters read on from where it begins, which may be nowhere
  const float width = text_width(font, words);
  if (align == Align::centre) at.x -= width / 2;
  if (align == Align::right) at.x -= width;
  const float height = compat::font_size(font);
  if (at.x < c.within.least.x || at.x + width > c.within.greatest.x || at.y < c.within.least.y ||
      at.y + height > c.within.greatest.y)
    return width;
  // The twelfth above the letters and that below them are free.
  if (c.taken && width > 0) c.taken->push_back({{at.x, at.y + height / 12}, {at.x + width, at.y + height * 11 / 12}});
  // A text begins on a whole pixel, so that the same words look the same wherever they stand.
  c.paint.text({std::round(at.x), std::round(at.y)}, font, colour, words);
  return width;
}

float draw_title(const Canvas& c, ImVec2 at, float width, std::string_view title) {
  if (c.step < 0) return 0; // what is around it says it already
  if (!c.title.empty()) title = c.title;
  float left = 0;
  if (c.step > 0 && width > c.px(120)) {
    const float radius = c.px(13);
    c.paint.disc({at.x + radius, at.y + c.px(11)}, radius, c.theme.accent);
    text(c, {at.x + radius, at.y + c.px(2)}, c.fonts.bold, c.theme.on_accent, c.words("{}", c.step), Align::centre);
    left = 2 * radius + c.px(8);
  }
  const float wide =
      text(c, {at.x + left, at.y}, c.fonts.title, c.theme.text, shortened(c, c.fonts.title, title, width - left));
  return left + wide;
}

bool is_free(const Canvas& c, Rect r) {
  if (r.least.x < c.within.least.x || r.least.y < c.within.least.y || r.greatest.x > c.within.greatest.x ||
      r.greatest.y > c.within.greatest.y)
    return false;
  return !c.taken || std::none_of(c.taken->begin(), c.taken->end(), [&](const Rect& word) {
    return r.least.x < word.greatest.x && word.least.x < r.greatest.x && r.least.y < word.greatest.y &&
           word.least.y < r.greatest.y;
  });
}

void labelled(const Canvas& c, Rect line, ImFont* label_font, std::string_view label, ImFont* value_font,
              std::string_view value) {
  const float gap = c.px(10);
  value = shortened(c, value_font, value, line.width());
  const float of_value = text(c, {line.greatest.x, line.least.y}, value_font, c.theme.text, value, Align::right);
  const float room = line.width() - (of_value > 0 ? of_value + gap : 0);
  // Less than three letters and an ellipsis say nothing.
  if (room < c.px(44) && text_width(label_font, label) > room) return;
  text(c, line.least, label_font, c.theme.dim, shortened(c, label_font, label, room));
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
      // Breaks at the last space that is not tried yet.
      const std::size_t space = words.find_last_of(' ', end - 1);
      if (space == std::string_view::npos || space <= begin) break;
      end = space;
    }
    // A single word that is too long has a line of its own.
    if (text_width(font, words.substr(begin, end - begin)) > width)
      end = std::min(words.find(' ', begin), words.size());
    line(words.substr(begin, end - begin));
    begin = end + (end < words.size() && words[end] == ' ' ? 1 : 0);
  }
}

float line_height(ImFont* font) { return compat::font_size(font) * 1.25f; }

} // namespace

float wrapped_text(const Canvas& c, ImVec2 at, float width, ImFont* font, ImU32 colour, std::string_view words) {
  in_lines(width, font, words, [&](std::string_view line) {
    text(c, at, font, colour, shortened(c, font, line, width)); // of a word that is too long its beginning
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
  const float width = text_width(c.fonts.small, words), height = compat::font_size(c.fonts.small) * 1.15f;
  for (const float lines : {0.0f, 1.0f, -1.0f, 2.0f, -2.0f}) {
    const float y = at.y + lines * height;
    const Rect place{{at.x - c.px(3), y}, {at.x + width + c.px(3), y + height}};
    if (!is_free(c, place)) continue;
    c.paint.box(place, with_alpha(c.theme.panel, 0.86f), c.px(3));
    text(c, {at.x, y}, c.fonts.small, colour, words);
    return;
  }
}

void panel(const Canvas& c, Rect r) {
  if (c.theme.panels) c.paint.ground(r, c.theme.panel, c.px(6));
}

} // namespace ropescope::canvas
