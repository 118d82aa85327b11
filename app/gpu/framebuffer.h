#pragma once
#include <cstdint>
#include <vector>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// An off-screen picture of 8-bit colour.
class Framebuffer {
public:
  /// Throws Error where the driver has no such picture, or draws nothing.
  Framebuffer(int width, int height);
  ~Framebuffer();
  Framebuffer(const Framebuffer&) = delete;
  Framebuffer& operator=(const Framebuffer&) = delete;

  /// Makes it the picture that is drawn into, all of it.
  void bind() const;

  /// Binds it and returns its pixels, as read_pixels() does.
  std::vector<std::uint8_t> read() const;

private:
  void require_drawing() const;
  int width_, height_;
  GLuint framebuffer_ = 0, colour_ = 0;
};

/// The pixels of whatever framebuffer is bound: RGB, three bytes a pixel, top row first. Throws GpuError where the
/// driver reports an error.
std::vector<std::uint8_t> read_pixels(int width, int height);

} // namespace ropescope::gpu
