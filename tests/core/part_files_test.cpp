// Parts of files: which one is meant, whose class it has, and how it is asked for. Numbers are those of the classes of
// transformers 5.24.0.
#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr FileCase parts[] = {
    {"tower with whole's type, Qwen2.5-VL",
     R"({"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"model_type":"qwen2_5_vl","hidden_size":1280,"num_heads":16}})",
     "vision_config", "", 40, 26, 0.063095727, "half", 0.9999999928},
    {"tower with whole's type, Qwen3-VL",
     R"({"model_type":"qwen3_vl_moe","text_config":{"model_type":"qwen3_vl_moe_text"},"vision_config":{"model_type":"qwen3_vl_moe","hidden_size":1152,"num_heads":16}})",
     "vision_config", "", 36, 24, 0.046415887, "half", 0.9999999928},
    {"tower with whole's type, Qwen3.5",
     R"({"model_type":"qwen3_5","text_config":{"model_type":"qwen3_5_text"},"vision_config":{"model_type":"qwen3_5","hidden_size":1152,"num_heads":16}})",
     "vision_config", "", 36, 24, 0.046415887, "half", 0.9999999928},
    {"tower with whole's type, GLM-4.5V",
     R"({"model_type":"glm4v_moe","text_config":{"model_type":"glm4v_moe_text"},"vision_config":{"model_type":"glm4v_moe","hidden_size":1536,"num_heads":12}})",
     "vision_config", "", 64, 42, 0.056234127, "half", 0.9999999928},
    {"tower with whole's type, PaddleOCR",
     R"({"model_type":"paddleocr_vl","vision_config":{"model_type":"paddleocr_vl","hidden_size":1152,"num_attention_heads":16}})",
     "vision_config", "", 36, 24, 0.046415887, "half", 0.9999999928},
    {"tower without a type",
     R"({"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"hidden_size":1280,"out_hidden_size":3584}})",
     "vision_config", "", 40, 26, 0.063095727, "half", 0.9999999928},
    {"colpali",
     R"({"model_type":"colpali","vlm_config":{"model_type":"paligemma","text_config":{"model_type":"gemma","hidden_size":2048,"num_attention_heads":8}}})",
     "vlm_config.text_config", "", 128, 85, 0.0022067341, "half", 0.9999999928},
    {"idefics2",
     R"({"model_type":"idefics2","text_config":{"model_type":"mistral"},"vision_config":{"model_type":"idefics2"},"perceiver_config":{"model_type":"idefics2"}})",
     "text_config", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"instructblip",
     R"({"model_type":"instructblip","text_config":{"model_type":"llama"},"qformer_config":{"model_type":"instructblip_qformer"},"vision_config":{"model_type":"instructblip_vision_model"}})",
     "text_config", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"mistral3 vision",
     R"({"model_type":"mistral3","text_config":{"model_type":"ministral3"},"vision_config":{"model_type":"pixtral","head_dim":64,"hidden_size":1024,"num_attention_heads":16}})",
     "vision_config", "", 32, 21, 0.042169648, "half", 0.9999999928},
    {"csm depth",
     R"({"model_type":"csm","head_dim":64,"depth_decoder_config":{"model_type":"csm_depth_decoder_model","head_dim":128,"rope_theta":500000,"rope_scaling":{"factor":32.0,"high_freq_factor":0.0078125,"low_freq_factor":0.001953125,"original_max_position_embeddings":16,"rope_type":"llama3"}}})",
     "depth_decoder_config", "", 64, 42, 5.6872323e-06, "half", 0.9999999928},
    {"dia decoder",
     R"({"model_type":"dia","decoder_config":{"model_type":"dia_decoder"},"encoder_config":{"model_type":"dia_encoder","head_dim":64}})",
     "encoder_config", "", 32, 21, 0.0023713737, "half", 0.9999999928},
    {"granite speech",
     R"({"model_type":"granite_speech","text_config":{"model_type":"granite","hidden_size":2048,"num_attention_heads":32,"rope_theta":10000000.0},"encoder_config":{"model_type":"granite_speech_encoder"}})",
     "text_config", "", 32, 21, 2.5482967e-05, "half", 0.9999999928},
    {"qwen2 audio",
     R"({"model_type":"qwen2_audio","text_config":{"model_type":"qwen2","rope_theta":10000},"audio_config":{"model_type":"qwen2_audio_encoder"}})",
     "text_config", "", 64, 42, 0.0023713737, "half", 0.9999999928},
    {"aria",
     R"({"model_type":"aria","text_config":{"model_type":"aria_text","hidden_size":2560,"num_attention_heads":20,"rope_theta":5000000.0}})",
     "text_config", "", 64, 42, 4.0160667e-05, "half", 0.9999999928},
};

Model read(const std::string& text, const std::string& part = "") {
  return parse_model_config(text, "config.json", {part, {}});
}

} // namespace

TEST_CASE("a part has the class that its whole has there, though it names none, or the whole's type") {
  for (const FileCase& one : parts) check_file(one);
}

TEST_CASE("a part whose type nobody knows is read by its whole's class, and that is said") {
  const Model tower = read(R"({"model_type":"qwen3_vl","text_config":{"model_type":"qwen3_vl_text"},
      "vision_config":{"model_type":"qwen3_vl_tower_x","hidden_size":1152,"num_heads":16}})",
                           "vision");
  CHECK(tower.model_type == "qwen3_vl_vision");
  CHECK(is_told(tower, R"(vision_config.model_type "qwen3_vl_tower_x" is not known: read as "qwen3_vl_vision", which )"
                       R"(model_type "qwen3_vl" has there)"));
  // A whole that nobody knows has no word in it.
  const Model other = read(R"({"model_type":"new_vl","text_config":{"model_type":"new_text","head_dim":64,
      "rope_theta":1e4}})");
  CHECK(other.model_type == "new_text");
  CHECK(is_told(other, "is not known, and most models rotate halves"));
}

TEST_CASE("of files from before a class nested its language model that part is asked for by its name of today") {
  for (
      const char* file :
      {R"({"model_type":"qwen2_vl","head_dim":128,"rope_theta":1e6,"vision_config":{"embed_dim":1280,"num_heads":16}})",
       R"({"model_type":"qwen2_5_vl","head_dim":128,"rope_theta":1e6,"vision_config":{"hidden_size":1280}})",
       R"({"model_type":"llava","hidden_size":4096,"num_attention_heads":32,"rope_theta":1e6})",
       R"({"model_type":"paddleocr_vl","head_dim":128,"rope_theta":1e6,"vision_config":{"hidden_size":1152}})"})
    for (const char* part : {"text", "text_config"}) {
      CAPTURE(std::string(file));
      Model model;
      CHECK_NOTHROW(model = read(file, part));
      if (!model.layers.empty()) CHECK(model.layers.front().config.base == 1e6);
    }
  const Model nested = read(R"({"model_type":"colqwen2","vlm_config":{"model_type":"qwen2_vl","head_dim":128,
      "rope_theta":1e6,"vision_config":{"hidden_size":1280}}})",
                            "vlm_config.text_config");
  CHECK(nested.layers.front().config.base == 1e6);
  // A tower, or a language model that nests nothing, has no such part.
  for (const char* file : {R"({"model_type":"qwen3_vl_vision"})", R"({"model_type":"llama"})"})
    CHECK_THROWS_WITH_AS(read(file, "text"), doctest::Contains("no part \"text\""), Error);
}

TEST_CASE("each part that turns has a name, and the language model is the one that is meant") {
  struct Named {
    const char* config;
    std::vector<std::string> names;
    double base; ///< of the first
  };
  const Named files[] = {
      {R"({"model_type":"mistral3","text_config":{"model_type":"mistral","head_dim":128,"rope_theta":1e9},
          "vision_config":{"model_type":"pixtral","head_dim":64}})",
       {"text", "vision"},
       1e9},
      {R"({"vision_config":{"model_type":"pixtral","head_dim":64},"text_config":{"model_type":"llama","rope_theta":3e4}})",
       {"text", "vision"},
       3e4},
      {R"({"model_type":"internvl_chat","vision_config":{"model_type":"intern_vit_6b"},"llm_config":{"model_type":"qwen2","rope_theta":1e6}})",
       {},
       1e6},
      {R"({"model_type":"csm","head_dim":64,"rope_theta":5e5,"codec_config":{"model_type":"mimi"},
          "depth_decoder_config":{"model_type":"csm_depth_decoder_model","rope_theta":4e5}})",
       {"whole", "codec", "depth_decoder"},
       5e5},
      {R"({"model_type":"granite_speech","encoder_config":{"model_type":"granite_speech_encoder"},"text_config":{"model_type":"granite","rope_theta":1e7}})",
       {},
       1e7},
      {R"({"model_type":"llava_llama","llm_cfg":{"model_type":"qwen2","rope_theta":3e6},"vision_tower_cfg":{"model_type":"siglip_vision_model"}})",
       {},
       3e6},
      {R"({"model_type":"openvla","text_config":{"model_type":"llama","vocab_size":32064}})", {}, 1e4},
      {R"({"model_type":"ovis","hidden_size":3584,"llm_config":{"model_type":"qwen2","rope_theta":1e6},"visual_tokenizer_config":{"backbone_config":{"model_type":"aimv2"}}})",
       {},
       1e6},
      {R"({"model_type":"kimi_vl","text_config":{"model_type":"deepseek_v3","rope_theta":8e5},"vision_config":{"model_type":"moonvit"}})",
       {},
       8e5},
      {R"({"model_type":"y","decoder":{"model_type":"qwen2","rope_theta":2e4},"encoder":{"model_type":"qwen2","rope_theta":7e4}})",
       {"text", "encoder"},
       2e4},
      {R"({"model_type":"z","talker_config":{"model_type":"qwen2","rope_theta":2e4},"thinker_config":{"text_config":{"model_type":"qwen2","rope_theta":6e4}}})",
       {"text", "talker"},
       6e4},
  };
  for (const Named& one : files) {
    CAPTURE(std::string(one.config));
    const Model model = read(one.config);
    CHECK(model.parts == one.names);
    CHECK(layer_rope(model, std::nullopt).config.base == one.base);
    for (const std::string& name : one.names) CHECK_NOTHROW(read(one.config, name));
  }
}
