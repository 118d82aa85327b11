#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/causes/attention_factor.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/heads_not_rotated.h"
#include "core/check/causes/pairing.h"
#include "core/check/causes/position_by_head.h"
#include "core/check/causes/rotary_dim.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/check.h"
#include "core/check/checked_files.h"
#include "core/io/npy.h"
#include "core/rope/spectrum.h"
#include "tests/core/check/part_kernels.h"
#include "tests/core/check/plain_kernel.h"
#include "tests/kernel_cases.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

using test::PartCase;
using Numbers = std::vector<std::int64_t>;

test::PartModel model_of(std::int64_t head, std::int64_t rotary, bool interleaved = false, Numbers sections = {}) {
  test::PartModel model;
  model.head_dim = head;
  model.rotary_dim = rotary;
  model.interleaved = interleaved;
  model.sections = std::move(sections);
  return model;
}

/// A right kernel on [2, 4, 48, head_dim] from position 0 on; with M-RoPE where the model has sections.
PartCase right_case(const test::PartModel& model = model_of(64, 64)) {
  PartCase made = test::part_case(0);
  made.model = model;
  made.heads_inside = false;
  made.format = NumberFormat::float32;
  test::PartRows& rows = made.in;
  rows.batch = 2;
  rows.heads = 4;
  rows.tokens = 48;
  rows.width = model.head_dim;
  rows.positions.assign(model.sections.empty() ? 1 : 3, {});
  for (std::int64_t t = 0; t < rows.tokens; ++t)
    for (std::size_t axis = 0; axis < rows.positions.size(); ++axis)
      rows.positions[axis].push_back(axis == 0 ? t : axis == 1 ? t * 7 % 23 : t * 5 % 31);
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  rows.numbers.clear();
  for (std::int64_t n = 0; n < rows.batch * rows.heads * rows.tokens * rows.width; ++n)
    rows.numbers.push_back(static_cast<double>(normal(random)));
  made.out = rows;
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < model.pairs(); ++i) made.turn(i, made.angle(i, t), x, y);
  });
  return made;
}

std::string said(const PartCase& made) { return check(made.run()).sentence; }

void copy_row(const PartCase& right, const double* from, double* to) { std::copy(from, from + right.in.width, to); }

/// The case with its rows turned at another position, which may depend on the row of the batch and the head.
template <typename Position>
PartCase turned_at(PartCase made, Position position) {
  made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i)
      made.turn(i, position(b, h, static_cast<double>(t)) * made.model.theta()[static_cast<std::size_t>(i)], x, y);
  });
  return made;
}

} // namespace

TEST_CASE("each number that a kernel takes for the position is said in words of its own, and so in a list") {
  const KernelRun run = right_case().run();
  const cause::PositionByHead head{"head", 0, {}}, row{"row", 0, {}}, flat{"flat row", 0, {}}, less{{}, -3, {}};
  CHECK(head.sentence(run) == "takes the head number for the position");
  CHECK(row.sentence(run).find("(token × heads + head) mod tokens") != std::string::npos);
  CHECK(flat.sentence(run).find("(head × tokens + token) ÷ heads") != std::string::npos);
  CHECK(less.sentence(run) == "adds −3 × head to the position of a token");
  CHECK(head.brief(run) != row.brief(run));
  CHECK(row.brief(run) != flat.brief(run));
}

TEST_CASE("heads that pass are named with their rows of the batch, and not where they turn") {
  const auto left_out = [](auto passes) {
    PartCase made = right_case();
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t, const double* x, double* y) {
      if (passes(b, h)) copy_row(made, x, y);
    });
    return said(made);
  };
  CHECK(left_out([](auto b, auto) { return b == 1; }) == "The kernel leaves batch row 1 unrotated.");
  CHECK(left_out([](auto, auto h) { return h == 2; }) == "The kernel leaves head 2 unrotated.");
  CHECK(left_out([](auto b, auto h) { return b == 1 && h == 2; }) ==
        "The kernel leaves head 2 of batch row 1 unrotated.");
  CHECK(left_out([](auto b, auto h) { return h == 3 * b; }) ==
        "The kernel leaves rows 0, 7 (batch × heads + head) unrotated.");
}

TEST_CASE("rows written to another place are named with the place of both, by head, batch row or flat row") {
  const PartCase right = right_case();
  const auto moved = [&](auto source) {
    PartCase made = right;
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      const auto [from_b, from_h] = source(b, h);
      copy_row(made, right.out.row(from_b, from_h, t), y);
    });
    return said(made);
  };
  CHECK(moved([](auto b, auto h) { return std::pair{1 - b, h}; }) == "The kernel exchanges batch rows 0 and 1.");
  CHECK(moved([](auto, auto h) {
          return std::pair{std::int64_t{0}, h};
        }) == "The kernel writes batch row 0's result to batch row 1.");
  CHECK(moved([](auto b, auto h) {
          return std::pair{b, h == 0 || h == 3 ? 3 - h : h};
        }) == "The kernel exchanges heads 0 and 3.");
  CHECK(moved([](auto b, auto h) {
          return std::pair{h == 2 ? 0 : b, h};
        }) == "The kernel writes batch row 0's result to batch row 1 in head 2.");
  CHECK(moved([](auto b, auto h) {
          const auto n = (b * 4 + h + 1) % 8;
          return std::pair{n / 4, n % 4};
        }).find("(row = batch × heads + head)") != std::string::npos);
}

TEST_CASE("a pairing is said by the part that turns, by the blocks, and by whose weights it is right for") {
  const test::PartModel model = model_of(128, 64);
  test::PartModel kernel = model_of(128, 32, true);
  PartCase made = right_case(kernel);
  made.model = model; // what is asked; the rows are the other kernel's
  const std::string narrow = said(made);
  INFO(narrow);
  CHECK(narrow.find("the first 32 components of a head; the model expects the first 64") != std::string::npos);
  CHECK(narrow.find("the model expects i with i+32 (Hugging Face's order)") != std::string::npos);
  kernel = model_of(128, 32);
  made = right_case(kernel);
  made.model = model;
  made.model.interleaved = true;
  const std::string mirror = said(made);
  INFO(mirror);
  CHECK(mirror.find("pairs i with i+16, which is right only for weights in Hugging Face's order") != std::string::npos);
  KernelRun blocks = right_case().run();
  blocks.rope.layout.pairs.blocks = 2;
  CHECK(cause::OtherPairing{Pairing::interleaved, {}, false, 0}.sentence(blocks).find("i with i+16 ") !=
        std::string::npos);
}

TEST_CASE("another rotary dim is said of the end of the head that the model turns") {
  KernelRun run = right_case(model_of(64, 32)).run();
  CHECK(cause::RotaryDim{16, {}}.sentence(run).find("the first 16 components") != std::string::npos);
  run.rope.layout.pairs.trailing = true;
  CHECK(cause::RotaryDim{16, {}}.sentence(run) ==
        "turns the last 16 components of a head; the model expects the last 32");
}

TEST_CASE("pairs turned by another axis are said with both, and all of an axis only where all of it is wrong") {
  const test::PartModel model = model_of(128, 128, false, {16, 24, 24});
  const auto by_axis = [&](std::int64_t first, std::int64_t last, auto angle) {
    PartCase made = right_case(model);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = first; i <= last; ++i) made.turn(i, angle(made, i, t), x, y);
    });
    return said(made);
  };
  const auto by_w = [](const PartCase& made, std::int64_t i, std::int64_t t) {
    return static_cast<double>(made.in.positions[2][static_cast<std::size_t>(t)]) *
           made.model.theta()[static_cast<std::size_t>(i)];
  };
  const auto twisted = [](const PartCase& made, std::int64_t i, std::int64_t t) {
    return made.angle(i, t) + std::sin(static_cast<double>(t * t + i));
  };
  CHECK(by_axis(18, 19, by_w) ==
        "The kernel turns pairs 18, 19 by axis w; the model turns them by axis h; the other pairs are right.");
  CHECK(by_axis(16, 39, twisted) == "The kernel gets pairs 16 … 39 wrong, all of axis h; the other pairs are right.");
  CHECK(by_axis(18, 24, twisted).find("all of axis") == std::string::npos);
}

TEST_CASE("what wrong pairs go through is said in words and as a matrix, and by no name") {
  const auto pairs = [](auto write) {
    PartCase made = right_case();
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (const std::int64_t i : {1, 2}) {
        const double a = made.angle(i, t);
        write(std::cos(a), std::sin(a), x[i], x[i + 32], y[i], y[i + 32]);
      }
    });
    return said(made);
  };
  CHECK(pairs([](double c, double, double a, double b, double& y, double& z) {
          y = (a - b) * c;
          z = (a + b) * c;
        }).find("there it multiplies by the cosine where the sine should be") != std::string::npos);
  CHECK(pairs([](double, double s, double a, double, double& y, double& z) {
          y = 0;
          z = s * a;
        }).find("there it multiplies each pair (x1, x2) by the matrix (0, 0; sin, 0)") != std::string::npos);
}

TEST_CASE("an offset and a scale of positions are one statement, in their order") {
  const PartCase right = right_case();
  CHECK(said(turned_at(right, [](auto, auto, double p) { return (p + 6) / 2; })) ==
        "The kernel adds 6 to every position and then multiplies it by 0.5.");
  CHECK(said(turned_at(right, [](auto, auto, double p) { return p / 2 + 5.0; })).find("multiplies") !=
        std::string::npos);
  CHECK(said(turned_at(right, [](auto, auto, double p) { return p - 2; })) ==
        "The kernel subtracts 2 from every position.");
  CHECK(said(turned_at(right, [](auto b, auto, double p) { return p + 3.0 * static_cast<double>(b); })) ==
        "The kernel adds 0, 3 to the positions of batch rows 0, 1.");
}

TEST_CASE("rows of zeros are rows, told with what they hold, and no gain") {
  const auto zeroed = [](auto zero) {
    PartCase made = right_case();
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      if (zero(b, h, t)) std::fill(y, y + made.in.width, 0.0);
    });
    const Finding finding = check(made.run());
    CHECK(finding.causes.front().name() == "rows_wrong");
    return finding.sentence;
  };
  CHECK(zeroed([](auto, auto, auto t) { return t >= 32; }) ==
        "The kernel writes zeros to tokens 32 … 47; the other tokens are right.");
  CHECK(zeroed([](auto, auto h, auto t) { return t >= 32 && h == 1; }).find("tokens 32 … 47 of head 1") !=
        std::string::npos);
  CHECK(zeroed([](auto b, auto, auto t) { return t >= 32 && b == 1; }).find("some rows of tokens 32 … 47") !=
        std::string::npos);
}

namespace {

constexpr std::int64_t head_dim = 32;

/// Files of one layer's kernel or tables.
struct Files {
  test::Scratch scratch;
  KernelFiles files;
  LayerRope layer;

  Files() {
    files.in = (scratch.path / "a.npy").string();
    files.out = (scratch.path / "b.npy").string();
    layer.config.layout.head_dim = layer.config.layout.rotary_dim = head_dim;
  }
  std::shared_ptr<const CheckedKernel> check(const Array& in, const Array& out) const {
    write_npy(files.in, in);
    write_npy(files.out, out);
    Model model;
    model.head_counts = {4};
    model.layers = {layer};
    return check_files(files, model, layer);
  }
  /// A table of cos and sin of 40 tokens, angles of each copy at `at(i, copy)`; `sign` of the second copy's sin.
  template <typename At>
  std::shared_ptr<const CheckedKernel> tables(At at, double first = 1, double second = 1) {
    files.tables = true;
    Array cos, sin;
    cos.shape = sin.shape = {40, head_dim};
    cos.floats.resize(40 * head_dim);
    sin.floats.resize(40 * head_dim);
    for (std::int64_t t = 0; t < 40; ++t)
      for (std::int64_t i = 0; i < head_dim / 2; ++i)
        for (const int copy : {0, 1}) {
          const double angle = static_cast<double>(t) * std::pow(10000.0, -2.0 * static_cast<double>(i) / head_dim);
          const auto n = static_cast<std::size_t>(t * head_dim + at(i, copy));
          cos.floats[n] = static_cast<float>(std::cos(angle));
          sin.floats[n] = static_cast<float>(std::sin(angle) * (copy == 0 ? first : second));
        }
    return check(cos, sin);
  }
};

std::int64_t apart(std::int64_t i, int copy) { return i + copy * head_dim / 2; }
std::int64_t side_by_side(std::int64_t i, int copy) { return 2 * i + copy; }

} // namespace

TEST_CASE("heads that are left out do not change the numbers of those that are compared") {
  Files kernel;
  const test::PlainRows rows = test::plain_rows({40, 6}, head_dim, [](const Numbers& at, std::int64_t) {
    return static_cast<double>(at[0] * (at[1] == 3 ? -1 : 1));
  });
  kernel.files.heads = "2-3";
  const auto checked = kernel.check(rows.in, rows.out);
  CHECK(checked->finding.sentence.find("head 3 wrong") != std::string::npos);
  for (const std::string& line : checked->finding.observed) CHECK(line.find("head 1,") == std::string::npos);
  const test::PlainRows by_head = test::plain_rows(
      {40, 6}, head_dim, [](const Numbers& at, std::int64_t) { return static_cast<double>(at[0] + 5 * at[1]); });
  CHECK(kernel.check(by_head.in, by_head.out)->finding.sentence.find("adds 5 × head") != std::string::npos);
}

TEST_CASE("tables say where their angles must stand, and their copies are no heads") {
  Files half;
  const auto other = half.tables(side_by_side);
  REQUIRE(other->run.notes.size() == 1);
  CHECK(other->run.notes[0].find("needs them at i and i + 16") != std::string::npos);
  const auto same = half.tables(apart);
  CHECK(same->run.notes[0].find("needs") == std::string::npos);
  Files interleaved;
  interleaved.layer.config.layout.pairs.pairing = interleaved.layer.config.layout.pairs.output = Pairing::interleaved;
  CHECK(interleaved.tables(apart)->run.notes[0].find("needs them at 2i and 2i + 1") != std::string::npos);
  CHECK(half.tables(apart, -1, -1)->finding.sentence == "The kernel has sin with the opposite sign.");
  const auto second = half.tables(apart, 1, -1);
  CHECK(second->finding.sentence.find("the second copy of each angle wrong") != std::string::npos);
  CHECK(second->finding.evidence.starts_with("The tables differ"));
}

TEST_CASE("frequencies that are the model's in another order are said to be so, and others beside the model's own") {
  const PartCase right = right_case();
  const std::vector<double> theta = right.model.theta();
  const auto turned_by = [&](auto frequency) {
    PartCase made = right;
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, static_cast<double>(t) * frequency(static_cast<std::size_t>(i)), x, y);
    });
    return said(made);
  };
  const std::size_t pairs = theta.size();
  CHECK(turned_by([&](std::size_t i) { return theta[(i + pairs - 2) % pairs]; }).find("frequency of pair i − 2") !=
        std::string::npos);
  CHECK(turned_by([&](std::size_t i) { return theta[(i + 3) % pairs]; }).find("frequency of pair i + 3") !=
        std::string::npos);
  const std::string one = turned_by([&](std::size_t i) { return theta[i] * (i == 5 ? 1.01 : 1); });
  CHECK(one.find(fmt::format("turns pair 5 by {:.7g} rad/token, and the model by {:.7g}", theta[5] * 1.01, theta[5])) !=
        std::string::npos);
  const std::string still = turned_by([&](std::size_t i) { return theta[i] * (i == 5 || i == 6 ? 0 : 1); });
  CHECK(still.find("pairs 5, 6") != std::string::npos);
  CHECK(still.find("rad/token") == std::string::npos);
}

TEST_CASE("tokens that are off in every head are told by where they begin, and what was looked at as that") {
  std::mt19937 random(8);
  std::normal_distribution<double> normal;
  const auto wrong_where = [&](auto off) {
    PartCase made = right_case();
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      if (off(b, h, t))
        for (std::int64_t j = 0; j < made.in.width; ++j) y[j] = normal(random);
    });
    return said(made);
  };
  const auto holds = [](const std::string& sentence, const char* words) {
    CAPTURE(sentence);
    CHECK(sentence.find(words) != std::string::npos);
  };
  const std::string end = wrong_where([](std::int64_t, std::int64_t, std::int64_t t) { return t >= 30; });
  holds(end, "every head of the tokens from 30 on wrong");
  CHECK(end.find("race") == std::string::npos);
  const std::string some =
      wrong_where([](std::int64_t b, std::int64_t h, std::int64_t t) { return t % 6 == 1 && h == t % 4 && b == 0; });
  holds(some, "rows (head × token) looked at wrong");
  holds(some, "race");
}

TEST_CASE("slow pairs that do not turn far out are said to, and no constant is, however much fast pairs may be off") {
  PartCase made = right_case();
  for (auto* rows : {&made.in, &made.out})
    for (std::int64_t& position : rows->positions.front()) position += 60000;
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, i >= 30 ? 0 : made.angle(i, t), x, y);
  });
  const Finding finding = check(made.run());
  CAPTURE(finding.sentence);
  CHECK(finding.causes.front().name() == "pairs_wrong");
  CHECK(finding.sentence.find("pairs 30, 31") != std::string::npos);
}

TEST_CASE("a constant that is added is told where float32 angles are off far out and exact at position 0") {
  PartCase made = right_case();
  for (auto* rows : {&made.in, &made.out})
    for (std::int64_t& position : rows->positions.front()) position *= 170;
  const std::vector<double> theta = made.model.theta();
  std::vector<double> with_bias(static_cast<std::size_t>(made.in.width));
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::size_t j = 0; j < with_bias.size(); ++j) with_bias[j] = x[j] + 0.5 * std::sin(static_cast<double>(j));
    for (std::int64_t i = 0; i < made.model.pairs(); ++i)
      made.turn(i,
                static_cast<double>(static_cast<float>(made.in.positions.front()[static_cast<std::size_t>(t)]) *
                                    static_cast<float>(theta[static_cast<std::size_t>(i)])),
                with_bias.data(), y);
  });
  const Finding finding = check(made.run());
  CAPTURE(finding.sentence);
  CHECK(finding.causes.front().name() == "constant_added");
}

TEST_CASE("positions that stay for a while are listed once each") {
  const std::vector<std::int64_t> many{3, 3, 3, 3, 5, 5, 5, 7, 7, 9};
  CHECK(exact_words(many) == "3 (4 times), 5 (3 times), 7, 7, 9");
  CHECK(exact_words(std::vector<std::int64_t>(9, 1)) == "1 (9 times)");
}

TEST_CASE("weights of some components are told without the model's own factor") {
  const std::vector<test::CaseModel> models = test::case_models();
  std::size_t seen = 0;
  for (const test::CaseModel& model : models) {
    const test::CaseKernel kernel = test::right_kernel(model);
    test::CaseShape rows{"", 2, 60, 4, {}};
    for (std::int64_t t = 0; t < rows.tokens; ++t) rows.positions.push_back(t);
    KernelRun run = test::run_kernel(model, kernel, rows, NumberFormat::float32, 3);
    const double gain = make_spectrum(run.rope, run.length()).attention_factor;
    if (gain == 1 || run.rope.layout.pairs.pairing != Pairing::half) continue;
    ++seen;
    const std::int64_t width = run.shape.head_dim;
    for (std::size_t n = 0; n < run.out.floats.size(); ++n)
      if (static_cast<std::int64_t>(n) % width >= width - 2) run.out.floats[n] /= static_cast<float>(gain);
    const Finding finding = check(run);
    CAPTURE(finding.sentence);
    CHECK(finding.verdict == Verdict::mismatch);
    CHECK(finding.sentence.find("attention factor") == std::string::npos);
  }
  CHECK(seen > 0);
}

TEST_CASE("an axis that is none, heads that are none and a token at position 0 are refused with what there is") {
  Files kernel;
  const test::PlainRows rows = test::plain_rows(
      {2, 40, 4}, head_dim, [](const Numbers& at, std::int64_t) { return static_cast<double>(at[1]); });
  const auto refusal = [&](const test::PlainRows& files) {
    try {
      return "judged: " + kernel.check(files.in, files.out)->finding.sentence;
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  kernel.files.token_axis = 5;
  CHECK(refusal(rows).find("has no axis 5: expected 0, 1 or 2") != std::string::npos);
  kernel.files.token_axis = 1;
  kernel.files.heads = "2-9";
  CHECK(refusal(rows).find("axis 2 has 4 entries") != std::string::npos);
  kernel.files.token_axis.reset();
  kernel.files.heads.clear();
  const test::PlainRows still = test::plain_rows({1, 4, 1}, head_dim, [](const Numbers&, std::int64_t) { return 0.0; });
  CHECK(refusal(still).find("give the position of the token (axis 2)") != std::string::npos);
}

TEST_CASE(
    "several causes are one sentence that says once what is right, and rows that are not finite say of the rest") {
  PartCase made = right_case();
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double*, double* y) {
    if (t == 7) y[3] = std::nan("");
  });
  const std::string sentence = said(made);
  CHECK(sentence ==
        "The kernel writes NaN or infinity to 8 numbers, first at batch row 0, head 0, token 7, component 3. "
        "The finite rows agree.");
  const std::vector<Cause> causes{cause::RowsWrong{{3}, {}, {}, false}, cause::ElementsWrong{0.1, "zero"}};
  const std::string both = sentence_of(causes, made.run());
  CHECK(both.ends_with("; the rest is right."));
  CHECK(both.find("right") + 6 == both.size());
}

TEST_CASE("two numbers that differ are never said as one") {
  const std::string sentence = cause::AttentionFactor{1.0000003, 1}.sentence(right_case().run());
  CHECK(sentence == "multiplies by attention factor 1.0000003; the model expects 1");
}

TEST_CASE("a parameter of a scheme is said beside the model's own") {
  KernelRun run = right_case().run();
  run.rope.scaling.rope_type = RopeType::yarn;
  run.rope.scaling.factor = 8;
  CHECK(cause::ScalingParameters{"yarn", "factor", 16.0}.sentence(run).ends_with("factor 16; the model has 8"));
  CHECK(cause::ScalingParameters{"yarn", "beta_fast", 16.0}.sentence(run).ends_with("beta_fast 16; the model has 32"));
  CHECK(cause::ScalingParameters{"longrope", "factors", std::string("long")}.sentence(run).ends_with(
      "not the short ones"));
  CHECK(cause::ScalingParameters{"dynamic", "seq_len", 9.0}.sentence(run).ends_with("; this run has 48"));
}
