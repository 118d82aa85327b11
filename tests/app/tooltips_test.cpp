// Words about what the mouse rests on, and notices: that they come, where they stand, and how they read.
#include <algorithm>
#include <cctype>
#include <cstring>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "core/rope/scheme.h"
#include "tests/app/recording_painter.h"
#include "tests/app/window_hand.h"

using namespace ropescope;
using Hand = test::WindowHand;

namespace {

/// Where a tooltip lies on the screen after the last frame; nothing where none was drawn, though one was asked for.
std::optional<canvas::Rect> tooltip_drawn() {
  const ImDrawData& data = *ImGui::GetDrawData();
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    if (!list._OwnerName || !std::strstr(list._OwnerName, "##Tooltip") || list.VtxBuffer.empty()) continue;
    canvas::Rect area{{1e9f, 1e9f}, {-1e9f, -1e9f}};
    for (const ImDrawVert& v : list.VtxBuffer) {
      area.least = {std::min(area.least.x, v.pos.x), std::min(area.least.y, v.pos.y)};
      area.greatest = {std::max(area.greatest.x, v.pos.x), std::max(area.greatest.y, v.pos.y)};
    }
    return area;
  }
  return std::nullopt;
}

/// The frames that a window draws by itself while nobody touches it: those that are due, and no other.
void wait(Hand& hand) {
  for (int i = 0; i < 20; ++i) {
    const auto due = hand.window.shell.due_in();
    if (!due) return;
    const float seconds = std::max(0.01f, *due);
    hand.window.shell.pass(seconds);
    hand.window.frame(false, 0.001f);
  }
  FAIL("a window at rest draws for ever");
}

/// Two frames, as the window draws after a mouse that moved over something.
void move(Hand& hand, ImVec2 where) {
  hand.rest(where);
  hand.frames(2);
}

std::string words(Hand& hand) { return std::string(hand.window.shell.attention().explained); }

bool overlap(const canvas::Rect& a, const canvas::Rect& b) {
  return a.least.x < b.greatest.x && b.least.x < a.greatest.x && a.least.y < b.greatest.y && b.least.y < a.greatest.y;
}

} // namespace

TEST_CASE("the words about every control are on the screen once the mouse rests, with no event that brings them") {
  for (const char* view : {"score", "pair", "precision"}) {
    Scene scene = default_scene();
    scene.view = view;
    Hand hand(1600, 1000, scene);
    std::size_t told = 0;
    const std::vector<canvas::Control> controls = hand.window.shell.controls();
    for (const canvas::Control& control : controls) {
      if (control.help.empty()) continue;
      move(hand, {800, 3}); // over nothing, until its words would not come at once
      hand.window.shell.pass(2);
      hand.frames(1);
      move(hand, control.area.centre());
      wait(hand);
      if (words(hand).empty()) continue; // another control lies over its middle
      CAPTURE(words(hand));
      ++told;
      CHECK(tooltip_drawn());
    }
    CHECK(told > 30);
  }
}

TEST_CASE("words about a control of the panel cover no control, and a press ends them until the mouse has left") {
  Hand hand(1600, 1000, first_scene());
  const canvas::Rect yarn = hand.control("scheme yarn");
  move(hand, yarn.centre());
  wait(hand);
  REQUIRE(tooltip_drawn());
  for (const canvas::Control& control : hand.window.shell.controls()) {
    CAPTURE(control.key);
    if (control.area.greatest.x < 320) CHECK(!overlap(*tooltip_drawn(), control.area));
  }
  for (const char* key : {"head_dim", "none"}) { // at the top and at the foot it is on the screen as a whole
    move(hand, hand.control(key).centre());
    wait(hand);
    REQUIRE(tooltip_drawn());
    CHECK(tooltip_drawn()->greatest.y <= 1000);
  }
  move(hand, yarn.centre());
  wait(hand);
  hand.click(yarn.centre());
  CHECK(hand.scene().rope.scaling.rope_type == RopeType::yarn);
  hand.window.frame(false, 1);
  wait(hand);
  CHECK(words(hand).empty());
  move(hand, {yarn.least.x + 3, yarn.centre().y}); // still on it
  wait(hand);
  CHECK(words(hand).empty());
  move(hand, {800, 3});
  move(hand, yarn.centre());
  wait(hand);
  CHECK(!words(hand).empty());
}

TEST_CASE("the words about a control are sentences, and name the unit of what is set") {
  const auto check_sentence = [](std::string_view help) {
    CAPTURE(std::string(help));
    CHECK(help.size() > 8);
    // A scheme's name and a formula's symbol are written as they are everywhere.
    const bool is_name = std::any_of(all_schemes().begin(), all_schemes().end(),
                                     [&](const Scheme* scheme) { return help.starts_with(scheme->title); });
    if (!is_name && help[1] != ' ') CHECK(!std::islower(static_cast<unsigned char>(help.front())));
    CHECK((help.back() == '.' || help.back() == '?'));
    CHECK(help.find("..") == std::string_view::npos);
    CHECK(help.find(": .") == std::string_view::npos);
  };
  for (const Property* row : all_properties()) {
    CAPTURE(row->key);
    const std::string words = sentence(row->help);
    // A name out of a config.json may begin it: it stays as it is written there.
    if (words.find_first_of("_=") > words.find(' ')) check_sentence(words);
  }
  // A parameter of a scheme is told by what it does: its meaning is no half of a sentence whose other half is its name.
  for (const Parameter* parameter : scheme_parameters()) {
    CAPTURE(parameter->key);
    for (const char* half : {"within", "above", "below", "of ", "multiplies", "share", "divides", "scaled"})
      CHECK(!parameter->meaning.starts_with(half));
    if (!parameter->unit.empty()) CHECK(parameter->meaning.find(parameter->unit) != std::string_view::npos);
  }
  for (const char* model : {"llama-2-7b", "llama-3.1-8b", "phi-3-mini-128k", "qwen2-vl-7b"}) {
    Scene scene = scene_of(find_preset(model).model);
    if (std::string(model) == "llama-2-7b") choose_scheme(scene, RopeType::yarn);
    Hand hand(1600, 1000, scene);
    for (const canvas::Control& control : hand.window.shell.controls()) {
      CAPTURE(control.key);
      if (control.key == "stage" || control.area.greatest.x > 320) continue; // the panel's, and the bar's first
      const std::size_t colon = control.help.find(": ");                     // "beta_fast: pairs that …"
      if (control.help.substr(0, colon).find('_') == std::string_view::npos) check_sentence(control.help);
    }
  }
}

TEST_CASE("every row of the panel is seen without scrolling in a window of 1600×960, under every scheme") {
  Hand hand(1600, 960, first_scene());
  for (const Picture* picture : all_pictures()) {
    if (!picture->compares) continue; // where the panel has its last section
    for (const Scheme* scheme : all_schemes()) {
      if (!scheme->offered) continue;
      Scene scene = first_scene();
      choose_scheme(scene, scheme->type);
      scene.view = picture->name;
      hand.window.shell.show(scene);
      hand.frames(3);
      CAPTURE(scheme->title);
      CAPTURE(picture->name);
      REQUIRE(hand.window.shell.control(scheme->choice())); // of the comparison, the scheme in force first
      float foot = 0;
      for (const canvas::Control& control : hand.window.shell.controls())
        if (control.area.greatest.x < 320 && control.key != "notice") foot = std::max(foot, control.area.greatest.y);
      CHECK(foot <= 960 - 12);
    }
  }
}

TEST_CASE("the attention factor is typed where a scheme has one, follows the scheme again, and says what it does") {
  Scene scene = first_scene();
  choose_scheme(scene, RopeType::yarn);
  Hand hand(1600, 1000, scene);
  const auto factor = [&] { return hand.window.shell.derived().current().spectrum.attention_factor; };
  const double own = factor();
  CHECK(own == doctest::Approx(1.2772588722)); // 1 + 0.1 ln 16
  const auto help = [&] {
    for (const canvas::Control& control : hand.window.shell.controls())
      if (control.key == "attention_factor") return std::string(control.help);
    return std::string();
  };
  CHECK(help().find("q and k × 1.2773, so scores × 1.6314") == 0);
  hand.click(hand.control("attention_factor").centre());
  hand.type("1.5");
  hand.enter();
  CHECK(factor() == 1.5);
  CHECK(help().find("q and k × 1.5000, so scores × 2.2500") == 0);
  hand.click(hand.control("attention_factor").centre());
  hand.type(" ");
  hand.enter();
  CHECK(factor() == own);
  choose_scheme(scene, RopeType::linear); // which has none: nothing is offered to type
  Hand plain(1600, 1000, scene);
  plain.click(plain.control("attention_factor").centre());
  plain.type("1.5");
  plain.enter();
  CHECK(plain.scene() == scene);
}

TEST_CASE("the target is typed in the panel, and follows factor and trained context again") {
  Scene scene = first_scene();
  choose_scheme(scene, RopeType::yarn);
  Hand hand(1600, 1000, scene);
  const std::int64_t own = pictured_length(hand.scene());
  hand.click(hand.control("target").centre());
  hand.type("32k");
  hand.enter();
  CHECK(pictured_length(hand.scene()) == 32768);
  hand.click(hand.control("target").centre());
  hand.type(" ");
  hand.enter();
  CHECK(pictured_length(hand.scene()) == own);
  CHECK(!hand.scene().target);
}

TEST_CASE("a notice covers no words, at any size and in any view") {
  for (const auto& [width, height] : {std::pair{1600, 1000}, std::pair{1280, 720}, std::pair{1100, 640}}) {
    test::Headless window(width, height, first_scene());
    test::RecordingPainter painter;
    for (const Picture* picture : all_pictures()) {
      Scene scene = first_scene();
      scene.view = picture->name;
      window.shell.show(scene);
      for (int i = 0; i < 3; ++i) window.frame(false);
      window.shell.perform(Request::undo); // "There is nothing to undo."
      window.frame(false);
      const auto notice = window.shell.control("notice");
      CAPTURE(picture->name);
      REQUIRE(notice);
      painter.forget(); // the words of the same window; a file has no notice
      window.shell.frame(width, height, 1 / 60.0f, false, &painter);
      for (const auto& word : painter.words) {
        CAPTURE(word.text);
        CHECK(!overlap(word.area, *notice));
      }
    }
  }
}

TEST_CASE("the palette has a scheme first for the name that people type, before models that are called so") {
  for (const char* name : {"yarn", "YaRN", "linear", "longrope", "llama3", "interleaved", "light"}) {
    CAPTURE(name);
    Hand hand(1280, 720, first_scene());
    hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
    hand.type(name);
    REQUIRE(hand.window.shell.palette().list().lit());
    std::string small(name);
    std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string& found = hand.window.shell.palette().list().lit()->words;
    CHECK(found.ends_with(": " + small));
  }
  Hand hand(1280, 720, first_scene());
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  hand.type("yarn");
  hand.enter();
  CHECK(hand.scene().rope.scaling.rope_type == RopeType::yarn);
}
