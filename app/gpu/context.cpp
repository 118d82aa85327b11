#include "app/gpu/context.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/gpu/debug.h"
#include "app/gpu/driver_time.h"
#include "core/error.h"

namespace ropescope::gpu {

namespace {

/// A display with a context that is current on this thread; or neither. It owns nothing: release() must be called.
struct Candidate {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  ContextInfo info;
  explicit operator bool() const { return context != EGL_NO_CONTEXT; }
};

/// Whether a name is in a list of extensions, which EGL gives as one text; null where there is no list.
bool has_extension(const char* extensions, std::string_view name) {
  return extensions && std::string_view(extensions).find(name) != std::string_view::npos;
}

/// A core context of that version which needs no window; EGL_NO_CONTEXT where the display has none.
EGLContext create_context(EGLDisplay display, int major, int minor) {
  // Null is EGL_NO_CONFIG_KHR: the context has no window of its own, it draws into framebuffer objects alone. Where the
  // display does not know that extension, any config serves, also one that can draw on no surface (EGL_SURFACE_TYPE 0).
  EGLConfig config = nullptr;
  if (!has_extension(eglQueryString(display, EGL_EXTENSIONS), "EGL_KHR_no_config_context")) {
    const std::array<EGLint, 5> wanted{EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLint count = 0;
    if (!eglChooseConfig(display, wanted.data(), &config, 1, &count) || count == 0) return EGL_NO_CONTEXT;
  }
  std::vector<EGLint> attributes{EGL_CONTEXT_MAJOR_VERSION,       major,
                                 EGL_CONTEXT_MINOR_VERSION,       minor,
                                 EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT};
  if (driver_is_listened_to()) attributes.insert(attributes.end(), {EGL_CONTEXT_OPENGL_DEBUG, EGL_TRUE});
  attributes.push_back(EGL_NONE);
  return eglCreateContext(display, config, EGL_NO_CONTEXT, attributes.data());
}

/// Gives the context and the display back. The context must not be current when it is destroyed: EGL would keep it.
void release(Candidate& candidate) {
  if (candidate.display == EGL_NO_DISPLAY) return;
  eglMakeCurrent(candidate.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  if (candidate.context != EGL_NO_CONTEXT) eglDestroyContext(candidate.display, candidate.context);
  eglTerminate(candidate.display);
  candidate = {};
}

/// Takes the display into use and makes a context of it current: OpenGL 4.3, which the compute shaders need, else 3.3,
/// which drawing needs. Nothing where neither comes up; the display is then given back.
Candidate try_display(EGLDisplay display) {
  Candidate candidate{.display = display, .context = EGL_NO_CONTEXT, .info = {}};
  if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr)) return {};
  if (eglBindAPI(EGL_OPENGL_API))
    for (const auto& [major, minor] : {std::pair{4, 3}, std::pair{3, 3}}) {
      candidate.context = create_context(display, major, minor);
      if (candidate.context == EGL_NO_CONTEXT) continue;
      if (eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, candidate.context)) {
        candidate.info = current_context_info();
        return candidate;
      }
      eglDestroyContext(display, candidate.context);
      candidate.context = EGL_NO_CONTEXT;
    }
  release(candidate);
  return {};
}

/// The first EGL device whose OpenGL is a real GPU. NVIDIA's driver is found this way on a machine without a display.
Candidate try_devices(const char* client_extensions) {
  if (!has_extension(client_extensions, "EGL_EXT_platform_device") ||
      !has_extension(client_extensions, "EGL_EXT_device_enumeration"))
    return {};
  // More devices than one machine has; those beyond are not looked at.
  std::array<EGLDeviceEXT, 32> devices{};
  EGLint count = 0;
  if (!eglQueryDevicesEXT(static_cast<EGLint>(devices.size()), devices.data(), &count)) return {};
  for (EGLint i = 0; i < count; ++i) {
    EGLDeviceEXT device = devices[static_cast<std::size_t>(i)];
    // Software is left to the surfaceless platform, which is tried again after the devices.
    if (has_extension(eglQueryDeviceStringEXT(device, EGL_EXTENSIONS), "EGL_MESA_device_software")) continue;
    Candidate candidate = try_display(eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, device, nullptr));
    if (candidate && !candidate.info.software) return candidate;
    release(candidate);
  }
  return {};
}

/// The best context there is: a GPU through Mesa, a GPU through any other driver, software, the default display. A
/// GPU is preferred, because software draws and computes on the same processors as the CPU engine.
Candidate find_context() {
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  Candidate surfaceless;
  const auto try_surfaceless = [&] {
    if (has_extension(extensions, "EGL_MESA_platform_surfaceless"))
      surfaceless = try_display(eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
  };
  try_surfaceless();
  if (surfaceless && !surfaceless.info.software) return surfaceless;
  // Given back before the devices are tried, and made again after: some drivers cannot tell two displays of one process
  // apart.
  release(surfaceless);
  if (Candidate device = try_devices(extensions)) return device;
  try_surfaceless();
  if (surfaceless) return surfaceless;
  return try_display(eglGetDisplay(EGL_DEFAULT_DISPLAY));
}

} // namespace

ContextInfo current_context_info() {
  const auto* renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  ContextInfo info;
  info.major = epoxy_gl_version() / 10;
  info.minor = epoxy_gl_version() % 10;
  info.renderer = renderer ? renderer : "unknown";
  // OpenGL cannot be asked whether it is software. Mesa and Google name their software renderers so in GL_RENDERER.
  for (const char* name : {"llvmpipe", "softpipe", "swrast", "SwiftShader"})
    info.software = info.software || info.renderer.find(name) != std::string::npos;
  return info;
}

void finish() {
  const DriverTime driver;
  glFinish();
}

namespace {

/// Whether a word that is copied from one buffer of the current context to another arrives.
bool driver_answers() {
  constexpr std::array<std::uint32_t, 1> sent{0x600df00d};
  std::array<std::uint32_t, 1> received{};
  std::array<GLuint, 2> buffers{};
  glGenBuffers(2, buffers.data());
  glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
  glBufferData(GL_COPY_READ_BUFFER, sizeof(sent), sent.data(), GL_STATIC_COPY);
  glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
  glBufferData(GL_COPY_WRITE_BUFFER, sizeof(received), received.data(), GL_STATIC_READ);
  glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, sizeof(sent));
  glGetBufferSubData(GL_COPY_WRITE_BUFFER, 0, sizeof(received), received.data());
  glDeleteBuffers(2, buffers.data());
  return received == sent;
}

} // namespace

HeadlessContext::HeadlessContext() {
  const DriverTime driver;
  // libepoxy loads libEGL at the first EGL call and ends the process where there is none. Asked first, it is an
  // Error.
  if (!epoxy_has_egl())
    throw Error("no OpenGL without a display here: libEGL is not installed (Debian: libegl1, libegl-mesa0)");
  const Candidate candidate = find_context();
  if (!candidate)
    throw Error(
        fmt::format("no OpenGL 3.3 without a display here: EGL answered 0x{:x} (Debian: libegl-mesa0, libgl1-mesa-dri)",
                    static_cast<unsigned>(eglGetError())));
  display_ = candidate.display;
  context_ = candidate.context;
  info_ = candidate.info;
  if (driver_is_listened_to())
    begin_listening();
  else
    keep_error_words();
  answers_ = driver_answers();
}

HeadlessContext::~HeadlessContext() {
  // Mesa 25.0 crashes in eglDestroyContext where its driver does nothing (GALLIUM_NOOP): such a context is left to the
  // end of the process, so that what was wrong can still be said.
  if (!answers_) return;
  Candidate mine{.display = display_, .context = context_, .info = {}};
  release(mine);
}

} // namespace ropescope::gpu
