// The overview's own parts, and the scene's q and k behind all pictures.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "app/pictures/dial.h"
#include "app/pictures/overview_parts.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "core/array.h"
#include "core/error.h"
#include "core/io/tensor_file.h"
#include "tests/app/picture_hand.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

using Hand = test::PictureHand;

/// Drags a control's middle by so many pixels.
void drag(Hand& hand, std::string_view control, float by) { hand.drag(hand.control(control).centre(), {by, 0}); }

/// Pixels from token to token on the line.
float pitch(Hand& hand) {
  return (hand.control("tokens query").centre().x - hand.control("tokens key").centre().x) /
         static_cast<float>(hand.distance());
}

} // namespace

TEST_CASE("a token that is dragged on the line moves its position alone, and the arrow moves both") {
  Hand hand(default_scene(), "overview");
  REQUIRE(pitch(hand) > 4);
  drag(hand, "tokens query", 5 * pitch(hand));
  CHECK(hand.scene().m == 142);
  CHECK(hand.scene().n == 100);
  drag(hand, "tokens key", -10 * pitch(hand));
  CHECK(hand.scene().m == 142);
  CHECK(hand.scene().n == 90);
  const double score = hand.window.shell.derived().current().score_here;
  drag(hand, "tokens both", 7 * pitch(hand));
  CHECK(hand.scene().m == 149);
  CHECK(hand.scene().n == 97);
  CHECK(hand.window.shell.derived().current().score_here == score); // only the distance counts
  drag(hand, "tokens both", -5000);
  CHECK(hand.scene().n >= 0);
  CHECK(hand.scene().m - hand.scene().n == 52);
}

TEST_CASE("the chain's end is the score that the curve shows, for any scheme and any q and k") {
  for (const char* scheme : {"none", "linear", "yarn"})
    for (const char* own : {"ones", "word:dog", "random:5", "same:20"}) {
      Scene scene = default_scene();
      set(scene, *find_property("scheme"), std::string(scheme));
      set(scene, *find_property("k"), std::string(own));
      Hand hand(scene, "overview");
      const auto* chain = hand.window.shell.derived().numbers<pictures::OverviewChain>();
      REQUIRE(chain);
      CHECK(chain->chain.end.real() ==
            doctest::Approx(hand.window.shell.derived().current().score_here).epsilon(1e-12));
      double lengths = 0;
      for (const auto arrow : chain->chain.arrows) lengths += std::abs(arrow);
      CHECK(lengths == doctest::Approx(1));
    }
}

TEST_CASE("a click on the chain shows its picture") {
  Hand hand(default_scene(), "overview");
  hand.click(hand.control("overview.chain").centre());
  CHECK(hand.scene().view == "phasors");
}

TEST_CASE("q and k come back from a scene's JSON, files as objects, and what is no source is refused by key") {
  for (const char* json :
       {R"("word:dog")", R"("random:7")", R"("same:200")", R"({"file": "q.npy", "row": 3, "head": 0})"}) {
    const Scene scene = scene_from_json(std::string(R"({"q": )") + json + "}", "a.json");
    const Scene again = scene_from_json(scene_json(scene), "b.json");
    CHECK(again.q == scene.q);
    CHECK(again == scene);
  }
  for (const char* json : {R"("one")", "3", "[1]", R"({"file": 1})"}) {
    try {
      scene_from_json(std::string(R"({"k": )") + json + "}", "a.json");
      FAIL("was taken");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("k: ") != std::string::npos);
    }
  }
}

TEST_CASE("a row of an array is the query of every picture, and one that is not there leaves the scene as it was") {
  const test::Scratch scratch;
  Array array;
  array.shape = {2, 3, 128};
  for (int i = 0; i < 2 * 3 * 128; ++i) array.floats.push_back(std::sin(static_cast<float>(i)));
  const std::string path = (scratch.path / "q.npy").string();
  write_array(path, array);
  const auto asked = [&](int row) {
    return std::string(R"({"file":")") + path + R"(","row":)" + std::to_string(row) + R"(,"head":1})";
  };
  Scene scene = default_scene();
  set(scene, *find_property("q"), asked(2));
  Derived derived;
  gpu::Engines engines{gpu::EngineChoice::cpu};
  derived.update(scene, engines, 400);
  const auto& query = derived.head().query;
  REQUIRE(query.size() == 64);
  for (std::size_t i = 0; i < 64; ++i) { // half-split: components i and i + 64 of row 5
    CHECK(query[i].real() == doctest::Approx(std::sin(5 * 128.0 + static_cast<double>(i))).epsilon(1e-4));
    CHECK(query[i].imag() == doctest::Approx(std::sin(5 * 128.0 + 64 + static_cast<double>(i))).epsilon(1e-4));
  }
  // The hands are the row's own pairs, turned: the query's by m.
  const pictures::Dial dial = pictures::dial_at(scene, derived, 20);
  const double turned = std::arg(query[20]) + 137 * derived.current().spectrum.inv_freq[20];
  CHECK(std::abs(std::remainder(static_cast<double>(std::arg(dial.query)) - turned, 2 * std::numbers::pi)) < 1e-5);
  double longest = 0;
  for (const auto& pair : query) longest = std::max(longest, std::abs(pair));
  CHECK(static_cast<double>(std::abs(dial.query)) == doctest::Approx(std::abs(query[20]) / longest).epsilon(1e-5));
  Scene wrong = scene;
  set(wrong, *find_property("q"), asked(3));
  CHECK_THROWS_AS(derived.update(wrong, engines, 400), Error);
  derived.update(scene, engines, 400);
  CHECK(derived.head().query == query);
}

TEST_CASE("arrays dropped on a picture of queries and keys are those, and a kernel's go to its check from everywhere") {
  const test::Scratch scratch;
  Array array;
  array.shape = {3, 128};
  for (int i = 0; i < 3 * 128; ++i) array.floats.push_back(std::cos(static_cast<float>(i)));
  const auto written = [&](const char* name) {
    write_array(scratch.path / name, array);
    return (scratch.path / name).string();
  };
  const std::string first = written("route.npy"), second = written("k.npy"), out = written("kernel_out.npy");
  for (const char* view : {"score", "rotations", "attention"}) {
    CAPTURE(view);
    Hand hand(default_scene(), view);
    hand.window.shell.drop({first, second});
    CHECK(hand.scene().q.word == first);
    CHECK(hand.scene().k.word == second);
    CHECK(hand.scene().view == view);
    hand.window.shell.drop({second});
    CHECK(hand.scene().q == hand.scene().k);
    hand.window.shell.drop({first, out});
    CHECK(hand.scene().view == "check");
    CHECK(hand.scene().kernel.files.out == out);
  }
  Hand hand(default_scene(), "overview");
  hand.window.shell.drop({first, second});
  CHECK(hand.scene().view == "check");
}
