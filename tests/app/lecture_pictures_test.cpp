// The small pictures of the lectures: their poses, what a hand does to each, and what they say.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/theme.h"
#include "app/scene/scene_json.h"
#include "core/analysis/share.h"
#include "core/error.h"
#include "tests/app/picture_hand.h"

using namespace ropescope;

namespace {

Scene posed(std::string_view json) { return with_patch(first_scene(), read_patch(json, "pose")); }
Scene changed(const Scene& scene, std::string_view json) { return with_patch(scene, read_patch(json, "pose")); }

constexpr std::string_view mistral =
    R"({"model": "mistral-7b-v0.1", "base": 10000, "trained": 8192, "target": 32768, "scheme": "none", "factor": 4,
        "pair": 50, "m": 0, "n": 0})";

std::vector<double> order_of(const Scene& scene) {
  const auto order = scene.options.numbers(*find_property("words.order"));
  return {order.begin(), order.end()};
}

/// How many words of the picture alone hold this; the hand is on the window again afterwards.
std::size_t count_of(test::PictureHand& hand, std::string_view part) {
  std::size_t count = 0;
  for (const auto& word : hand.alone().words) count += word.text.find(part) != std::string::npos;
  hand.frames();
  return count;
}
bool says(test::PictureHand& hand, std::string_view part) { return count_of(hand, part) > 0; }

} // namespace

TEST_CASE("every value that the lectures give these pictures is taken, and null takes it back") {
  Scene scene = first_scene();
  for (const std::string_view pose :
       {R"({"position": "none", "words": {"text": "the dog met a dog and it barked", "query": 6, "looks_for": "dog"}})",
        R"({"words": {"order": [4, 0, 6, 2, 7, 1, 3, 5]}})", R"({"position": null, "words": null})",
        R"({"head_dim": 16, "base": 10000, "q": "word:q", "k": "word:k",
            "pairing_view": {"q": "interleaved", "k": "interleaved"}})",
        R"({"pairing_view": {"q": "interleaved", "k": "half"}})", R"({"head_dim": null, "pairing_view": null})",
        R"({"fit": {"samples": "wild", "every": 8, "ridge": 1e-06, "x": [0, 8192], "y": [-15, 15]}})",
        R"({"fit": {"x": [0, 32768]}})", R"({"share": {"needle": 6, "bars": ["trained", "target"]}})",
        R"({"share": {"bars": ["trained", "target", "tempered"]}})", R"({"share": null})",
        R"({"config": {"open": "factor"}})", R"({"split": {"tokens": 40, "matrix": "rope"}})",
        R"({"split": {"matrix": "t5"}})", R"({"split": null, "rivals": {"x": [1, 32768], "upto": 8192}})",
        R"({"rivals": {"x": [1, 32768], "upto": 32768, "delta": 30000, "cards": true, "hide_verdict": true}})"}) {
    CAPTURE(pose);
    CHECK_NOTHROW(scene = changed(scene, pose));
  }
  for (const char* picture :
       {"words", "pairing_view", "fit", "share", "config", "split", "rivals", "cache", "parameters"})
    scene = changed(scene, std::string("{\"") + picture + "\": null}");
  Scene plain = changed(first_scene(), R"({"q": "word:q", "k": "word:k"})");
  CHECK(scene.options == plain.options);
  CHECK_THROWS_AS(changed(scene, R"({"words": {"order": [0, 0, 1]}})"), Error);
  CHECK_THROWS_AS(changed(scene, R"({"words": {"order": [0, 1.5]}})"), Error);
  CHECK_THROWS_AS(changed(scene, R"({"share": {"bars": ["all"]}})"), Error);
  CHECK_THROWS_AS(changed(scene, R"({"split": {"tokens": 1}})"), Error);
}

TEST_CASE("words: a word that is dragged stands elsewhere, its score rides along, and a double click puts all back") {
  test::PictureHand hand(posed(R"({"position": "none"})"), "words");
  CHECK(says(hand, "looks for"));
  CHECK(count_of(hand, "1.0000") == 2);
  const canvas::Rect first = hand.control("words word 1"), last = hand.control("words word 7");
  CHECK(hand.control("words word").least.x == first.least.x); // the word that is looked for
  hand.drag(first.centre(), {last.centre().x - first.centre().x, 0});
  CHECK(order_of(hand.scene()) == std::vector<double>{0, 2, 3, 4, 5, 6, 7, 1});
  CHECK(count_of(hand, "1.0000") == 4); // a picture alone is print, which has both orders
  hand.drag(hand.control("words word 1").centre(), {first.centre().x - last.centre().x, 0});
  CHECK(order_of(hand.scene()).empty()); // back where it was written, there is no other order
  hand.drag(hand.control("words word 0").centre(), {first.width() * 2.2f, 0});
  CHECK(!order_of(hand.scene()).empty());
  hand.frames(40);
  hand.click(hand.control("words word 3").centre());
  hand.click(hand.control("words word 3").centre());
  CHECK(order_of(hand.scene()).empty());
}

TEST_CASE("words: under RoPE both dogs part, and the switch takes positions away and back") {
  test::PictureHand hand(posed(R"({"position": "rope"})"), "words");
  CHECK(says(hand, "0.7732"));
  CHECK(says(hand, "0.8794"));
  const canvas::Rect both = hand.control("words position");
  hand.click({both.least.x + 12, both.centre().y});
  CHECK(hand.scene().options.words(*find_property("position")) == "none");
  CHECK(count_of(hand, "1.0000") == 2);
  hand.click({both.greatest.x - 12, both.centre().y});
  CHECK(hand.scene().options.words(*find_property("position")) == "rope");
}

TEST_CASE("words: in print a new order stands below the old one; words half on their way lie between their places") {
  Scene scene = posed(R"({"position": "none", "words": {"order": [4, 0, 6, 2, 7, 1, 3, 5]}})");
  test::PictureHand hand(scene, "words");
  CHECK(count_of(hand, "barked") == 2);
  scene = changed(scene, R"({"words": {"moved": 0.5}})");
  test::PictureHand moving(scene, "words");
  const float start = hand.control("words word 0").centre().x, width = hand.control("words word 0").width() / 0.9f;
  CHECK(std::abs(moving.control("words word 0").centre().x - (start - width / 2)) < 1.5f); // from place 0 to 1
}

TEST_CASE("pairing: a click on a strip's name takes the other pairing, and the mixed card is filled when they differ") {
  test::PictureHand hand(posed(R"({"head_dim": 16, "base": 10000, "q": "word:q", "k": "word:k",
                                   "pairing_view": {"q": "interleaved", "k": "interleaved"}})"),
                         "pairing");
  const auto chosen = [&](const char* key) { return hand.scene().options.words(*find_property(key)); };
  CHECK(count_of(hand, "−0.0877") == 3);
  CHECK(count_of(hand, "+0.1201") == 3);
  CHECK(!says(hand, "+0.2735"));
  hand.click(hand.control("pairing layout").centre());
  CHECK(chosen("pairing_view.k") == "half");
  for (const char* score : {"−0.1293", "+0.2735", "+0.1105", "three scores"}) CHECK(says(hand, score));
  hand.click(hand.control("pairing layout q").centre());
  CHECK(chosen("pairing_view.q") == "half");
  CHECK(!says(hand, "+0.2735"));
}

TEST_CASE("cache: plus and a drag of the new token move the query alone; a drag of the band turns all stored keys") {
  test::PictureHand hand(posed(R"({"pair": 6, "m": 6})"), "cache");
  hand.click(hand.control("cache new").centre());
  CHECK(hand.scene().m == 7);
  const canvas::Rect dial = hand.control("cache token");
  const float pitch = dial.width() / 0.84f;
  hand.drag(dial.centre(), {-2 * pitch, 0});
  CHECK(hand.scene().m == 5);
  CHECK(says(hand, "not one bit changes"));
  hand.drag(hand.control("cache shift").centre(), {3 * pitch, 0});
  CHECK(hand.number("cache.shift") == 3);
  CHECK(hand.scene().m == 5);
  CHECK(says(hand, "72.5°")); // 3 · 24.16°
  CHECK(says(hand, "n = 3"));
  hand.frames(40);
  for (int i = 0; i < 2; ++i) hand.click(hand.control("cache shift").centre());
  CHECK(hand.number("cache.shift") == 0);
}

TEST_CASE("ruler: its lower end sets the factor, the text keeps its length, and the count falls to 0 at 4") {
  test::PictureHand hand(changed(posed(mistral), R"({"scheme": "linear", "factor": 1})"), "ruler");
  const auto unseen = [&] { return says(hand, "14"); };
  CHECK(unseen());
  const canvas::Rect end = hand.control("ruler factor");
  hand.drag(end.centre(), {-(end.centre().x - 340) * 0.6f, 0});
  CHECK(hand.number("factor") > 1.5);
  CHECK(pictured_length(hand.scene()) == 32768);
  test::PictureHand four(changed(posed(mistral), R"({"scheme": "linear", "factor": 4})"), "ruler");
  CHECK(says(four, "32 767 / 4 = 8 191.75"));
  std::size_t zeros = 0;
  for (const auto& word : four.drawn.words) zeros += word.text == "0";
  CHECK(zeros == 1);
  // Where nobody has chosen a target, it follows the factor: the ruler is pinned when a hand takes it.
  test::PictureHand free(posed(R"({"scheme": "linear", "factor": 4, "target": null})"), "ruler");
  const std::int64_t before = pictured_length(free.scene());
  free.drag(free.control("ruler factor").centre(), {120, 0});
  CHECK(free.number("factor") < 4);
  CHECK(pictured_length(free.scene()) == before);
}

TEST_CASE("fit: the rule of the trained context and the ridge can be dragged, and the outburst moves with them") {
  test::PictureHand hand(changed(posed(mistral), R"({"fit": {"y": [-15, 15]}})"), "fit");
  CHECK(says(hand, "13.5 at Δ = 9 661"));
  CHECK(says(hand, "greatest 0.62"));
  hand.drag(hand.control("fit trained").centre(), {120, 0});
  CHECK(hand.number("trained") > 9000);
  CHECK(pictured_length(hand.scene()) == 32768);
  CHECK(!says(hand, "9 661"));
  const canvas::Rect ridge = hand.control("fit ridge");
  hand.click({ridge.greatest.x - 30, ridge.greatest.y - 16});
  CHECK(hand.number("fit.ridge") > 1e-6);
  // A head of more pairs than a fit can take says so.
  test::PictureHand large(posed(R"({"head_dim": 1024, "rotary_dim": 1024})"), "fit");
  CHECK(says(large, "would take too long"));
}

TEST_CASE("share: three bars stand in the ratio of their shares, and needle and factor are sliders") {
  test::PictureHand hand(changed(posed(mistral), R"({"scheme": "yarn"})"), "share");
  for (const char* words : {"2.90 %", "0.74 %", "3.05 %", "break-even at 5.82", "÷ 3.9", "× 4.1"})
    CHECK(says(hand, words));
  const canvas::Theme& theme = canvas::theme(canvas::ThemeName::dark);
  float heights[2] = {};
  for (const auto& box : hand.drawn.boxes) {
    if (box.colour == theme.seen && box.area.width() > 40) heights[0] = box.area.height();
    if (box.colour == theme.beyond && box.area.width() > 40) heights[1] = box.area.height();
  }
  REQUIRE(heights[1] > 0);
  CHECK(heights[0] / heights[1] ==
        doctest::Approx(attention_share(8192, 6, 1) / attention_share(32768, 6, 1)).epsilon(0.01));
  hand.click({hand.control("share needle").centre().x + 60, hand.control("share needle").greatest.y - 16});
  CHECK(hand.number("share.needle") > 6);
  hand.click({hand.control("share factor").greatest.x - 30, hand.control("share factor").greatest.y - 16});
  CHECK(hand.number("factor") > 4);
  test::PictureHand two(changed(posed(mistral), R"({"scheme": "yarn", "share": {"bars": ["trained", "target"]}})"),
                        "share");
  CHECK(says(two, "0.74 %"));
  CHECK(!says(two, "3.05 %"));
  CHECK(!says(two, "break-even"));
}

TEST_CASE("config: the open value is a question mark until a hand changes it, here or in another picture") {
  const Scene scene = changed(posed(mistral), R"({"scheme": "yarn", "factor": 2, "config": {"open": "factor"}})");
  test::PictureHand hand(scene, "config");
  CHECK(says(hand, "?"));
  CHECK(says(hand, "32768"));
  CHECK(says(hand, "original_max_position_embeddings"));
  hand.drag(hand.control("config factor").centre(), {120, 0});
  CHECK(hand.number("factor") == doctest::Approx(4).epsilon(0.02));
  CHECK(!says(hand, "?"));
  test::PictureHand other(scene, "ruler");
  other.drag(other.control("ruler factor").centre(), {-100, 0});
  CHECK(other.number("factor") > 2);
  CHECK(other.scene().options.words(*find_property("config.open")).empty());
}

TEST_CASE("rivals: one distance is read in all panels, the trained rule moves in all, and a double click lets go") {
  test::PictureHand hand(posed(mistral), "rivals");
  for (const char* words :
       {"the same past 113", "nothing there", "14 waves: new", "14 pairs: new", "0 pairs: new", "e⁻¹²⁸ at most"})
    CHECK(says(hand, words));
  const canvas::Rect area = hand.control("rivals delta");
  hand.drag(area.centre(), {20, 0});
  const double delta = hand.number("rivals.delta");
  CHECK(delta > std::sqrt(32768.0));
  CHECK(delta < 1000);
  CHECK(count_of(hand, "1.000") >= 1); // no position: the same
  hand.frames(40);
  for (int i = 0; i < 2; ++i) hand.click(hand.control("rivals delta").centre());
  CHECK(is_null(get(hand.scene(), *find_property("rivals.delta"))));
  hand.drag(hand.control("rivals trained").centre(), {-30, 0});
  CHECK(hand.number("trained") < 7000);
  CHECK(pictured_length(hand.scene()) == 32768);
}

TEST_CASE("rivals: cards judge across a distance that a hand brings nearer, one after the other drops in") {
  const Scene scene = changed(posed(mistral), R"({"rivals": {"cards": true, "delta": 30000}})");
  test::PictureHand hand(scene, "rivals");
  for (const char* words : {"no row", "−117 at best", "same as 113", "14 in the dark", "all in range", "Δ = 30 000"})
    CHECK(says(hand, words));
  hand.drag(hand.control("rivals delta").centre(), {-900, 0});
  CHECK(hand.number("rivals.delta") < 12000);
  const auto go_to = [&](const char* delta) {
    hand.window.shell.show(changed(hand.scene(), std::string("{\"rivals\": {\"delta\": ") + delta + "}}"));
    hand.frames();
  };
  go_to("8000");
  CHECK(says(hand, "has a row"));
  CHECK(count_of(hand, "all in range") == 2);
  CHECK(says(hand, "−31 at best"));
  go_to("100");
  CHECK(says(hand, "a bucket of its own"));
  test::PictureHand hidden(changed(scene, R"({"rivals": {"hide_verdict": true}})"), "rivals");
  CHECK(!says(hidden, "no row"));
  CHECK(says(hidden, "T5 bias"));
}

TEST_CASE("split: the table beside RoPE's is chosen, and its rank is said") {
  test::PictureHand hand(changed(posed(mistral), R"({"pair": 6})"), "split");
  CHECK(says(hand, "rank 2"));
  CHECK(!says(hand, "rank 40 of 40"));
  CHECK(hand.drawn.images.size() == 5); // the table, and two strips for each product
  const canvas::Rect choices = hand.control("split matrix");
  hand.click({choices.greatest.x - 12, choices.centre().y});
  CHECK(hand.scene().options.words(*find_property("split.matrix")) == "t5");
  CHECK(says(hand, "rank 40 of 40"));
  CHECK(hand.drawn.images.size() == 6);
  hand.click(hand.control("split alibi").centre());
  CHECK(says(hand, "rank 1"));
}

TEST_CASE("parameters: a learned table has places times width, RoPE none, and the base is a slider") {
  test::PictureHand hand(first_scene(), "parameters");
  CHECK(says(hand, "16 777 216"));
  CHECK(says(hand, "4 096 places × 4 096"));
  const canvas::Rect base = hand.control("parameters base");
  hand.click({base.greatest.x - 40, base.greatest.y - 16});
  CHECK(hand.number("base") > 10000);
  CHECK(says(hand, "16 777 216")); // whatever the base is
}

TEST_CASE("score: pairs that stand still hold the score of the same word above a floor, which is said") {
  constexpr std::string_view neox = R"({"model": "gpt-neox-20b", "compare": ["none"], "score": {"still": true}})";
  test::PictureHand partial(posed(neox), "score");
  CHECK(says(partial, "never below 0.5")); // 12 of 48 pairs turn: (36 − 12) / 48
  CHECK(says(partial, "12 of 48 pairs turn"));
  CHECK_FALSE(partial.control("score rotary").width() == 0);
  test::PictureHand more(changed(posed(neox), R"({"rotary_dim": 32})"), "score");
  CHECK(says(more, "never below 0.333"));
  test::PictureHand whole(changed(posed(neox), R"({"rotary_dim": 96})"), "score");
  CHECK_FALSE(says(whole, "never below")); // all turn: the score swings below 0
}

TEST_CASE("turns: the count alone is of pairs that meet new angles at the target, so that it grows with it") {
  for (const auto& [target, count] : {std::pair{"8192", "0"}, {"32768", "14"}}) {
    const auto& of_target = target;
    CAPTURE(of_target);
    test::PictureHand hand(
        changed(posed(mistral), fmt::format(R"({{"target": {}, "turns": {{"count": true}}}})", target)), "turns");
    CHECK(says(hand, "of 64 pairs"));
    CHECK(says(hand, "meet angles at"));
    const auto& words = hand.alone().words;
    const auto above = std::find_if(words.begin(), words.end(), [](const auto& w) { return w.text == "of 64 pairs"; });
    REQUIRE(above != words.begin());
    CHECK(std::prev(above)->text == count);
  }
}

TEST_CASE("carpet: asked for one, the scheme in force has all the room") {
  const Scene two = posed(R"({"scheme": "yarn", "carpet": {"x_scale": "linear"}})");
  test::PictureHand beside(two, "carpet"), alone(changed(two, R"({"carpet": {"alone": true}})"), "carpet");
  CHECK(beside.window.shell.control("carpet beside"));
  CHECK_FALSE(alone.window.shell.control("carpet beside"));
}
