#include "app/gpu/debug.h"

#include <doctest/doctest.h>
#include <epoxy/gl.h>

#include "app/gpu/context.h"
#include "app/gpu/errors.h"
#include "app/gpu/programs.h"
#include "tests/driver_words.h"

using namespace ropescope;

namespace {

void call_wrongly() { glEnable(GL_TRIANGLES); }

} // namespace

TEST_CASE("in the tests a call that OpenGL refuses is heard at once, in the driver's words") {
  const gpu::HeadlessContext context;
  GLint flags = 0;
  glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
  CHECK((flags & GL_CONTEXT_FLAG_DEBUG_BIT) != 0);
  test::ExpectedDriverWords heard;
  call_wrongly();
  REQUIRE(heard.words.size() == 1);
  CHECK(heard.words.front().find("GL_INVALID_ENUM") != std::string::npos);
  gpu::forget_errors();
}

TEST_CASE("in the tests Mesa's warnings of a shader are heard") {
  const gpu::HeadlessContext context;
  test::ExpectedDriverWords heard;
  gpu::ProgramSource source = gpu::program_source({}, gpu::ProgramId::copy);
  source.text += "uint unused() { uint never_set; return never_set; }\n";
  CHECK_NOTHROW(gpu::Program{test::never_compiled(source)});
  if (context.info().software) CHECK(heard.words.size() == 1); // others warn in the log of the shader alone
}

TEST_CASE("in the program an error is a GpuError with the driver's words, those of the first one since forgotten") {
  const test::NobodyListens program;
  const gpu::HeadlessContext context;
  GLint flags = 0;
  glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
  CHECK((flags & GL_CONTEXT_FLAG_DEBUG_BIT) == 0);
  call_wrongly();
  glDispatchCompute(1, 1, 1); // no program
  CHECK_THROWS_WITH_AS(gpu::require_no_errors(), doctest::Contains("0x0500: GL_INVALID_ENUM"), gpu::GpuError);
  gpu::forget_errors();
  call_wrongly();
  gpu::forget_errors();
  glDispatchCompute(1, 1, 1);
  CHECK_THROWS_WITH_AS(gpu::require_no_errors(), doctest::Contains("0x0502: GL_INVALID_OPERATION"), gpu::GpuError);
  CHECK_NOTHROW(gpu::require_no_errors());
}

TEST_CASE("words without end are forgotten, and the next error is told by its own") {
  const test::NobodyListens program;
  const gpu::HeadlessContext context;
  for (int i = 0; i < 1000; ++i) call_wrongly();
  gpu::forget_errors();
  CHECK(gpu::error_words() == "");
  glDispatchCompute(1, 1, 1);
  CHECK(gpu::error_words().find("GL_INVALID_OPERATION") != std::string::npos);
  gpu::forget_errors();
}
