#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/check/causes/unknown.h"
#include "core/check/check.h"
#include "tests/core/check/plain_kernel.h"

// Whose rows a sentence names: those that are wrong, and at far positions too.

using namespace ropescope;

namespace {

constexpr std::int64_t tokens = 40, heads = 4, head_dim = 32;

/// Position taken, from the position given and the token's number.
using Taken = std::function<double(std::int64_t given, std::int64_t token, std::int64_t head)>;

Finding judge(std::int64_t first, const Taken& taken, std::int64_t count = tokens, bool pair5 = false) {
  const test::PlainRows rows =
      test::plain_rows({count, heads}, head_dim, [&](const std::vector<std::int64_t>& at, std::int64_t pair) {
        return taken(first + at[0], at[0], at[1]) * (pair5 && pair == 5 ? 1.001 : 1);
      });
  KernelRun run;
  run.rope.layout.head_dim = run.rope.layout.rotary_dim = head_dim;
  run.shape = {1, count, heads, head_dim};
  run.heads = heads;
  run.in = rows.in;
  run.out = rows.out;
  for (std::int64_t t = 0; t < count; ++t) run.positions.ids.push_back(first + t);
  return check(run);
}

bool says(const Finding& finding, const std::string& words) {
  return finding.sentence.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("at positions in the millions a token off is seen, in all tokens, in one, in one head, and at one step") {
  for (const std::int64_t first : {1'000'000, 3'000'000, 4'000'000, 10'000'000}) {
    CAPTURE(first);
    CHECK(judge(first, [](auto p, auto, auto) { return static_cast<double>(p); }).verdict != Verdict::mismatch);
    const Finding all = judge(first, [](auto p, auto, auto) { return static_cast<double>(p + 1); });
    CHECK(all.sentence == "The kernel adds 1 to every position.");
    const Finding step = judge(
        first, [](auto p, auto, auto) { return static_cast<double>(p + 1); }, 1);
    CHECK(step.causes.front().name() == "position_offset");
    const Finding one = judge(first, [](auto p, auto t, auto) { return static_cast<double>(p + (t == 7)); });
    CHECK(says(one, "token 7"));
    const Finding head = judge(first, [](auto p, auto, auto h) { return static_cast<double>(p + (h == 2)); });
    CHECK(says(head, "0, 0, 1, 0"));
  }
}

TEST_CASE("no cause is named that leaves most of the output, however much rounding allows") {
  for (const std::int64_t first : {3'000'000, 4'000'000}) {
    const Finding pair = judge(
        first, [](auto p, auto, auto) { return static_cast<double>(p); }, tokens, true);
    CAPTURE(pair.sentence);
    if (!pair.causes.front().is<cause::Unknown>()) CHECK(pair.residual < 0.5);
    CHECK(!says(pair, "repeat_interleave"));
  }
}

TEST_CASE("where some tokens are right the others are named, and not the right ones") {
  for (const std::int64_t right : {1, 2, 4}) {
    const Finding sink = judge(0, [=](auto p, auto t, auto) { return static_cast<double>(p + (t < right ? 0 : 16)); });
    CHECK(sink.sentence == "The kernel adds 16 to the positions of tokens " + std::to_string(right) +
                               " … 39; the other tokens are right.");
  }
  // Three of 40 are rotated, and those are right.
  const Finding few = judge(5, [](auto p, auto t, auto) { return t % 16 == 9 ? static_cast<double>(p) : 0.0; });
  CHECK(few.sentence ==
        "The kernel leaves tokens 0 … 8, 10 … 24, 26 … 39 as in the input; the other tokens are right.");
  const Finding some = judge(5, [](auto p, auto t, auto) { return t % 3 ? static_cast<double>(p) : 0.0; });
  CHECK(says(some, "leaves tokens 0, 3, 6"));
}

TEST_CASE("wrong positions are told from the first that is wrong, beside those given") {
  for (const std::int64_t first : {3000, 50}) {
    const Finding anew = judge(first, [=](auto p, auto t, auto) { return static_cast<double>(t < 12 ? p : p - 12); });
    CAPTURE(anew.sentence);
    CHECK(says(anew, "from 12 on by positions " + std::to_string(first) + ","));
    CHECK(says(anew, "instead of " + std::to_string(first + 12) + ","));
    CHECK(says(anew, "begins anew"));
  }
  const Finding tiles = judge(0, [](auto p, auto t, auto) { return static_cast<double>(t / 8 % 2 ? p + 8 : p); });
  CHECK(says(tiles, "tokens 8 … 15, 24 … 31"));
  CHECK(says(tiles, "16, 17"));
}

TEST_CASE("of a run with one position the ratio that moves it as far is listed beside the offset") {
  struct Case {
    double taken;
    std::string alike;
  };
  for (const Case& of :
       {Case{-733, "inverse_rotation"}, Case{1466, "applied_twice"}, Case{3 * 733, "position_scale"}}) {
    const Finding finding = judge(
        733, [&](auto, auto, auto) { return of.taken; }, 1);
    CAPTURE(finding.sentence);
    bool listed = finding.causes.front().name() == of.alike;
    for (const Cause& cause : finding.indistinguishable) listed |= cause.name() == of.alike;
    CHECK(listed);
  }
}
