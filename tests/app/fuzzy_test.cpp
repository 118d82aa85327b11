#include "app/scene/fuzzy.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app/scene/called.h"
#include "app/scene/presets.h"

using namespace ropescope;

namespace {

/// The text that fits best of several; empty where none does.
std::string best_of(std::string_view typed, const std::vector<std::string>& texts) {
  std::string best;
  double most = -1e9;
  for (const std::string& text : texts)
    if (const auto score = fuzzy_score(typed, text); score && *score > most) most = *score, best = text;
  return best;
}

} // namespace

TEST_CASE("what is typed is found where its letters stand in this order, whatever their case, and nowhere else") {
  CHECK(fuzzy_score("l31", "Llama 3.1 8B"));
  CHECK(fuzzy_score("QWEN", "Qwen 2.5 7B"));
  CHECK(fuzzy_score("7b qwen", "Qwen 2.5 7B")); // words in any order
  CHECK(fuzzy_score("", "anything"));
  CHECK(!fuzzy_score("qwn3x", "Qwen 3 8B"));
  CHECK(!fuzzy_score("8l", "Llama 3.1 8B"));
  CHECK(!fuzzy_score("a", ""));
  CHECK(fuzzy_score("β", "β fast / slow"));
}

TEST_CASE(
    "letters in a row go before letters apart, word beginnings before letters within, the whole text before all") {
  CHECK(best_of("yarn", {"Yet another rather new name", "scheme: yarn", "play around now"}) == "scheme: yarn");
  CHECK(best_of("ffc", {"an effect", "Full-screen for clocks"}) == "Full-screen for clocks");
  CHECK(best_of("ep", {"sleep", "Export the picture as PNG"}) == "Export the picture as PNG");
  CHECK(best_of("base", {"database", "base b", "the base of all"}) == "base b");
  CHECK(*fuzzy_score("qwen", "Qwen 3 Next 80B-A3B") == *fuzzy_score("qwen", "Qwen 2 7B")); // listed as they stand
  CHECK(best_of("qwen 2.5 7b", {"Qwen 2.5 14B 1M", "Qwen 2.5 7B", "Qwen 2.5 7B, YaRN ×4"}) == "Qwen 2.5 7B");
}

TEST_CASE("every preset is found first by its own name and by its id") {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.model.name);
  for (const Preset& preset : presets()) CHECK(best_of(preset.model.name, names) == preset.model.name);
}

TEST_CASE("a path is called by what tells models apart, and a name stays as it is") {
  CHECK(called("/home/u/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B/snapshots/d04e/config.json") ==
        "meta-llama/Llama-3.1-8B");
  CHECK(called("models--gpt2/snapshots/1/config.json") == "gpt2");
  CHECK(called("/models/hub/models--a--b/snapshots/1/b-Q4_K_M.gguf") == "a/b/b-Q4_K_M.gguf");
  CHECK(called("/data/Mistral-7B/config.json") == "Mistral-7B");
  CHECK(called("/data/my run.json") == "my run.json");
  CHECK(called("/data/x.gguf") == "x.gguf");
  CHECK(called("/data/folder/") == "folder");
  CHECK(called("config.json") == "config.json");
  CHECK(called("Llama 2 7B") == "Llama 2 7B");
  CHECK(family_of("Qwen 2.5 7B") == "Qwen");
  CHECK(family_of("CodeGen 350M") == "CodeGen");
  CHECK(family_of("meta-llama/Llama-3.1-8B") == "Llama");
}
