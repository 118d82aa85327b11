// Files of models' authors that are no Hugging Face config.json: Meta's and Mistral AI's params.json, executorch's, and
// those of DeepSeek's inference code. Numbers by the formulas of that code.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase natives[] = {
    {"Llama 2 70B",
     R"({"dim":8192,"multiple_of":4096,"ffn_dim_multiplier":1.3,"n_heads":64,"n_kv_heads":8,"n_layers":80,"norm_eps":1e-05,"vocab_size":-1})",
     "", "", 64, 42, 2.3713737e-3, "interleaved"},
    {"Code Llama", R"({"dim":4096,"n_layers":32,"n_heads":32,"multiple_of":256,"norm_eps":1e-5,"rope_theta":1000000})",
     "", "", 64, 42, 1.1547820e-4, "interleaved"},
    {"Llama 3 70B",
     R"({"dim":8192,"n_heads":64,"n_kv_heads":8,"n_layers":80,"vocab_size":128256,"rope_theta":500000.0})", "", "", 64,
     42, 1.8199143e-4, "interleaved"},
    // Between the bands: 8192 · f / 2π − 1 thirds of the way.
    {"Llama 3.1 405B",
     R"({"dim":16384,"n_heads":128,"n_kv_heads":8,"n_layers":126,"rope_theta":500000.0,"use_scaled_rope":true})", "",
     "", 64, 32, 5.2484616e-4, "interleaved"},
    {"Llama 3.2 1B",
     R"({"dim":2048,"n_layers":16,"n_heads":32,"n_kv_heads":8,"rope_theta":500000.0,"use_scaled_rope":true,"quantization_args":{"group_size":256}})",
     "", "", 32, 20, 3.4281022e-5, "interleaved"},
    {"Llama 3.2 11B, which sees",
     R"({"dim":4096,"n_heads":32,"n_kv_heads":8,"rope_theta":500000.0,"use_scaled_rope":true,"vision_chunk_size":560,"vision_num_cross_attention_layers":8})",
     "", "", 64, 63, 3.0689265e-7, "interleaved"},
    {"Llama 4 Scout",
     R"({"dim":5120,"n_heads":40,"head_dim":128,"rope_theta":500000.0,"use_scaled_rope":true,"rope_scaling_factor":16.0,"rope_high_freq_factor":1.0,"nope_layer_interval":4,"n_layers":48})",
     "", "", 64, 42, 1.1374464e-5, "interleaved"},
    {"scaled by a factor of its own",
     R"({"dim":2048,"n_heads":32,"rope_theta":500000.0,"use_scaled_rope":true,"rope_scale_factor":32})", "", "", 32, 16,
     4.2955680e-4, "interleaved"},
    {"executorch, its own pairs", R"({"dim":2048,"n_heads":32,"rope_freq_base":500000.0,"use_hf_rope":false})", "", "",
     32, 1, 0.66360123, "interleaved"},
    {"executorch, Hugging Face's pairs", R"({"dim":2048,"n_heads":32,"rope_freq_base":10000.0,"use_hf_rope":true})", "",
     "", 32, 21, 2.3713737e-3, "half"},
    // mistral-inference takes 10 000 beside a window, else 1 000 000.
    {"Mistral 7B v0.1",
     R"({"dim":4096,"n_layers":32,"head_dim":128,"hidden_dim":14336,"n_heads":32,"n_kv_heads":8,"sliding_window":4096})",
     "", "", 64, 42, 2.3713737e-3, "interleaved"},
    {"Mixtral 8x7B",
     R"({"dim":4096,"n_layers":32,"head_dim":128,"hidden_dim":14336,"n_heads":32,"n_kv_heads":8,"moe":{"num_experts_per_tok":2,"num_experts":8}})",
     "", "", 64, 42, 1.1547820e-4, "interleaved"},
    {"Pixtral 12B",
     R"({"dim":5120,"head_dim":128,"hidden_dim":14336,"n_heads":32,"rope_theta":1000000000.0,"vision_encoder":{"hidden_size":1024,"num_attention_heads":16,"rope_theta":10000.0}})",
     "", "", 64, 42, 1.2409378e-6, "interleaved"},
    {"Voxtral Mini",
     R"({"dim":3072,"head_dim":128,"hidden_dim":8192,"n_heads":32,"rope_theta":100000000.0,"multimodal":{"whisper_model_args":{}}})",
     "", "", 64, 42, 5.6234133e-6, "interleaved"},
    {"Mistral Large 3",
     R"({"dim":7168,"head_dim":128,"hidden_dim":16384,"n_heads":128,"rope_theta":10000.0,"qk_rope_head_dim":64,"qk_nope_head_dim":128,"kv_lora_rank":512,"yarn":{"original_max_position_embeddings":8192,"factor":36,"apply_scale":false,"beta":32,"alpha":1},"llama_4_scaling":{"original_max_position_embeddings":8192,"beta":0.1}})",
     "", "", 32, 18, 3.1000868e-3, "interleaved"},
    {"Ministral 3",
     R"({"dim":4096,"head_dim":128,"hidden_dim":14336,"n_heads":32,"rope_theta":1000000.0,"yarn":{"factor":16,"original_max_position_embeddings":16384,"beta":32,"alpha":1,"apply_scale":false}})",
     "", "", 64, 40, 1.1114246e-5, "interleaved"},
    {"DeepSeek-V2-Lite's own",
     R"({"dim":2048,"inter_dim":10944,"moe_inter_dim":1408,"n_layers":27,"n_heads":16,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"mscale":0.707})",
     "", "", 32, 18, 2.2493653e-3, "interleaved"},
    {"DeepSeek-V3's own",
     R"({"dim":7168,"inter_dim":18432,"moe_inter_dim":2048,"n_layers":61,"n_heads":128,"q_lora_rank":1536,"kv_lora_rank":512,"qk_rope_head_dim":64})",
     "", "", 32, 16, 5.5e-3, "interleaved"},
    {"DeepSeek-V3's own, of no more than it was trained for",
     R"({"dim":7168,"moe_inter_dim":2048,"n_heads":128,"kv_lora_rank":512,"qk_rope_head_dim":64,"max_seq_len":4096})",
     "", "", 32, 16, 0.01, "interleaved"},
};

} // namespace

TEST_CASE("files of the authors' own formats are read as the authors' code reads them") {
  for (const FileCase& one : natives) check_file(one);
}

TEST_CASE("a native file whose numbers are of the wrong kind, or that turns nothing, is refused by its own key") {
  struct Bad {
    const char *config, *words;
  };
  for (const Bad one : {
           Bad{R"({"dim":4096,"n_heads":32,"rope_theta":"5e5"})", "rope_theta is \"5e5\", expected a number"},
           Bad{R"({"dim":4096,"n_heads":0})", "expected at least 1"},
           Bad{R"({"dim":4096,"n_heads":32,"use_scaled_rope":"yes"})", "use_scaled_rope is \"yes\""},
           Bad{R"({"dim":4096,"n_heads":32,"head_dim":128,"hidden_dim":1,"yarn":8})", "yarn is 8, expected an object"},
           Bad{R"({"dim":4096,"n_heads":32,"use_scaled_rope":true,"rope_scaling_factor":"8"})", "expected a number"},
           Bad{R"({"dim":4096,"n_layers":64,"n_groups":8,"model_type":"mamba"})", "has no rotary embedding"},
           Bad{R"({"d_model":2560,"n_layer":64,"ssm_cfg":{}})", "no key of a rotary embedding"},
           Bad{R"({"block_size":1024,"n_layer":12,"n_head":12,"n_embd":768})", "no key of a rotary embedding"},
       }) {
    CAPTURE(std::string(one.config));
    const std::string words = refusal_of(one.config);
    CAPTURE(words);
    CHECK(has_words(words, one.words));
  }
}

TEST_CASE("a Hugging Face config is none of these formats, whatever keys of theirs it has") {
  for (const char* text :
       {R"({"model_type":"llama","dim":4096,"n_heads":16,"head_dim":128,"rope_theta":1e4})",
        R"({"architectures":["LlamaForCausalLM"],"dim":4096,"n_heads":16,"head_dim":128,"rope_theta":1e4})",
        R"({"hidden_size":4096,"dim":4096,"n_heads":16,"head_dim":128,"rope_theta":1e4})"})
    CHECK_MESSAGE(parse_model_config(text, "x").layers.front().config.layout.pairs.pairing == Pairing::half, text);
}
