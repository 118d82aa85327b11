// LeRoPE: frequency j is e^αⱼ times what the config says, and α lies in the checkpoint.
#include <cmath>

#include "tests/core/file_cases.h"

using namespace ropescope;
using namespace ropescope::test;

namespace {

constexpr const char* small = R"({"model_type":"mistral_large4_text","qk_rope_head_dim":8,"rope_theta":1e4,
    "rope_parameters":{"rope_type":"default","rope_theta":1e4}})";

Spectrum with(const std::vector<double>& alpha, const char* text = small) {
  const Model model = parse_model_config(text, "x", {}, [&](std::string_view) { return std::optional(alpha); });
  return make_spectrum(layer_rope(model, std::nullopt).config, std::nullopt);
}

} // namespace

TEST_CASE("each frequency is multiplied by e to the power of its learned number") {
  const std::vector<double> lists[] = {{0, 0, 0, 0},       {0.5, 0, 0, 0},          {0, 0, 0, -0.5}, {1, 1, 1, 1},
                                       {-1, -1, -1, -1},   {0.1, 0.2, 0.3, 0.4},    {-3, 0, 3, 0},   {2, -2, 2, -2},
                                       {1e-9, 0, 0, 1e-9}, {0.69314718056, 0, 0, 0}};
  for (const std::vector<double>& alpha : lists) {
    const Spectrum spectrum = with(alpha);
    REQUIRE(spectrum.inv_freq.size() == 4);
    for (std::size_t j = 0; j < 4; ++j)
      CHECK(spectrum.inv_freq[j] == doctest::Approx(std::pow(1e4, -2.0 * j / 8) * std::exp(alpha[j])).epsilon(1e-12));
  }
  CHECK(with({0.69314718055994531, 0, 0, 0}).inv_freq[0] == doctest::Approx(2));
}

TEST_CASE("the tensor of that ending alone is asked for, in a part of a file too") {
  std::string asked;
  const Model whole = parse_model_config(
      R"({"model_type":"mistral_large4","text_config":{"model_type":"mistral_large4_text","qk_rope_head_dim":4,
          "rope_parameters":{"rope_type":"default","rope_theta":1e4}}})",
      "x", {}, [&](std::string_view ending) {
        asked = ending;
        return std::optional(std::vector<double>{0, 1});
      });
  CHECK(asked == "rotary_emb.alpha");
  CHECK(make_spectrum(layer_rope(whole, std::nullopt).config, std::nullopt).inv_freq[1] ==
        doctest::Approx(0.01 * std::exp(1)));
  parse_model_config(R"({"model_type":"llama"})", "x", {}, [](std::string_view) -> std::optional<std::vector<double>> {
    FAIL("no other model has such a tensor");
    return {};
  });
}

TEST_CASE("without the checkpoint the frequencies are unknown, unless they are asked for without their factors") {
  CHECK(has_words(refusal_of(small), "learned factors"));
  CHECK(has_words(refusal_of(small), "ignore freq_factors"));
  CHECK(has_words(refusal_of(R"({"model_type":"mistral_large4_text"})"), "expected model.safetensors beside the file"));
  const Model plain = parse_model_config(small, "x", {"", {"freq_factors"}});
  CHECK(make_spectrum(layer_rope(plain, std::nullopt).config, std::nullopt).inv_freq[1] == doctest::Approx(0.1));
  // As many as there are pairs, each a number.
  const std::vector<double> lists[] = {{}, {0.0}, {0, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, NAN}, {0, 0, INFINITY, 0}};
  for (const std::vector<double>& bad : lists) {
    CAPTURE(bad.size());
    CHECK_THROWS_AS(with(bad), Error);
  }
}
