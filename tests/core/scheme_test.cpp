#include "core/rope/scheme.h"

#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/recipe.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

/// A config that every scheme can take over.
RopeConfig plain_config() {
  RopeConfig config;
  config.layout.head_dim = config.layout.rotary_dim = 64;
  config.base = 500000;
  config.scaling.max_position_embeddings = 8192;
  config.scaling.set(key::short_factor, std::vector<double>(32, 1.0));
  config.scaling.set(key::long_factor, std::vector<double>(32, 4.0));
  return config;
}

std::string readme() {
  std::ifstream file(ROPESCOPE_TEST_SOURCE "/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

TEST_CASE("every scheme has a row of its own, in the list's order, with words and a source") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < all_schemes().size(); ++i) {
    const Scheme& scheme = *all_schemes()[i];
    CAPTURE(scheme.name);
    CHECK(scheme.type == static_cast<RopeType>(i));
    CHECK(scheme.type == all_rope_types[i]);
    for (const std::string_view words : {scheme.name, scheme.title, scheme.label, scheme.idea, scheme.source})
      CHECK(!words.empty());
    for (const std::string_view name : {scheme.name, scheme.choice()}) CHECK(find_scheme(name) == &scheme);
    for (const std::string_view alias : scheme.aliases) CHECK(find_scheme(alias) == &scheme);
    CHECK(names.insert(scheme.name).second);
    CHECK(rope_type_name(scheme.type) == scheme.name);
  }
  CHECK(find_scheme("nobody's") == nullptr);
  CHECK(find_scheme("") == nullptr);
}

TEST_CASE("every parameter of a scheme says what it means, and a range that can be chosen from") {
  for (const Scheme* scheme : all_schemes()) {
    for (const Parameter* parameter : scheme->parameters) {
      CAPTURE(parameter->key);
      CHECK(!parameter->meaning.empty());
      CHECK(parameter->least <= parameter->greatest);
      const Parameter* found = find_scheme_parameter(parameter->key);
      REQUIRE(found);
      CHECK(found->kind == parameter->kind);         // one key means one thing,
      CHECK(found->fallback == parameter->fallback); // whichever scheme has it
    }
    for (const SchemeControl& control : scheme->controls) {
      CHECK(scheme->has(*control.low));
      CHECK((!control.high || scheme->has(*control.high)));
      CHECK(control.least < control.greatest);
    }
  }
}

TEST_CASE("every scheme takes a plain model over, and makes the same frequencies in both arithmetics") {
  for (const Scheme* scheme : all_schemes()) {
    CAPTURE(scheme->name);
    const auto config = with_scheme(plain_config(), scheme->type, 4);
    REQUIRE(config);
    const ValidRope rope(*config);
    for (const std::optional<double> length :
         {std::optional<double>(), std::optional(4096.0), std::optional(20000.0)}) {
      const Spectrum spectrum = make_spectrum(rope, length);
      const std::vector<float> model = model_inv_freq(rope, length);
      REQUIRE(model.size() == spectrum.inv_freq.size());
      for (std::size_t i = 0; i < model.size(); ++i)
        CHECK(static_cast<double>(model[i]) == doctest::Approx(spectrum.inv_freq[i]).epsilon(1e-5));
      CHECK(model_attention_factor(rope, length) == doctest::Approx(spectrum.attention_factor));
    }
  }
}

TEST_CASE("a scheme that cannot take a model over says what it needs") {
  RopeConfig bare = plain_config();
  bare.scaling.parameters = {};
  for (const Scheme* scheme : all_schemes())
    if (!with_scheme(bare, scheme->type, 4)) CHECK(!scheme->cannot_adopt.empty());
}

TEST_CASE("what a config states by default is what it does not state") {
  ParameterValues stated, silent;
  stated.set(key::beta_fast, 64);
  CHECK(stated != silent);
  CHECK(stated[key::beta_fast] == 64);
  stated.set(key::beta_fast, key::beta_fast.fallback);
  stated.set(key::truncate, true);
  stated.set(key::alpha, std::nullopt);
  stated.set(key::long_factor, {});
  CHECK(stated == silent);
  CHECK(silent[key::beta_fast] == 32);
  CHECK(silent[key::truncate]);
  CHECK(!silent[key::alpha]);
}

TEST_CASE("numbers that are not finite are refused, whichever scheme they belong to") {
  for (const Parameter* parameter : scheme_parameters()) {
    if (parameter->kind != ParameterKind::number && parameter->kind != ParameterKind::optional_number) continue;
    if (parameter->key == key::attention_factor.key) continue; // a member of its own
    RopeConfig config = plain_config();
    config.scaling.parameters.set_number(*parameter, std::nan(""));
    CHECK_THROWS_WITH_AS(validate(config), doctest::Contains(std::string(parameter->key).c_str()), Error);
  }
}

TEST_CASE("the automatic base is KoboldCpp's, and stays where nothing is extended") {
  // Computed from the formula of its source, in Python.
  struct {
    double base, trained, factor, expected;
  } const cases[] = {{1e4, 4096, 4, 71738}, {5e5, 8192, 2, 1776948}, {1e4, 4096, 1, 1e4}, {1e4, 1024, 2, 1e4}};
  for (const auto& one : cases) {
    RopeConfig config = plain_config();
    config.base = one.base;
    config.scaling.rope_type = RopeType::kobold;
    config.scaling.max_position_embeddings = one.trained;
    config.scaling.factor = one.factor;
    const Spectrum spectrum = make_spectrum(config, {});
    // The slowest of 32 pairs: base^(−62/64).
    CHECK(std::pow(spectrum.inv_freq.back(), -64.0 / 62) == doctest::Approx(one.expected).epsilon(1e-5));
  }
}

TEST_CASE("mixed NTK divides the slowest pair by the factor, and each pair by no less than the one before") {
  for (const std::optional<double> b : {std::optional<double>(), std::optional(0.25), std::optional(1.0)}) {
    RopeConfig config = plain_config();
    const std::vector<double> before = make_spectrum(config, {}).inv_freq;
    config.scaling.rope_type = RopeType::ntk_mixed;
    config.scaling.factor = 8;
    config.scaling.parameters.set_number(*find_scheme_parameter("mixed_b"), b);
    const std::vector<double> after = make_spectrum(config, {}).inv_freq;
    double last = 1;
    for (std::size_t j = 0; j < after.size(); ++j) {
      const double divisor = before[j] / after[j];
      CHECK(divisor >= last * (1 - 1e-12));
      last = divisor;
    }
    CHECK(last == doctest::Approx(8).epsilon(1e-12));
  }
}

TEST_CASE("the README's table of schemes has every row, in its words") {
  const std::string text = readme();
  for (const Scheme* scheme : all_schemes()) {
    const std::string line =
        fmt::format("| {} | `{}` | {} | {} |", scheme->title, scheme->choice(), scheme->idea, scheme->source);
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}
