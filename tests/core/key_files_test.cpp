// Keys that are off, that count, that nobody reads, and that cannot be honoured.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase rotary_dims[] = {
    {"rotary dim unread", R"({"model_type":"minimax","head_dim":128,"rope_theta":10000000.0,"rotary_dim":64})", "", "",
     64, 42, 2.5482967e-05, "half", 0.9999999928},
    {"rotary dim read", R"({"model_type":"minimax_m2","head_dim":128,"rope_theta":5000000.0,"rotary_dim":64})", "", "",
     32, 21, 4.0160667e-05, "half", 0.9999999928},
    {"phi rotary dim unread", R"({"model_type":"phi","hidden_size":2560,"num_attention_heads":32,"rotary_dim":32})", "",
     "", 20, 13, 0.002511887, "half", 0.9999999928},
};

// Numbers by the formula that the key's own code has.
constexpr FileCase spellings[] = {
    // StripedHyena's switch and divisor: 10000^(−84/128) / 16.
    {"evo",
     R"({"model_type":"stripedhyena","hidden_size":4096,"num_attention_heads":32,"rotary_emb_base":10000,"rotary_emb_scaling_factor":16,"use_interpolated_rotary_pos_emb":true})",
     "", "", 64, 42, 1.4821086e-4, "half"},
    {"evo at its first length",
     R"({"model_type":"stripedhyena","hidden_size":4096,"num_attention_heads":32,"rotary_emb_base":10000,"rotary_emb_scaling_factor":16,"use_interpolated_rotary_pos_emb":false})",
     "", "", 64, 42, 2.3713737e-3, "half"},
    {"litgpt's pythia",
     R"({"n_embd":2048,"n_head":16,"rotary_percentage":0.25,"rope_base":10000,"rope_condense_ratio":1})", "", "", 16,
     10, 3.1622777e-3, "half"},
    {"dbrx", R"({"model_type":"dbrx","d_model":6144,"n_heads":48,"attn_config":{"kv_n_heads":8,"rope_theta":500000}})",
     "", "", 64, 42, 1.8199143e-4, "half"},
    {"mpt of llm-foundry",
     R"({"model_type":"mpt","d_model":2048,"n_heads":16,"attn_config":{"alibi":false,"rope":true,"rope_theta":500000,"rope_impl":"dail"}})",
     "", "", 64, 42, 1.8199143e-4, "half"},
    {"chatglm 2 of 32k",
     R"({"model_type":"chatglm","hidden_size":4096,"num_attention_heads":32,"kv_channels":128,"original_rope":true,"rope_ratio":16})",
     "", "", 32, 21, 3.8441140e-4, "interleaved"},
    {"glm 4 of a million tokens",
     R"({"model_type":"chatglm","hidden_size":4096,"num_attention_heads":32,"kv_channels":128,"original_rope":true,"rope_ratio":10000})",
     "", "", 32, 21, 5.6234133e-6, "interleaved"},
    {"codegeex 2",
     R"({"model_type":"chatglm","hidden_size":4096,"num_attention_heads":32,"kv_channels":128,"original_rope":true,"rotary_percent":0.5})",
     "", "", 32, 21, 2.3713737e-3, "interleaved"},
    {"stablelm alpha 2",
     R"({"model_type":"stablelm_alpha","hidden_size":2560,"num_heads":32,"rotary_emb_base":10000,"rotary_pct":0.25,"rotary_scale_base":null})",
     "", "", 10, 6, 3.9810717e-3, "half"},
    {"moss", R"({"model_type":"moss","n_embd":6144,"n_head":24,"n_positions":2048,"rotary_dim":64})", "", "", 32, 21,
     2.3713737e-3, "interleaved"},
    {"nomic's mixture", R"({"model_type":"nomic_bert","n_embd":768,"n_head":12,"rotary_emb_base":10000})", "", "", 32,
     21, 2.3713737e-3, "half"},
    {"jina 3",
     R"({"model_type":"xlm-roberta","hidden_size":1024,"num_attention_heads":16,"position_embedding_type":"rotary","rotary_emb_base":20000.0})",
     "", "", 32, 21, 1.5046970e-3, "half"},
    {"moonshine base",
     R"({"model_type":"moonshine","hidden_size":416,"decoder_num_attention_heads":8,"encoder_num_attention_heads":8,"partial_rotary_factor":0.62,"rope_theta":10000.0})",
     "", "", 16, 10, 3.1622777e-3, "interleaved"},
    // GTE's: (16e4 · 2)^(−40/64) / 2^(2/64).
    {"stella's ntk",
     R"({"model_type":"new","hidden_size":1024,"num_attention_heads":16,"rope_theta":160000,"rope_scaling":{"factor":2.0,"type":"ntk"}})",
     "", "", 32, 20, 3.5471053e-4, "half"},
    {"gte's ntk",
     R"({"model_type":"new","hidden_size":768,"num_attention_heads":12,"rope_theta":500000,"rope_scaling":{"factor":2.0,"type":"ntk"}})",
     "", "", 32, 20, 1.7401745e-4, "half"},
    {"ntk of another head",
     R"({"model_type":"foo","head_dim":128,"rope_theta":10000,"rope_scaling":{"factor":4.0,"rope_type":"ntk"}})", "",
     "", 64, 42, 9.3430988e-4, "half"},
    // Su's mixed base: f / exp(a · (j + 1)^b), a = ln s / (d/2)^b.
    {"mixed ntk",
     R"({"model_type":"foo","head_dim":128,"rope_theta":10000,"rope_scaling":{"factor":4.0,"type":"ntk","mixed_b":0.625}})",
     "", "", 64, 42, 8.0433266e-4, "half"},
    {"mixed ntk, steeper",
     R"({"model_type":"foo","head_dim":64,"rope_theta":10000,"rope_scaling":{"factor":8.0,"type":"ntk","mixed_b":0.9}})",
     "", "", 32, 20, 7.6181697e-4, "half"},
    // KoboldCpp's: base^(ln(n/2π) / ln(L/2π)).
    {"kobold, 4k to 16k",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":4096,"rope_scaling":{"rope_type":"kobold","factor":4}})",
     "", "", 64, 42, 6.5074796e-4, "half"},
    {"kobold, 8k to 128k",
     R"({"model_type":"llama","head_dim":128,"rope_theta":500000,"max_position_embeddings":8192,"rope_scaling":{"rope_type":"gradient","factor":16}})",
     "", "", 64, 42, 6.5230548e-6, "half"},
    // TeleChat3: 0.07 · ln s + 1.
    {"telechat 3, twice",
     R"({"model_type":"telechat3","head_dim":128,"rope_theta":1e6,"max_position_embeddings":65536,"rope_scaling":{"type":"telechat3-yarn","factor":2.0,"original_max_position_embeddings":32768}})",
     "", "", 64, 0, 1, "half", 1.0485203},
    {"telechat 3, eight times",
     R"({"model_type":"telechat3","head_dim":128,"rope_theta":1e6,"max_position_embeddings":262144,"rope_scaling":{"type":"telechat3-yarn","factor":8.0,"original_max_position_embeddings":32768}})",
     "", "", 64, 0, 1, "half", 1.1455609},
};

Model read(const std::string& text) { return parse_model_config(text, "config.json"); }

std::string with(const char* type, const std::string& key) {
  return fmt::format(R"({{"model_type":"{}","head_dim":64,"rope_theta":1e4,{}}})", type, key);
}

} // namespace

TEST_CASE("rotary_dim counts where the class reads it, and where it does not that is said") {
  for (const FileCase& one : rotary_dims) check_file(one);
  const Model unread = read(R"({"model_type":"minimax","head_dim":128,"rope_theta":1e7,"rotary_dim":64})");
  CHECK(is_told(unread, "rotary_dim has no effect: transformers 5.24 turns 128 components of model_type \"minimax\""));
  // Where it says what turns anyway there is nothing to say.
  CHECK(read(R"({"model_type":"minimax","head_dim":128,"rope_theta":1e7,"rotary_dim":128})").warnings.empty());
  CHECK(read(R"({"model_type":"minimax_m2","head_dim":128,"rope_theta":5e6,"rotary_dim":64})").warnings.empty());
}

TEST_CASE("keys that other code spells otherwise are read as that code reads them") {
  for (const FileCase& one : spellings) check_file(one);
}

TEST_CASE("a key that changes the numbers and cannot be honoured is refused, and left out on request") {
  struct Key {
    const char *key, *type;
  };
  for (const Key one : {Key{R"("use_scaled_rope":true)", "foo"}, Key{R"("rope_position_scale":0.25)", "phi3small"},
                        Key{R"("use_fope":true)", "interns1_pro"}, Key{R"("fope_num_inv_freq":16)", "foo"},
                        Key{R"("fope_sep_head":true)", "qwen3"}, Key{R"("fope_init_factor":0.5)", "foo"},
                        Key{R"("position_encoding_2d":true)", "chatglm"}, Key{R"("rope_type":"ntk")", "hymba"},
                        Key{R"("rope_type":"yarn")", "foo"}, Key{R"("rope_condense_ratio":8)", "foo"}}) {
    const std::string text = with(one.type, one.key);
    const std::string key = std::string(one.key + 1).substr(0, std::string(one.key + 1).find('"'));
    CAPTURE(text);
    const std::string words = refusal_of(text);
    CHECK(has_words(words, "cannot be honoured here"));
    CHECK(has_words(words, "ignore " + key));
    CHECK(refusal_of(text, {"", {key}}) == "accepted");
    CHECK(refusal_of(text, {"", {"another"}}) != "accepted");
  }
}

TEST_CASE("a key of other code is not worth a refusal where the class is wholly known and does not read it") {
  for (const char* key : {R"("rope_condense_ratio":8)", R"("rope_type":"ntk")"})
    CHECK_MESSAGE(is_told(read(with("llama", key)), "has no effect: the class of model_type \"llama\""), key);
}

TEST_CASE("the same keys in their off position are worth no word") {
  for (const char* key :
       {R"("use_scaled_rope":false)", R"("rope_position_scale":1.0)", R"("use_fope":false)",
        R"("fope_num_inv_freq":null)", R"("position_encoding_2d":false)", R"("rope_type":"default")",
        R"("rope_type":null)", R"("rope_type":"original")", R"("rope_condense_ratio":1)", R"("use_dynamic_ntk":false)",
        R"("use_logn_attn":false)", R"("rotary_emb_scaling_factor":null)", R"("use_interpolated_rotary_pos_emb":false)",
        R"("rope_full_precision":true)", R"("rope_max_length":4096)", R"("rope_interleaved":false)",
        R"("use_mrope":false)"})
    CHECK_MESSAGE(read(with("hf_olmo", std::string(key) + R"(,"rope":true)")).warnings.empty(), key);
}

TEST_CASE("what changes scores or longer sequences alone is told, and the numbers stand") {
  const Model qwen = read(with("qwen", R"("use_dynamic_ntk":true,"use_logn_attn":true,"rotary_pct":1.0)"));
  CHECK(is_told(qwen, "use_dynamic_ntk: beyond the trained length the base grows"));
  CHECK(is_told(qwen, "use_logn_attn: queries beyond the trained length"));
  CHECK(qwen.layers.front().config.base == 1e4);
}

TEST_CASE("\"has no effect\" is said of classes that are wholly known, and of their own type alone") {
  constexpr const char* key = R"("rope_wobble":2)";
  for (const char* type :
       {"llama", "qwen3", "gemma2", "phi3", "glm4", "mixtral", "olmo2", "cohere", "granite", "starcoder2"})
    CHECK_MESSAGE(is_told(read(with(type, key)), "rope_wobble has no effect: the class of model_type"), type);
  // Rows written by hand hold what files leave out; code that nobody knows may read anything.
  for (const char* type :
       {"qwen", "internlm2", "chatglm", "openelm", "molmo", "minicpm", "xverse", "aquila", "foo", "grok-9"})
    CHECK_MESSAGE(is_told(read(with(type, key)), "rope_wobble is not understood"), type);
  const Model renamed = read(with("llama_x", R"("architectures":["LlamaForCausalLM"],"rope_wobble":2)"));
  CHECK(is_told(renamed, "rope_wobble is not understood"));
  CHECK_FALSE(is_told(renamed, "has no effect"));
}

TEST_CASE("Python's infinity and NaN are read wherever no number of the rotation is one") {
  for (const char* key : {R"("a":Infinity)", R"("a":-Infinity)", R"("a":NaN)", R"("a":[0.0,Infinity])",
                          R"("a":{"b":[NaN,{"c":-Infinity}]})", R"("time_step_limit":[0.0,Infinity])",
                          R"("a":"Infinity")", R"("Infinity":1)", R"("a":[Infinity ,NaN ])", "\"a\":\n\tInfinity\n"})
    CHECK_MESSAGE(refusal_of(with("llama", key)) == "accepted", key);
  for (const char* bad : {R"("a":infinity)", R"("a":nan)", R"("a":+Infinity)", R"("a":Infinit)", R"("a":Infinityy)",
                          R"("a":--Infinity)", R"("a":-NaN)"})
    CHECK_MESSAGE(has_words(refusal_of(with("llama", bad)), "not JSON"), bad);
  for (const char* bad : {R"({"model_type":"llama","head_dim":64,"rope_theta":Infinity})",
                          R"({"model_type":"llama","head_dim":NaN,"rope_theta":1e4})",
                          R"({"model_type":"llama","head_dim":64,"rope_scaling":{"type":"linear","factor":Infinity}})"})
    CHECK_MESSAGE(refusal_of(bad) != "accepted", bad);
}
