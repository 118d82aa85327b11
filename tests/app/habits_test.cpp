// What people expect of every window: the palette, lists, the clipboard, the keyboard's focus, words about controls.
#include <algorithm>
#include <set>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/actions.h"
#include "app/scene/copy_as.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "tests/app/monkey.h"
#include "tests/app/window_hand.h"
#include "tests/scratch.h"

using namespace ropescope;
using Hand = test::WindowHand;

namespace {

/// The words of the line that Enter would choose.
std::string lit(const shell::ChoiceList& list) { return list.lit() ? list.lit()->words : std::string(); }

} // namespace

TEST_CASE("Ctrl+P opens a list that has every action, every tab, every model and what people set by hand") {
  Hand hand;
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  REQUIRE(hand.window.shell.palette().is_open());
  std::set<std::string> words;
  for (const shell::Choice& line : hand.window.shell.palette().list().lines()) words.insert(line.words);
  const auto has = [&](const std::string& part) {
    return std::any_of(words.begin(), words.end(), [&](const auto& w) { return w.find(part) != std::string::npos; });
  };
  for (const Action& a : actions()) {
    CAPTURE(a.name);
    CHECK(has(std::string(a.title)));
  }
  for (const Preset& preset : presets()) CHECK(words.count(preset.model.name) == 1);
  for (const Picture* picture : all_pictures()) {
    CAPTURE(picture->name);
    CHECK(has("View: " + std::string(picture->title)));
  }
  for (const Property* row : all_properties()) {
    CAPTURE(row->key);
    if (row->kind != Kind::range && row->key != "model" && row->key != "view") CHECK(has(std::string(row->label)));
  }
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL); // and closes it
  CHECK(!hand.window.shell.palette().is_open());
}

TEST_CASE("a value typed into the palette is set by Enter as one step of undo, and one that cannot be says why") {
  Hand hand;
  const Scene before = hand.scene();
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  hand.type("base 500k");
  hand.enter();
  CHECK(hand.scene().rope.base == 500000);
  CHECK(!hand.window.shell.palette().is_open());
  hand.key(GLFW_KEY_Z, GLFW_MOD_CONTROL);
  CHECK(hand.scene() == before);
  CHECK(hand.window.shell.notice().find("Undone: base") == 0);
  hand.key(GLFW_KEY_Y, GLFW_MOD_CONTROL);
  CHECK(hand.scene().rope.base == 500000);

  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  hand.type("query m 1e9");
  REQUIRE(hand.window.shell.palette().list().lit());
  CHECK(hand.window.shell.palette().list().lit()->help.find("16 777 215") != std::string::npos);
  hand.enter();
  CHECK(hand.scene().m == before.m);
  CHECK(hand.window.shell.palette().is_open()); // the person goes on from there
  hand.key(GLFW_KEY_ESCAPE);
  CHECK(!hand.window.shell.palette().is_open());
}

TEST_CASE(
    "in the palette a flag is toggled, a word of a choice is chosen, an action done, a model taken, a view shown") {
  Hand hand;
  const auto choose = [&](const char* words) {
    hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
    hand.type(words);
    hand.enter();
    CHECK(!hand.window.shell.palette().is_open());
  };
  choose("other layers");
  CHECK(!hand.scene().other_layers);
  choose("pairing interleaved");
  CHECK(hand.scene().rope.layout.pairs.pairing == Pairing::interleaved);
  choose("light and dark");
  CHECK(hand.scene().theme == canvas::ThemeName::light);
  choose("Llama 3.1 8B");
  CHECK(hand.scene().model.origin == "llama-3.1-8b");
  choose("view precision");
  CHECK(hand.scene().view == "precision");
  choose("undo");
  CHECK(hand.scene().model.origin == "llama-2-7b");
  // What was chosen lately stands on top, the last first.
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  const auto& lines = hand.window.shell.palette().list().lines();
  REQUIRE(lines.size() > 3);
  CHECK(lines[0].heading);
  CHECK(lines[1].words == "Undo");
  CHECK(lines[3].words == "Llama 3.1 8B");
}

TEST_CASE("a property without a value is put into the box for its value to be typed") {
  Hand hand;
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  hand.type("trained context");
  hand.enter();
  CHECK(hand.window.shell.palette().is_open());
  CHECK(std::string(hand.window.shell.palette().list().typed()) == "trained ");
  hand.type("8k");
  hand.enter();
  CHECK(trained_length(hand.scene().rope) == 8192);
}

TEST_CASE("arrows and pages move along a list without leaving it, and letters do not reach the pictures") {
  Hand hand;
  hand.key(GLFW_KEY_M, GLFW_MOD_CONTROL);
  REQUIRE(hand.window.shell.models().is_open());
  const shell::ChoiceList& list = hand.window.shell.models().list();
  CHECK(lit(list) == "Llama 2 7B"); // the present one
  CHECK(list.lit()->marked);
  hand.key(GLFW_KEY_DOWN);
  CHECK(lit(list) == "Llama 3 8B");
  hand.key(GLFW_KEY_UP);
  CHECK(lit(list) == "Llama 2 7B");
  for (int i = 0; i < 40; ++i) hand.key(GLFW_KEY_PAGE_UP);
  const std::string first = lit(list);
  CHECK(!list.lit()->heading);
  hand.key(GLFW_KEY_UP);
  CHECK(lit(list) == first);
  for (int i = 0; i < 40; ++i) hand.key(GLFW_KEY_PAGE_DOWN);
  CHECK(list.lit() == &list.lines().back());
  const Scene before = hand.scene();
  hand.key(GLFW_KEY_T);
  hand.key(GLFW_KEY_RIGHT);
  CHECK(hand.scene() == before);
  hand.key(GLFW_KEY_ESCAPE);
  CHECK(!hand.window.shell.models().is_open());
}

TEST_CASE("typing qwen into the list of models leaves those that are called so, and Enter takes the lit one") {
  Hand hand;
  hand.click(hand.control("model").centre());
  REQUIRE(hand.window.shell.models().is_open());
  hand.type("qwen");
  const auto& lines = hand.window.shell.models().list().lines();
  CHECK(lines.size() > 5);
  for (const shell::Choice& line : lines) CHECK(line.words.find("Qwen") != std::string::npos);
  const std::string wanted = lit(hand.window.shell.models().list());
  hand.enter();
  CHECK(hand.scene().model.name == wanted);
  CHECK(!hand.window.shell.models().is_open());
}

TEST_CASE("the list of models has each preset once, in groups, behind the files opened lately") {
  const test::Scratch scratch;
  const auto folder = scratch.path / "models--meta-llama--Llama-3.1-8B" / "snapshots" / "d04e";
  std::filesystem::create_directories(folder);
  write_file(folder / "config.json", R"({"model_type": "llama", "head_dim": 64, "rope_theta": 1e4})");
  Hand hand;
  hand.window.shell.open(folder / "config.json");
  hand.frames();
  hand.key(GLFW_KEY_M, GLFW_MOD_CONTROL);
  const auto& lines = hand.window.shell.models().list().lines();
  REQUIRE(lines.size() > 2);
  CHECK(lines[0].heading);
  CHECK(lines[1].words == "meta-llama/Llama-3.1-8B");
  CHECK(lines[1].marked);
  for (const Preset& preset : presets())
    CHECK(std::count_if(lines.begin(), lines.end(), [&](const auto& l) { return l.words == preset.model.name; }) == 1);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.words == "Qwen" && l.heading; }) == 1);
}

TEST_CASE("a click on a line of a list chooses it, and a click beside the list closes it") {
  Hand hand;
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  hand.type("light and dark");
  hand.click(hand.control("line 0").centre());
  CHECK(hand.scene().theme == canvas::ThemeName::light);
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  const Scene before = hand.scene();
  hand.click({1200, 700});
  CHECK(!hand.window.shell.palette().is_open());
  CHECK(hand.scene() == before);
}

TEST_CASE("Ctrl+C over a control copies its value, elsewhere the configuration, and what was copied is said") {
  Hand hand;
  hand.rest(hand.control("base").centre());
  hand.frames();
  hand.key(GLFW_KEY_C, GLFW_MOD_CONTROL);
  CHECK(Hand::clipboard() == "10000"); // without the space between thousands
  CHECK(hand.window.shell.notice() == "Copied 10000");
  hand.rest({1, 1});
  hand.frames();
  hand.key(GLFW_KEY_C, GLFW_MOD_CONTROL);
  CHECK(Hand::clipboard().find("base: 10000\nscheme: YaRN\nfactor: 16\n") != std::string::npos);
}

TEST_CASE("Ctrl+C over a plot copies the table that is read out there") {
  Scene scene = default_scene();
  scene.view = "score";
  Hand hand(1280, 720, scene);
  hand.rest({800, 300});
  hand.frames(3);
  hand.key(GLFW_KEY_C, GLFW_MOD_CONTROL);
  const std::string copied = Hand::clipboard();
  CHECK(copied.find("YaRN") != std::string::npos);
  CHECK(std::count(copied.begin(), copied.end(), '\n') >= 2);
  CHECK(std::count(copied.begin(), copied.end(), '\t') >= 2);
}

TEST_CASE("what is copied as Hugging Face JSON or as a scene comes back by Ctrl+V, and so does a file's path") {
  Hand hand;
  const Scene before = hand.scene();
  hand.window.shell.perform(Request::copy_json);
  CHECK(Hand::clipboard() == as_hugging_face_json(before).text);
  Scene other = before;
  choose_scheme(other, RopeType::linear);
  hand.window.shell.show(other);
  hand.frames();
  hand.key(GLFW_KEY_V, GLFW_MOD_CONTROL);
  CHECK(hand.scene().rope.scaling.rope_type == RopeType::yarn);
  CHECK(hand.window.shell.derived().current().spectrum.inv_freq.back() ==
        make_spectrum(before.rope, sequence_length(before)).inv_freq.back());
  CHECK(hand.window.shell.message().empty());

  ImGui::SetClipboardText(scene_json(before).c_str());
  hand.key(GLFW_KEY_V, GLFW_MOD_CONTROL);
  CHECK(hand.scene() == before);

  const test::Scratch scratch;
  write_file(scratch.path / "config.json", R"({"model_type": "llama", "head_dim": 64, "rope_theta": 1e4})");
  ImGui::SetClipboardText(("file://" + (scratch.path / "config.json").string() + "\n").c_str());
  hand.key(GLFW_KEY_V, GLFW_MOD_CONTROL);
  CHECK(hand.scene().rope.layout.head_dim == 64);

  const Scene taken = hand.scene();
  ImGui::SetClipboardText("what a nice day");
  hand.key(GLFW_KEY_V, GLFW_MOD_CONTROL);
  CHECK(hand.scene() == taken);
  CHECK(hand.window.shell.message().find("\"what a nice day\"") != std::string::npos);
}

TEST_CASE("Escape closes one thing at a time: a list, then the overlay, then the ring of the focus, then nothing") {
  Hand hand;
  hand.key(GLFW_KEY_TAB);
  CHECK(hand.window.shell.attention().focused != 0);
  hand.window.shell.letter('?');
  hand.frames();
  hand.key(GLFW_KEY_P, GLFW_MOD_CONTROL);
  CHECK(hand.window.shell.palette().is_open());
  CHECK(hand.window.shell.close_what_is_open());
  hand.frames();
  CHECK(!hand.window.shell.palette().is_open());
  CHECK(hand.window.shell.close_what_is_open()); // the overlay
  CHECK(hand.window.shell.attention().focused != 0);
  CHECK(hand.window.shell.close_what_is_open()); // the ring
  CHECK(hand.window.shell.attention().focused == 0);
  CHECK(!hand.window.shell.close_what_is_open());
}

TEST_CASE("Tab reaches every control that can be pressed or dragged, once round, and Shift+Tab goes back") {
  Scene scene = scene_of(find_preset("gemma-3-4b").model);
  choose_scheme(scene, RopeType::yarn);
  Hand hand(1280, 720, scene);
  std::set<ImGuiID> reached;
  const std::size_t count = hand.window.shell.attention().order.size();
  for (std::size_t i = 0; i < count; ++i) {
    hand.key(GLFW_KEY_TAB);
    reached.insert(hand.window.shell.attention().focused);
  }
  CHECK(reached.size() == count);
  CHECK(reached.count(0) == 0);
  // All around the pictures but the badge, which does nothing; in pictures the mouse is needed to point.
  const canvas::Rect stage = hand.control("stage");
  std::set<std::pair<float, float>>
      around; // by place: a group's tab is called by its first view too; a knob is its slider's
  for (const canvas::Control& c : hand.window.shell.controls())
    if (c.key != "badge" && c.key != "stage" && !c.key.ends_with(" knob") && !stage.contains(c.area.centre()))
      around.insert({c.area.centre().x, c.area.centre().y});
  CHECK(count >= around.size());
  CHECK(around.size() > 30);
  const ImGuiID last = hand.window.shell.attention().focused;
  hand.key(GLFW_KEY_TAB);
  hand.key(GLFW_KEY_TAB, GLFW_MOD_SHIFT);
  CHECK(hand.window.shell.attention().focused == last);
}

TEST_CASE("with the focus arrows change a slider, Enter types its value, and Enter presses a button") {
  Hand hand;
  const auto focus = [&](auto changed, int key) {
    // Goes on until pressing `key` does what is looked for.
    for (std::size_t i = 0; i < hand.window.shell.attention().order.size() + 1; ++i) {
      hand.key(GLFW_KEY_TAB);
      const Scene before = hand.scene();
      hand.key(key);
      if (changed(before, hand.scene())) return true;
      if (hand.window.shell.takes_letters()) hand.escape();
      hand.window.shell.show(before);
      hand.frames();
    }
    return false;
  };
  const std::int64_t m = hand.scene().m;
  CHECK(focus([](const Scene& a, const Scene& b) { return a.rope.base < b.rope.base; }, GLFW_KEY_RIGHT));
  CHECK(hand.scene().m == m); // the arrow did not move m as well
  const double base = hand.scene().rope.base;
  hand.key(GLFW_KEY_LEFT);
  CHECK(hand.scene().rope.base == doctest::Approx(10000).epsilon(1e-9));
  CHECK(hand.scene().rope.base != base);
  hand.key(GLFW_KEY_ENTER);
  CHECK(hand.window.shell.takes_letters());
  hand.type("2,5e5"); // the field's words are selected, so that typing replaces them
  hand.enter();
  CHECK(hand.scene().rope.base == 250000);
  CHECK(focus([](const Scene& a, const Scene& b) { return a.rope.scaling.rope_type != b.rope.scaling.rope_type; },
              GLFW_KEY_ENTER));
  hand.key(GLFW_KEY_ESCAPE);
  hand.key(GLFW_KEY_RIGHT);
  CHECK(hand.scene().m == m + 1); // without the focus it is m's again
}

TEST_CASE("every control that is drawn has words about it: every view, with a kernel and without") {
  const test::MonkeyFiles files;
  for (const char* model : {"llama-2-7b", "gemma-3-4b", "qwen2-vl-7b"}) {
    Hand hand(1600, 1000, scene_of(find_preset(model).model));
    for (const Picture* picture : all_pictures())
      for (const bool kernel : {false, true}) {
        Scene scene = kernel ? files.with_kernel(hand.scene(), false) : hand.scene();
        choose_scheme(scene, RopeType::yarn);
        scene.view = picture->name;
        hand.window.shell.show(scene);
        for (int i = 0; i < 60 && (i < 3 || hand.window.shell.animated()); ++i) hand.frames(1);
        REQUIRE(hand.window.shell.controls().size() > 20);
        for (const canvas::Control& control : hand.window.shell.controls()) {
          if (control.key == "stage") continue; // where the pictures are
          CAPTURE(picture->name);
          CAPTURE(control.key);
          CHECK(control.help.size() > 8);
        }
      }
  }
}

TEST_CASE("words come after half a second of rest, at once over the neighbour, and not while a button is down") {
  Hand hand;
  const auto shown = [&] { return std::string(hand.window.shell.attention().explained); };
  hand.rest(hand.control("base").centre());
  hand.frames(3);
  CHECK(shown().empty());
  CHECK(hand.window.shell.due_in()); // the window wakes up for them
  hand.window.frame(false, 0.3f);
  CHECK(shown().empty());
  hand.window.frame(false, 0.3f);
  hand.frames(1);
  CHECK(shown().find("rope_theta") != std::string::npos);
  CHECK(!hand.window.shell.due_in());
  hand.rest(hand.control("head_dim").centre());
  hand.frames(3);
  CHECK(shown().find("components") != std::string::npos);
  hand.rest({700, 5});
  hand.frames(3);
  hand.window.frame(false, 1);
  hand.rest(hand.control("base").centre());
  hand.frames(3);
  CHECK(shown().empty()); // long after, it waits again
  compat::mouse(hand.control("base").centre(), true, 0);
  hand.window.frame(false, 1);
  hand.window.frame(false, 1);
  CHECK(shown().empty());
}

TEST_CASE("the pointer is a hand over what is pressed and an arrow both ways over what is dragged") {
  Hand hand;
  const auto pointer = [&](ImVec2 at) {
    hand.rest(at);
    hand.frames(3);
    return ImGui::GetMouseCursor();
  };
  CHECK(pointer(hand.control("play").centre()) == ImGuiMouseCursor_Hand);
  CHECK(pointer(hand.control("open").centre()) == ImGuiMouseCursor_Hand);
  CHECK(pointer(hand.control("score").centre()) == ImGuiMouseCursor_Hand); // a tab
  CHECK(pointer(hand.control("base").centre()) == ImGuiMouseCursor_ResizeEW);
  CHECK(pointer({5, 715}) == ImGuiMouseCursor_Arrow);
}

TEST_CASE("a notice goes by itself and moves nothing, and no export has it") {
  Hand hand;
  const canvas::Rect before = hand.control("base");
  hand.key(GLFW_KEY_Z, GLFW_MOD_CONTROL);
  CHECK(hand.window.shell.notice() == "There is nothing to undo.");
  const canvas::Rect beside = hand.control("base");
  CHECK(beside.least.y == before.least.y);
  CHECK(hand.window.shell.due_in());
  hand.window.shell.pass(10);
  hand.frames();
  CHECK(hand.window.shell.notice().empty());
  CHECK(!hand.window.shell.due_in());
}

TEST_CASE("no plain letter, digit or sign quits or takes anything away; quitting needs Ctrl+Q alone") {
  for (const Action& a : actions()) {
    CAPTURE(a.name);
    Scene scene = default_scene();
    CHECK((a.apply(scene) == Request::quit) == (a.name == "quit"));
    if (a.name == "quit") CHECK((a.key == GLFW_KEY_Q && a.modifiers == GLFW_MOD_CONTROL));
  }
  // The key left of S types q on a French keyboard, where Ctrl+A is Ctrl+Q by place.
  CHECK(action_for_key(key_by_letter(GLFW_KEY_Q, "a"), GLFW_MOD_CONTROL) == nullptr);
  CHECK(action_for_key(key_by_letter(GLFW_KEY_A, "q"), GLFW_MOD_CONTROL)->name == "quit");
  // Digits are typed with Shift there.
  CHECK(action_for_key(GLFW_KEY_3, GLFW_MOD_SHIFT) == action_for_key(GLFW_KEY_3, 0));
}

TEST_CASE("the overlay of keys names every key that an action has, and fits a window of 800×480") {
  Hand hand(800, 480);
  hand.key(GLFW_KEY_F1);
  hand.frames();
  const shell::Shell::HelpSize size = hand.window.shell.help_size();
  CHECK(size.columns >= 2);
  const std::string text = shell::Shell::help_text();
  for (const Action& a : actions()) {
    CAPTURE(a.name);
    // Steps and zooms share lines, of which the last sign is the key's.
    const std::string key = key_name(a);
    if (a.view.empty() && !a.group && key.find('+') == std::string::npos) CHECK(text.find(key) != std::string::npos);
  }
  CHECK(size.area.least.x >= 0);
  CHECK(size.area.least.y >= 0);
  CHECK(size.area.greatest.x <= 800);
  CHECK(size.area.greatest.y <= 480);
}

TEST_CASE("at every zoom each page of the overlay of keys lies within the window, and F1 comes to an end") {
  for (const auto& [width, height] : {std::pair{800, 480}, {1280, 680}, {1920, 1040}}) {
    const auto& of_width = width;
    CAPTURE(of_width);
    Hand hand(width, height);
    for (int zoom = 0; zoom < 8; ++zoom) {
      CAPTURE(zoom);
      int pages = 0;
      for (hand.key(GLFW_KEY_F1), hand.frames(); hand.window.shell.help_open(); hand.key(GLFW_KEY_F1), hand.frames()) {
        const shell::Shell::HelpSize size = hand.window.shell.help_size();
        CHECK(size.area.least.x >= 0);
        CHECK(size.area.least.y >= 0);
        CHECK(size.area.greatest.x <= static_cast<float>(width));
        CHECK(size.area.greatest.y <= static_cast<float>(height));
        CHECK(size.narrowest >= 6); // letters beside the keys
        REQUIRE(++pages < 30);
      }
      CHECK(pages >= 1);
      hand.key(GLFW_KEY_EQUAL, GLFW_MOD_CONTROL);
      hand.frames();
    }
  }
}
