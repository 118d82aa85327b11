// Files of the format that hold no whole model, and what came before the format.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/gguf/gguf.h"
#include "tests/core/gguf_bytes.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

Gguf adapter(const char* architecture) {
  return Gguf(architecture)
      .text("general.type", "adapter")
      .text("adapter.type", "lora")
      .number("adapter.lora.alpha", 32);
}

/// A file as llama.cpp's ggml-vocab-*.gguf are: a tokenizer, and no tensor.
Gguf vocabulary(const char* architecture) { return model(architecture).text("tokenizer.ggml.model", "gpt2"); }

} // namespace

TEST_CASE("an adapter is refused as such, with its base model where the file names it") {
  for (const char* name : {"llama", "qwen2", "gemma3", "deepseek2", "phi3", "gpt2", "future9"})
    CHECK(refusal(adapter(name)) == "x.gguf: a LoRA adapter, expected a model: open its base model");
  const auto named = [] { return adapter("llama").text("general.base_model.0.name", "Llama 3.1 8B"); };
  CHECK(holds(refusal(named()), R"(open its base model, "Llama 3.1 8B")"));
  CHECK(holds(refusal(named().text("general.base_model.0.organization", "Meta Llama")),
              R"(open its base model, "Meta Llama Llama 3.1 8B")"));
  CHECK(holds(refusal(adapter("llama").text("general.base_model.0.repo_url", "https://huggingface.co/a/b")),
              R"(open its base model, "https://huggingface.co/a/b")"));
  CHECK(holds(refusal(adapter("llama").text("general.base_model.0.name", "a\x1b[2Jb")), R"("a?[2Jb")"));
  // Whole keys of a model beside it change nothing: the file's type says what it is.
  Gguf whole = model("llama").text("general.type", "adapter");
  CHECK(holds(refusal(whole), "a LoRA adapter"));
  CHECK(holds(refusal(whole.text("adapter.type", "other")), "a model's adapter, expected a model"));
  CHECK(refusal(model("llama").text("general.type", "model")) == "");
}

TEST_CASE("other files of the format that are no models are refused by what they are") {
  CHECK(holds(refusal(Gguf().text("general.type", "imatrix")), "an importance matrix"));
  CHECK(holds(refusal(Gguf("controlvector").text("controlvector.model_hint", "llama")), "a control vector"));
  for (const char* projector : {"qwen2vl_merger", "pixtral", "mlp"}) {
    const Gguf gguf = Gguf("clip").text("general.type", "mmproj").text("clip.projector_type", projector);
    CHECK(holds(refusal(gguf), "has no rotary embedding of a language model"));
    CHECK(holds(refusal(gguf), "(mmproj), open the model that it belongs to"));
  }
}

TEST_CASE("architectures without a rotary embedding say so") {
  for (const char* name :
       {"bert",           "gpt2",        "mpt",     "bloom",        "refact",    "jais",  "t5",
        "t5encoder",      "mamba",       "mamba2",  "rwkv6",        "rwkv7",     "jamba", "nemotron_h",
        "nemotron_h_moe", "kimi-linear", "kimi-k3", "jina-bert-v2", "starcoder", "clip",  "wavtokenizer-dec",
        "glm5-next"}) {
    CAPTURE(name);
    // With a base in the file, too.
    for (const Gguf& gguf : {model(name), model(name).number(".rope.freq_base", 10000), vocabulary(name)})
      CHECK(holds(refusal(gguf), fmt::format("architecture \"{}\" has no rotary embedding", name)));
  }
  // Baichuan's 13B biases scores by distance.
  Gguf larger("baichuan");
  larger.integer(".embedding_length", 5120).integer(".attention.head_count", 40).integer(".block_count", 40);
  CHECK(holds(refusal(larger), "architecture \"baichuan\" has no rotary embedding in models of 40 layers"));
  CHECK(refusal(model("baichuan")) == "");
  for (const char* name : {"granite", "granitemoe", "granitehybrid", "graniteswitch"})
    CHECK(holds(refusal(model(name).flag(".rope.scaling.finetuned", false)), "has no rotary embedding"));
}

TEST_CASE("a file of the vocabulary alone never gives silently what its model's tensors would change") {
  for (const char* name : {"gemma4", "gemma4-assistant"}) {
    CAPTURE(name);
    CHECK(holds(refusal(vocabulary(name)), "no tensor rope_freqs.weight in it"));
    // llama.cpp loads no such model: with other tensors it is as wrong.
    CHECK(holds(refusal(model(name).tensor("output.weight", {1})), "no tensor rope_freqs.weight in it"));
    CHECK(refusal(model(name).tensor("rope_freqs.weight", std::vector<double>(64, 1))) == "");
  }
  for (const char* name : {"llama", "phi3", "exaone", "minicpm3", "deci", "falcon-h1", "step35", "future9"}) {
    CAPTURE(name);
    CHECK(warns(read(vocabulary(name)), "the file has no tensors: where the model has rope_freqs"));
    CHECK_FALSE(warns(read(vocabulary(name).tensor("output.weight", {1})), "no tensors"));
  }
  CHECK(warns(read(model("llama", 131072).number(".rope.freq_base", 500000)), "the file has no tensors"));
  CHECK(warns(read(model("phi3", 131072).number(".rope.scaling.attn_factor", 1.19f)), "the file has no tensors"));
  CHECK(warns(read(model("minicpm").text(".rope.scaling.type", "longrope")), "the file has no tensors"));
  // No tensor changes these.
  for (const char* name : {"qwen2", "gpt-oss", "gemma3", "deepseek2", "falcon", "command-r", "gptneox"}) {
    CAPTURE(name);
    CHECK(read(vocabulary(name)).warnings.empty());
  }
}
