// Where hands can take hold of a lecture's pictures.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/lecture/handles.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/stage.h"
#include "core/lecture/lecture.h"
#include "tests/app/headless.h"

using namespace ropescope;

namespace {

/// Handles that are a whole area, where a mouse is led over it, or no place at all: they have no ring.
struct Placeless {
  std::string_view step, handle, why;
};
constexpr Placeless placeless[] = {
    {"many-clocks", "play", "a key"},
};

bool is_placeless(const lecture::Step& step, std::string_view handle) {
  return std::any_of(std::begin(placeless), std::end(placeless),
                     [&](const Placeless& each) { return each.step == step.id && each.handle == handle; });
}

/// Shows every step of the lectures within the program at its end, and calls check(step).
template <typename Check>
void for_each_step(test::Headless& window, Check check) {
  for (const EmbeddedLecture& each : embedded_lectures()) {
    window.shell.begin_lecture(lecture::read_lecture(each.text, scene_rules()), "");
    const std::size_t count = window.shell.lectern()->player.lecture().steps.size();
    for (std::size_t i = 0; i < count; ++i) {
      window.shell.lectern()->player.show_written(i, true);
      for (int frame = 0; frame < 4; ++frame) window.frame(true);
      check(window.shell.lectern()->player.step());
    }
  }
}

} // namespace

TEST_CASE(
    "every handle that a step of the lectures names has its place in a picture or a slider below, but for areas") {
  for (const auto& [width, height] : {std::pair{1280, 720}, std::pair{1920, 1080}}) {
    test::Headless window(width, height, first_scene());
    std::string without;
    for_each_step(window, [&](const lecture::Step& step) {
      for (const lecture::Grab& grab : step.grabs) {
        bool found = false;
        for (const lecture::Column& column : step.show)
          for (const lecture::ShownPicture& picture : column.rows)
            found = found || control_of(picture.name, grab.handle, window.shell.controls());
        // A slider in the foot has a ring as well.
        for (const std::string_view key : control_keys_of(grab.handle))
          found = found || window.shell.control(key).has_value();
        if (!found && !is_placeless(step, grab.handle)) without += fmt::format("{}: {}\n", step.id, grab.handle);
      }
    });
    CHECK_MESSAGE(without.empty(), without);
  }
}

TEST_CASE("no handle of a lecture has two sliders: one of its picture and one in the foot") {
  test::Headless window(1920, 1080, first_scene());
  std::string twice;
  for_each_step(window, [&](const lecture::Step& step) {
    for (const lecture::Grab& grab : step.grabs)
      for (const std::string_view key : control_keys_of(grab.handle)) {
        const auto foot = window.shell.control(key);
        if (!foot || foot->least.y < 980) continue;
        const std::string own = fmt::format(" {}", key.substr(key.rfind('.') + 1));
        for (const canvas::Control& control : window.shell.controls())
          if (control.key.ends_with(own) || control.key.ends_with(fmt::format(" {}", grab.handle)))
            twice += fmt::format("{}: {} and {}\n", step.id, key, control.key);
      }
  });
  CHECK_MESSAGE(twice.empty(), twice);
}

TEST_CASE("each mark of a handle lies within its picture, and two of a step are never one") {
  for (const auto& [width, height] : {std::pair{1280, 720}, std::pair{1920, 1080}}) {
    test::Headless window(width, height, first_scene());
    const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
    const StagePlan plan = plan_stage(size);
    std::string wrong;
    for_each_step(window, [&](const lecture::Step& step) {
      std::vector<std::pair<std::string, canvas::Rect>> marks;
      for (const PlacedPicture& picture : place_pictures(step.show, plan.pictures, 24 * plan.unit))
        for (const lecture::Grab& grab : step.grabs) {
          const auto mark = control_of(picture.name, grab.handle, window.shell.controls());
          if (!mark || grab.handle == "camera") continue;
          const std::string name = fmt::format("{}: {} of {}", step.id, grab.handle, picture.name);
          if (!picture.area.contains(mark->centre())) wrong += name + " lies outside\n";
          for (const auto& [other, area] : marks)
            if (std::hypot(area.centre().x - mark->centre().x, area.centre().y - mark->centre().y) < 8 * plan.unit &&
                std::abs(area.width() - mark->width()) < 8 * plan.unit)
              wrong += fmt::format("{} is {}\n", name, other);
          marks.emplace_back(name, *mark);
        }
    });
    CHECK_MESSAGE(wrong.empty(), wrong);
  }
}

TEST_CASE("both tokens of a pair lie within the mark that moves them together, the query's alone around the query") {
  test::Headless window(1920, 1080, first_scene());
  for_each_step(window, [&](const lecture::Step& step) {
    if (step.id != "only-difference") return;
    const auto both = control_of("pair", "both", window.shell.controls()),
               query = control_of("pair", "m", window.shell.controls()), key = window.shell.control("tokens key");
    REQUIRE((both && query && key));
    CHECK(both->contains(query->centre()));
    CHECK(both->least.x < key->centre().x);
    CHECK(both->greatest.x > key->centre().x);
    CHECK_FALSE(query->contains({key->centre().x, query->centre().y}));
    CHECK(std::abs(window.shell.control("tokens query")->centre().x - query->centre().x) < 1.5f);
  });
}
