// The lecturer's own display: where everything lies, what a hand on it does to the stage, and that nothing is lost.
#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/marked_text.h"
#include "app/lecture/presenter.h"
#include "app/shell/presenter_view.h"
#include "core/lecture/lecture.h"
#include "tests/app/headless.h"
#include "tests/app/word_faults.h"

using namespace ropescope;

namespace {

const ImVec2 full_hd(1920, 1080);

std::vector<lecture::Lecture> lectures() {
  std::vector<lecture::Lecture> all;
  for (const EmbeddedLecture& each : embedded_lectures())
    all.push_back(lecture::read_lecture(each.text, scene_rules()));
  REQUIRE(all.size() == 3);
  return all;
}

/// The lecturer's display without a window.
struct Display {
  gpu::HeadlessContext context;
  gpu::Framebuffer framebuffer{1920, 1080};
  shell::PresenterView view;
  test::RecordingPainter painter;
  canvas::ThemeName theme = canvas::ThemeName::dark;

  void draw(Lectern& lectern, ImVec2 size, double now = 0) {
    painter.forget();
    framebuffer.bind();
    view.frame(static_cast<int>(size.x), static_cast<int>(size.y), 1 / 60.0f, lectern,
               {.stage_size = full_hd, .theme = &canvas::theme(theme), .now = now, .wall = "18:02"}, {}, &painter);
  }
  std::size_t count(std::string_view word) const {
    std::size_t count = 0;
    for (const auto& each : painter.words) count += each.text == word;
    return count;
  }
  bool says(std::string_view part) const {
    for (const auto& each : painter.words)
      if (each.text.find(part) != std::string::npos) return true;
    return false;
  }
};

/// The words of a text as they are drawn one by one, without those that have a mark.
std::vector<std::string> plain_words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  for (std::string word; stream >> word;) {
    // "1 707" is one word.
    const bool goes_on = !words.empty() && digits(words.back().substr(words.back().size() - 1)) &&
                         digits(word.substr(0, 3)) && word.size() >= 3 && !digits(word.substr(3, 1));
    if (goes_on)
      words.back() += " " + word;
    else
      words.push_back(word);
  }
  std::erase_if(words, [](const std::string& word) {
    return word.find("_{") != std::string::npos || word.find("^{") != std::string::npos;
  });
  return words;
}

void press(Lectern& lectern, double& now) {
  lectern.player.press(now += 1);
  lectern.player.advance(now += 1);
}

} // namespace

TEST_CASE("on the lecturer's display no words touch others or a picture, in every step of every lecture") {
  Display display;
  std::string said;
  std::size_t turn = 0;
  for (lecture::Lecture& lecture : lectures()) {
    Lectern lectern(std::move(lecture), first_scene(), "");
    lectern.presented = true;
    double now = 0;
    for (std::size_t step = 0; step < lectern.player.lecture().steps.size(); ++step) {
      lectern.player.jump(step, now += 1);
      for (const bool answered : {false, true}) {
        if (answered) press(lectern, now);
        for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1440, 900}, ImVec2{1920, 1080}}) {
          display.theme = ++turn % 2 == 0 ? canvas::ThemeName::dark : canvas::ThemeName::light;
          display.draw(lectern, size, now);
          const canvas::Rect whole{{0, 0}, size};
          std::string wrong = test::word_faults(display.painter, whole);
          const PresenterPlan& plan = display.view.plan();
          for (const auto& word : display.painter.words)
            for (const canvas::Rect& picture : {plan.stage, plan.next, plan.last_row})
              if (test::words::overlap(word.area, picture)) wrong += fmt::format("{} lies on a picture\n", word.text);
          if (!wrong.empty()) said += fmt::format("{}, {}x{}:\n{}", lectern.player.step().id, size.x, size.y, wrong);
          CHECK(display.painter.words.size() > 20);
        }
        if (answered && lectern.player.step_number() != step) break;
      }
    }
  }
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("every note, question and answer of the lectures is on the lecturer's display whole") {
  Display display;
  std::string missing;
  for (lecture::Lecture& lecture : lectures()) {
    Lectern lectern(std::move(lecture), first_scene(), "");
    for (std::size_t step = 0; step < lectern.player.lecture().steps.size(); ++step) {
      lectern.player.jump(step, static_cast<double>(step + 1));
      for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1440, 900}, ImVec2{1920, 1080}}) {
        display.draw(lectern, size);
        const lecture::Step& of = lectern.player.step();
        std::vector<std::string> texts = of.notes;
        texts.push_back(of.ask);
        texts.push_back(of.answer);
        for (const std::string& text : texts)
          for (const std::string& word : plain_words_of(text))
            if (display.count(word) == 0) missing += fmt::format("{} {}: {}\n", of.id, size.x, word);
      }
    }
  }
  CHECK_MESSAGE(missing.empty(), missing);
}

TEST_CASE("the lecturer's display shows step and press, what the next press does, the clock, and claims") {
  Display display;
  auto all = lectures();
  Lectern lectern(std::move(all[0]), first_scene(), "");
  lectern.presented = true;
  double now = 0;
  lectern.player.jump(7, now);
  display.draw(lectern, full_hd, now);
  CHECK(display.says("step 8 of 13   press 1 of 2 done"));
  CHECK(display.says("next press: the motion: query m 100 → 137"));
  press(lectern, now);
  display.draw(lectern, full_hd, now);
  CHECK(display.says("press 2 of 2 done"));
  CHECK(display.says("next press: step 9, “Does it decay?”"));
  CHECK(display.says("18:02 on the wall"));
  CHECK(display.says("of 12:00"));
  CHECK(display.says("grab: end, arrow"));
  CHECK(display.says("claims: 5"));
  lectern.judge(now);
  lectern.judge(now + 1);
  display.draw(lectern, full_hd, now);
  CHECK(display.says("claims: 5 of 5 true now"));
  Scene by_hand = lectern.player.scene();
  by_hand.rope.base = 500000;
  lectern.player.take(by_hand);
  lectern.judge(now + 2);
  lectern.judge(now + 3);
  CHECK(lectern.doubted());
  display.draw(lectern, full_hd, now);
  CHECK(display.says("true now"));
  CHECK(!display.says("5 of 5"));
  lectern.player.toggle_blank(now);
  display.draw(lectern, full_hd, now);
  CHECK(display.says("blank:"));
  CHECK(display.says("next press: the stage comes back"));
}

TEST_CASE("a mouse on the lecturer's picture of the stage is on the stage, as long as its button is held wherever") {
  const ImVec2 stage{1280, 720};
  const PresenterPlan plan = plan_presenter({1920, 1080}, stage);
  CHECK(plan.stage.width() == doctest::Approx(0.58 * 1920).epsilon(0.001));
  CHECK(plan.last_row.width() == doctest::Approx(240));
  CHECK(plan.stage.height() / plan.stage.width() == doctest::Approx(9.0 / 16));
  StageHand hand;
  const auto at = [&](ImVec2 mouse, bool down) { return hand.at(plan, stage, mouse, down); };
  const ImVec2 centre = plan.stage.centre(), outside{plan.next.centre().x, plan.next.centre().y};
  const auto there = at(centre, false);
  REQUIRE(there);
  CHECK(there->x == doctest::Approx(640));
  CHECK(there->y == doctest::Approx(360));
  CHECK(!at(outside, false));
  at(centre, true);
  const auto far = at(outside, true); // the drag goes on beyond the picture
  REQUIRE(far);
  CHECK(far->x > stage.x);
  CHECK(at(outside, false)); // and its release is the stage's
  CHECK(!at(outside, false));
  at(outside, true); // a press elsewhere never becomes one on the stage
  CHECK(!at(centre, true));
  CHECK(!at(outside, false));
  CHECK(at(centre, false));
}

TEST_CASE("where the projector has another shape, its picture keeps it and the notes keep their room") {
  for (const ImVec2 stage : {ImVec2{1024, 768}, ImVec2{1280, 1024}, ImVec2{3840, 2160}, ImVec2{2560, 1080}})
    for (const ImVec2 size : {ImVec2{800, 480}, ImVec2{1280, 720}, ImVec2{1440, 900}, ImVec2{1920, 1200}}) {
      const PresenterPlan plan = plan_presenter(size, stage);
      CHECK(plan.stage.width() / plan.stage.height() == doctest::Approx(stage.x / stage.y).epsilon(0.01));
      CHECK(plan.notes.height() >= 140 * plan.unit);
      CHECK(plan.ask.height() >= 200 * plan.unit);
      CHECK(plan.stage.greatest.x < plan.next.least.x);
      CHECK(plan.last_row.greatest.y < plan.pace.least.y);
      CHECK(plan.clock.greatest.x <= plan.last_row.least.x);
      CHECK(plan.next.greatest.x <= size.x);
    }
}

TEST_CASE("a click on the clock begins it again; the overview and what is typed are on the lecturer's display") {
  Display display;
  auto all = lectures();
  Lectern lectern(std::move(all[0]), first_scene(), "");
  lectern.presented = true;
  lectern.player.press(10);
  lectern.player.advance(20);
  const auto frame = [&](ImVec2 at, bool down) {
    display.framebuffer.bind();
    display.view.frame(1920, 1080, 1 / 60.0f, lectern,
                       {.stage_size = full_hd, .theme = &canvas::theme(display.theme), .now = 50, .wall = "18:02"},
                       {at, down});
  };
  const auto click = [&](ImVec2 at) {
    for (const bool down : {false, false, true, true, false}) frame(at, down);
  };
  click({5, 5});
  CHECK(lectern.player.elapsed(50) == doctest::Approx(40));
  click(display.view.plan().clock.centre());
  CHECK(lectern.player.elapsed(50) == doctest::Approx(0));
  lectern.overview = true;
  lectern.digits.push_back('9');
  display.draw(lectern, full_hd);
  CHECK(display.says("Which two"));
  CHECK(display.says("9  Does it decay?"));
  CHECK(!display.says("on the projector"));
  lectern.digits.clear();
  click({200, 200}); // the first of the grid
  CHECK(!lectern.overview);
  CHECK(lectern.player.step_number() == 0);
}

TEST_CASE("with a second display the stage has neither notes nor overview, and a hand on it works below them") {
  test::Headless window(1280, 720, first_scene());
  auto all = lectures();
  window.shell.begin_lecture(std::move(all[0]), "");
  double now = 100;
  window.shell.set_lecture_clock([&] { return now; });
  Lectern& lectern = *window.shell.lectern();
  test::RecordingPainter painter;
  const auto words = [&] {
    painter.forget();
    window.shell.frame(1280, 720, 1 / 60.0f, true, &painter);
    return painter.words.size();
  };
  window.frame(true);
  const std::size_t plain = words();
  lectern.overview = lectern.notes = true;
  window.shell.present(true);
  CHECK(words() == plain);
  window.shell.present(false);
  CHECK(window.shell.presented() == false);
}

TEST_CASE("pictures of the steps are drawn beside the frame, one after the other, and change nothing that is shown") {
  test::Headless window(1280, 720, first_scene());
  auto all = lectures();
  window.shell.begin_lecture(std::move(all[2]), "");
  window.shell.present(true);
  window.frame(true);
  const Scene before = window.shell.scene();
  GLint bound = 0, now_bound = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &bound);
  ImGuiContext* const context = ImGui::GetCurrentContext();
  int parts = 0, pictures = 0;
  while (window.shell.step_pictures_due() && parts < 5000) {
    pictures += window.shell.draw_step_picture();
    ++parts;
  }
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &now_bound);
  CHECK(bound == now_bound);
  CHECK(ImGui::GetCurrentContext() == context);
  CHECK(window.shell.scene() == before);
  REQUIRE(window.shell.step_pictures());
  const std::size_t count = window.shell.lectern()->player.lecture().steps.size();
  CHECK(pictures == static_cast<int>(count)); // what the next press shows is the end of the first
  for (std::size_t step = 0; step < count; ++step) CHECK(window.shell.step_pictures()->texture(step, true) != 0);
  // In other colours all are drawn again, and the old ones stay until then.
  Scene light = window.shell.scene();
  light.theme = canvas::ThemeName::light;
  window.shell.lectern()->player.take(light);
  window.frame(true);
  CHECK(window.shell.step_pictures_due());
  CHECK(window.shell.step_pictures()->texture(3, true) != 0);
}

TEST_CASE("a line of a note never ends within a number") {
  Display display;
  auto all = lectures();
  Lectern lectern(std::move(all[0]), first_scene(), "");
  lectern.player.jump(8, 1);
  for (const float width : {1280.0f, 1500.0f, 1920.0f}) {
    display.draw(lectern, {width, width * 9 / 16});
    CHECK(display.says("1 707"));
  }
}

TEST_CASE("notes show what is marked below and above the line, and say in another colour what not to do") {
  Display display;
  auto all = lectures();
  Lectern lectern(std::move(all[0]), first_scene(), "");
  lectern.player.jump(7, 1);
  display.draw(lectern, full_hd);
  CHECK(!display.says("_{"));
  CHECK(display.count("i") > 3); // of |q_{i}| and θ_{i}
  CHECK(display.says("|q"));
}
