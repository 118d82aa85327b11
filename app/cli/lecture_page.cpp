#include "app/cli/lecture_page.h"

#include <cstdint>

#include <fmt/format.h>

namespace ropescope::cli {

namespace {

// A step's pictures are images of their own, so that the names within one cannot meet those within another.
constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; background: #16181d; color: #e6e8ec; font: 18px/1.5 "DejaVu Sans", Verdana, sans-serif; }}
main {{ max-width: 1280px; margin: 0 auto; }}
section {{ display: none; }} section.here {{ display: block; }}
img {{ width: 100%; display: none; }} img.shown {{ display: block; }}
div {{ padding: 12px 5%; }} details {{ margin: 8px 0; }} summary {{ cursor: pointer; color: #e69f00; }}
nav {{ padding: 8px 5%; color: #9aa0aa; }} button {{ font: inherit; padding: 4px 14px; }}
@media print {{ section {{ display: block; break-inside: avoid; }} img.end {{ display: block; }} img.pose, nav {{ display: none; }} }}
</style></head><body><main>
<nav><button id="back">←</button> <button id="on">→</button> <span id="place"></span></nav>
)";

constexpr std::string_view script = R"(<script>
const steps = [...document.querySelectorAll("section")];
let step = Math.max(0, steps.findIndex(s => "#" + s.id === location.hash)), answered = false;
const presses = s => s.querySelectorAll("img").length;
function show() {
  steps.forEach((s, i) => s.classList.toggle("here", i === step));
  const images = [...steps[step].querySelectorAll("img")];
  images.forEach((image, i) => image.classList.toggle("shown", i === (answered ? images.length - 1 : 0)));
  document.getElementById("place").textContent = (step + 1) + " / " + steps.length;
  history.replaceState(null, "", "#" + steps[step].id);
}
function on() {
  if (!answered && presses(steps[step]) > 1) answered = true;
  else if (step + 1 < steps.length) { step += 1; answered = false; }
  show();
}
function back() {
  if (answered && presses(steps[step]) > 1) answered = false;
  else if (step > 0) { step -= 1; answered = true; }
  show();
}
document.getElementById("on").onclick = on;
document.getElementById("back").onclick = back;
document.addEventListener("keydown", e => {
  if (e.repeat || e.ctrlKey || e.altKey || e.metaKey) return;
  if (e.key === "PageDown" || e.key === "ArrowRight") on();
  else if (e.key === "PageUp" || e.key === "ArrowLeft") back();
  else if (e.key === "Home") answered = false, show();
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
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) result += k <= count ? letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return result;
}

std::string image(std::string_view name, std::string_view svg, std::string_view title) {
  std::string result =
      fmt::format("<img class=\"{}\" alt=\"{}\" src=\"data:image/svg+xml;base64,", name, escaped(title));
  result += base64(svg);
  return result + "\">\n";
}

} // namespace

std::string lecture_page(const lecture::Lecture& lecture, const std::vector<StepPictures>& pictures) {
  std::string page = fmt::format(head, fmt::arg("title", escaped(lecture.title)));
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    const lecture::Step& step = lecture.steps[i];
    page += fmt::format("<section id=\"{}\">\n", escaped(step.id));
    if (!pictures[i].pose.empty()) page += image("pose", pictures[i].pose, step.title);
    page += image("end", pictures[i].end, step.title);
    page += fmt::format("<div><h2>{}</h2>\n", escaped(step.title));
    if (!step.ask.empty())
      page +=
          fmt::format("<details><summary>{}</summary><p>{}</p></details>\n", escaped(step.ask), escaped(step.answer));
    for (const std::string& note : step.notes) page += fmt::format("<p>{}</p>\n", escaped(note));
    page += "</div></section>\n";
  }
  page += script;
  return page;
}

} // namespace ropescope::cli
