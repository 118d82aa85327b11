#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <glm/glm.hpp>

#include "app/gpu/gl_engine.h"
#include "app/scene/scene.h"
#include "core/analysis/score_curve.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/spectrum.h"

namespace ropescope {

enum class EngineChoice : std::uint8_t { automatic, cpu, gpu };

/// The engines of this machine. Made while an OpenGL context is current, and destroyed while it is.
struct Engines {
  CpuEngine cpu;
  std::unique_ptr<gpu::GlEngine> gpu; ///< null where it cannot run
  std::string why_no_gpu;             ///< a sentence, where it is null
  EngineChoice choice;

  /// `automatic` draws on the GPU, but not on one that is software: that is the CPU with a detour.
  /// Throws Error where `gpu` is asked for and cannot run.
  explicit Engines(EngineChoice);
  bool draws_on_gpu() const;
  std::string why_this_one() const; ///< a sentence
  Engine& preferred() { return draws_on_gpu() ? static_cast<Engine&>(*gpu) : cpu; }

private:
  bool software_ = false;
};

/// One scheme in the comparison, or another layer type.
struct Series {
  RopeConfig config;
  Spectrum spectrum;
  ScoreCurve curve;
  std::string label;                ///< "YaRN ×16"
  std::string layer_type;           ///< where it is another layer type of the model, not a scheme for this one
  std::vector<std::uint64_t> turns; ///< the spectrum's; 0 for pairs that the scene's axis does not turn
  double score_here = 0;            ///< at the distance of the scene's m and n
  std::int64_t score_at = -1;       ///< that distance, tokens
  bool current = false;             ///< the scheme in force
};

/// The rotary pairs of one query and one key whose every pair is (1, 0) before the rotation.
struct Hands {
  std::vector<glm::vec2> query, key; ///< per pair, on a circle of the attention factor's radius
};

/// Both engines on the same work, measured when the scheme in force last changed: rows at positions of every order
/// of magnitude, and the score at every distance (of the first 2²⁰/pairs, where there are more).
struct Parity {
  std::string device;             ///< what the GPU calls itself; empty without one
  double gpu_ms = 0, cpu_ms = 0;  ///< gpu_ms without meaning where there is no device
  double greatest_difference = 0; ///< of any rotated component (over the attention factor) or score
};

/// What one recipe costs on one engine (core/analysis/precision.h).
struct PrecisionCurve {
  std::size_t recipe = 0; ///< which of those that are shown
  std::string label;
  bool on_gpu = false;
  std::vector<double> errors = {}; ///< at Precision::positions, each with its neighbour
  std::vector<double> table = {};  ///< at Precision::table_positions exactly
};

/// Measured where the precision picture is looked at.
struct Precision {
  std::vector<std::int64_t> positions, table_positions;
  std::vector<PrecisionCurve> curves; ///< a recipe's on the CPU, then its on the GPU
};

/// Everything computed from a Scene. Each part is recomputed only when its own inputs changed.
class Derived {
public:
  /// `columns`: pixels across the score picture. Throws Error where the scene's rope is not valid; what was
  /// computed before stays.
  void update(const Scene&, Engines&, std::int64_t columns);

  const std::vector<Series>& series() const { return series_; } ///< the scheme in force comes first
  const Series& current() const { return series_.front(); }
  const Spectrum& trained() const { return trained_; } ///< without any extension
  const Hands& hands() const { return hands_; }
  const Parity& parity() const { return parity_; }
  const Precision& precision() const { return precision_; } ///< empty until the scene shows it
  std::int64_t length() const { return length_; }           ///< tokens the pictures reach to
  double trained_length() const { return trained_length_; }

private:
  void update_series(const Scene&, Engines&, std::int64_t columns);
  void update_hands(const Scene&, Engines&);
  void update_scores_here(const Scene&);
  void measure_parity(Engines&);
  void measure_precision(const Scene&, Engines&);

  std::vector<Series> series_;
  Spectrum trained_;
  Hands hands_;
  Parity parity_;
  Precision precision_;
  std::optional<RopeConfig> precision_of_;
  std::int64_t length_ = 0, columns_ = 0, axis_ = -1;
  double trained_length_ = 0;
  Positions hands_at_;
  std::optional<Spectrum> hands_of_;
};

} // namespace ropescope
