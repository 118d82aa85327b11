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

namespace {

/// The last number of nested lists that is not 0; null where all are: components that pass, pairs that never turn.
Json* last_nonzero(Json& lists) {
  if (!lists.is_array()) return lists.get<double>() != 0 ? &lists : nullptr;
  for (auto entry = lists.rbegin(); entry != lists.rend(); ++entry)
    if (Json* found = last_nonzero(*entry)) return found;
  return nullptr;
}

} // namespace

TEST_CASE("golden axial: a falsified position, axis or frequency of a file is found") {
  test::for_each_golden("axial", [](const Json& file) {
    const test::AxialCase golden = test::axial_case(file);
    Json moved = file;
    Json& position = moved["position_ids_all"][golden.names.back()].back();
    position = position.get<double>() + 1e-6;
    CHECK(!test::differing_part(golden, moved).empty());
    const char* frequencies = file.contains("component_frequency") ? "component_frequency" : "pair_frequency";
    if (!file.contains(frequencies)) return; // Mochi's and MusicFlamingo's angles are no single product
    Json scaled = file;
    Json* frequency = last_nonzero(scaled[frequencies]);
    REQUIRE(frequency);
    *frequency = frequency->get<double>() * (1 + 1e-9);
    CHECK(!test::differing_part(golden, scaled).empty());
    if (golden.positions.axes == 1) return;
    Json exchanged = file;
    Json* axis = &exchanged[file.contains("component_axis") ? "component_axis" : "pair_axis"];
    while (axis->is_array()) axis = &axis->back();
    *axis = axis->get<int>() == 0 ? 1 : 0;
    CHECK(!test::differing_part(golden, exchanged).empty());
  });
}
