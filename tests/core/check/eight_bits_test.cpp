#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/check.h"
#include "core/check/evidence/reduce.h"
#include "core/check/evidence/row_format.h"
#include "core/check/evidence/scale_of_numbers.h"
#include "core/number_format.h"
#include "tests/core/check/plain_kernel.h"

using namespace ropescope;

namespace {

/// Which numbers share a scale: of the place of a number along batch × head, token and component.
using Share = std::function<std::int64_t(std::int64_t head, std::int64_t token, std::int64_t component)>;
struct Sharing {
  const char* name;
  Share share;
};
const Sharing all_sharings[] = {
    {"tensor", [](auto, auto, auto) { return 0; }},
    {"row", [](auto h, auto t, auto) { return h * 100000 + t; }},
    {"channel", [](auto h, auto, auto j) { return h * 1000 + j; }},
    {"channel of all heads", [](auto, auto, auto j) { return j; }},
    {"block of 32", [](auto h, auto t, auto j) { return (h * 100000 + t) * 4 + j / 32; }},
};

constexpr std::int64_t width = 64;

/// Stores rows [heads][tokens][64] under the scales, the greatest of each the format's greatest or so many steps.
void store(std::vector<float>& numbers, std::int64_t tokens, const Share& share, std::optional<NumberFormat> float8,
           float steps) {
  std::map<std::int64_t, float> most;
  const auto group = [&](std::size_t n) {
    const auto at = static_cast<std::int64_t>(n);
    return share(at / width / tokens, at / width % tokens, at % width);
  };
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    float& greatest = most[group(n)];
    greatest = std::max(greatest, std::abs(numbers[n]));
  }
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    const float greatest = most[group(n)];
    if (greatest == 0) continue;
    const float scale = greatest / (float8 ? static_cast<float>(properties_of(*float8).greatest) : steps);
    numbers[n] = (float8 ? rounded_float8(*float8, numbers[n] / scale) : std::nearbyint(numbers[n] / scale)) * scale;
  }
}

struct Kind {
  const char* name;
  std::optional<NumberFormat> float8;
  float steps = 127; ///< else: of the greatest number
};
constexpr Kind all_kinds[] = {{"int8", {}}, {"e4m3", NumberFormat::float8_e4m3}, {"e5m2", NumberFormat::float8_e5m2}};

/// Rows [heads][tokens][64] that a plain kernel turned, `spoil` changed and 8 bits stored.
KernelRun run_of(std::int64_t heads, std::int64_t tokens, const Sharing& sharing, const Kind& kind,
                 const std::function<void(Array&)>& spoil, std::int64_t shift = 0) {
  test::PlainRows rows = test::plain_rows(
      {heads, tokens}, width, [&](const auto& at, std::int64_t) { return static_cast<double>(at[1] + shift); },
      static_cast<unsigned>(tokens));
  spoil(rows.out);
  store(rows.out.floats, tokens, sharing.share, kind.float8, kind.steps);
  KernelRun run;
  run.rope.layout.head_dim = run.rope.layout.rotary_dim = width;
  run.rope.base = 10000;
  run.positions.ids.resize(static_cast<std::size_t>(tokens));
  std::iota(run.positions.ids.begin(), run.positions.ids.end(), std::int64_t{0});
  run.shape = {heads, tokens, 1, width};
  run.heads = heads;
  run.in = std::move(rows.in);
  run.out = std::move(rows.out);
  return run;
}

void none(Array&) {}

} // namespace

TEST_CASE("a right kernel whose output was stored in 8 bits matches, however many numbers share a scale") {
  for (const std::int64_t tokens : {2, 5, 8, 40})
    for (const Sharing& sharing : all_sharings)
      for (const Kind& kind : all_kinds) {
        CAPTURE(tokens);
        CAPTURE(std::string(sharing.name));
        CAPTURE(std::string(kind.name));
        // Two numbers of each head under a scale that another head's greatest makes: nothing tells a grid.
        if (tokens == 2 && std::string(sharing.name) == "channel of all heads") continue;
        const Finding finding = check(run_of(4, tokens, sharing, kind, none), {});
        CHECK(finding.verdict != Verdict::mismatch);
      }
}

TEST_CASE("a wrong kernel whose output was stored in 8 bits is a mismatch") {
  const auto longer = [](Array& out) {
    for (std::size_t n = 7; n < out.floats.size(); n += width) out.floats[n] *= 1.08F;
  };
  for (const Sharing& sharing : all_sharings)
    for (const Kind& kind : all_kinds) {
      CAPTURE(std::string(sharing.name));
      CAPTURE(std::string(kind.name));
      CHECK(check(run_of(8, 200, sharing, kind, longer), {}).verdict == Verdict::mismatch);
      const Finding moved = check(run_of(4, 100, sharing, kind, none, 1), {});
      CHECK(moved.verdict == Verdict::mismatch);
      CHECK(moved.causes.front().name() == "position_offset");
    }
}

TEST_CASE("a right kernel's rows in 4 bits match, and a wrong one's are named") {
  // float4_e2m1 in NVFP4's and MXFP4's blocks; int4 in ggml's Q4_0, of −8 to 7 steps.
  const auto float4 = [](float x) {
    constexpr float numbers[] = {0, 0.5F, 1, 1.5F, 2, 3, 4, 6};
    const float length = std::abs(x);
    const float* nearest = std::min_element(std::begin(numbers), std::end(numbers), [length](float a, float b) {
      return std::abs(a - length) < std::abs(b - length);
    });
    return std::copysign(*nearest, x);
  };
  const auto int4 = [](float x) { return std::clamp(std::nearbyint(x), -8.0F, 7.0F); };
  for (const bool whole : {false, true})
    for (const std::ptrdiff_t block : {16, 32})
      for (const std::int64_t shift : {0, 1}) {
        CAPTURE(whole);
        CAPTURE(block);
        CAPTURE(shift);
        KernelRun run = run_of(
            4, 200, all_sharings[0], all_kinds[0], [](Array&) {}, shift);
        run.out =
            test::plain_rows(
                {4, 200}, width, [&](const auto& at, std::int64_t) { return static_cast<double>(at[1] + shift); }, 200)
                .out;
        std::vector<float>& out = run.out.floats;
        for (auto from = out.begin(); from != out.end(); from += block) {
          float most = 0;
          std::for_each(from, from + block, [&](float x) { most = std::max(most, std::abs(x)); });
          // NVFP4 keeps its scales in float8_e4m3 themselves, so that their sizes lie on a grid, too.
          const float scale = whole ? most / 7 : rounded_float8(NumberFormat::float8_e4m3, most / 6);
          std::transform(from, from + block, from,
                         [&](float x) { return (whole ? int4(x / scale) : float4(x / scale)) * scale; });
        }
        const Finding finding = check(run, {});
        CHECK((finding.verdict == Verdict::mismatch) == (shift != 0));
        if (shift != 0) CHECK(finding.causes.front().name() == "position_offset");
        if (shift != 0) continue;
        // One number off by more than its block's greatest: no position explains it.
        run.out.floats[64 * 30 + 7] += 20;
        const Finding spoilt = check(run, {});
        CHECK(spoilt.verdict == Verdict::mismatch);
        CHECK(spoilt.sentence.find("1·p + 0") == std::string::npos);
      }
}

TEST_CASE("a right kernel's rows of 16 bits under a scale match, and a wrong one's are named") {
  const auto zero = [](Array& out) { std::fill_n(out.floats.begin() + 3 * width, width, 0.0F); };
  const auto longer = [](Array& out) {
    for (std::size_t n = 7; n < out.floats.size(); n += width) out.floats[n] *= 1.001F;
  };
  // The greatest number a calibrated scale does not reach, a natural one, and one of numbers without a sign.
  for (const float steps : {20011.0F, 32767.0F, 60000.0F})
    for (const std::size_t sharing : {0u, 1u, 2u})
      for (const std::int64_t tokens : {20, 100}) {
        const Kind int16{"int16", {}, steps};
        CAPTURE(steps);
        CAPTURE(std::string(all_sharings[sharing].name));
        const Finding right = check(run_of(4, tokens, all_sharings[sharing], int16, none), {});
        CHECK(right.verdict == Verdict::match);
        CHECK(right.sentence.find("int16") != std::string::npos);
        const Finding moved = check(run_of(4, tokens, all_sharings[sharing], int16, none, 1), {});
        CHECK(moved.causes.front().name() == "position_offset");
        CHECK(check(run_of(4, tokens, all_sharings[sharing], int16, longer), {}).verdict == Verdict::mismatch);
        const Finding lost = check(run_of(4, tokens, all_sharings[sharing], int16, zero), {});
        CHECK(lost.verdict == Verdict::mismatch);
        CHECK(lost.causes.front().name() == "rows_wrong");
      }
}

TEST_CASE("a head of zeros is named beside rows in 8 bits, whose scales differ") {
  const auto zero = [](Array& out) { std::fill_n(out.floats.begin(), out.floats.size() / 4, 0.0F); };
  for (const Sharing& sharing : all_sharings) {
    CAPTURE(std::string(sharing.name));
    const Finding finding = check(run_of(4, 60, sharing, all_kinds[0], zero), {});
    CHECK(finding.verdict == Verdict::mismatch);
    CHECK(finding.causes.front().name() == "heads_wrong");
  }
}

TEST_CASE("numbers of no grid tell no scale, and numbers of a grid tell theirs") {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (const std::size_t count : {2, 3, 8, 64}) {
    double nats = 0, nats_of_grid = 0;
    for (int group = 0; group < 200; ++group) {
      Group some{{}, 0x1p-24}, grid{{}, 0x1p-24};
      for (std::size_t n = 0; n < count; ++n)
        some.numbers.push_back(static_cast<double>(std::abs(normal(random))) + 1e-3);
      const double step = some.greatest() / 127;
      for (const double x : some.numbers) grid.numbers.push_back(step * std::max(1.0, std::nearbyint(x / step)));
      if (const auto told = whole_step(some)) nats += told->nats;
      const auto told = whole_step(grid);
      REQUIRE(told);
      CHECK(told->scale == doctest::Approx(step));
      nats_of_grid += told->nats;
    }
    CAPTURE(count);
    CHECK(nats < 40); // what row_format() takes for no chance
    CHECK(nats_of_grid > 400);
  }
}

TEST_CASE("the sums of a token are the same to the bit, whichever tokens are read beside it") {
  const KernelRun run = run_of(3, 50, all_sharings[1], all_kinds[0], none);
  PairComponents at;
  for (std::int64_t i = 0; i < width / 2; ++i) {
    for (auto* first : {&at.in_first, &at.out_first}) first->push_back(i);
    for (auto* second : {&at.in_second, &at.out_second}) second->push_back(i + width / 2);
  }
  std::vector<std::int64_t> all(50);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const Reduced whole = reduce(run, at, all);
  for (const std::int64_t t : {0, 17, 49}) {
    const Reduced one = reduce(run, at, std::vector{t});
    for (std::size_t i = 0; i < width / 2; ++i) {
      CHECK(one.of(0)[i].in == whole.of(static_cast<std::size_t>(t))[i].in);
      CHECK(one.of(0)[i].cross_im == whole.of(static_cast<std::size_t>(t))[i].cross_im);
    }
  }
}

TEST_CASE("a gain of 1.001 in bfloat16 rows shows in the mean of all pairs, and no gain does not") {
  for (const double gain : {1.0, 1.001, 1.002}) {
    KernelRun run = run_of(8, 200, all_sharings[1], all_kinds[0], none);
    test::PlainRows rows =
        test::plain_rows({8, 200}, width, [](const auto& at, std::int64_t) { return static_cast<double>(at[1]); });
    for (float& x : rows.out.floats) x = rounded(NumberFormat::bfloat16, static_cast<float>(gain) * x);
    run.in = std::move(rows.in);
    run.out = std::move(rows.out);
    CAPTURE(gain);
    CHECK((check(run, {}).verdict == Verdict::mismatch) == (gain > 1));
  }
}
