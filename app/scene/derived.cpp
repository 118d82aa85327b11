#include "app/scene/derived.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "app/gpu/context.h"
#include "app/gpu/driver_time.h"
#include "app/scene/grid.h"
#include "core/analysis/hands.h"
#include "core/error.h"
#include "core/rope/positions.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope {

namespace {

// One term is one pair at one distance. The badge compares the engines on 2²⁰ of them: enough to meet a wrong phase,
// few enough not to be felt. The GPU may take 4 ms of a frame, a quarter of the 16.7 ms at 60 Hz, so
// that the window stays smooth. A scan of up to `terms_at_once` is done within one frame without refining.
constexpr std::int64_t measured_terms = std::int64_t{1} << 20; // of a sum over pairs, by both engines
constexpr std::chrono::milliseconds gpu_time_of_a_frame{4};
constexpr std::int64_t terms_at_once = std::int64_t{5} << 26; // within one frame: five schemes of 64 pairs to 1 M

/// What a series is to be made of; `layer_type` is empty for a scheme on the scene's own layer type.
struct Wanted {
  ValidRope config;
  std::string layer_type = {};
};

/// The model's rope under every scheme that it can be under, by RopeType; each is validated here and nowhere else.
using TriedSchemes = std::array<std::optional<ValidRope>, std::size(all_rope_types)>;

TriedSchemes try_schemes(const Scene& scene) {
  TriedSchemes tried;
  for (const RopeType type : all_rope_types) tried[static_cast<std::size_t>(type)] = tried_on(scene, type);
  return tried;
}

/// The schemes to draw, the one in force first and no extension last, then the model's other layer types.
std::vector<Wanted> wanted_of(const Scene& scene, const TriedSchemes& tried) {
  const RopeType in_force = scene.rope.scaling.rope_type;
  std::vector<Wanted> wanted{{tried[static_cast<std::size_t>(in_force)].value()}};
  const auto compare = [&](RopeType type) {
    const auto place = static_cast<std::size_t>(type);
    // Every scheme leaves a layer without RoPE as it is.
    const bool wanted_here = scene.compared[place] || (type == RopeType::standard && scene.baseline);
    if (type != in_force && wanted_here && scene.rope.rotates && tried[place]) wanted.push_back({*tried[place]});
  };
  for (const RopeType type : all_rope_types)
    if (type != RopeType::standard) compare(type);
  compare(RopeType::standard);
  for (const LayerRope& layer : scene.model.layers)
    if (scene.other_layers && layer.layer_type != scene.layer_type)
      wanted.push_back({ValidRope(layer.config), layer.layer_type});
  return wanted;
}

/// The frequencies that count while m and n differ along one axis alone.
std::vector<std::uint64_t> turns_along(const Spectrum& spectrum, const RopeConfig& config, std::int64_t axis) {
  std::vector<std::uint64_t> turns = spectrum.turns;
  if (axis < 0 || axis_count(config) == 1) return turns;
  const std::vector<std::uint8_t> axes = pair_axes(config, axis_count(config));
  for (std::size_t i = 0; i < turns.size(); ++i)
    // Along every other axis query and key are at one position, where a pair's angle is 0 at every distance.
    if (axes[i] != axis) turns[i] = 0;
  return turns;
}

std::string label_of(const Wanted& wanted) {
  const RopeConfig& config = wanted.config;
  if (!wanted.layer_type.empty() || !config.rotates) {
    const std::string_view name = short_layer_name(wanted.layer_type);
    const std::string what = config.rotates ? fmt::format("base {}", grouped(config.base)) : "no RoPE";
    return name.empty() || name == "no_rope" ? what : fmt::format("{}: {}", name, what);
  }
  if (config.scaling.rope_type == RopeType::standard && !config.scaling.freq_factors.empty())
    return "the file's factors";
  return scheme_of(config).takes_factor
             ? fmt::format("{} ×{:.4g}", rope_type_title(config.scaling.rope_type), extension_factor(config))
             : std::string(rope_type_title(config.scaling.rope_type));
}

/// `length`: tokens that the frequencies are computed for.
Series series_of(Wanted wanted, double length, std::int64_t axis) {
  Series series;
  series.spectrum = make_spectrum(wanted.config, length);
  series.turns = turns_along(series.spectrum, wanted.config, axis);
  series.label = label_of(wanted);
  series.config = std::move(wanted.config);
  series.layer_type = std::move(wanted.layer_type);
  return series;
}

/// The rope before it was extended. p-RoPE is no extension: the pairs that it stops were never trained to turn.
RopeConfig trained_rope(const RopeConfig& rope) {
  RopeConfig trained = rope;
  if (!scheme_of(rope).spans_whole_head) trained.scaling.rope_type = RopeType::standard;
  trained.scaling.factor.reset();
  trained.scaling.parameters.erase(key::alpha); // it stands for the factor where there is none
  trained.scaling.freq_factors.clear();
  return trained;
}

template <typename Work>
double milliseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// How far the positions of each axis reach.
std::vector<double> extents_of(const Positions& positions) {
  std::vector<double> extents;
  for (std::int64_t axis = 0; axis < positions.axes; ++axis) {
    double least = positions.tokens() > 0 ? positions.value(axis, 0) : 0, greatest = least;
    for (std::int64_t t = 1; t < positions.tokens(); ++t) {
      least = std::min(least, positions.value(axis, t));
      greatest = std::max(greatest, positions.value(axis, t));
    }
    extents.push_back(greatest - least);
  }
  return extents;
}

ScoreCurve curve_of(Engine& engine, std::span<const std::uint64_t> turns, const std::vector<std::int64_t>& edges) {
  const auto weights = equal_weights(static_cast<std::int64_t>(turns.size()));
  return score_curve(engine, {.turns = turns, .weights = weights, .first = edges.front()}, edges);
}

} // namespace

void Derived::update(const Scene& scene, gpu::Engines& engines, std::int64_t columns, Patience patience) {
  // First, because everything below reads the series. Where the scene's rope is not valid, it throws before anything
  // has changed.
  const bool other_series = update_series(scene, columns);
  if (other_series || !grid_is_known(scene)) update_reach(scene);
  update_head(scene, patience);
  update_scores_here(scene);
  shows_curves_ = shows_base_map_ = has_more_ = false;
  if (const auto update_picture = shown_picture(scene).update) update_picture(scene, *this, engines, patience);
  if (!shows_curves_) stop_refinement(); // nobody sees the curves now
  if (!shows_base_map_) base_map_.stop();
  if (patience == Patience::waits && parity_due_) measure_parity(engines);
}

bool Derived::same_series(const Scene& scene, std::int64_t columns) const {
  // All that a series depends on. The positions m and n are not among it: moving them must not compute a curve again.
  const Scene& before = series_of_;
  return !series_.empty() && columns == columns_ && scene.axis == before.axis && scene.rope == before.rope &&
         scene.factor == before.factor && scene.compared == before.compared && scene.baseline == before.baseline &&
         scene.target == before.target && scene.seq_len == before.seq_len &&
         scene.other_layers == before.other_layers && scene.layer_type == before.layer_type &&
         scene.model.layers == before.model.layers;
}

bool Derived::update_series(const Scene& scene, std::int64_t columns) {
  if (same_series(scene, columns)) return false;
  const std::int64_t length = pictured_length(scene);
  const double sequence = sequence_length(scene);
  const bool same_axis =
      length == length_ && sequence == sequence_length_ && columns == columns_ && scene.axis == series_of_.axis;
  // Everything that may throw comes before anything is changed, so that after an Error the series are as they were.
  // Series that did not change are found again and moved over with their curves, which are what costs time.
  std::vector<Series> next;
  std::vector<Series*> known; // or null: of the same place in `next`
  const TriedSchemes tried = try_schemes(scene);
  for (Wanted& wanted : wanted_of(scene, tried)) {
    const auto found = std::find_if(series_.begin(), series_.end(), [&](const Series& s) {
      return same_axis && s.config == wanted.config && s.layer_type == wanted.layer_type;
    });
    if (found != series_.end()) {
      known.push_back(&*found);
      next.emplace_back();
      continue;
    }
    try {
      next.push_back(series_of(std::move(wanted), sequence, scene.axis));
      known.push_back(nullptr);
    } catch (const Error&) {
      // What is drawn beside the scheme in force is left out where its frequencies cannot be had.
      if (next.empty()) throw;
    }
  }
  Spectrum trained = make_spectrum(trained_rope(scene.rope));

  // The badge speaks of the scheme in force: it is due when that one is new, or was only compared with another one
  // before.
  parity_due_ = parity_due_ || !known.front() || !known.front()->current;
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (known[i]) next[i] = std::move(*known[i]);
    next[i].current = i == 0;
  }
  stop_refinement();
  axes_.clear();
  if (const std::int64_t count = axis_count(scene.rope); count > 1) axes_ = pair_axes(scene.rope, count);
  trained_ = std::move(trained);
  series_ = std::move(next);
  length_ = length;
  sequence_length_ = sequence;
  columns_ = columns;
  ++version_;
  trained_length_ = ropescope::trained_length(scene.rope);
  for (const RopeType type : all_rope_types)
    possible_[static_cast<std::size_t>(type)] = tried[static_cast<std::size_t>(type)].has_value();
  series_of_ = scene;
  return true;
}

bool Derived::grid_is_known(const Scene& scene) const {
  if (trained_extents_.empty() && grid_trouble_.empty()) return true; // the context counts
  const GridWish now = shown_grid(scene);
  return now.grid == shown_sides_ && trained_grid(scene).grid == trained_sides_ && now.text == grid_text_ &&
         now.fps == grid_fps_;
}

/// How far each pair's axis goes. What a grid cannot be is a sentence, and then the context's length counts.
void Derived::update_reach(const Scene& scene) {
  const auto pairs = trained_.inv_freq.size();
  trained_extents_.clear();
  extents_.clear();
  grid_trouble_.clear();
  trained_reach_.assign(pairs, trained_length_);
  reach_.assign(pairs, static_cast<double>(length_));
  ++version_;
  if (!is_bounded_by_grid(scene.rope)) return;
  const GridWish now = shown_grid(scene), before = trained_grid(scene);
  shown_sides_ = now.grid;
  trained_sides_ = before.grid;
  grid_text_ = now.text;
  grid_fps_ = now.fps;
  try {
    extents_ = extents_of(positions_of_grid(scene.rope, now));
    trained_extents_ = extents_of(positions_of_grid(scene.rope, before));
  } catch (const Error& error) {
    grid_trouble_ = error.what();
    extents_.clear();
    return;
  }
  for (std::size_t i = 0; i < pairs && i < axes_.size(); ++i) {
    trained_reach_[i] = trained_extents_[axes_[i]];
    reach_[i] = extents_[axes_[i]];
  }
}

/// Throws Error where a file of q or k cannot be read; the head stays as it was, and is asked for again.
void Derived::update_head(const Scene& scene, Patience patience) {
  if (head_version_ == version_ && q_ == scene.q && k_ == scene.k && places_ == scene.places) return;
  const bool there = make_head(scene, patience);
  // While a file is read: the head before, or ones where that has another number of pairs.
  if (!there && head_version_ == version_ && places_ == scene.places) return;
  stop_refinement();
  places_ = scene.places;
  head_ = head_of(scene, current());
  weigh_series(scene);
  head_version_ = ++version_;
  if (!there) return;
  q_ = scene.q;
  k_ = scene.k;
}

/// The scene's q and k before any rotation; false while one of their files is still read.
bool Derived::make_head(const Scene& scene, Patience patience) {
  const Series& now = current();
  if (own_head_.query.size() != now.turns.size()) own_head_ = head_of_ones(now.spectrum.pairs());
  if (scene.q == HeadSource() && scene.k == HeadSource()) {
    own_head_ = head_of_ones(now.spectrum.pairs());
    return true;
  }
  const HeadLayout& layout = scene.rope.layout;
  const PairLayout& pairs = layout.pairs;
  if (pairs.offset + 2 * now.spectrum.pairs() > layout.head_dim)
    throw Error("q and k: this head has an odd number of components that turn; expected q = k = ones");
  const auto components = [&](const HeadSource& source) -> std::optional<std::vector<double>> {
    if (source.kind != HeadSource::Kind::file) return std::vector<double>();
    const Array* array = head_files_.array(source.word, patience == Patience::waits);
    if (!array) return std::nullopt;
    return head_of_array(*array, source, layout.head_dim);
  };
  const auto query = components(scene.q);
  if (!query) return false;
  const auto key = components(scene.k);
  if (!key) return false;
  own_head_ = head_pair(scene.q, scene.k, pairs, layout.head_dim, now.turns, *query, *key);
  return true;
}

HeadPair Derived::head_of(const Scene& scene, const Series& series) const {
  const std::int64_t pairs = series.spectrum.pairs();
  const bool same = pairs == static_cast<std::int64_t>(own_head_.query.size());
  HeadPair head = same ? own_head_ : head_of_ones(pairs);
  if (!scene.places || scene.axis < 0 || axis_count(series.config) != axis_count(scene.rope)) return head;
  const std::vector<std::uint8_t> axes = pair_axes(series.config, axis_count(series.config));
  std::vector<double> query, key;
  for (const std::uint8_t axis : axes) {
    query.push_back(axis == scene.axis ? 0 : scene.places->query[axis]);
    key.push_back(axis == scene.axis ? 0 : scene.places->key[axis]);
  }
  return placed_head(head, series.spectrum, query, key);
}

/// What each pair of every series weighs in the score, by the head under that series' own frequencies.
void Derived::weigh_series(const Scene& scene) {
  for (Series& series : series_) {
    const HeadPair head = head_of(scene, series);
    std::vector<ScoreScan::Weight> weights;
    if (head.ones)
      weights = equal_weights(series.spectrum.pairs());
    else
      for (const std::complex<double> z : contributions(head))
        weights.push_back({z.real(), -z.imag()}); // Re(z·e^{jΔθ})
    if (std::equal(weights.begin(), weights.end(), series.weights.begin(), series.weights.end(),
                   [](const auto& a, const auto& b) { return a.a == b.a && a.b == b.b; }))
      continue;
    // A series that is new has no weights yet; of others the curve is another one.
    series.weights = std::move(weights);
    series.finished = false;
    series.score_at.reset();
  }
}

/// The edges of a curve's bins: a column of the plot is a bin of its own.
std::vector<std::int64_t> Derived::edges_of(const CurveView& view) const {
  if (!view.distances && view.scale == canvas::Scale::log) return log_bin_edges(length_, columns_);
  // The local mean at a distance x reaches from x/1.25 to x·1.25, so that columns beyond the view are needed too: else
  // the line would depend on what is seen of it.
  const canvas::Range seen = view.distances.value_or(
      canvas::Range{view.scale == canvas::Scale::log ? 1.0 : 0.0, static_cast<double>(length_)});
  const canvas::Axis axis{.least = seen.least,
                          .greatest = seen.greatest,
                          .first_pixel = 0,
                          .last_pixel = static_cast<float>(columns_),
                          .scale = view.scale};
  std::vector<double> boundaries;
  const double first = std::max(seen.least / 1.25, view.scale == canvas::Scale::log ? 1.0 : 0.0),
               last = std::min(seen.greatest * 1.25, static_cast<double>(length_));
  const auto column_of = [&](double distance) { return static_cast<std::int64_t>(std::floor(axis.pixel(distance))); };
  boundaries.push_back(first);
  for (std::int64_t column = column_of(first) + 1; column <= column_of(last); ++column)
    boundaries.push_back(axis.value(static_cast<float>(column)));
  boundaries.push_back(last);
  return bin_edges(boundaries, length_);
}

void Derived::show_curves(const Scene&, gpu::Engines& engines, Patience patience, const CurveView& view) {
  shows_curves_ = true;
  if (view != curve_view_) {
    // Other distances: every curve anew.
    stop_refinement();
    curve_view_ = view;
    for (Series& series : series_) series.finished = false;
  }
  // Goes on where the frame before stopped, unless the GPU was given up in between; then the curves begin again on the
  // CPU.
  if (refining_ && refines_on_gpu_ == engines.draws_on_gpu() && patience == Patience::goes_on) return refine(engines);
  stop_refinement();
  std::int64_t terms = 0;
  std::vector<Series*> unfinished;
  for (Series& series : series_)
    if (!series.finished) {
      unfinished.push_back(&series);
      terms += length_ * series.spectrum.pairs();
    }
  if (unfinished.empty()) return;
  // A long scan is drawn coarse at first, from a part of its distances, and refined over the next frames.
  const bool at_once = patience == Patience::waits || terms <= terms_at_once;
  const std::vector<std::int64_t> edges = edges_of(view);
  for (Series* series : unfinished) {
    const ScoreScan scan{.turns = series->turns, .weights = series->weights, .first = edges.front()};
    series->curve =
        at_once ? score_curve(engines.preferred(), scan, edges) : coarse_score_curve(engines.preferred(), scan, edges);
    series->finished = at_once;
    ++scans_;
  }
  if (!at_once) begin_refinement(engines);
}

void Derived::begin_refinement(gpu::Engines& engines) {
  std::vector<PendingCurve> pending;
  for (std::size_t i = 0; i < series_.size(); ++i)
    // Copies, not references: on the CPU the worker reads them while the series may change.
    if (!series_[i].finished) pending.push_back({i, series_[i].turns, series_[i].weights, series_[i].curve.edges});
  refining_ = true;
  refined_ = 0;
  refines_on_gpu_ = engines.draws_on_gpu();
  if (refines_on_gpu_)
    gpu_scans_ = CurveScans(std::move(pending));
  else
    refinement_.begin(std::move(pending));
}

void Derived::refine(gpu::Engines& engines) {
  std::vector<ScannedBins> scanned;
  if (engines.draws_on_gpu()) {
    const auto begin = std::chrono::steady_clock::now();
    // At least one slice a frame, however slow the GPU is, else it would never end.
    do scanned.push_back(gpu_scans_.next(engines.preferred()));
    while (!gpu_scans_.done() && std::chrono::steady_clock::now() - begin < gpu_time_of_a_frame);
    refined_ = gpu_scans_.share();
    refining_ = !gpu_scans_.done();
  } else {
    // Asked before take(): asked after it, a last piece that came between the two calls would be lost, as nobody would
    // take again.
    refining_ = refinement_.working();
    scanned = refinement_.take();
    refined_ = refinement_.share();
  }
  for (const ScannedBins& piece : scanned) {
    Series& series = series_[piece.series];
    std::copy(piece.bins.begin(), piece.bins.end(),
              series.curve.bins.begin() + static_cast<std::ptrdiff_t>(piece.first));
    // Slices come in order, so that the last bin ends the curve.
    series.finished = piece.first + piece.bins.size() == series.curve.bins.size();
    update_local_means(series.curve);
  }
}

void Derived::stop_refinement() {
  if (!refining_) return;
  refinement_.abandon();
  gpu_scans_ = {};
  refining_ = false;
}

void Derived::update_scores_here(const Scene& scene) {
  const std::int64_t distance = scene.m - scene.n;
  for (Series& series : series_) {
    if (series.score_at == distance) continue;
    series.score_here = exact_scores({.turns = series.turns, .weights = series.weights, .first = distance}, 1).front();
    series.score_at = distance;
  }
}

void Derived::measure_parity(gpu::Engines& engines) {
  parity_ = {};
  parity_due_ = false;
  const Series& now = current();
  // 1, 3, 7, 15 …: positions of every order of magnitude, with every bit set, so that a phase that goes wrong far out
  // is seen.
  Positions positions;
  for (std::int64_t p = 1; p < length_; p = p * 2 + 1) positions.ids.push_back(p);
  const std::int64_t measured =
      std::max<std::int64_t>(1024, measured_terms / std::max<std::int64_t>(1, now.spectrum.pairs()));
  const std::vector<std::int64_t> edges = log_bin_edges(std::min(length_, measured), columns_);
  std::vector<float> rows, rows_gpu;
  ScoreCurve curve, curve_gpu;
  parity_.cpu_ms = milliseconds([&] {
    rows = unit_rows(engines.cpu, now.spectrum, positions);
    curve = curve_of(engines.cpu, now.turns, edges);
  });
  if (!engines.has_gpu()) return;
  parity_.gpu_ms = milliseconds([&] {
    const gpu::DriverTime driver;
    rows_gpu = unit_rows(*engines.gpu, now.spectrum, positions);
    curve_gpu = curve_of(*engines.gpu, now.turns, edges);
  });
  const auto differ = [&](float a, float b) {
    parity_.greatest_difference =
        std::max(parity_.greatest_difference, std::abs(static_cast<double>(a) - static_cast<double>(b)));
  };
  // Rotated components grow with the attention factor, and so do their errors; scores are without it.
  const auto gain = static_cast<float>(std::max(1.0, now.spectrum.attention_factor));
  for (std::size_t i = 0; i < rows.size(); ++i) differ(rows[i] / gain, rows_gpu[i] / gain);
  for (std::size_t b = 0; b < curve.bins.size(); ++b) {
    differ(curve.bins[b].least, curve_gpu.bins[b].least);
    differ(curve.bins[b].greatest, curve_gpu.bins[b].greatest);
    differ(curve.bins[b].mean, curve_gpu.bins[b].mean);
  }
}

} // namespace ropescope
