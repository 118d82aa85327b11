#include "app/bench/frame.h"
#include "app/bench/start.h"
#include "app/scene/picture.h"

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("a start is measured by the program itself, and OpenGL's part is a part of it") {
  const bench::StartTimes times = bench::measure_start(ROPESCOPE_TEST_PROGRAM);
  CHECK(times.of_which_driver_ms > 0);
  CHECK(times.first_frame_ms > times.of_which_driver_ms);
  CHECK(times.peak_memory_mb > 10);
}

TEST_CASE("frames of every picture in the bar that needs no files are measured, at rest and under a hand") {
  std::size_t count = 0;
  for (const Picture* picture : all_pictures()) count += !picture->needs_files && !picture->tab.empty();
  const auto all = bench::measure_pictures(640, 400, 2);
  CHECK(all.size() == count);
  for (const bench::PictureTimes& times : all) {
    CHECK(times.unchanged_ms > 0);
    CHECK(times.distance_ms > 0);
    CHECK(times.edge_ms > 0);
  }
}

TEST_CASE("a frame is measured in every state at a size of its own") {
  const bench::FrameTimes times = bench::measure_frame(640, 400);
  CHECK(times.size == "640x400");
  CHECK(times.idle_ms > 0);
  CHECK(times.changing_ms > 0);
  CHECK(times.imgui_demo_ms > 0);
}
