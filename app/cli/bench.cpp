#include <algorithm>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/bench/engines.h"
#include "app/bench/frame.h"
#include "app/bench/motions.h"
#include "app/bench/start.h"
#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/lecture_file.h"
#include "app/cli/model_options.h"
#include "app/cli/say.h"
#include "core/error.h"
#include "core/rope/score_kernel.h"

namespace ropescope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string engine = "all", lecture;
  bool json = false;
};

/// Everything that one run measures. What was not asked for is empty.
struct Report {
  std::string cpu, isa, gpu;
  int threads = 1;
  bench::EngineFigures engines;
  std::vector<bench::GrowthRow> growth;
  std::vector<bench::FrameTimes> frames; ///< of several sizes of the window, 1600×1000 first
  std::vector<bench::PictureTimes> pictures;
  bench::StartTimes start;
};

void append(bench::EngineFigures& all, const bench::EngineFigures& more) {
  all.copy.insert(all.copy.end(), more.copy.begin(), more.copy.end());
  all.rotation.insert(all.rotation.end(), more.rotation.begin(), more.rotation.end());
  all.scan.insert(all.scan.end(), more.scan.begin(), more.scan.end());
  if (more.base_map) all.base_map = more.base_map;
}

/// Frames of the usual window, a small and a large one; and the start of the program.
void measure_window(Report& report) {
  for (const auto& [width, height] : {std::pair{1600, 1000}, {960, 600}, {2560, 1440}}) {
    show_progress(fmt::format("frames of {}x{}", width, height));
    report.frames.push_back(bench::measure_frame(width, height));
  }
  show_progress("frames of each picture");
  report.pictures = bench::measure_pictures();
  show_progress("the start");
  report.start = bench::measure_start();
}

/// `wanted`: "all", "cpu" or "gpu". "cpu" also works on a machine without OpenGL, and then says what is missing; the
/// others throw Error there. "all" goes on where there is OpenGL and the GPU engine does not run.
Report measure(const std::string& wanted) {
  Report report;
  report.cpu = CpuEngine().device();
  report.isa = score_kernel::instruction_set();
  report.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (wanted != "gpu") {
    append(report.engines, bench::measure_cpu(show_progress));
    report.growth = bench::measure_growth(show_progress);
  }
  if (wanted != "cpu") {
    // Ends with this block: measure_frame() makes contexts of its own and needs that none is current.
    const gpu::HeadlessContext context;
    report.gpu = context.info().renderer;
    try {
      gpu::GlEngine engine;
      append(report.engines, bench::measure_gpu(engine, context.info().software, show_progress));
    } catch (const Error& error) {
      if (wanted == "gpu") throw Error(fmt::format("--engine gpu: {}", error.what()));
      say(fmt::format("The GPU is not measured: {}.", error.what()));
    }
  }
  try {
    measure_window(report);
  } catch (const Error& error) {
    // `--engine cpu` is for machines without OpenGL too; the figures of the CPU are complete without frames.
    if (wanted != "cpu") throw;
    say(fmt::format("Frames and the start are not measured: {}.", error.what()));
  }
  show_progress("");
  return report;
}

Json json_of(const bench::FrameTimes& f) {
  return {{"size", f.size}, {"idle_ms", f.idle_ms}, {"changing_ms", f.changing_ms}, {"imgui_demo_ms", f.imgui_demo_ms}};
}

void print_json(const Report& report, Output& out) {
  Json all;
  all["machine"] = {{"cpu", report.cpu}, {"threads", report.threads}, {"isa", report.isa}, {"gpu", report.gpu}};
  all["copy"] = Json::array();
  for (const bench::Copy& c : report.engines.copy)
    all["copy"].push_back({{"engine", c.engine}, {"threads", c.threads}, {"kind", c.kind}, {"gb_s", c.gb_s}});
  all["rotation"] = Json::array();
  for (const bench::RotationSpeed& r : report.engines.rotation)
    all["rotation"].push_back({{"engine", r.engine},
                               {"threads", r.threads},
                               {"layout", pairing_name(r.layout)},
                               {"dtype", number_format_name(r.dtype)},
                               {"in_place", r.in_place},
                               {"gb_s", r.gb_s},
                               {"of_copy", r.of_copy}});
  all["scan"] = Json::array();
  for (const bench::ScanSpeed& s : report.engines.scan)
    all["scan"].push_back({{"engine", s.engine},
                           {"threads", s.threads},
                           {"pairs", s.pairs},
                           {"points", s.points},
                           {"points_per_s", s.points_per_s},
                           {"over_plain_cos", s.over_plain_cos},
                           {"of_fma_peak", s.of_fma_peak > 0 ? Json(s.of_fma_peak) : Json()},
                           {"max_error", s.max_error}});
  if (const auto& map = report.engines.base_map)
    all["base_map"] = {{"bases", map->bases},
                       {"tokens", map->tokens},
                       {"pairs", map->pairs},
                       {"seconds", map->seconds},
                       {"times_scan", map->times_scan}};
  if (!report.frames.empty()) {
    // The usual size stands apart, so that who follows one number over time need not search a list.
    all["frame"] = json_of(report.frames.front());
    all["start"] = {{"first_frame_ms", report.start.first_frame_ms},
                    {"of_which_driver_ms", report.start.of_which_driver_ms},
                    {"peak_memory_mb", report.start.peak_memory_mb}};
    if (report.start.window_first_frame_ms > 0) {
      all["start"]["window_first_frame_ms"] = report.start.window_first_frame_ms;
      all["start"]["of_which_window_driver_ms"] = report.start.of_which_window_driver_ms;
    }
  }
  Json growth = Json::array(), sizes = Json::array();
  for (const bench::GrowthRow& g : report.growth)
    growth.push_back({{"tokens", g.tokens}, {"pairs", g.pairs}, {"schemes", g.schemes}, {"ms", g.ms}});
  for (const bench::FrameTimes& f : report.frames) sizes.push_back(json_of(f));
  all["pictures"] = Json::array();
  for (const bench::PictureTimes& p : report.pictures)
    all["pictures"].push_back({{"picture", p.picture},
                               {"unchanged_ms", p.unchanged_ms},
                               {"distance_ms", p.distance_ms},
                               {"edge_ms", p.edge_ms}});
  all["growth"] = {{"score_curves", growth}, {"frames", sizes}};
  // nlohmann prints a number that is not finite as null. A driver may name itself in bytes that are not UTF-8: these
  // are replaced, where dump() would throw.
  out.print("{}\n", all.dump(1, ' ', false, Json::error_handler_t::replace));
}

/// What computed, as the table says it.
std::string on(const std::string& engine, int threads) {
  return engine == "gpu" ? "GPU" : fmt::format("CPU ×{}", threads);
}

void print_engines(const bench::EngineFigures& figures, Output& out) {
  out.print("\n{:<38} {:>8}  {}\n", "copy and rotation of [8192, 32, 128]", "GB/s", "of the copy");
  for (const bench::Copy& c : figures.copy)
    out.print("{:<8} {:<29} {:>8.1f}\n", on(c.engine, c.threads),
              c.kind == "in_place" ? "numbers scaled in place" : "copied", c.gb_s);
  for (const bench::RotationSpeed& r : figures.rotation)
    out.print("{:<8} {:<8} {:<11} {:<8} {:>8.1f}  {:.2f}\n", on(r.engine, r.threads), number_format_name(r.dtype),
              pairing_name(r.layout), r.in_place ? "in place" : "", r.gb_s, r.of_copy);
  out.print("\n{:<38} {:>8}  {:>11} {:>8} {:>9}\n", "score scan of 64 pairs", "M/s", "× plain cos", "of peak", "error");
  for (const bench::ScanSpeed& s : figures.scan)
    out.print("{:<8} {:<29} {:>8.1f}  {:>11.0f} {:>8} {:>9.1e}\n", on(s.engine, s.threads),
              fmt::format("{} distances", s.points), s.points_per_s / 1e6, s.over_plain_cos,
              s.of_fma_peak > 0 ? fmt::format("{:.2f}", s.of_fma_peak) : "", s.max_error);
  if (const auto& map = figures.base_map)
    out.print("\nbase map of {} bases × {} tokens: {:.2f} s, {:.2f} × the scan's time for as many terms\n", map->bases,
              map->tokens, map->seconds, map->times_scan);
}

void print_table(const Report& report, Output& out) {
  out.print("{}, {} threads, {}{}\n", report.cpu, report.threads, report.isa,
            report.gpu.empty() ? "" : "; " + report.gpu);
  print_engines(report.engines, out);
  if (!report.growth.empty()) out.print("\n{:>10} {:>6} {:>8} {:>9}\n", "tokens", "pairs", "schemes", "ms");
  for (const bench::GrowthRow& g : report.growth)
    out.print("{:>10} {:>6} {:>8} {:>9.2f}\n", g.tokens, g.pairs, g.schemes, g.ms);
  if (report.frames.empty()) return;
  out.print("\n{:<10} {:>10} {:>12} {:>10}   ms of processor a frame\n", "window", "unchanged", "changing",
            "ImGui demo");
  for (const bench::FrameTimes& f : report.frames)
    out.print("{:<10} {:>10.1f} {:>12.1f} {:>10.1f}\n", f.size, f.idle_ms, f.changing_ms, f.imgui_demo_ms);
  out.print("\n{:<12} {:>10} {:>12} {:>12}   ms a frame\n", "picture", "unchanged", "Δ dragged", "β dragged");
  for (const bench::PictureTimes& p : report.pictures)
    out.print("{:<12} {:>10.1f} {:>12.1f} {:>12.1f}\n", p.picture, p.unchanged_ms, p.distance_ms, p.edge_ms);
  const bench::StartTimes& s = report.start;
  out.print("\nfirst frame after {:.0f} ms, {:.0f} of them in the driver; {:.0f} MB with a scan of 10 M tokens\n",
            s.first_frame_ms, s.of_which_driver_ms, s.peak_memory_mb);
}

/// The steps of a lecture, given in a window of 1280×720.
int run_motions(const Options& options, Output& out) {
  const auto motions = bench::measure_motions(read_lecture_file(options.lecture).lecture);
  Json all = Json::array();
  for (const bench::MotionTimes& m : motions)
    all.push_back({{"step", m.id},
                   {"arrival_ms", m.arrival_ms},
                   {"mean_ms", m.mean_ms},
                   {"worst_ms", m.worst_ms},
                   {"rest_ms", m.rest_ms},
                   {"frames", m.frames}});
  if (options.json) return out.print("{}\n", Json{{"motions", all}}.dump(1)), 0;
  out.print("{:<20} {:>8} {:>7} {:>9} {:>7} {:>8}   ms a frame on two processors\n", "step", "arrival", "frames",
            "in motion", "worst", "at rest");
  for (const bench::MotionTimes& m : motions)
    out.print("{:<20} {:>8.1f} {:>7} {:>9.1f} {:>7.1f} {:>8.1f}\n", m.id, m.arrival_ms, m.frames, m.mean_ms, m.worst_ms,
              m.rest_ms);
  return 0;
}

int run_bench(const Options& options, Output& out) {
  if (!options.lecture.empty()) return run_motions(options, out);
  const Report report = measure(options.engine);
  if (options.json)
    print_json(report, out);
  else
    print_table(report, out);
  return 0;
}

} // namespace

void add_bench(CLI::App& app, Command& command) {
  CLI::App* bench = app.add_subcommand("bench", "measures this machine: rotation and score scan beside copies, frames");
  auto options = std::make_shared<Options>();
  bench->add_flag("--json", options->json, "for machines");
  bench->add_option("--lecture", options->lecture,
                    "a lecture's file, or 1, 2, 3: measures the frames of each step alone, at 1280x720");
  add_engine_option(*bench, options->engine, {"all", "cpu", "gpu"});
  bench->callback([options, &command] { command = [options](Output& out) { return run_bench(*options, out); }; });
}

} // namespace ropescope::cli
