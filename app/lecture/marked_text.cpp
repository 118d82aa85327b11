#include "app/lecture/marked_text.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"

namespace ropescope {

namespace {

constexpr float line_height = 1.19f; // of the letters'

/// A piece of a word on one line: plain, below or above it.
struct Piece {
  std::string_view words;
  char shift = 0; // '_' or '^'
};

/// The first piece of a text, which is taken off it. A mark without its closing brace is plain words.
Piece take_piece(std::string_view& text) {
  const auto is_mark = [&](std::size_t at) {
    return at + 1 < text.size() && (text[at] == '_' || text[at] == '^') && text[at + 1] == '{' &&
           text.find('}', at) != std::string_view::npos;
  };
  if (is_mark(0)) {
    const std::size_t end = text.find('}');
    const Piece piece{text.substr(2, end - 2), text[0]};
    text.remove_prefix(end + 1);
    return piece;
  }
  std::size_t end = 1;
  while (end < text.size() && !is_mark(end)) ++end;
  const Piece piece{text.substr(0, end)};
  text.remove_prefix(end);
  return piece;
}

float draw_word(const Canvas& c, ImVec2 at, const MarkedStyle& style, ImU32 colour, std::string_view word, bool draws) {
  const float from = at.x, line = compat::font_size(style.font), low = compat::font_size(style.shifted);
  while (!word.empty()) {
    const Piece piece = take_piece(word);
    ImFont* font = piece.shift == 0 ? style.font : style.shifted;
    const float drop = piece.shift == '_' ? line * 0.98f - low * 0.72f : piece.shift == '^' ? -low * 0.12f : 0;
    if (draws) text(c, {at.x, at.y + drop}, font, colour, piece.words);
    at.x += std::ceil(text_width(font, piece.words)); // letters begin on whole pixels
  }
  return at.x - from;
}

bool warns(std::string_view sentence) {
  return sentence.starts_with("Do not ") || sentence.starts_with("Never ") || sentence.starts_with("Careful");
}

/// Whether a word ends its sentence, whatever quotes close behind the full stop.
bool ends_sentence(std::string_view word) {
  for (const std::string_view close : {"”", "’", ")", "\""})
    if (word.ends_with(close)) word.remove_suffix(close.size());
  return word.ends_with('.') || word.ends_with('!') || word.ends_with('?');
}

float lay_out(const Canvas& c, ImVec2 at, float width, const MarkedStyle& style, std::string_view words, bool draws) {
  const float space = text_width(style.font, " "), step = compat::font_size(style.font) * line_height;
  const ImU32 warning = style.warning == 0 ? style.colour : style.warning;
  float x = at.x, y = at.y;
  ImU32 colour = warns(words) ? warning : style.colour;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const float wide = draw_word(c, {x, y}, style, colour, word, false);
    if (x > at.x && x + wide > at.x + width) x = at.x, y += step;
    if (draws) draw_word(c, {x, y}, style, colour, word, true);
    x += wide + space;
    if (ends_sentence(word)) colour = warns(words) ? warning : style.colour;
  }
  return y + step;
}

} // namespace

float marked_text(const Canvas& c, ImVec2 at, float width, const MarkedStyle& style, std::string_view words) {
  return lay_out(c, at, width, style, words, true);
}

float marked_height(const Canvas& c, float width, const MarkedStyle& style, std::string_view words) {
  return lay_out(c, {0, 0}, width, style, words, false);
}

} // namespace ropescope
