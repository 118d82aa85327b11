#include "app/gpu/errors.h"

#include <epoxy/gl.h>
#include <fmt/format.h>

namespace ropescope::gpu {

namespace {

// OpenGL keeps one flag of each kind, and there are nine kinds; a lost context answers with an error each time.
constexpr int most_flags = 16;

std::string words_of(GLenum error) {
  switch (error) {
  case GL_OUT_OF_MEMORY: return "the GPU has not enough memory";
  case GL_CONTEXT_LOST: return "the GPU was reset, and what it held is lost";
  default: return fmt::format("the GPU's driver reports OpenGL error 0x{:04x}", error);
  }
}

} // namespace

void forget_errors() {
  for (int i = 0; i < most_flags && glGetError() != GL_NO_ERROR; ++i) {
  }
}

void require_no_errors() {
  const GLenum error = glGetError();
  if (error != GL_NO_ERROR) throw GpuError(words_of(error));
  constexpr int has_reset_status = 45; // of every context of OpenGL 4.5
  if (epoxy_gl_version() >= has_reset_status && glGetGraphicsResetStatus() != GL_NO_ERROR)
    throw GpuError(words_of(GL_CONTEXT_LOST));
}

} // namespace ropescope::gpu
