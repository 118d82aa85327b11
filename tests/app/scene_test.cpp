#include "app/scene/scene.h"

#include <doctest/doctest.h>

#include "app/scene/actions.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

TEST_CASE("a scene of a model turns exactly what the model's file says") {
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      CAPTURE(preset.id);
      CHECK(
          make_spectrum(
              scene_of(preset.model, layer.layer_type.empty() ? std::nullopt : std::optional(layer.layer_type)).rope) ==
          make_spectrum(layer.config));
    }
}

TEST_CASE("trying schemes on and going back restores the model") {
  for (const Preset& preset : presets()) {
    CAPTURE(preset.id);
    Scene scene = scene_of(preset.model);
    const Scene before = scene;
    choose_scheme(scene, RopeType::linear);
    choose_scheme(scene, RopeType::yarn);
    choose_scheme(scene, before.rope.scaling.rope_type);
    CHECK(scene.rope == before.rope);
    choose_scheme(scene, RopeType::proportional);
    CHECK(make_spectrum(scene.rope).pairs() == scene.rope.layout.head_dim / 2);
    choose_scheme(scene, before.rope.scaling.rope_type);
    CHECK(scene.rope.layout.rotary_dim == before.rope.layout.rotary_dim);
  }
}

TEST_CASE("dynamic NTK tried on reaches beyond the trained context, also where the model is extended already") {
  const Scene scene = scene_of(find_preset("llama-3.1-8b").model);
  const auto rope = tried_on(scene, RopeType::dynamic);
  REQUIRE(rope);
  CHECK(make_spectrum(*rope, 131072).base > make_spectrum(*rope, 8192).base);
}

TEST_CASE("moving both positions keeps their distance, round the whole context") {
  Scene scene = default_scene();
  scene.play = Play::both;
  const std::int64_t distance = scene.m - scene.n;
  for (int i = 0; i < 1000; ++i) {
    advance_play(scene, 977);
    CHECK(scene.m - scene.n == distance);
    CHECK(scene.m < pictured_length(scene));
    CHECK(scene.n >= 0);
  }
}

TEST_CASE("no two actions share a name or a key") {
  for (const Action& a : actions())
    for (const Action& b : actions()) {
      if (&a == &b) continue;
      CHECK(a.name != b.name);
      CHECK((a.key == 0 || a.key != b.key || a.modifiers != b.modifiers)); // 0: it has no key
    }
}

TEST_CASE("positions and the selected pair stay within the model") {
  Scene scene = default_scene();
  for (int i = 0; i < 200; ++i) action("pair.next").apply(scene);
  CHECK(scene.pair == 63);
  for (int i = 0; i < 200; ++i) action("step.back.1024").apply(scene);
  CHECK(scene.m == 0);
  CHECK(with_model(scene, find_preset("gpt-neox-20b").model).pair == 11);
}

TEST_CASE("another part of a model's file is chosen by its key, comes back from JSON, and is opened in the window") {
  const Scene text = scene_of(find_preset("ministral-3-3b").model);
  REQUIRE(text.model.parts == std::vector<std::string>{"text", "vision"});
  CHECK(text.model.part == "text");
  const Scene tower = with_patch(text, {{find_property("part"), std::string("vision")}});
  CHECK(tower.model.part == "vision");
  CHECK(tower.rope.layout.head_dim == 64);
  const Scene again = scene_from_json(scene_json(tower), "scene");
  CHECK(again == tower);
  CHECK(with_patch(tower, {{find_property("part"), Value()}}).model.part == "text");
  CHECK_THROWS_AS(with_patch(text, {{find_property("part"), std::string("audio")}}), Error);
}
