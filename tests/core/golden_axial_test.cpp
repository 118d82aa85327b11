#include <doctest/doctest.h>

#include "core/rope/cpu_engine.h"
#include "tests/axial_case.h"

using namespace ropescope;
using test::Json;

TEST_CASE("golden axial: positions made of the grid, axes and frequencies are those of the published code") {
  test::for_each_golden("axial", [](const Json& file) {
    const std::string differs = test::differing_part(test::axial_case(file), file);
    CHECK_MESSAGE(differs.empty(), differs);
  });
}

TEST_CASE("golden axial: the CPU turns every file's rows, float64 within 1e-9 and float32 within the published code's "
          "own noise") {
  test::for_each_golden_everywhere("axial", [](const Json& file) {
    CpuEngine engine;
    test::check_axial_rows(engine, file);
  });
}
