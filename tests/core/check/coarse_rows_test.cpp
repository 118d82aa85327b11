#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/check.h"
#include "core/check/evidence/row_format.h"
#include "core/rope/layout.h"
#include "core/rope/spectrum.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

/// What is stored in place of float32 numbers.
enum class Stored { float32, bfloat16, float16, e4m3, e5m2, int8_tensor, int8_row, int8_channel };
constexpr Stored all_stored[] = {Stored::float32, Stored::bfloat16,    Stored::float16,  Stored::e4m3,
                                 Stored::e5m2,    Stored::int8_tensor, Stored::int8_row, Stored::int8_channel};
enum class Data { normal, outlying, with_zeros, repeated, all_ones };
constexpr Data all_data[] = {Data::normal, Data::outlying, Data::with_zeros, Data::repeated, Data::all_ones};

/// A kernel written out in double: where it rounds, and what it does wrong.
struct Kernel {
  RopeConfig rope;
  std::int64_t heads = 3, tokens = 200, first = 0, step = 1;
  Stored stored = Stored::bfloat16;
  Data data = Data::normal;
  bool heads_last = false, rounds_table = false, rounds_products = false, cuts_off = false;
  std::int64_t off_by = 0;
  double gain = 1;
  std::vector<double> speed = {}; ///< per pair, of its frequency; empty: 1
};

NumberFormat format_of(Stored stored) {
  switch (stored) {
  case Stored::bfloat16: return NumberFormat::bfloat16;
  case Stored::float16: return NumberFormat::float16;
  case Stored::e4m3: return NumberFormat::float8_e4m3;
  case Stored::e5m2: return NumberFormat::float8_e5m2;
  default: return NumberFormat::float32;
  }
}

double to(NumberFormat format, double x) { return static_cast<double>(rounded(format, static_cast<float>(x))); }

double cut_off(double x) { // to bfloat16
  const double spacing = x == 0 ? 1 : std::ldexp(1.0, std::ilogb(x) - 7);
  return std::trunc(x / spacing) * spacing;
}

std::vector<double> rows_of(const Kernel& k, std::mt19937& random) {
  std::normal_distribution<double> normal;
  const auto width = static_cast<std::size_t>(k.rope.layout.head_dim);
  std::vector<double> rows(static_cast<std::size_t>(k.heads * k.tokens) * width), first(width);
  for (double& x : first) x = normal(random);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const std::size_t j = n % width, row = n / width;
    rows[n] = k.data == Data::all_ones ? 1 : k.data == Data::repeated ? first[j] : normal(random);
    if (k.data == Data::outlying && (j == 3 || j == width / 2 + 5)) rows[n] *= 60;
    if (k.data == Data::with_zeros && row % 5 == 2) rows[n] = 0;
  }
  return rows;
}

/// Whole multiples of a step, the greatest of a group 127 of them.
void to_int8(std::vector<double>& numbers, const std::vector<std::size_t>& group) {
  double most = 0;
  for (const std::size_t n : group) most = std::max(most, std::abs(numbers[n]));
  const float step = static_cast<float>(most / 127);
  if (step == 0) return;
  for (const std::size_t n : group)
    numbers[n] = static_cast<double>(static_cast<float>(std::nearbyint(numbers[n] / static_cast<double>(step))) * step);
}

void store(std::vector<double>& out, const RowShape& shape, Stored stored) {
  for (double& x : out) x = to(format_of(stored), x);
  std::map<std::int64_t, std::vector<std::size_t>> groups;
  const std::int64_t width = shape.inner * shape.head_dim;
  for (std::size_t n = 0; n < out.size(); ++n) {
    const auto i = static_cast<std::int64_t>(n);
    if (stored == Stored::int8_tensor) groups[0].push_back(n);
    if (stored == Stored::int8_row) groups[i / shape.head_dim].push_back(n);
    if (stored == Stored::int8_channel) groups[i / (width * shape.tokens) * width + i % width].push_back(n);
  }
  for (const auto& group : groups) to_int8(out, group.second);
}

KernelRun run_of(const Kernel& k, unsigned seed) {
  std::mt19937 random(seed);
  KernelRun run;
  run.rope = k.rope;
  const std::int64_t d = k.rope.layout.head_dim;
  run.shape = k.heads_last ? RowShape{1, k.tokens, k.heads, d} : RowShape{k.heads, k.tokens, 1, d};
  run.heads = k.heads;
  for (std::int64_t t = 0; t < k.tokens; ++t) run.positions.ids.push_back(k.first + k.step * t);
  const Spectrum spectrum = make_spectrum(k.rope, run.length());
  const PairIndex index = pair_index(k.rope.layout.pairs, d, spectrum.pairs());
  // Rows of 8 bits are computed in 16.
  const NumberFormat within = k.stored == Stored::float32   ? NumberFormat::float32
                              : k.stored == Stored::float16 ? NumberFormat::float16
                                                            : NumberFormat::bfloat16;
  std::vector<double> in = rows_of(k, random);
  for (double& x : in) x = to(k.stored == Stored::float32 ? NumberFormat::float32 : within, x);
  std::vector<double> out = in;
  const auto table = [&](double x) { return k.rounds_table ? to(within, x) : x; };
  const auto product = [&](double x) { return k.rounds_products ? to(within, x) : x; };
  const auto sum = [&](double x) { return k.cuts_off ? cut_off(x) : x; };
  for (std::int64_t row = 0; row < run.shape.rows(); ++row) {
    const double p =
        static_cast<double>(run.positions.ids[static_cast<std::size_t>(run.shape.token_of_row(row))] + k.off_by);
    const auto at = [&](std::int64_t component) { return static_cast<std::size_t>(row * d + component); };
    for (std::int64_t i = 0; i < spectrum.pairs(); ++i) {
      const auto pair = static_cast<std::size_t>(i);
      const double angle = p * spectrum.inv_freq[pair] * (k.speed.empty() ? 1 : k.speed[pair]);
      const double gain = k.gain * spectrum.attention_factor;
      const double c = table(std::cos(angle) * gain), s = table(std::sin(angle) * gain * k.rope.layout.pairs.direction);
      const double a = in[at(index.in_first(i))], b = in[at(index.in_second(i))];
      out[at(index.out_first(i))] = sum(product(a * c) - product(b * s));
      out[at(index.out_second(i))] = sum(product(b * c) + product(a * s));
    }
  }
  store(out, run.shape, k.stored);
  run.in.shape = run.out.shape = {run.shape.outer, run.shape.tokens, run.shape.inner, d};
  run.in.dtype = run.out.dtype = NumberFormat::float32;
  for (const double x : in) run.in.floats.push_back(static_cast<float>(x));
  for (const double x : out) run.out.floats.push_back(static_cast<float>(x));
  return run;
}

std::vector<RopeConfig> configs() {
  std::vector<RopeConfig> all;
  for (const test::CaseModel& model : test::case_models()) all.push_back(model.config());
  RopeConfig pairs = all[0]; // neighbours, small heads
  pairs.layout.head_dim = pairs.layout.rotary_dim = 64;
  pairs.scaling = {};
  pairs.layout.pairs.pairing = pairs.layout.pairs.output = Pairing::interleaved;
  all.push_back(pairs);
  return all;
}

Kernel kernel_in(Stored stored) {
  Kernel k{.rope = configs()[0]};
  k.stored = stored;
  k.tokens = 400;
  return k;
}

} // namespace

TEST_CASE(
    "no right kernel is accused, whatever stores its rows, rounds its tables and products, and lies in its rows") {
  unsigned seed = 0;
  int accused = 0, checked = 0;
  std::mt19937 random(11);
  for (const RopeConfig& rope : configs())
    for (const Stored stored : all_stored)
      for (const Data data : all_data)
        for (const std::int64_t tokens : {2, 16, 130}) {
          // A scale per channel needs tokens, and ones rotated leave too few numbers for a grid.
          if (stored == Stored::int8_channel && tokens < 64) continue;
          if (stored >= Stored::int8_tensor && data == Data::all_ones) continue;
          Kernel k{.rope = rope, .heads = 1 + static_cast<std::int64_t>(random() % 4), .tokens = tokens};
          k.stored = stored;
          k.data = data;
          k.first = random() % 2 ? 0 : static_cast<std::int64_t>(random() % 3000);
          k.step = random() % 3 ? 1 : 17;
          k.heads_last = random() % 2;
          k.rounds_table = random() % 2;
          k.rounds_products = random() % 2;
          k.cuts_off = stored == Stored::bfloat16 && random() % 4 == 0;
          const Finding finding = check(run_of(k, ++seed));
          INFO(fmt::format("stored {}, data {}, {} tokens, {} heads, table {}, products {}, cut off {}, seed {}: {}",
                           static_cast<int>(stored), static_cast<int>(data), tokens, k.heads, k.rounds_table,
                           k.rounds_products, k.cuts_off, seed, finding.sentence));
          CHECK(finding.verdict != Verdict::mismatch);
          ++checked;
          accused += finding.verdict == Verdict::mismatch;
        }
  CHECK(accused == 0);
  CHECK(checked > 350);
}

TEST_CASE("a wrong kernel does not pass behind rows of 8 or 16 bits that can show it") {
  for (const Stored stored : all_stored) {
    CAPTURE(static_cast<int>(stored));
    const auto fails = [&](const Kernel& k) { return check(run_of(k, 5)).verdict == Verdict::mismatch; };
    CHECK(!fails(kernel_in(stored)));
    Kernel k = kernel_in(stored);
    k.off_by = 1;
    CHECK(fails(k));
    k = kernel_in(stored);
    k.gain = 1.05;
    CHECK(fails(k));
    k = kernel_in(stored);
    for (int i = 0; i < 64; ++i) k.speed.push_back(std::pow(1.01, -i / 64.0)); // a base that is 1 % too great
    CHECK(fails(k));
    k = kernel_in(stored);
    k.speed.assign(64, 1);
    k.speed[20] = 1.05; // one pair
    CHECK(fails(k));
    KernelRun one = run_of(kernel_in(stored), 5); // one entry, a large one
    float* entry = std::max_element(one.out.floats.data() + 20000, one.out.floats.data() + 20100);
    *entry = rounded(format_of(stored), *entry * 1.5f);
    const Finding finding = check(one);
    CHECK(test::words(finding.causes).starts_with("rows_wrong rows#1"));
  }
}

TEST_CASE("a gain of 1.003, a pair 2 % too fast and an entry off by 10 % are seen in bfloat16 rows") {
  Kernel k = kernel_in(Stored::bfloat16);
  k.gain = 1.003;
  const Finding gain = check(run_of(k, 7));
  REQUIRE(gain.causes.size() == 1);
  CHECK(gain.causes[0].name() == "attention_factor");
  CHECK(std::get<double>(*find_parameter(gain.causes[0], "measured")) == doctest::Approx(1.003).epsilon(3e-4));
  k = kernel_in(Stored::bfloat16);
  k.speed.assign(64, 1);
  k.speed[30] = 1.02; // 0.85 rad over the run, of which 2 % are four units
  CHECK(check(run_of(k, 7)).verdict == Verdict::mismatch);
  KernelRun run = run_of(kernel_in(Stored::bfloat16), 7);
  float* entry = std::max_element(run.out.floats.data() + 20000, run.out.floats.data() + 20100);
  *entry = rounded(NumberFormat::bfloat16, *entry * 1.1f);
  CHECK(test::words(check(run).causes) == "rows_wrong rows#1 heads#1");
}

TEST_CASE(
    "rows of 8 bits are told by their grid, with what one scale is shared by, and other rows are not taken for any") {
  const std::pair<Stored, const char*> expected[] = {{Stored::float32, "float32"},
                                                     {Stored::bfloat16, "bfloat16"},
                                                     {Stored::float16, "float16"},
                                                     {Stored::e4m3, "float8_e4m3"},
                                                     {Stored::e5m2, "float8_e5m2"},
                                                     {Stored::int8_tensor, "int8 under one scale"},
                                                     {Stored::int8_row, "int8 with a scale per row"},
                                                     {Stored::int8_channel, "int8 with a scale per channel"}};
  for (const auto& [stored, words] : expected) {
    KernelRun run = run_of(kernel_in(stored), 3);
    CHECK(row_format(run.out, run.shape).words() == words);
    if (format_of(stored) != NumberFormat::float8_e4m3) continue;
    for (float& x : run.out.floats) x *= 0.0123f; // as a cache that was read back
    const RowFormat scaled = row_format(run.out, run.shape);
    CHECK(scaled.words() == "float8_e4m3 under one scale");
    REQUIRE(scaled.scale.size() == 1);
    const double ratio = std::log2(static_cast<double>(scaled.scale[0]) / 0.0123); // a power of two is of no account
    CHECK(ratio == doctest::Approx(std::round(ratio)).epsilon(1e-4));
  }
}

TEST_CASE("a match of 8-bit rows says what they are") {
  CHECK(check(run_of(kernel_in(Stored::e5m2), 3)).sentence ==
        "The kernel agrees with the model, as far as rows in float8_e5m2 show it.");
  CHECK(check(run_of(kernel_in(Stored::bfloat16), 3)).sentence == "The kernel agrees with the model.");
}

TEST_CASE("products in TF32 and in bfloat16 are named and pass, and wrong ones do not") {
  const auto tf32 = [](float x) {
    const double spacing = x == 0 ? 1 : std::ldexp(1.0, std::ilogb(x) - 10);
    return static_cast<float>(std::nearbyint(static_cast<double>(x) / spacing) * spacing);
  };
  const auto bf16 = [](float x) { return rounded(NumberFormat::bfloat16, x); };
  Kernel k = kernel_in(Stored::float32);
  for (const bool wide : {true, false}) {
    const auto operand = [&](float x) { return wide ? tf32(x) : bf16(x); };
    KernelRun run = run_of(k, 9);
    const auto multiply = [&](std::int64_t off_by) {
      const Spectrum spectrum = make_spectrum(run.rope, run.length());
      for (std::int64_t row = 0; row < run.shape.rows(); ++row)
        for (std::int64_t i = 0; i < 64; ++i) {
          const auto a = static_cast<std::size_t>(row * 128 + i), b = a + 64;
          const double angle =
              static_cast<double>(row % run.shape.tokens + off_by) * spectrum.inv_freq[static_cast<std::size_t>(i)];
          const float c = operand(static_cast<float>(std::cos(angle))),
                      s = operand(static_cast<float>(std::sin(angle)));
          const float x = operand(run.in.floats[a]), y = operand(run.in.floats[b]);
          run.out.floats[a] = x * c - y * s;
          run.out.floats[b] = y * c + x * s;
        }
    };
    multiply(0);
    const Finding right = check(run);
    CHECK(right.verdict == Verdict::precision);
    CHECK(test::words(right.causes) == (wide ? "precision recipe=tf32" : "precision recipe=bf16_products"));
    multiply(1);
    CHECK(check(run).verdict == Verdict::mismatch);
  }
}
