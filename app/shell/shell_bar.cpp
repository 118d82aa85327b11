#include "app/shell/shell.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/canvas/imgui_compat.h"
#include "app/scene/picture.h"
#include "core/text.h"

// What lies around the pictures: the bar with its tabs and the badge, and messages.

namespace ropescope::shell {

void Shell::top_bar(const Canvas& c, Rect bar, Scene& next) {
  c.paint.ground(bar, c.theme.panel);
  c.paint.line({bar.least.x, bar.greatest.y}, bar.greatest, c.theme.grid, 1);
  const float y = (bar.height() - compat::font_size(c.fonts.title)) / 2;
  float x = c.px(20);
  x += text(c, {x, y}, c.fonts.title, c.theme.text, "Ropescope") + c.px(22);
  const Picture& shown = shown_picture(scene_);
  const std::string_view lit = shown.tab.empty() ? shown.window : shown.name;
  for (const Action& a : actions()) {
    if (a.view.empty()) break; // tabs come first
    const bool chosen = a.view == lit;
    ImFont* font = chosen ? c.fonts.bold : c.fonts.body;
    const float width = text_width(font, a.title) + c.px(36);
    const Rect tab{{x, c.px(8)}, {x + width, bar.height() - c.px(8)}};
    const Picture& picture = *find_picture(a.view);
    const std::string_view help = c.words("{}: {}. Key {}.", picture.title, picture.line, key_name(a));
    if (press(c, c.id("tab {}", a.view), tab, help, a.view)) a.apply(next);
    const bool hovered = ImGui::IsItemHovered();
    if (chosen || hovered)
      c.paint.box({tab.least, tab.greatest}, chosen ? c.theme.raised : with_alpha(c.theme.raised, 0.5f), c.px(5));
    text(c, {x + c.px(12), tab.least.y + c.px(7)}, font, chosen || hovered ? c.theme.text : c.theme.dim, a.title);
    text(c, {tab.greatest.x - c.px(8), tab.least.y + c.px(3)}, c.fonts.heading, c.theme.faint, key_name(a),
         Align::right);
    x += width + c.px(4);
  }
  float right = bar.greatest.x - c.px(20);
  const auto command = [&](const char* name, std::string_view label) {
    const float width = text_width(c.fonts.body, label);
    const Rect r{{right - width - c.px(8), c.px(8)}, {right + c.px(8), bar.height() - c.px(8)}};
    const Action& does = action(name);
    const std::string_view help =
        c.words("{}. Key {}.{}{}", does.title, key_name(does), does.help.empty() ? "" : "\n", does.help);
    if (press(c, name, r, help)) perform(does.apply(next));
    text(c, {right - width, c.px(15)}, c.fonts.body, ImGui::IsItemHovered() ? c.theme.text : c.theme.dim, label);
    right -= width + c.px(24);
  };
  command("theme", scene_.theme == ThemeName::dark ? "Light" : "Dark");
  command("export", "Export");
  command("help", "Keys");
  badge(c, {{std::max(x + c.px(16), right - c.px(700)), c.px(9)}, {right, bar.height() - c.px(9)}});
}

/// How GPU and CPU compare: which GPU, its time, the CPU's, and how far apart their numbers are; where there is no GPU,
/// why. In a narrow bar the device's name is left out first, then the numbers.
void Shell::badge(const Canvas& c, Rect r) const {
  if (r.width() < c.px(32)) return;
  c.paint.box({r.least, r.greatest}, c.theme.raised, c.px(5));
  const float y = r.least.y + c.px(7), room = r.width() - c.px(46);
  const ImVec2 dot{r.least.x + c.px(16), (r.least.y + r.greatest.y) / 2};
  const ImVec2 words{r.least.x + c.px(30), y};
  if (!engines_.has_gpu()) {
    const float arm = c.px(5);
    c.paint.line({dot.x - arm, dot.y - arm}, {dot.x + arm, dot.y + arm}, c.theme.bad, c.stroke(2));
    c.paint.line({dot.x - arm, dot.y + arm}, {dot.x + arm, dot.y - arm}, c.theme.bad, c.stroke(2));
    const std::string_view time =
        c.measured_times && !derived_.parity_due() ? c.words("CPU {:.2f} ms", derived_.parity().cpu_ms) : "";
    const float width = text(c, {r.greatest.x - c.px(14), y}, c.fonts.mono_small, c.theme.text, time, Align::right);
    text(c, words, c.fonts.small, c.theme.text,
         shortened(c, c.fonts.small, engines_.gpu->why_not(), room - width - c.px(12)));
  } else {
    const Parity& p = derived_.parity();
    const bool due = derived_.parity_due();
    // Each engine is within 2e-6 of the exact numbers (core/rope/engine.h), so that both may be 4e-6 apart. In practice
    // they are closer; what is further apart than 2e-6 deserves a look.
    c.paint.disc(dot, c.px(5), due ? c.theme.faint : p.greatest_difference <= 2e-6 ? c.theme.good : c.theme.bad);
    // Software that stands in for a GPU runs on the same processor: its time says nothing of GPUs, so it is not there.
    const bool is_gpu = engines_.draws_on_gpu();
    const std::string_view numbers =
        due       ? is_gpu ? "GPU beside CPU: once it is still" : "shaders beside CPU: once it is still"
        : !is_gpu ? c.words("no GPU: shaders run on the CPU  max|Δ| {:.1e}", p.greatest_difference)
        : c.measured_times
            ? c.words("GPU {:.2f} ms  CPU {:.2f} ms  max|Δ| {:.1e}", p.gpu_ms, p.cpu_ms, p.greatest_difference)
            : c.words("GPU beside CPU: max|Δ| {:.1e}", p.greatest_difference);
    const float width = text_width(c.fonts.mono_small, numbers);
    if (width > room) return; // the dot alone; the tooltip of a wider window has the rest
    text(c, {r.greatest.x - c.px(14), y}, c.fonts.mono_small, c.theme.text, numbers, Align::right);
    const std::string_view device = !engines_.shaders.badge.empty() ? std::string_view(engines_.shaders.badge)
                                                                    : std::string_view(engines_.gpu_device);
    if (room - width > c.px(60))
      text(c, words, c.fonts.small, c.theme.dim, shortened(c, c.fonts.small, device, room - width - c.px(12)));
  }
  hit("badge", r);
  const std::string_view help = badge_help(c);
  c.note("badge", r, help);
  explain(c, help);
}

std::string_view Shell::badge_help(const Canvas& c) const {
  const std::string_view gpu = engines_.has_gpu() ? c.words("GPU: {}", engines_.gpu_device) : engines_.gpu->why_not();
  static const std::string cpu = engines_.cpu.device(); // asks the system, once
  return c.words("{}\nCPU: {}\n{}", gpu, cpu, engines_.why_this_one());
}

const std::string& Shell::shown_message() const { return message_.words.empty() ? fonts_.notice : message_.words; }

void Shell::message_bar(const Canvas& c, Rect bar) {
  const std::string& words = shown_message();
  if (words.empty()) return;
  const ImU32 colour = message_.trouble ? c.theme.bad : c.theme.good;
  c.paint.box({bar.least, bar.greatest}, mix(c.theme.panel, colour, 0.16f), c.px(6));
  c.paint.frame({bar.least, bar.greatest}, colour, c.stroke(1), c.px(6));
  const float y = bar.least.y + c.px(10);
  text(c, {bar.least.x + c.px(14), y}, c.fonts.body, colour, message_.trouble ? "✗" : "✓");
  text(c, {bar.least.x + c.px(38), y}, c.fonts.body, c.theme.text,
       shortened(c, c.fonts.body, words, bar.width() - c.px(130)));
  text(c, {bar.greatest.x - c.px(14), y}, c.fonts.small, c.theme.dim, "dismiss", Align::right);
  if (press(c, "message", bar, c.words("{}\nA click takes the message away.", words))) message_ = {};
}

} // namespace ropescope::shell
