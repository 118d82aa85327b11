// Layers that turn in several ways, rest, have no attention or do not exist. Numbers are those of the classes of
// transformers 5.24.0.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase layers[] = {
    {"step full",
     R"({"model_type":"step3p5","head_dim":128,"num_hidden_layers":4,"layer_types":["full_attention","sliding_attention","sliding_attention","sliding_attention"],"rope_theta":[5000000.0,10000.0,10000.0,10000.0],"partial_rotary_factors":[0.5,1.0,1.0,1.0],"rope_scaling":{"factor":2.0,"high_freq_factor":32.0,"low_freq_factor":1.0,"original_max_position_embeddings":131072,"rope_type":"llama3"}})",
     "", "full_attention", 32, 21, 2.0080333e-05, "half", 0.9999999928},
    {"step sliding",
     R"({"model_type":"step3p5","head_dim":128,"num_hidden_layers":4,"layer_types":["full_attention","sliding_attention","sliding_attention","sliding_attention"],"rope_theta":[5000000.0,10000.0,10000.0,10000.0],"partial_rotary_factors":[0.5,1.0,1.0,1.0],"rope_scaling":{"factor":2.0,"high_freq_factor":32.0,"low_freq_factor":1.0,"original_max_position_embeddings":131072,"rope_type":"llama3"}})",
     "", "sliding_attention", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"olmo3",
     R"({"model_type":"olmo3","hidden_size":4096,"num_attention_heads":32,"num_hidden_layers":2,"layer_types":["sliding_attention","full_attention"],"rope_theta":500000,"rope_scaling":{"factor":8.0,"original_max_position_embeddings":8192,"rope_type":"yarn"}})",
     "", "full_attention", 64, 42, 2.274893e-05, "half", 1.207944159},
    {"olmo3",
     R"({"model_type":"olmo3","hidden_size":4096,"num_attention_heads":32,"num_hidden_layers":2,"layer_types":["sliding_attention","full_attention"],"rope_theta":500000,"rope_scaling":{"factor":8.0,"original_max_position_embeddings":8192,"rope_type":"yarn"}})",
     "", "sliding_attention", 64, 42, 0.00018199143, "half", 0.9999999928},
    {"g4",
     R"({"model_type":"gemma4_text","head_dim":256,"num_hidden_layers":3,"layer_types":["sliding_attention","sliding_attention","full_attention"],"per_layer_config":{"2":{"head_dim":512}},"rope_parameters":{"full_attention":{"partial_rotary_factor":0.25,"rope_theta":1000000.0,"rope_type":"proportional"},"sliding_attention":{"rope_theta":10000.0,"rope_type":"default"}}})",
     "", "full_attention", 64, 42, 0.10366329, "half", 0.9999999928},
    {"g4",
     R"({"model_type":"gemma4_text","head_dim":256,"num_hidden_layers":3,"layer_types":["sliding_attention","sliding_attention","full_attention"],"per_layer_config":{"2":{"head_dim":512}},"rope_parameters":{"full_attention":{"partial_rotary_factor":0.25,"rope_theta":1000000.0,"rope_type":"proportional"},"sliding_attention":{"rope_theta":10000.0,"rope_type":"default"}}})",
     "", "sliding_attention", 128, 85, 0.0022067341, "half", 0.9999999928},
    {"mmBERT",
     R"({"model_type":"modernbert","hidden_size":768,"num_attention_heads":12,"global_rope_theta":160000.0,"local_rope_theta":160000.0,"num_hidden_layers":3})",
     "", "sliding_attention", 32, 21, 0.0003844114, "half", 0.9999999928},
    {"mimo",
     R"({"model_type":"mimo_v2_flash","head_dim":192,"num_hidden_layers":2,"layer_types":["full_attention","sliding_attention"],"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":5000000,"partial_rotary_factor":0.334},"sliding_attention":{"rope_type":"default","rope_theta":10000,"partial_rotary_factor":0.334}}})",
     "", "full_attention", 32, 21, 4.0160667e-05, "half", 0.9999999928},
    {"mimo",
     R"({"model_type":"mimo_v2_flash","head_dim":192,"num_hidden_layers":2,"layer_types":["full_attention","sliding_attention"],"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":5000000,"partial_rotary_factor":0.334},"sliding_attention":{"rope_type":"default","rope_theta":10000,"partial_rotary_factor":0.334}}})",
     "", "sliding_attention", 32, 21, 0.0023713737, "half", 0.9999999928},
    {"laguna", R"({"model_type":"laguna"})", "", "full_attention", 32, 21, 0.00018199143, "half", 0.9999999928},
    {"lfm3", R"({"model_type":"lfm3"})", "", "full_attention", 32, 21, 0.010746079, "half", 0.9999999928},
    {"lfm3", R"({"model_type":"lfm3"})", "", "sliding_attention", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"zaya", R"({"model_type":"zaya"})", "", "hybrid", 32, 21, 4.0160667e-05, "half", 0.9999999928},
    {"gemma3n text", R"({"model_type":"gemma3n_text"})", "", "sliding_attention", 128, 85, 0.0022067341, "half",
     0.9999999928},
    {"afmoe", R"({"model_type":"afmoe"})", "", "sliding_attention", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"exaone moe", R"({"model_type":"exaone_moe"})", "", "sliding_attention", 64, 42, 0.0023713737, "half",
     0.9999999928},
    {"mellum", R"({"model_type":"mellum"})", "", "full_attention", 64, 42, 0.00018199143, "half", 0.9999999928},
};

struct Asked {
  const char* config;
  const char* layer;
  const char* answer; ///< "turns", "rests", or words of the refusal
};

constexpr Asked asked[] = {
    // Of hybrids the layers with attention have the name of the file or that of transformers.
    {R"({"model_type":"bamba","head_dim":128,"rope_theta":1e4})", "full_attention", "turns"},
    {R"({"model_type":"bamba","head_dim":128,"rope_theta":1e4,"attn_layer_indices":[9,18]})", "full_attention",
     "turns"},
    {R"({"model_type":"granitemoehybrid","head_dim":128,"position_embedding_type":"rope","layer_types":["attention","mamba"]})",
     "full_attention", "turns"},
    {R"({"model_type":"granitemoehybrid","head_dim":128,"position_embedding_type":"rope","layer_types":["attention","mamba"]})",
     "attention", "turns"},
    {R"({"model_type":"granitemoehybrid","head_dim":128,"position_embedding_type":"rope","layer_types":["attention","mamba"]})",
     "mamba", "have no attention"},
    {R"({"model_type":"lfm2","hidden_size":2048,"num_attention_heads":32,"layer_types":["conv","full_attention"]})",
     "conv", "have no attention"},
    {R"({"model_type":"qwen3_5_text","layer_types":["linear_attention","full_attention"]})", "linear_attention",
     "have no attention"},
    {R"({"model_type":"minimax","head_dim":128})", "linear_attention", "have no attention"},
    // Layers that see everything and know no positions.
    {R"({"model_type":"exaone_moe","head_dim":128,"layer_types":["sliding_attention","full_attention"],"sliding_window":128})",
     "full_attention", "rests"},
    {R"({"model_type":"cohere2","head_dim":128,"rope_theta":5e4})", "full_attention", "rests"},
    {R"({"model_type":"cohere2","head_dim":128,"rope_theta":5e4})", "sliding_attention", "turns"},
    {R"({"model_type":"exaone4","head_dim":128,"rope_theta":1e6,"sliding_window":4096})", "full_attention", "rests"},
    {R"({"model_type":"smollm3","rope_theta":5e6,"num_hidden_layers":36})", "no_rope", "rests"},
    {R"({"model_type":"llama4_text","no_rope_layers":[1,1,1,0]})", "full_attention", "rests"},
    {R"({"model_type":"step3p5","head_dim":128,"rope_theta":[1e4,0]})", "no_rope", "rests"},
    // Names that no layer has.
    {R"({"model_type":"llama"})", "full_atention", "no layer type"},
    {R"({"model_type":"gemma3_text"})", "full", "expected full_attention or sliding_attention"},
    {R"({"model_type":"gemma3_text"})", "linear_attention", "expected full_attention or sliding_attention"},
    {R"({"model_type":"lfm2","layer_types":["conv","full_attention"]})", "convolution", "expected full_attention"},
    {R"({"model_type":"granitemoehybrid","head_dim":128,"position_embedding_type":"rope","layer_types":["attention","mamba"]})",
     "sliding_attention", "expected attention or full_attention"},
    {R"({"model_type":"granitemoehybrid","head_dim":128,"position_embedding_type":"rope","layer_types":["attention","mamba"]})",
     "linear_attention", "have no attention"},
    {R"({"model_type":"bamba","head_dim":128})", "atention", "no layer type"},
    {R"({"model_type":"deepseek_v4","head_dim":512})", "heavily_compressed", "no layer type"},
    {R"({"model_type":"smollm3","rope_theta":5e6,"num_hidden_layers":36})", "nope", "expected rope or no_rope"},
};

struct Still {
  const char* config;
  const char* words;
};

constexpr Still still[] = {
    {R"({"model_type":"roberta","hidden_size":768})", "absolute positions"},
    {R"({"model_type":"xlm-roberta","position_embedding_type":"absolute"})", "absolute positions"},
    {R"({"model_type":"bert","position_embedding_type":"alibi"})", "alibi positions"},
    {R"({"model_type":"gpt_bigcode","n_embd":6144,"n_head":48})", "absolute positions"},
    {R"({"model_type":"gpt_neo","hidden_size":2048,"num_heads":16})", "absolute positions"},
    {R"({"model_type":"deberta-v2","relative_attention":true})", "relative positions"},
    {R"({"model_type":"t5","d_model":4096,"num_heads":64})", "relative positions"},
    {R"({"model_type":"mamba2","hidden_size":4096})", "know the order of tokens without"},
    {R"({"model_type":"rwkv","hidden_size":768})", "know the order of tokens without"},
    {R"({"model_type":"jamba","hidden_size":4096,"num_attention_heads":32})", "know the order of tokens without"},
    {R"({"model_type":"falcon_mamba","hidden_size":4096})", "know the order of tokens without"},
    {R"({"model_type":"wav2vec2-bert","position_embeddings_type":"relative_key","rotary_embedding_base":10000})",
     "position_embeddings_type is \"relative_key\""},
    {R"({"model_type":"wav2vec2-conformer","position_embeddings_type":"relative","rotary_embedding_base":10000})",
     "position_embeddings_type is \"relative\""},
    {R"({"model_type":"baichuan","hidden_size":5120,"num_attention_heads":40,"num_hidden_layers":40,"rope_theta":1e4})",
     "num_hidden_layers is 40"},
    {R"({"model_type":"hf_olmo","d_model":4096,"n_heads":32,"rope":false,"alibi":false})", "rope is false"},
    {R"({"model_type":"nemotron_h","head_dim":128,"rope_theta":10000,"time_step_limit":[0.0,Infinity]})",
     "know the order of tokens without"},
    {R"({"model_type":"clip","text_config":{"model_type":"clip_text_model"},"vision_config":{"model_type":"clip_vision_model"}})",
     "has no rotary embedding"},
    {R"({"model_type":"parler_tts","decoder":{"model_type":"parler_tts_decoder","hidden_size":1024,"num_attention_heads":16,"rope_embeddings":false,"rope_theta":10000.0}})",
     "decoder.rope_embeddings is false"},
    {R"({"model_type":"jais","n_embd":5120,"n_head":40,"position_embedding_type":"alibi"})", "alibi"},
};

} // namespace

TEST_CASE("layers of different kinds turn by what their kind has: bases, parts of heads, heads and scalings") {
  for (const FileCase& one : layers) check_file(one);
}

TEST_CASE("a layer that was asked for turns, rests, has no attention or is refused with the names there are") {
  for (const Asked& one : asked) {
    CAPTURE(std::string(one.config));
    CAPTURE(std::string(one.layer));
    std::string answer;
    try {
      answer = layer_rope(parse_model_config(one.config, "x"), one.layer).config.rotates ? "turns" : "rests";
    } catch (const Error& error) {
      answer = error.what();
    }
    CAPTURE(answer);
    CHECK(has_words(answer, one.answer));
  }
}

TEST_CASE("a model that turns nothing is refused by what it does instead") {
  for (const Still& one : still) {
    CAPTURE(std::string(one.config));
    const std::string words = refusal_of(one.config);
    CAPTURE(words);
    CHECK(has_words(words, "has no rotary embedding ("));
    CHECK(has_words(words, one.words));
  }
}

TEST_CASE("a scaling beside lists of bases counts for full attention alone, and is of no other list's layers") {
  const Model step = parse_model_config(R"({"model_type":"step3p5","head_dim":128,"num_hidden_layers":3,
      "layer_types":["full_attention","sliding_attention","sliding_attention"],"rope_theta":[5e6,1e4,1e4],
      "rope_scaling":{"rope_type":"linear","factor":4}})",
                                        "x");
  CHECK(make_spectrum(layer_rope(step, "full_attention").config, std::nullopt).inv_freq[0] == 0.25);
  CHECK(make_spectrum(layer_rope(step, "sliding_attention").config, std::nullopt).inv_freq[0] == 1);
  CHECK(layer_rope(step, "sliding_attention").layers == 2);
}

TEST_CASE("of layers that lists tell apart each has a name of its own, and a list that ends early is refused") {
  const auto names = [](const std::string& lists) {
    std::string all;
    const Model model = parse_model_config(R"({"model_type":"step3p5","head_dim":128,)" + lists + "}", "x");
    for (const LayerRope& layer : model.layers) {
      CHECK(&layer_rope(model, layer.layer_type) == &layer);
      all += layer.layer_type + " ";
    }
    return all;
  };
  CHECK(names(R"("rope_theta":[5e6,1e4,1e4])") == "base_5e+06 base_10000 ");
  CHECK(names(R"("rope_theta":[1e4,0])") == "base_10000 no_rope ");
  CHECK(names(R"("rope_theta":[1e4,1e4],"partial_rotary_factors":[0.5,1.0])") == "base_10000_of_64 base_10000_of_128 ");
  CHECK(names(R"("rope_theta":[1e4,1e4,5e5],"partial_rotary_factors":[0.5,1.0,1.0])") ==
        "base_10000_of_64 base_10000_of_128 base_500000 ");
  CHECK(names(R"("rope_theta":[1e4,5e5],"layer_types":["full_attention","full_attention"])") ==
        "base_10000 base_500000 ");
  CHECK(names(R"("rope_theta":[1e4,5e5,2e5],"layer_types":["full_attention","full_attention","sliding_attention"])") ==
        "base_10000 base_500000 sliding_attention ");
  CHECK(names(R"("rope_theta":[1e4,5e5],"layer_types":["sliding_attention","full_attention"])") ==
        "sliding_attention full_attention ");
  CHECK(names(R"("rope_theta":[1e4,1e4])") == " ");
  CHECK(names(R"("layer_rope_theta":[1e4,0,5e5,0])") == "base_10000 no_rope base_500000 ");
  // Lists go on for layers that guess further tokens.
  CHECK(names(R"("num_hidden_layers":2,"rope_theta":[1e4,1e4,5e5],"partial_rotary_factors":[1.0,1.0])") == " ");
  for (const char* lists : {R"("rope_theta":[1e4,1e4],"partial_rotary_factors":[0.5])",
                            R"("rope_theta":[1e4],"partial_rotary_factors":[0.5,1])",
                            R"("layer_rope_theta":[1e4,0,5e5],"partial_rotary_factors":[0.5,1])"})
    CHECK_MESSAGE(has_words(refusal_of(fmt::format(R"({{"model_type":"step3p5","head_dim":128,{}}})", lists)),
                            "expected one for each of"),
                  lists);
}

TEST_CASE("heads of layers that per_layer_config names are theirs alone, whatever else stands in it") {
  const auto heads = [](const std::string& more) {
    const Model model = parse_model_config(R"({"model_type":"gemma4_text","head_dim":256,"layer_types":
        ["sliding_attention","full_attention"],"num_hidden_layers":2,)" +
                                               more + "}",
                                           "x");
    return std::pair(layer_rope(model, "full_attention").config.layout.head_dim,
                     layer_rope(model, "sliding_attention").config.layout.head_dim);
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  CHECK((heads(R"("per_layer_config":{"1":{"head_dim":512}})") == Pair(512, 256)));
  CHECK((heads(R"("per_layer_config":{"0":{"head_dim":64}})") == Pair(256, 64)));
  CHECK((heads(R"("per_layer_config":{"0":{"head_dim":64},"1":{"head_dim":128}})") == Pair(128, 64)));
  CHECK((heads(R"("global_head_dim":512,"per_layer_config":{"0":{"head_dim":64}})") == Pair(512, 64)));
  CHECK((heads(R"("per_layer_config":{"1":{"num_attention_heads":64}})") == Pair(256, 256)));
  CHECK((heads(R"("per_layer_config":{"7":{"head_dim":512}})") == Pair(256, 256)));
  CHECK((heads(R"("per_layer_config":{"1":{"head_dim":null}})") == Pair(256, 256)));
  CHECK((heads(R"("per_layer_config":{"x":{"head_dim":512}})") == Pair(256, 256)));
  CHECK((heads(R"("per_layer_config":null)") == Pair(256, 256)));
  for (const char* bad :
       {R"("per_layer_config":[1])", R"("per_layer_config":{"1":{"head_dim":"512"}})",
        R"("per_layer_config":{"1":{"head_dim":-4}})", R"("per_layer_config":{"1":{"head_dim":1.5}})"})
    CHECK_MESSAGE(refusal_of(fmt::format(R"({{"model_type":"gemma4_text","head_dim":256,"layer_types":
        ["sliding_attention","full_attention"],{}}})",
                                         bad)) != "accepted",
                  bad);
}
