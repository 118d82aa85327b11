// The rows of more_classes.h: where each is from stands behind it.
#include "core/model/more_classes.h"

#include <array>

namespace ropescope {

namespace {

constexpr auto rows = std::to_array<ClassDefaults>({
    // baichuan-inc/Baichuan2-7B-Base, configuration_baichuan.py; the 13B model, of 40 layers, has ALiBi
    {"baichuan",
     R"({"rope":true,"rope_if":{"num_hidden_layers":32},"defaults":{"hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"max_position_embeddings":4096,"rope_theta":10000.0},"layout":"half"})"},
    // xverse/XVERSE-7B, configuration_xverse.py
    {"xverse",
     R"({"rope":true,"defaults":{"hidden_size":5120,"num_attention_heads":40,"max_position_embeddings":8192,"rope_theta":10000.0},"layout":"half"})"},
    // internlm/internlm-7b, configuration_internlm.py
    {"internlm",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // internlm/internlm2-7b, configuration_internlm2.py
    {"internlm2",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // BAAI/Aquila-7B
    {"aquila",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // THUDM/chatglm3-6b, modeling_chatglm.py: half of kv_channels
    {"chatglm",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"rope_parameters":{"rope_type":"default","rope_theta":10000.0,"partial_rotary_factor":0.5},"layout":"interleaved"})"},
    // Qwen/Qwen-7B, configuration_qwen.py
    {"qwen",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":8192,"rope_theta":10000.0},"layout":"half"})"},
    // tiiuae/falcon-40b as it was first published
    {"RefinedWeb",
     R"({"rope":true,"defaults":{"alibi":false,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // tiiuae/falcon-7b as it was first published
    {"RefinedWebModel",
     R"({"rope":true,"defaults":{"alibi":false,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // stabilityai/stablelm-3b-4e1t, configuration_stablelm_epoch.py
    {"stablelm_epoch",
     R"({"rope":true,"defaults":{"max_position_embeddings":4096,"rope_theta":10000.0},"rope_parameters":{"rope_type":"default","rope_theta":10000.0,"partial_rotary_factor":0.25},"layout":"half"})"},
    // apple/OpenELM, configuration_openelm.py
    {"openelm",
     R"({"rope":true,"defaults":{"head_dim":128,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // microsoft/Phi-3-small-8k-instruct
    {"phi3small",
     R"({"rope":true,"defaults":{"max_position_embeddings":8192,"rope_theta":1000000.0},"layout":"half"})"},
    // deepseek-ai/deepseek-moe-16b-base, configuration_deepseek.py
    {"deepseek",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // openbmb/MiniCPM-2B, configuration_minicpm.py
    {"minicpm",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // openbmb/MiniCPM3-4B, configuration_minicpm.py
    {"minicpm3",
     R"({"rope":true,"defaults":{"qk_rope_head_dim":32,"qk_nope_head_dim":64,"rope_theta":10000.0},"layout":"half"})"},
    // OrionStarAI/Orion-14B-Base
    {"orion",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // Skywork/Skywork-13B-base
    {"skywork",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // 01-ai/Yi-6B as it was first published
    {"Yi",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":4096,"rope_theta":10000.0},"layout":"half"})"},
    // upstage/solar-pro-preview-instruct
    {"solar",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // nvidia/Llama-3_1-Nemotron-51B-Instruct: Llama's code
    {"nemotron-nas",
     R"({"rope":true,"defaults":{"hidden_size":8192,"num_attention_heads":64,"rope_theta":500000.0},"layout":"half"})"},
    // Deci/DeciLM-7B
    {"decilm",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // Snowflake/snowflake-arctic-base, configuration_arctic.py
    {"arctic",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":1000000.0},"layout":"half"})"},
    // XiaomiMiMo/MiMo-7B-Base: Qwen2's code
    {"mimo", R"({"rope":true,"defaults":{"max_position_embeddings":32768,"rope_theta":10000.0},"layout":"half"})"},
    // inclusionAI/Ling-lite
    {"bailing_moe",
     R"({"rope":true,"defaults":{"max_position_embeddings":16384,"rope_theta":10000.0},"layout":"half"})"},
    // tencent/Tencent-Hunyuan-Large
    {"hunyuan",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // Alibaba-NLP/new-impl, configuration.py
    {"new",
     R"({"rope":true,"rope_if":{"position_embedding_type":"rope"},"defaults":{"position_embedding_type":"rope","rope_theta":10000.0},"layout":"half"})"},
    // allenai/Molmo-7B-D-0924, config_molmo.py
    {"molmo",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // THUDM/cogagent-chat-hf
    {"cogagent",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // hugohrban/progen2-base, modeling_progen.py: GPT-J's pairs
    {"progen", R"({"rope":true,"defaults":{"rotary_dim":48,"rope_theta":10000.0},"layout":"interleaved"})"},
    // pfnet/plamo-13b, modeling_plamo.py
    {"plamo",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rope_theta":10000.0},"layout":"half"})"},
    // hpcai-tech/grok-1, modeling_grok1.py
    {"grok-1",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":4096,"rope_theta":10000.0},"layout":"half"})"},
    // Deci/DeciLM-7B: the type in its file
    {"deci",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // THUDM/cogvlm2-llama3-chat-19B
    {"cogvlm",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0},"layout":"half"})"},
    // OpenMOSS-Team/moss-moon-003-base: CodeGen's code
    {"moss",
     R"({"rope":true,"defaults":{"hidden_size":4096,"num_attention_heads":16,"rotary_dim":64,"rope_theta":10000.0},"layout":"interleaved"})"},
    // allenai/OLMo-7B as it was first published, config.py
    {"hf_olmo",
     R"({"rope":true,"rope_if":{"rope":true},"defaults":{"rope":false,"rope_theta":10000.0},"layout":"half"})"},
    // transformers 5.24.0, modeling_t5gemma.py: the table has it as a part that turns nothing
    {"t5_gemma_module",
     R"({"rope":true,"defaults":{"hidden_size":2304,"num_attention_heads":8,"head_dim":256,"max_position_embeddings":8192,"rope_theta":10000.0},"rope_parameters":{"rope_type":"default","rope_theta":10000.0},"layout":"half"})"},
    // BlinkDL/rwkv-7
    {"rwkv7", R"({"rope":false,"positions":"none"})"},
    // inceptionai/jais-13b
    {"jais", R"({"rope":false,"positions":"alibi"})"},
    // smallcloudai/Refact-1_6B-fim
    {"refact", R"({"rope":false,"positions":"alibi"})"},
});

} // namespace

std::span<const ClassDefaults> more_classes() { return rows; }

} // namespace ropescope
