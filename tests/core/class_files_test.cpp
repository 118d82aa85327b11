// Files that name their class and nothing else, and what the classes of transformers 5.24.0 compute from them: the
// class itself says base, part of the head, scaling and head.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase classes[] = {
    {"apertus", R"({"model_type":"apertus"})", "", "", 64, 42, 2.8261638e-06, "half", 0.9999999928},
    {"arcee", R"({"model_type":"arcee"})", "", "", 40, 26, 0.002511887, "half", 0.9999999928},
    {"bitnet", R"({"model_type":"bitnet"})", "", "", 64, 42, 0.00018199143, "half", 0.9999999928},
    {"cwm", R"({"model_type":"cwm"})", "", "", 64, 42, 7.2173871e-06, "half", 0.9999999928},
    {"diffllama", R"({"model_type":"diffllama"})", "", "", 32, 21, 0.0023713737, "half", 0.9999999928},
    {"dots1", R"({"model_type":"dots1"})", "", "", 72, 48, 0.0021544344, "half", 0.9999999928},
    {"ernie4 5", R"({"model_type":"ernie4_5"})", "", "", 64, 42, 0.00018199143, "interleaved", 0.9999999928},
    {"flex olmo", R"({"model_type":"flex_olmo"})", "", "", 64, 42, 0.00018199143, "half", 0.9999999928},
    {"glm", R"({"model_type":"glm"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"granite", R"({"model_type":"granite"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"helium", R"({"model_type":"helium"})", "", "", 64, 42, 0.00052329911, "interleaved", 0.9999999928},
    {"jetmoe", R"({"model_type":"jetmoe"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"lfm2", R"({"model_type":"lfm2"})", "", "", 40, 26, 0.00012589258, "half", 0.9999999928},
    {"mixtral", R"({"model_type":"mixtral"})", "", "", 64, 42, 0.00011547819, "half", 0.9999999928},
    {"nemotron", R"({"model_type":"nemotron"})", "", "", 32, 21, 0.0023713737, "half", 0.9999999928},
    {"olmo2", R"({"model_type":"olmo2"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"olmoe", R"({"model_type":"olmoe"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"persimmon", R"({"model_type":"persimmon"})", "", "", 16, 10, 0.0031622778, "half", 0.9999999928},
    {"phi", R"({"model_type":"phi"})", "", "", 16, 10, 0.0031622778, "half", 0.9999999928},
    {"phi3", R"({"model_type":"phi3"})", "", "", 48, 32, 0.0021544344, "half", 0.9999999928},
    {"qwen2 moe", R"({"model_type":"qwen2_moe"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"seed oss", R"({"model_type":"seed_oss"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"smollm3", R"({"model_type":"smollm3"})", "", "", 64, 42, 7.3273863e-05, "half", 0.9999999928},
    {"stablelm", R"({"model_type":"stablelm"})", "", "", 10, 6, 0.0039810704, "half", 0.9999999928},
    {"starcoder2", R"({"model_type":"starcoder2"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"vaultgemma", R"({"model_type":"vaultgemma"})", "", "", 128, 85, 0.0022067341, "half", 0.9999999928},
    {"gpt neox", R"({"model_type":"gpt_neox"})", "", "", 12, 8, 0.0021544344, "half", 0.9999999928},
    {"gptj", R"({"model_type":"gptj"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"codegen", R"({"model_type":"codegen"})", "", "", 32, 21, 0.0023713737, "interleaved", 0.9999999928},
    {"falcon h1", R"({"model_type":"falcon_h1"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"hunyuan v1 dense", R"({"model_type":"hunyuan_v1_dense"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"minimax m2", R"({"model_type":"minimax_m2"})", "", "", 64, 42, 4.0160667e-05, "half", 0.9999999928},
    {"solar open", R"({"model_type":"solar_open"})", "", "", 64, 42, 0.00011547819, "half", 0.9999999928},
    {"nanochat", R"({"model_type":"nanochat"})", "", "", 64, 42, 0.0023713737, "half_inverse", 0.9999999928},
    {"modernbert", R"({"model_type":"modernbert"})", "", "", 32, 21, 0.0003844114, "half", 0.9999999928},
    {"gemma3 text", R"({"model_type":"gemma3_text"})", "", "", 128, 85, 0.00010366329, "half", 0.9999999928},
    {"deepseek v3", R"({"model_type":"deepseek_v3"})", "", "", 32, 21, 0.0023713737, "interleaved_to_half",
     0.9999999928},
    {"granitemoe", R"({"model_type":"granitemoe"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"lfm2 moe", R"({"model_type":"lfm2_moe"})", "", "", 32, 21, 0.00011547819, "half", 0.9999999928},
    {"jais2", R"({"model_type":"jais2"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"moonshine", R"({"model_type":"moonshine"})", "", "", 16, 10, 0.0031622778, "interleaved", 0.9999999928},
    {"dbrx", R"({"model_type":"dbrx"})", "", "", 64, 42, 0.0023713737, "half", 0.9999999928},
};

// Towers, by their own type: each axis has frequencies of its own.
constexpr FileCase towers[] = {
    {"qwen2 vl vision", R"({"model_type":"qwen2_vl_vision"})", "", "", 40, 26, 0.063095727, "half", 0.9999999928},
    {"qwen2 5 vl vision", R"({"model_type":"qwen2_5_vl_vision"})", "", "", 112, 74, 0.051794747, "half", 0.9999999928},
    {"qwen3 vl vision", R"({"model_type":"qwen3_vl_vision"})", "", "", 36, 24, 0.046415887, "half", 0.9999999928},
    {"glm4v vision", R"({"model_type":"glm4v_vision"})", "", "", 64, 42, 0.056234127, "half", 0.9999999928},
    {"gemma4 vision", R"({"model_type":"gemma4_vision"})", "", "", 32, 21, 0.23713737, "half_two_blocks", 0.9999999928},
    {"pixtral", R"({"model_type":"pixtral"})", "", "", 32, 21, 0.042169648, "half", 0.9999999928},
    {"mlcd vision model", R"({"model_type":"mlcd_vision_model"})", "", "", 52, 34, 0.058780154, "half", 0.9999999928},
    {"video llama 3 vision", R"({"model_type":"video_llama_3_vision"})", "", "", 32, 21, 0.056234127, "half",
     0.9999999928},
    {"step3p5 vision", R"({"model_type":"step3p5_vision"})", "", "", 48, 32, 0.046415887, "half", 0.9999999928},
    {"paddleocr vl vision", R"({"model_type":"paddleocr_vl_vision"})", "", "", 36, 24, 0.046415887, "half",
     0.9999999928},
    {"sam3 vit model", R"({"model_type":"sam3_vit_model"})", "", "", 32, 21, 0.056234127, "interleaved", 0.9999999928},
    {"lfm3 vl vision", R"({"model_type":"lfm3_vl_vision"})", "", "", 32, 21, 0.013335216, "half", 0.9999999928},
    {"kimi k25 vision", R"({"model_type":"kimi_k25_vision"})", "", "", 36, 24, 0.0021544344, "half", 0.9999999928},
    {"ernie4 5 vl moe vision", R"({"model_type":"ernie4_5_vl_moe_vision"})", "", "", 40, 26, 0.063095727, "half",
     0.9999999928},
    {"qwen2 5 omni vision encoder", R"({"model_type":"qwen2_5_omni_vision_encoder"})", "", "", 112, 74, 0.051794747,
     "half", 0.9999999928},
    {"exaone4 5 vision", R"({"model_type":"exaone4_5_vision"})", "", "", 112, 74, 0.051794747, "half", 0.9999999928},
};

} // namespace

TEST_CASE("a file that names its class alone has the class's base, part of the head, scaling and pairing") {
  for (const FileCase& one : classes) check_file(one);
}

TEST_CASE("a file of a tower alone turns by the frequencies that its class has for one axis") {
  for (const FileCase& one : towers) check_file(one);
}
