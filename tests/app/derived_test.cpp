#include "app/scene/derived.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "app/gpu/context.h"
#include "core/analysis/hands.h"
#include "core/analysis/precision_curves.h"

using namespace ropescope;

namespace {

struct Computed {
  explicit Computed(gpu::EngineChoice choice = gpu::EngineChoice::automatic) : engines(choice) {}
  gpu::HeadlessContext context;
  gpu::Engines engines;
  Derived derived;
  void update(const Scene& scene, Patience patience = Patience::waits) {
    derived.update(scene, engines, 500, patience);
  }
};

} // namespace

TEST_CASE("moving m or n computes hands and no curve, moving the factor computes the schemes that have one") {
  Computed computed;
  Scene scene = default_scene();
  computed.update(scene);
  const std::uint64_t scans = computed.derived.scans();
  CHECK(scans == 4);
  const Hands before = *computed.derived.numbers<Hands>();
  const ScoreBin* bins = computed.derived.current().curve.bins.data();
  scene.n += 13;
  computed.update(scene);
  CHECK(computed.derived.scans() == scans);
  CHECK(computed.derived.current().curve.bins.data() == bins);
  CHECK(computed.derived.numbers<Hands>()->key != before.key);
  CHECK(computed.derived.numbers<Hands>()->query == before.query);
  scene.compared[static_cast<std::size_t>(RopeType::llama3)] = true;
  computed.update(scene);
  CHECK(computed.derived.scans() == scans + 1);
  CHECK(computed.derived.current().curve.bins.data() == bins);
}

TEST_CASE("only a view that shows a thing computes it") {
  Computed computed;
  Scene scene = default_scene();
  scene.view = "wavelengths";
  computed.update(scene);
  CHECK(computed.derived.scans() == 0);
  CHECK(!computed.derived.numbers<Hands>());
  CHECK(!computed.derived.numbers<PrecisionCurves>());
  scene.view = "rotations";
  computed.update(scene);
  CHECK(computed.derived.scans() == 0);
  CHECK(computed.derived.numbers<Hands>()->query.size() == 64);
  scene.view = "score";
  computed.update(scene);
  CHECK(computed.derived.scans() == 4);
}

TEST_CASE("a long scan begins coarse, goes on from frame to frame, and ends as if it had been waited for") {
  Computed window;
  Derived still;
  Scene scene = default_scene();
  set_factor(scene, 4096); // 16 M tokens
  window.update(scene, Patience::goes_on);
  REQUIRE(window.derived.refining());
  CHECK(!window.derived.current().finished);
  CHECK(window.derived.current().curve.bins.size() > 100);
  const std::uint64_t scans = window.derived.scans();
  double share = 0;
  while (window.derived.refining()) {
    window.update(scene, Patience::goes_on);
    CHECK(window.derived.refined() >= share);
    share = window.derived.refined();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(window.derived.scans() == scans);
  still.update(scene, window.engines, 500);
  CHECK(!still.refining());
  for (std::size_t i = 0; i < still.series().size(); ++i) {
    CHECK(window.derived.series()[i].finished);
    CHECK(window.derived.series()[i].curve == still.series()[i].curve);
  }
}

TEST_CASE("a GPU goes on with a long scan a slice a frame, and ends as if it had been waited for") {
  Computed window(gpu::EngineChoice::gpu);
  Derived still;
  Scene scene = default_scene();
  set_factor(scene, 328);
  window.update(scene, Patience::goes_on);
  REQUIRE(window.derived.refining());
  int frames = 0;
  for (; window.derived.refining(); ++frames) window.update(scene, Patience::goes_on);
  CHECK(frames > 4);
  still.update(scene, window.engines, 500);
  for (std::size_t i = 0; i < still.series().size(); ++i)
    CHECK(window.derived.series()[i].curve == still.series()[i].curve);
}

TEST_CASE("a long scan is abandoned with its inputs, and a change of what it does not depend on lets it go on") {
  Computed window;
  Scene scene = default_scene();
  set_factor(scene, 4096);
  window.update(scene, Patience::goes_on);
  const std::uint64_t scans = window.derived.scans();
  scene.m += 1;
  scene.pair = 3;
  window.update(scene, Patience::goes_on);
  CHECK(window.derived.scans() == scans);
  set_factor(scene, 4);
  window.update(scene, Patience::goes_on);
  CHECK(!window.derived.refining());
  CHECK(window.derived.current().finished);
  CHECK(window.derived.length() == 16384);
  CHECK(window.derived.current().curve.edges.back() == 16385);
}

TEST_CASE("parity is of the scheme in force or due, never of another and shown as if it were") {
  Computed window;
  Scene scene = default_scene();
  window.update(scene, Patience::goes_on);
  CHECK(window.derived.parity_due());
  window.derived.measure_parity(window.engines);
  CHECK(!window.derived.parity_due());
  scene.m += 5;
  window.update(scene, Patience::goes_on);
  CHECK(!window.derived.parity_due());
  scene.rope.base *= 2;
  window.update(scene, Patience::goes_on);
  CHECK(window.derived.parity_due());
  window.update(scene);
  CHECK(!window.derived.parity_due());
}
