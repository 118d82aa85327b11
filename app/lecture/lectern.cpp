#include "app/lecture/lectern.h"

#include <algorithm>

#include <GLFW/glfw3.h>

#include "app/lecture/lecture_scene.h"
#include "core/error.h"
#include "core/lecture/claim_engine.h"

namespace ropescope {

namespace {

constexpr std::size_t columns = 5; // of the overview

} // namespace

namespace {

// Seconds. A claim may take a tenth to compute, which must not hold a hand up.
constexpr double moment = 0.3, spotlight_fade = 0.12;

bool holds(const lecture::WrittenClaim& claim, lecture::ClaimEngine& engine) {
  try {
    return lecture::judge(claim.claim, engine).holds;
  } catch (const Error&) { // of this scene it cannot be computed
    return false;
  }
}

} // namespace

/// Before the motion claims of the pose count, after it the others; of a step without a motion all.
Lectern::Verdict Lectern::judged_now() {
  lecture::ClaimEngine engine(claim_scene(player.scene(), player.written_json()));
  const lecture::Step& step = player.step();
  Verdict verdict;
  for (const lecture::WrittenClaim& claim : step.claims) {
    if (step.has_motion() && claim.claim.at_pose == player.answered()) continue;
    verdict.all += 1;
    verdict.hold += holds(claim, engine) ? 1 : 0;
  }
  return verdict;
}

void Lectern::judge(double now) {
  if ((!player.touched() && !presented) || player.moving()) {
    waits_ = false;
    judged_.reset();
    verdict_.reset();
    return;
  }
  const std::pair at(player.step_number(), player.answered());
  if (!judged_ || judged_at_ != at || *judged_ != player.scene()) {
    // Within a step the verdict before stays until there is another one: nothing blinks.
    if (judged_at_ != at) verdict_.reset();
    judged_ = player.scene(), judged_at_ = at, changed_ = now, waits_ = true;
  }
  if (!waits_ || now - changed_ < moment) return;
  waits_ = false;
  if (player.touched())
    verdict_ = judged_now();
  else {
    const auto known = as_written_.find(at);
    verdict_ = known != as_written_.end() ? known->second : as_written_.emplace(at, judged_now()).first->second;
  }
}

void Lectern::forget_verdicts() {
  as_written_.clear();
  judged_.reset();
  verdict_.reset();
}

void Lectern::turn_spotlight(bool on, double now) {
  if (spotlight == on) return;
  const auto strength = static_cast<double>(spotlight_strength(now)); // half gone, it comes back from there
  spotlight_changed_ = now - spotlight_fade * (on ? strength : 1 - strength);
  spotlight = on;
}

float Lectern::spotlight_strength(double now) const {
  const auto share = static_cast<float>(std::clamp((now - spotlight_changed_) / spotlight_fade, 0.0, 1.0));
  return spotlight ? share : 1 - share;
}

std::optional<float> Lectern::judged_in(double now) const {
  if (!waits_) return std::nullopt;
  return static_cast<float>(std::max(0.0, changed_ + moment - now));
}

/// Of a step that was left nothing stays over the stage.
void Lectern::after_step_changed() {
  question = answer = false;
  digits.clear();
}

/// Digits and Enter jump; in the overview arrows choose.
bool Lectern::chooses(int key, double now) {
  const std::size_t count = player.lecture().steps.size();
  if (key >= GLFW_KEY_0 && key <= GLFW_KEY_9 && digits.size() < 3) {
    digits += static_cast<char>('0' + (key - GLFW_KEY_0));
    if (const auto step = lecture::find_step(player.lecture(), digits)) chosen = *step;
    return true;
  }
  if (key == GLFW_KEY_BACKSPACE && !digits.empty()) {
    digits.pop_back();
    return true;
  }
  if ((key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER) && (overview || !digits.empty())) {
    const auto typed = lecture::find_step(player.lecture(), digits);
    if (digits.empty() || typed) {
      player.jump(typed.value_or(chosen), now);
      overview = false;
      after_step_changed();
    }
    digits.clear();
    return true;
  }
  if (!overview) return false;
  const auto go = [&](std::size_t step) { return chosen = std::min(step, count - 1), digits.clear(), true; };
  if (key == GLFW_KEY_RIGHT || key == GLFW_KEY_PAGE_DOWN) return go(chosen + 1);
  if (key == GLFW_KEY_LEFT || key == GLFW_KEY_PAGE_UP) return go(chosen - std::min<std::size_t>(chosen, 1));
  if (key == GLFW_KEY_DOWN) return go(chosen + columns);
  if (key == GLFW_KEY_UP) return go(chosen >= columns ? chosen - columns : chosen);
  return false;
}

Lectern::Key Lectern::key(int key, int modifiers, bool repeated, double now) {
  const std::size_t before = player.step_number();
  const bool plain = (modifiers & (GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER)) == 0;
  if (key == GLFW_KEY_Z && (modifiers & GLFW_MOD_CONTROL) && pen) {
    if (auto& here = strokes_here(); !here.empty()) here.pop_back();
    return Key::used;
  }
  if (!plain) return Key::unused;
  if (player.blank() && key == GLFW_KEY_ESCAPE) return player.toggle_blank(now), Key::used;
  if (!player.blank() && chooses(key, now)) return Key::used;
  const auto flip = [](bool& what) { return what = !what, Key::used; };
  switch (key) {
  case GLFW_KEY_PAGE_DOWN:
  case GLFW_KEY_RIGHT:
    if (!repeated) player.press(now);
    break;
  case GLFW_KEY_PAGE_UP:
  case GLFW_KEY_LEFT:
    if (!repeated) player.back(now);
    break;
  case GLFW_KEY_PERIOD:
  case GLFW_KEY_B: return player.toggle_blank(now), Key::used;
  case GLFW_KEY_HOME: return player.home(), Key::used;
  case GLFW_KEY_O: return chosen = player.step_number(), digits.clear(), flip(overview);
  case GLFW_KEY_N: return mirrored ? (notes = true, Key::used) : flip(notes);
  case GLFW_KEY_A:
    if (notes && !answer && !presented) return flip(answer);
    return flip(question);
  case GLFW_KEY_C: return flip(pointer);
  case GLFW_KEY_V: return turn_spotlight(!spotlight, now), Key::used;
  case GLFW_KEY_X:
    if (modifiers & GLFW_MOD_SHIFT) return strokes_here().clear(), Key::used;
    return flip(pen);
  case GLFW_KEY_F5: return Key::leave;
  case GLFW_KEY_ESCAPE:
    if (overview || question || pen || spotlight || pointer || !digits.empty()) {
      overview = question = pen = pointer = false;
      turn_spotlight(false, now);
      digits.clear();
      return Key::used;
    }
    return Key::leave;
  default: return Key::unused;
  }
  if (player.step_number() != before) after_step_changed();
  return Key::used;
}

void Lectern::released(int key) {
  if (mirrored && key == GLFW_KEY_N) notes = false;
}

} // namespace ropescope
