#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/lecture/claim.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/expression.h"
#include "core/lecture/small_matrix.h"

using namespace ropescope;
using namespace ropescope::lecture;

namespace {

/// A model of 128 numbers a head, base 10 000, trained to so many tokens.
ClaimScene plain_scene(double trained, double target, RopeType scheme = RopeType::standard, double factor = 4) {
  RopeConfig rope;
  rope.scaling.max_position_embeddings = trained;
  ClaimScene scene;
  scene.rope = *with_scheme(rope, scheme, factor);
  set_trained_length(scene.rope, trained);
  scene.factor = factor;
  scene.target = target;
  scene.words = {"the", "dog", "met", "a", "dog", "and", "it", "barked"};
  scene.looks_for = "dog";
  return scene;
}

double value_of(const char* expression, ClaimScene scene = plain_scene(4096, 4096)) {
  ClaimEngine engine(std::move(scene));
  return evaluate(expression, engine);
}

std::string refusal_of(const std::string& expression) {
  try {
    require_expression(expression);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

bool holds(const char* text, ClaimScene scene = plain_scene(4096, 4096)) {
  ClaimEngine engine(std::move(scene));
  return judge(read_claim(text), engine).holds;
}

} // namespace

TEST_CASE("an expression binds as people write it: powers first and from the right, then signs, products and sums") {
  CHECK(value_of("1 + 2 * 3") == 7);
  CHECK(value_of("(1 + 2) * 3") == 9);
  CHECK(value_of("8 - 3 - 2") == 3);
  CHECK(value_of("8 / 4 / 2") == 1);
  CHECK(value_of("2 ^ 3 ^ 2") == 512);
  CHECK(value_of("-3 ^ 2") == -9);
  CHECK(value_of("2 ^ -1") == 0.5);
  CHECK(value_of("−2 × 3 · 2") == -12);
  CHECK(value_of("1.5e3") == 1500);
  CHECK(value_of("deg(pi)") == 180);
  CHECK(value_of("trained + factor") == 4100);
}

TEST_CASE("an expression that cannot be read is refused by a sentence that says where, and what may be meant") {
  CHECK(refusal_of("scor(37)") == "unknown function \"scor\"; did you mean \"score\"?");
  CHECK(refusal_of("wavelength(0)").find("; expected one of ") != std::string::npos);
  CHECK(refusal_of("wavelength(0)").find(" lambda, ") != std::string::npos);
  CHECK(refusal_of("fctor + 1") == "unknown name \"fctor\"; did you mean \"factor\"?");
  CHECK(refusal_of("score()").find("takes 1 to 2 arguments, not 0") != std::string::npos);
  CHECK(refusal_of("(1 + 2").find("expected \")\"") != std::string::npos);
  CHECK(refusal_of("1 +").find("expected a number") != std::string::npos);
  CHECK(refusal_of("1 2").find("expected an operator or the end") != std::string::npos);
  CHECK(refusal_of("speed(0,'ntk)").find("closing quote") != std::string::npos);
  CHECK(refusal_of("score").find("is a function") != std::string::npos);
  CHECK(refusal_of(std::string(5000, '(')).find("nested too deeply") != std::string::npos);
  CHECK(refusal_of(std::string(5000, '-') + "1").find("nested too deeply") != std::string::npos);
  CHECK(refusal_of("abs(cos(3*theta(6))^2 + sin(3*theta(6))^2 - 1)").empty());
}

TEST_CASE("arguments out of range are refused before anything is computed with them") {
  for (const char* expression :
       {"theta(64)", "theta(-1)", "theta(0.5)", "speed(0,'ntq')", "speed(0,7)", "unseen(0)", "unseen(1e300)",
        "rank('rope',100000)", "rank('rop',4)", "random_mean(1,1e9)", "word(0,99)", "pairing('x','half',1,2)",
        "longrope(0)", "model_unseen('llama',1,2)", "fit_max(0,1e18)", "stale(1e300,0,1,1)", "bucket(-1)", "theta(0/0)",
        "first_negative(1)"})
    CHECK_THROWS_AS_MESSAGE(value_of(expression), Error, expression);
}

TEST_CASE("the numbers of the first lecture come out of the engines") {
  struct {
    const char* expression;
    double value, within;
  } const rows[] = {{"theta(6)", 0.4217, 5e-5},
                    {"lambda(63)", 54410, 0.5},
                    {"turns(0,44)", 7.003, 5e-4},
                    {"score(37)", 0.5532, 5e-5},
                    {"score(100,200)", 0.4772, 5e-5},
                    {"pair_score(6,1000001,1000003)", 0.6649, 5e-5},
                    {"word(6,1)", 0.7732, 5e-5},
                    {"word(6,5,'none')", 0.0726, 5e-5},
                    {"word_dog(1005,1003)", 0.8794, 5e-5},
                    {"bound(250)", 0.2015, 5e-5},
                    {"random_mean(1,256)", -1.3911e-4, 1e-8},
                    {"first_negative()", 1707, 0},
                    {"sigma()", 0.0884, 5e-5},
                    {"unseen(12288)", 18, 0},
                    {"one_turn()", 46, 0},
                    {"distinct_bf16(0,32767)", 1153, 0},
                    {"float32_error(131072)", 0.0077, 5e-5},
                    {"pairs()", 64, 0}};
  for (const auto& row : rows)
    CHECK_MESSAGE(std::abs(value_of(row.expression) - row.value) <= row.within, row.expression, " is ",
                  value_of(row.expression));
}

TEST_CASE("a table of pairings tells which two agree: the distance alone counts where both are one, and permuting the "
          "rows is no change") {
  ClaimScene small = plain_scene(4096, 4096);
  small.rope.layout.head_dim = small.rope.layout.rotary_dim = 16;
  CHECK(value_of("pairing('interleaved','interleaved',3,1)", small) == doctest::Approx(-0.0877).epsilon(1e-3));
  CHECK(value_of("pairing('half','half',3,1) - pairing('half','half',103,101)", small) ==
        doctest::Approx(0).epsilon(1e-12));
  CHECK(value_of("pairing('interleaved','half',13,11)", small) == doctest::Approx(0.2735).epsilon(1e-3));
  CHECK(std::abs(value_of("pairing('permuted','permuted',3,1) - pairing('interleaved','interleaved',3,1)", small)) <
        1e-12);
}

TEST_CASE("the numbers of the second lecture come out of the schemes") {
  struct {
    const char* expression;
    double value, within;
  } const rows[] = {{"new_cells()", 0.1069, 5e-5},
                    {"unseen(32768)", 14, 0},
                    {"critical_pair()", 49.84, 5e-3},
                    {"fit_max(0,8191)", 0.62, 5e-3},
                    {"fit_argmax(8192,32767)", 9661, 0},
                    {"fit_max(0,32767,4)", 0.62, 5e-3},
                    {"score(1,'linear')", 0.9981, 5e-5},
                    {"lost(0.1,'linear')", 7.8, 0.05},
                    {"curvature('none')/curvature('linear')", 16, 1e-12},
                    {"ntk_base(4)", 40890, 0.5},
                    {"speed(32,'ntk')", 0.4945, 5e-5},
                    {"unseen(32768,'ntk',5.73)", 1, 0},
                    {"unseen(32768,'ntk',5.74)", 0, 0},
                    {"unseen(32768,'yarn',3.9)", 14, 0},
                    {"corr(32)", 25.76, 5e-3},
                    {"base_at(16384)", 20221, 0.5},
                    {"base_at(32768,4)", 135402, 0.5},
                    {"stale(8192,8191,8192,32768)", 0.0944, 5e-5},
                    {"deg(stale_angle(50,8192,8191,8192,32768))", 125.2, 0.05},
                    {"100*share(32768,6,1.2964769927807063)", 3.05, 5e-3}};
  for (const auto& row : rows)
    CHECK_MESSAGE(std::abs(value_of(row.expression, plain_scene(8192, 32768)) - row.value) <= row.within,
                  row.expression, " is ", value_of(row.expression, plain_scene(8192, 32768)));
  const ClaimScene yarn = plain_scene(8192, 32768, RopeType::yarn), llama3 = plain_scene(8192, 32768, RopeType::llama3);
  CHECK(value_of("1e4*kept() + 100*blended() + squeezed()", yarn) == 262414);
  CHECK(value_of("1e4*kept() + 100*blended() + squeezed()", llama3) == 410914);
  CHECK(value_of("attention_factor()", yarn) == doctest::Approx(1.13863).epsilon(1e-5));
  CHECK(value_of("attention_factor(1)", yarn) == 1);
  CHECK(value_of("breakeven()", yarn) == doctest::Approx(5.82).epsilon(1e-3));
}

TEST_CASE("the numbers of the third lecture come out of each scheme's own formula") {
  struct {
    const char* expression;
    double value, within;
  } const rows[] = {{"sinusoidal(5,3)", 1.0134, 5e-5},
                    {"sinusoidal(105,103)", 1.0902, 5e-5},
                    {"sinusoidal_spread(2,4096)", 0.4496, 5e-5},
                    {"bucket(112)", 30, 0},
                    {"bucket(113)", 31, 0},
                    {"buckets(32768)", 32, 0},
                    {"reach(1/256)", 1179, 0},
                    {"xpos(512)", 0.2207, 5e-5},
                    {"xpos_ceiling(8192)", 0.0748, 5e-5},
                    {"fp16_end()", 4533, 0},
                    {"rank('rope',40)", 2, 0},
                    {"rank('alibi',40)", 1, 0},
                    {"rank('t5',40)", 40, 0},
                    {"overflow32(1/2)", 178, 0},
                    {"running_sum_error(256)", 0, 1e-12},
                    {"parameters('learned',1024,768)", 786432, 0}};
  for (const auto& row : rows)
    CHECK_MESSAGE(std::abs(value_of(row.expression, plain_scene(8192, 32768)) - row.value) <= row.within,
                  row.expression, " is ", value_of(row.expression, plain_scene(8192, 32768)));
}

TEST_CASE("singular values are those of a matrix that is known by heart, small ones beside great ones too") {
  // Two rows at right angles, one of them 1e-12 as long.
  const auto sizes = singular_values({3, 4, -4e-12, 3e-12}, 2);
  CHECK(std::max(sizes[0], sizes[1]) == doctest::Approx(5));
  CHECK(std::min(sizes[0], sizes[1]) == doctest::Approx(5e-12));
}

TEST_CASE("a claim is read with its comparison, and its last digit says how near is meant") {
  CHECK(half_unit_of("0.5532") == doctest::Approx(0.00005));
  CHECK(half_unit_of("-0.0877") == doctest::Approx(0.00005));
  CHECK(half_unit_of("54410") == doctest::Approx(0.5));
  CHECK(half_unit_of("2.559e6") == doctest::Approx(500));
  CHECK(half_unit_of("1.817e-9") == doctest::Approx(0.5e-12));
  CHECK_FALSE(half_unit_of("score(1)").has_value());
  CHECK_FALSE(half_unit_of("1e").has_value());
  CHECK_FALSE(half_unit_of("").has_value());
  CHECK(read_claim("pose: score(0) == 1").at_pose);
  CHECK(holds("score(37) ~ 0.5532"));
  CHECK_FALSE(holds("score(37) ~ 0.5533"));
  CHECK_FALSE(holds("score(37) ~ 0.5531"));
  CHECK(holds("1/3 ~ 0.333"));
  CHECK(holds("0/0 == 0/0") == false);
  CHECK(holds("2 <= 2"));
  CHECK(holds("2 >= 2"));
  CHECK_FALSE(holds("2 < 2"));
  CHECK(holds("1 + 1e-13 == 1"));
  CHECK_FALSE(holds("1 + 1e-11 == 1"));
  for (const char* wrong : {"score(37)", "score(37) ~ score(37)", "score(37) ~", "== 3", "score(37 == 1", ""})
    CHECK_THROWS_AS_MESSAGE(read_claim(wrong), Error, wrong);
}
