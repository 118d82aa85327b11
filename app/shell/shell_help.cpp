#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/shell/shell.h"

// The overlay of keys and gestures.

namespace ropescope::shell {

namespace {

struct Line {
  std::string keys, words; // of a heading the words alone
};

/// Actions that share a line with others, which is written below.
bool is_told_together(const Action& a) {
  for (const std::string_view begin : {"group.", "view.", "step.", "key.", "pair.", "zoom.", "undo", "redo"})
    if (a.name.starts_with(begin)) return true;
  return !a.view.empty();
}

std::vector<Line> all_lines() {
  const auto keys = [](std::string_view name) { return key_name(action(name)); };
  std::vector<Line> lines{{"", "KEYS"}};
  std::string last_group;
  for (const Action& a : actions())
    if (a.group) last_group = key_name(a);
  lines.push_back({fmt::format("1 … {}", last_group), "groups of views; again: the group's next view"});
  lines.push_back({keys("view.grid"), "back to the overview"});
  lines.push_back({fmt::format("{} {}", keys("step.back"), keys("step.forward")),
                   "m − 1 and m + 1; with Shift 16, with Ctrl 1 024"});
  lines.push_back({fmt::format("{} {}", keys("key.back"), keys("key.forward")), "the same of n"});
  lines.push_back({fmt::format("{} {}, {} {}", keys("pair.previous"), keys("pair.next"), keys("pair.previous.letter"),
                               keys("pair.next.letter")),
                   "previous and next pair"});
  for (const Action& a : actions())
    if (a.key != 0 && !is_told_together(a))
      lines.push_back({a.name == "help" ? key_name(a) + " ?" : key_name(a), std::string(a.title)});
  lines.push_back({keys("undo"), fmt::format("undo; redo by {} or Ctrl+Y", keys("redo"))});
  lines.push_back({fmt::format("{} {} {}", keys("zoom.in"), "−", "0"), "larger, smaller, as it was"});
  lines.push_back({"", "CONTROLS BY KEYS"});
  lines.push_back({"Tab", "next control; Shift+Tab the one before"});
  lines.push_back({"← → ↑ ↓", "change it; with Shift ten steps"});
  lines.push_back({"Enter", "press it, or type its value"});
  lines.push_back({"", "GESTURES"});
  lines.push_back({"Wheel", "zooms a plot at the mouse, on its numbers one axis; with Ctrl steps a control"});
  lines.push_back({"Drag", "moves a plot, a knob, a line that lights up under the mouse, a hand of the large dial"});
  lines.push_back({"Right drag", "zooms to a box; Shift full height, Alt full width"});
  lines.push_back({"Double click", "fits a plot; takes a control to its default"});
  lines.push_back({"Click", "chooses a distance, a pair; hides a curve in a legend"});
  lines.push_back({"Shift+click", "on a curve of the score: its scheme is in force"});
  lines.push_back({"Ctrl+click", "types a control's value; shows one curve alone"});
  lines.push_back({"Drop a file", "opens a model, a scene, a picture; arrays are a kernel’s, or q and k"});
  return lines;
}

/// What keys do while a lecture is given; the others of all_lines() go on where none of these takes the key.
std::vector<Line> lecture_lines() {
  return {{"", "THE CLICKER’S KEYS"},
          {"Page Down →", "next press: the motion and the answer, then the next step"},
          {"Page Up ←", "back by one press"},
          {".  B", "blanks the stage; the clock rests"},
          {"F5  Esc", "ends the lecture; F5 goes on where it was left"},
          {"", "STEPS"},
          {"Home", "the step as it is written"},
          {"O", "all steps; arrows or the mouse choose one"},
          {"1 … and Enter", "goes to the step of that number"},
          {"", "WHAT YOU SAY"},
          {"N", "notes, the question, the clock and what comes next"},
          {"A", "with the notes the answer, then the question on the stage"},
          {"", "ON THE STAGE"},
          {"C", "a large pointer"},
          {"V", "a light around the mouse; the wheel makes it larger"},
          {"X", "a pen; Ctrl+Z takes a stroke back, Shift+X all"},
          {"Drag", "what has a dashed ring, and all else as ever"},
          {"", "THE WINDOW"},
          {"T", "dark and light"},
          {"Space", "plays"},
          {"F11", "full screen"},
          {"Ctrl+P", "every action and what can be set"},
          {"Ctrl+E", "what you take home: PDF, page, film, folder"},
          {"Ctrl+Tab", "with two displays: which one is yours"}};
}

/// Lines in columns: how many columns, and how wide the keys in them.
struct Layout {
  int columns = 1;
  float width = 0, keys = 0; ///< pixels, of a column and of the keys in it
};

float height_of(const Canvas& c, const Layout& l, const Line& line) {
  if (line.keys.empty()) return c.px(26);
  return std::max(c.px(19), wrapped_height(l.width - l.keys - c.px(24), c.fonts.small, line.words)) + c.px(2);
}

/// Draws the lines, or finds out how high the highest column becomes where `draws` is false.
float lay_out(const Canvas& c, const Layout& l, std::span<const Line> lines, ImVec2 corner, bool draws) {
  float all = 0;
  for (const Line& line : lines) all += height_of(c, l, line);
  const float share = all / static_cast<float>(l.columns);
  float y = 0, before = 0, highest = 0;
  int column = 0;
  for (const Line& line : lines) {
    const float height = height_of(c, l, line);
    // The next column begins where this one has its share; a heading never stands at a column's end.
    const float needed = line.keys.empty() ? height + c.px(22) : height / 2;
    if (column + 1 < l.columns && before + needed > share * static_cast<float>(column + 1)) ++column, y = 0;
    const ImVec2 at{corner.x + l.width * static_cast<float>(column), corner.y + y};
    if (draws && line.keys.empty())
      text(c, {at.x, at.y + c.px(8)}, c.fonts.heading, c.theme.dim, line.words);
    else if (draws) {
      text(c, at, c.fonts.mono_small, c.theme.accent, line.keys);
      wrapped_text(c, {at.x + l.keys, at.y}, l.width - l.keys - c.px(24), c.fonts.small, c.theme.text, line.words);
    }
    y += height;
    before += height;
    highest = std::max(highest, y);
  }
  return highest;
}

/// Behind the last of the lines from `begin` on that fit together, at least one; what lies under a heading stays with
/// it where that leaves a page half full.
template <typename Fits>
std::size_t page_end(const std::vector<Line>& lines, std::size_t begin, Fits fits) {
  const std::span all(lines);
  std::size_t end = begin + 1;
  while (end < lines.size() && fits(all.subspan(begin, end + 1 - begin))) ++end;
  if (end == lines.size()) return end;
  for (std::size_t heading = end; heading > begin + (end - begin) / 2; --heading)
    if (lines[heading].keys.empty()) return heading;
  return end;
}

} // namespace

std::string Shell::help_text(bool of_lecture) {
  std::string text;
  for (const Line& line : of_lecture ? lecture_lines() : all_lines()) text += fmt::format("{}\t{}\n", line.keys, line.words);
  return text;
}

/// F1 opens it, goes on to its next page where it has one, and closes it.
void Shell::turn_help_page() {
  const bool goes_on = help_ && help_page_ + 1 < help_pages_;
  help_page_ = goes_on ? help_page_ + 1 : 0;
  help_ = goes_on || !help_;
}

void Shell::help(const Canvas& c) {
  static const std::vector<Line> of_desk = all_lines(), of_lecture = lecture_lines(); // actions are constants
  const std::vector<Line>& all_of_them = lectern_ ? of_lecture : of_desk;
  // Drawn above everything, popups included.
  screen_.draw_above(ImGui::GetForegroundDrawList());
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  float keys = 0;
  for (const Line& line : all_of_them) keys = std::max(keys, text_width(c.fonts.mono_small, line.keys));
  Layout l{.keys = keys + c.px(12)};
  // The fewest columns whose lines fit, each as wide as is comfortable to read. Where none does the lines go on pages,
  // in as many columns as are wide enough for some words beside the keys.
  const float head = c.px(52), edge = c.px(20), room = size.y - head - 2 * edge - c.px(16),
              across = size.x - 2 * edge - c.px(16);
  const int most = std::clamp(static_cast<int>(across / (l.keys + c.px(170))), 1, 3);
  const auto in_columns = [&](int columns, std::span<const Line> lines) {
    l.columns = columns;
    l.width = std::min(c.px(380), across / static_cast<float>(columns));
    return lay_out(c, l, lines, {}, false);
  };
  std::span<const Line> lines = all_of_them;
  help_pages_ = 1;
  float height = 0;
  for (int columns = 1; columns <= most; ++columns)
    if ((height = in_columns(columns, lines)) <= room) break;
  if (height > room) {
    help_pages_ = 0;
    for (std::size_t begin = 0; begin < all_of_them.size(); ++help_pages_) {
      const std::size_t end =
          page_end(all_of_them, begin, [&](std::span<const Line> some) { return in_columns(most, some) <= room; });
      // The last page where the window has grown and there are fewer of them.
      if (help_pages_ <= help_page_) lines = std::span(all_of_them).subspan(begin, end - begin);
      begin = end;
    }
    help_page_ = std::min(help_page_, help_pages_ - 1);
    height = in_columns(most, lines);
  }
  const float width = l.width * static_cast<float>(l.columns) + 2 * edge, all = head + height + edge;
  const ImVec2 corner{(size.x - width) / 2, std::max(c.px(8), (size.y - all) / 2)};
  help_size_ = {l.columns,
                {corner, {corner.x + width, corner.y + all}},
                static_cast<int>((l.width - l.keys - c.px(24)) / text_width(c.fonts.small, "n"))};
  c.paint.box({{0, 0}, size}, IM_COL32(0, 0, 0, 120));
  c.paint.box({corner, {corner.x + width, corner.y + all}}, c.theme.panel, c.px(8));
  text(c, {corner.x + edge, corner.y + c.px(16)}, c.fonts.title, c.theme.text,
       lectern_ ? "Keys of a lecture" : "Keys and gestures");
  text(c, {corner.x + width - edge, corner.y + c.px(19)}, c.fonts.small, c.theme.dim,
       help_page_ + 1 < help_pages_ ? "F1: goes on. Esc closes this" : "Esc or a click closes this", Align::right);
  lay_out(c, l, lines, {corner.x + edge, corner.y + head}, true);
  screen_.draw_above(nullptr);
}

} // namespace ropescope::shell
