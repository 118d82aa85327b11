#pragma once
#include <cstdint>
#include <vector>

#include <epoxy/gl.h>

namespace ropescope::gpu {

/// An off-screen picture of 8-bit colour.
class Framebuffer {
public:
  Framebuffer(int width, int height);
  ~Framebuffer();
  Framebuffer(const Framebuffer&) = delete;
  Framebuffer& operator=(const Framebuffer&) = delete;

  void bind() const;

  /// RGB, three bytes a pixel, top row first.
  std::vector<std::uint8_t> read() const;

private:
  int width_, height_;
  GLuint framebuffer_ = 0, colour_ = 0;
};

/// Of whatever framebuffer is bound: RGB, top row first.
std::vector<std::uint8_t> read_pixels(int width, int height);

} // namespace ropescope::gpu
