#include "tests/app/monkey.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/io/npy.h"
#include "tests/kernel_cases.h"

namespace ropescope::test {

namespace {

std::optional<std::uint64_t> from_environment(const char* name) {
  const char* const text = std::getenv(name);
  return text ? std::optional(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

/// Input and output of a kernel that takes positions of `offset` more than it should.
void write_kernel(const MonkeyFiles& files, double offset, const std::string& in, const std::string& out) {
  constexpr std::int64_t tokens = 64, heads = 2;
  const CaseModel model = case_models()[0];
  CaseKernel kernel = right_kernel(model);
  kernel.position = [=](double p, std::int64_t, std::int64_t) { return p + offset; };
  CaseShape rows{"", heads, tokens, 1, {}};
  for (std::int64_t t = 0; t < tokens; ++t) rows.positions.push_back(t);
  KernelRun run = run_kernel(model, kernel, rows, NumberFormat::float32, 3);
  run.in.shape = run.out.shape = {heads, tokens, model.head_dim};
  write_npy(files.path(in), run.in);
  write_npy(files.path(out), run.out);
}

/// Numbers where things change: ends, 0, small integers, and some in between, evenly or by their ratio.
double random_number(Chance& chance, const Property& row) {
  const bool any = row.greatest >= any_number;
  const double least = any ? -1000 : row.least, greatest = any ? 1e6 : row.greatest;
  double number = 0;
  switch (chance.below(8)) {
  case 0: number = row.least; break;
  case 1: number = row.greatest; break;
  case 2: number = least; break;
  case 3: number = static_cast<double>(chance.below(300)); break;
  case 4: number = chance.between(least, greatest); break;
  default: // most by their ratio, as sliders have them
    number = std::max(least, 1e-3) * std::pow(greatest / std::max(least, 1e-3), chance.share());
  }
  if (row.kind != Kind::number) number = std::round(number);
  return std::clamp(number, row.least, row.greatest);
}

std::string random_text(Chance& chance, const Property& row, const MonkeyFiles& files) {
  if (row.key == "model") return chance.one_in(8) ? chance.of(files.others) : chance.of(presets()).id;
  if (row.key.starts_with("check.")) return chance.of(chance.one_in(3) ? files.others : files.kernels);
  constexpr const char* words[] = {"", "full_attention", "sliding_attention", "a b", "##", "%s", "ünïcödé", "null"};
  return chance.of(words);
}

std::vector<std::string> random_texts(Chance& chance, const Property& row) {
  std::vector<std::string> list;
  constexpr const char* names[] = {"yarn",     "none",       "sliding_attention", "##",
                                   "bfloat16", "mscale=0.7", "mscale=",           "rope_theta=1"};
  for (std::uint64_t count = chance.below(4); count > 0; --count)
    list.emplace_back(row.choices ? chance.of(row.choices()) : std::string_view(chance.of(names)));
  return list;
}

} // namespace

std::int64_t monkey_events(std::int64_t quick) {
  return static_cast<std::int64_t>(from_environment("ROPESCOPE_MONKEY").value_or(static_cast<std::uint64_t>(quick)));
}

std::uint64_t monkey_seed() { return from_environment("ROPESCOPE_MONKEY_SEED").value_or(20'261'101); }

MonkeyFiles::MonkeyFiles() {
  write_kernel(*this, 0, "q.npy", "out.npy");
  write_kernel(*this, 1, "k in.npy", "k out ##é.npy"); // names that a user interface could trip over
  const auto write = [this](const char* name, std::string_view text) { write_file(scratch.path / name, text); };
  write("broken.npy", "no array");
  write("positions.npy", "");
  for (const char* name : {"q.npy", "out.npy", "k in.npy", "k out ##é.npy", "broken.npy", "positions.npy", "gone.npy"})
    kernels.push_back(path(name));

  write("config.json",
        R"({"model_type": "gptj", "n_embd": 4096, "n_head": 16, "n_positions": 2048, "rotary_dim": 64})");
  write(
      "odd.json",
      R"({"head_dim": 64, "rope_parameters": {"play": {"rope_type": "default", "rope_theta": 1e4}, "##": {"rope_type": "yarn", "factor": 4, "rope_theta": 1e6}}})");
  write("smallest.json", R"({"head_dim": 2, "rope_theta": 1e4})");
  write("broken.json", "{");
  write("empty.json", "");
  write("nonsense.json", R"({"ropescope": 1, "m": -1, "theme": "pink", "n": 12, "base": 1e300, "compare": ["yarn"]})");
  write("later.json", R"({"ropescope": 7})");
  write("scene.json", scene_json(default_scene()));
  Scene view = scene_of(find_preset("gemma-3-27b").model);
  view.view = "wavelengths";
  view.theme = canvas::ThemeName::light;
  write("another scene.json", scene_json(view));
  write("words.txt", "no model");
  write("short.gguf", "GGUF");
  write("short.safetensors", "1234");
  std::filesystem::create_directory(scratch.path / "folder");
  for (const char* name :
       {"config.json", "odd.json", "smallest.json", "broken.json", "empty.json", "nonsense.json", "later.json",
        "scene.json", "another scene.json", "words.txt", "short.gguf", "short.safetensors", "folder", "gone.json"})
    others.push_back(path(name));
}

Value random_value(Chance& chance, const Property& row, const MonkeyFiles& files) {
  if (chance.one_in(row.nullable ? 4 : 30)) return {};
  if (chance.one_in(40)) return std::string("of the wrong type");
  if (chance.one_in(40)) return std::nan("");
  switch (row.kind) {
  case Kind::flag: return chance.one_in(2);
  case Kind::whole:
  case Kind::number: return random_number(chance, row);
  case Kind::choice: return std::string(chance.of(row.choices()));
  case Kind::text: return random_text(chance, row, files);
  case Kind::texts: return random_texts(chance, row);
  case Kind::range: {
    const double a = random_number(chance, row), b = random_number(chance, row);
    return std::vector<double>{std::min(a, b), std::max(a, b)};
  }
  case Kind::numbers: {
    std::vector<double> list;
    for (std::uint64_t count = chance.below(5); count > 0; --count) list.push_back(random_number(chance, row));
    return list;
  }
  }
  return {};
}

std::optional<Scene> with_random_value(Chance& chance, const Scene& scene, const MonkeyFiles& files) {
  const Property& row = *chance.of(all_properties());
  const Value value = random_value(chance, row, files);
  try {
    return with_patch(scene, {{&row, value}});
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_slow(const Scene& scene) {
  constexpr std::int64_t a_moment = std::int64_t{1} << 23, beside_the_frame = std::int64_t{5} << 26;
  const std::int64_t terms = pictured_length(scene) * pair_count(scene.rope);
  return terms > a_moment && terms <= beside_the_frame;
}

Scene with_less_to_scan(const Scene& scene) {
  Patch patch{{find_property("target"), 4096.0}, {find_property("seq_len"), Value()}};
  if (scene.rope.layout.head_dim > 1024) patch.emplace_back(find_property("head_dim"), 1024.0);
  try {
    return with_patch(scene, patch);
  } catch (const Error&) { // some heads have one size alone
    return default_scene();
  }
}

void require_sound(const Scene& scene) {
  REQUIRE_NOTHROW(require_computable(scene));
  for (const Property* row : all_properties()) {
    CAPTURE(row->key);
    REQUIRE_NOTHROW(require_allowed(*row, get(scene, *row)));
    if (row->kind == Kind::range && !row->get)
      if (const auto view = scene.options.range(*row))
        REQUIRE((std::isfinite(view->least) && view->least < view->greatest));
  }
  const std::string json = scene_json(scene);
  Scene again;
  REQUIRE_NOTHROW(again = scene_from_json(json, "again"));
  REQUIRE(scene_json(again) == json);
}

} // namespace ropescope::test
