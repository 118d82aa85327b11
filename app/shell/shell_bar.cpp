#include "app/shell/shell.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"

// What lies around the pictures beside the bar: messages, and the overlay of keys.

namespace ropescope::shell {

void Shell::badge_tooltip(const Canvas& c) const {
  const std::string_view gpu = engines_.has_gpu() ? c.words("GPU: {}", engines_.gpu_device) : engines_.gpu->why_not();
  static const std::string cpu = engines_.cpu.device(); // asks the system, once
  const Parity& p = derived_.parity();
  // Software that stands in for a GPU runs on the same processor: its time says nothing of GPUs, so it is not there.
  const std::string_view times =
      engines_.draws_on_gpu() && c.measured_times && p.cpu_ms > 0
          ? c.words("\nThe same scores took the GPU {:.2f} ms, the CPU {:.2f} ms.", p.gpu_ms, p.cpu_ms)
          : std::string_view();
  const std::string_view agree =
      engines_.has_gpu() && p.greatest_difference > 0
          ? c.words("\nThe same scores, computed by both: the greatest difference is {:.1e}.", p.greatest_difference)
          : std::string_view();
  tooltip(c.id("{}\nCPU: {}\n{}{}{}", gpu, cpu, engines_.why_this_one(), agree, times));
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
  if (hit("message", bar))
    message_ = {};
  else
    tooltip(words.c_str());
}

void Shell::help(const Canvas& c) {
  // Drawn above everything, popups included.
  screen_.draw_above(ImGui::GetForegroundDrawList());
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const auto with_key = [](const Action& a) { return a.key != 0; };
  const auto lines = std::count_if(actions().begin(), actions().end(), with_key);
  const float row = c.px(27), width = c.px(440), height = row * static_cast<float>(lines) + c.px(70);
  const ImVec2 corner{(size.x - width) / 2, std::max(c.px(8), (size.y - height) / 2)};
  c.paint.box({{0, 0}, size}, IM_COL32(0, 0, 0, 120));
  c.paint.box({corner, {corner.x + width, corner.y + height}}, c.theme.panel, c.px(8));
  text(c, {corner.x + c.px(22), corner.y + c.px(18)}, c.fonts.title, c.theme.text, "Keys");
  float y = corner.y + c.px(54);
  for (const Action& a : actions()) {
    if (!with_key(a)) continue;
    text(c, {corner.x + c.px(22), y}, c.fonts.mono, c.theme.accent, key_name(a));
    text(c, {corner.x + c.px(160), y}, c.fonts.body, c.theme.text, a.title);
    y += row;
  }
  screen_.draw_above(nullptr);
}

} // namespace ropescope::shell
