#include "app/scene/scene_json.h"

#include <memory>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/actions.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_file.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

using Random = std::mt19937_64;

double between(Random& random, double least, double greatest) {
  return std::uniform_real_distribution<double>(least, greatest)(random);
}

std::size_t below(Random& random, std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
}

/// Any value that a row allows. Names of files need not exist: a scene is opened without them.
Value any_value(Random& random, const Property& row) {
  if (row.nullable && below(random, 4) == 0) return {};
  const double least = std::max(row.least, -1e6), greatest = std::min(row.greatest, 1e6);
  switch (row.kind) {
  case Kind::flag: return below(random, 2) == 0;
  case Kind::whole: return std::round(between(random, least, greatest));
  case Kind::number: return between(random, least, greatest);
  case Kind::choice: return std::string(row.choices()[below(random, row.choices().size())]);
  case Kind::text: return std::string(below(random, 2) == 0 ? "Ü \"words\"\n\\ of a file.npy" : "out.npy");
  case Kind::range: {
    const double from = between(random, least, greatest);
    return std::vector<double>{from, from + between(random, 1e-3, 10)};
  }
  case Kind::numbers: {
    std::vector<double> list(1 + below(random, 5));
    for (double& number : list) number = std::round(between(random, std::max(least, 1.0), std::min(greatest, 60.0)));
    return list;
  }
  case Kind::texts: {
    std::vector<std::string> list;
    if (row.choices)
      for (const std::string_view word : row.choices())
        if (below(random, 3) == 0) list.emplace_back(word);
    if (!row.choices) list.emplace_back("yarn, \"and\" more");
    return list;
  }
  }
  return {};
}

/// A scene that a person may come to: some model, then changes one after the other, each where it can be.
Scene any_scene(Random& random) {
  const Preset& preset = presets()[below(random, presets().size())];
  const auto& layers = preset.model.layers;
  const std::string layer = layers[below(random, layers.size())].layer_type;
  Scene scene = scene_of(preset.model, layer.empty() ? std::nullopt : std::optional(layer));
  for (std::size_t change = below(random, 25); change > 0; --change) {
    const Property& row = *all_properties()[below(random, all_properties().size())];
    if (row.key == "model" || row.key == "set" || row.key == "part" || row.key == "layer_type") continue;
    try {
      scene = with_patch(scene, {{&row, any_value(random, row)}});
    } catch (const Error&) {
      // Not every value goes with every model.
    }
  }
  return scene;
}

std::string refusal(std::string_view json) {
  try {
    scene_from_json(json, "a.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string refusal_of(const std::vector<std::string>& pose) {
  try {
    with_patch(first_scene(), read_assignments(pose, "--pose"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a scene that is saved, read and saved again has the same bytes, and is the same scene") {
  Random random(20261125);
  for (int i = 0; i < 500; ++i) {
    const Scene scene = any_scene(random);
    const std::string json = scene_json(scene);
    CAPTURE(i);
    CAPTURE(json);
    const Scene read = scene_from_json(json, "scene");
    CHECK(scene_json(read) == json);
    CHECK(read.rope == scene.rope);
    CHECK(read == scene);
  }
}

TEST_CASE("a scene of every preset and layer type, under every scheme it can be under, comes back") {
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers)
      for (const Scheme* scheme : all_schemes()) {
        Scene scene = scene_of(preset.model, layer.layer_type.empty() ? std::nullopt : std::optional(layer.layer_type));
        choose_scheme(scene, scheme->type);
        set_factor(scene, 7);
        CAPTURE(preset.id);
        CAPTURE(scheme->name);
        try {
          require_computable(scene);
        } catch (const Error&) {
          continue; // p-RoPE has more pairs than M-RoPE's sections: no picture shows that, and no file brings it
        }
        CHECK(scene_from_json(scene_json(scene), "scene") == scene);
      }
}

TEST_CASE("a scene with lists of its own comes back: LongRoPE's factors on a model that has none") {
  std::vector<double> list;
  for (int i = 0; i < 64; ++i) list.push_back(1 + i / 7.0);
  Patch patch;
  for (const char* key : {"longrope.short_factor", "longrope.long_factor"})
    patch.emplace_back(find_property(key), list);
  patch.emplace_back(find_property("scheme"), std::string("longrope"));
  const Scene scene = with_patch(first_scene(), patch);
  CHECK(scene.rope.scaling.rope_type == RopeType::longrope);
  CHECK(scene_from_json(scene_json(scene), "scene") == scene);
}

TEST_CASE("a scene with rope parameters assigned, or of a config object, comes back") {
  Scene scene = scene_of(open_model(R"({"head_dim": 64, "rope_theta": 5000})"));
  CHECK(scene.rope.base == 5000);
  CHECK(nlohmann::json::parse(scene_json(scene)).at("model").at("head_dim") == 64);
  CHECK(scene_from_json(scene_json(scene), "scene") == scene);
  scene = with_assignments(first_scene(), {"partial_rotary_factor=0.5", "mscale=0.7"});
  CHECK(scene_from_json(scene_json(scene), "scene") == scene);
}

TEST_CASE("an empty scene is every key at its default, and each null is too") {
  CHECK(scene_from_json("{}", "a") == first_scene());
  nlohmann::json all = nlohmann::json::object();
  for (const Property* row : all_properties()) all[std::string(row->key)] = nullptr;
  CHECK(scene_from_json(all.dump(), "a") == first_scene());
  // A group's null is that of all its keys.
  const Scene moved = scene_from_json(R"({"score": {"x": [1, 50], "x_scale": "linear"}})", "a");
  CHECK(moved != first_scene());
  CHECK(with_patch(moved, read_patch(R"({"score": null})", "a")) == first_scene());
}

TEST_CASE("what a scene's key cannot be is one sentence that names the file, the key, the value and the range") {
  const auto has = [](const std::string& sentence, std::initializer_list<const char*> parts) {
    CAPTURE(sentence);
    for (const char* part : parts) CHECK(sentence.find(part) != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
  };
  has(refusal(R"({"postion": "rope"})"), {"a.json", "\"postion\"", "did you mean \"position\""});
  has(refusal(R"({"m": 99999999})"), {"a.json", "m", "99999999", "0 … 16 777 215 tokens"});
  has(refusal(R"({"m": 1.5})"), {"m", "1.5", "a whole number"});
  has(refusal(R"({"m": "7"})"), {"m", "\"7\"", "a whole number"});
  has(refusal(R"({"scheme": "yearn"})"), {"scheme", "yearn", "none, linear, ntk"});
  has(refusal(R"({"compare": ["linear", 3]})"), {"compare", "3", "a list of none, linear"});
  has(refusal(R"({"score": {"x": [5, 1]}})"), {"score.x", "5", "the least first"});
  has(refusal(R"({"score": {"z": 1}})"), {"score.z", "did you mean"});
  has(refusal(R"({"base": -1})"), {"base", "-1", "a number"});
  has(refusal(R"({"head_dim": 127})"), {"head_dim", "127", "an even number", "two components"});
  has(refusal(R"([1])"), {"a.json", "one JSON object"});
  has(refusal(R"({"m": )"), {"a.json", "not JSON"});
  has(refusal(R"({"ropescope": 2})"), {"a.json", "ropescope", "2"});
  has(refusal(R"({"model": "lama"})"), {"lama"});
  has(refusal(R"({"axis": 1})"), {"axis", "1", "null"});
  has(refusal_of({"m"}), {"--pose", "\"m\"", "key=value"});
  has(refusal_of({"m=many"}), {"m", "many", "0 … 16 777 215 tokens"});
  has(refusal_of({"postion=rope"}), {"--pose", "did you mean \"position\""});
  // Of every row whatever is beyond its range.
  for (const Property* row : all_properties()) {
    if (row->kind != Kind::whole && row->kind != Kind::number) continue;
    if (row->greatest >= any_number) continue;
    has(refusal_of({fmt::format("{}={}", row->key, row->greatest * 4 + 1)}), {row->key.data(), "expected", "…"});
  }
}

TEST_CASE("a window takes what it can of a scene and says of each other key why not") {
  const Taken taken =
      take_json(R"({"m": 5, "n": -3, "postion": 1, "base": 500000, "theme": "pink", "x-mine": 1})", "a");
  CHECK(taken.scene.m == 5);
  CHECK(taken.scene.n == first_scene().n);
  CHECK(taken.scene.rope.base == 500000);
  CHECK(taken.refused.size() == 3);
}

TEST_CASE("all assignments of a pose are one patch, in whatever order they are written") {
  const Scene a = with_patch(first_scene(), read_assignments({"head_dim=64", "rotary_dim=32", "base=5e5"}, "--pose")),
              b = with_patch(first_scene(), read_assignments({"base=5e5", "rotary_dim=32", "head_dim=64"}, "--pose"));
  CHECK(a == b);
  CHECK(a.rope.layout.rotary_dim == 32);
  // A head_dim alone keeps the model's share.
  Scene half = scene_of(find_preset("gpt-neox-20b").model);
  const double share =
      static_cast<double>(half.rope.layout.rotary_dim) / static_cast<double>(half.rope.layout.head_dim);
  half = with_patch(half, read_assignments({"head_dim=128"}, "--pose"));
  CHECK(static_cast<double>(half.rope.layout.rotary_dim) == doctest::Approx(128 * share).epsilon(0.02));
  // Another model brings its own numbers, whatever was chosen for the one before.
  const Scene other = with_patch(a, read_assignments({"model=llama-3.1-8b", "m=7"}, "--pose"));
  CHECK(other.rope == scene_of(find_preset("llama-3.1-8b").model).rope);
  CHECK(other.m == 7);
}

TEST_CASE("a thousand's comma is taken where it can be nothing else, and asked about where it may be a decimal one") {
  const auto taken = [](const char* key, const char* text) {
    return std::get<double>(parse_value(*find_property(key), text));
  };
  for (const char* key : {"m", "n", "trained"}) {
    CHECK(taken(key, "1,000") == 1000);
    CHECK(taken(key, "8.192") == 8192);
    CHECK(taken(key, "1,048,576") == 1048576);
  }
  CHECK(taken("base", "2,5") == 2.5);
  CHECK(taken("base", "1.125") == 1.125);
  CHECK(taken("base", "0,125") == 0.125);
  // An odd head_dim has a component without a partner: refused, not cut to the even number below.
  Scene odd = default_scene();
  CHECK_THROWS_AS(set(odd, *find_property("head_dim"), Value(127.0)), Error);
  CHECK(odd.rope.layout.head_dim == 128);
  for (const char* text : {"10,000", "1,000,000", "10.000", "500.000"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(taken("base", text), Error);
  }
  for (const char* text : {"1,000.5", "1,00", "1,0000", "1,000,00"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(
        set(*std::make_unique<Scene>(default_scene()), *find_property("m"), parse_value(*find_property("m"), text)),
        Error);
  }
}

TEST_CASE("values are taken as people type them") {
  const auto number = [](const char* key, const char* text) {
    return std::get<double>(parse_value(*find_property(key), text));
  };
  CHECK(number("trained", "128k") == 131072);
  CHECK(number("trained", "128K") == 131072);
  CHECK(number("trained", "1M") == 1048576);
  CHECK(number("base", "500k") == 500000);
  CHECK(number("base", "1e6") == 1000000);
  CHECK(number("base", "10 000") == 10000);
  CHECK(number("factor", "2,5") == 2.5);
  CHECK(number("factor", "2.5") == 2.5);
  CHECK(parse_value(*find_property("score.x"), "1,4096") == Value(std::vector<double>{1, 4096}));
  CHECK(parse_value(*find_property("score.x"), "[1, 4k]") == Value(std::vector<double>{1, 4096}));
  CHECK(parse_value(*find_property("panel"), "off") == Value(false));
  for (const char* bad : {"", "many", "1e999", "5 apples", "0x10", "1,2,3"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(number("base", bad), Error);
  }
}

TEST_CASE("every row says what it is: a key, words, a help line, a default, and a value that it allows itself") {
  const Scene scene = first_scene();
  std::set<std::string_view> keys;
  for (const Property* row : all_properties()) {
    CAPTURE(row->key);
    CHECK(keys.insert(row->key).second);
    CHECK(!row->label.empty());
    CHECK(row->help.size() > 8);
    CHECK(!default_words(*row).empty());
    CHECK(!allowed_words(*row).empty());
    CHECK_NOTHROW(require_allowed(*row, get(scene, *row)));
    CHECK(get(scene, *row) == standing(scene, *row));
  }
}

TEST_CASE("a scene's file is told from a model's, and any bytes are one or a sentence") {
  const test::Scratch scratch;
  const auto read = [&](std::string_view text) {
    write_file(scratch.path / "file", text);
    return read_scene_file(scratch.path / "file");
  };
  CHECK(read(R"({"ropescope": 1, "m": 3})"));
  CHECK(read("// of a lecture\n{\"ropescope\": 1}"));
  CHECK(!read(R"({"head_dim": 64, "rope_theta": 1e4})"));
  CHECK(!read("GGUF"));
  CHECK(!read(""));
  // One that lost the key by which it is known is not read as a model's.
  CHECK_THROWS_AS(read(R"({"model": "llama-2-7b", "m": 3})"), Error);
  CHECK_THROWS_AS(read("\x89PNG\r\n\x1a\n"), Error);
  CHECK_THROWS_AS(read("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), Error);
}

TEST_CASE("how a picture was drawn is read back from beside its scene, and nothing else passes for it") {
  const DrawnAs drawn{"score", {1200, 800}, 2, true};
  CHECK(read_drawn_as(scene_json(first_scene(), drawn), "a") == drawn);
  CHECK(scene_from_json(scene_json(first_scene(), drawn), "a") == first_scene());
  CHECK(!read_drawn_as("{}", "a"));
  for (const char* bad : {R"({"render": 1})", R"({"render": {"picture": "score"}})",
                          R"({"render": {"picture": "score", "size": "axb", "scale": 1, "bare": false}})",
                          R"({"render": {"picture": "nothing", "size": "800x600", "scale": 1, "bare": false}})",
                          R"({"render": {"picture": "score", "size": "800x600", "scale": -1, "bare": false}})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(read_drawn_as(bad, "a"), Error);
  }
}

TEST_CASE("every value that a preset's file has is one that its row allows") {
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      const Scene scene =
          scene_of(preset.model, layer.layer_type.empty() ? std::nullopt : std::optional(layer.layer_type));
      CAPTURE(preset.id);
      for (const Property* row : all_properties()) {
        CAPTURE(row->key);
        CHECK_NOTHROW(require_allowed(*row, get(scene, *row)));
      }
    }
}

TEST_CASE("whatever a plot may be moved to comes back from its file: beyond all there is, and where nothing is") {
  for (const Property* row : all_properties()) {
    if (row->kind != Kind::range) continue;
    for (const auto& view : {std::vector<double>{-2.4, 233.7}, {-1e9, 1e9}, {1e-40, 1e40}}) {
      CAPTURE(row->key);
      Scene scene = first_scene();
      scene.options.set(*row, view);
      CHECK(scene_from_json(scene_json(scene), "a").options[*row] == Value(view));
    }
  }
}

TEST_CASE("a pose that nothing could be drawn of is refused before anything is drawn") {
  const auto refused = [](const char* model, const char* assignment) {
    const Scene scene = scene_of(find_preset(model).model);
    CAPTURE(assignment);
    CHECK_THROWS_AS(with_patch(scene, read_assignments({assignment}, "--pose")), Error);
  };
  refused("llama-2-7b", "rotary_dim=65536"); // more than the head has
  refused("qwen2-vl-7b", "rotary_dim=2");    // its axes share 64 pairs
  refused("llama-2-7b", "check.row=1e300");  // no integer that can be counted
  refused("llama-2-7b", "check.shape=1e300,2");
}
