#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/config/config_json.h"
#include "core/config/rope_parameters.h"
#include "core/error.h"
#include "core/rope/spectrum.h"
#include "core/rope/token_grid.h"

// A model whose class is in no table says its axes itself, as "rope_axes".

using namespace ropescope;

namespace {

RopeConfig stated(const std::string& axes, const std::string& beside = R"("rope_theta": 100)") {
  return parse_model_config("{" + beside + ", \"rope_axes\": {" + axes + "}}", "config.json").layers.front().config;
}

std::string refusal(const std::string& axes, const std::string& beside = R"("rope_theta": 100)") {
  try {
    stated(axes, beside);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

void expect_frequencies(const RopeConfig& rope, const std::vector<double>& expected) {
  const Spectrum spectrum = make_spectrum(rope);
  REQUIRE(spectrum.inv_freq.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(spectrum.inv_freq[i] == doctest::Approx(expected[i]).epsilon(1e-14));
}

const std::string two = R"("axes": [{"name": "h", "components": 4}, {"name": "w", "components": 8}])";

} // namespace

TEST_CASE("axes that a file states have the frequencies of the rule that it names") {
  const auto power = [](double base, double over, double d) { return std::pow(base, -over / d); };
  expect_frequencies(stated(two), {1, power(100, 2, 4), 1, power(100, 2, 8), power(100, 4, 8), power(100, 6, 8)});
  expect_frequencies(stated(two + R"(, "order": "dealt")"),
                     {1, 1, power(100, 2, 4), power(100, 2, 8), power(100, 4, 8), power(100, 6, 8)});
  expect_frequencies(
      stated(two + R"(, "frequencies": "run_on")"),
      {1, power(100, 2, 12), power(100, 4, 12), power(100, 6, 12), power(100, 8, 12), power(100, 10, 12)});
  const std::string own = R"("axes": [{"name": "h", "components": 4, "base": 9}, )"
                          R"({"name": "w", "components": 4, "scheme": "ntk", "factor": 3}, )"
                          R"({"name": "t", "components": 4, "scheme": "linear", "factor": 5}, )"
                          R"({"name": "l", "components": 4, "held_pair": 1, "held_wavelength": 81}])";
  expect_frequencies(stated(own), {1, 1 / 3.0, 1, 1 / std::sqrt(100.0 * 9), 0.2, 0.02, 1, 2 * std::numbers::pi / 81});
  const double half_pi = std::numbers::pi / 2;
  expect_frequencies(stated(R"("axes": [{"name": "h", "components": 6}, {"name": "w", "components": 6}], )"
                            R"("frequencies": "rising", "order": "dealt", "leading_pairs": 1)"),
                     {0, half_pi, half_pi, 10 * half_pi, 10 * half_pi, 100 * half_pi, 100 * half_pi});
}

TEST_CASE("pairs, width of the head and places of tokens are as the file states them") {
  const RopeConfig plain = stated(two);
  CHECK(plain.layout.head_dim == 12);
  CHECK(plain.layout.pairs.pairing == Pairing::interleaved);
  const RopeConfig wide = stated(two + R"(, "pairing": "half")", R"("theta": 7, "head_dim": 16)");
  CHECK(wide.base == 7);
  CHECK(wide.layout.head_dim == 16);
  CHECK(wide.layout.rotary_dim == 12);
  CHECK(wide.layout.pairs.pairing == Pairing::half);
  const RopeConfig placed =
      stated(R"("axes": [{"name": "t", "components": 4}, {"name": "h", "components": 4}, )"
             R"({"name": "w", "components": 4}], "pairs_within": "axis", "positions": {"sides": )"
             R"("centred", "text": "all_axes", "text_first": 9, "time": "fps", "time_rate": 24})");
  CHECK(placed.layout.pairs.blocks == 3);
  const Positions positions = placed_positions(placed, {.size = {2, 2, 2}, .text = 1, .fps = 16});
  std::vector<double> values;
  for (std::int64_t axis = 0; axis < 3; ++axis)
    for (std::int64_t token = 0; token < positions.tokens(); ++token) values.push_back(positions.value(axis, token));
  CHECK(values == std::vector<double>{9, 0,  0,  0,  0, 1.5, 1.5, 1.5, 1.5, //
                                      9, -1, -1, 0,  0, -1,  -1,  0,   0,   //
                                      9, -1, 0,  -1, 0, -1,  0,   -1,  0});
}

TEST_CASE("axes that cannot be are refused by one sentence that names the key") {
  for (const auto& [axes, words] : std::vector<std::pair<std::string, std::string>>{
           {R"("axes": [])", "rope_axes.axes is missing or empty"},
           {R"("axes": [{"name": "t"}])", "rope_axes.axes[0].components is missing"},
           {R"("axes": [{"name": "z", "components": 4}])", "rope_axes.axes[0].name is \"z\", expected one of"},
           {R"("axes": [{"name": "t", "components": 3}])", "axis t has 3 components"},
           {R"("axes": [{"name": "t", "components": 4, "factor": 2}])", "has a factor and no scheme"},
           {R"("axes": [{"name": "t", "components": 4, "base": -1}])", "has the base -1"},
           {R"("axes": [{"name": "t", "components": 4, "held_pair": 2, "held_wavelength": 9}])", "pair 2 is held"},
           {R"("axes": [{"name": "t", "components": 4, "sections": 2}])", "has the key \"sections\""},
           {two + R"(, "order": "mixed")", "rope_axes.order is \"mixed\", expected one of \"blocks\", \"dealt\""},
           {two + R"(, "pairs_within": "axis")", "wants axes of as many components each"},
           {two + R"(, "positions": {"sides": "crop"})", "wants side_rows and side_columns"},
           {two + R"(, "positions": {"time_patch": 0})", "expected at least 1"}}) {
    const auto& of_axes = axes;
    CAPTURE(of_axes);
    const std::string said = refusal(axes);
    CHECK_MESSAGE(said.find(words) != std::string::npos, said);
    CHECK(std::count(said.begin(), said.end(), '\n') == 0);
  }
  CHECK(refusal(two, R"("head_dim": 8)").find("12 components together, and head_dim is 8") != std::string::npos);
}

TEST_CASE("a class of diffusers that is in no table is refused, and told how to state its axes") {
  try {
    parse_model_config(R"({"_class_name": "OwnTransformer3DModel", "axes_dims_rope": [16, 56, 56]})", "config.json");
    FAIL("it was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("expected an object rope_axes") != std::string::npos);
  }
}

TEST_CASE("axes with more components than a head has are refused") {
  try {
    parse_model_config(R"({"_class_name": "FluxTransformer2DModel", "attention_head_dim": 64})", "config.json");
    FAIL("it was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("128 components together, and a head has 64") != std::string::npos);
  }
}

TEST_CASE("a value of one axis is set as its file would state it, and no other axis changes") {
  RopeConfig rope = stated(two);
  set_parameter(rope, "rope_axes.w.base", "9");
  set_parameter(rope, "rope_axes.h.scheme", "linear");
  set_parameter(rope, "rope_axes.h.factor", "5");
  CHECK(rope == stated(R"("axes": [{"name": "h", "components": 4, "scheme": "linear", "factor": 5}, )"
                       R"({"name": "w", "components": 8, "base": 9}])"));
  set_parameter(rope, "rope_axes.w.held_pair", "2");
  set_parameter(rope, "rope_axes.w.held_wavelength", "81");
  CHECK(make_spectrum(rope).inv_freq[4] == doctest::Approx(2 * std::numbers::pi / 81));
  const RopeConfig before = rope;
  for (const auto& refused : std::vector<std::array<std::string, 3>>{
           {"rope_axes.t.base", "9", "the axis one of h, w"},
           {"rope_axes.w", "9", "expected rope_axes.AXIS.KEY"},
           {"rope_axes.", "9", "expected rope_axes.AXIS.KEY"},
           {"rope_axes.w.components", "4", "is no value of an axis"},
           {"rope_axes.w.factor", "4", "has a factor and no scheme"},
           {"rope_axes.w.scheme", "yarn", "rope_axes.w.scheme is \"yarn\", expected one of"},
           {"rope_axes.w.base", "large", "rope_axes.w.base is \"large\""}}) {
    CAPTURE(refused[0]);
    CHECK_THROWS_WITH_AS(set_parameter(rope, refused[0], refused[1]), doctest::Contains(refused[2].c_str()), Error);
    CHECK(rope == before);
  }
  RopeConfig text;
  CHECK_THROWS_WITH_AS(set_parameter(text, "rope_axes.t.base", "9"), doctest::Contains("has no list of axes"), Error);
}
