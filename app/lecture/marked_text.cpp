#include "app/lecture/marked_text.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "core/lecture/markup.h"

namespace ropescope {

namespace {

constexpr float line_height = 1.19f; // of the letters'

float draw_word(const Canvas& c, ImVec2 at, const MarkedStyle& style, ImU32 colour, std::string_view word, bool draws) {
  const float from = at.x, line = compat::font_size(style.font), low = compat::font_size(style.shifted);
  while (!word.empty()) {
    const auto [words, shift] = lecture::take_said(word);
    using Shift = lecture::Run::Shift;
    ImFont* font = shift == Shift::none ? style.font : style.shifted;
    // An index hangs a little below the line's foot, a power stands a little above its head.
    const float drop = shift == Shift::below ? line * 0.98f - low * 0.72f : shift == Shift::above ? -low * 0.12f : 0;
    if (draws) text(c, {at.x, at.y + drop}, font, colour, words);
    at.x += std::ceil(text_width(font, words)); // letters begin on whole pixels
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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the first word ends: at a space, but not at one that groups the digits of a number, "1 707".
std::size_t word_end(std::string_view words) {
  std::size_t at = words.find(' ');
  const auto groups = [&](std::size_t i) {
    const std::string_view next = words.substr(i + 1, 4);
    return i > 0 && is_digit(words[i - 1]) && next.size() >= 3 &&
           std::all_of(next.begin(), next.begin() + 3, is_digit) && (next.size() == 3 || !is_digit(next[3]));
  };
  while (at != std::string_view::npos && groups(at)) at = words.find(' ', at + 1);
  return at;
}

float lay_out(const Canvas& c, ImVec2 at, float width, const MarkedStyle& style, std::string_view words, bool draws) {
  const float space = text_width(style.font, " "), step = compat::font_size(style.font) * line_height;
  const ImU32 warning = style.warning == 0 ? style.colour : style.warning;
  float x = at.x, y = at.y;
  ImU32 colour = warns(words) ? warning : style.colour;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, word_end(words));
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
