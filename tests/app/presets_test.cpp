#include "app/scene/presets.h"

#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

TEST_CASE("every preset is a config.json with a source, and at least forty are there") {
  CHECK(presets().size() >= 40);
  for (const Preset& preset : presets()) {
    CAPTURE(preset.id);
    CHECK(!preset.model.source.empty());
    CHECK(preset.model.warnings.empty());
    for (const LayerRope& layer : preset.model.layers) CHECK_NOTHROW(validate(layer.config));
  }
  for (const char* name : {"llama-2-7b", "llama-3.1-8b", "mistral-7b-v0.3", "qwen2.5-7b-yarn", "gemma-3-4b",
                           "phi-3-mini-128k", "gpt-neox-20b", "gpt-j-6b", "deepseek-v3", "gpt-oss-20b"})
    CHECK_NOTHROW(find_preset(name));
  CHECK(find_preset("LLAMA 2 7b").id == "llama-2-7b");
}

TEST_CASE("a name that is no preset's is answered by the nearest preset, or by none where all are far") {
  for (const auto& [name, id] :
       {std::pair{"meta-llama/Llama-3.1-8B", "llama-3.1-8b"}, std::pair{"Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b"},
        std::pair{"meta-llama/Llama-2-7b-hf", "llama-2-7b"}, std::pair{"Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"},
        std::pair{"qwen2.5_7b", "qwen2.5-7b"}, std::pair{"mixtral-8x7", "mixtral-8x7b"},
        std::pair{"openai/gpt-oss-120b", "gpt-oss-20b"}, std::pair{"mimo", "mimo-v2-flash"},
        std::pair{"llama2", "llama-2-7b"}, std::pair{"llama3", "llama-3-8b"}, std::pair{"Gemma3", "gemma-3-1b"}}) {
    const auto& of_name = name;
    CAPTURE(of_name);
    CHECK(nearest_preset(name) == id);
    CHECK(!preset_named(name));
  }
  for (const std::string& name : {std::string("nobody"), std::string(), std::string("a/"), std::string(100'000, 'x')})
    CHECK(!nearest_preset(name));
  CHECK_THROWS_WITH_AS(find_preset("llama-2-7"), doctest::Contains("llama-2-7b, which is nearest"), Error);
  CHECK_THROWS_WITH_AS(open_model("nobody-at-all/Llama-2-7b"), doctest::Contains("nearest preset is llama-2-7b"),
                       Error);
}

TEST_CASE("a model's origin that is text opens the same model again, as JSON or as Python writes it") {
  for (const char* text : {R"({"head_dim": 64, "rope_theta": 5e3})", R"({ "rope_theta":5000.0, "head_dim":64 })"}) {
    const Model model = open_model(text);
    CHECK(open_model(model.origin).layers == model.layers);
  }
}
