// What does not draw, all at once: scans and checks on their threads while a scene, its history and its file change.
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "app/scene/actions.h"
#include "app/scene/derived.h"
#include "app/scene/history.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "tests/app/monkey.h"

using namespace ropescope;

namespace {

constexpr std::int64_t columns = 300;

/// Changes a scene as controls, keys, files and a lecture do, and has everything computed beside it.
class Monkey {
public:
  explicit Monkey(std::uint64_t seed) : chance_(seed) {}

  void frame() {
    for (std::int64_t i = 0; i < test::events_a_frame; ++i) event();
    if (test::is_slow(scene_)) scene_ = test::with_less_to_scan(scene_);
    try {
      derived_.update(scene_, engines_, columns, Patience::goes_on);
      drawable_ = scene_;
    } catch (const Error&) { // a picture may need more than the others, such as float32's range
      scene_ = drawable_;
      REQUIRE_NOTHROW(derived_.update(scene_, engines_, columns, Patience::goes_on));
    }
    if (chance_.one_in(5)) test::require_sound(scene_);
    if (chance_.one_in(10)) REQUIRE_NOTHROW(derived_.measure_parity(engines_));
    if (chance_.one_in(20)) std::this_thread::sleep_for(std::chrono::milliseconds(chance_.below(20)));
  }

  /// Curves that were refined beside all that are those that are waited for.
  void end() {
    scene_ = first_scene();
    scene_.view = "score";
    scene_.compared = {};
    scene_.target = 6'000'000; // just more than one frame scans
    while (derived_.update(scene_, engines_, columns, Patience::goes_on), derived_.refining())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Derived still;
    still.update(scene_, engines_, columns, Patience::waits);
    CHECK(derived_.current().curve.bins == still.current().curve.bins);
  }

private:
  void event() {
    const Scene before = scene_;
    switch (chance_.below(16)) {
    default:
      if (auto next = test::with_random_value(chance_, scene_, files_)) scene_ = *std::move(next);
      break;
    case 0:
    case 1: chance_.of(actions()).apply(scene_); break;
    case 2:
      if (history_.can_undo()) scene_ = history_.undo(scene_);
      return;
    case 3:
      if (history_.can_redo()) scene_ = history_.redo(scene_);
      return;
    case 4: scene_ = scene_from_json(scene_json(scene_), "again"); break;
    case 5: take_kernel_files(scene_, {chance_.of(files_.kernels), chance_.of(files_.kernels)}); break;
    case 6: scene_.view = chance_.of(all_pictures())->name; break;
    case 7: scene_ = with_model(scene_, chance_.of(presets()).model); break;
    }
    held_ = chance_.one_in(4) ? !held_ : held_;
    history_.changed(before, scene_, held_);
  }

  test::Chance chance_;
  test::MonkeyFiles files_;
  gpu::Engines engines_{"no OpenGL in this test"};
  Scene scene_ = default_scene(), drawable_ = scene_;
  History history_;
  Derived derived_;
  bool held_ = false;
};

} // namespace

TEST_CASE(
    "a monkey on a scene and its history leaves scans and checks beside the frame as if they had been waited for") {
  const std::uint64_t seed = test::monkey_seed();
  CAPTURE(seed);
  const std::int64_t events = test::monkey_events(2000);
  Monkey monkey(seed);
  for (std::int64_t event = 0; event < events; event += test::events_a_frame) {
    CAPTURE(event);
    monkey.frame();
  }
  monkey.end();
}
