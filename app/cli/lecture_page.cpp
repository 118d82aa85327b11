#include "app/cli/lecture_page.h"

#include <cstdint>

#include <fmt/format.h>

#include "app/lecture/stage.h"

namespace ropescope::cli {

namespace {

// A step's pictures are images of their own, so that the names within one cannot meet those within another. Of the
// stage the pictures alone are seen: its title and its sentence are words of the page.
constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<style>
body {{ margin: 0; background: {ground}; color: {text}; font: 18px/1.5 "DejaVu Sans", Verdana, sans-serif; }}
main {{ max-width: 1280px; margin: 0 auto; padding: 0 5% 40px; }}
section {{ display: none; }} section.here {{ display: block; }}
h2 {{ font-size: 1.9em; line-height: 1.2; margin: 12px 0 4px; }}
.says {{ color: {dim}; font-size: 1.25em; line-height: 1.4; margin: 0 0 12px; }} .says b {{ color: {text}; }}
.says.pose b {{ visibility: hidden; }}
sub, sup {{ font-size: 0.7em; line-height: 0; }}
.stage {{ position: relative; overflow: hidden; aspect-ratio: {ratio}; cursor: pointer; }}
.stage img {{ position: absolute; width: {wide}%; left: {left}%; top: {top}%; }}
.press {{ display: none; }} .press.shown {{ display: block; }}
details {{ margin: 16px 0 8px; }} summary {{ cursor: pointer; color: {key}; }}
nav {{ padding: 12px 0 0; color: {dim}; }} button {{ font: inherit; padding: 4px 14px; }}
@media print {{
  section {{ display: block; break-inside: avoid; }} nav {{ display: none; }}
  .press.pose {{ display: none; }} .press.end {{ display: block; }}
}}
</style></head><body><main>
<nav><button id="back" aria-label="back">←</button> <button id="on" aria-label="on">→</button> <span id="place"></span>
· Page Down and Page Up, or the arrows; A: the answer</nav>
)";

constexpr std::string_view script = R"(<script>
const steps = [...document.querySelectorAll("section")];
const presses = step => [...step.querySelectorAll(".press")];
let step = Math.max(0, steps.findIndex(s => "#" + s.id === location.hash)), answered = false;
function show() {
  steps.forEach((s, i) => s.classList.toggle("here", i === step));
  const all = presses(steps[step]);
  all.forEach((press, i) => press.classList.toggle("shown", i === (answered ? all.length - 1 : 0)));
  document.getElementById("place").textContent = (step + 1) + " / " + steps.length;
  try { history.replaceState(null, "", "#" + steps[step].id); } catch (e) {} // a page within another may not
}
function go(to, end) {
  steps[step].querySelectorAll("details").forEach(d => d.open = false);
  step = to; answered = end;
  window.scrollTo(0, 0);
}
function on() {
  if (!answered && presses(steps[step]).length > 1) answered = true;
  else if (step + 1 < steps.length) go(step + 1, false);
  show();
}
function back() {
  if (answered && presses(steps[step]).length > 1) answered = false;
  else if (step > 0) go(step - 1, true);
  show();
}
document.getElementById("on").onclick = on;
document.getElementById("back").onclick = back;
document.querySelectorAll(".stage").forEach(stage => stage.onclick = on);
document.addEventListener("keydown", e => {
  if (e.repeat || e.ctrlKey || e.altKey || e.metaKey) return;
  if (e.key === "PageDown" || e.key === "ArrowRight") on();
  else if (e.key === "PageUp" || e.key === "ArrowLeft") back();
  else if (e.key === "Home") { answered = false; show(); }
  else if (e.key === "a" || e.key === "A") steps[step].querySelectorAll("details").forEach(d => d.open = !d.open);
  else return;
  e.preventDefault();
});
show();
</script>
</main></body></html>
)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  return result;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve(bytes.size() / 3 * 4 + 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) result += k <= count ? letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return result;
}

std::string css(ImU32 colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour >> IM_COL32_R_SHIFT & 0xff, colour >> IM_COL32_G_SHIFT & 0xff,
                     colour >> IM_COL32_B_SHIFT & 0xff);
}

std::string shifted(const lecture::Run& run, const std::string& words) {
  if (run.shift == lecture::Run::Shift::none) return words;
  return fmt::format("<{0}>{1}</{0}>", run.shift == lecture::Run::Shift::below ? "sub" : "sup", words);
}

/// Words that are said.
std::string said(std::string_view words) {
  std::string result;
  for (const lecture::Run& run : lecture::read_said(words)) result += shifted(run, escaped(run.words));
  return result;
}

void add_press(std::string& page, std::string_view name, const ShownPress& press, std::string_view title) {
  page += fmt::format("<div class=\"press {0}\"><p class=\"says {0}\">", name);
  for (std::size_t i = 0; i < press.lines.size(); ++i) {
    if (i > 0) page += "<br>\n";
    page += press.lines[i];
  }
  page += fmt::format("</p>\n<div class=\"stage\"><img alt=\"{}\" src=\"data:image/svg+xml;base64,", escaped(title));
  page += base64(press.svg);
  page += "\"></div></div>\n";
}

std::string head_of(const std::string& title, const canvas::Theme& theme, const Sheet& sheet) {
  const ImVec2 size{static_cast<float>(sheet.width), static_cast<float>(sheet.height)};
  const Rect seen = plan_stage(size).pictures;
  // Shares of the box, of which a browser reckons `top` from the height.
  const float x = 100 / seen.width(), y = 100 / seen.height();
  return fmt::format(
      head, fmt::arg("title", escaped(title)), fmt::arg("scheme", theme.dark ? "dark" : "light"),
      fmt::arg("ground", css(theme.ground)), fmt::arg("text", css(theme.text)), fmt::arg("dim", css(theme.dim)),
      fmt::arg("key", css(theme.key)), fmt::arg("ratio", fmt::format("{:.2f} / {:.2f}", seen.width(), seen.height())),
      fmt::arg("wide", fmt::format("{:.3f}", size.x * x)), fmt::arg("left", fmt::format("{:.3f}", -seen.least.x * x)),
      fmt::arg("top", fmt::format("{:.3f}", -seen.least.y * y)));
}

} // namespace

std::string html_line(const std::vector<lecture::Run>& line, const canvas::Theme& theme,
                      const std::function<std::string(const lecture::Run&)>& number) {
  std::string result;
  bool bold = false;
  for (const lecture::Run& run : line) {
    if (run.bold != bold) result += run.bold ? "<b>" : "</b>";
    bold = run.bold;
    const std::string words = shifted(run, escaped(run.computed ? number(run) : run.words));
    if (run.role.empty())
      result += words;
    else
      result += fmt::format("<span style=\"color:{}\">{}</span>", css(colour_of(theme, run)), words);
  }
  if (bold) result += "</b>";
  return result;
}

std::string lecture_page(const lecture::Lecture& lecture, const std::vector<ShownStep>& shown,
                         const canvas::Theme& theme, const Sheet& sheet) {
  std::string page = head_of(lecture.title, theme, sheet);
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    const lecture::Step& step = lecture.steps[i];
    page += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n", escaped(step.id), escaped(step.title));
    if (!shown[i].pose.svg.empty()) add_press(page, "pose", shown[i].pose, step.title);
    add_press(page, "end", shown[i].end, step.title);
    if (!step.ask.empty())
      page += fmt::format("<details><summary>{}</summary><p>{}</p></details>\n", said(step.ask), said(step.answer));
    for (const std::string& note : step.notes) page += fmt::format("<p>{}</p>\n", said(note));
    page += "</section>\n";
  }
  page += script;
  return page;
}

} // namespace ropescope::cli
