#include "app/gpu/framebuffer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/gpu/driver_time.h"
#include "app/gpu/errors.h"

namespace ropescope::gpu {

Framebuffer::Framebuffer(int width, int height) : width_(width), height_(height) {
  GLint greatest = 0;
  glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &greatest);
  if (width > greatest || height > greatest)
    throw Error(fmt::format("a picture of {}x{} is more than the {} pixels a side that OpenGL draws here", width,
                            height, greatest));
  // Colour alone: pictures are flat and drawn from back to front, so that no depth buffer is needed.
  glGenFramebuffers(1, &framebuffer_);
  glGenRenderbuffers(1, &colour_);
  glBindRenderbuffer(GL_RENDERBUFFER, colour_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour_);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    throw Error(fmt::format("OpenGL cannot draw a picture of {}x{} here", width, height));
  require_drawing();
}

Framebuffer::~Framebuffer() {
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteRenderbuffers(1, &colour_);
}

/// Draws one colour and reads it back: a driver that draws nothing would leave a picture that looks finished.
void Framebuffer::require_drawing() const {
  bind();
  forget_errors();
  constexpr std::array<std::uint8_t, 3> colour{51, 153, 204}; // fifths of 255, exact in every rounding
  glClearColor(0.2f, 0.6f, 0.8f, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  std::array<std::uint8_t, 3> read{};
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, 1, 1, GL_RGB, GL_UNSIGNED_BYTE, read.data());
  require_no_errors();
  if (read != colour) throw GpuError("OpenGL draws nothing here: a colour that was drawn is not read back");
}

void Framebuffer::bind() const {
  const DriverTime driver; // what was drawn before may be waited for
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glViewport(0, 0, width_, height_);
}

std::vector<std::uint8_t> Framebuffer::read() const {
  bind();
  return read_pixels(width_, height_);
}

std::vector<std::uint8_t> read_pixels(int width, int height) {
  const auto stride = static_cast<std::size_t>(width) * 3, rows = static_cast<std::size_t>(height);
  std::vector<std::uint8_t> pixels(stride * rows);
  forget_errors();
  // Rows of three bytes a pixel, without the padding to 4 bytes that OpenGL adds by default.
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
  require_no_errors();
  for (std::size_t top = 0, bottom = rows; top + 1 < bottom; ++top) // OpenGL's first row is the lowest
    std::swap_ranges(pixels.begin() + static_cast<std::ptrdiff_t>(top * stride),
                     pixels.begin() + static_cast<std::ptrdiff_t>((top + 1) * stride),
                     pixels.begin() + static_cast<std::ptrdiff_t>(--bottom * stride));
  return pixels;
}

} // namespace ropescope::gpu
