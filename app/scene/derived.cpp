#include "app/scene/derived.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "app/gpu/context.h"
#include "app/gpu/driver_time.h"
#include "core/analysis/precision.h"
#include "core/error.h"
#include "core/rope/positions.h"
#include "core/rope/schemes/scheme.h"
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
    if (type != in_force && scene.compared[place] && scene.rope.rotates && tried[place])
      wanted.push_back({*tried[place]});
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
    const std::string name = short_layer_name(wanted.layer_type);
    const std::string what = config.rotates ? fmt::format("base {}", grouped(config.base)) : "no RoPE";
    return name.empty() || name == "no_rope" ? what : fmt::format("{}: {}", name, what);
  }
  if (config.scaling.rope_type == RopeType::standard && !config.scaling.freq_factors.empty())
    return "the file's factors";
  return scheme_of(config).takes_factor
             ? fmt::format("{} ×{:.4g}", rope_type_title(config.scaling.rope_type), extension_factor(config))
             : std::string(rope_type_title(config.scaling.rope_type));
}

/// Heads whose every pair is (1, 0), one for each position, rotated. Interleaved pairs with direction +1 make the
/// result (cos, sin) of each pair's angle, one after the other, times the attention factor.
std::vector<float> unit_rows(Engine& engine, const Spectrum& spectrum, const Positions& positions,
                             std::span<const std::uint8_t> axes = {}) {
  constexpr PairLayout as_complex{Pairing::interleaved, Pairing::interleaved, false, +1};
  const RowShape shape{1, positions.tokens(), 1, 2 * spectrum.pairs()};
  std::vector<float> rows(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < rows.size(); i += 2) rows[i] = 1;
  const Rotation rotation{spectrum.turns, spectrum.attention_factor, as_complex, axes, positions};
  engine.rotate(rotation, shape, std::span<const float>(rows), rows);
  return rows;
}

Series series_of(Wanted wanted, std::int64_t length, std::int64_t axis) {
  Series series;
  series.spectrum = make_spectrum(wanted.config, static_cast<double>(length));
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
  trained.scaling.freq_factors.clear();
  return trained;
}

template <typename Work>
double milliseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

ScoreCurve curve_of(Engine& engine, std::span<const std::uint64_t> turns, const std::vector<std::int64_t>& edges) {
  const auto weights = equal_weights(static_cast<std::int64_t>(turns.size()));
  return score_curve(engine, {.turns = turns, .weights = weights, .first = edges.front()}, edges);
}

} // namespace

void Derived::update(const Scene& scene, gpu::Engines& engines, std::int64_t columns, Patience patience) {
  // First, because everything below reads the series. Where the scene's rope is not valid, it throws before anything
  // has changed.
  update_series(scene, columns);
  if (scene.view == View::overview || scene.view == View::score) {
    update_curves(engines, patience);
    update_scores_here(scene);
  } else
    stop_refinement();
  if (scene.view == View::overview || scene.view == View::rotations) update_hands(scene, engines);
  if (scene.view == View::precision) measure_precision(scene, engines);
  if (scene.view == View::check) {
    kernel_.update(scene, patience == Patience::waits);
    update_signatures(scene);
  }
  if (patience == Patience::waits && parity_due_) measure_parity(engines);
}

bool Derived::same_series(const Scene& scene, std::int64_t columns) const {
  // All that a series depends on. The positions m and n are not among it: moving them must not compute a curve again.
  const Scene& before = series_of_;
  return !series_.empty() && columns == columns_ && scene.axis == before.axis && scene.rope == before.rope &&
         scene.factor == before.factor && scene.compared == before.compared &&
         scene.other_layers == before.other_layers && scene.layer_type == before.layer_type &&
         scene.model.layers == before.model.layers;
}

void Derived::update_series(const Scene& scene, std::int64_t columns) {
  if (same_series(scene, columns)) return;
  const std::int64_t length = pictured_length(scene);
  const bool same_axis = length == length_ && columns == columns_ && scene.axis == series_of_.axis;
  // Everything that may throw comes before anything is changed, so that after an Error the series are as they were.
  // Series that did not change are found again and moved over with their curves, which are what costs time.
  std::vector<Series> next;
  std::vector<Series*> known; // or null: of the same place in `next`
  const TriedSchemes tried = try_schemes(scene);
  for (Wanted& wanted : wanted_of(scene, tried)) {
    const auto found = std::find_if(series_.begin(), series_.end(), [&](const Series& s) {
      return same_axis && s.config == wanted.config && s.layer_type == wanted.layer_type;
    });
    known.push_back(found == series_.end() ? nullptr : &*found);
    next.push_back(known.back() ? Series{} : series_of(std::move(wanted), length, scene.axis));
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
  columns_ = columns;
  trained_length_ = ropescope::trained_length(scene.rope);
  for (const RopeType type : all_rope_types)
    possible_[static_cast<std::size_t>(type)] = tried[static_cast<std::size_t>(type)].has_value();
  series_of_ = scene;
}

void Derived::update_curves(gpu::Engines& engines, Patience patience) {
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
  const std::vector<std::int64_t> edges = log_bin_edges(length_, columns_);
  for (Series* series : unfinished) {
    const auto weights = equal_weights(series->spectrum.pairs());
    const ScoreScan scan{.turns = series->turns, .weights = weights, .first = edges.front()};
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
    if (!series_[i].finished) pending.push_back({i, series_[i].turns, series_[i].curve.edges});
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

void Derived::update_hands(const Scene& scene, gpu::Engines& engines) {
  const Spectrum& spectrum = current().spectrum;
  if (hands_of_ == scene.rope && hands_at_ == std::array{scene.m, scene.n, scene.axis}) return;
  Positions positions{1, {scene.m, scene.n}};
  std::vector<std::uint8_t> axes;
  if (scene.axis >= 0) { // along the others both are where the key is
    positions = {axis_count(scene.rope), {}};
    for (std::int64_t a = 0; a < positions.axes; ++a)
      positions.ids.insert(positions.ids.end(), {a == scene.axis ? scene.m : scene.n, scene.n});
    axes = pair_axes(scene.rope, positions.axes);
  }
  const std::vector<float> rows = unit_rows(engines.preferred(), spectrum, positions, axes);
  const auto pairs = static_cast<std::size_t>(spectrum.pairs());
  hands_ = {std::vector<glm::vec2>(pairs), std::vector<glm::vec2>(pairs)};
  for (std::size_t i = 0; i < pairs; ++i) {
    // The query's row of 2 × pairs numbers comes first, then the key's.
    hands_.query[i] = {rows[2 * i], rows[2 * i + 1]};
    hands_.key[i] = {rows[2 * (pairs + i)], rows[2 * (pairs + i) + 1]};
  }
  hands_at_ = {scene.m, scene.n, scene.axis};
  hands_of_ = scene.rope;
}

void Derived::measure_precision(const Scene& scene, gpu::Engines& engines) {
  // To a million tokens even where the context is short, as the cost of a number format is seen far out alone; 260
  // positions are close enough for a line.
  constexpr std::int64_t at_least = 1'000'000, columns = 260;
  const std::int64_t furthest = std::max(length_, at_least);
  if (precision_of_ == scene.rope && precision_.positions.back() == furthest) return;
  struct Shown {
    const char *recipe, *label;
  };
  constexpr Shown shown[] = {{"exact", "exact (turns)"},
                             {"float32", "float32 angles"},
                             {"ggml_recurrence", "ggml recurrence"},
                             {"powf", "powf on the fly"},
                             {"bf16_tables", "bfloat16 tables"},
                             {"bf16_positions", "bfloat16 positions"},
                             {"bf16_inv_freq", "bfloat16 inv_freq"}};
  Precision next;
  for (const std::int64_t edge : log_bin_edges(furthest, columns)) next.positions.push_back(edge);
  next.positions.back() = furthest;
  next.table_positions = {1000, 32768, 100'000, 1'000'000};
  if (furthest >= 10'000'000) next.table_positions.push_back(10'000'000);
  // A curve takes each position with the one before it and shows the worse: a format may hold a position exactly (every
  // power of two, for one), and its error of 0 would hide that of all others around.
  std::vector<std::int64_t> asked = next.table_positions;
  for (const std::int64_t p : next.positions) asked.insert(asked.end(), {p, std::max<std::int64_t>(1, p - 1)});
  for (std::size_t r = 0; r < std::size(shown); ++r)
    for (Engine* engine : {static_cast<Engine*>(&engines.cpu), engines.gpu.get()}) {
      const Recipe& recipe = *find_recipe(shown[r].recipe);
      if (!engine->why_not().empty() || !measurable(*engine, recipe, scene.rope)) continue;
      const std::vector<double> errors =
          ropescope::precision(*engine, recipe, scene.rope, static_cast<double>(length_), asked);
      PrecisionCurve curve{.recipe = r, .label = shown[r].label, .on_gpu = engine != &engines.cpu};
      // `errors` is in the order of `asked`: first those of the table, then two for each point of the curve.
      const auto split = errors.begin() + static_cast<std::ptrdiff_t>(next.table_positions.size());
      curve.table.assign(errors.begin(), split);
      for (auto error = split; error != errors.end(); error += 2) curve.errors.push_back(std::max(error[0], error[1]));
      next.curves.push_back(std::move(curve));
    }
  precision_ = std::move(next);
  precision_of_ = scene.rope;
}

/// At the positions of the kernel's rows, or of a whole context of moderate length.
void Derived::update_signatures(const Scene& scene) {
  const CheckedKernel* beside = kernel_.checked();
  if ((beside && !scene.kernel.gallery) || (signatures_of_ == scene.rope && signatures_beside_.get() == beside)) return;
  // 40 rows of `signature_positions` each are as many as a small picture can show. They are spread evenly over the
  // kernel's rows; without a kernel, over 4096 tokens, a usual context.
  constexpr std::int64_t rows = 40 * static_cast<std::int64_t>(signature_positions), usual = 4096;
  const std::int64_t tokens = beside ? beside->run.shape.tokens : usual;
  std::vector<std::int64_t> positions;
  for (std::int64_t r = 0; r < std::min(rows, tokens); ++r) {
    const std::int64_t token = r * (tokens - 1) / std::max<std::int64_t>(1, std::min(rows, tokens) - 1);
    positions.push_back(beside ? beside->run.positions.at(0, token) : token);
  }
  signatures_ = ropescope::signatures(scene.rope, positions);
  signatures_of_ = scene.rope;
  signatures_beside_ = kernel_.shared();
}

void Derived::update_scores_here(const Scene& scene) {
  const std::int64_t distance = std::abs(scene.m - scene.n);
  for (Series& series : series_) {
    if (series.score_at == distance) continue;
    const auto weights = equal_weights(series.spectrum.pairs());
    series.score_here = exact_scores({.turns = series.turns, .weights = weights, .first = distance}, 1).front();
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
