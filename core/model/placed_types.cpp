#include <algorithm>
#include <iterator>

#include "core/model/axial_classes.h"

namespace ropescope {

namespace {

// Sources: transformers 5.24.0, modeling_*.py of each model; the positions of streams by its get_rope_index.

constexpr PlaceRule blocks{.stream = StreamRule::blocks};
constexpr PlaceRule frame_by_frame{.stream = StreamRule::blocks, .frame_by_frame = true};

constexpr PlacedType types[] = {
    {.model_type = "cosmos3_edge_text", .positions = frame_by_frame},
    {.model_type = "dinov3_vit", .rotary = "DINOv3ViTRopePositionEmbedding"},
    {.model_type = "ernie4_5_vl_moe_text",
     .rotary = "Ernie4_5_VLMoeTextRotaryEmbedding",
     .positions = {.stream = StreamRule::blocks, .temporal_merge = 2}},
    {.model_type = "gemma4_vision", .rotary = "Gemma4VisionRotaryEmbedding"},
    {.model_type = "glm4v_moe_text", .rotary = "Glm4vMoeTextRotaryEmbedding", .positions = frame_by_frame},
    {.model_type = "glm4v_text", .rotary = "Glm4vTextRotaryEmbedding", .positions = frame_by_frame},
    {.model_type = "glm_ocr_text", .positions = frame_by_frame},
    {.model_type = "hunyuan_vl_text",
     .rotary = "HunYuanVLRotaryEmbedding apply_rotary_pos_emb_xdrope",
     .positions = {.stream = StreamRule::absolute}},
    {.model_type = "inkling2_vision", .rotary = "Inkling2VisionRotaryEmbedding", .merges = true},
    {.model_type = "kimi_k25_vision", .rotary = "Kimi_K25VisionRotaryEmbedding"},
    {.model_type = "llama4_vision_model",
     .rotary = "Llama4VisionRotaryEmbedding",
     .positions = {.class_token_last = true}},
    {.model_type = "minimax_m3_vl_vision", .rotary = "MiniMaxM3VLVisionRotaryEmbedding"},
    {.model_type = "muse_glimmer_vision", .positions = {.side_first = 1, .own_order = true}},
    {.model_type = "muse_spark_vision", .positions = {.side_first = 1, .own_order = true}},
    {.model_type = "musicflamingo",
     .rotary = "MusicFlamingoRotaryEmbedding",
     .positions = {.time_rate = 0.04},
     .axes = "window step seconds",
     .split = AxisSplit::half_head,
     .times_axis = 2,
     .direction = -1},
    {.model_type = "neomme",
     .rotary = "NeoMMERotaryEmbedding",
     .positions = {.text = TextPlace::all_axes, .sides_behind_text = true},
     .axes = "r c",
     .order = PairSequence::dealt,
     .count = FrequencyCount::run_on},
    {.model_type = "paddleocr_vl_vision", .keeps_rows = true},
    {.model_type = "pixtral", .rotary = "PixtralVisionRotaryEmbedding"},
    {.model_type = "qwen2_5_omni_text",
     .rotary = "Qwen2_5OmniRotaryEmbedding",
     .positions = {.stream = StreamRule::behind_all, .rate = 25, .chunk_seconds = 2}},
    {.model_type = "qwen2_5_vl_text",
     .rotary = "Qwen2_5_VLRotaryEmbedding",
     .positions = {.stream = StreamRule::blocks, .rate = 2}},
    {.model_type = "qwen2_vl_text", .positions = blocks},
    {.model_type = "qwen3_5_moe_text", .positions = frame_by_frame},
    {.model_type = "qwen3_5_text", .positions = frame_by_frame},
    {.model_type = "qwen3_omni_moe_text",
     .rotary = "Qwen3OmniMoeThinkerTextRotaryEmbedding",
     .positions = {.stream = StreamRule::behind_all, .rate = 13, .keeps_fractions = true}},
    {.model_type = "qwen3_vl_moe_text", .positions = frame_by_frame},
    {.model_type = "qwen3_vl_text", .rotary = "Qwen3VLTextRotaryEmbedding", .positions = frame_by_frame},
    {.model_type = "qwen3_vl_vision", .rotary = "Qwen3VLVisionRotaryEmbedding"},
    {.model_type = "sam2_video", .rotary = "Sam2VideoVisionRotaryEmbedding"},
    {.model_type = "sam3_vit_model",
     .rotary = "Sam3ViTRotaryEmbedding",
     .positions = {.sides = SideRule::fitted, .side_rows = 24, .side_columns = 24}},
    {.model_type = "vjepa2",
     .rotary = "VJEPA2RopeAttention",
     .axes = "t h w",
     .table = AngleTable::tiled,
     .block_of_axis = true},
};

} // namespace

std::span<const PlacedType> placed_types() { return types; }

const PlacedType* find_placed_type(std::string_view model_type) {
  const auto found = std::find_if(std::begin(types), std::end(types),
                                  [&](const PlacedType& type) { return type.model_type == model_type; });
  return found == std::end(types) ? nullptr : found;
}

} // namespace ropescope
