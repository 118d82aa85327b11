// The numbers of three schemes that files of other programs name: from their published formulas, computed apart.
#include <doctest/doctest.h>

#include "core/config/config_json.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

struct Case {
  const char* name;
  const char* config;
  std::size_t pairs, pair;
  double frequency, attention_factor; ///< rad/token
};

// KoboldCpp: base^(ln(wanted/2π)/ln(trained/2π)), the file's own up to 2048 tokens. TeleChat3: YaRN with
// 1 + 0.07·ln s. Su's mixed form: (base·s)^(−2j/d)/s^(2/d), or with b base^(−2j/d)/e^(a·(j+1)^b), a = ln s/(d/2)^b.
constexpr Case cases[] = {
    {"kobold, 4096 x 2",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":4096,"rope_scaling":{"rope_type":"kobold","factor":2}})",
     64, 63, 4.378341264e-05, 1},
    {"kobold, 4096 x 4",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":4096,"rope_scaling":{"rope_type":"kobold","factor":4}})",
     64, 31, 0.004446263234, 1},
    {"kobold, 8192 x 2",
     R"({"model_type":"llama","head_dim":128,"rope_theta":500000,"max_position_embeddings":8192,"rope_scaling":{"rope_type":"kobold","factor":2}})",
     64, 63, 7.046548344e-07, 1},
    {"kobold, 8192 x 16",
     R"({"model_type":"llama","head_dim":128,"rope_theta":500000,"max_position_embeddings":8192,"rope_scaling":{"rope_type":"kobold","factor":16}})",
     64, 10, 0.05825664663, 1},
    {"kobold, 2048 x 2",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":2048,"rope_scaling":{"rope_type":"kobold","factor":2}})",
     64, 63, 3.898150536e-05, 1},
    {"kobold, 2048 x 4",
     R"({"model_type":"llama","head_dim":64,"rope_theta":10000,"max_position_embeddings":2048,"rope_scaling":{"rope_type":"kobold","factor":4}})",
     32, 31, 1.572859593e-05, 1},
    {"kobold, 32768 x 4",
     R"({"model_type":"llama","head_dim":128,"rope_theta":1e+06,"max_position_embeddings":32768,"rope_scaling":{"rope_type":"kobold","factor":4}})",
     64, 63, 1.371375485e-07, 1},
    {"kobold, 1024 x 2",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":1024,"rope_scaling":{"rope_type":"kobold","factor":2}})",
     64, 63, 0.0001154781985, 1},
    {"kobold, 16384 x 8",
     R"({"model_type":"llama","head_dim":128,"rope_theta":100000,"max_position_embeddings":16384,"rope_scaling":{"rope_type":"kobold","factor":8}})",
     64, 40, 0.0001119179937, 1},
    {"kobold, 4096 x 1",
     R"({"model_type":"llama","head_dim":128,"rope_theta":10000,"max_position_embeddings":4096,"rope_scaling":{"rope_type":"kobold","factor":1}})",
     64, 63, 0.0001154781985, 1},
    {"telechat 3, x 2",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":8192,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":2,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.048520303},
    {"telechat 3, x 3",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":12288,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":3,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.07690286},
    {"telechat 3, x 4",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":16384,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":4,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.097040605},
    {"telechat 3, x 8",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":32768,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":8,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.145560908},
    {"telechat 3, x 16",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":65536,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":16,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.194081211},
    {"telechat 3, x 32",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":131072,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":32,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.242601513},
    {"telechat 3, x 5",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":20480,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":5,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.112660654},
    {"telechat 3, x 10",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":40960,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":10,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.161180957},
    {"telechat 3, x 6",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":24576,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":6,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.125423163},
    {"telechat 3, x 40",
     R"({"model_type":"qwen2","head_dim":128,"max_position_embeddings":163840,"rope_theta":1000000.0,"rope_scaling":{"rope_type":"telechat3-yarn","factor":40,"original_max_position_embeddings":4096}})",
     64, 0, 1, 1.258221562},
    {"mixed ntk, x 2 None",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":1024,"rope_theta":10000,"rope_scaling":{"factor":2,"type":"ntk"}})",
     32, 31, 6.667607161e-05, 1},
    {"mixed ntk, x 4 None",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":2048,"rope_theta":10000,"rope_scaling":{"factor":4,"type":"ntk"}})",
     32, 0, 0.9576032807, 1},
    {"mixed ntk, x 8 None",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":4096,"rope_theta":20000,"rope_scaling":{"factor":8,"type":"ntk"}})",
     32, 1, 0.6443913299, 1},
    {"mixed ntk, x 8 None",
     R"({"model_type":"new","head_dim":128,"max_position_embeddings":4096,"rope_theta":10000,"rope_scaling":{"factor":8,"type":"ntk"}})",
     64, 63, 1.443477481e-05, 1},
    {"mixed ntk, x 2 0.625",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":1024,"rope_theta":10000,"rope_scaling":{"factor":2,"type":"ntk","mixed_b":0.625}})",
     32, 31, 6.667607161e-05, 1},
    {"mixed ntk, x 4 0.625",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":2048,"rope_theta":10000,"rope_scaling":{"factor":4,"type":"ntk","mixed_b":0.625}})",
     32, 0, 0.8530776604, 1},
    {"mixed ntk, x 8 0.625",
     R"({"model_type":"new","head_dim":128,"max_position_embeddings":4096,"rope_theta":10000,"rope_scaling":{"factor":8,"type":"ntk","mixed_b":0.625}})",
     64, 5, 0.3032564516, 1},
    {"mixed ntk, x 2 1",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":1024,"rope_theta":500000,"rope_scaling":{"factor":2,"type":"ntk","mixed_b":1}})",
     32, 10, 0.01304946818, 1},
    {"mixed ntk, x 16 0.5",
     R"({"model_type":"new","head_dim":128,"max_position_embeddings":8192,"rope_theta":1e+06,"rope_scaling":{"factor":16,"type":"ntk","mixed_b":0.5}})",
     64, 63, 7.755861005e-08, 1},
    {"mixed ntk, x 4 0.75",
     R"({"model_type":"new","head_dim":64,"max_position_embeddings":2048,"rope_theta":10000,"rope_scaling":{"factor":4,"type":"ntk","mixed_b":0.75}})",
     32, 20, 0.001150861365, 1},
};

} // namespace

TEST_CASE("schemes of other programs' files have the numbers of their formulas, whatever lengths and factors") {
  for (const Case& one : cases) {
    CAPTURE(std::string(one.name));
    const Model model = parse_model_config(one.config, "config.json");
    const Spectrum spectrum = make_spectrum(model.layers[0].config);
    REQUIRE(spectrum.inv_freq.size() == one.pairs);
    CHECK(spectrum.inv_freq[one.pair] == doctest::Approx(one.frequency).epsilon(1e-8));
    CHECK(spectrum.attention_factor == doctest::Approx(one.attention_factor).epsilon(1e-8));
  }
}
