#include "core/rope/no_engine.h"

#include <functional>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/cpu_engine.h"

using namespace ropescope;

TEST_CASE("an engine that cannot run says why, and every operation throws that sentence and writes nothing") {
  NoEngine none("gpu", "this machine has no GPU");
  Engine& engine = none;
  CHECK(engine.why_not() == "this machine has no GPU");
  CHECK(engine.name() == "gpu");
  CHECK(CpuEngine().why_not().empty());

  const Positions positions{1, {3}};
  const std::vector<std::uint64_t> turns(2, 1);
  const Rotation rotation{.turns = turns, .layout = {}, .pair_axis = {}, .positions = positions};
  const RowShape shape{1, 1, 1, 4};
  const std::vector<ScoreScan::Weight> weights(2, {0.5, 0});
  const ScoreScan scan{turns, weights, 0};
  const std::vector<std::int64_t> edges{0, 4};
  std::vector<float> floats(4, 7);
  std::vector<double> doubles(4, 7);
  std::vector<Bfloat16> bfloats(4);
  std::vector<Float16> halves(4);
  std::vector<ScoreBin> bins(1, {7, 7, 7});
  const std::function<void()> operations[] = {
      [&] { engine.rotate(rotation, shape, std::span<const float>(floats), floats); },
      [&] { engine.rotate(rotation, shape, std::span<const double>(doubles), doubles); },
      [&] { engine.rotate(rotation, shape, std::span<const Bfloat16>(bfloats), bfloats); },
      [&] { engine.rotate(rotation, shape, std::span<const Float16>(halves), halves); },
      [&] { engine.phases(rotation); },
      [&] { engine.product_table({}); },
      [&] { engine.scan(scan, floats); },
      [&] { engine.scan(scan, edges, bins); }};
  for (const auto& operation : operations) CHECK_THROWS_WITH_AS(operation(), "this machine has no GPU", Error);
  CHECK(floats == std::vector<float>(4, 7));
  CHECK(doubles == std::vector<double>(4, 7));
  CHECK(bins.front() == ScoreBin{7, 7, 7});
}
