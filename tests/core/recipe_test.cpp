#include "core/rope/recipe.h"

#include <doctest/doctest.h>

#include "core/analysis/precision.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/xpos.h"
#include "tests/golden.h"

using namespace ropescope;

namespace {

/// max |Δ| of cos and sin at one position for head_dim 128.
double cost(const char* recipe, double base, std::int64_t position) {
  RopeConfig rope;
  rope.base = base;
  CpuEngine cpu;
  const std::int64_t positions[] = {position};
  return precision(cpu, *find_recipe(recipe), rope, 1, positions).front();
}

} // namespace

TEST_CASE("every recipe is found by its name, and the names of other people's test benches are aliases") {
  for (const Recipe& recipe : recipes()) CHECK(find_recipe(recipe.name) == &recipe);
  for (const char* name :
       {"float32_angles", "float32_once", "float32_once_tables_rounded", "complex64_once", "ggml", "hf"})
    CHECK(find_recipe(name));
  CHECK(!find_recipe("none"));
}

TEST_CASE("the cost of float32 angles, ggml's recurrence and powf is what others measured, within 20 %") {
  struct Measured {
    const char* recipe;
    double base;
    std::int64_t position;
    double error;
  };
  // On another machine, with code of its own (head_dim 128; worst pair).
  constexpr Measured table[] = {
      {"float32_angles", 1e4, 1000, 2.9e-5},
      {"float32_angles", 1e4, 32768, 8.5e-4},
      {"float32_angles", 1e4, 100000, 5.2e-3},
      {"float32_angles", 1e4, 1000000, 5.2e-2},
      {"float32_angles", 5e5, 100000, 4.5e-3},
      {"float32_angles", 5e5, 1000000, 3.6e-2},
      {"float32_angles", 1e6, 100000, 2.4e-3},
      {"float32_angles", 1e6, 1000000, 6.2e-2},
      {"ggml", 1e4, 1000, 1.1e-4},
      {"ggml", 1e4, 32768, 2.6e-3},
      {"ggml", 1e4, 100000, 9.8e-3},
      {"ggml", 1e4, 1000000, 7.6e-2},
      {"ggml", 5e5, 1000000, 7.3e-2},
      {"ggml", 1e6, 100000, 5.8e-3},
      {"powf", 1e4, 100000, 9.8e-3},
      {"powf", 1e4, 1000000, 9.6e-2},
      {"powf", 5e5, 1000000, 4.1e-2},
      {"powf", 1e6, 1000000, 6.7e-2},
  };
  for (const Measured& m : table) {
    CAPTURE(m.recipe);
    CAPTURE(m.base);
    CAPTURE(m.position);
    CHECK(cost(m.recipe, m.base, m.position) == doctest::Approx(m.error).epsilon(0.2));
  }
  for (const std::int64_t position : {1000, 100000, 10000000}) CHECK(cost("exact", 1e4, position) <= 1.3e-7);
}

TEST_CASE("bfloat16 positions cost nothing where the format has them, and everything beside") {
  CHECK(cost("bf16_positions", 1e4, 256) == cost("float32", 1e4, 256));
  CHECK(cost("bf16_positions", 1e4, 257) > 0.5);
  CHECK(cost("bf16_positions", 1e4, 65536) == cost("float32", 1e4, 65536));
  CHECK(cost("fp16_positions", 1e4, 2048) == cost("float32", 1e4, 2048));
  CHECK(cost("fp16_positions", 1e4, 2049) > 0.5);
}

TEST_CASE("bfloat16 and float16 tables are off by at most half an ulp of theirs") {
  for (const std::int64_t position : {1, 17, 256, 1000}) {
    CHECK(cost("bf16_tables", 1e4, position) <= 0x1p-9 + 1e-4);
    CHECK(cost("bf16_tables", 1e4, position) > 1e-4);
    CHECK(cost("fp16_tables", 1e4, position) <= 0x1p-12 + 1e-4);
  }
}

TEST_CASE("the number line of a format: steps of a power of two, and the nearest of ties the even one") {
  CHECK(representable_step(NumberFormat::bfloat16, 255) == 1);
  CHECK(representable_step(NumberFormat::bfloat16, 256) == 2);
  CHECK(representable_step(NumberFormat::bfloat16, 131071) == 512);
  CHECK(representable_step(NumberFormat::float16, 2047) == 1);
  CHECK(representable_step(NumberFormat::float16, 65504) == 32);
  CHECK(representable_step(NumberFormat::float16, 65505) == 0);
  CHECK(representable_step(NumberFormat::float32, (1 << 24) + 1) == 2);
  CHECK(represented(NumberFormat::bfloat16, 15962) == 15936); // huggingface/candle#3520
  CHECK(represented(NumberFormat::bfloat16, 257) == 256);
  CHECK(represented(NumberFormat::bfloat16, 259) == 260);
  CHECK(represented(NumberFormat::float16, 70000) == -1);
}

TEST_CASE("xPos keeps scores a function of the distance: a query's growth meets a key's shrinking") {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = 32;
  rope.attention.xpos_scale_base = 512;
  const Spectrum spectrum = make_spectrum(rope);
  const auto score = [&](std::int64_t m, std::int64_t n) {
    double sum = 0;
    std::vector<CosSin<double>> at[2];
    for (const auto& [slot, position, role] : {std::tuple{0, m, Role::query}, std::tuple{1, n, Role::key}}) {
      const Positions positions{1, {position}};
      const Rotation rotation{spectrum.turns, 1, {}, {}, positions};
      at[slot] = recipe_table(*find_recipe("exact"), rope, std::nullopt, rotation, NumberFormat::float32);
      apply_xpos(rope, positions, role, 4096, at[slot]);
    }
    for (std::size_t i = 0; i < at[0].size(); ++i) sum += at[0][i].cos * at[1][i].cos + at[0][i].sin * at[1][i].sin;
    return sum;
  };
  CHECK(score(700, 100) == doctest::Approx(score(3000, 2400)).epsilon(1e-12));
  CHECK(score(3000, 2400) != doctest::Approx(score(3000, 2300)).epsilon(1e-3));
}

TEST_CASE("Llama 4's layers without RoPE and Ministral 3 scale queries in steps of whole contexts") {
  RopeConfig rope;
  CHECK(query_scale(rope, 1 << 20) == 1);
  rope.attention.query_scale = QueryScale::llama4;
  CHECK(query_scale(rope, 0) == 1);
  CHECK(query_scale(rope, 8190) == 1);
  CHECK(query_scale(rope, 8191) == doctest::Approx(1 + 0.1 * std::log(2.0)));
  rope.attention.query_scale = QueryScale::ministral3;
  rope.attention.query_scale_floor = 16384;
  CHECK(query_scale(rope, 16383) == 1);
  CHECK(query_scale(rope, 16384) == doctest::Approx(1 + 0.1 * std::log(2.0)));
}
