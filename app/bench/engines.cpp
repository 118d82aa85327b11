#include "app/bench/engines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <new>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "app/bench/clock.h"
#include "app/bench/limits.h"
#include "core/analysis/base_map.h"
#include "core/analysis/score_curve.h"
#include "core/float16.h"
#include "core/parallel.h"
#include "core/rope/cpu_engine.h"

namespace ropescope::bench {

namespace {

// 15: odd, so that the median is a round that was measured; some rounds may be disturbed without moving it.
constexpr int rounds = 15;
// As large as the queries of one layer of Llama 2 7B: 2²⁵ numbers, 128 MiB of floats, more than caches usually hold.
constexpr std::int64_t tokens = 8192, heads = 32, head_dim = 128, size = tokens * heads * head_dim;

/// Something to be timed, and the seconds that it took in each round.
struct Timed {
  std::function<void()> work;
  std::vector<double> seconds = {};

  double median() const { return bench::median(seconds); }
};

/// Everything takes its turn in every round, so that a machine that becomes slower (heat, other programs) does so for
/// all alike, and ratios between them stay right.
void take_turns(std::vector<Timed>& all) {
  for (int round = -1; round < rounds; ++round) // round −1 fills caches and wakes threads; it does not count
    for (Timed& timed : all) {
      const double begin = wall_ms();
      timed.work();
      if (round >= 0) timed.seconds.push_back((wall_ms() - begin) / 1e3);
    }
}

/// Memory that begins at a cache line, as streaming_copy requires, filled with numbers between −½ and ½. Filling it
/// touches every page: the system gives pages at the first touch, and that time must not be measured.
template <typename Number>
class Rows {
public:
  template <typename Round>
  explicit Rows(Round round) : memory_(new (std::align_val_t{64}) Number[size]) {
    // 251 is a prime, so that no two rows of 128 near each other are alike.
    for (std::int64_t i = 0; i < size; ++i) memory_[i] = round(static_cast<float>(i % 251) / 251.0f - 0.5f);
  }
  std::span<Number> all() const { return {memory_.get(), static_cast<std::size_t>(size)}; }

private:
  struct Free {
    void operator()(Number* memory) const { operator delete[](memory, std::align_val_t{64}); }
  };
  std::unique_ptr<Number[], Free> memory_;
};

/// An input and an output.
template <typename Number>
struct InAndOut {
  Rows<Number> in, out;
  template <typename Round>
  explicit InAndOut(Round round) : in(round), out(round) {}
};

/// One thread and one for each processor: what a core does, and what the memory of all of them lets through.
std::vector<int> thread_counts() {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return all == 1 ? std::vector{1} : std::vector{1, all};
}

std::string on_threads(int threads) { return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"); }

/// Runs work(first, count) over equal parts of all the floats, each of whole cache lines.
template <typename Work>
void in_parts(int threads, Work work) {
  const auto parts = static_cast<std::size_t>(threads);
  const std::size_t part = static_cast<std::size_t>(size) / parts / 16 * 16;
  in_parallel(parts, threads, [&](std::size_t i) {
    work(i * part, i + 1 == parts ? static_cast<std::size_t>(size) - i * part : part);
  });
}

/// Adds one timed rotation for every layout, out of place and in place. measure_rotations() reads the results in this
/// order.
template <typename Number>
void add_rotations(CpuEngine& engine, std::span<const Rotation> rotations, const InAndOut<Number>& rows,
                   std::vector<Timed>& all) {
  static constexpr RowShape shape{1, tokens, heads, head_dim};
  for (const Rotation& rotation : rotations)
    for (const bool in_place : {false, true})
      all.push_back({[&engine, &rotation, &rows, in_place] {
        const std::span<const Number> from = in_place ? rows.out.all() : rows.in.all();
        engine.rotate(rotation, shape, from, rows.out.all());
      }});
}

/// Rotations on one thread and on all, and beside them what the memory does at best: a copy for rotations out of
/// place, a scaling in place for those in place.
void measure_rotations(EngineFigures& figures, const Progress& progress) {
  const InAndOut<float> narrow([](float x) { return x; });
  const InAndOut<Bfloat16> bfloat([](float x) { return Bfloat16{bfloat16_from_float(x)}; });
  const InAndOut<Float16> half([](float x) { return Float16{half_from_float(x)}; });
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions = consecutive_positions(tokens);
  std::vector<Rotation> rotations;
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
    rotations.push_back(
        {.turns = spectrum.turns, .layout = {pairing, pairing}, .pair_axis = {}, .positions = positions});
  for (const int threads : thread_counts()) {
    progress(fmt::format("rotation, {}", on_threads(threads)));
    const float* from = narrow.in.all().data();
    float* to = narrow.out.all().data();
    // The scale is next to 1, but not 1: after all rounds the numbers are still about as large as they were.
    std::vector<Timed> all{
        {[=] { in_parts(threads, [=](std::size_t at, std::size_t n) { streaming_copy(from + at, to + at, n); }); }},
        {[=] { in_parts(threads, [=](std::size_t at, std::size_t n) { scale_in_place(to + at, n, 1.0000001f); }); }}};
    CpuEngine engine(threads);
    add_rotations(engine, rotations, narrow, all);
    add_rotations(engine, rotations, bfloat, all);
    add_rotations(engine, rotations, half, all);
    take_turns(all);
    // GB/s of entry i of `all`: every number is read once and written once.
    const auto speed = [&](std::size_t i, std::size_t bytes) {
      return 2.0 * static_cast<double>(size) * static_cast<double>(bytes) / 1e9 / all[i].median();
    };
    const double copy = speed(0, sizeof(float)), scale = speed(1, sizeof(float));
    figures.copy.push_back({"cpu", threads, "streaming", copy});
    figures.copy.push_back({"cpu", threads, "in_place", scale});
    std::size_t i = 2; // after the copy and the scaling, in the order in which they were added
    for (const NumberFormat dtype : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16})
      for (const Rotation& rotation : rotations)
        for (const bool in_place : {false, true}) {
          const double gb_s = speed(i++, dtype == NumberFormat::float32 ? 4 : 2);
          figures.rotation.push_back(
              {"cpu", threads, rotation.layout.pairing, dtype, in_place, gb_s, gb_s / (in_place ? scale : copy)});
        }
  }
}

/// Multiply-adds a second, each of one float, that the processor does at most on so many threads: 10⁶ of them one after
/// the other in every chain (app/bench/limits.h), without memory.
double fma_peak(int threads) {
  constexpr std::size_t turns = 1'000'000;
  struct Thread {
    std::array<float, multiply_add_values> values{};
    std::size_t done = 0;
  };
  std::vector<Thread> all_threads(static_cast<std::size_t>(threads));
  for (Thread& thread : all_threads) std::iota(thread.values.begin(), thread.values.end(), 1.0f);
  std::vector<Timed> all{{[&] {
    in_parallel(all_threads.size(), threads, [&](std::size_t i) {
      all_threads[i].done = multiply_adds(turns, Chains::enough, all_threads[i].values).done;
    });
  }}};
  take_turns(all);
  std::size_t sum = 0;
  for (const Thread& thread : all_threads) sum += thread.done;
  return static_cast<double>(sum) / all[0].median();
}

/// Distances a second of the plain loop: one std::cos in double for every distance and pair, on as many threads. It
/// goes over the far end of a scan of 10 M distances, where std::cos has to reduce large angles, as it would in most of
/// it.
double plain_cos_speed(int threads, const Spectrum& spectrum) {
  constexpr std::size_t points = 8192;
  std::vector<double> scores(points);
  std::vector<Timed> all{{[&] {
    in_parallel(static_cast<std::size_t>(threads), threads, [&](std::size_t part) {
      for (std::size_t x = part; x < points; x += static_cast<std::size_t>(threads)) {
        double sum = 0;
        for (const double theta : spectrum.inv_freq)
          sum += std::cos(static_cast<double>(10'000'000 - static_cast<std::int64_t>(x)) * theta);
        scores[x] = sum;
      }
    });
  }}};
  take_turns(all);
  return static_cast<double>(points) / all[0].median();
}

/// The greatest error of the scores against double, of a sum of cosines that each weigh 1 (the scan weighs them
/// 1/pairs). A sample of 20 000 distances, since all of them in double would take longer than everything else here.
/// Fractional parts of multiples of the golden ratio spread evenly and do not fall into step with the blocks of a scan.
double greatest_error(const ScoreScan& scan, std::span<const float> scores) {
  constexpr std::int64_t samples = 20000;
  double greatest = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    const double spread = 0.6180339887498949 * static_cast<double>(i);
    const auto at = static_cast<std::int64_t>((spread - std::floor(spread)) * static_cast<double>(scores.size()));
    ScoreScan one = scan;
    one.first = at;
    greatest = std::max(
        greatest, std::abs(exact_scores(one, 1).front() - static_cast<double>(scores[static_cast<std::size_t>(at)])));
  }
  return greatest * static_cast<double>(scan.turns.size());
}

/// `points`: distances from 0 on. `fma_per_s`: what fma_peak() said, of which the scan uses one a term; 0: not known.
ScanSpeed measure_scan(Engine& engine, int threads, std::int64_t points, double fma_per_s) {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const auto weights = equal_weights(spectrum.pairs());
  const ScoreScan scan{.turns = spectrum.turns, .weights = weights, .first = 0};
  std::vector<float> scores(static_cast<std::size_t>(points));
  std::vector<Timed> all{{[&] { engine.scan(scan, scores); }}};
  take_turns(all);
  const double speed = static_cast<double>(points) / all[0].median();
  return {.engine = engine.name(),
          .threads = threads,
          .pairs = spectrum.pairs(),
          .points = points,
          .points_per_s = speed,
          .over_plain_cos = speed / plain_cos_speed(std::max(1, threads), spectrum),
          .of_fma_peak = fma_per_s > 0 ? speed * static_cast<double>(spectrum.pairs()) / fma_per_s : 0,
          .max_error = greatest_error(scan, scores)};
}

/// The whole map as a window shows it: a base each 0.025 decades from 10³ to 10⁹.
BaseMapSpeed measure_base_map(const ScanSpeed& scan) {
  constexpr BaseGrid bases{.steps = 40, .first = 120, .last = 360};
  constexpr std::int64_t tokens = std::int64_t{1} << 21, pairs = 64;
  constexpr int map_rounds = 3; // a round takes about a second
  std::vector<double> seconds;
  for (int round = 0; round < map_rounds; ++round) {
    const double begin = wall_ms();
    in_parallel(static_cast<std::size_t>(bases.count()), 0, [&](std::size_t i) {
      (void)least_scores(2 * pairs, bases.base(bases.first + static_cast<std::int64_t>(i)), tokens);
    });
    seconds.push_back((wall_ms() - begin) / 1e3);
  }
  const double terms = static_cast<double>(bases.count() * tokens * pairs),
               terms_per_s = scan.points_per_s * static_cast<double>(scan.pairs);
  const double median_seconds = median(seconds);
  return {bases.count(), tokens, pairs, median_seconds, median_seconds * terms_per_s / terms};
}

} // namespace

EngineFigures measure_cpu(const Progress& progress) {
  EngineFigures figures;
  measure_rotations(figures, progress);
  for (const int threads : thread_counts()) {
    progress(fmt::format("score scan, {}", on_threads(threads)));
    CpuEngine engine(threads);
    figures.scan.push_back(measure_scan(engine, threads, 10'000'000, fma_peak(threads)));
  }
  progress("base map");
  figures.base_map = measure_base_map(figures.scan.back());
  return figures;
}

EngineFigures measure_gpu(gpu::GlEngine& engine, bool software, const Progress& progress) {
  // A software OpenGL gets less work, for it would take seconds a round without telling more.
  const std::int64_t gpu_tokens = software ? 1024 : tokens, points = software ? 250'000 : 10'000'000;
  constexpr int gpu_rounds = 5, runs = 3;
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions = consecutive_positions(gpu_tokens);
  const RowShape shape{1, gpu_tokens, heads, head_dim};
  const double gb = 2.0 * static_cast<double>(shape.size()) * sizeof(float) / 1e9;
  std::vector<Rotation> rotations;
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
    rotations.push_back(
        {.turns = spectrum.turns, .layout = {pairing, pairing}, .pair_axis = {}, .positions = positions});
  progress("rotation on the GPU");
  std::vector<double> copy_times;
  std::vector<std::vector<double>> times(rotations.size());
  const auto add = [](std::vector<double>& all, const std::vector<double>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  // In turns, as on the CPU. 5 rounds of 3 runs are 15, too; a run that does not count goes before each three.
  for (int round = 0; round < gpu_rounds; ++round) {
    add(copy_times, engine.time_copy(shape.size(), runs));
    for (std::size_t i = 0; i < rotations.size(); ++i) add(times[i], engine.time_rotation(rotations[i], shape, runs));
  }
  EngineFigures figures;
  const double copy = gb / median(copy_times);
  figures.copy.push_back({"gpu", 0, "kernel", copy});
  for (std::size_t i = 0; i < rotations.size(); ++i) {
    const double speed = gb / median(times[i]);
    figures.rotation.push_back(
        {"gpu", 0, rotations[i].layout.pairing, NumberFormat::float32, false, speed, speed / copy});
  }
  progress("score scan on the GPU");
  figures.scan.push_back(measure_scan(engine, 0, points, 0));
  return figures;
}

std::vector<GrowthRow> measure_growth(const Progress& progress) {
  progress("how cost grows");
  constexpr std::int64_t million = 1'000'000, columns = 1200; // columns: pixels across of one curve
  std::vector<GrowthRow> rows;
  // From 1 M tokens, 64 pairs and 1 scheme one number at a time is changed, so that each row tells what that one costs.
  for (const std::int64_t length : {10'000, 100'000, 1'000'000, 10'000'000}) rows.push_back({length, 64, 1});
  for (const std::int64_t pairs : {16, 32, 128, 256}) rows.push_back({million, pairs, 1});
  for (const std::int64_t schemes : {2, 4, 8}) rows.push_back({million, 64, schemes});
  CpuEngine engine;
  for (GrowthRow& row : rows) {
    RopeConfig rope;
    rope.layout.head_dim = rope.layout.rotary_dim = 2 * row.pairs;
    const Spectrum spectrum = make_spectrum(rope);
    const auto weights = equal_weights(row.pairs);
    const ScoreScan scan{.turns = spectrum.turns, .weights = weights, .first = 1};
    std::vector<Timed> all{{[&] {
      for (std::int64_t i = 0; i < row.schemes; ++i) score_curve(engine, scan, log_bin_edges(row.tokens, columns));
    }}};
    take_turns(all);
    row.ms = all[0].median() * 1e3;
  }
  return rows;
}

} // namespace ropescope::bench
