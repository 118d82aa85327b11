// The base map of a window: it fills from frame to frame, and stops where nobody sees it.
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "app/gpu/context.h"
#include "app/scene/derived.h"
#include "app/scene/presets.h"

using namespace ropescope;

TEST_CASE("the base map is refined over frames like curves, is then that of one that was waited for, and rests") {
  const gpu::HeadlessContext context;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  Scene scene = first_scene();
  scene.view = "base-map";
  Derived beside, waited;
  beside.update(scene, engines, 756, Patience::goes_on);
  CHECK(beside.refining());
  for (int i = 0; i < 60000 && beside.refining(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    beside.update(scene, engines, 756, Patience::goes_on);
  }
  CHECK(!beside.refining());
  waited.update(scene, engines, 756, Patience::waits);
  CHECK(!waited.refining());
  REQUIRE(beside.base_map().rows().size() == waited.base_map().rows().size());
  CHECK(beside.base_map().rows().size() >= 241);
  const std::uint64_t version = beside.base_map().version();
  beside.update(scene, engines, 756, Patience::goes_on);
  CHECK(beside.base_map().version() == version);
}

TEST_CASE("the base map's work stops with its view, and goes on where it was when the view comes back") {
  const gpu::HeadlessContext context;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  Scene map = first_scene(), other = map;
  map.view = "base-map";
  other.view = "wavelengths";
  Derived derived;
  derived.update(map, engines, 756, Patience::goes_on);
  CHECK(derived.base_map().working());
  derived.update(other, engines, 756, Patience::goes_on);
  CHECK(!derived.base_map().working());
  CHECK(!derived.refining());
  derived.update(map, engines, 756, Patience::goes_on);
  CHECK(derived.base_map().working());
}
