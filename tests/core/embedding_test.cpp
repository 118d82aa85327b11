#include "core/rope/embedding.h"

#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/scheme_keys.h"

using namespace ropescope;

namespace {

constexpr RowShape shape{2, 40, 3, 64};

RopeConfig yarn_config() {
  RopeConfig config;
  config.layout.head_dim = config.layout.rotary_dim = 64;
  config.scaling.rope_type = RopeType::yarn;
  config.scaling.factor = 4;
  config.scaling.max_position_embeddings = 4096;
  return config;
}

std::vector<float> random_rows() {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> rows(static_cast<std::size_t>(shape.size()));
  for (float& x : rows) x = normal(random);
  return rows;
}

} // namespace

TEST_CASE("an embedding turns rows as the engine does with its spectrum, and its inverse undoes that") {
  CpuEngine engine;
  const Embedding embedding{ValidRope(yarn_config()), 4096.0};
  const Positions positions = consecutive_positions(shape.tokens, 100);
  const std::vector<float> rows = random_rows();
  std::vector<float> turned(rows.size()), by_hand(rows.size()), back(rows.size());
  embedding.rotate(engine, shape, positions, rows, turned);
  const Spectrum spectrum = make_spectrum(yarn_config(), 4096.0);
  engine.rotate({.turns = spectrum.turns,
                 .attention_factor = spectrum.attention_factor,
                 .layout = {},
                 .pair_axis = {},
                 .positions = positions},
                shape, std::span<const float>(rows), by_hand);
  CHECK(turned == by_hand);
  embedding.inverse().rotate(engine, shape, positions, turned, back);
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(back[i] == doctest::Approx(rows[i]).epsilon(1e-5));
}

TEST_CASE("scores of an embedding begin at 1 and depend on the distance alone") {
  CpuEngine engine;
  const Embedding embedding{ValidRope(yarn_config())};
  const std::vector<float> scores = embedding.scores(engine, 50);
  CHECK(scores[0] == doctest::Approx(1));
  for (const float score : scores) CHECK(std::abs(score) <= 1.000002f);
}

TEST_CASE("an embedding in a recipe refuses rows that are wider than its arithmetic") {
  CpuEngine engine;
  const Embedding embedding{ValidRope(yarn_config()), std::nullopt, *find_recipe("once")};
  std::vector<double> rows(static_cast<std::size_t>(shape.size()), 0.5);
  CHECK_THROWS_WITH_AS(embedding.rotate(engine, shape, consecutive_positions(shape.tokens), rows, rows),
                       doctest::Contains("float64"), Error);
}

TEST_CASE("rows with a part that does not turn keep it") {
  CpuEngine engine;
  RopeConfig config = yarn_config();
  config.layout.nope_dim = 16;
  const Embedding embedding{ValidRope(config)};
  const RowShape wide{1, 4, 1, 80};
  std::vector<float> rows(static_cast<std::size_t>(wide.size()), 1.0f);
  embedding.rotate(engine, wide, consecutive_positions(4, 7), rows, rows);
  for (std::int64_t row = 0; row < 4; ++row) {
    for (std::int64_t j = 0; j < 16; ++j) CHECK(rows[static_cast<std::size_t>(row * 80 + j)] == 1.0f);
    CHECK(rows[static_cast<std::size_t>(row * 80 + 16)] != 1.0f);
  }
}

TEST_CASE("what is not a valid rope never becomes an embedding") {
  RopeConfig config = yarn_config();
  config.base = -1;
  CHECK_THROWS_WITH_AS(Embedding{ValidRope(config)}, doctest::Contains("base"), Error);
}
