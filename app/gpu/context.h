#pragma once
#include <memory>
#include <string>

namespace ropescope::gpu {

/// What the current OpenGL context is.
struct ContextInfo {
  int major = 0, minor = 0;
  std::string renderer;  ///< GL_RENDERER
  bool software = false; ///< llvmpipe or the like
  bool has_compute() const { return major * 10 + minor >= 43; }
};

/// Describes the OpenGL context that is current on this thread. Requires that there is one.
ContextInfo current_context_info();

/// Waits until the GPU has done everything that it was given so far. The wait counts as DriverTime.
void finish();

/// An OpenGL context that needs no display, through EGL: Mesa's surfaceless platform, and where that is software
/// the EGL devices, so that a headless server's GPU is found. OpenGL 4.3 core, else 3.3 core. It is current on
/// the thread that made it until it is destroyed.
class HeadlessContext {
public:
  /// Throws Error where no OpenGL 3.3 comes up, with what EGL said.
  HeadlessContext();
  ~HeadlessContext();
  HeadlessContext(const HeadlessContext&) = delete;
  HeadlessContext& operator=(const HeadlessContext&) = delete;

  const ContextInfo& info() const { return info_; }

private:
  void* display_ = nullptr;
  void* context_ = nullptr;
  bool answers_ = false; ///< the driver does what it is told
  ContextInfo info_;
};

} // namespace ropescope::gpu
