#include "core/rope/model_types.h"

#include <algorithm>
#include <iterator>

namespace ropescope {

namespace {

constexpr PairLayout half{};
constexpr PairLayout interleaved{Pairing::interleaved, Pairing::interleaved, false, +1};
constexpr PairLayout deepseek_v3{Pairing::interleaved, Pairing::half, false, +1};
constexpr PairLayout deepseek_v4{Pairing::interleaved, Pairing::interleaved, true, +1};
constexpr PairLayout nanochat{Pairing::half, Pairing::half, false, -1};
constexpr PairLayout two_blocks{Pairing::half, Pairing::half, false, +1, 0, 2};

constexpr Rounding once = Rounding::once, tables_rounded = Rounding::tables_rounded;
constexpr Rounding complex_once = Rounding::complex_once;
constexpr auto each_step = Rounding::each_step;

constexpr ModelType types[] = {
    {"apertus", half, 1.2e7},
    {"bamba", half, 1e4, 0.5},
    {"bitnet", half, 5e5},
    {"blt", interleaved, 5e5},
    {"chatglm", interleaved, 1e4, 0.5},
    {"codegen", interleaved},
    {"cohere", interleaved, 5e5, 1, tables_rounded},
    {"cohere2", interleaved, 1e4, 1, tables_rounded},
    {"csm", half, 5e5},
    {"cwm", half, 1e6, 1, each_step, AxisRule::single, 128},
    {"deepseek_v2", interleaved, 1e4, 1, complex_once},
    {"deepseek_v3", deepseek_v3},
    {"deepseek_v32", deepseek_v3},
    {"deepseek_v4", deepseek_v4, 1e4, 64.0 / 512, once},
    {"dinov3_vit", half, 100, 1, each_step, AxisRule::centred_grid},
    {"emu3", half, 1e6},
    {"ernie4_5", interleaved, 5e5, 1, once, AxisRule::single, 128},
    {"ernie4_5_moe", interleaved, 5e5, 1, once},
    {"ernie4_5_vl_moe_text", interleaved, 5e5, 1, once, AxisRule::sections_ernie},
    {"esm", half, 1e4, 1, tables_rounded},
    {"exaone4", half},
    {"falcon", half},
    {"flex_olmo", half, 5e5, 1, once},
    {"fuyu", half, 25000, 0.5},
    {"gemma", half, 1e4, 1, each_step, AxisRule::single, 256},
    {"gemma2", half, 1e4, 1, each_step, AxisRule::single, 256},
    {"gemma3", half, 1e6, 1, each_step, AxisRule::single, 256},
    {"gemma3_text", half, 1e6, 1, each_step, AxisRule::single, 256},
    {"gemma4", half, 1e6, 1, each_step, AxisRule::single, 256},
    {"gemma4_text", half, 1e6, 1, each_step, AxisRule::single, 256},
    {"gemma4_vision", two_blocks, 100, 1, each_step, AxisRule::halves_xy},
    {"glm", interleaved, 1e4, 0.5, each_step, AxisRule::single, 128},
    {"glm4", interleaved, 1e4, 0.5, each_step, AxisRule::single, 128},
    {"glm4_moe", half, 1e4, 0.5},
    {"glm4v_moe_text", half, 1e4, 0.5},
    {"glm4v_text", interleaved, 1e4, 1, each_step, AxisRule::sections},
    {"glm_ocr_text", interleaved},
    {"gpt_neox", half, 1e4, 0.25},
    {"gpt_oss", half, 150000, 1, each_step, AxisRule::single, 64},
    {"gptj", interleaved},
    {"granite", half},
    {"helium", interleaved, 1e5, 1, each_step, AxisRule::single, 128},
    {"hunyuan_v1_dense", half},
    {"hunyuan_v1_moe", half},
    {"hy_v3", half, 11158840, 1, each_step, AxisRule::single, 128},
    {"internlm2", half},
    {"jina_embeddings_v3", half, 20000},
    {"kimi_k2", deepseek_v3},
    {"lfm2", half, 1e6},
    {"llama", half},
    {"llama4", interleaved, 5e5, 1, complex_once, AxisRule::single, 128},
    {"llama4_text", interleaved, 5e5, 1, complex_once, AxisRule::single, 128},
    {"llama4_vision_model", interleaved, 1e4, 1, once, AxisRule::halves_xy},
    {"longcat_flash", deepseek_v3, 1e7, 1, each_step, AxisRule::single, 64},
    {"mimo_v2_flash", half, 1e4, 0.334, each_step, AxisRule::single, 192},
    {"minicpm", half},
    {"minimax", half, 1e6},
    {"minimax_m2", half, 5e6, 1, each_step, AxisRule::single, 128},
    {"ministral3", half, 1e4, 1, each_step, AxisRule::single, 128},
    {"mistral", half},
    {"mistral4", deepseek_v3},
    {"mixtral", half, 1e6},
    {"mllama", half, 5e5},
    {"modernbert", half, 160000, 1, tables_rounded},
    {"moonshine", interleaved, 1e4, 0.9},
    {"moonshine_streaming", interleaved, 1e4, 0.8},
    {"musicflamingo", half, 1e4, 0.2},
    {"nanochat", nanochat},
    {"nemotron", half, 1e4, 0.5},
    {"nomic_bert", half, 1000},
    {"olmo", half, 1e4, 1, once},
    {"olmo2", half, 1e4, 1, once},
    {"olmo3", half, 5e5, 1, once},
    {"openai_privacy_filter", interleaved, 1e4, 1, each_step, AxisRule::single, 64},
    {"paddleocr_vl", half, 5e5},
    {"palm", interleaved},
    {"persimmon", half, 1e4, 0.5},
    {"phi", half, 1e4, 0.5},
    {"phi3", half},
    {"phimoe", half, 1e6},
    {"pixtral", half, 1e4, 1, each_step, AxisRule::even_odd},
    {"pythia", half, 1e4, 0.25},
    {"qwen", half},
    {"qwen2", half},
    {"qwen2_5_vl", half, 1e6},
    {"qwen2_5_vl_text", half, 1e6},
    {"qwen2_vl", half, 1e6},
    {"qwen2_vl_text", half, 1e6},
    {"qwen2_vl_vision", half, 1e4, 1, once, AxisRule::halves},
    {"qwen3", half, 1e4, 1, each_step, AxisRule::single, 128},
    {"qwen3_5", half, 1e4, 0.25, each_step, AxisRule::sections_interleaved, 256},
    {"qwen3_5_text", half, 1e4, 0.25, each_step, AxisRule::sections_interleaved, 256},
    {"qwen3_moe", half},
    {"qwen3_next", half, 1e4, 0.25, each_step, AxisRule::single, 256},
    {"qwen3_vl", half, 5e5, 1, each_step, AxisRule::sections_interleaved, 128},
    {"qwen3_vl_moe_text", half, 5e5, 1, each_step, AxisRule::sections_interleaved},
    {"qwen3_vl_text", half, 5e5, 1, each_step, AxisRule::sections_interleaved, 128},
    {"recurrent_gemma", half, 1e4, 0.5},
    {"roformer", interleaved},
    {"smollm3", half, 2e6},
    {"solar_open", half, 1e6, 1, each_step, AxisRule::single, 128},
    {"stablelm", half, 1e4, 0.25},
    {"starcoder2", half},
};

} // namespace

const ModelType* find_model_type(std::string_view name) {
  const auto found =
      std::find_if(std::begin(types), std::end(types), [&](const ModelType& t) { return t.name == name; });
  return found == std::end(types) ? nullptr : found;
}

std::vector<std::int64_t> default_sections(AxisRule rule, std::int64_t pairs) {
  if (rule == AxisRule::sections_interleaved && pairs == 64) return {24, 20, 20}; // Qwen3-VL
  if (rule == AxisRule::sections_interleaved && pairs == 32) return {11, 11, 10}; // Qwen3.5
  if (rule == AxisRule::sections_ernie && pairs == 64) return {22, 22, 20};
  if (rule == AxisRule::sections && pairs == 32) return {8, 12, 12}; // GLM-4V
  return {};
}

} // namespace ropescope
