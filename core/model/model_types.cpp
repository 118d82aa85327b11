#include "core/model/model_types.h"

#include <algorithm>
#include <iterator>

namespace ropescope {

namespace {

// Pairing of the input, pairing of the output, whether the rotary part is the end of the head, direction; of Gemma 4's
// vision tower also the offset and the two blocks. A row without a layout turns halves by +angle.
constexpr PairLayout interleaved{Pairing::interleaved, Pairing::interleaved, false, +1};
constexpr PairLayout deepseek_v3{Pairing::interleaved, Pairing::half, false, +1};
constexpr PairLayout deepseek_v4{Pairing::interleaved, Pairing::interleaved, true, +1};
constexpr PairLayout nanochat{Pairing::half, Pairing::half, false, -1};
constexpr PairLayout interleaved_back{Pairing::interleaved, Pairing::interleaved, false,
                                      -1}; // MusicFlamingo: −2π·seconds
constexpr PairLayout two_blocks{Pairing::half, Pairing::half, false, +1, 0, 2};

constexpr Rounding once = Rounding::once, tables_rounded = Rounding::tables_rounded;
constexpr Rounding complex_once = Rounding::complex_once;

constexpr std::string_view chunked[] = {"chunked_attention"}, full[] = {"full_attention"};
constexpr std::string_view uncompressed[] = {"sliding_attention"};
constexpr std::string_view compressed[] = {"compressed_sparse_attention", "heavily_compressed_attention"};

// phi4mm is the class of Microsoft's own files: microsoft/Phi-4-multimodal-instruct, configuration_phi4mm.py.
constexpr ModelType types[] = {
    {.name = "apertus", .default_theta = 1.2e7},
    {.name = "bamba", .default_partial = 0.5},
    {.name = "bitnet", .default_theta = 5e5},
    {.name = "blt", .layout = interleaved, .default_theta = 5e5},
    {.name = "chatglm", .layout = interleaved, .default_partial = 0.5},
    {.name = "clvp_encoder", .default_partial = 0.5},
    {.name = "codegen", .layout = interleaved, .fixed_base = true},
    {.name = "cohere", .layout = interleaved, .default_theta = 5e5, .rounding = tables_rounded},
    {.name = "cohere2", .layout = interleaved, .rounding = tables_rounded, .full_attention = FullAttention::rests},
    {.name = "cohere_compass_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "csm", .default_theta = 5e5},
    {.name = "cwm", .default_theta = 1e6, .default_head_dim = 128},
    {.name = "deepseek_v2", .layout = interleaved, .rounding = complex_once, .scales_softmax = true},
    {.name = "deepseek_v3", .layout = deepseek_v3, .scales_softmax = true},
    {.name = "deepseek_v3 (DeepSeek)", .layout = interleaved, .scales_softmax = true, .native = NativeFormat::deepseek},
    {.name = "deepseek_v32", .layout = deepseek_v3},
    {.name = "deepseek_v4",
     .layout = deepseek_v4,
     .default_partial = 64.0 / 512,
     .rounding = once,
     .rope_inside_head = true,
     .compressed_layers = true,
     .native = NativeFormat::deepseek_v4,
     .rope_layers = uncompressed,
     .no_rope_layers = compressed},
    {.name = "diffusion_gemma_text",
     .default_theta = 1e6,
     .default_head_dim = 256,
     .default_global_head_dim = 512,
     .local_base = 10000},
    {.name = "dinov3_vit", .default_theta = 100, .axis_rule = AxisRule::centred_grid},
    {.name = "dots3_note_vision_encoder", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "edgetam_video",
     .layout = interleaved,
     .rounding = once,
     .axis_rule = AxisRule::halves_xy,
     .default_head_dim = 256},
    {.name = "efficientloftr",
     .layout = interleaved,
     .rounding = tables_rounded,
     .axis_rule = AxisRule::alternating,
     .first_patch = 1,
     .turns_whole_rows = true},
    {.name = "embedding_gemma2_text",
     .default_theta = 1e6,
     .default_head_dim = 256,
     .default_global_head_dim = 512,
     .local_base = 10000},
    {.name = "emu3", .default_theta = 1e6},
    {.name = "eomt_dinov3", .default_theta = 100, .axis_rule = AxisRule::centred_grid},
    {.name = "ernie4_5", .layout = interleaved, .default_theta = 5e5, .rounding = once, .default_head_dim = 128},
    {.name = "ernie4_5_moe", .layout = interleaved, .default_theta = 5e5, .rounding = once},
    {.name = "ernie4_5_vl_moe_text",
     .layout = interleaved,
     .default_theta = 5e5,
     .rounding = once,
     .axis_rule = AxisRule::sections_ernie},
    {.name = "ernie4_5_vl_moe_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "esm", .rounding = tables_rounded},
    {.name = "exaone4", .full_attention = FullAttention::rests_beside_window},
    {.name = "exaone4_5_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "falcon"},
    {.name = "flex_olmo", .default_theta = 5e5, .rounding = once},
    {.name = "fuyu", .default_theta = 25000, .default_partial = 0.5},
    {.name = "gemma", .default_head_dim = 256},
    {.name = "gemma2", .default_head_dim = 256},
    {.name = "gemma3", .default_theta = 1e6, .default_head_dim = 256, .local_base = 10000},
    {.name = "gemma3_text", .default_theta = 1e6, .default_head_dim = 256, .local_base = 10000},
    {.name = "gemma4", .default_theta = 1e6, .default_head_dim = 256, .default_global_head_dim = 512},
    {.name = "gemma4_text",
     .default_theta = 1e6,
     .default_head_dim = 256,
     .default_global_head_dim = 512,
     .local_base = 10000},
    {.name = "gemma4_unified_text",
     .default_theta = 1e6,
     .default_head_dim = 256,
     .default_global_head_dim = 512,
     .local_base = 10000},
    {.name = "gemma4_vision", .layout = two_blocks, .default_theta = 100, .axis_rule = AxisRule::halves_xy},
    {.name = "glm", .layout = interleaved, .default_partial = 0.5, .default_head_dim = 128},
    {.name = "glm4", .layout = interleaved, .default_partial = 0.5, .default_head_dim = 128},
    {.name = "glm4_moe", .default_partial = 0.5},
    {.name = "glm4v_moe_text", .default_partial = 0.5},
    {.name = "glm4v_moe_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "glm4v_text", .layout = interleaved, .axis_rule = AxisRule::sections},
    {.name = "glm4v_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "glm5_next_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "glm_ocr_text", .layout = interleaved},
    {.name = "glm_ocr_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "gpt_neox", .default_partial = 0.25, .rotary_pct_alone = true},
    {.name = "gpt_oss", .default_theta = 150000, .default_head_dim = 64},
    {.name = "gptj", .layout = interleaved, .fixed_base = true},
    {.name = "granite"},
    {.name = "helium", .layout = interleaved, .default_theta = 1e5, .default_head_dim = 128},
    {.name = "hunyuan_v1_dense"},
    {.name = "hunyuan_v1_moe"},
    {.name = "hy_v3", .default_theta = 11158840, .default_head_dim = 128},
    {.name = "inkling2_vision", .layout = interleaved, .rounding = once, .axis_rule = AxisRule::halves_xy},
    {.name = "internlm2"},
    {.name = "jina_embeddings_v3", .default_theta = 20000},
    {.name = "kimi_k2", .layout = deepseek_v3, .scales_softmax = true},
    {.name = "kimi_k25_vision", .rounding = once, .axis_rule = AxisRule::alternating_xy},
    {.name = "lfm2", .default_theta = 1e6},
    {.name = "lfm3_vl_vision", .default_theta = 1e6, .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "llama"},
    {.name = "llama (Meta)", .layout = interleaved, .native = NativeFormat::meta},
    {.name = "llama4",
     .layout = interleaved,
     .default_theta = 5e5,
     .rounding = complex_once,
     .default_head_dim = 128,
     .nope_every = 4,
     .nope_scales_queries = true,
     .rope_layers = chunked,
     .no_rope_layers = full},
    {.name = "llama4_text",
     .layout = interleaved,
     .default_theta = 5e5,
     .rounding = complex_once,
     .default_head_dim = 128,
     .nope_every = 4,
     .nope_scales_queries = true,
     .rope_layers = chunked,
     .no_rope_layers = full},
    {.name = "llama4_vision_model",
     .layout = interleaved,
     .rounding = once,
     .axis_rule = AxisRule::halves_xy,
     .first_patch = 1},
    {.name = "longcat_flash", .layout = deepseek_v3, .default_theta = 1e7, .default_head_dim = 64},
    {.name = "mimo_v2_flash", .default_partial = 0.334, .default_head_dim = 192},
    {.name = "minicpm"},
    {.name = "minimax", .default_theta = 1e6},
    {.name = "minimax_m2", .default_theta = 5e6, .default_head_dim = 128, .rotary_dim_read = true},
    {.name = "minimax_m3_vl_text", .rotary_dim_unread = true},
    {.name = "minimax_m3_vl_vision", .axis_rule = AxisRule::thirds},
    {.name = "ministral3", .default_head_dim = 128},
    {.name = "mistral"},
    {.name = "mistral (Mistral AI)", .layout = interleaved, .native = NativeFormat::mistral},
    {.name = "mistral4", .layout = deepseek_v3, .scales_softmax = true},
    {.name = "mistral_large4_text", .layout = deepseek_v3, .learned_factors = true},
    {.name = "mixtral", .default_theta = 1e6},
    {.name = "mlcd_vision_model", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "mllama", .default_theta = 5e5},
    {.name = "modernbert",
     .default_theta = 160000,
     .rounding = tables_rounded,
     .local_base = 10000,
     .scales_local = true},
    {.name = "moonshine", .layout = interleaved, .default_partial = 0.9},
    {.name = "moonshine_streaming", .layout = interleaved, .default_partial = 0.8},
    {.name = "muse_glimmer_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "muse_spark_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "musicflamingo", .layout = interleaved_back, .default_partial = 0.2},
    {.name = "nanochat", .layout = nanochat},
    {.name = "nemotron", .default_partial = 0.5},
    {.name = "nomic_bert", .default_theta = 1000},
    {.name = "olmo", .rounding = once},
    {.name = "olmo2", .rounding = once},
    {.name = "olmo3", .default_theta = 5e5, .rounding = once, .scales_full_alone = true},
    {.name = "openai_privacy_filter", .layout = interleaved, .default_head_dim = 64},
    {.name = "paddleocr_vl", .default_theta = 5e5},
    {.name = "paddleocr_vl_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "palm", .layout = interleaved},
    {.name = "persimmon", .default_partial = 0.5},
    {.name = "phi", .default_partial = 0.5},
    {.name = "phi3", .yarn_means_longrope = true},
    {.name = "phi4_multimodal", .yarn_means_longrope = true},
    {.name = "phi4mm", .yarn_means_longrope = true},
    {.name = "phimoe", .default_theta = 1e6},
    {.name = "pixtral", .axis_rule = AxisRule::even_odd},
    {.name = "pythia", .default_partial = 0.25},
    {.name = "qwen"},
    {.name = "qwen2"},
    {.name = "qwen2_5_omni_vision_encoder", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen2_5_vl", .default_theta = 1e6},
    {.name = "qwen2_5_vl_text", .default_theta = 1e6},
    {.name = "qwen2_5_vl_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen2_vl", .default_theta = 1e6},
    {.name = "qwen2_vl_text", .default_theta = 1e6},
    {.name = "qwen2_vl_vision", .rounding = once, .axis_rule = AxisRule::halves, .default_head_dim = 80},
    {.name = "qwen3", .default_head_dim = 128},
    {.name = "qwen3_5", .default_partial = 0.25, .axis_rule = AxisRule::sections_interleaved, .default_head_dim = 256},
    {.name = "qwen3_5_moe_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen3_5_text",
     .default_partial = 0.25,
     .axis_rule = AxisRule::sections_interleaved,
     .default_head_dim = 256},
    {.name = "qwen3_5_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen3_moe"},
    {.name = "qwen3_next", .default_partial = 0.25, .default_head_dim = 256},
    {.name = "qwen3_omni_moe_vision_encoder", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen3_vl", .default_theta = 5e5, .axis_rule = AxisRule::sections_interleaved, .default_head_dim = 128},
    {.name = "qwen3_vl_moe_text", .default_theta = 5e5, .axis_rule = AxisRule::sections_interleaved},
    {.name = "qwen3_vl_moe_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen3_vl_text",
     .default_theta = 5e5,
     .axis_rule = AxisRule::sections_interleaved,
     .default_head_dim = 128},
    {.name = "qwen3_vl_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "qwen4_exp_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "recurrent_gemma", .default_partial = 0.5},
    {.name = "roformer", .layout = interleaved},
    {.name = "sam2_video",
     .layout = interleaved,
     .rounding = once,
     .axis_rule = AxisRule::halves_xy,
     .default_head_dim = 256},
    {.name = "sam3_tracker_video",
     .layout = interleaved,
     .rounding = once,
     .axis_rule = AxisRule::halves_xy,
     .default_head_dim = 256},
    {.name = "sam3_vit_model", .layout = interleaved, .rounding = once, .axis_rule = AxisRule::halves_xy},
    {.name = "sapiens2", .default_theta = 100, .axis_rule = AxisRule::centred_grid},
    {.name = "smollm3", .default_theta = 2e6, .nope_every = 4},
    {.name = "solar_open", .default_theta = 1e6, .default_head_dim = 128},
    {.name = "stablelm", .default_partial = 0.25},
    {.name = "starcoder2"},
    {.name = "step3p5", .scales_full_alone = true},
    {.name = "step3p5_vision", .rounding = once, .axis_rule = AxisRule::halves_xy},
    {.name = "video_llama_3_vision", .rounding = once, .axis_rule = AxisRule::halves},
    {.name = "zamba2", .head_multiple = 2},
};

static_assert(std::adjacent_find(std::begin(types), std::end(types),
                                 [](const ModelType& a, const ModelType& b) { return a.name >= b.name; }) ==
                  std::end(types),
              "rows are sorted by name, each name once");

} // namespace

std::span<const ModelType> model_types() { return types; }

const ModelType* find_model_type(std::string_view name) {
  const auto found =
      std::find_if(std::begin(types), std::end(types), [&](const ModelType& t) { return t.name == name; });
  return found == std::end(types) ? nullptr : found;
}

std::string_view native_model_type(NativeFormat format) {
  return std::find_if(std::begin(types), std::end(types), [&](const ModelType& t) { return t.native == format; })->name;
}

// By the number of pairs, as the defaults belong to classes with heads of a known size. A head of another size has no
// default: a wrong guess would turn pairs by the wrong axis in silence.
std::vector<std::int64_t> default_sections(AxisRule rule, std::int64_t pairs) {
  if (rule == AxisRule::sections_interleaved && pairs == 64) return {24, 20, 20}; // Qwen3-VL
  if (rule == AxisRule::sections_interleaved && pairs == 32) return {11, 11, 10}; // Qwen3.5
  if (rule == AxisRule::sections_ernie && pairs == 64) return {22, 22, 20};
  if (rule == AxisRule::sections && pairs == 32) return {8, 12, 12}; // GLM-4V
  return {};
}

} // namespace ropescope
