#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <span>

#include <doctest/doctest.h>
#include <epoxy/egl.h>

#include "app/gpu/context.h"
#include "app/gpu/engines.h"
#include "app/gpu/errors.h"
#include "app/gpu/framebuffer.h"
#include "app/gpu/gl_engine.h"
#include "app/shell/shell.h"
#include "core/analysis/score_curve.h"
#include "core/io/npy.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

/// Variables of the environment while it lives: Mesa's, by which a whole machine passes for one that is not.
class Environment {
public:
  struct Variable {
    const char *name, *value;
  };
  explicit Environment(std::vector<Variable> variables) : variables_(std::move(variables)) {
    for (const auto& [name, value] : variables_) setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : variables_) unsetenv(name);
  }

private:
  std::vector<Variable> variables_;
};

struct Broken {
  const char* reason; ///< a part of the sentence
  std::vector<Environment::Variable> variables;
};

/// Machines on which OpenGL draws but cannot compute.
const std::vector<Broken>& without_compute() {
  static const std::vector<Broken> all{
      {"OpenGL 3.3 has no compute shaders", {{"MESA_GL_VERSION_OVERRIDE", "3.3"}}},
      {"reads GLSL up to 4.00", {{"MESA_GL_VERSION_OVERRIDE", "4.3"}, {"MESA_GLSL_VERSION_OVERRIDE", "400"}}}};
  return all;
}

/// One whose driver takes every call and does nothing.
const std::vector<Environment::Variable> does_nothing{{"GALLIUM_NOOP", "1"}};

bool is_one_sentence(const std::string& words) { return std::count(words.begin(), words.end(), '\n') == 1; }

void write_rows(const std::filesystem::path& path) {
  Array array;
  array.shape = {3, 128};
  array.floats.assign(static_cast<std::size_t>(array.size()), 1.0f);
  write_npy(path, array);
}

const char* const on_gpu[] = {"rotate --model llama-2-7b --in x.npy --out y.npy --engine gpu",
                              "scores --model llama-2-7b --max-distance 1000 --engine gpu",
                              "render --picture score --out y.png --size 640x400 --engine gpu",
                              "render --picture score --out y.csv --size 640x400 --engine gpu"};

} // namespace

TEST_CASE("a GPU that cannot compute is refused in one sentence where it is asked for, whatever it lacks") {
  const test::Scratch scratch;
  write_rows(scratch.path / "x.npy");
  std::vector<Broken> machines = without_compute();
  machines.push_back({"", does_nothing});
  for (const Broken& machine : machines) {
    const Environment environment(machine.variables);
    for (const char* command : on_gpu) {
      CAPTURE(std::string(command));
      CAPTURE(std::string(machine.variables.front().name));
      const test::Outcome outcome = test::run_program(scratch, command);
      CHECK(outcome.status == 2);
      CHECK(outcome.out.empty());
      CHECK(outcome.err.starts_with("ropescope: --engine gpu: "));
      CHECK(outcome.err.find(machine.reason) != std::string::npos);
      CHECK(is_one_sentence(outcome.err));
      CHECK(!std::filesystem::exists(scratch.path / "y.npy"));
      CHECK(!std::filesystem::exists(scratch.path / "y.png"));
      CHECK(!std::filesystem::exists(scratch.path / "y.csv"));
    }
  }
}

TEST_CASE("where the GPU cannot compute, the CPU draws the same picture, and standard error says so") {
  const test::Scratch scratch;
  const std::string command = "render --picture score --size 640x400 --out ";
  REQUIRE(test::run_program(scratch, command + "whole.png --engine cpu").status == 0);
  REQUIRE(test::run_program(scratch, command + "whole.csv --engine cpu").status == 0);
  for (const Broken& machine : without_compute()) {
    const Environment environment(machine.variables);
    for (const std::string engine : {"auto", "cpu"})
      for (const std::string kind : {"png", "csv"}) {
        CAPTURE(engine);
        CAPTURE(kind);
        const test::Outcome outcome = test::run_program(scratch, command + "x." + kind + " --engine " + engine);
        CHECK(outcome.status == 0);
        CHECK(outcome.err.find(machine.reason) != std::string::npos);
        CHECK(outcome.err.find("computed on the CPU") != std::string::npos);
        if (kind == "csv")
          CHECK(read_file(scratch.path / "x.csv", 1 << 24) == read_file(scratch.path / "whole.csv", 1 << 24));
        else
          CHECK(std::filesystem::file_size(scratch.path / "x.png") > 1000);
      }
  }
}

TEST_CASE("a driver that draws nothing yields no picture, and numbers come from the CPU") {
  const test::Scratch scratch;
  const Environment environment(does_nothing);
  const test::Outcome picture = test::run_program(scratch, "render --picture score --out x.png --size 640x400");
  CHECK(picture.status == 2);
  CHECK(is_one_sentence(picture.err));
  CHECK(!std::filesystem::exists(scratch.path / "x.png"));
  const test::Outcome numbers = test::run_program(scratch, "render --picture score --out x.csv --size 640x400");
  CHECK(numbers.status == 0);
  CHECK(numbers.err.find("computed on the CPU") != std::string::npos);
}

TEST_CASE(
    "a GPU that goes away while it works is noticed by every operation, and the input never passes for the output") {
  const gpu::HeadlessContext context;
  gpu::GlEngine engine;
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions{1, {42}};
  const Rotation rotation{.turns = spectrum.turns, .layout = {}, .pair_axis = {}, .positions = positions};
  const RowShape shape{1, 1, 1, 128};
  const auto weights = equal_weights(spectrum.pairs());
  const ScoreScan scan{spectrum.turns, weights, 0};
  const std::vector<std::int64_t> edges{0, 10, 100};
  const std::vector<float> inv_freq(64, 1), near{1};
  std::vector<float> rows(128, 1), scores(100);
  std::vector<double> wide(128, 1);
  std::vector<Float16> halves(128);
  std::vector<ScoreBin> bins(2);
  const std::vector<std::function<void()>> operations{
      [&] { engine.rotate(rotation, shape, std::span<const float>(rows), rows); },
      [&] { engine.rotate(rotation, shape, std::span<const double>(wide), wide); },
      [&] { engine.rotate(rotation, shape, std::span<const Float16>(halves), halves); },
      [&] { engine.phases(rotation); },
      [&] { engine.product_table({.inv_freq = inv_freq, .positions = near}); },
      [&] { engine.scan(scan, scores); },
      [&] { engine.scan(scan, edges, bins); }};
  for (const auto& operation : operations) operation(); // with the GPU there
  // Without a context every call does nothing, and none reports an error.
  const EGLDisplay display = eglGetCurrentDisplay();
  const EGLContext current = eglGetCurrentContext();
  eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  int noticed = 0;
  for (const auto& operation : operations) try {
      operation();
    } catch (const gpu::GpuError&) {
      ++noticed;
    }
  eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, current);
  CHECK(noticed == static_cast<int>(operations.size()));
  for (const auto& operation : operations) CHECK_NOTHROW(operation()); // also where the input holds what a failure left
}

namespace {

/// Computes as the CPU does until it fails, as a GPU that is reset does.
class FailsLater final : public Engine {
public:
  explicit FailsLater(int calls) : calls_(calls) {}
  std::string name() const override { return "gpu"; }
  std::string device() const override { return "failing"; }
  void rotate(const Rotation& r, const RowShape& s, std::span<const float> in, std::span<float> out) override {
    whole().rotate(r, s, in, out);
  }
  void rotate(const Rotation& r, const RowShape& s, std::span<const double> in, std::span<double> out) override {
    whole().rotate(r, s, in, out);
  }
  void rotate(const Rotation& r, const RowShape& s, std::span<const Bfloat16> in, std::span<Bfloat16> out) override {
    whole().rotate(r, s, in, out);
  }
  void rotate(const Rotation& r, const RowShape& s, std::span<const Float16> in, std::span<Float16> out) override {
    whole().rotate(r, s, in, out);
  }
  std::vector<std::uint32_t> phases(const Rotation& r) override { return whole().phases(r); }
  std::vector<CosSin<float>> product_table(const ProductTable& t) override { return whole().product_table(t); }
  void scan(const ScoreScan& s, std::span<float> scores) override { whole().scan(s, scores); }
  void scan(const ScoreScan& s, std::span<const std::int64_t> edges, std::span<ScoreBin> bins) override {
    whole().scan(s, edges, bins);
  }

private:
  Engine& whole() {
    if (calls_-- <= 0) throw gpu::GpuError("the GPU was reset");
    return cpu_;
  }
  CpuEngine cpu_;
  int calls_;
};

} // namespace

TEST_CASE(
    "a GPU that fails before a window's first curve, amid its scan or at its badge is given up aloud, and the CPU "
    "goes on") {
  for (const int calls : {0, 3, 12, 60}) {
    CAPTURE(calls);
    Scene scene = default_scene();
    set_factor(scene, 328); // a long scan, which takes several frames
    const gpu::HeadlessContext context;
    const gpu::Framebuffer framebuffer(640, 400);
    gpu::Engines engines(gpu::EngineChoice::gpu);
    engines.gpu = std::make_unique<FailsLater>(calls);
    shell::Shell shell(scene, engines);
    const auto frame = [&] {
      framebuffer.bind();
      shell.frame(640, 400, 0.1f, true);
    };
    int frames = 0;
    do frame();
    while (shell.animated() && ++frames < 10'000);
    Scene moved = shell.scene();
    for (int i = 0; i < 60 && engines.has_gpu(); ++i) { // until it has failed
      moved.m += 1;
      shell.show(moved);
      frame();
    }
    CHECK(!engines.has_gpu());
    CHECK(engines.gpu->why_not() == "the GPU was reset: computed on the CPU");
    CHECK(shell.message() == engines.gpu->why_not());
    do frame();
    while (shell.animated());
    for (const Series& series : shell.derived().series()) CHECK(series.finished);
  }
}

TEST_CASE("a picture for a file goes on by the CPU where the GPU fails, but not where the GPU was asked for") {
  for (const gpu::EngineChoice choice :
       {gpu::EngineChoice::automatic, gpu::EngineChoice::cpu, gpu::EngineChoice::gpu}) {
    const gpu::HeadlessContext context;
    const gpu::Framebuffer framebuffer(640, 400);
    gpu::Engines engines(choice);
    engines.gpu = std::make_unique<FailsLater>(1);
    shell::Shell shell(default_scene(), engines);
    framebuffer.bind();
    if (choice == gpu::EngineChoice::gpu) {
      CHECK_THROWS_AS(shell.frame(640, 400, 0.1f, false), gpu::GpuError);
      CHECK(engines.has_gpu());
      continue;
    }
    shell.frame(640, 400, 0.1f, false);
    CHECK(!engines.has_gpu());
    CHECK(shell.message().empty()); // the command line says it
  }
}
