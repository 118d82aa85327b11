// Positions with several axes: tokens have places in a grid, and each pair turns by the position on its own axis.
#include <chrono>
#include <cmath>
#include <numbers>
#include <thread>

#include <fmt/format.h>

#include "app/scene/grid.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/analysis/base_map.h"
#include "core/analysis/carpet.h"
#include "core/error.h"
#include "core/io/npy.h"
#include "tests/app/picture_hand.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

constexpr double turn = 2 * std::numbers::pi;

Scene with(std::vector<std::string> pose) { return with_patch(first_scene(), read_assignments(pose, "--pose")); }

const std::vector<double>& column(const Table& table, std::string_view name) {
  for (const Table::Column& each : table.columns)
    if (each.name == name) return each.values;
  FAIL("no column " << name);
  return table.columns.front().values;
}

Table table_of(test::PictureHand& hand, std::string_view picture) {
  return find_picture(picture)->columns(hand.scene(), hand.window.shell.derived());
}

/// Wan 2: heads of 128 components, of which 44 turn by the frame, 42 by the row and 42 by the column.
struct WanPair {
  std::size_t axis;
  long double inv_freq;
};
std::vector<WanPair> wan_pairs() {
  std::vector<WanPair> pairs;
  const int components[] = {44, 42, 42};
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (int j = 0; j < components[axis] / 2; ++j)
      pairs.push_back({axis, std::pow(10000.0L, -2.0L * j / components[axis])});
  return pairs;
}

double wrapped(long double angle) {
  return static_cast<double>(std::remainder(angle, 2 * std::numbers::pi_v<long double>));
}

} // namespace

TEST_CASE("at a place in a clip every dial turns by its own pair's frame, row or column") {
  for (const char* along : {"axis=0", "axis=1", "axis=2"}) {
    test::PictureHand hand(with({"model=wan-2.2-14b", along, "positions.m=10,15,26", "positions.n=3,8,40"}),
                           "rotations");
    CAPTURE(along);
    const Table table = table_of(hand, "rotations");
    const auto pairs = wan_pairs();
    const double query[] = {10, 15, 26}, key[] = {3, 8, 40};
    REQUIRE(column(table, "pair").size() == pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      CAPTURE(i);
      const auto [axis, theta] = pairs[i];
      CHECK(column(table, "axis")[i] == static_cast<double>(axis));
      CHECK(std::abs(wrapped(query[axis] * theta - static_cast<long double>(column(table, "query_angle")[i]))) < 2e-6);
      CHECK(std::abs(wrapped(key[axis] * theta - static_cast<long double>(column(table, "key_angle")[i]))) < 2e-6);
      // Trained on 21 frames of 30 rows and 52 columns, whose first and last are so far apart.
      const double extent[] = {20, 29, 51};
      CHECK(column(table, "turns_trained")[i] == doctest::Approx(extent[axis] * static_cast<double>(theta) / turn));
    }
  }
}

TEST_CASE("the score of two places is the sum over the pairs of the cosines of their own distances") {
  const double query[] = {10, 15, 26}, key[] = {3, 8, 40};
  for (const char* along : {"axis=0", "axis=1"}) {
    test::PictureHand hand(with({"model=wan-2.2-14b", along, "positions.m=10,15,26", "positions.n=3,8,40"}), "phasors");
    long double sum = 0;
    for (const auto [axis, theta] : wan_pairs()) sum += std::cos((query[axis] - key[axis]) * theta);
    CHECK(hand.window.shell.derived().current().score_here ==
          doctest::Approx(static_cast<double>(sum / 64)).epsilon(1e-7));
    const Table table = table_of(hand, "phasors");
    CHECK(column(table, "sum_re").back() == doctest::Approx(static_cast<double>(sum / 64)).epsilon(1e-7));
  }
}

TEST_CASE("places with fractions turn a pair by the fraction too") {
  test::PictureHand hand(with({"model=wan-2.2-14b", "axis=0", "positions.m=10,1.25,26", "positions.n=3,-0.5,40"}),
                         "rotations");
  const Table table = table_of(hand, "rotations");
  const auto pairs = wan_pairs();
  for (std::size_t i = 22; i < 43; ++i)
    CHECK(std::abs(wrapped(1.25L * pairs[i].inv_freq - static_cast<long double>(column(table, "query_angle")[i]))) <
          2e-6);
}

TEST_CASE("another axis keeps both places, and what moves m moves the query along it alone") {
  Scene scene = with({"model=wan-2.2-14b", "positions.m=10,15,26", "positions.n=3,8,40"});
  CHECK(scene.axis == 0);
  CHECK(scene.m == 10);
  CHECK(scene.n == 3);
  choose_axis(scene, 2);
  CHECK(scene.m == 26);
  CHECK(scene.n == 40);
  CHECK(query_on(scene, 0) == 10);
  CHECK(key_on(scene, 1) == 8);
  scene.m = 30;
  choose_axis(scene, 0);
  CHECK(query_on(scene, 2) == 30);
  CHECK(scene_from_json(scene_json(scene), "again") == scene);
  move_on_axis(scene, false, 1, 12);
  CHECK(key_on(scene, 1) == 12);
  choose_axis(scene, -1);
  CHECK(!scene.places);
  CHECK(query_on(scene, 1) == static_cast<double>(scene.m));
}

TEST_CASE("a place that the model or the axis cannot have is refused in one sentence") {
  CHECK_THROWS_WITH_AS(with({"model=llama-2-7b", "positions.m=1,2,3"}), doctest::Contains("one axis"), Error);
  CHECK_THROWS_WITH_AS(with({"model=wan-2.2-14b", "positions.m=1,2"}), doctest::Contains("expected 3"), Error);
  CHECK_THROWS_WITH_AS(with({"model=wan-2.2-14b", "axis=1", "positions.m=1,2.5,3"}), doctest::Contains("2.5"), Error);
  Scene scene = with({"model=wan-2.2-14b", "axis=0", "positions.m=1,-2,3"});
  CHECK_THROWS_WITH_AS(choose_axis(scene, 1), doctest::Contains("-2"), Error);
  // Another model has other axes: no place stays.
  CHECK(!with_patch(scene, read_assignments({"model=llama-2-7b"}, "--pose")).places);
}

TEST_CASE("dials, chain and bars of a model with several axes are grouped by them, and each axis is named") {
  for (const char* model : {"wan-2.2-14b", "qwen3-vl-4b", "flux.1-dev"}) {
    for (const char* view : {"rotations", "phasors", "turns", "wavelengths", "overview"}) {
      test::PictureHand hand(with({std::string("model=") + model}), view);
      CAPTURE(model);
      CAPTURE(view);
      const test::DrawnPainter& drawn = hand.alone();
      for (const char* axis : {"rows", "columns"}) CHECK(drawn.says(axis));
    }
  }
}

TEST_CASE("turns and wavelengths of a clip are measured by the trained grid, and say where it begins to repeat") {
  // Pair 3 of the frames turns once in 2π·10000^(6/44) = 22.06 frames: the least above the 20 that were trained.
  test::PictureHand hand(with({"model=wan-2.2-14b", "positions.grid=41x30x52"}), "turns");
  CHECK(hand.alone().says("from 22.1 on pair 3 repeats"));
  const Table table = table_of(hand, "turns");
  const auto pairs = wan_pairs();
  for (std::size_t i = 0; i < 22; ++i) {
    CHECK(column(table, "turns_trained")[i] == doctest::Approx(20 * static_cast<double>(pairs[i].inv_freq) / turn));
    CHECK(column(table, "none_turns_target")[i] == doctest::Approx(40 * static_cast<double>(pairs[i].inv_freq) / turn));
    const bool unseen = 20 * static_cast<double>(pairs[i].inv_freq) < turn;
    CHECK(column(table, "none_unseen")[i] == (unseen ? 1.0 : 0.0));
  }
  CHECK(column(table, "none_unseen")[60] == 0.0); // the columns reach no further than they did
}

TEST_CASE("a large array of q is read beside the frame, which shows the q before until then") {
  const test::Scratch scratch;
  Array rows;
  rows.shape = {4, 128};
  for (int i = 0; i < 4 * 128; ++i) rows.floats.push_back(static_cast<float>(std::sin(i)));
  const std::string file = (scratch.path / "q.npy").string();
  write_npy(file, rows);
  const gpu::HeadlessContext context;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  Derived derived;
  Scene scene = first_scene();
  scene.view = "phasors";
  derived.update(scene, engines, 756, Patience::goes_on);
  const HeadPair before = derived.head();
  HeadSource source;
  source.kind = HeadSource::Kind::file;
  source.word = file;
  scene.q = scene.k = source;
  derived.update(scene, engines, 756, Patience::goes_on);
  CHECK((derived.reading() == file || derived.head() != before));
  for (int i = 0; i < 2000 && !derived.reading().empty(); ++i) {
    CHECK(derived.head() == before);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    derived.update(scene, engines, 756, Patience::goes_on);
  }
  CHECK(derived.reading().empty());
  CHECK(derived.head() != before);
  Derived waits;
  waits.update(scene, engines, 756, Patience::waits);
  CHECK(waits.reading().empty());
  CHECK(waits.head() == derived.head());

  // What cannot be read is said once it has been tried, and the q before stays.
  scene.q.word = (scratch.path / "none.npy").string();
  const HeadPair known = derived.head();
  bool refused = false;
  for (int i = 0; i < 2000 && !refused; ++i) try {
      derived.update(scene, engines, 756, Patience::goes_on);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } catch (const Error&) {
      refused = true;
    }
  CHECK(refused);
  CHECK(derived.head() == known);
}

TEST_CASE("tokens of a grid are put at their places everywhere by one click, and dragged on with them") {
  test::PictureHand hand(with({"model=wan-2.2-14b", "m=2000", "n=1000"}), "positions");
  hand.click(hand.control("positions everywhere").centre());
  REQUIRE(hand.scene().places);
  // 30 rows of 52: token 2000 is in frame 1, row 8, column 24; token 1000 in frame 0, row 19, column 12.
  const double query[] = {1, 8, 24}, key[] = {0, 19, 12};
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    CHECK(query_on(hand.scene(), axis) == query[axis]);
    CHECK(key_on(hand.scene(), axis) == key[axis]);
  }
  CHECK(hand.alone().says("query m = 2 000: t 1, h 8, w 24"));
  hand.frames();
  hand.drag(hand.control("places.1 m").centre(), {200, 0});
  CHECK(query_on(hand.scene(), 0) > 1);
  CHECK(key_on(hand.scene(), 1) == 19);
}

TEST_CASE("a score along an axis of a clip reaches four times as far as its training, and is every distance's own") {
  // 21 x 30 x 52 patches: 20, 29 and 51 from end to end.
  const auto pairs = wan_pairs();
  const std::pair<std::string, double> cases[] = {{"0", 20}, {"1", 29}, {"2", 51}};
  for (const auto& one : cases) {
    const std::string& axis = one.first;
    const double extent = one.second;
    CAPTURE(axis);
    test::PictureHand hand(with({"model=wan-2.2-14b", "axis=" + axis, "m=110", "n=100"}), "score");
    const std::string name = axis == "0" ? "frames" : axis == "1" ? "rows" : "columns";
    const auto& drawn = hand.alone();
    CHECK(drawn.says("relative distance Δ = m − n (" + name + ")"));
    CHECK(drawn.says("beyond the trained " + fmt::format("{} {}", extent, name)));
    const Table table = table_of(hand, "score");
    const std::vector<double>& distances = column(table, "to");
    CHECK(distances.back() >= 4 * extent - 1);
    CHECK(distances.back() <= 5 * extent + 1); // a quarter beyond what is seen, for whoever moves the view
    CHECK(distances.size() > 3 * static_cast<std::size_t>(extent)); // each has a bin of its own
  }
  // Along all of them at once the frames end first; and what lies further apart than all that is still within.
  test::PictureHand all(with({"model=wan-2.2-14b", "m=400", "n=100"}), "score");
  const auto& everywhere = all.alone();
  CHECK(everywhere.says("relative distance Δ = m − n (on every axis)"));
  CHECK(everywhere.says("beyond the trained 20 frames"));
  CHECK(column(table_of(all, "score"), "to").back() >= 300);
  // LTX's rows are parts of 2048 pixels: 30 of 32 make 29·32/2048 from end to end.
  test::PictureHand parts(with({"model=ltx-video", "axis=1"}), "score");
  CHECK(parts.alone().says("beyond the trained 0.453 rows"));
  test::PictureHand rival(with({"model=wan-2.2-14b", "axis=0", "position=alibi"}), "score");
  CHECK(rival.alone().says("relative distance Δ = m − n (frames)"));
  test::PictureHand text(with({"model=llama-2-7b"}), "score");
  CHECK(text.alone().says("relative distance Δ = m − n (tokens)"));
}

TEST_CASE("a carpet of a clip takes each pair's own axis for where training ended") {
  const double theta[] = {0.3, 0.01}, reach[] = {20, 400};
  const CarpetRows rows = carpet_rows(theta, reach, theta, 1000);
  std::int64_t unseen = 0, cells = 0;
  for (int pair = 0; pair < 2; ++pair)
    for (std::int64_t m = 1; m <= 1000; ++m) {
      if (static_cast<double>(m) <= reach[pair]) continue;
      ++cells;
      const double arc = theta[pair] * reach[pair];
      unseen += arc < turn && std::fmod(theta[pair] * static_cast<double>(m), turn) > arc * (1 + 1e-9);
    }
  CHECK(rows.cells == cells);
  CHECK(rows.unseen_cells == unseen);
}

TEST_CASE("pairs below one turn are counted as a loop over them counts") {
  for (const double base : {1000.0, 1e4, 5e5, 1e9})
    for (const double length : {3.0, 100.5, 4096.0, 131072.0, 2e6})
      for (const std::int64_t dim : {64, 128, 256}) {
        std::int64_t below = 0;
        for (std::int64_t i = 0; i < dim / 2; ++i)
          below += length * std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(dim)) < turn;
        CHECK(pairs_below_a_turn(base, dim, length) == below);
      }
}

TEST_CASE("the base map is coloured by pairs below one turn where that is chosen, and says so") {
  test::PictureHand hand(with({"base-map.pairs=on"}), "base-map");
  CHECK(hand.alone().says("less than one turn"));
  test::PictureHand scores(first_scene(), "base-map");
  CHECK(!scores.alone().says("less than one turn"));
}
