#include "app/gpu/errors.h"

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/gpu/debug.h"

namespace ropescope::gpu {

namespace {

// glGetError returns and clears one flag. OpenGL keeps one flag of each kind of error and there are nine kinds, so that
// 16 calls clear them all. A lost context answers with an error for ever: without a limit the loop would not end.
constexpr int most_flags = 16;

/// An OpenGL error as a sentence without its full stop.
std::string words_of(GLenum error) {
  switch (error) {
  case GL_OUT_OF_MEMORY: return "the GPU has not enough memory";
  case GL_CONTEXT_LOST: return "the GPU was reset, and what it held is lost";
  default: break;
  }
  const std::string words = error_words();
  return words.empty() ? fmt::format("the GPU's driver reports OpenGL error 0x{:04x}", error)
                       : fmt::format("the GPU's driver reports OpenGL error 0x{:04x}: {}", error, words);
}

} // namespace

void forget_errors() {
  for (int i = 0; i < most_flags && glGetError() != GL_NO_ERROR; ++i) {
  }
  error_words(); // so that the next words are those of the next error
}

void require_no_errors() {
  const GLenum error = glGetError();
  if (error != GL_NO_ERROR) throw GpuError(words_of(error));
  // A GPU that was reset may leave no error flag, so its state is asked for too where OpenGL can tell.
  constexpr int has_reset_status = 45; // of every context of OpenGL 4.5
  if (epoxy_gl_version() >= has_reset_status && glGetGraphicsResetStatus() != GL_NO_ERROR)
    throw GpuError(words_of(GL_CONTEXT_LOST));
}

} // namespace ropescope::gpu
