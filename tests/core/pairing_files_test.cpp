// How pairs lie: as the model's own code turns them (transformers 5.24.0, run on basis vectors), by the type, by the
// class that `architectures` names, or by a word of the file.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase families[] = {
    {"glm moe dsa", R"({"model_type":"glm_moe_dsa"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half",
     0.9999999928},
    {"glm4 moe lite", R"({"model_type":"glm4_moe_lite"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half",
     0.9999999928},
    {"youtu", R"({"model_type":"youtu"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half", 0.9999999928},
    {"axk1", R"({"model_type":"axk1"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half", 0.9999999928},
    {"bailing hybrid", R"({"model_type":"bailing_hybrid"})", "", "", 32, 21, 3.5631841e-05, "interleaved_to_half",
     0.9999999928},
    {"mistral4", R"({"model_type":"mistral4"})", "", "", 32, 21, 0.00074247943, "interleaved_to_half", 0.9999999928},
    {"longcat flash", R"({"model_type":"longcat_flash"})", "", "", 32, 21, 2.5482967e-05, "interleaved_to_half",
     0.9999999928},
    {"deepseek v2", R"({"model_type":"deepseek_v2"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999606},
    {"deepseek v3", R"({"model_type":"deepseek_v3"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half",
     0.9999999928},
    {"deepseek v32", R"({"model_type":"deepseek_v32"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half",
     0.9999999928},
    {"blt local encoder", R"({"model_type":"blt_local_encoder"})", "", "", 32, 21, 0.00018199143, "interleaved",
     0.9999999928},
    {"blt patcher", R"({"model_type":"blt_patcher"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"ernie4 5 moe", R"({"model_type":"ernie4_5_moe"})", "", "", 64, 42, 0.00018199143, "interleaved", 0.9999999928},
    {"glm", R"({"model_type":"glm"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"glm4", R"({"model_type":"glm4"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"glm ocr text", R"({"model_type":"glm_ocr_text"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"gptj", R"({"model_type":"gptj"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"codegen", R"({"model_type":"codegen"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"glm4 moe", R"({"model_type":"glm4_moe"})", "", "", 11, 7, 0.0021544344, "half", 0.9999999928},
    {"minimax", R"({"model_type":"minimax"})", "", "", 64, 42, 0.00011547819, "half", 0.9999999928},
    {"nemotron", R"({"model_type":"nemotron"})", "", "", 32, 21, 0.0023713737, "half", 0.9999999928},
    {"openai privacy filter", R"({"model_type":"openai_privacy_filter"})", "", "", 32, 21, 1.2532569e-05, "interleaved",
     1.346573569},
    {"helium", R"({"model_type":"helium"})", "", "", 64, 42, 0.00052329911, "interleaved", 0.9999999928},
    {"nanochat", R"({"model_type":"nanochat"})", "", "", 64, 42, 0.0023713737, "half_inverse", 0.9999999928},
    {"moonshine", R"({"model_type":"moonshine"})", "", "", 16, 10, 0.0031622778, "interleaved", 0.9999999928},
    {"qwen3 next", R"({"model_type":"qwen3_next"})", "", "", 32, 21, 0.0023713737, "half", 0.9999999928},
};

/// A type that nobody knows, whose class's name leads to one that is known.
struct Renamed {
  const char* config;
  const char* model_type; ///< that it is read as
  std::int64_t rotary_dim;
  const char* layout;
};

constexpr Renamed renamed[] = {
    // Microsoft's own first files say the part of a head in components, whatever Phi's class has by default.
    {R"({"model_type":"phi-msft","architectures":["PhiForCausalLM"],"n_embd":2560,"n_head":32,"rotary_dim":32})", "phi",
     32, "half"},
    {R"({"model_type":"bidir_mistral","architectures":["MistralModel"],"hidden_size":4096,"num_attention_heads":32})",
     "mistral", 128, "half"},
    {R"({"model_type":"Emu3","architectures":["Emu3ForCausalLM"],"head_dim":128,"rope_theta":1e6})", "emu3", 128,
     "half"},
    {R"({"model_type":"my_cohere","architectures":["CohereForCausalLM"],"head_dim":128,"rope_theta":1e6})", "cohere",
     128, "interleaved"},
    {R"({"model_type":"k3","architectures":["DeepseekV3ForCausalLM"],"qk_rope_head_dim":64,"rope_theta":1e4})",
     "deepseek_v3", 64, "interleaved"},
    {R"({"model_type":"glm_x","architectures":["Glm4ForSequenceClassification"],"head_dim":128,"rope_theta":1e4})",
     "glm4", 64, "interleaved"},
    {R"({"model_type":"internlm3x","architectures":["InternLM2ForRewardModel"],"hidden_size":4096,"num_attention_heads":32})",
     "internlm2", 128, "half"},
    {R"({"model_type":"ernie4_5_moe_vl","architectures":["Ernie4_5_VLMoeForConditionalGeneration"],"hidden_size":2560,"num_attention_heads":20,"rope_theta":500000})",
     "ernie4_5_vl_moe", 128, "interleaved"},
    {R"({"model_type":"gptj-x","architectures":["GPTJForCausalLM"],"n_embd":4096,"n_head":16,"rotary_dim":64})", "gptj",
     64, "interleaved"},
    // What the class of that name does not read may still be read by code beside the model.
    {R"({"model_type":"llama_x","architectures":["LlamaForCausalLM"],"head_dim":128,"partial_rotary_factor":0.5,"rope_theta":1e4})",
     "llama", 64, "half"},
};

} // namespace

TEST_CASE("pairs of every family lie as its code turns them, whatever a file says of them or not") {
  for (const FileCase& one : families) check_file(one);
}

TEST_CASE("pairs of code that lies beside models are as that code has them") {
  struct Beside {
    const char *type, *layout;
  };
  for (const Beside one :
       {Beside{"progen", "interleaved"}, Beside{"chatglm", "interleaved"}, Beside{"moss", "interleaved"},
        Beside{"grok-1", "half"}, Beside{"plamo", "half"}, Beside{"deci", "half"}, Beside{"xverse", "half"},
        Beside{"aquila", "half"}, Beside{"internlm", "half"}, Beside{"qwen", "half"}, Beside{"cogagent", "half"},
        Beside{"stablelm_epoch", "half"}}) {
    CAPTURE(std::string(one.type));
    const Model model =
        parse_model_config(fmt::format(R"({{"model_type":"{}","n_embd":2048,"n_head":16}})", one.type), "x");
    CHECK(pairing_name(model.layers.front().config.layout.pairs.pairing) == one.layout);
    CHECK(model.layers.front().config.base == 10000);
    CHECK(model.warnings.empty());
  }
}

TEST_CASE("a type that nobody knows is read as the one that its architectures name, and that is said") {
  for (const Renamed& one : renamed) {
    CAPTURE(std::string(one.config));
    const Model model = parse_model_config(one.config, "x");
    CHECK(model.model_type == one.model_type);
    CHECK(is_told(model, fmt::format("is not known: read as \"{}\", which architectures names", one.model_type)));
    CHECK(model.layers.front().config.layout.rotary_dim == one.rotary_dim);
    CHECK(pairing_name(model.layers.front().config.layout.pairs.pairing) == one.layout);
  }
  // Without a type of its own there is nothing to say.
  const Model untyped =
      parse_model_config(R"({"architectures":["CogVLMForCausalLM"],"hidden_size":4096,"num_attention_heads":32})", "x");
  CHECK(untyped.model_type == "cogvlm");
  CHECK(untyped.warnings.empty());
}

TEST_CASE("architectures without rotation, or of no name, do not rename a file that has rope keys") {
  for (const char* architecture : {"BertModel", "GPT2LMHeadModel", "ViTForImageClassification", "Model", "ForCausalLM",
                                   "For", "", "Qwen9000ForCausalLM"}) {
    CAPTURE(std::string(architecture));
    const Model model = parse_model_config(
        fmt::format(R"({{"model_type":"new_one","architectures":["{}"],"head_dim":64,"rope_theta":1e4}})",
                    architecture),
        "x");
    CHECK(model.model_type == "new_one");
    CHECK(is_told(model, "\"new_one\" is not known, and most models rotate halves"));
  }
  for (const char* architectures : {"[]", "[3]", "{}", "null", "\"LlamaForCausalLM\""})
    CHECK(parse_model_config(
              fmt::format(R"({{"model_type":"new_one","architectures":{},"head_dim":64,"rope_theta":1e4}})",
                          architectures),
              "x")
              .model_type == "new_one");
}

TEST_CASE("of a type that nobody knows every guess is said, and none as a class's") {
  for (const char* type :
       {"minicpmv", "dots_ocr", "ouro", "llada", "Dream", "phi4flash", "grok-9", "neobert", "stripedhyena", "hymba"}) {
    const Model model =
        parse_model_config(fmt::format(R"({{"model_type":"{}","head_dim":64,"rotary_dim":32}})", type), "x");
    CAPTURE(std::string(type));
    CHECK(is_told(model, "no rope_theta in it: taken as 10 000, as in most models"));
    CHECK(is_told(model, "is not known, and most models rotate halves"));
    CHECK(model.from_class.empty());
    CHECK(model.layers.front().config.layout.rotary_dim == 32);
  }
}
