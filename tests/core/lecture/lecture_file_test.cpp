#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/lecture/lecture.h"
#include "core/lecture/markup.h"

using namespace ropescope;
using namespace ropescope::lecture;

namespace {

/// A lecture with one step, whose lines come from outside; its first line is line 6.
std::string with_step(const std::string& lines, const std::string& head = "") {
  return fmt::format("{{\n  \"lecture\": 1,\n  \"title\": \"T\",\n{}  \"steps\": [\n    {{\n{}\n    }}\n  ]\n}}\n",
                     head, lines);
}

const std::string good = "\"id\": \"chain\",\n\"title\": \"A chain\",\n\"text\": [\"One.\"],\n\"show\": \"pair\"";

/// Rules of a program with three pictures and a few keys.
SceneRules small_rules() {
  SceneRules rules;
  rules.pictures = {"pair", "phasors", "score"};
  rules.handles = [](std::string_view picture) {
    return picture == "pair" ? std::vector<std::string>{"m", "both"} : std::vector<std::string>{"end"};
  };
  rules.refuse_change = [](std::string_view change) -> std::string {
    const auto json = nlohmann::json::parse(change);
    const std::string key = json.begin().key();
    if (key == "score")
      return json["score"].begin().key() == "x" ? "" : "unknown key \"score.y\"; did you mean \"score.x\"?";
    if (key == "base" && json["base"].is_number() && json["base"] <= 0) return "base: 0: expected a number above 0";
    return key == "base" || key == "m" || key == "n" || key == "model" ? "" : "unknown key \"" + key + "\"";
  };
  return rules;
}

std::string troubles_of(const std::string& text, const SceneRules& rules = small_rules()) {
  std::string all;
  for (const Trouble& trouble : read_lecture(text, rules).troubles) all += sentence(trouble, "rope.json") + "\n";
  return all;
}

} // namespace

TEST_CASE("a lecture without faults has none, comments and keys of others included") {
  const Lecture lecture = read_lecture(
      with_step("// why\n\"x-mine\": {\"a\": 1}, /* and */\n" + good, "  \"x-tool\": 3,\n"), small_rules());
  CHECK(lecture.troubles.empty());
  REQUIRE(lecture.readable);
  CHECK(lecture.steps.at(0).id == "chain");
  CHECK_FALSE(lecture.steps[0].has_motion());
}

TEST_CASE("each fault of a lecture's file is told with its line and its step") {
  struct {
    std::string text;
    const char* sentence;
  } const rows[] = {
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"One.\"]\n\"show\": \"pair\""),
       "rope.json:8: expected ',' or '}' after \"text\""},
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"One.\"],\n\"show\": \"phasor\""),
       "rope.json:9: step \"chain\": unknown picture \"phasor\" in \"show\"; did you mean \"phasors\"?"},
      {with_step(good + ",\n\"pose\": {\n\"m\": 3,\n\"score\": {\"y\": 2}}"),
       "rope.json:12: step \"chain\": pose: unknown key \"score.y\"; did you mean \"score.x\"?"},
      {with_step(good + ",\n\"then\": {\"m\": 3,\n\"ms\": 900}"),
       "rope.json:11: step \"chain\": \"ms\" is 900; a motion lasts 200 to 400"},
      {with_step(good + ",\n\"then\": {\"m\": 3}"),
       "rope.json:10: step \"chain\": \"then\": \"ms\" is missing: a motion lasts 200 to 400"},
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"One.\",\n\"" + std::string(67, 'a') +
                 "\"],\n\"show\": \"pair\""),
       "rope.json:9: step \"chain\": line 2 has 67 characters; 60 at most"},
      {with_step("\"id\": \"same-word\",\n\"title\": \"A\",\n\"text\": [\"One.\"],\n\"show\": \"pair\",\n\"pose\": "
                 "{\"base\": 0}"),
       "rope.json:10: step \"same-word\": pose: base: 0: expected a number above 0; the step before it stays as it is"},
      {with_step(good + ",\n\"claims\": [\"score(0) == 1\",\n\"scor(37) ~ 0.5\"]"),
       "rope.json:11: step \"chain\": claim: unknown function \"scor\"; did you mean \"score\"?"},
      {with_step(good + ",\n\"grab\": {\"bth\": \"slides\"}"),
       "rope.json:10: step \"chain\": no shown picture has a handle \"bth\"; did you mean \"both\"?"},
      {with_step(good + ",\n\"notess\": []"),
       "rope.json:10: step \"chain\": unknown key \"notess\"; did you mean \"notes\"?"},
      {with_step(good, "  \"titel\": \"x\",\n"), "rope.json:4: unknown key \"titel\"; did you mean \"title\"?"},
      {with_step(
           "\"id\": \"chain\",\n\"title\": \"one two three four five six seven\",\n\"text\": [\"One.\"],\n\"show\": "
           "\"pair\""),
       "rope.json:7: step \"chain\": the title has 7 words; 6 at most"},
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"a\", \"b\", \"c\"],\n\"show\": \"pair\""),
       "rope.json:8: step \"chain\": \"text\": 3 lines; 1 or 2 are shown"},
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"@yran{a}\"],\n\"show\": \"pair\""),
       "rope.json:8: step \"chain\": line 1: unknown role \"@yran\"; did you mean \"yarn\"?"},
      {with_step("\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"a *b\"],\n\"show\": \"pair\""),
       "rope.json:8: step \"chain\": line 1: a \"*\" without its fellow; \"\\*\" is the character itself"},
      {with_step("\"id\": \"Chain\",\n\"title\": \"A\",\n\"text\": [\"a\"],\n\"show\": \"pair\""),
       "rope.json:6: step \"Chain\": \"id\": expected lower-case letters, digits and \"-\", as in \"two-clocks\""},
      {with_step(
           "\"id\": \"chain\",\n\"title\": \"A\",\n\"text\": [\"a\"],\n\"show\": [\"pair\",\"pair\",\"pair\",[\"pair\","
           "\"pair\"]]"),
       "rope.json:9: step \"chain\": \"show\": 5 pictures; 4 at most"},
      {with_step(good + ",\n\"pose\": 3"),
       "rope.json:10: step \"chain\": \"pose\": expected a part of a scene, as in {\"m\": 137}"},
      {with_step(good + ",\n\"seconds\": 2"),
       "rope.json:10: step \"chain\": \"seconds\": expected a whole number from 5"},
      {with_step(good + ",\n\"seconds\": 60", "  \"minutes\": 12,\n"),
       "rope.json:4: the steps take 60 s together, and \"minutes\" is 12, which is 720 s"},
      {with_step(good + "\n    },\n    {\n" + good), "rope.json:12: step \"chain\": another step has the id \"chain\""},
      {with_step(good + ",\n\"title\": \"B\""), "rope.json:7: \"title\" stands twice; the last counts"},
      {"{\"lecture\": 2,\n\"title\": \"x\"}",
       "rope.json:1: this lecture is of format 2, and this program reads format 1: a newer Ropescope opens it"},
      {"{\"title\": \"x\"}", "rope.json:1: no lecture: expected \"lecture\": 1"},
      {"{\n\"lecture\": 1,\n\"title\": \"x\"\n}", "\"steps\": expected a list of one step or more"},
      {"[1]", "rope.json:1: expected one JSON object"},
      {"", "rope.json:1: "},
      {"{\n\"lecture\": 1,\n\"title\": \"x", "rope.json:3: "},
  };
  for (const auto& row : rows)
    CHECK_MESSAGE(troubles_of(row.text).find(row.sentence) != std::string::npos, "expected ", row.sentence, "\ngot ",
                  troubles_of(row.text));
}

TEST_CASE("one fault leaves the rest of a lecture as it is") {
  const std::string text =
      with_step(good + ",\n\"pose\": {\"m\": 3}\n    },\n    {\n\"id\": \"bad\",\n\"title\": \"B\","
                       "\n\"text\": [\"x\"],\n\"show\": \"nothing\",\n\"pose\": {\"base\": 0, \"n\": "
                       "5}\n    },\n    {\n\"id\": \"last\",\n\"title\": \"C\",\n\"text\": [\"y\"],\n"
                       "\"show\": [\"pair\", \"score*2\"],\n\"pose\": {\"m\": null}");
  const Lecture lecture = read_lecture(text, small_rules());
  REQUIRE(lecture.steps.size() == 3);
  CHECK(lecture.steps[0].cannot.empty());
  CHECK(lecture.steps[1].cannot.find("unknown picture") != std::string::npos);
  CHECK(lecture.steps[2].cannot.empty());
  CHECK(lecture.steps[2].pose == "{\"n\":5}"); // without the base that cannot be, and without m, which is null
  CHECK(lecture.steps[2].show.at(1).share == 2);
  CHECK(find_step(lecture, "last") == 2);
  CHECK(find_step(lecture, "2") == 1);
  CHECK_FALSE(find_step(lecture, "0").has_value());
  CHECK_FALSE(find_step(lecture, "4").has_value());
}

TEST_CASE("a pose is a change of the scene that the step before was written to end with") {
  const std::string text = with_step(
      good + ",\n\"pose\": {\"m\": 3, \"score\": {\"x\": [1, 2]}},\n\"then\": {\"m\": 9, \"ms\": 300}\n    },\n"
             "    {\n\"id\": \"b\",\n\"title\": \"B\",\n\"text\": [\"x\"],\n\"show\": \"pair\",\n\"pose\": {\"n\": 1}",
      "  \"start\": {\"model\": \"llama-2-7b\", \"n\": null},\n");
  const Lecture lecture = read_lecture(text, small_rules());
  REQUIRE(lecture.steps.size() == 2);
  CHECK(lecture.steps[0].pose == "{\"model\":\"llama-2-7b\",\"m\":3,\"score\":{\"x\":[1,2]}}");
  CHECK(lecture.steps[0].end == "{\"model\":\"llama-2-7b\",\"m\":9,\"score\":{\"x\":[1,2]}}");
  CHECK(lecture.steps[0].motion == "{\"m\":9}");
  CHECK(lecture.steps[1].pose == "{\"model\":\"llama-2-7b\",\"m\":9,\"score\":{\"x\":[1,2]},\"n\":1}");
}

TEST_CASE("a picture's share is its column's where it stands alone, and of the column's height where it does not") {
  const auto step = read_lecture(with_step("\"id\": \"a\",\n\"title\": \"A\",\n\"text\": [\"x\"],\n\"show\": "
                                           "[[\"phasors*3\", \"score\"], \"pair*2\"]"),
                                 small_rules())
                        .steps.at(0);
  REQUIRE(step.show.size() == 2);
  CHECK(step.show[0].share == 1);
  CHECK(step.show[0].rows.at(0).share == 3);
  CHECK(step.show[1].share == 2);
}

TEST_CASE("marked-up words come apart into runs that look alike, and back into what is read") {
  const auto runs = read_markup("θ_{i} = *b^{−2i/d}*, @q{q} is ${score(37):.4}; \\theta \\* a@b.c");
  REQUIRE(runs.size() == 10);
  CHECK(runs[1] == Run{.words = "i", .shift = Run::Shift::below});
  CHECK(runs[3] == Run{.words = "b", .bold = true});
  CHECK(runs[4] == Run{.words = "−2i/d", .bold = true, .shift = Run::Shift::above});
  CHECK(runs[6] == Run{.words = "q", .role = "q"});
  CHECK(runs[8] == Run{.words = "score(37)", .computed = true, .decimals = 4});
  CHECK(plain_words(runs, [](const Run&) { return std::string("0.5532"); }) == "θi = b−2i/d, q is 0.5532; θ * a@b.c");
  for (const char* wrong : {"_{a", "@q{a", "${a", "${score(1):4}", "*a", "\\thetta", "${scor(1)}"})
    CHECK_THROWS_AS_MESSAGE(read_markup(wrong), Error, wrong);
  CHECK(character_count("θ−a") == 3);
}

TEST_CASE("of words that are said indices and powers alone are marks, and no brace is refused") {
  const auto runs = read_said("S_{m} = *a*^{b c} {x} ${m} @q{y}");
  REQUIRE(runs.size() == 5);
  CHECK(runs[0] == Run{.words = "S"});
  CHECK(runs[1] == Run{.words = "m", .shift = Run::Shift::below});
  CHECK(runs[2] == Run{.words = " = *a*"});
  CHECK(runs[3] == Run{.words = "b c", .shift = Run::Shift::above});
  CHECK(runs[4] == Run{.words = " {x} ${m} @q{y}"});
  for (const char* plain : {"a_{b", "^{", "_", "}{_", "a_b", "θ"}) {
    REQUIRE(read_said(plain).size() == 1);
    CHECK(read_said(plain)[0] == Run{.words = plain});
  }
  CHECK(read_said("").empty());
  CHECK(read_said("_{}").empty());
}
