// What reaches standard output and standard error, and what happens where they cannot be written.

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "core/io/file.h"
#include "core/io/tensor_file.h"
#include "core/text.h"
#include "tests/run_program.h"

using namespace ropescope;
using nlohmann::json;

namespace {

/// The exit status as a shell gives it: 128 + the signal's number where one ended the program.
int status_of(const test::Scratch& scratch, const std::string& arguments, const std::string& environment = "") {
  const std::string command = fmt::format("cd '{}' && env -u DISPLAY -u WAYLAND_DISPLAY {} '{}' {}",
                                          scratch.path.string(), environment, ROPESCOPE_TEST_PROGRAM, arguments);
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Array heads(std::vector<std::int64_t> shape, NumberFormat format = NumberFormat::float32) {
  Array array;
  array.dtype = format;
  array.shape = std::move(shape);
  for (std::int64_t i = 0; i < array.size(); ++i) array.floats.push_back(static_cast<float>(i % 7) / 4 - 0.75f);
  return array;
}

/// Whether every number in it is finite: null, which stands for others, nowhere.
bool all_finite(const json& value) {
  if (value.is_number()) return std::isfinite(value.get<double>());
  if (value.is_null()) return false;
  if (!value.is_structured()) return true;
  for (const json& part : value)
    if (!all_finite(part)) return false;
  return true;
}

} // namespace

TEST_CASE("where standard error is closed or full every command ends with the status it has otherwise") {
  const test::Scratch scratch;
  write_array(scratch.path / "x.npy", heads({3, 128}));
  write_array(scratch.path / "bad.npy", heads({3, 10}));
  CHECK(status_of(scratch, "rotate --model llama-2-7b --in x.npy --out y.npy 2>/dev/null") == 0);
  for (const char* arguments :
       {"freqs --model nope", "freqs --model llama-3.1-8b", "freqs --no-such-option", "no-such-command", "models",
        "--help", "scores --model gemma-3-4b --max-distance 9", "rotate --model llama-2-7b --in x.npy --out z.npy",
        "rotate --model llama-2-7b --in bad.npy --out z.npy", "check --model llama-2-7b --in x.npy --out y.npy",
        "check --model llama-2-7b --in x.npy --out y.npy --offset 1", "render --picture nothing --out x.png"}) {
    INFO(std::string(arguments));
    const std::string silent = std::string(arguments) + " >/dev/null ";
    const int status = status_of(scratch, silent + "2>/dev/null");
    CHECK(status <= 2);
    CHECK(status_of(scratch, silent + "2>&-") == status);
    CHECK(status_of(scratch, silent + "2>/dev/full") == status);
    CHECK(status_of(scratch, silent + "2>&- <&-") == status);
  }
}

TEST_CASE("where standard output is closed or full the status is 2, for help and for every command that answers") {
  const test::Scratch scratch;
  for (const char* arguments :
       {"--help", "--version", "freqs --model llama-2-7b", "models --json", "models",
        "freqs --model llama-2-7b --format csv", "render --list", "scores --model llama-2-7b --max-distance 9"})
    for (const char* where : {" >/dev/full", " >&-", " >&- 2>&-", " >/dev/full 2>/dev/full"}) {
      INFO(fmt::format("{}{}", arguments, where));
      CHECK(status_of(scratch, "2>words " + std::string(arguments) + where) == 2);
    }
}

TEST_CASE("words for people do not end in the program's files where it is started without standard error") {
  const test::Scratch scratch;
  write_array(scratch.path / "x.npy", heads({3, 128}));
  CHECK(status_of(scratch, "rotate --model llama-2-7b --in x.npy --out y.npy") == 0);
  CHECK(status_of(scratch, "rotate --model llama-2-7b --in x.npy --out z.npy <&- >&- 2>&-") == 0);
  CHECK(read_file(scratch.path / "z.npy", 1 << 20) == read_file(scratch.path / "y.npy", 1 << 20));
}

TEST_CASE("what comes from arguments and file names reaches the terminal as one printable line") {
  const test::Scratch scratch;
  const std::string evil = "\x1b[31m\x1b]0;title\x07\nline\xc2\x9b\xe2\x80\xae\xff";
  for (const char* before :
       {"freqs --config ", "freqs --model ", "freqs --model llama-2-7b --", "", "freqs --head-dim ",
        "rotate --model llama-2-7b --out y.npy --in ", "freqs --model llama-2-7b --set ",
        "rotate --model llama-2-7b --in x.npy --out y.npy --grid ",
        "scores --model llama-2-7b --max-distance 3 --q "}) {
    INFO(std::string(before));
    const test::Outcome outcome = test::run_program(scratch, std::string(before) + "'" + evil + "'");
    CHECK(outcome.status == 2);
    REQUIRE(outcome.err.ends_with('\n'));
    const std::string line = outcome.err.substr(0, outcome.err.size() - 1);
    CHECK(line.starts_with("ropescope: "));
    CHECK(printable(line) == line);
  }
}

TEST_CASE("whatever the parameters, JSON is printed that parses and has finite numbers alone, or the status is 2") {
  const test::Scratch scratch;
  const std::vector<std::string> bases = {"--model llama-2-7b", "--model deepseek-v3", "--model llama-3.1-8b",
                                          "--model phi-3-mini-128k", "--model llama-2-7b --scheme dynamic --factor 2"};
  const std::vector<std::string> keys = {"--factor ",
                                         "--base ",
                                         "--beta-fast ",
                                         "--beta-slow ",
                                         "--original-length ",
                                         "--attention-factor ",
                                         "--set mscale_all_dim=",
                                         "--set mscale=",
                                         "--seq-len "};
  for (const std::string& model : bases)
    for (const std::string& key : keys)
      for (const char* value : {"1e200", "1e308", "1e-308", "5e-324", "-1e200", "inf", "nan", "0"})
        for (const char* recipe : {"exact", "float32"}) {
          const std::string arguments = fmt::format("freqs {} {}{} --recipe {}", model, key, value, recipe);
          INFO(arguments);
          const test::Outcome outcome = test::run_program(scratch, arguments);
          if (outcome.status == 2) {
            CHECK(outcome.out.empty());
            continue;
          }
          CHECK(outcome.status == 0);
          const json parsed = json::parse(outcome.out, nullptr, false);
          CHECK(!parsed.is_discarded());
          CHECK(all_finite(parsed));
        }
}

TEST_CASE("scores of heads whose products are beyond what is finite are refused before anything is printed") {
  const test::Scratch scratch;
  Array array;
  array.dtype = NumberFormat::float64;
  array.shape = {128};
  for (const double size : {1.0, 1e150, 1e155, 1e308}) {
    array.doubles.assign(128, size);
    write_array(scratch.path / "q.npy", array);
    const test::Outcome outcome =
        test::run_program(scratch, "scores --model llama-2-7b --max-distance 99 --q q.npy --k q.npy --format json");
    CAPTURE(size);
    CHECK(outcome.status == (size < 1e154 ? 0 : 2));
    if (outcome.status == 0)
      CHECK(all_finite(json::parse(outcome.out)));
    else
      CHECK(outcome.out.empty());
  }
}

TEST_CASE("scores come in distance's order however many pieces they are computed in") {
  const test::Scratch scratch;
  const int last = (1 << 18) + 3; // beyond one piece
  const std::string text =
      test::run_program(scratch, fmt::format("scores --head-dim 2 --base 10000 --format json --max-distance {}", last))
          .out;
  const auto scores = json::parse(text).at("scores").get<std::vector<double>>();
  REQUIRE(scores.size() == last + 1);
  for (int distance = 0; distance <= last; ++distance)
    if (std::abs(scores[static_cast<std::size_t>(distance)] - std::cos(distance)) > 1e-9) FAIL(distance);
}

TEST_CASE("an output is never written over the model's file, and may be written over the input") {
  const test::Scratch scratch;
  const std::string config = R"({"head_dim": 128, "rope_theta": 10000.0})";
  write_file(scratch.path / "c.json", config);
  write_array(scratch.path / "x.npy", heads({3, 128}));
  for (const char* arguments :
       {"rotate --config c.json --in x.npy --out c.json", "rotate --config c.json --in x.npy --out ./c.json",
        "check --config c.json --in x.npy --out x.npy --report c.json"}) {
    INFO(std::string(arguments));
    const test::Outcome outcome = test::run_program(scratch, arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.find("c.json: would replace the model's file") != std::string::npos);
    CHECK(read_file(scratch.path / "c.json", 1 << 20) == config);
  }
  CHECK(test::run_program(scratch, "rotate --config c.json --in x.npy --out x.npy").status == 0);
}

TEST_CASE("where no thread can be had rows are rotated all the same, to the same bits") {
  const test::Scratch scratch;
  write_array(scratch.path / "x.npy", heads({4096, 128}));
  CHECK(status_of(scratch, "rotate --model llama-2-7b --in x.npy --out y.npy") == 0);
  for (const int threads : {0, 1, 3}) {
    CAPTURE(threads);
    const std::string environment =
        fmt::format("LD_PRELOAD='{}' ROPESCOPE_TEST_THREADS={} ASAN_OPTIONS=verify_asan_link_order=0",
                    ROPESCOPE_TEST_FEW_THREADS, threads);
    CHECK(status_of(scratch, "rotate --model llama-2-7b --in x.npy --out z.npy", environment) == 0);
    CHECK(read_file(scratch.path / "z.npy", 1 << 24) == read_file(scratch.path / "y.npy", 1 << 24));
    CHECK(status_of(scratch, "check --model llama-2-7b --in x.npy --out z.npy", environment) == 0);
  }
}

TEST_CASE("float8 rows are rotated in float32 and rounded once, in the format they came in") {
  const test::Scratch scratch;
  for (const NumberFormat format : {NumberFormat::float8_e4m3, NumberFormat::float8_e5m2}) {
    const Array rows = heads({16, 128}, format);
    Array wide = rows;
    wide.dtype = NumberFormat::float32;
    write_array(scratch.path / "x8.safetensors", rows);
    write_array(scratch.path / "x32.safetensors", wide);
    for (const char* width : {"8", "32"})
      CHECK(status_of(scratch, fmt::format("rotate --model llama-2-7b --in x{}.safetensors --out y{}.safetensors",
                                           width, width)) == 0);
    const Array narrow = read_array(scratch.path / "y8.safetensors");
    wide = read_array(scratch.path / "y32.safetensors");
    CHECK(narrow.dtype == format);
    CHECK(narrow.floats != rows.floats);
    for (std::size_t i = 0; i < wide.floats.size(); ++i) CHECK(narrow.floats[i] == rounded(format, wide.floats[i]));
  }
  // What no code does is refused, and what is lost is said.
  const std::string rotate = "rotate --model llama-2-7b --in x8.safetensors --out y8.safetensors ";
  CHECK(test::run_program(scratch, rotate + "--recipe model").status == 2);
  CHECK(test::run_program(scratch, rotate + "--recipe float32").status == 0);
  Array great = heads({16, 128}, NumberFormat::float8_e4m3);
  great.floats.assign(great.floats.size(), 448);
  write_array(scratch.path / "x8.safetensors", great);
  CHECK(test::run_program(scratch, rotate).err.find("beyond the 448 that float8_e4m3 holds") != std::string::npos);
}

TEST_CASE("NaNs of components that nothing turns leave as they came, whatever their bits") {
  const test::Scratch scratch;
  for (const char* name : {"F16", "BF16", "F32", "F8_E5M2", "F8_E4M3"}) {
    const std::size_t width = std::string(name) == "F32" ? 4 : std::string(name).starts_with("F8") ? 1 : 2;
    // The unturned half of each row holds every kind of NaN: quiet or not, either sign, any payload.
    std::string data;
    for (std::size_t row = 0; row < 64; ++row)
      for (std::size_t i = 0; i < 128; ++i)
        for (std::size_t byte = 0; byte < width; ++byte) {
          const bool top = byte + 1 == width, next = width > 1 && byte + 2 == width;
          const auto varied = static_cast<unsigned char>(row * 64 + i * 37 + 1);
          const unsigned char exponent = width == 1 && std::string(name) == "F8_E4M3" ? 0x7f : width == 1 ? 0x7c : 0x7f;
          unsigned char value = varied;
          if (top) value = static_cast<unsigned char>((i & 1) << 7 | exponent | (width == 1 ? 1 + row % 3 : 0));
          if (top && std::string(name) == "F16") value = static_cast<unsigned char>((i & 1) << 7 | 0x7c | row % 4);
          if (next && std::string(name) != "F16") value |= 0x80;
          data += i < 64 ? '\0' : static_cast<char>(value | (byte == 0 && width > 1 ? 1 : 0));
        }
    std::string header =
        fmt::format(R"({{"out":{{"dtype":"{}","shape":[64,128],"data_offsets":[0,{}]}}}})", name, data.size());
    header.append((8 - header.size() % 8) % 8, ' ');
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size());
    write_file(scratch.path / "x.safetensors", file + header + data);
    CHECK(status_of(scratch, "rotate --head-dim 128 --base 1e4 --rotary-dim 64 --in x.safetensors "
                             "--out y.safetensors 2>/dev/null") == 0);
    INFO(std::string(name));
    const std::string written = read_file(scratch.path / "y.safetensors", 1 << 20);
    REQUIRE(written.size() > data.size());
    const std::string_view after = std::string_view(written).substr(written.size() - data.size());
    for (std::size_t row = 0; row < 64; ++row) {
      const std::size_t unturned = (128 * row + 64) * width;
      CHECK(after.substr(unturned, 64 * width) == std::string_view(data).substr(unturned, 64 * width));
    }
  }
}
