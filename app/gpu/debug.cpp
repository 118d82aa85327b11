#include "app/gpu/debug.h"

#include <algorithm>

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "core/text.h"

namespace ropescope::gpu {

namespace {

DriverListener listener = nullptr; // set by the tests before the first context is made

bool has_debug_messages() { return epoxy_gl_version() >= 43; }

bool matters(GLenum type, GLenum severity) {
  switch (type) {
  case GL_DEBUG_TYPE_ERROR: return true;
  case GL_DEBUG_TYPE_PERFORMANCE: return severity == GL_DEBUG_SEVERITY_HIGH;
  default: return severity == GL_DEBUG_SEVERITY_HIGH || severity == GL_DEBUG_SEVERITY_MEDIUM;
  }
}

void APIENTRY hear(GLenum /*source*/, GLenum type, GLuint /*id*/, GLenum severity, GLsizei length, const GLchar* words,
                   const void* /*user*/) {
  if (listener && matters(type, severity)) listener(std::string_view(words, static_cast<std::size_t>(length)));
}

} // namespace

void keep_error_words() {
  if (listener || !has_debug_messages()) return;
  // Errors alone: a driver keeps a few messages and drops those that come when there is no room.
  glDebugMessageControl(GL_DONT_CARE, GL_DONT_CARE, GL_DONT_CARE, 0, nullptr, GL_FALSE);
  glDebugMessageControl(GL_DONT_CARE, GL_DEBUG_TYPE_ERROR, GL_DONT_CARE, 0, nullptr, GL_TRUE);
  glEnable(GL_DEBUG_OUTPUT);
}

std::string error_words() {
  if (listener || !has_debug_messages()) return {};
  std::string first;
  GLint kept = 0;
  glGetIntegerv(GL_DEBUG_LOGGED_MESSAGES, &kept);
  for (; kept > 0; --kept) {
    GLint length = 0; // with its terminating 0
    glGetIntegerv(GL_DEBUG_NEXT_LOGGED_MESSAGE_LENGTH, &length);
    std::string words(static_cast<std::size_t>(std::max(length, 1)), '\0');
    // None may come where the driver counts otherwise: then there is nothing to wait for.
    if (glGetDebugMessageLog(1, static_cast<GLsizei>(words.size()), nullptr, nullptr, nullptr, nullptr, nullptr,
                             words.data()) == 0)
      break;
    if (first.empty()) first = printable(words.c_str());
  }
  return first;
}

void listen_to_driver(DriverListener wanted) { listener = wanted; }

bool driver_is_listened_to() { return listener != nullptr; }

void begin_listening() {
  if (!has_debug_messages()) return;
  glEnable(GL_DEBUG_OUTPUT);
  glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
  glDebugMessageCallback(hear, nullptr);
  // OpenGL leaves messages of low severity out at first; which ones count is matters()'s to say.
  glDebugMessageControl(GL_DONT_CARE, GL_DONT_CARE, GL_DONT_CARE, 0, nullptr, GL_TRUE);
}

} // namespace ropescope::gpu
