#include "app/gpu/self_test.h"

#include <cmath>

#include <fmt/format.h>

#include "app/gpu/errors.h"
#include "core/analysis/score_curve.h"
#include "core/rope/cpu_engine.h"

namespace ropescope::gpu {

namespace {

// Both engines are within 2e-6 of the exact numbers (core/rope/engine.h), so that they may be twice as far apart.
constexpr double most_apart = 4e-6;

/// Throws GpuError where a number of the GPU is further from the CPU's than both contracts allow.
void require_alike(std::string_view what, std::span<const float> from_gpu, std::span<const float> from_cpu) {
  for (std::size_t i = 0; i < from_cpu.size(); ++i) {
    const double apart = std::abs(static_cast<double>(from_gpu[i]) - static_cast<double>(from_cpu[i]));
    if (!(apart <= most_apart)) // so that NaN is refused as well
      throw GpuError(
          fmt::format("the GPU computes wrong {} ({:.9g} in place of {:.9g})", what, from_gpu[i], from_cpu[i]));
  }
}

void require_right_phases(Engine& gpu, Engine& cpu, const Spectrum& spectrum) {
  // At 1 the product of position and turns has no carry between its words; at 70 000 it has, and whole turns fall away.
  const Positions positions{1, {1, 70'000}};
  const Rotation rotation{.turns = spectrum.turns, .layout = {}, .pair_axis = {}, .positions = positions};
  if (gpu.phases(rotation) != cpu.phases(rotation)) throw GpuError("the GPU computes wrong phases");
}

void require_right_rotation(Engine& gpu, Engine& cpu, const Spectrum& spectrum) {
  const Positions positions{1, {1, 70'000}}; // near and far
  const RowShape shape{1, positions.tokens(), 1, 2 * spectrum.pairs()};
  const Rotation rotation{.turns = spectrum.turns, .layout = {}, .pair_axis = {}, .positions = positions};
  std::vector<float> rows(static_cast<std::size_t>(shape.size())), from_gpu(rows.size()), from_cpu(rows.size());
  // No two numbers are alike, so that a component in a wrong place shows.
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = 1.0f / static_cast<float>(i + 1);
  gpu.rotate(rotation, shape, std::span<const float>(rows), from_gpu);
  cpu.rotate(rotation, shape, std::span<const float>(rows), from_cpu);
  require_alike("rotations", from_gpu, from_cpu);
}

void require_right_scan(Engine& gpu, Engine& cpu, const Spectrum& spectrum) {
  const auto weights = equal_weights(spectrum.pairs());
  const ScoreScan scan{.turns = spectrum.turns, .weights = weights, .first = 0};
  // 100 distances: one block of 64 and a part of the next.
  std::vector<float> from_gpu(100), from_cpu(from_gpu.size());
  gpu.scan(scan, from_gpu);
  cpu.scan(scan, from_cpu);
  require_alike("scores", from_gpu, from_cpu);
}

} // namespace

void require_right_results(Engine& gpu, SelfTest extent) {
  // One thread: a few rows are done sooner than other threads wake up.
  CpuEngine cpu(1);
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  require_right_phases(gpu, cpu, spectrum);
  if (extent == SelfTest::quick) return;
  require_right_rotation(gpu, cpu, spectrum);
  require_right_scan(gpu, cpu, spectrum);
}

} // namespace ropescope::gpu
