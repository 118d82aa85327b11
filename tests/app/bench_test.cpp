#include "app/bench/frame.h"
#include "app/bench/start.h"

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("a start is measured by the program itself, and OpenGL's part is a part of it") {
  const bench::StartTimes times = bench::measure_start(ROPESCOPE_TEST_PROGRAM);
  CHECK(times.of_which_driver_ms > 0);
  CHECK(times.first_frame_ms > times.of_which_driver_ms);
  CHECK(times.peak_memory_mb > 10);
}

TEST_CASE("a frame is measured in every state at a size of its own") {
  const bench::FrameTimes times = bench::measure_frame(640, 400);
  CHECK(times.size == "640x400");
  CHECK(times.idle_ms > 0);
  CHECK(times.changing_ms > 0);
  CHECK(times.imgui_demo_ms > 0);
}
