#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/io/file.h"
#include "core/io/npy.h"
#include "core/io/tensor_file.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

using test::Outcome;

Outcome run(const test::Scratch& scratch, const std::string& arguments) {
  return test::run_program(scratch, arguments);
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

void write_heads(const std::filesystem::path& path, std::vector<std::int64_t> shape) {
  Array array;
  array.shape = std::move(shape);
  array.floats.assign(static_cast<std::size_t>(array.size()), 1.0f);
  write_npy(path, array);
}

} // namespace

TEST_CASE("what cannot be used is answered by one sentence and exit status 2, and nothing is left behind") {
  const test::Scratch scratch;
  write_file(scratch.path / "text", "no json");
  write_file(scratch.path / "plain.json", R"({"hidden_size": 64})");
  write_file(scratch.path / "odd.json", R"({"head_dim": 10, "rope_theta": 1e4, "partial_rotary_factor": 0.5})");
  write_heads(scratch.path / "x.npy", {3, 128});
  write_heads(scratch.path / "narrow.npy", {3, 10});
  write_file(scratch.path / "cut.npy", read_file(scratch.path / "x.npy", 1 << 20).substr(0, 200));
  const std::size_t files = files_in(scratch.path);
  for (const char* arguments : {"freqs --config missing.json",
                                "freqs --config text",
                                "freqs --config plain.json",
                                "freqs",
                                "freqs --model nobody",
                                "freqs --model llama-2-7b --no-such-option",
                                "freqs --model llama-2-7b --calls 0",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --recipe magic",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --offset 9223372036854775807",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --cu-seqlens 0,1073741824",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --start-positions 5 --offset 3",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --cp-rank 1",
                                "rotate --model dinov3-vit-s16 --in x.npy --out y.npy --grid 20000x20000",
                                "freqs --model llama-2-7b --calls 100 --format csv",
                                "freqs --head-dim 8 --base 1e-50 --recipe float32",
                                "render --picture overview --scheme yarn --out x.png",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --cu-seqlens 0,2",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --cu-seqlens 3,0",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --cp-size 2 --cp-rank 5",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --grid 3x",
                                "freqs --model llama-2-7b --head-dim 0",
                                "freqs --model llama-2-7b --head-dim -4",
                                "freqs --model llama-2-7b --head-dim 1099511627776",
                                "freqs --model llama-2-7b --scheme wavy",
                                "freqs --model llama-2-7b --scheme yarn",
                                "freqs --model llama-2-7b --set wobble=3",
                                "freqs --model gemma-3-4b --layer-type none",
                                "no-such-command",
                                "rotate --config odd.json --in narrow.npy --out y.npy",
                                "rotate --model llama-2-7b --in missing.npy --out y.npy",
                                "rotate --model llama-2-7b --in cut.npy --out y.npy",
                                "rotate --model llama-2-7b --in narrow.npy --out y.npy",
                                "rotate --model llama-2-7b --in x.npy --out no/such/folder/y.npy",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --positions x.npy",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --layout diagonal",
                                "rotate --model llama-2-7b --in x.npy --out y.npy --offset 4294967296",
                                "scores --model llama-2-7b --max-distance -1",
                                "render --picture nothing --out x.png",
                                "render --picture score --out x.gif",
                                "render --picture score --out no/such/folder/x.png",
                                "render --picture score --out x.png --size 12",
                                "render --picture score --out x.png --size 99999x99999"}) {
    INFO(std::string(arguments));
    const Outcome outcome = run(scratch, arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("ropescope: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(files_in(scratch.path) == files);
  }
}

TEST_CASE("a word that is no file, no command and no model is answered by what it may have been meant as") {
  const test::Scratch scratch;
  const auto said = [&](const char* arguments) { return run(scratch, arguments).err; };
  CHECK(said("yarn").find("did you mean --scheme yarn.") != std::string::npos);
  CHECK(said("llama-2-7b").find("did you mean --model llama-2-7b.") != std::string::npos);
  CHECK(said("llama2").find("did you mean --model llama-2-7b.") != std::string::npos);
  CHECK(said("draw").find("(models, freqs, rotate, scores, ") != std::string::npos);
  CHECK(said("freqs --model llama2").find("llama-2-7b, which is nearest") != std::string::npos);
  for (const char* arguments : {"yarn", "draw", "freqs --model llama2", "freqs --model nobody"}) {
    CAPTURE(arguments);
    CHECK(said(arguments).size() < 200); // a sentence, and no list of all there are
  }
}

TEST_CASE("scores that leave out what the model multiplies them by say so, and by how much") {
  const test::Scratch scratch;
  const Outcome yarn = run(scratch, "scores --model llama-2-7b --scheme yarn --factor 16 --max-distance 8");
  CHECK(yarn.err.find("1.27726") != std::string::npos); // 1 + 0.1 ln 16
  CHECK(yarn.err.find("1.63139") != std::string::npos); // squared
  CHECK(run(scratch, "scores --model llama-2-7b --max-distance 8").err.find("factor") == std::string::npos);
}

TEST_CASE("without OpenGL 4.3 --engine gpu is refused by its reason") {
  const test::Scratch scratch;
  write_heads(scratch.path / "x.npy", {3, 128});
  const std::string command = "rotate --model llama-2-7b --in x.npy --out y.npy --engine gpu";
  CHECK(run(scratch, command).status == 0);
  setenv("MESA_GL_VERSION_OVERRIDE", "3.3", 1);
  std::filesystem::remove(scratch.path / "y.npy");
  const Outcome outcome = run(scratch, command);
  const Outcome picture = run(scratch, "render --picture overview --out x.png --size 640x400");
  unsetenv("MESA_GL_VERSION_OVERRIDE");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("no compute shaders") != std::string::npos);
  CHECK(!std::filesystem::exists(scratch.path / "y.npy"));
  CHECK(picture.status == 0); // drawn all the same, by the CPU
  CHECK(picture.err.find("no compute shaders") != std::string::npos);
}

TEST_CASE("freqs prints JSON with 17 digits, also for an odd rotary_dim") {
  const test::Scratch scratch;
  write_file(scratch.path / "odd.json", R"({"head_dim": 10, "rope_theta": 1e4, "partial_rotary_factor": 0.5})");
  const auto json = nlohmann::json::parse(run(scratch, "freqs --config odd.json").out);
  CHECK(json.at("inv_freq").size() == 3);
  CHECK(json.at("rotary_dim") == 5);
  // The scheme has the name that --scheme takes, beside that of a config.json, and no line is wider than a terminal.
  const std::string plain = run(scratch, "freqs --model llama-2-7b").out;
  CHECK(nlohmann::json::parse(plain).at("scheme") == "none");
  CHECK(nlohmann::json::parse(plain).at("rope_type") == "default");
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = plain.find('\n', begin);
    CHECK(std::min(end, plain.size()) - begin <= 120);
  }
  const auto llama = nlohmann::json::parse(run(scratch, "freqs --model llama-3.1-8b").out);
  CHECK(llama.at("rope_type") == "llama3");
  CHECK(llama.at("layout") == "half");
  CHECK(llama.at("attention_factor") == 1.0);
}

TEST_CASE("rotate by positions and back gives the input again") {
  const test::Scratch scratch;
  write_heads(scratch.path / "x.npy", {2, 3, 64});
  for (const char* arguments : {"rotate --model deepseek-v3 --in x.npy --out y.npy --offset 100000",
                                "rotate --model deepseek-v3 --in y.npy --out z.npy --offset 100000 --inverse"})
    CHECK(run(scratch, arguments).status == 0);
  const Array back = read_npy(scratch.path / "z.npy");
  CHECK(back.shape == std::vector<std::int64_t>{2, 3, 64});
  for (const float x : back.floats) CHECK(x == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("bfloat16 goes through safetensors, and a model's own arithmetic differs from one rounding") {
  const test::Scratch scratch;
  Array array;
  array.dtype = NumberFormat::bfloat16;
  array.shape = {40, 128};
  for (int i = 0; i < 40 * 128; ++i) array.floats.push_back(static_cast<float>(i % 13) / 8 - 0.75f);
  write_array(scratch.path / "x.safetensors", array);
  const std::string rotate = "rotate --model llama-2-7b --in x.safetensors --offset 90 ";
  CHECK(run(scratch, rotate + "--out exact.safetensors").status == 0);
  CHECK(run(scratch, rotate + "--out model.safetensors --recipe model").status == 0);
  CHECK(run(scratch, rotate + "--out gpu.safetensors --recipe model --engine gpu").status == 0);
  const Array exact = read_array(scratch.path / "exact.safetensors"),
              model = read_array(scratch.path / "model.safetensors");
  CHECK(exact.dtype == NumberFormat::bfloat16);
  CHECK(exact.shape == array.shape);
  CHECK(exact.floats != model.floats);
  CHECK(read_array(scratch.path / "gpu.safetensors").floats == model.floats);
  CHECK(run(scratch, rotate + "--out x.npy").status == 2); // a .npy has no bfloat16
}

TEST_CASE(
    "packed sequences, a query with its part that does not turn, and an image's grid are rotated by what they are") {
  const test::Scratch scratch;
  write_heads(scratch.path / "packed.npy", {6, 128});
  CHECK(run(scratch, "rotate --model llama-2-7b --in packed.npy --out y.npy --cu-seqlens 0,2,6").status == 0);
  const Array packed = read_npy(scratch.path / "y.npy");
  for (std::size_t i = 0; i < 128; ++i) CHECK(packed.floats[i] == packed.floats[2 * 128 + i]); // both at position 0
  write_heads(scratch.path / "mla.npy", {4, 192});
  CHECK(run(scratch, "rotate --model deepseek-v3 --in mla.npy --out y.npy --offset 7").status == 0);
  const Array mla = read_npy(scratch.path / "y.npy");
  for (std::size_t i = 0; i < 128; ++i) CHECK(mla.floats[i] == 1);
  CHECK(mla.floats[128] != 1);
  write_heads(scratch.path / "patches.npy", {13, 64});
  const std::string dino = "rotate --model dinov3-vit-s16 --in patches.npy --out y.npy ";
  CHECK(run(scratch, dino).status == 2); // rows and columns are not guessed
  CHECK(run(scratch, dino + "--grid 3x4 --prefix 1").status == 0);
  const Array patches = read_npy(scratch.path / "y.npy");
  for (std::size_t i = 0; i < 64; ++i) CHECK(patches.floats[i] == 1);
  // Row 0 of 3 rows: its patch centre is at −2/3, and the fastest pair turns by 2π of that.
  CHECK(patches.floats[64] ==
        doctest::Approx(std::cos(-4 * std::numbers::pi / 3) - std::sin(-4 * std::numbers::pi / 3)));
}

TEST_CASE("the precision picture is drawn of heads and axes that ggml has no rope for") {
  const test::Scratch scratch;
  for (const char* model : {"--head-dim 1 --base 1e4", "--head-dim 19 --base 1e4", "--model dinov3-vit-s16",
                            "--model pixtral-12b-vision", "--model llama-4-vision"})
    CHECK(run(scratch, std::string("render --picture precision --size 640x400 --out p.png ") + model).status == 0);
}

TEST_CASE("freqs --calls tells what a model keeps from call to call") {
  const test::Scratch scratch;
  const auto json = nlohmann::json::parse(
      run(scratch, "freqs --model internlm2.5-7b --calls 100,70000,40000,100 --recipe float32").out);
  const auto& calls = json.at("calls");
  CHECK(calls.size() == 4);
  CHECK(calls[1].at("inv_freq") == calls[2].at("inv_freq"));
  CHECK(calls[0].at("inv_freq") == calls[3].at("inv_freq"));
  CHECK(calls[0].at("inv_freq") != calls[1].at("inv_freq"));
}

TEST_CASE("the numbers of a picture's curves are written as .csv") {
  const test::Scratch scratch;
  CHECK(run(scratch, "render --picture precision --model llama-2-7b --out p.csv").status == 0);
  const std::string text = read_file(scratch.path / "p.csv", 1 << 20);
  CHECK(text.starts_with("# picture: precision\n# model: Llama 2 7B\n# scheme: none\n"));
  CHECK(text.find("\nposition,exact_cpu,") != std::string::npos);
  CHECK(text.find("\n1000000,") != std::string::npos);
  CHECK(run(scratch, "render --picture pair --out p2.csv").status == 2);
}

TEST_CASE("without a display the program draws overview.png, names render and exits 0") {
  const test::Scratch scratch;
  const Outcome outcome = run(scratch, "");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.find("render") != std::string::npos);
  CHECK(read_file(scratch.path / "overview.png", 1 << 24).starts_with("\x89PNG"));
}

TEST_CASE("two runs of render give the same bytes") {
  const test::Scratch scratch;
  CHECK(run(scratch, "render --picture overview --theme light --size 1280x720 --out a.png").status == 0);
  CHECK(run(scratch, "render --picture overview --theme light --size 1280x720 --out b.png").status == 0);
  CHECK(read_file(scratch.path / "a.png", 1 << 24) == read_file(scratch.path / "b.png", 1 << 24));
}

TEST_CASE("models --json lists at least forty presets, each with its source") {
  const test::Scratch scratch;
  const auto models = nlohmann::json::parse(run(scratch, "models --json").out);
  std::set<std::string> presets;
  for (const auto& model : models) {
    presets.insert(model.at("model").get<std::string>());
    CHECK(!model.at("source").get<std::string>().empty());
  }
  CHECK(presets.size() >= 40);
}
