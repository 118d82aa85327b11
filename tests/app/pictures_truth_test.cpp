// What stands beside the numbers says what they are.
#include <cmath>
#include <numbers>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/pictures/dial.h"
#include "app/scene/actions.h"
#include "core/analysis/precision_curves.h"
#include "core/rope/cpu_engine.h"

using namespace ropescope;

TEST_CASE("a wedge is the angle from key to query: small where they are close, whichever comes first") {
  const auto hand = [](double angle) {
    return std::complex<float>(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
  };
  constexpr double turn = 2 * std::numbers::pi;
  for (const double theta : {1e-4, 0.01, 0.5, 1.0, 2.9})
    for (int delta = -40; delta <= 40; ++delta) {
      const double key = 0.3, angle = delta * theta;
      const pictures::Dial dial{hand(key + angle), hand(key), 0, false, delta < 0};
      CAPTURE(theta);
      CAPTURE(delta);
      // fmod has the sign of the angle and leaves less than a turn.
      const double expected = std::fmod(angle, turn), got = pictures::angle_between(dial);
      const double off = std::abs(expected - got);
      CHECK(std::min(off, std::abs(off - turn)) < 1e-5);
      if (std::abs(std::abs(expected) - turn) > 1e-5 && std::abs(expected) > 1e-5) CHECK(off < 1e-5);
    }
}

TEST_CASE("the table of precision does not stand on the few positions that a format can hold") {
  CpuEngine engine;
  const PrecisionEngine on[] = {{&engine, false}};
  const PrecisionCurves measured = precision_curves(on, RopeConfig{}, 65536);
  for (const PrecisionCurve& curve : measured.curves) {
    if (shown_recipes[curve.recipe].recipe != "bf16_positions") continue;
    REQUIRE(curve.table.size() == measured.table_positions.size());
    // 1 000 and 32 768 are numbers of bfloat16, positions around them up to half a step of 4 and of 256 away from one:
    // 2 rad or more of the fastest pair, which is an error of up to 2·sin 1.
    for (const double error : curve.table) CHECK(error > 1.5);
  }
}

TEST_CASE("a letter is what its key types, wherever it lies, and other keys count by their place") {
  const auto request = [](int key, const char* typed, int modifiers) {
    Scene scene = default_scene();
    const Action* action = action_for_key(key_by_letter(key, typed), modifiers);
    return action ? action->apply(scene) : Request::none;
  };
  // French: A and Q, W and Z have changed places, digits come with Shift alone.
  CHECK(request(GLFW_KEY_Q, "a", GLFW_MOD_CONTROL) == Request::none);
  CHECK(request(GLFW_KEY_A, "q", GLFW_MOD_CONTROL) == Request::quit);
  CHECK(request(GLFW_KEY_W, "z", GLFW_MOD_CONTROL) == Request::undo);
  CHECK(key_by_letter(GLFW_KEY_1, "&") == GLFW_KEY_1);
  CHECK(key_by_letter(GLFW_KEY_6, "-") == GLFW_KEY_6);
  // German: Z and Y; ü and + lie where [ and ] do.
  CHECK(request(GLFW_KEY_Y, "z", GLFW_MOD_CONTROL) == Request::undo);
  CHECK(key_by_letter(GLFW_KEY_LEFT_BRACKET, "ü") == GLFW_KEY_LEFT_BRACKET);
  CHECK(request(GLFW_KEY_RIGHT_BRACKET, "+", GLFW_MOD_CONTROL) == Request::zoom_in);
  CHECK(request(GLFW_KEY_SLASH, "-", GLFW_MOD_CONTROL) == Request::zoom_out);
  // American, the number block, and keys that type nothing.
  CHECK(request(GLFW_KEY_EQUAL, "=", GLFW_MOD_CONTROL) == Request::zoom_in);
  CHECK(request(GLFW_KEY_KP_ADD, "+", GLFW_MOD_CONTROL) == Request::zoom_in);
  CHECK(request(GLFW_KEY_KP_SUBTRACT, "-", GLFW_MOD_CONTROL) == Request::zoom_out);
  CHECK(key_by_letter(GLFW_KEY_KP_3, "3") == GLFW_KEY_3);
  CHECK(key_by_letter(GLFW_KEY_ESCAPE, nullptr) == GLFW_KEY_ESCAPE);
  CHECK(key_by_letter(GLFW_KEY_T, nullptr) == GLFW_KEY_T);
  // A German keyboard types + where ] lies: alone it is ], with Ctrl it enlarges; letters never go by their place.
  CHECK(action_for_key(key_meant(GLFW_KEY_RIGHT_BRACKET, "+", 0), 0)->name == "pair.next");
  CHECK(action_for_key(key_meant(GLFW_KEY_RIGHT_BRACKET, "+", GLFW_MOD_CONTROL), GLFW_MOD_CONTROL)->name == "zoom.in");
  CHECK(action_for_key(key_meant(GLFW_KEY_Q, "a", GLFW_MOD_CONTROL), GLFW_MOD_CONTROL) == nullptr);
}
