// What real files say (their smallest forms), and what the classes of transformers 5.24.0, or the code that the files
// are of, make of them.
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/config/config_json.h"
#include "core/error.h"
#include "core/rope/layout.h"
#include "core/rope/positions.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

struct Case {
  const char* name;
  const char* config;
  std::size_t pairs, pair; ///< how many; which one is looked at
  double frequency;        ///< its, rad/token
  const char* layout = "half";
  double attention_factor = 1;
};

constexpr Case cases[] = {
    // A known class without its keys: the class's own.
    {"llama, nothing", R"({"model_type":"llama"})", 64, 63, 1.1547820e-4},
    {"llama 1", R"({"model_type":"llama","hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048})",
     64, 63, 1.1547820e-4},
    {"mistral", R"({"model_type":"mistral","hidden_size":4096,"num_attention_heads":32})", 64, 1, 0.86596432},
    {"qwen 2", R"({"model_type":"qwen2","hidden_size":3584,"num_attention_heads":28})", 64, 1, 0.86596432},
    {"qwen 3 has its own head", R"({"model_type":"qwen3","hidden_size":5120,"num_attention_heads":64})", 64, 1,
     0.86596432},
    {"gemma", R"({"model_type":"gemma","hidden_size":2048,"num_attention_heads":8})", 128, 127, 1.0746078e-4},
    {"qwen 3.5 text", R"({"model_type":"qwen3_5_text","hidden_size":4096,"num_attention_heads":16})", 32, 31,
     1.3335214e-4},
    {"qwen 3.5 moe text", R"({"model_type":"qwen3_5_moe_text","hidden_size":2048,"num_attention_heads":16})", 32, 31,
     1.3335214e-4},
    {"mllama text", R"({"model_type":"mllama_text_model","hidden_size":4096,"num_attention_heads":32})", 64, 1,
     0.81461723},
    {"gpt-oss is scaled by its class", R"({"model_type":"gpt_oss"})", 32, 0, 1, "half", 1.3465735903},
    {"falcon as first published", R"({"model_type":"RefinedWebModel","alibi":false,"hidden_size":4544,"n_head":71})",
     32, 1, 0.74989421},
    {"falcon", R"({"model_type":"falcon","hidden_size":4544,"num_attention_heads":71})", 32, 1, 0.74989421},
    {"baichuan 2", R"({"model_type":"baichuan","hidden_size":4096,"num_attention_heads":32})", 64, 1, 0.86596432},
    {"xverse", R"({"model_type":"xverse","hidden_size":4096,"num_attention_heads":32})", 64, 1, 0.86596432},
    {"glm-4",
     R"({"model_type":"chatglm","hidden_size":4096,"num_attention_heads":32,"kv_channels":128,"original_rope":true})",
     32, 1, 0.74989421, "interleaved"},
    // A part of the file.
    {"llava",
     R"({"model_type":"llava","text_config":{"model_type":"llama","max_position_embeddings":4096},"vision_config":{"model_type":"clip_vision_model"}})",
     64, 63, 1.1547820e-4},
    {"paligemma",
     R"({"model_type":"paligemma","text_config":{"model_type":"gemma","hidden_size":2048,"num_attention_heads":8}})",
     128, 127, 1.0746078e-4},
    {"a part without a type",
     R"({"model_type":"paligemma","text_config":{"hidden_size":2048,"num_attention_heads":8}})", 128, 127,
     1.0746078e-4},
    {"thinker",
     R"({"model_type":"x","thinker_config":{"text_config":{"model_type":"qwen2","hidden_size":3584,"num_attention_heads":28,"rope_theta":1000000}}})",
     64, 63, 1.2409378e-6},
    {"decoder_config",
     R"({"model_type":"vibevoice_x","decoder_config":{"model_type":"qwen2","hidden_size":3584,"num_attention_heads":28,"rope_theta":1000000.0}})",
     64, 63, 1.2409378e-6},
    {"vlm_config",
     R"({"model_type":"x","vlm_config":{"text_config":{"model_type":"gemma","hidden_size":2048,"num_attention_heads":8}}})",
     128, 127, 1.0746078e-4},
    {"language_config without a key",
     R"({"model_type":"multi_modality","language_config":{"model_type":"llama","num_hidden_layers":24}})", 64, 63,
     1.1547820e-4},
    {"llm_config",
     R"({"model_type":"internvl_chat","llm_config":{"model_type":"internlm2","hidden_size":4096,"num_attention_heads":32,"rope_theta":1000000}})",
     64, 1, 0.80584219},
    {"an audio model around a language model",
     R"({"model_type":"musicflamingo","rope_theta":1200,"head_dim":256,"text_config":{"model_type":"qwen2","hidden_size":3584,"num_attention_heads":28,"rope_theta":1000000}})",
     64, 1, 0.80584219},
    {"MLA left out",
     R"({"model_type":"deepseek_vl_v2","language_config":{"model_type":"deepseek_v2","hidden_size":1280,"num_attention_heads":10,"qk_rope_head_dim":0,"qk_nope_head_dim":0,"use_mla":false}})",
     64, 1, 0.86596432},
    // Spellings of their own.
    {"dbrx", R"({"model_type":"dbrx","d_model":6144,"n_heads":48,"attn_config":{"rope_theta":500000}})", 64, 63,
     2.4551412e-6},
    {"mpt with rope",
     R"({"model_type":"mpt","d_model":4096,"n_heads":32,"attn_config":{"alibi":false,"rope":true,"rope_theta":10000}})",
     64, 1, 0.86596432},
    {"phi-3-small",
     R"({"model_type":"phi3small","hidden_size":4096,"num_attention_heads":32,"rope_embedding_base":1000000,"rope_position_scale":1.0})",
     64, 1, 0.80584219},
    {"openelm", R"({"model_type":"openelm","head_dim":64,"rope_freq_constant":10000,"model_dim":2048})", 32, 1,
     0.74989421},
    {"internlm 1",
     R"({"model_type":"internlm","hidden_size":4096,"num_attention_heads":32,"max_position_embeddings":2048,"rotary":{"base":10000,"type":"dynamic"}})",
     64, 1, 0.86596432},
    {"stablelm, first form",
     R"({"model_type":"stablelm_epoch","hidden_size":2560,"num_attention_heads":32,"rope_theta":10000,"rope_pct":0.5})",
     20, 1, 0.63095734},
    {"esm-2", R"({"model_type":"esm","hidden_size":2560,"num_attention_heads":40,"position_embedding_type":"rotary"})",
     32, 1, 0.74989421},
    {"roformer", R"({"model_type":"roformer","hidden_size":768,"num_attention_heads":12,"rotary_value":false})", 32, 1,
     0.74989421, "interleaved"},
    {"wav2vec2-conformer",
     R"({"model_type":"wav2vec2-conformer","hidden_size":1024,"num_attention_heads":16,"position_embeddings_type":"rotary","rotary_embedding_base":10000})",
     32, 1, 0.74989421},
    {"moonshine",
     R"({"model_type":"moonshine","hidden_size":288,"decoder_num_attention_heads":8,"partial_rotary_factor":0.9,"rope_theta":10000.0})",
     16, 1, 0.56234133, "interleaved"},
    {"nomic, half of the head",
     R"({"model_type":"nomic_bert","n_embd":768,"n_head":12,"rotary_emb_base":1000,"rotary_emb_fraction":0.5,"rotary_emb_interleaved":true})",
     16, 1, 0.64938163, "interleaved"},
    {"zamba 2",
     R"({"model_type":"zamba2","hidden_size":3584,"num_attention_heads":32,"kv_channels":112,"use_mem_rope":true,"rope_theta":10000})",
     112, 1, 0.92105532},
    {"a type of vLLM's",
     R"({"model_type":"qwen2","hidden_size":3584,"num_attention_heads":28,"max_position_embeddings":131072,"rope_theta":1000000.0,"rope_scaling":{"type":"deepseek_yarn","factor":4.0,"original_max_position_embeddings":32768}})",
     64, 0, 1, "half", 1.1386294361},
    {"telechat 3",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":131072,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":4.0,"original_max_position_embeddings":32768}})",
     64, 0, 1, "half", 1.0970406053},
    {"GTE's ntk",
     R"({"model_type":"new","hidden_size":768,"num_attention_heads":12,"max_position_embeddings":8192,"rope_theta":20000,"rope_scaling":{"factor":8.0,"type":"ntk"}})",
     32, 1, 0.64439},
    {"an axial tower",
     R"({"model_type":"pixtral","hidden_size":1024,"num_attention_heads":16,"head_dim":64,"image_size":1024,"patch_size":16,"rope_parameters":{"rope_theta":10000.0,"rope_type":"axial"}})",
     32, 0, 1},
    {"a tower by its own type", R"({"model_type":"qwen3_vl_vision","hidden_size":1152,"num_heads":16})", 36, 1,
     0.59948425},
    {"Qwen2-VL's tower is embed_dim wide",
     R"({"model_type":"qwen2_vl_vision","embed_dim":1280,"hidden_size":3584,"num_heads":16})", 40, 1, 0.63095734},
    {"Python's numbers",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000.0,"a":[0.0,Infinity,-Infinity,NaN],"b":"NaN \" Infinity"})",
     64, 1, 0.86596432},
    // Other people's files.
    {"Llama 3.1 of Meta", R"({"dim":4096,"n_heads":32,"n_kv_heads":8,"rope_theta":500000.0,"use_scaled_rope":true})",
     64, 63, 3.0689265e-7, "interleaved"},
    {"Llama 3.1 of Meta, between the bands",
     R"({"dim":4096,"n_heads":32,"n_kv_heads":8,"rope_theta":500000.0,"use_scaled_rope":true})", 64, 30, 1.3718936e-3,
     "interleaved"},
    {"Llama 2 of Meta", R"({"dim":4096,"n_heads":32,"multiple_of":256,"norm_eps":1e-5})", 64, 1, 0.86596432,
     "interleaved"},
    {"Mistral's own",
     R"({"dim":4096,"n_layers":32,"head_dim":128,"hidden_dim":14336,"n_heads":32,"n_kv_heads":8,"rope_theta":1000000.0})",
     64, 1, 0.80584219, "interleaved"},
    {"Ministral 3's own",
     R"({"dim":3072,"head_dim":128,"hidden_dim":9216,"n_heads":32,"rope_theta":1000000.0,"yarn":{"factor":16,"original_max_position_embeddings":16384,"beta":32,"alpha":1,"apply_scale":false}})",
     64, 0, 1, "interleaved", 1},
    {"executorch, halves",
     R"({"dim":2048,"n_heads":32,"rope_theta":500000.0,"use_hf_rope":true,"use_scaled_rope":false})", 32, 1,
     0.66360217},
    {"DeepSeek-V3's own",
     R"({"vocab_size":129280,"dim":7168,"inter_dim":18432,"moe_inter_dim":2048,"n_layers":61,"n_heads":128,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128})",
     32, 31, 3.3338035e-6, "interleaved", 1},
    // Axes in orders of their own: column and row in turn, three thirds, rows before they are heads.
    {"kimi's tower", R"({"model_type":"kimi_k25_vision"})", 36, 3, 0.59948420},
    {"minimax's tower", R"({"model_type":"minimax_m3_vl_vision"})", 39, 14, 0.49238824},
    {"pictures that are matched", R"({"model_type":"efficientloftr"})", 128, 3, 0.86596435, "interleaved"},
    // The class of the whole gives values to its part, where the part has none.
    {"voxtral", R"({"model_type":"voxtral","text_config":{"model_type":"llama","head_dim":128}})", 64, 1, 0.74989420},
    {"voxtral's own base",
     R"({"model_type":"voxtral","text_config":{"model_type":"llama","head_dim":128,"rope_theta":10000.0}})", 64, 1,
     0.86596432},
    {"llama is not voxtral", R"({"model_type":"llama","head_dim":128})", 64, 1, 0.86596432},
    // What transformers 4 wrote has the values of its classes.
    {"cohere of 4.57", R"({"model_type":"cohere","head_dim":128,"transformers_version":"4.57.6"})", 64, 1, 0.86596432,
     "interleaved"},
    {"cohere of 5.24", R"({"model_type":"cohere","head_dim":128,"transformers_version":"5.24.0"})", 64, 1, 0.81461723,
     "interleaved"},
    {"cohere's own base",
     R"({"model_type":"cohere","head_dim":128,"rope_theta":8000000,"transformers_version":"4.57.6"})", 64, 1, 0.78007,
     "interleaved"},
    {"fuyu of 4.57",
     R"({"model_type":"fuyu","transformers_version":"4.57.6","text_config":{"model_type":"persimmon","hidden_size":4096,"num_attention_heads":64}})",
     16, 1, 0.53104190},
    {"olmo 3 of 4.57",
     R"({"model_type":"olmo3","head_dim":128,"layer_types":["sliding_attention","full_attention"],"transformers_version":"4.57.1"})",
     64, 1, 0.86596432},
    {"glm-4.5v of 4.57",
     R"({"model_type":"Glm4vMoe_text","hidden_size":4096,"num_attention_heads":32,"transformers_version":"4.57.6"})",
     32, 1, 0.74989421},
    // Layers of kinds of their own.
    {"Gemma 4, saved again",
     R"({"model_type":"gemma4_text","head_dim":256,"hidden_size":2816,"num_attention_heads":16,"layer_types":["sliding_attention","full_attention"],"per_layer_config":{"1":{"head_dim":512}},"rope_parameters":{"full_attention":{"partial_rotary_factor":0.25,"rope_theta":1000000.0,"rope_type":"proportional"},"sliding_attention":{"rope_theta":10000.0,"rope_type":"default"}}})",
     256, 1, 0.94746},
    {"a list of bases",
     R"({"model_type":"step3p5","head_dim":128,"rope_theta":[5000000.0,10000.0],"layer_types":["full_attention","sliding_attention"],"num_hidden_layers":2})",
     64, 1, 0.785830},
    {"a part of the head that Llama's class does not read",
     R"({"model_type":"llama","hidden_size":4096,"num_attention_heads":32,"rope_theta":10000.0,"partial_rotary_factor":0.5})",
     64, 1, 0.86596432},
    {"DeepSeek-V4, saved again",
     R"({"model_type":"deepseek_v4","head_dim":512,"rope_parameters":{"compress":{"rope_type":"yarn","factor":16,"original_max_position_embeddings":65536,"rope_theta":160000,"partial_rotary_factor":0.125,"attention_factor":1.0},"main":{"rope_type":"default","rope_theta":10000,"partial_rotary_factor":0.125}}})",
     32, 1, 0.74989421, "interleaved"},
    {"an architecture says what a new type is",
     R"({"architectures":["DeepseekV4ForCausalLM"],"model_type":"deepseek_ref","num_attention_heads":64,"hidden_size":4096,"head_dim":512,"qk_rope_head_dim":64,"rope_theta":10000,"compress_rope_theta":160000,"rope_scaling":{"factor":16,"original_max_position_embeddings":65536,"type":"yarn"}})",
     32, 1, 0.74989421, "interleaved"},
};

struct Refused {
  const char* config;
  const char* words; ///< that its sentence has
};

constexpr Refused refused[] = {
    {R"({"model_type":"bert","hidden_size":768,"num_attention_heads":12})", "has no rotary embedding"},
    {R"({"model_type":"bert","position_embedding_type":"absolute"})", "has no rotary embedding (absolute positions)"},
    {R"({"model_type":"gpt2","n_embd":768,"n_head":12})", "has no rotary embedding"},
    {R"({"model_type":"opt"})", "has no rotary embedding"},
    {R"({"model_type":"bloom"})", "has no rotary embedding"},
    {R"({"model_type":"t5"})", "has no rotary embedding"},
    {R"({"model_type":"vit"})", "has no rotary embedding"},
    {R"({"model_type":"clip"})", "has no rotary embedding"},
    {R"({"model_type":"whisper"})", "has no rotary embedding"},
    {R"({"model_type":"mpt","d_model":4096,"n_heads":32,"attn_config":{"alibi":true}})", "has no rotary embedding"},
    {R"({"model_type":"falcon","alibi":true,"hidden_size":2048,"num_attention_heads":32,"rope_theta":10000.0})",
     "has no rotary embedding"},
    {R"({"model_type":"granitemoehybrid","hidden_size":768,"num_attention_heads":12,"position_embedding_type":"nope","rope_theta":10000})",
     "has no rotary embedding"},
    {R"({"model_type":"nemotron_h","hidden_size":4096,"num_attention_heads":32,"rope_theta":10000})",
     "has no rotary embedding"},
    {R"({"model_type":"kimi_linear","hidden_size":2304,"num_attention_heads":32,"qk_rope_head_dim":64,"mla_use_nope":true,"rope_theta":10000})",
     "has no rotary embedding"},
    {R"({"model_type":"zamba2","hidden_size":3584,"num_attention_heads":32,"use_mem_rope":false,"rope_theta":10000})",
     "has no rotary embedding"},
    {R"({"model_type":"esm","hidden_size":320,"num_attention_heads":20,"position_embedding_type":"absolute"})",
     "has no rotary embedding"},
    {R"({"model_type":"baichuan","hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":40})",
     "has no rotary embedding"},
    {R"({"model_type":"unknown_one","hidden_size":64,"num_attention_heads":2,"position_embedding_type":"alibi"})",
     "has no rotary embedding (alibi positions)"},
    {R"({"model_type":"nobody","qk_rope_head_dim":0,"qk_nope_head_dim":128,"rope_theta":1e4,"hidden_size":64,"num_attention_heads":2})",
     "has no rotary embedding"},
    {R"({"model_type":"llama","head_dim":128,"rope_theta":1e4,"use_scaled_rope":true})", "ignore use_scaled_rope"},
    {R"({"model_type":"x","head_dim":128,"rope_theta":1e4,"use_fope":true})", "no rotation"},
    {R"({"model_type":"x","head_dim":128,"rope_theta":1e4,"rope_position_scale":0.5})", "ignore rope_position_scale"},
    {R"({"model_type":"mistral_large4_text"})", "learned factors"},
    {R"({"head_dim":64,"rope_theta":1e4,"alibi":true})", "the model has no rotary embedding (alibi is true)"},
    {R"({"model_type":"llama","head_dim":128,"rope_theta":NaN})", "rope_theta is \"NaN\", expected a number"},
    {R"({"model_type":"llama","head_dim":128,"rope_theta":-Infinity})", "expected a number"},
};

std::string refusal(const std::string& text, const ReadOptions& options = {}) {
  try {
    parse_model_config(text, "config.json", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

Model read(const std::string& text, const ReadOptions& options = {}) {
  return parse_model_config(text, "config.json", options);
}

} // namespace

TEST_CASE("what real files leave out, nest, spell and list is read as the code that they are of reads it") {
  for (const Case& one : cases) {
    CAPTURE(std::string(one.name));
    Model model;
    CHECK_NOTHROW(model = read(one.config));
    if (model.layers.empty()) continue;
    const RopeConfig& rope = layer_rope(model, std::nullopt).config;
    const Spectrum spectrum = make_spectrum(rope, std::nullopt);
    REQUIRE(spectrum.inv_freq.size() == one.pairs);
    CHECK(spectrum.inv_freq[one.pair] == doctest::Approx(one.frequency).epsilon(2e-5));
    CHECK(pairing_name(rope.layout.pairs.pairing) == one.layout);
    CHECK(spectrum.attention_factor == doctest::Approx(one.attention_factor).epsilon(1e-9));
  }
}

TEST_CASE(
    "a file whose model does not turn, or turns by numbers that are not in it, is refused by a sentence that says so") {
  for (const Refused& one : refused) {
    CAPTURE(std::string(one.config));
    const std::string words = refusal(one.config);
    CAPTURE(words);
    CHECK(words.find(one.words) != std::string::npos);
    CHECK(words.find('\n') == std::string::npos);
  }
}

TEST_CASE("where two releases have two bases for a file without one, both are named") {
  const Model older = read(R"({"model_type":"cohere","head_dim":128,"transformers_version":"4.57.6"})");
  REQUIRE(older.warnings.size() == 1);
  CHECK(older.warnings[0] ==
        "no rope_theta in it: it has that of transformers 4.57, whose version the file names (5.24 has 500 000)");
  CHECK(read(R"({"model_type":"cohere","head_dim":128})").warnings.empty());
}

TEST_CASE("each axis turns the pairs that its tower gives it") {
  const auto axes_of = [](const char* type, std::int64_t axes) {
    const Model model = read(fmt::format(R"({{"model_type":"{}"}})", type));
    std::string letters;
    for (const std::uint8_t axis : pair_axes(model.layers[0].config, axes)) letters += static_cast<char>('0' + axis);
    return letters;
  };
  CHECK(axes_of("kimi_k25_vision", 2) == "101010101010101010101010101010101010");
  CHECK(axes_of("efficientloftr", 2).starts_with("010101"));
  CHECK(axes_of("minimax_m3_vl_vision", 3) == "000000000000011111111111112222222222222");
  CHECK(axes_of("step3p5_vision", 2).starts_with("1111"));
  const Model tower = read(R"({"model_type":"minimax_m3_vl_vision"})");
  CHECK((grid_positions(tower.layers[0].config, 2, 2).axes == 3));
}

TEST_CASE("a key that cannot be honoured is left out by a word beside the file") {
  const std::string text = R"({"model_type":"llama","head_dim":128,"rope_theta":1e4,"use_scaled_rope":true})";
  CHECK(refusal(text, {"", {"use_scaled_rope"}}) == "accepted");
  CHECK(refusal(text, {"", {"another"}}) != "accepted");
  CHECK(refusal(R"({"model_type":"mistral_large4_text"})", {"", {"freq_factors"}}) == "accepted");
}

TEST_CASE("what came from the class is said, and only that") {
  CHECK(read(R"({"model_type":"llama","hidden_size":4096,"num_attention_heads":32})").from_class ==
        std::vector<std::string>{"rope_theta 10000"});
  CHECK(read(R"({"model_type":"llama","hidden_size":4096,"num_attention_heads":32,"rope_theta":5e5})")
            .from_class.empty());
  CHECK(read(R"({"model_type":"qwen3","hidden_size":5120,"num_attention_heads":64,"rope_theta":1e6})").from_class ==
        std::vector<std::string>{"head_dim 128"});
  for (const std::string& one : read(R"({"model_type":"gpt_oss"})").from_class) CHECK(one != "rope_type default");
  CHECK(read(R"({"model_type":"gpt_oss"})").from_class.size() >= 5);
}

TEST_CASE("every part that turns can be asked for by name, path or key, and others are refused with the list") {
  const std::string text = R"({"model_type":"qwen3_vl","text_config":{"model_type":"qwen3_vl_text","head_dim":128,
      "rope_theta":5e6},"vision_config":{"model_type":"qwen3_vl_vision","hidden_size":1152,"num_heads":16}})";
  const Model whole = read(text);
  CHECK(whole.part == "text");
  CHECK(whole.parts == std::vector<std::string>{"text", "vision"});
  for (const char* name : {"vision", "vision_config"}) {
    const Model tower = read(text, {name, {}});
    CHECK(tower.part == "vision");
    CHECK(tower.model_type == "qwen3_vl_vision");
    CHECK(tower.layers.front().config.layout.head_dim == 72);
    CHECK(tower.layers.front().config.axes.rule == AxisRule::halves);
  }
  CHECK(refusal(text, {"audio", {}}).find("no part \"audio\" with a rotary embedding, expected text or vision") !=
        std::string::npos);
  CHECK(read(R"({"model_type":"llama"})").parts.empty());
  const std::string nested =
      R"({"model_type":"x","thinker_config":{"text_config":{"model_type":"qwen2","rope_theta":1e6},
      "vision_config":{"model_type":"qwen2_5_vl_vision","hidden_size":1280,"num_heads":16}},
      "talker_config":{"text_config":{"model_type":"qwen2","head_dim":64}}})";
  CHECK(read(nested).parts.front() == "text");
  CHECK(read(nested, {"talker.text", {}}).layers.front().config.layout.head_dim == 64);
  CHECK(read(nested, {"thinker_config.vision_config", {}}).model_type == "qwen2_5_vl_vision");
}

TEST_CASE("layers that do not turn, have no attention or do not exist are told apart") {
  const auto asked = [](const std::string& text, const char* type) -> std::string {
    try {
      return layer_rope(read(text), type).config.rotates ? "turns" : "rests";
    } catch (const Error& error) {
      return error.what();
    }
  };
  const std::string afmoe = R"({"model_type":"afmoe","head_dim":128,"rope_theta":1e4,"sliding_window":2048,
      "layer_types":["sliding_attention","full_attention"]})";
  CHECK(asked(afmoe, "sliding_attention") == "turns");
  CHECK(asked(afmoe, "full_attention") == "rests");
  const std::string next = R"({"model_type":"qwen3_next","head_dim":256,"rope_theta":1e7})";
  CHECK(asked(next, "full_attention") == "turns");
  CHECK(asked(next, "linear_attention").find("does not rotate") != std::string::npos);
  CHECK(asked(next, "sliding_atention").find("expected full_attention") != std::string::npos);
  const std::string llama4 = R"({"model_type":"llama4_text","rope_theta":5e5,"num_hidden_layers":4})";
  CHECK(asked(llama4, "chunked_attention") == "turns");
  CHECK(asked(llama4, "full_attention") == "rests");
  CHECK(asked(llama4, "no_rope") == "rests");
  CHECK(asked(R"({"model_type":"llama"})", "full_attention") == "turns");
  CHECK(asked(R"({"model_type":"llama"})", "sliding_atention").find("no layer type") != std::string::npos);
  const std::string muse = R"({"model_type":"granite_swa","head_dim":64,"layer_rope_theta":[1e4,1e4,0,5e5]})";
  CHECK(asked(muse, "base_10000") == "turns");
  CHECK(asked(muse, "base_500000") == "turns");
  CHECK(asked(muse, "no_rope") == "rests");
}

TEST_CASE("a key in its off position is worth no word, one that is not understood is") {
  const auto words = [](const std::string& keys) {
    return read(R"({"model_type":"foo","head_dim":64,"rope_theta":1e4)" + keys + "}").warnings.size();
  };
  const std::size_t none = words("");
  CHECK(none == 1); // how the pairs lie is guessed
  for (const char* off :
       {R"(,"use_scaled_rope":false)", R"(,"rotary_emb_scale_base":null)", R"(,"use_mrope":false)",
        R"(,"rope_ntk_scale":1.0)", R"(,"xrope_list":[])", R"(,"my_rope":0)", R"(,"yarn":{})",
        R"(,"rotary_scaling_factor":null)", R"(,"use_rope":true)", R"(,"rotary_emb_interleaved":false)"})
    CHECK_MESSAGE(words(off) <= none, off);
  for (const char* on :
       {R"(,"my_rope":2)", R"(,"rope_wobble":true)", R"(,"ntk_share":0.5)", R"(,"use_logn_attn":true)"})
    CHECK_MESSAGE(words(on) == none + 1, on);
}

TEST_CASE("an unknown type says that its pairs are guessed, and goes by what the file says of them") {
  CHECK(read(R"({"model_type":"foo","head_dim":64,"rope_theta":1e4})").warnings.front().find("not known") !=
        std::string::npos);
  CHECK(read(R"({"head_dim":64,"rope_theta":1e4})").warnings.front().find("names no model_type") != std::string::npos);
  CHECK(read(R"({"model_type":"foo","head_dim":64,"rope_theta":1e4,"rope_interleave":true})")
            .layers.front()
            .config.layout.pairs.pairing == Pairing::interleaved);
  CHECK(read(R"({"model_type":"foo","head_dim":64,"rope_theta":1e4,"rope_interleave":true})").warnings.empty());
  CHECK(read(R"({"head_dim":64,"rope_theta":1e4,"rotary_emb_interleaved":true})").layout_source ==
        LayoutSource::stated);
  CHECK(read(R"({"model_type":"llama","head_dim":64,"rope_theta":1e4})").warnings.empty());
}

TEST_CASE("a file of thousands of nested models is refused before each is looked at") {
  std::string text = R"({"model_type":"llama")";
  for (int i = 0; i < 20'000; ++i) text += fmt::format(R"(,"m{}_config":{{"model_type":"llama"}})", i);
  CHECK(refusal(text + "}").find("more than 64 nested models") != std::string::npos);
}
