// The stage while a lecture is given: at every press, forwards and backwards, and in every frame between.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/lecture/lecture_scene.h"
#include "app/lecture/stage.h"
#include "core/lecture/lecture.h"
#include "tests/app/headless.h"
#include "tests/app/stage_marks.h"

using namespace ropescope;

namespace {

constexpr double frame_seconds = 0.04;

/// A lecture that is given in a window, whose clock goes by frames.
class Given {
public:
  Given(std::string_view text, int width, int height) : window_(width, height, first_scene()) {
    window_.shell.set_lecture_clock([this] { return now_; });
    window_.shell.begin_lecture(lecture::read_lecture(std::string(text), scene_rules()), "");
  }

  Player& player() { return window_.shell.lectern()->player; }
  const shell::Shell& shell() const { return window_.shell; }
  ImVec2 size() const { return {static_cast<float>(window_.width()), static_cast<float>(window_.height())}; }
  void press(bool back = false) {
    now_ += 1; // longer than a clicker bounces
    back ? player().back(now_) : player().press(now_);
  }
  void pass(double seconds) { now_ += seconds; }

  /// What a frame shows.
  const test::StageMarks& frame() {
    painter_.forget();
    window_.shell.frame(window_.width(), window_.height(), frame_seconds, true, &painter_);
    return painter_.seen;
  }
  /// What is there once all that goes on beside the frames is done.
  test::StageMarks rest() {
    for (int i = 0; i < 600 && (i < 3 || (window_.shell.animated() && !window_.shell.only_waits())); ++i) frame();
    return frame();
  }
  /// Vertices that a frame on the screen sends to the GPU.
  int vertices() {
    window_.frame(true, frame_seconds);
    return ImGui::GetDrawData()->TotalVtxCount;
  }
  std::vector<PlacedPicture> pictures() {
    const StagePlan plan = plan_stage(size());
    return place_pictures(player().step().show, plan.pictures, 24 * plan.unit);
  }

private:
  test::Headless window_;
  test::StageMarksPainter painter_;
  double now_ = 1;
};

/// What a frame lacks of a step, sentences. `full`: how many cells each picture fills at rest, the fewer of before and
/// after.
std::string lacks(const test::StageMarks& frame, Given& given, const std::vector<int>& full) {
  std::string said;
  const lecture::Step& step = given.player().step();
  if (!frame.says(step.title)) said += "  its title is missing\n";
  const auto pictures = given.pictures();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const int cells = frame.filled_cells(pictures[i].area);
    if (cells < std::max(1, full[i] * 3 / 4))
      said += fmt::format("  {} fills {} cells of {}\n", pictures[i].name, cells, full[i]);
  }
  return said;
}

std::vector<int> filled(const test::StageMarks& frame, Given& given) {
  std::vector<int> cells;
  for (const PlacedPicture& picture : given.pictures()) cells.push_back(frame.filled_cells(picture.area));
  return cells;
}

/// The words of one frame that another one has not, or elsewhere.
std::string missing_words(const test::StageMarks& in, const test::StageMarks& of) {
  std::string said;
  for (const auto& word : of.words)
    if (std::find(in.words.begin(), in.words.end(), word) == in.words.end())
      said += fmt::format("  \"{}\" at {:.0f}, {:.0f}\n", word.text, word.at.x, word.at.y);
  return said;
}

/// Gives all lectures from their first press to the last and back to the first. check_arrival(given) comes after each
/// press that enters a step, before a frame was drawn; check_motion(given) after each that begins a motion.
template <typename Arrival, typename Motion>
void give_all(int width, int height, Arrival check_arrival, Motion check_motion) {
  for (const EmbeddedLecture& each : embedded_lectures()) {
    Given given(each.text, width, height);
    given.rest();
    for (const bool back : {false, true})
      for (;;) {
        const std::size_t step = given.player().step_number();
        const bool answered = given.player().answered();
        given.press(back);
        if (given.player().moving())
          check_motion(given);
        else if (given.player().step_number() != step)
          check_arrival(given);
        else
          break; // the first or the last press
        CHECK((given.player().step_number() != step || given.player().answered() != answered));
      }
    CHECK(given.player().step_number() == 0);
    CHECK_FALSE(given.player().answered());
  }
}

} // namespace

TEST_CASE("the frame after a press that enters a step is the step as it stays: all its words, at their places") {
  std::string said;
  int arrivals = 0;
  give_all(
      1280, 720,
      [&](Given& given) {
        const test::StageMarks first = given.frame();
        const test::StageMarks last = given.rest();
        ++arrivals;
        const std::string wrong = missing_words(first, last) + missing_words(last, first) +
                                  lacks(first, given, filled(last, given));
        if (!wrong.empty()) said += fmt::format("{}:\n{}", given.player().step().id, wrong);
      },
      [](Given& given) {
        given.pass(1);
        given.rest();
      });
  CHECK(arrivals == 2 * (13 + 14 + 10 - 3));
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("no frame of a motion is blank or half built: title and sentence stand, and every picture is filled") {
  std::string said;
  int motions = 0, frames = 0;
  give_all(
      1280, 720, [](Given& given) { given.rest(); },
      [&](Given& given) {
        ++motions;
        std::vector<test::StageMarks> seen{given.frame()}; // the first, as before the motion
        while (given.player().moving()) {
          given.pass(frame_seconds);
          seen.push_back(given.frame());
          ++frames;
        }
        const test::StageMarks rest = given.rest();
        std::vector<int> full = filled(seen.front(), given);
        const std::vector<int> after = filled(rest, given);
        for (std::size_t i = 0; i < full.size(); ++i) full[i] = std::min(full[i], after[i]);
        for (std::size_t i = 0; i < seen.size(); ++i)
          if (const std::string wrong = lacks(seen[i], given, full); !wrong.empty())
            said += fmt::format("{}, frame {} of {}:\n{}", given.player().step().id, i, seen.size(), wrong);
      });
  CHECK(motions > 60);
  CHECK(frames > 400);
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("no frame of a motion sends more than 20 000 vertices to the GPU, so that two cores draw 30 a second") {
  constexpr int most = 20'000;
  std::string said;
  give_all(
      1280, 720, [](Given& given) { given.rest(); },
      [&](Given& given) {
        int greatest = 0;
        while (given.player().moving()) {
          given.pass(frame_seconds);
          greatest = std::max(greatest, given.vertices());
        }
        if (greatest > most) said += fmt::format("{}: {}\n", given.player().step().id, greatest);
      });
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("no word that a step of the lectures shows is smaller than 22 pixels at 1920 by 1080") {
  for (const auto& [width, height] : {std::pair{1920, 1080}, std::pair{1280, 720}}) {
    // Letters are as many whole pixels high as come next: on the smaller stage 17 in the place of 17.1.
    const float least = height == 1080 ? 22.0f : 22.0f * static_cast<float>(height) / 1080 - 0.1f;
    std::string said;
    const auto check = [&](Given& given) {
      given.pass(1);
      for (const auto& word : given.rest().words)
        if (word.em < least) said += fmt::format("{}: \"{}\" {:.1f}\n", given.player().step().id, word.text, word.em);
    };
    give_all(width, height, check, check);
    CHECK_MESSAGE(said.empty(), said);
  }
}
