#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "app/canvas/axis.h"
#include "app/gpu/engines.h"
#include "app/scene/base_map_fill.h"
#include "app/scene/cached.h"
#include "app/scene/head_files.h"
#include "app/scene/kernel_check.h"
#include "app/scene/picture.h"
#include "app/scene/refinement.h"
#include "app/scene/scene.h"
#include "core/analysis/contributions.h"
#include "core/analysis/score_curve.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// One scheme in the comparison, or another layer type.
struct Series {
  RopeConfig config;
  Spectrum spectrum;
  ScoreCurve curve;                       ///< empty until the scene shows it
  bool finished = false;                  ///< every distance is in the curve; not so while it is refined
  std::string label;                      ///< "YaRN ×16"
  std::string layer_type;                 ///< where it is another layer type of the model, not a scheme for this one
  std::vector<ScoreScan::Weight> weights; ///< of the pairs, by the scene's q and k
  std::vector<std::uint64_t> turns;       ///< the spectrum's; 0 for pairs that the scene's axis does not turn
  double score_here = 0;                  ///< at the distance of the scene's m and n
  std::optional<std::int64_t> score_at;   ///< that distance m − n, tokens
  bool current = false;                   ///< the scheme in force
};

/// Both engines on the same work, measured once the scheme in force has stayed for a moment: rows at positions of every
/// order of magnitude, and the score at every distance (of the first 2²⁰/pairs, where there are more).
struct Parity {
  double gpu_ms = 0, cpu_ms = 0;  ///< gpu_ms without meaning where there is no GPU
  double greatest_difference = 0; ///< of any rotated component (over the attention factor) or score
};

/// Which distances curves are scanned at: those that a plot shows.
struct CurveView {
  std::optional<canvas::Range> distances; ///< tokens; nothing: 1 … length
  canvas::Scale scale = canvas::Scale::log;
  bool operator==(const CurveView&) const = default;
};

/// Everything computed from a Scene. Each part is recomputed only when its own inputs changed, and only where the
/// scene's view shows it. What all pictures share is here; numbers of one picture are kept by their type.
class Derived {
public:
  /// `columns`: pixels across the score picture. Throws Error where the scene's rope is not valid; what was
  /// computed before stays. Where it does not wait (Patience::goes_on), long scans begin coarse and go on from call to
  /// call, and parity is left to measure_parity().
  void update(const Scene&, gpu::Engines&, std::int64_t columns, Patience = Patience::waits);

  /// Whether another call of update() with the same scene would bring curves, or the base map, forward.
  bool refining() const { return refining_ || base_map_.working() || has_more_; }
  /// A picture says in its update() that its next one brings finer numbers of the same scene.
  void has_more() { has_more_ = true; }
  /// The file of q or k that is being read beside the frame; empty: none. What is drawn has the q and k before.
  const std::string& reading() const { return head_files_.reading(); }
  double refined() const { return refining_ ? refined_ : 1.0; } ///< share of the curves' distances, 0 … 1

  /// Whether parity() was measured of an earlier scene, so that measure_parity() has something to do.
  bool parity_due() const { return parity_due_; }
  void measure_parity(gpu::Engines&);

  const std::vector<Series>& series() const { return series_; } ///< the scheme in force comes first
  const Series& current() const { return series_.front(); }
  bool possible(RopeType type) const { return possible_[static_cast<std::size_t>(type)]; } ///< tried_on() gives one
  const std::vector<std::uint8_t>& axes() const { return axes_; } ///< per pair; empty where positions have one axis
  const Spectrum& trained() const { return trained_; }            ///< without any extension

  // How far apart two tokens are at most, in positions, on the axis that turns each pair: in training, and as far as
  // the pictures reach. Of models of images and clips the extents of the trained grid and of the one that is shown; of
  // all others the trained context and length(), for every pair.
  std::span<const double> trained_reach() const { return trained_reach_; }
  std::span<const double> reach() const { return reach_; }
  /// The same per axis; empty where the context counts.
  std::span<const double> trained_extents() const { return trained_extents_; }
  std::span<const double> extents() const { return extents_; }
  const std::string& trained_sides() const {
    return trained_sides_;
  } ///< "21x30x52"; of meaning where there are extents
  const std::string& shown_sides() const { return shown_sides_; }
  const std::string& grid_trouble() const { return grid_trouble_; } ///< why there are none; a sentence or empty
  /// The scene's q and k before the rotation, of as many pairs as the scheme in force has. Where the tokens have places
  /// in a grid, pairs of the axes that m and n do not count along are at those places already.
  const HeadPair& head() const { return head_; }
  const HeadPair& own_head() const { return own_head_; } ///< as the scene says it, before any place
  /// head() under another series' frequencies; equal ones where it has another number of pairs.
  HeadPair head_of(const Scene&, const Series&) const;
  bool placed() const { return places_.has_value(); } ///< whether the tokens have places in a grid
  const Parity& parity() const { return parity_; }
  const KernelCheck& kernel() const { return kernel_; }
  KernelCheck& kernel() { return kernel_; }
  const BaseMapFill& base_map() const { return base_map_; }

  /// Numbers of a picture: the kept ones of that type where their inputs equal these, else what make() makes. Requires
  /// that one type of numbers always comes with one type of inputs.
  template <typename Numbers, typename Inputs, typename Make>
  const Numbers& numbers(const Inputs& inputs, Make make) {
    return kept_.of<Numbers>(inputs, make);
  }
  /// Null until the scene has shown them.
  template <typename Numbers>
  const Numbers* numbers() const {
    return kept_.get<Numbers>();
  }
  /// Grows with each change of the series and of what is made with them. As inputs of numbers() it stands for all that
  /// they were made from.
  std::uint64_t version() const { return version_; }

  /// Everything is computed anew at the next update(): the engines are other ones.
  void forget() { series_.clear(); }

  // What pictures ask for in their update().
  void show_curves(const Scene&, gpu::Engines&, Patience, const CurveView&);
  void show_kernel(const Scene& scene, Patience patience) { kernel_.update(scene, patience == Patience::waits); }

  void show_base_map(const BaseMapWish& wish, std::span<const double> others, double near, Patience patience) {
    shows_base_map_ = true;
    base_map_.update(wish, others, near, patience == Patience::waits);
  }

  /// Pixels across the score picture, as update() was told: how large pictures are.
  std::int64_t columns() const { return columns_; }
  std::int64_t length() const { return length_; } ///< tokens the pictures reach to
  double trained_length() const { return trained_length_; }
  std::uint64_t scans() const { return scans_; } ///< curves computed so far, coarse or finished

private:
  bool same_series(const Scene&, std::int64_t columns) const;
  bool update_series(const Scene&, std::int64_t columns);
  std::vector<std::int64_t> edges_of(const CurveView&) const;
  void begin_refinement(gpu::Engines&);
  void refine(gpu::Engines&);
  void stop_refinement();
  bool grid_is_known(const Scene&) const;
  void update_reach(const Scene&);
  void update_head(const Scene&, Patience);
  bool make_head(const Scene&, Patience);
  void weigh_series(const Scene&);
  void update_scores_here(const Scene&);

  std::vector<Series> series_;
  Spectrum trained_;
  std::vector<std::uint8_t> axes_;
  std::array<bool, std::size(all_rope_types)> possible_{};
  HeadPair head_, own_head_;
  HeadFiles head_files_;
  std::optional<GridPlaces> places_;
  std::vector<double> trained_reach_, reach_, trained_extents_, extents_;
  std::string grid_trouble_;
  std::string shown_sides_, trained_sides_, grid_text_; // what the extents were made of
  double grid_fps_ = 0;
  HeadSource q_, k_; // what the head was made of
  std::uint64_t head_version_ = 0;
  Parity parity_;
  bool parity_due_ = false;
  KernelCheck kernel_;
  Kept kept_;
  std::uint64_t version_ = 0;
  std::int64_t length_ = 0, columns_ = 0;
  double trained_length_ = 0, sequence_length_ = 0;
  Scene series_of_;       // what the series were made of
  Refinement refinement_; // on the CPU
  CurveScans gpu_scans_;  // on the thread that draws, a slice a frame
  bool refining_ = false;
  bool has_more_ = false;
  bool refines_on_gpu_ = false; // or on the CPU; where the GPU is given up, the curves begin again there
  double refined_ = 1;
  std::uint64_t scans_ = 0;
  CurveView curve_view_;
  BaseMapFill base_map_;
  bool shows_curves_ = false, shows_base_map_ = false; // in this update
};

} // namespace ropescope
