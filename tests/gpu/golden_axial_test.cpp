#include <doctest/doctest.h>

#include "app/gpu/context.h"
#include "app/gpu/gl_engine.h"
#include "tests/axial_case.h"

using namespace ropescope;

TEST_CASE("golden axial: the GPU turns every file's rows, float64 within 1e-9 and float32 within the published code's "
          "own noise") {
  gpu::HeadlessContext context; // fails, and does not skip, where none comes up
  gpu::GlEngine engine;
  test::for_each_golden("axial", [&](const test::Json& file) { test::check_axial_rows(engine, file); });
}
