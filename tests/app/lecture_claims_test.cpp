#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/lecture/lecture_scene.h"
#include "core/error.h"
#include "core/lecture/check.h"
#include "core/lecture/lecture.h"

using namespace ropescope;

namespace {

/// Each claim of the lectures within the program, with the engine of its step's scene.
template <typename See>
void for_each_claim(See see) {
  for (const EmbeddedLecture& embedded : embedded_lectures()) {
    const lecture::Lecture lecture = lecture::read_lecture(embedded.text);
    REQUIRE(lecture.readable);
    for (const lecture::Step& step : lecture.steps) {
      lecture::ClaimEngine pose(written_claim_scene(step.pose)), end(written_claim_scene(step.end));
      for (const lecture::WrittenClaim& claim : step.claims) see(step, claim, claim.claim.at_pose ? pose : end);
    }
  }
}

} // namespace

TEST_CASE("the three lectures hold 206 claims, and each is true in the scene of its step") {
  int count = 0;
  for_each_claim([&](const lecture::Step& step, const lecture::WrittenClaim& claim, lecture::ClaimEngine& engine) {
    ++count;
    lecture::Judged judged;
    CHECK_NOTHROW(judged = lecture::judge(claim.claim, engine));
    CHECK_MESSAGE(judged.holds, step.id, ": ", claim.words, " is ", judged.left);
  });
  CHECK(count == 206);
}

TEST_CASE("each of the 117 approximate claims is false once it is moved by 1.2 units of its last digit") {
  int count = 0;
  for_each_claim([&](const lecture::Step& step, const lecture::WrittenClaim& claim, lecture::ClaimEngine& engine) {
    if (claim.claim.comparison != lecture::Comparison::about) return;
    ++count;
    const double value = lecture::judge(claim.claim, engine).left;
    for (const double units : {1.2, -1.2}) {
      lecture::Claim moved = claim.claim;
      moved.right = fmt::format("{:.17g}", std::stod(claim.claim.right) + units * 2 * claim.claim.half_unit);
      CHECK_MESSAGE(std::abs(value - std::stod(moved.right)) > moved.half_unit * 1.0001, step.id, ": ", claim.words);
    }
  });
  CHECK(count == 117);
}

TEST_CASE("what can be computed in the lectures' sentences is computed, and no line grows beyond 60 characters by it") {
  for (const EmbeddedLecture& embedded : embedded_lectures()) {
    const lecture::Lecture lecture = lecture::read_lecture(embedded.text);
    for (const lecture::Trouble& trouble : lecture::computed_troubles(lecture, {}, written_claim_scene))
      FAIL_CHECK(lecture::sentence(trouble, embedded.name));
    for (const lecture::Trouble& trouble : lecture.troubles) FAIL_CHECK(lecture::sentence(trouble, embedded.name));
  }
}

TEST_CASE("a false claim is told with its line, what it says and what was computed") {
  const std::string text = "{\"lecture\": 1, \"title\": \"T\", \"steps\": [{\"id\": \"chain\", \"title\": \"A\",\n"
                           "\"text\": [\"x\"], \"show\": \"pair\",\n\"claims\": [\"score(0) == 1\",\n"
                           "\"score(37) ~ 0.5533\"]}]}";
  const lecture::Lecture lecture = lecture::read_lecture(text, scene_rules());
  REQUIRE(lecture.readable);
  CHECK(lecture.troubles.empty());
  const auto results = lecture::judge_claims(lecture, written_claim_scene);
  const auto troubles = lecture::computed_troubles(lecture, results, written_claim_scene);
  REQUIRE(troubles.size() == 1);
  CHECK(lecture::sentence(troubles[0], "rope.json") ==
        "rope.json:4: step \"chain\": claim is false: score(37) ~ 0.5533, computed 0.5532");
}

TEST_CASE("scenes of a lecture are held against the program's own keys and ranges") {
  const auto troubles_of = [](const std::string& pose) {
    const std::string text = "{\"lecture\": 1, \"title\": \"T\", \"steps\": [{\"id\": \"a\", \"title\": \"A\",\n"
                             "\"text\": [\"x\"], \"show\": \"pair\",\n\"pose\": {" +
                             pose + "}}]}";
    std::string all;
    for (const lecture::Trouble& trouble : lecture::read_lecture(text, scene_rules()).troubles)
      all += lecture::sentence(trouble, "l.json") + "\n";
    return all;
  };
  CHECK(troubles_of("\"m\": 3, \"model\": \"mistral-7b-v0.1\", \"compare\": [\"yarn\"]").empty());
  CHECK(troubles_of("\"postion\": \"rope\"") ==
        "l.json:3: step \"a\": pose: unknown key \"postion\"; did you mean \"position\"?\n");
  CHECK(troubles_of("\"base\": 0").find("l.json:3: step \"a\": pose: base: 0: expected") == 0);
  CHECK(troubles_of("\"m\": \"three\"").find("l.json:3: step \"a\": pose: m: \"three\": expected") == 0);
  CHECK(troubles_of("\"model\": \"no-such-model\"").find("the step before it stays as it is") != std::string::npos);
  CHECK(troubles_of("\"scheme\": \"yarm\"").find("l.json:3: step \"a\": pose: scheme:") == 0);
}
