#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>

#include "app/assets/assets.h"
#include "app/gpu/buffer.h"
#include "app/gpu/context.h"
#include "app/gpu/programs.h"
#include "core/error.h"
#include "core/io/file.h"
#include "shaders/shared.h"
#include "tests/driver_words.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// What glslangValidator, Khronos' own compiler, says of a compute shader; empty where the language allows it.
std::string fault_of(const std::string& text) {
  const test::Scratch scratch;
  const std::string path = (scratch.path / "program.comp").string();
  write_file(path, text);
  FILE* pipe = popen(("glslangValidator '" + path + "' 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::string said;
  std::array<char, 4096> piece;
  for (std::size_t n; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) said.append(piece.data(), n);
  const int status = pclose(pipe);
  constexpr int not_found = 127; // the shell's
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_found)
    FAIL("glslangValidator is not installed (Debian: glslang-tools)");
  // A warning is no error to it. The path of the file is its first line in any case.
  const bool allowed = WIFEXITED(status) && WEXITSTATUS(status) == 0 && said.find("WARNING") == std::string::npos;
  return allowed ? "" : said;
}

/// A program of ours with one place of its text changed.
gpu::ProgramSource changed(gpu::ProgramId id, const std::string& place, const std::string& text) {
  gpu::ProgramSource source = gpu::program_source({}, id);
  const std::size_t at = source.text.find(place);
  REQUIRE(at != std::string::npos);
  source.text.replace(at, place.size(), text);
  return source;
}

} // namespace

TEST_CASE("every program is allowed by the language, in the very text that a driver gets") {
  for (const gpu::ProgramRow& row : gpu::program_rows()) {
    const gpu::ProgramSource source = gpu::program_source({}, row.id);
    CAPTURE(source.name);
    const std::string fault = fault_of(source.text);
    CHECK(fault == "");
  }
}

TEST_CASE("what a driver may accept and the language forbids is found, and so are warnings") {
  using gpu::ProgramId;
  // Mesa lets both pass: memory of the work group that is declared within a function, and a stray semicolon.
  CHECK(fault_of(changed(ProgramId::copy, "uint first", "shared uint lane; uint first").text) != "");
  CHECK(fault_of(changed(ProgramId::copy, "void main", "; void main").text) != "");
  CHECK(fault_of(changed(ProgramId::phases, "uvec4 frequency", "vec4 frequency").text) != "");
  CHECK(fault_of(changed(ProgramId::reduce, "#define", "#extension GL_no_such : enable\n#define").text) != "");
}

TEST_CASE("every file of shaders/ is compiled: in a program of its own, or within one") {
  std::set<std::string> files;
  for (const gpu::ProgramRow& row : gpu::program_rows())
    for (const std::string& file : gpu::program_source({}, row.id).files) files.insert(file);
  for (const Asset& file : assets())
    if (file.name.starts_with("shaders/")) {
      CAPTURE(file.name);
      CHECK(files.count(std::string(file.name)) == 1);
    }
}

TEST_CASE("every program compiles on this machine's driver without a warning, and tells a uniform that it lacks") {
  const gpu::HeadlessContext context;
  for (const gpu::ProgramRow& row : gpu::program_rows()) {
    const gpu::Program program(test::never_compiled(gpu::program_source({}, row.id)));
    CAPTURE(row.file);
    CHECK_THROWS_WITH_AS(gpu::Uniform<std::uint32_t>(program, "no_such_uniform"),
                         doctest::Contains("declares no uniform no_such_uniform"), std::logic_error);
  }
}

TEST_CASE("a uniform of another type than is set is refused, one that no result depends on is not") {
  const gpu::HeadlessContext context;
  const gpu::Program table({}, gpu::ProgramId::table);
  CHECK_THROWS_AS(gpu::Uniform<std::uint32_t>(table, "strides"), std::logic_error);
  CHECK_THROWS_AS((gpu::Uniform<std::array<double, 2>>(table, "gain")), std::logic_error);
  CHECK_NOTHROW(gpu::TableProgram<float>(gpu::ShaderFiles{}));
  // Rows of double are never rounded to another format: compilers leave the uniform out.
  const gpu::Program wide({}, gpu::ProgramId::rotate_float64);
  const gpu::Uniform<std::uint32_t> unused(wide, "step_format");
  unused.set(ROPESCOPE_STEP_BFLOAT16);
  CHECK(glGetError() == GL_NO_ERROR);
}

TEST_CASE("uniforms arrive where they were sent: a copy of so many vectors copies no more") {
  const gpu::HeadlessContext context;
  const gpu::CopyProgram copy{gpu::ShaderFiles{}};
  std::vector<float> rows(64), copied(64);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
  gpu::Buffer in, out;
  in.upload(std::span<const float>(rows));
  in.bind(ROPESCOPE_BIND_IN);
  const auto copy_of = [&](std::uint32_t vectors) {
    out.expect_results(64 * sizeof(float));
    out.bind(ROPESCOPE_BIND_OUT);
    copy.count.set(vectors);
    copy.dispatch(16, ROPESCOPE_GROUP);
    out.download(std::span(copied));
  };
  copy_of(16);
  CHECK(copied == rows);
  CHECK_THROWS_AS(copy_of(5), gpu::GpuError); // the last of the results is not there
}

TEST_CASE(
    "a shader that does not compile is refused in one sentence, with the log and numbered lines for who mends it") {
  const gpu::HeadlessContext context;
  const test::ExpectedDriverWords heard;
  try {
    const gpu::Program program(
        changed(gpu::ProgramId::phases, "#ifndef", "#define phase32 no_such_function(\n#ifndef"));
    FAIL("it compiled");
  } catch (const gpu::ShaderError& error) {
    const std::string words = error.what();
    CHECK(words.starts_with("shaders/phases.comp does not compile"));
    CHECK(words.find('\n') == std::string::npos);
    CHECK(error.details().find("   1 #version 430 core") != std::string::npos);
    CHECK(error.details().find(words.substr(words.rfind(": ") + 2)) != std::string::npos); // the driver's own words
  }
}

TEST_CASE("a mistake is told by the file and the line that it is in") {
  const gpu::HeadlessContext context;
  const test::ExpectedDriverWords heard;
  const std::string place = "Real z = x * x;", broken = "Real z = no_such_name;";
  const std::string text(asset("shaders/phase.glsl"));
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(place)), '\n');
  try {
    const gpu::Program program(changed(gpu::ProgramId::score, place, broken));
    FAIL("it compiled");
  } catch (const gpu::ShaderError& error) {
    const std::string words = error.what();
    CAPTURE(words);
    CHECK(words.starts_with("shaders/score.comp does not compile"));
    CHECK(words.find("shaders/phase.glsl:" + std::to_string(line)) != std::string::npos);
    CHECK(error.details().find(broken) != std::string::npos);
  }
}

TEST_CASE("shaders of a folder are read from there, and one that includes itself or is missing is an error") {
  const test::Scratch scratch;
  const gpu::ShaderFiles shaders{scratch.path};
  const auto source = [&] { return gpu::program_source(shaders, gpu::ProgramId::copy); };
  CHECK_THROWS_WITH_AS(source(), doctest::Contains("copy.comp"), Error);
  write_file(scratch.path / "copy.comp", "#include \"more.glsl\"\nlast\n");
  CHECK_THROWS_WITH_AS(source(), doctest::Contains("more.glsl"), Error);
  write_file(scratch.path / "more.glsl", "first\n");
  CHECK(source().text == "#version 430 core\nfirst\nlast\n");
  CHECK(source().place(1) == "");
  CHECK(source().place(2) == (scratch.path / "more.glsl:1").string());
  CHECK(source().place(3) == (scratch.path / "copy.comp:2").string());
  write_file(scratch.path / "more.glsl", "#include \"copy.comp\"\n");
  CHECK_THROWS_WITH_AS(source(), doctest::Contains("include itself?"), Error);
}
