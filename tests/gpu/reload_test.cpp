#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "app/assets/assets.h"
#include "app/gpu/context.h"
#include "app/gpu/engines.h"
#include "core/analysis/score_curve.h"
#include "core/io/file.h"
#include "core/rope/no_engine.h"
#include "core/rope/recipe.h"
#include "core/rope/spectrum.h"
#include "tests/driver_words.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// A folder with a copy of the program's shaders, which ROPESCOPE_SHADERS names.
class Folder {
public:
  Folder() {
    for (const Asset& file : assets())
      if (file.name.starts_with("shaders/")) names.push_back(std::filesystem::path(file.name).filename());
    for (const std::string& name : names) mend(name);
    setenv("ROPESCOPE_SHADERS", scratch_.path.c_str(), 1);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { unsetenv("ROPESCOPE_SHADERS"); }

  static std::string text(const std::string& name) { return std::string(asset("shaders/" + name)); }
  void write(const std::string& name, const std::string& text) const { write_file(scratch_.path / name, text); }
  void mend(const std::string& name) const { write(name, text(name)); }

  /// Writes a file with one place of it changed.
  void change(const std::string& name, const std::string& place, const std::string& by) const {
    std::string changed = text(name);
    const std::size_t at = changed.find(place);
    REQUIRE(at != std::string::npos);
    write(name, changed.replace(at, place.size(), by));
  }

  std::string path() const { return scratch_.path.string(); }
  std::vector<std::string> names;

private:
  test::Scratch scratch_;
};

/// What one engine computes: rotations by each of its three programs, phases, a table and scores.
struct Results {
  std::vector<float> wide, single, scores;
  std::vector<double> in_double;
  std::vector<std::uint32_t> phases;
  std::vector<float> table; // cos, sin
  bool operator==(const Results&) const = default;
};

Results results_of(Engine& engine) {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions = consecutive_positions(50, 1'000'000);
  const Rotation rotation{spectrum.turns, 1.25, {}, {}, positions};
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  const auto rows = [&](std::int64_t head_dim) {
    std::vector<float> values(static_cast<std::size_t>(3 * 50 * head_dim));
    for (float& value : values) value = uniform(random);
    return values;
  };
  Results r{.wide = rows(128),
            .single = rows(129),
            .scores = std::vector<float>(300),
            .in_double = {},
            .phases = {},
            .table = {}};
  r.in_double.assign(r.wide.begin(), r.wide.end());
  engine.rotate(rotation, {1, 50, 3, 128}, std::span<const float>(r.wide), r.wide);
  engine.rotate(rotation, {1, 50, 3, 129}, std::span<const float>(r.single), r.single);
  engine.rotate(rotation, {1, 50, 3, 128}, std::span<const double>(r.in_double), r.in_double);
  r.phases = engine.phases(rotation);
  const std::vector<float> inv_freq = model_inv_freq(RopeConfig{}), near{0, 1, 2, 3};
  for (const auto& [c, s] : engine.product_table({.inv_freq = inv_freq, .positions = near}))
    r.table.insert(r.table.end(), {c, s});
  const auto weights = equal_weights(spectrum.pairs());
  engine.scan({.turns = spectrum.turns, .weights = weights, .first = 0}, std::span(r.scores));
  return r;
}

bool is_one_line(const std::string& words) { return !words.empty() && words.find('\n') == std::string::npos; }

} // namespace

TEST_CASE("shaders of a folder that are those of the program compute the same bits, and the badge names the folder") {
  const Folder folder;
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::gpu);
  CHECK(engines.shaders.badge.empty());
  const Results before = results_of(*engines.gpu);
  const gpu::ShaderState& state = engines.reload_shaders();
  CHECK(!state.refused);
  CHECK(state.taken == 1);
  CHECK(state.badge == "shaders from " + folder.path());
  CHECK(state.message == "the shaders of " + folder.path() + " are in force");
  CHECK(results_of(*engines.gpu) == before);
}

TEST_CASE(
    "a mistake in any file of the folder leaves the last good shaders in force, and is told with the file's name") {
  const Folder folder;
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::gpu);
  const Results before = results_of(*engines.gpu);
  REQUIRE(folder.names.size() >= 12);
  for (const std::string& name : folder.names) {
    CAPTURE(name);
    const test::ExpectedDriverWords expected;
    folder.write(name, Folder::text(name) + "this is no GLSL\n");
    const gpu::ShaderState& state = engines.reload_shaders();
    CHECK(state.refused);
    CHECK(state.taken == 0);
    CHECK(state.badge == "last good shaders kept");
    CHECK(state.message.starts_with("the last good shaders are kept: " + folder.path()));
    CHECK(state.message.find("/" + name) != std::string::npos);
    CHECK(is_one_line(state.message));
    CHECK(engines.has_gpu());
    CHECK(results_of(*engines.gpu) == before);
    folder.mend(name);
  }
  CHECK(!engines.reload_shaders().refused);
}

TEST_CASE("a changed shader counts from the reload on, stays in force while it is broken, and goes when it is mended") {
  const Folder folder;
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::gpu);
  const Results original = results_of(*engines.gpu);
  // By so little that the self-test passes.
  folder.change("table.comp", "= at * gain;", "= at * gain * Real(1.0000002);");
  CHECK(results_of(*engines.gpu) == original); // not before the reload
  CHECK(!engines.reload_shaders().refused);
  const Results changed = results_of(*engines.gpu);
  CHECK(changed.wide != original.wide);
  CHECK(changed.single != original.single);
  CHECK(changed.in_double != original.in_double);
  CHECK(changed.phases == original.phases);
  {
    const test::ExpectedDriverWords expected;
    folder.change("score.comp", "void main", "void mian");
    CHECK(engines.reload_shaders().refused);
  }
  CHECK(results_of(*engines.gpu) == changed);
  folder.mend("score.comp");
  folder.mend("table.comp");
  CHECK(!engines.reload_shaders().refused);
  CHECK(engines.shaders.taken == 2);
  CHECK(results_of(*engines.gpu) == original);
}

TEST_CASE("shaders that compile but compute wrong numbers, lack a uniform or count otherwise are refused too") {
  const Folder folder;
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::gpu);
  const Results before = results_of(*engines.gpu);
  const auto refused_with = [&](const char* words) {
    engines.reload_shaders();
    CAPTURE(engines.shaders.message);
    CHECK(engines.shaders.refused);
    CHECK(engines.shaders.message.find(words) != std::string::npos);
    CHECK(results_of(*engines.gpu) == before);
  };
  folder.change("phases.comp", "phase[entry] = ", "phase[entry] = 1u + ");
  refused_with("the GPU computes wrong phases");
  folder.mend("phases.comp");
  folder.change("rotate_wide.comp", "y * c[v] + x * s[v]", "y * c[v] - x * s[v]");
  refused_with("the GPU computes wrong rotations");
  folder.mend("rotate_wide.comp");
  folder.change("product.comp", "uniform uint table_format;", "const uint table_format = 0u;");
  refused_with("declares no uniform table_format");
  folder.mend("product.comp");
  std::filesystem::remove(std::filesystem::path(folder.path()) / "copy.comp");
  refused_with("copy.comp");
  folder.mend("copy.comp");
  // C++ starts as many invocations as the number here says that was built into it.
  folder.change("shared.h", "ROPESCOPE_COPIED 4u", "ROPESCOPE_COPIED 2u");
  refused_with("build the program again");
  folder.mend("shared.h");
  folder.change("copy.comp", "#include \"shared.h\"", "#include \"copy.comp\"");
  refused_with("include itself?");
}

TEST_CASE(
    "a folder is found by ROPESCOPE_SHADERS, else as ./shaders; where there is none, the message says what to set") {
  const Folder folder;
  const test::Scratch empty;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(empty.path);
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::cpu);
  unsetenv("ROPESCOPE_SHADERS");
  CHECK(engines.reload_shaders().refused);
  CHECK(engines.shaders.message.find("set ROPESCOPE_SHADERS") != std::string::npos);
  std::filesystem::copy(folder.path(), empty.path / "shaders");
  CHECK(!engines.reload_shaders().refused);
  CHECK(engines.shaders.badge == "shaders from ./shaders");
  // A folder that was named and is not there is not replaced by another in silence.
  setenv("ROPESCOPE_SHADERS", "no/such/folder", 1);
  CHECK(engines.reload_shaders().refused);
  CHECK(engines.shaders.message.find("no/such/folder") != std::string::npos);
  CHECK(is_one_line(engines.shaders.message));
  std::filesystem::current_path(before);
}

TEST_CASE("a GPU that was given up is tried again by a reload, and says so where it still cannot compute") {
  const Folder folder;
  const gpu::HeadlessContext context;
  gpu::Engines engines(gpu::EngineChoice::automatic);
  const Results before = results_of(*engines.gpu);
  engines.gpu = std::make_unique<NoEngine>("gpu", "the GPU was reset: computed on the CPU");
  folder.change("phases.comp", "phase[entry] = ", "phase[entry] = 1u + ");
  CHECK(engines.reload_shaders().refused);
  CHECK(engines.shaders.message == "no shaders are in force: the GPU computes wrong phases");
  CHECK(!engines.has_gpu());
  folder.mend("phases.comp");
  CHECK(!engines.reload_shaders().refused);
  REQUIRE(engines.has_gpu());
  CHECK(results_of(*engines.gpu) == before);
}
