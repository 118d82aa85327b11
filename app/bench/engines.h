#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/gpu/gl_engine.h"
#include "core/number_format.h"
#include "core/rope/layout.h"

namespace ropescope::bench {

/// Says what is measured now, for people.
using Progress = std::function<void(const std::string&)>;

/// What the machine does without any rotation: the ceiling of one. GB/s are 10⁹ bytes read plus bytes written.
struct Copy {
  std::string engine; ///< "cpu" or "gpu"
  int threads;        ///< of the CPU; 0 for a GPU
  std::string kind;   ///< "streaming": past the caches into another array; "in_place": each number scaled; "kernel"
  double gb_s;
};

/// Rows of [tokens, heads, head_dim] by the exact recipe, at positions 0 …; the table of cos and sin is part of it on
/// the CPU, on a GPU it is made once.
struct RotationSpeed {
  std::string engine;
  int threads;
  Pairing layout;
  NumberFormat dtype;
  bool in_place;
  double gb_s, of_copy; ///< of the same kind and thread count, in the same run
};

/// s(Δ) for Δ = 0 … points − 1.
struct ScanSpeed {
  std::string engine;
  int threads;
  std::int64_t pairs, points;
  double points_per_s;
  double over_plain_cos; ///< times as many as a loop over std::cos in double yields on as many threads
  double of_fma_peak;    ///< one multiply-add a term, beside what was measured; 0 for a GPU
  double max_error;      ///< greatest, against double, of a sum of cosines that weigh 1 each; of a sample of distances
};

/// A base map: the least score of so many bases over every integer distance 1 … tokens, on every processor.
struct BaseMapSpeed {
  std::int64_t bases, tokens, pairs;
  double seconds;
  double times_scan; ///< over what the score scan of as many threads needs for as many terms, in the same run
};

/// Everything that was measured of one engine, or of several one after the other.
struct EngineFigures {
  std::vector<Copy> copy;
  std::vector<RotationSpeed> rotation;
  std::vector<ScanSpeed> scan;
  std::optional<BaseMapSpeed> base_map; ///< of the CPU
};

/// Medians of rounds in which everything that is compared takes its turn. Takes some seconds and 0.6 GB.
EngineFigures measure_cpu(const Progress&);

/// The same on the GPU of the engine. `software`: its OpenGL is software, so that less work is measured.
EngineFigures measure_gpu(gpu::GlEngine&, bool software, const Progress&);

/// What the score curves of a picture cost that reaches to so many tokens, on every processor.
struct GrowthRow {
  std::int64_t tokens, pairs, schemes;
  double ms = 0; ///< median
};
std::vector<GrowthRow> measure_growth(const Progress&);

} // namespace ropescope::bench
