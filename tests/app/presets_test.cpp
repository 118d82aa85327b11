#include "app/scene/presets.h"

#include <algorithm>

#include <doctest/doctest.h>

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
