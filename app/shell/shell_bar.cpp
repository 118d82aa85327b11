#include "app/shell/shell.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"

// What lies around the pictures beside the bar: messages, and the overlay of keys.

namespace ropescope::shell {

std::string_view Shell::badge_help(const Canvas& c) const {
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
          ? c.words(
                "\nThe same scores are computed twice, by shaders and by the CPU: the greatest difference is {:.1e}.",
                p.greatest_difference)
          : std::string_view();
  return c.words("{}\nCPU: {}\n{}{}{}", gpu, cpu, engines_.why_this_one(), agree, times);
}

const std::string& Shell::shown_message() const { return message_.words.empty() ? fonts_.notice : message_.words; }

/// Over the middle of the picture, which shows the q and k before until then.
void Shell::draw_reading(const Canvas& c, Rect stage) const {
  if (derived_.reading().empty()) return;
  const std::string_view words =
      shortened_before(c, c.fonts.bold, c.words("reading {} …", derived_.reading()), stage.width() - c.px(60));
  const float width = text_width(c.fonts.bold, words) + c.px(36), high = c.px(40);
  const ImVec2 at{stage.centre().x - width / 2, stage.centre().y - high / 2};
  c.paint.box({at, {at.x + width, at.y + high}}, c.theme.raised, c.px(6));
  c.paint.frame({at, {at.x + width, at.y + high}}, c.theme.outline, c.stroke(1), c.px(6));
  text(c, {at.x + c.px(18), at.y + c.px(11)}, c.fonts.bold, c.theme.text, words);
}

void Shell::message_bar(const Canvas& c, Rect bar) {
  tire_message(ImGui::GetIO().DeltaTime);
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
