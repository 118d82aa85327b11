#include "app/gpu/gl_engine.h"

#include <random>

#include <doctest/doctest.h>

#include "app/gpu/context.h"
#include "core/analysis/score_curve.h"
#include "core/error.h"
#include "core/rope/cpu_engine.h"
#include "tests/golden.h"

using namespace ropescope;

namespace {

/// Fails, and does not skip, where no context comes up.
struct Gpu {
  gpu::HeadlessContext context;
  gpu::GlEngine engine;
};

} // namespace

TEST_CASE("golden apply: the GPU rotates every file's rows, float64 within 1e-9 and float32 within 2e-6") {
  Gpu gpu;
  test::for_each_golden("apply", [&](const test::Json& file) {
    const test::RotationCase golden = test::apply_case(file);
    const std::vector<double> expected = test::flat(file.at("out").at("float64"));
    std::vector<double> wide(golden.q.size());
    gpu.engine.rotate(golden.rotation(), golden.shape, std::span<const double>(golden.q), wide);
    CHECK(test::greatest_difference(wide, expected) <= 1e-9);
    std::vector<float> narrow(golden.q.begin(), golden.q.end());
    gpu.engine.rotate(golden.rotation(), golden.shape, std::span<const float>(narrow), narrow);
    CHECK(test::greatest_difference(narrow, expected) <= 2e-6 * golden.greatest);
  });
}

namespace {

/// Exact rows, and rows in the arithmetic of `recipe`, which both engines must round alike to the bit.
void check_alike(Engine& gpu, const test::RotationCase& golden, const Recipe& recipe) {
  CpuEngine cpu;
  const double gain = golden.greatest * std::max(1.0, std::abs(golden.spectrum.attention_factor));
  std::vector<float> on_cpu(golden.q.begin(), golden.q.end()), on_gpu = on_cpu;
  cpu.rotate(golden.rotation(), golden.shape, std::span<const float>(on_cpu), on_cpu);
  gpu.rotate(golden.rotation(), golden.shape, std::span<const float>(on_gpu), on_gpu);
  CHECK(test::greatest_difference(on_gpu, std::vector<double>(on_cpu.begin(), on_cpu.end())) <= 2e-6 * gain);
  for (const NumberFormat row : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16}) {
    const std::vector<float> a = test::turned(cpu, golden, recipe, row), b = test::turned(gpu, golden, recipe, row);
    if (recipe.each_step && row != NumberFormat::float32)
      CHECK(test::differing(a, b) == 0);
    else
      CHECK(test::greatest_difference(b, std::vector<double>(a.begin(), a.end())) <=
            (row == NumberFormat::bfloat16  ? 0x1p-7
             : row == NumberFormat::float16 ? 0x1p-10
                                            : 2e-6) *
                gain);
  }
}

} // namespace

TEST_CASE("golden apply, te and ggml: CPU and GPU agree to 2e-6 on every file, exactly and in its own arithmetic") {
  Gpu gpu;
  test::for_each_golden("apply", [&](const test::Json& file) {
    const test::RotationCase golden = test::apply_case(file);
    check_alike(gpu.engine, golden, recipe_of(golden.rope));
  });
  test::for_each_golden("te", [&](const test::Json& file) {
    check_alike(gpu.engine, test::te_case(file), *find_recipe("transformer_engine"));
  });
  test::for_each_golden(
      "ggml", [&](const test::Json& file) { check_alike(gpu.engine, test::ggml_case(file), *find_recipe("once")); });
}

TEST_CASE("phases on the GPU are those on the CPU to the bit, at positions of every size and either sign") {
  Gpu gpu;
  CpuEngine cpu;
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  std::mt19937_64 random(5);
  Positions positions{1, {0, 1, -1, 2, 255, 65535, 131071, 1000003, greatest_position, -greatest_position}};
  for (int i = 0; i < 500; ++i) positions.ids.push_back(static_cast<std::int64_t>(random() >> 32) - greatest_position);
  const Rotation rotation{spectrum.turns, 1.0, {}, {}, positions};
  CHECK(gpu.engine.phases(rotation) == cpu.phases(rotation));
}

TEST_CASE(
    "CPU and GPU rotate large arrays alike to 2e-6, in every layout and over any token axis, in fours and singly") {
  Gpu gpu;
  CpuEngine cpu;
  std::mt19937 random(11);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (const auto& [head_dim, rotary_dim] : {std::pair{80, 48}, {80, 46}, {78, 48}}) { // the last two are no fours
    RopeConfig rope;
    rope.layout.head_dim = head_dim;
    rope.layout.rotary_dim = rotary_dim;
    const Spectrum spectrum = make_spectrum(rope);
    for (const RowShape shape : {RowShape{1, 1000, 1, head_dim}, RowShape{2, 300, 3, head_dim},
                                 RowShape{1, 1, 1, head_dim}, RowShape{40, 7, 1, head_dim}}) {
      const Positions positions = consecutive_positions(shape.tokens, 1000000);
      std::vector<float> in(static_cast<std::size_t>(shape.size()));
      for (float& x : in) x = uniform(random);
      for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
        for (const Pairing output : {Pairing::half, Pairing::interleaved})
          for (const bool trailing : {false, true}) {
            const Rotation rotation{spectrum.turns, 1.25, {pairing, output, trailing, -1}, {}, positions};
            std::vector<float> a(in.size()), b(in.size());
            cpu.rotate(rotation, shape, std::span<const float>(in), a);
            gpu.engine.rotate(rotation, shape, std::span<const float>(in), b);
            float greatest = 0;
            for (std::size_t i = 0; i < a.size(); ++i) greatest = std::max(greatest, std::abs(a[i] - b[i]));
            CHECK(greatest <= 2e-6f);
          }
    }
  }
}

TEST_CASE("a GPU that turns rows in runs turns every one of them, whether a token's rows lie together or apart") {
  Gpu gpu;
  CpuEngine cpu;
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  for (const RowShape shape : {RowShape{1, 500, 41, 128}, RowShape{41, 500, 1, 128}, RowShape{3, 170, 41, 128}}) {
    const Positions positions = consecutive_positions(shape.tokens);
    const Rotation rotation{spectrum.turns, 1.0, {}, {}, positions};
    std::vector<float> in(static_cast<std::size_t>(shape.size())), a(in.size()), b(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 1009) / 1009;
    cpu.rotate(rotation, shape, std::span<const float>(in), a);
    gpu.engine.rotate(rotation, shape, std::span<const float>(in), b);
    float greatest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) greatest = std::max(greatest, std::abs(a[i] - b[i]));
    CHECK(greatest <= 2e-6f);
  }
}

TEST_CASE("16-bit rows on the GPU are its float rows rounded to nearest") {
  Gpu gpu;
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions{1, {3, 70000}};
  const Rotation rotation{spectrum.turns, 1.0, {}, {}, positions};
  std::vector<float> rows(256);
  std::vector<Bfloat16> b(256);
  std::vector<Float16> h(256);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<float>(i) / 128 - 1; // exact in both
    b[i] = Bfloat16{bfloat16_from_float(rows[i])};
    h[i] = Float16{half_from_float(rows[i])};
  }
  gpu.engine.rotate(rotation, {1, 2, 1, 128}, std::span<const float>(rows), rows);
  gpu.engine.rotate(rotation, {1, 2, 1, 128}, std::span<const Bfloat16>(b), b);
  gpu.engine.rotate(rotation, {1, 2, 1, 128}, std::span<const Float16>(h), h);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(static_cast<std::uint16_t>(b[i]) == bfloat16_from_float(rows[i]));
    CHECK(static_cast<std::uint16_t>(h[i]) == half_from_float(rows[i]));
  }
}

TEST_CASE("CPU and GPU scan scores alike to 2e-6, in single distances and in bins, near and far") {
  Gpu gpu;
  CpuEngine cpu;
  RopeConfig rope;
  rope.layout.rotary_dim = 70; // no multiple of a work group
  const Spectrum spectrum = make_spectrum(rope);
  const auto weights = equal_weights(spectrum.pairs());
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{4294967000}}) {
    const ScoreScan scan{spectrum.turns, weights, first};
    std::vector<float> a(1000), b(1000);
    cpu.scan(scan, a);
    gpu.engine.scan(scan, b);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 2e-6f);
  }
  const ScoreScan scan{spectrum.turns, weights, 1};
  const ScoreCurve a = score_curve(cpu, scan, log_bin_edges(100000, 333)),
                   b = score_curve(gpu.engine, scan, log_bin_edges(100000, 333));
  for (std::size_t i = 0; i < a.bins.size(); ++i) {
    CHECK(std::abs(a.bins[i].least - b.bins[i].least) <= 2e-6f);
    CHECK(std::abs(a.bins[i].greatest - b.bins[i].greatest) <= 2e-6f);
    CHECK(std::abs(a.bins[i].mean - b.bins[i].mean) <= 2e-6f);
  }
}

TEST_CASE("scores on the GPU are within 2e-6 of the exact ones however wide the head is") {
  Gpu gpu;
  for (const std::int64_t head_dim : {128, 4096, 65536}) {
    RopeConfig rope;
    rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
    const Spectrum spectrum = make_spectrum(rope);
    const auto weights = equal_weights(spectrum.pairs());
    const ScoreScan scan{spectrum.turns, weights, 0};
    std::vector<float> scores(300);
    gpu.engine.scan(scan, scores);
    const std::vector<double> exact = exact_scores(scan, static_cast<std::int64_t>(scores.size()));
    double greatest = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
      greatest = std::max(greatest, std::abs(static_cast<double>(scores[i]) - exact[i]));
    CAPTURE(head_dim);
    CHECK(greatest <= 2e-6);
  }
}

TEST_CASE("OpenGL comes and goes: a second context works as the first did") {
  for (int round = 0; round < 3; ++round) {
    Gpu gpu;
    const Spectrum spectrum = make_spectrum(RopeConfig{});
    const Positions positions{1, {42}};
    const Rotation rotation{spectrum.turns, 1.0, {}, {}, positions};
    CHECK(gpu.engine.phases(rotation) == CpuEngine().phases(rotation));
  }
}

TEST_CASE("the GPU's own cos and sin of small float32 angles are the CPU's, and are rounded where a recipe says") {
  Gpu gpu;
  CpuEngine cpu;
  const std::vector<float> inv_freq = model_inv_freq(RopeConfig{}), positions{0, 1, 2, 3};
  for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16}) {
    const ProductTable product{.inv_freq = inv_freq, .positions = positions, .angles = format, .tables = format};
    const auto a = cpu.product_table(product), b = gpu.engine.product_table(product);
    REQUIRE(a.size() == 4 * 64);
    REQUIRE(b.size() == a.size());
    const float ulp = format == NumberFormat::float32 ? 1e-6f : format == NumberFormat::bfloat16 ? 0x1p-8f : 0x1p-11f;
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(std::abs(a[i].cos - b[i].cos) <= ulp);
      CHECK(std::abs(a[i].sin - b[i].sin) <= ulp);
      CHECK(b[i].cos == rounded(format, b[i].cos));
      CHECK(b[i].sin == rounded(format, b[i].sin));
    }
  }
}
