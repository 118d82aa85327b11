#include "app/scene/history.h"

#include <doctest/doctest.h>

#include "app/scene/actions.h"
#include "app/scene/presets.h"

using namespace ropescope;

namespace {

Scene with(Scene scene, std::string_view key, const Value& value) {
  set(scene, *find_property(key), value);
  return scene;
}

} // namespace

TEST_CASE("undo brings back the scene before a change, redo the one after it") {
  History history;
  const Scene a = first_scene(), b = with(a, "base", 5e5), c = with(b, "m", 7.0);
  history.changed(a, b, false);
  history.changed(b, c, false);
  CHECK(history.undo_name() == "query m: 137 → 7");
  CHECK(history.undo(c) == b);
  CHECK(history.undo_name() == "base b: 10000 → 500000");
  CHECK(history.undo(b) == a);
  CHECK(!history.can_undo());
  CHECK(history.redo(a) == b);
  CHECK(history.redo(b) == c);
  CHECK(!history.can_redo());
}

TEST_CASE("a drag is one step, from where it began to where it was released") {
  History history;
  const Scene start = first_scene();
  Scene now = start;
  for (int i = 1; i <= 50; ++i) {
    const Scene next = with(now, "base", 1e4 + i * 100.0);
    history.changed(now, next, true);
    now = next;
  }
  history.release();
  CHECK(history.steps() == 1);
  CHECK(history.undo_name() == "base b: 10000 → 15000");
  const Scene after = with(now, "m", 5.0);
  history.changed(now, after, false);
  CHECK(history.steps() == 2);
  CHECK(history.undo(after) == now);
  CHECK(history.undo(now) == start);
}

TEST_CASE("a new change ends what could be done again") {
  History history;
  const Scene a = first_scene(), b = with(a, "m", 1.0), c = with(a, "m", 2.0);
  history.changed(a, b, false);
  CHECK(history.undo(b) == a);
  history.changed(a, c, false);
  CHECK(!history.can_redo());
}

TEST_CASE("how a scene is shown is no step, and stays as it is when a step is undone") {
  History history;
  const Scene a = first_scene(), b = with(a, "m", 1.0);
  history.changed(a, b, false);
  Scene shown = with(with(b, "theme", std::string("paper")), "view", std::string("score"));
  history.changed(b, shown, false);
  CHECK(history.steps() == 1);
  const Scene undone = history.undo(shown);
  CHECK(undone.m == a.m);
  CHECK(undone.theme == canvas::ThemeName::paper);
  CHECK(undone.view == "score");
  shown = with(undone, "view", std::string("precision"));
  CHECK(history.redo(shown).view == "precision");
}

TEST_CASE("a step names two values that changed, and says how many other settings did") {
  const Scene a = first_scene(), one = with(a, "m", 7.0), two = with(one, "n", 3.0);
  Scene four = with(with(two, "pair", 9.0), "baseline", !a.baseline);
  CHECK(name_of_change(a, one).find(", ") == std::string::npos);
  CHECK(name_of_change(a, two).find("query m: ") == 0);
  CHECK(name_of_change(a, two).find("key n: ") != std::string::npos);
  CHECK(name_of_change(a, two).find(" and ") == std::string::npos);
  CHECK(name_of_change(a, four).find(" and 2 other settings") != std::string::npos);
}

TEST_CASE("to zoom a plot is no step, and what is seen of its axes stays when a step is undone and done again") {
  History history;
  const Scene a = first_scene(), b = with(a, "base", 5e5);
  history.changed(a, b, false);
  const Scene zoomed = with(b, "score.x", std::vector<double>{10, 100});
  history.changed(b, zoomed, false);
  CHECK(history.steps() == 1);
  const Scene undone = history.undo(zoomed);
  CHECK(undone.rope.base == a.rope.base);
  CHECK(undone.options == zoomed.options);
  CHECK(history.redo(undone) == zoomed);
}

TEST_CASE("another model is one change by its name, though many values follow from it") {
  const Scene a = first_scene(), b = with_model(a, find_preset("llama-3.1-8b").model);
  CHECK(name_of_change(a, b) == "model: llama-2-7b → llama-3.1-8b");
  CHECK(name_of_change(a, a).empty());
}

TEST_CASE("a parameter that schemes share is one change in the words of undo") {
  Scene a = first_scene();
  choose_scheme(a, RopeType::yarn);
  const std::string words = name_of_change(a, with(a, "yarn.beta_fast", 18.0));
  CHECK(words == "beta_fast: 32 → 18");
}
