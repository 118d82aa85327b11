#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/io/file.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

constexpr const char* config = R"({"head_dim": 64, "rope_theta": 10000, "num_attention_heads": 3})";

/// The program without a cache of models but in `hub` of its folder.
test::Outcome run(const test::Scratch& scratch, const std::string& arguments) {
  setenv("HF_HUB_CACHE", (scratch.path / "hub").c_str(), 1);
  setenv("HOME", scratch.path.c_str(), 1);
  return test::run_program(scratch, arguments);
}

} // namespace

TEST_CASE("every way to give one model prints the same frequencies, and all but the file itself say what was read") {
  const test::Scratch scratch;
  const std::filesystem::path snapshot = scratch.path / "hub" / "models--some--model" / "snapshots" / "1";
  std::filesystem::create_directories(snapshot);
  write_file(snapshot / "config.json", config);
  write_file(snapshot / "generation_config.json", R"({"_from_model_config": true})");
  const std::string direct = snapshot.string() + "/config.json";
  const test::Outcome expected = run(scratch, "freqs --config " + direct);
  REQUIRE(expected.status == 0);
  CHECK(expected.err.find("read ") == std::string::npos);
  for (const std::string& given :
       {"--config " + snapshot.string(), "--config " + snapshot.string() + "/generation_config.json",
        std::string("--config hub/models--some--model"), std::string("--config some/model"),
        std::string("--model some/model"), "--model " + snapshot.string()}) {
    CAPTURE(given);
    const test::Outcome outcome = run(scratch, "freqs " + given);
    CHECK(outcome.status == 0);
    CHECK(outcome.out == expected.out);
    CHECK(outcome.err.find("read ") != std::string::npos);
  }
  for (const std::string& given : {"--config - < " + direct, "--config /dev/stdin < " + direct}) {
    CAPTURE(given);
    CHECK(run(scratch, "freqs " + given).out == expected.out);
  }
  // From a pipe the text is there once, and a picture of it carries it whole.
  write_file(scratch.path / "piped", "cat '" + direct + "' | '" ROPESCOPE_TEST_PROGRAM "' \"$@\"\n");
  const auto piped = [&](const std::string& arguments) {
    return run(scratch, "models > models.txt; sh ./piped " + arguments);
  };
  for (const char* stream : {"-", "/dev/stdin", "/dev/fd/0"}) {
    CAPTURE(stream);
    CHECK(piped(fmt::format("freqs --config {}", stream)).out == expected.out);
    CHECK(piped(fmt::format("render --picture score --size 640x400 --out {}.png --config {}",
                            stream[0] == '-' ? "dash" : "dev", stream))
              .status == 0);
  }
  CHECK(run(scratch, "render --scene dash.png --picture score --size 640x400 --out again.svg").status == 0);
}

TEST_CASE("what describes no model is one sentence and exit status 2, also from a pipe") {
  const test::Scratch scratch;
  std::filesystem::create_directories(scratch.path / "none");
  write_file(scratch.path / "model.safetensors", std::string("\2\0\0\0\0\0\0\0{}", 10));
  write_file(scratch.path / "scene.json", R"({"ropescope": 1})");
  for (const char* arguments :
       {"freqs --config none", "freqs --config model.safetensors", "freqs --config some/model",
        "freqs --model some/model", "freqs --model meta-llama/Llama-3.1-8B", "freqs --config llama-2-7b",
        "freqs --config scene.json", "freqs --config - < /dev/null", "freqs --config - < model.safetensors",
        "freqs --config - <&-", "freqs --config https://example.org/x", "freqs --config none/../none", "none",
        "some/model", "render --picture score --out x.png --config none"}) {
    CAPTURE(std::string(arguments));
    const test::Outcome outcome = run(scratch, arguments);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("ropescope: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.err.find("expected") != std::string::npos);
  }
  CHECK(run(scratch, "freqs --model meta-llama/Llama-3.1-8B").err.find("nearest preset is llama-3.1-8b") !=
        std::string::npos);
  CHECK(run(scratch, "freqs --config llama-2-7b").err.find("--model llama-2-7b") != std::string::npos);
}
