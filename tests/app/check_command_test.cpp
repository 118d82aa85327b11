#include <algorithm>
#include <cmath>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/tensor_file.h"
#include "tests/kernel_cases.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

using test::Outcome;

Outcome check_in(const test::Scratch& scratch, const std::string& arguments) {
  return test::run_program(scratch, "check " + arguments);
}

const std::string llama = "--model llama-3.1-8b --in in.npy --out out.npy ";

/// Files of a Llama 3.1 kernel of `heads` heads and `tokens` tokens from position 0 on, in this shape.
void write_files(const test::Scratch& scratch, std::int64_t heads, std::int64_t tokens,
                 const std::vector<std::int64_t>& shape, double offset, bool tokens_first = false) {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [offset](double p, std::int64_t, std::int64_t) { return p + offset; };
  test::CaseShape rows{"", tokens_first ? 1 : heads, tokens, tokens_first ? heads : 1, {}};
  for (std::int64_t t = 0; t < tokens; ++t) rows.positions.push_back(t);
  KernelRun run = test::run_kernel(model, kernel, rows, NumberFormat::float32, 3);
  run.in.shape = run.out.shape = shape;
  write_npy(scratch.path / "in.npy", run.in);
  write_npy(scratch.path / "out.npy", run.out);
}

} // namespace

TEST_CASE("check answers by its exit status, by JSON on standard output alone and by one sentence for a right kernel") {
  const test::Scratch scratch;
  write_files(scratch, 4, 200, {1, 4, 200, 128}, 0);
  const Outcome right = check_in(scratch, llama);
  CHECK(right.status == 0);
  CHECK(right.out.empty());
  CHECK(right.err.find("MATCH. The kernel agrees with the model.") != std::string::npos);
  CHECK(right.err.find("max |Δ|") != std::string::npos); // how far a right one is off
  write_files(scratch, 4, 200, {1, 4, 200, 128}, 1);
  const Outcome wrong = check_in(scratch, llama + "--json --report report.json");
  CHECK(wrong.status == 1);
  const auto json = nlohmann::json::parse(wrong.out);
  CHECK(json.at("verdict") == "mismatch");
  CHECK(json.at("cause") == "position_offset");
  CHECK(json.at("parameters").at("offset") == 1);
  CHECK(json.at("sentence") == "The kernel adds 1 to every position.");
  CHECK(json.at("expected").at("layout") == "half");
  CHECK(json.at("expected").at("rope_type") == "llama3");
  CHECK(json.at("expected").at("base") == 500000);
  CHECK(json.at("expected").at("rotary_dim") == 128);
  CHECK(json.at("rows") == 200);
  CHECK(json.at("rows_wrong") == 200);
  CHECK(json.at("residual") < 1e-6);
  CHECK(json.at("measured").at("frequency").size() == 64);
  CHECK(json.at("measured").at("gain").size() == 64);
  CHECK(json.at("hypotheses").at(0).at("cause") == "position_offset");
  CHECK(json.at("hypotheses").size() > 5);
  CHECK(read_file(scratch.path / "report.json", 1 << 20) == wrong.out);
  CHECK(check_in(scratch, llama + "--offset 1").status == 0);
}

TEST_CASE("check finds the token axis by the data, says which it took, and asks where they fit two") {
  const test::Scratch scratch;
  const auto agrees = [&](const std::string& more) { return check_in(scratch, llama + more).status; };
  write_files(scratch, 1, 40, {40, 128}, 0);
  CHECK(agrees("") == 0);
  write_files(scratch, 4, 200, {4, 200, 128}, 0);
  CHECK(agrees("") == 0);
  write_files(scratch, 4, 200, {200, 4, 128}, 0, true);
  CHECK(agrees("") == 0);
  write_files(scratch, 4, 200, {1, 200, 4, 128}, 0, true);
  CHECK(agrees("") == 0);
  write_files(scratch, 8, 40, {40, 8, 128}, 0, true);
  const Outcome taken = check_in(scratch, llama);
  CHECK(taken.status == 0);
  CHECK(taken.err.find("Axis 0 counts the tokens (found by the data).") != std::string::npos);
  const auto json = nlohmann::json::parse(check_in(scratch, llama + "--json").out);
  CHECK(json.at("token_axis") == 0);
  CHECK(json.at("token_axis_reason") == "found by the data");
  CHECK(agrees("--cu-seqlens 0,40") == 0);
  // As many heads as the model has and fewer tokens, or so many tokens of fewer heads, turned by their number.
  write_files(scratch, 32, 8, {32, 8, 128}, 0);
  const Outcome asked = check_in(scratch, llama);
  CHECK(asked.status == 2);
  CHECK(asked.err.find("--token-axis") != std::string::npos);
  CHECK(agrees("--token-axis 1") == 0);
  CHECK(agrees("--token-axis 0") == 1);
  CHECK(nlohmann::json::parse(check_in(scratch, llama + "--token-axis 0 --json").out).at("token_axis_reason") ==
        "given");
}

TEST_CASE("check reads raw files by dtype and shape, and .safetensors in bfloat16") {
  const test::Scratch scratch;
  const test::CaseModel model = test::case_models()[0];
  test::CaseShape rows{"", 2, 160, 1, {}};
  for (std::int64_t t = 0; t < 160; ++t) rows.positions.push_back(t);
  const KernelRun run = test::run_kernel(model, test::right_kernel(model), rows, NumberFormat::bfloat16, 3);
  for (const char* name : {"in", "out"}) {
    Array array = *name == 'i' ? run.in : run.out;
    array.shape = {2, 160, 128};
    write_array(scratch.path / (std::string(name) + ".safetensors"), array, "q");
    array.dtype = NumberFormat::float32;
    write_npy(scratch.path / (std::string(name) + ".npy"), array);
    const std::string file = read_file(scratch.path / (std::string(name) + ".npy"), 1 << 20);
    write_file(scratch.path / (std::string(name) + ".raw"), file.substr(file.size() - 2 * 160 * 128 * 4));
  }
  const std::string model_option = "--model llama-3.1-8b ";
  CHECK(check_in(scratch, model_option + "--in in.safetensors:q --out out.safetensors").status == 0);
  // A float32 file that holds bfloat16 numbers is judged as those.
  CHECK(check_in(scratch, model_option + "--in in.npy --out out.npy").status == 0);
  const std::string raw = model_option + "--in in.raw --out out.raw --dtype float32 ";
  CHECK(check_in(scratch, raw + "--shape 2,160,128").status == 0);
  CHECK(check_in(scratch, raw + "--shape 2,161,128").status == 2);
}

TEST_CASE("check refuses what it cannot judge with one sentence and exit status 2") {
  const test::Scratch scratch;
  write_files(scratch, 4, 200, {4, 200, 128}, 0);
  const std::size_t files = 2;
  for (const std::string arguments :
       {"--report report.txt", "--positions missing.npy", "--layout diagonal", "--token-axis 2", "--cu-seqlens 0,77",
        "--dtype float32 --shape 1,1,128", "--base 0"}) {
    CAPTURE(arguments);
    const Outcome outcome = check_in(scratch, llama + arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    std::filesystem::remove(scratch.path / "stderr.txt");
    CHECK(static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch.path),
                                                 std::filesystem::directory_iterator())) == files);
  }
}

TEST_CASE("check prints what was measured where nothing explains the rows, and names the picture of the errors") {
  const test::Scratch scratch;
  write_files(scratch, 4, 200, {1, 4, 200, 128}, 0);
  Array out = read_npy(scratch.path / "out.npy");
  std::reverse(out.floats.begin(), out.floats.end());
  write_npy(scratch.path / "out.npy", out);
  const Outcome unknown = check_in(scratch, llama);
  CHECK(unknown.status == 1);
  for (const char* words : {"no hypothesis explains", "All 64 pairs are off.", "All 4 heads are off.",
                            "The largest error of ", "token ", "--report FILE.png", "MISMATCH. The kernel"}) {
    CAPTURE(words);
    CHECK(unknown.err.find(words) != std::string::npos);
  }
}

TEST_CASE("check offers what a backward kernel, other forms and a mistake need, each in a sentence") {
  const test::Scratch scratch;
  write_files(scratch, 4, 200, {1, 4, 200, 128}, 0);
  // Exchanged, input and output are a right backward kernel's.
  const std::string backward = "--model llama-3.1-8b --in out.npy --out in.npy ";
  const Outcome forward = check_in(scratch, backward);
  CHECK(forward.status == 1);
  CHECK(forward.err.find("--inverse checks it as one") != std::string::npos);
  CHECK(forward.err.find("MISMATCH. The kernel") != std::string::npos);
  CHECK(forward.err.find("This explains the whole output") != std::string::npos);
  CHECK(check_in(scratch, backward + "--inverse").status == 0);
  const Outcome not_backward = check_in(scratch, llama + "--inverse");
  CHECK(not_backward.status == 1);
  CHECK(not_backward.err.find("--inverse expects a backward one") != std::string::npos);
  CHECK(check_in(scratch, llama + "--heads 0-1").status == 0);
  const Outcome same = check_in(scratch, "--model llama-3.1-8b --in in.npy --out in.npy --offset 3");
  CHECK(same.err.find("saved after a call in place") != std::string::npos);
  write_file(scratch.path / "q.pt", "PK");
  for (const std::string arguments :
       {"--model llama-3.1-8b", "--model llama-3.1-8b --in in.npy", "--model llama-3.1-8b --cos in.npy",
        "--model llama-3.1-8b --cos in.npy --sin out.npy --inverse",
        "--model llama-3.1-8b --cos in.npy --sin out.npy --in in.npy --out out.npy",
        "--model llama-3.1-8b --in q.pt --out out.npy", "--model llama-3.1-8b --in in.npy:q --out out.npy",
        "--model llama-3.1-8b --in in.npy --out out.npy --heads 3-1",
        "--model llama-3.1-8b --in in.npy --out out.npy --dtype float8_e4m3",
        "--model llama-3.1-8b --in in.npy --out out.npy --positions 0,1,2"}) {
    CAPTURE(arguments);
    const Outcome refused = check_in(scratch, arguments);
    CHECK(refused.status == 2);
    CHECK(refused.out.empty());
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
  }
}

TEST_CASE("check judges tables of cos and sin alone, and draws them") {
  const test::Scratch scratch;
  for (const double scale : {1.0, 0.25}) {
    Array cos;
    cos.shape = {60, 128};
    Array sin = cos;
    for (std::int64_t t = 0; t < 60; ++t)
      for (std::int64_t j = 0; j < 128; ++j) {
        const double angle = scale * static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(j % 64) / 64);
        cos.floats.push_back(static_cast<float>(std::cos(angle)));
        sin.floats.push_back(static_cast<float>(std::sin(angle)));
      }
    write_npy(scratch.path / "cos.npy", cos);
    write_npy(scratch.path / "sin.npy", sin);
    const Outcome outcome =
        check_in(scratch, "--model llama-2-7b --cos cos.npy --sin sin.npy --json --report tables.png");
    CHECK(outcome.status == (scale == 1 ? 0 : 1));
    CHECK(nlohmann::json::parse(outcome.out).at("cause") == (scale == 1 ? "match" : "position_scale"));
    CHECK(std::filesystem::exists(scratch.path / "tables.png"));
  }
}

namespace {

/// Random rows of tokens and two heads, [tokens, 2, head_dim].
void write_tokens(const test::Scratch& scratch, std::int64_t tokens, std::int64_t head_dim) {
  Array rows;
  rows.dtype = NumberFormat::float32;
  rows.shape = {tokens, 2, head_dim};
  for (std::int64_t n = 0; n < rows.size(); ++n)
    rows.floats.push_back(static_cast<float>((n * 7919 + n / 64 * 31) % 1009) / 504.5f - 1);
  write_npy(scratch.path / "in.npy", rows);
}

} // namespace

TEST_CASE("check takes the positions of a grid as rotate does") {
  const test::Scratch scratch;
  struct Case {
    std::string model, grid, other;
    std::int64_t tokens, head_dim;
  };
  const Case cases[] = {
      {"--model flux.1-dev", "--grid 4x6 --text 7", "--grid 6x4 --text 7", 31, 128},
      {"--model wan-2.2-14b", "--grid 3x4x5", "--grid 3x5x4", 60, 128},
      {"--model qwen-image", "--grid 5x6 --text 7 --images 2x3", "--grid 6x5 --text 7 --images 2x3", 43, 128},
      {"--model cogvideox-5b", "--grid 2x4x6", "--grid 2x6x4", 48, 64}};
  for (const Case& one : cases) {
    write_tokens(scratch, one.tokens, one.head_dim);
    const Outcome turned =
        test::run_program(scratch, "rotate " + one.model + " --in in.npy --out out.npy --token-axis 0 " + one.grid);
    INFO(one.model << ": " << turned.err);
    REQUIRE(turned.status == 0);
    const std::string files = one.model + " --in in.npy --out out.npy --token-axis 0 ";
    const Outcome right = check_in(scratch, files + one.grid);
    CHECK_MESSAGE(right.status == 0, right.err);
    CHECK(right.err.find("agrees with the model") != std::string::npos);
    const Outcome wrong = check_in(scratch, files + one.other);
    CHECK_MESSAGE(wrong.status == 1, wrong.err);
  }
}

TEST_CASE("rows of a tower whose code has blocks are right in blocks, and named where they lie row by row") {
  const test::Scratch scratch;
  const std::string tower = "--config tower.json --in in.npy --out out.npy --token-axis 0 --grid 6x8";
  std::ofstream(scratch.path / "tower.json") << R"({"model_type": "qwen3_vl_vision"})";
  write_tokens(scratch, 48, 72);
  REQUIRE(test::run_program(scratch, "rotate " + tower).status == 0);
  const Outcome right = check_in(scratch, tower);
  CHECK_MESSAGE(right.status == 0, right.err);
  REQUIRE(test::run_program(scratch, "rotate " + tower + " --merge 1").status == 0);
  const Outcome wrong = check_in(scratch, tower);
  CHECK(wrong.status == 1);
  CHECK_MESSAGE(wrong.err.find("tokens that lie row by row") != std::string::npos, wrong.err);
  CHECK(check_in(scratch, tower + " --merge 1").status == 0);
}

TEST_CASE(
    "check refuses a grid that does not fit the rows, an axis too many and a fraction of a whole position, each in "
    "one sentence") {
  const test::Scratch scratch;
  write_tokens(scratch, 31, 128);
  const std::string flux = "--model flux.1-dev --in in.npy --out in.npy ";
  const auto refuses = [&](const std::string& options, const std::string& words) {
    const Outcome outcome = check_in(scratch, flux + options);
    CHECK_MESSAGE(outcome.status == 2, outcome.err);
    CHECK_MESSAGE(outcome.err.find(words) != std::string::npos, outcome.err);
  };
  refuses("--grid 4x5 --text 7", "27 tokens");
  Array positions;
  positions.dtype = NumberFormat::float64;
  positions.shape = {4, 31};
  positions.doubles.assign(4 * 31, 1);
  write_npy(scratch.path / "four.npy", positions);
  refuses("--positions four.npy", "the positions have 4 axes, expected 3 as the model has");
  positions.shape = {3, 31};
  positions.doubles.assign(3 * 31, 0.5);
  write_npy(scratch.path / "half.npy", positions);
  refuses("--positions half.npy", "is no whole number");
  positions.shape = {31};
  positions.doubles.assign(31, 1);
  write_npy(scratch.path / "one.npy", positions);
  refuses("--positions one.npy", "one position for each token, and this model's tokens have 3");
}
